//===- TokenMoves.cpp - where tokens lie behind ops that move elements ----===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/TokenFlow.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;

namespace bitnet::recognize {

/// Says that all elements of `state`, of that type, are `number`.
static void setNumber(TokenState &state, Type type, double number) {
  Interval range = wholeNumbersOf(type);
  bool isRounded =
      !isa<FloatType>(type) && (number < range.low || number > range.high);
  if (isRounded || std::isnan(number))
    return;
  for (Part &part : state.parts)
    part.bounds = Interval::exactly(number);
}

TokenState TokenFlow::constant(Operation *op) {
  TokenState state;
  RankedTensorType type = rankedType(op->getResult(0));
  if (!type)
    return unknown(op);
  state.axes.assign(type.getRank(), Axis());
  std::optional<SmallVector<int64_t>> numbers =
      type.getNumElements() <= maxElements &&
              !type.getElementType().isUnsignedInteger()
          ? intConstants(op->getResult(0))
          : std::nullopt;
  if (numbers && type.getRank() <= 1) {
    // Of i1, true is -1.
    bool isBool = type.getElementType().isInteger(1);
    SmallVector<Number> elements;
    for (int64_t number : *numbers)
      elements.push_back({Linear::number(isBool ? number & 1 : number), true});
    state.setElements(elements);
  } else if (std::optional<double> number =
                 onnx::getConstantSplat(op->getResult(0));
             number && !std::isnan(*number)) {
    double value = type.getElementType().isInteger(1) ? *number != 0 : *number;
    setNumber(state, type.getElementType(), value);
    // Sizes are compared as floats, too.
    if (std::fabs(value) < 1 << 24 && std::trunc(value) == value)
      state.linear = Linear::number(static_cast<int64_t>(value));
    if (state.linear && type.getNumElements() == 1)
      state.elements = {Number{state.linear, true}};
  }
  return state;
}

TokenState TokenFlow::shape(Operation *op) {
  TokenState state;
  Value data = op->getOperand(0);
  RankedTensorType type = rankedType(data);
  if (!type || type.getRank() > maxElements)
    return unknown(op);
  const TokenState &from = of(data);
  auto [first, last] =
      onnx::getShapeRange(op->getAttrDictionary(), type.getRank());
  SmallVector<Number> sizes;
  for (int64_t axis = first; axis < last; ++axis) {
    Number number;
    std::optional<Size> size = from.known ? from.axes[axis].size : std::nullopt;
    if (!type.isDynamicDim(axis))
      size = Size{type.getDimSize(axis), 0, 0, 0};
    if (size) {
      number.linear = linearOf(*size);
      number.local = size->isFixed();
    }
    sizes.push_back(number);
  }
  state.axes.assign(1, Axis());
  state.setElements(sizes);
  return state;
}

TokenState TokenFlow::constantOfShape(Operation *op) {
  TokenState state;
  RankedTensorType type = rankedType(op->getResult(0));
  if (!type)
    return unknown(op);
  state.axes.assign(type.getRank(), sameAxis);
  const TokenState &target = of(op->getOperand(0));
  for (auto [axis, number] : llvm::zip(state.axes, target.elements))
    axis.size = number.linear ? sizeOf(*number.linear) : std::nullopt;
  Attribute value = op->getAttr("value");
  std::optional<onnx::ConstantReader> reader =
      value ? onnx::ConstantReader::get(value) : std::nullopt;
  if (!value || (reader && reader->size() > 0))
    setNumber(state, type.getElementType(), value ? reader->getFloat(0) : 0);
  return state;
}

TokenState TokenFlow::range(Operation *op) {
  const TokenState &start = of(op->getOperand(0)),
                   &limit = of(op->getOperand(1)),
                   &delta = of(op->getOperand(2));
  RankedTensorType type = rankedType(op->getResult(0));
  TokenState state;
  state.axes.assign(1, Axis());
  bool isFixed = start.isFixed() && limit.isFixed() && delta.isFixed();
  std::optional<Linear> length =
      start.linear && limit.linear && delta.linear && delta.linear->is(1)
          ? add(*limit.linear, *start.linear, -1)
          : std::nullopt;
  if (isFixed) {
    state.axes[0].size = length ? sizeOf(*length) : std::nullopt;
    return state;
  }
  if (!type || !length || !(length->isCount() || length->isTotal()))
    return unknown(op);
  state.axes[0] = {length->isCount() ? Role::Token : Role::Key,
                   sizeOf(*length)};
  Linear number = *start.linear;
  (length->isCount() ? number.token : number.key) += 1;
  if (!holds(type.getElementType(), number))
    return unknown(op);
  state.setLinear(number);
  return state;
}

TokenState TokenFlow::transpose(Operation *op) {
  TokenState state = of(op->getOperand(0));
  if (!state.known)
    return unknown(op);
  SmallVector<Axis> axes(state.axes.begin(), state.axes.end());
  for (auto [to, from] : llvm::enumerate(onnx::getPermutation(op)))
    state.axes[to] = axes[from];
  return state;
}

TokenState TokenFlow::squeeze(Operation *op, bool adds) {
  TokenState state = of(op->getOperand(0));
  int64_t rank =
      rankedType(adds ? op->getResult(0) : op->getOperand(0)).getRank();
  std::optional<SmallVector<int64_t>> axes = onnx::getAxes(op, rank);
  if (!state.known || !axes)
    return unknown(op);
  if (adds) {
    for (int64_t axis : *axes)
      state.axes.insert(state.axes.begin() + axis, oneAxis);
    return state;
  }
  for (int64_t axis : llvm::reverse(*axes)) {
    if (isOfCall(state.axes[axis].role))
      return unknown(op);
    state.axes.erase(state.axes.begin() + axis);
  }
  return state;
}

/// The product of the sizes of axes; nullopt where one is not known.
static std::optional<Size> productOf(ArrayRef<Axis> axes) {
  std::optional<Size> product = Size();
  for (const Axis &axis : axes)
    product =
        product && axis.size ? multiply(*product, *axis.size) : std::nullopt;
  return product;
}

/// Sizes of what a Reshape gives.
static SmallVector<Axis> targetOf(Operation *op, const TokenState &from,
                                  const TokenState &shape) {
  RankedTensorType type = rankedType(op->getResult(0));
  SmallVector<Axis> axes(type.getRank(), sameAxis);
  std::optional<int64_t> left;
  for (int64_t i = 0; i < type.getRank(); ++i) {
    std::optional<Linear> number = i < int64_t(shape.elements.size())
                                       ? shape.elements[i].linear
                                       : std::nullopt;
    if (!type.isDynamicDim(i))
      axes[i].size = Size{type.getDimSize(i), 0, 0, 0};
    else if (number && number->is(0) && intAttr(op, "allowzero", 0) == 0 &&
             i < int64_t(from.axes.size()))
      axes[i].size = from.axes[i].size;
    else if (number && number->is(-1))
      left = i;
    else if (number)
      axes[i].size = sizeOf(*number);
  }
  if (!left)
    return axes;
  axes[*left].size = Size();
  std::optional<Size> all = productOf(from.axes), others = productOf(axes);
  axes[*left].size = all && others ? divide(*all, *others) : std::nullopt;
  return axes;
}

/// The axis of `to` whose elements are those of `axis` of `from`, in row-major
/// order: as many elements lie behind it, and it is of the same size, or of
/// `axis` and what lies in front of it (B * S). -1 where there is none.
static int64_t placeOf(ArrayRef<Axis> from, int64_t axis, ArrayRef<Axis> to) {
  std::optional<Size> behind = productOf(from.drop_front(axis + 1));
  if (!behind || !from[axis].size)
    return -1;
  for (int64_t at = to.size() - 1; at >= 0; --at) {
    if (productOf(to.drop_front(at + 1)) != behind || !to[at].size ||
        to[at].size->isOne())
      continue;
    if (to[at].size == from[axis].size)
      return at;
    bool isToken = from[axis].role == Role::Token;
    // [B * S] to [.., S].
    if (isToken && *to[at].size == sizeOfTokens)
      return at;
    for (int64_t first = axis - 1; isToken && first >= 0; --first)
      if (productOf(from.slice(first, axis - first + 1)) == to[at].size)
        return at;
  }
  return -1;
}

TokenState TokenFlow::reshape(Operation *op) {
  TokenState state = of(op->getOperand(0));
  if (!state.known || !rankedType(op->getResult(0)))
    return unknown(op);
  SmallVector<Axis> from(state.axes.begin(), state.axes.end());
  SmallVector<Axis> to = targetOf(op, state, of(op->getOperand(1)));
  bool isUniform = state.uniform().has_value() || to.empty();
  state.axes.assign(to.begin(), to.end());
  if (isUniform)
    return state;
  for (Axis &axis : state.axes)
    axis.role = Role::Plain;
  llvm::SmallBitVector isPlaced(to.size());
  for (auto [index, axis] : llvm::enumerate(from)) {
    bool isFixed =
        axis.role == Role::Plain ||
        (axis.role == Role::Same && axis.size && axis.size->isFixed());
    if (isFixed)
      continue;
    int64_t place = placeOf(from, index, to);
    if (place < 0)
      return unknown(op);
    state.axes[place].role = axis.role;
    isPlaced[place] = true;
  }
  // What is left has a fixed number of elements. Of one axis, too, where the
  // others do.
  int64_t open = 0;
  for (auto [index, axis] : llvm::enumerate(state.axes)) {
    if (isPlaced[index])
      continue;
    if (axis.size && !axis.size->isFixed())
      return unknown(op);
    open += !axis.size;
  }
  return open <= 1 ? state : unknown(op);
}

TokenState TokenFlow::expand(Operation *op) {
  TokenState state = of(op->getOperand(0));
  const TokenState &target = of(op->getOperand(1));
  RankedTensorType type = rankedType(op->getResult(0));
  if (!state.known || !type)
    return unknown(op);
  // It meets a tensor of the target's sizes, whose elements are all the same.
  int64_t rank = type.getRank();
  int64_t count = target.elements.empty() ? rank : target.elements.size();
  TokenState like, joined;
  for (int64_t i = 0; i < count; ++i) {
    Axis axis = sameAxis;
    if (int64_t to = rank - count + i; !type.isDynamicDim(to))
      axis.size = Size{type.getDimSize(to)};
    else if (!target.elements.empty() && target.elements[i].linear)
      axis.size = sizeOf(*target.elements[i].linear);
    like.axes.push_back(axis);
  }
  if (count > rank || !joinAxes({&state, &like}, rank, joined))
    return unknown(op);
  state.axes = joined.axes;
  return state;
}

/// Of masks: what keys of the past get, and behind it what those of the run
/// get.
static std::optional<TokenState> joinKeys(ArrayRef<const TokenState *> operands,
                                          int64_t rank, int64_t along) {
  const Axis past = {Role::Same, Size{1, 0, 0, 0, 1}};
  if (operands.size() != 2 || along != rank - 1)
    return std::nullopt;
  const TokenState &first = *operands[0], &second = *operands[1];
  TokenState state;
  if (!first.known || !second.known || first.axes[along].role != past.role ||
      first.axes[along].size != past.size ||
      second.axes[along].role != Role::Fresh ||
      !joinAxes(operands, rank, state, along))
    return std::nullopt;
  state.axes[along] = {Role::Key, sizeOfKeys};
  state.parts = second.parts;
  // Keys before a token are of either; where the run begins must not be seen.
  Interval left = first.parts[Before].bounds;
  if (!left.isExact() || !second.parts[Before].bounds.is(left.low))
    state.parts[Before] = {Interval(), false};
  return state;
}

TokenState TokenFlow::concat(Operation *op) {
  int64_t rank = rankedType(op->getResult(0)).getRank();
  int64_t along = normalized(intAttr(op, "axis", 0), rank);
  Operands operands = operandsOf(op);
  if (std::optional<TokenState> keys = joinKeys(operands, rank, along)) {
    if (!keys->isLocal())
      keys->culprit = op;
    return *keys;
  }
  TokenState state;
  SmallVector<Number> elements;
  bool isFixed = true;
  for (const TokenState *operand : operands) {
    elements.append(operand->elements.begin(), operand->elements.end());
    isFixed &= operand->known && !isOfCall(operand->axes[along].role);
  }
  if (!isFixed || !joinAxes(operands, rank, state, along))
    return unknown(op);
  // What repeats along the axis must not do so as often as there are tokens.
  for (auto [value, operand] : llvm::zip(op->getOperands(), operands)) {
    const Axis &axis = operand->axes[along];
    if (axis.role == Role::Same && rankedType(value).isDynamicDim(along) &&
        !(axis.size && axis.size->isFixed()))
      return unknown(op);
  }
  state.axes[along] = Axis();
  for (unsigned region = 0; region < numRegions; ++region)
    state.parts[region].local = llvm::all_of(
        operands, [&](auto *operand) { return operand->parts[region].local; });
  RankedTensorType type = rankedType(op->getResult(0));
  if (rank == 1 && type.hasStaticShape() &&
      type.getNumElements() == int64_t(elements.size()) &&
      elements.size() <= maxElements)
    state.setElements(elements);
  return state;
}

} // namespace bitnet::recognize
