//===- TraceElements.cpp - numbers that a graph computes from sizes -------===//

#include "dialects/Onnx/IR/ShapeAnalysis.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace bitnet::onnx;

/// Longest tensor whose elements are traced: shapes, axes, bounds of slices.
static constexpr int64_t maxElements = 1024;

static RankedTensorType getRanked(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The symbol that stands for element `i` of `value` alone.
static Extent ownElement(Value value, int64_t i) {
  return Extent::symbol(value.getAsOpaquePointer(), -1 - i);
}

/// Whether a cast to integers of type `to` changes no value of type `from`.
static bool holdsAll(Type to, Type from) {
  auto isUnsigned = [](Type type) {
    return type.isUnsignedInteger() || type.isInteger(1);
  };
  unsigned bits = to.getIntOrFloatBitWidth();
  unsigned needed = from.getIntOrFloatBitWidth();
  if (isUnsigned(from))
    return isUnsigned(to) ? bits >= needed : bits > needed;
  return !isUnsigned(to) && bits >= needed;
}

/// Whether `extent`, traced to from an element of `value` and unknown, is the
/// same number in the type of `value`.
static bool keepsSymbol(Value value, Extent extent) {
  Type element = getRanked(value).getElementType();
  // A size fits in 32 bits; in fewer it may not.
  if (extent.place >= 0)
    return element.getIntOrFloatBitWidth() >= 32;
  Value own = Value::getFromOpaquePointer(extent.origin);
  return holdsAll(element, getRanked(own).getElementType());
}

std::optional<SmallVector<Extent>> ShapeAnalysis::getElements(Value value) {
  auto type = value ? dyn_cast<RankedTensorType>(value.getType()) : nullptr;
  if (!type || !type.hasStaticShape() || !type.getElementType().isInteger())
    return std::nullopt;
  int64_t count = 1;
  for (int64_t size : type.getShape())
    if (llvm::MulOverflow(count, size, count) || count > maxElements)
      return std::nullopt;
  auto found = elements.find(value);
  if (found != elements.end())
    return found->second;
  SmallVector<Extent> traced;
  if (depth < maxDepth && value.getDefiningOp()) {
    ++depth;
    traced = traceElements(value);
    --depth;
  }
  // Nothing known, or a number that the element type cannot hold.
  if ((int64_t)traced.size() != count) {
    traced.clear();
    for (int64_t i = 0; i < count; ++i)
      traced.push_back(ownElement(value, i));
  }
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  bool isUnsigned = type.getElementType().isUnsignedInteger() || width == 1;
  for (auto [i, extent] : llvm::enumerate(traced)) {
    bool fits = !extent.isKnown() ? !extent.origin || keepsSymbol(value, extent)
                : isUnsigned ? *extent.number >= 0 &&
                                   (width >= 63 || *extent.number >> width == 0)
                             : llvm::isIntN(width, *extent.number);
    if (!fits || (!extent.isKnown() && !extent.origin))
      traced[i] = ownElement(value, i);
  }
  elements[value] = traced;
  return traced;
}

std::optional<SmallVector<int64_t>> ShapeAnalysis::getNumbers(Value value) {
  std::optional<SmallVector<Extent>> traced = getElements(value);
  if (!traced || getRanked(value).getRank() > 1)
    return std::nullopt;
  SmallVector<int64_t> numbers;
  for (Extent extent : *traced) {
    if (!extent.isKnown())
      return std::nullopt;
    numbers.push_back(*extent.number);
  }
  return numbers;
}

/// The value of a binary operator on known numbers; nullopt where it overflows
/// or is undefined.
static std::optional<int64_t> compute(Operation *op, int64_t a, int64_t b) {
  int64_t result;
  return llvm::TypeSwitch<Operation *, std::optional<int64_t>>(op)
      .Case<AddOp, SumOp>([&](Operation *) -> std::optional<int64_t> {
        return llvm::AddOverflow(a, b, result) ? std::nullopt
                                               : std::optional(result);
      })
      .Case<SubOp>([&](Operation *) -> std::optional<int64_t> {
        return llvm::SubOverflow(a, b, result) ? std::nullopt
                                               : std::optional(result);
      })
      .Case<MulOp>([&](Operation *) -> std::optional<int64_t> {
        return llvm::MulOverflow(a, b, result) ? std::nullopt
                                               : std::optional(result);
      })
      .Case<DivOp>([&](Operation *) -> std::optional<int64_t> {
        if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min()))
          return std::nullopt;
        return a / b;
      })
      .Case<ModOp>([&](ModOp mod) -> std::optional<int64_t> {
        if (b == 0 || b == -1)
          return b == 0 ? std::nullopt : std::optional<int64_t>(0);
        int64_t rest = a % b;
        return !mod.getFmod() && rest != 0 && (rest < 0) != (b < 0) ? rest + b
                                                                    : rest;
      })
      .Case<MaxOp>([&](Operation *) { return std::max(a, b); })
      .Case<MinOp>([&](Operation *) { return std::min(a, b); })
      .Case<EqualOp>([&](Operation *) { return a == b; })
      .Case<LessOp>([&](Operation *) { return a < b; })
      .Case<LessOrEqualOp>([&](Operation *) { return a <= b; })
      .Case<GreaterOp>([&](Operation *) { return a > b; })
      .Case<GreaterOrEqualOp>([&](Operation *) { return a >= b; })
      .Case<AndOp>([&](Operation *) { return a && b; })
      .Case<OrOp>([&](Operation *) { return a || b; })
      .Case<XorOp>([&](Operation *) { return a != b; })
      .Default([](Operation *) { return std::nullopt; });
}

/// A binary operator on numbers of which one at least is a symbol, where the
/// result is one of them all the same, or known: sizes are not negative.
static std::optional<Extent> computeSymbolic(Operation *op, Extent a,
                                             Extent b) {
  bool isSizeA = !a.isKnown() && a.place >= 0,
       isSizeB = !b.isKnown() && b.place >= 0;
  if (isa<AddOp, SubOp, SumOp>(op) && b.is(0))
    return a;
  if (isa<AddOp, SumOp>(op) && a.is(0))
    return b;
  if (isa<MulOp, DivOp>(op) && b.is(1))
    return a;
  if (isa<MulOp>(op) && a.is(1))
    return b;
  if (isa<MaxOp, MinOp>(op) && a == b)
    return a;
  // A size against the -1 of "keep this size" in an Expand's shape.
  bool sizeAndNegative = (isSizeA && b.isKnown() && *b.number < 0) ||
                         (isSizeB && a.isKnown() && *a.number < 0);
  if (isa<EqualOp>(op) && (sizeAndNegative || a == b))
    return Extent::known(!sizeAndNegative);
  return std::nullopt;
}

/// Place in an operand of shape `from` of the element that broadcasting to
/// `shape` puts at row-major place `place`.
static int64_t getBroadcastPlace(int64_t place, ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> from) {
  int64_t result = 0, stride = 1;
  for (int64_t i = 1, e = shape.size(); i <= e; ++i) {
    int64_t index = place % shape[e - i];
    place /= shape[e - i];
    if (i > (int64_t)from.size())
      break;
    int64_t size = from[from.size() - i];
    result += (size == 1 ? 0 : index) * stride;
    stride *= size;
  }
  return result;
}

SmallVector<Extent> ShapeAnalysis::traceArithmetic(Operation *op) {
  Value result = op->getResult(0);
  ArrayRef<int64_t> shape = getRanked(result).getShape();
  SmallVector<SmallVector<Extent>> operands;
  for (Value operand : op->getOperands()) {
    std::optional<SmallVector<Extent>> traced = getElements(operand);
    if (!traced || traced->empty())
      return {};
    operands.push_back(std::move(*traced));
  }
  auto at = [&](unsigned operand, int64_t i) {
    return operands[operand][getBroadcastPlace(
        i, shape, getRanked(op->getOperand(operand)).getShape())];
  };
  SmallVector<Extent> out;
  for (int64_t i = 0, e = getRanked(result).getNumElements(); i < e; ++i) {
    std::optional<Extent> value;
    if (isa<WhereOp>(op)) {
      Extent condition = at(0, i), a = at(1, i), b = at(2, i);
      if (condition.isKnown())
        value = *condition.number ? a : b;
      else if (a == b)
        value = a;
    } else {
      value = at(0, i);
      for (unsigned operand = 1; value && operand < operands.size();
           ++operand) {
        Extent other = at(operand, i);
        if (value->isKnown() && other.isKnown()) {
          std::optional<int64_t> number =
              compute(op, *value->number, *other.number);
          value = number ? std::optional(Extent::known(*number)) : std::nullopt;
        } else {
          value = computeSymbolic(op, *value, other);
        }
      }
    }
    out.push_back(value.value_or(ownElement(result, i)));
  }
  return out;
}

/// The elements that a Slice along the only axis takes; empty where its bounds
/// are not constant.
SmallVector<Extent> ShapeAnalysis::traceSlice(Operation *operation,
                                              ArrayRef<Extent> data) {
  auto op = cast<SliceOp>(operation);
  std::optional<SmallVector<int64_t>> starts = getNumbers(op.getStarts());
  std::optional<SmallVector<int64_t>> ends = getNumbers(op.getEnds());
  std::optional<SmallVector<int64_t>> steps = SmallVector<int64_t>{1};
  if (op.getSteps())
    steps = getNumbers(op.getSteps());
  if (!starts || !ends || !steps || starts->size() != 1 || ends->size() != 1 ||
      steps->size() != 1)
    return {};
  std::optional<SliceBounds> bounds =
      resolveSlice(data.size(), (*starts)[0], (*ends)[0], (*steps)[0]);
  SmallVector<Extent> out;
  for (int64_t i = 0, e = bounds ? bounds->count : 0; i < e; ++i)
    out.push_back(data[bounds->start + i * bounds->step]);
  return out;
}

SmallVector<Extent> ShapeAnalysis::traceElements(Value value) {
  Operation *op = value.getDefiningOp();
  int64_t rank = getRanked(value).getRank();
  auto operand = [&](unsigned i) {
    return getElements(op->getOperand(i)).value_or(SmallVector<Extent>());
  };
  using Result = SmallVector<Extent>;
  if (std::optional<ConstantReader> constant = getConstant(value)) {
    Result out;
    for (int64_t i = 0, e = constant->size(); i < e; ++i)
      out.push_back(Extent::known(constant->getInt(i)));
    return out;
  }
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<ShapeOp>([&](ShapeOp shape) {
        Result out;
        auto [start, end] = getShapeRange(shape->getAttrDictionary(),
                                          getRanked(shape.getData()).getRank());
        for (int64_t axis = start; axis < end; ++axis)
          out.push_back(getDim(shape.getData(), axis));
        return out;
      })
      .Case<SizeOp>([&](SizeOp size) -> Result {
        auto type = getRanked(size.getData());
        int64_t count = 1;
        for (int64_t axis = 0; axis < type.getRank(); ++axis) {
          Extent extent = getDim(size.getData(), axis);
          if (!extent.isKnown() ||
              llvm::MulOverflow(count, *extent.number, count))
            return {};
        }
        return {Extent::known(count)};
      })
      .Case<CastOp, CastLikeOp, IdentityOp, ReshapeOp, SqueezeOp, UnsqueezeOp,
            FlattenOp>([&](Operation *) {
        Result out = operand(0);
        // A conversion to bool compares with zero.
        if (getRanked(value).getElementType().isInteger(1) &&
            isa<CastOp, CastLikeOp>(op))
          for (Extent &extent : out)
            extent = extent.isKnown() ? Extent::known(*extent.number != 0)
                                      : Extent();
        return out;
      })
      .Case<GatherOp>([&](GatherOp gather) -> Result {
        Result data = operand(0), indices = operand(1), out;
        if (getRanked(gather.getData()).getRank() != 1)
          return {};
        for (Extent index : indices) {
          int64_t size = data.size();
          if (!index.isKnown() || *index.number < -size ||
              *index.number >= size)
            return {};
          out.push_back(data[*index.number + (*index.number < 0 ? size : 0)]);
        }
        return out;
      })
      .Case<SliceOp>([&](SliceOp slice) -> Result {
        return rank == 1 ? traceSlice(slice, operand(0)) : Result();
      })
      .Case<SplitOp>([&](SplitOp split) -> Result {
        if (rank != 1)
          return {};
        int64_t skip = 0;
        for (unsigned i = 0; i < cast<OpResult>(value).getResultNumber(); ++i) {
          auto type = getRanked(split.getResults()[i]);
          if (!type.hasStaticShape())
            return {};
          skip += type.getNumElements();
        }
        Result data = operand(0);
        int64_t count = getRanked(value).getNumElements();
        if (skip + count > (int64_t)data.size())
          return {};
        return Result(ArrayRef<Extent>(data).slice(skip, count));
      })
      .Case<ConcatOp>([&](ConcatOp concat) -> Result {
        Result out;
        for (unsigned i = 0; rank == 1 && i < concat.getNumOperands(); ++i)
          llvm::append_range(out, operand(i));
        return out;
      })
      .Case<ConstantOfShapeOp, ExpandOp>([&](Operation *) -> Result {
        int64_t count = getRanked(value).getNumElements();
        if (isa<ExpandOp>(op)) {
          Result data = operand(0), out;
          ArrayRef<int64_t> from = getRanked(op->getOperand(0)).getShape();
          for (int64_t i = 0; !data.empty() && i < count; ++i)
            out.push_back(
                data[getBroadcastPlace(i, getRanked(value).getShape(), from)]);
          return out;
        }
        std::optional<ConstantReader> fill =
            ConstantReader::get(op->getAttr("value"));
        if (!fill || fill->size() != 1)
          return {};
        return Result(count, Extent::known(fill->getInt(0)));
      })
      .Case<RangeOp>([&](RangeOp) -> Result {
        Result start = operand(0), delta = operand(2), out;
        if (start.size() != 1 || delta.size() != 1 || !start[0].isKnown() ||
            !delta[0].isKnown())
          return {};
        int64_t next = *start[0].number;
        for (int64_t i = 0, e = getRanked(value).getNumElements(); i < e; ++i) {
          out.push_back(Extent::known(next));
          if (llvm::AddOverflow(next, *delta[0].number, next) && i + 1 < e)
            return {};
        }
        return out;
      })
      .Case<NotOp, NegOp, AbsOp>([&](Operation *) -> Result {
        Result out = operand(0);
        for (auto [i, extent] : llvm::enumerate(out)) {
          bool negates = isa<NegOp>(op) || extent.number < 0;
          if (!extent.isKnown() ||
              (negates && extent.is(std::numeric_limits<int64_t>::min())))
            extent = ownElement(value, i);
          else if (isa<NotOp>(op))
            extent = Extent::known(!*extent.number);
          else if (negates)
            extent = Extent::known(-*extent.number);
        }
        return out;
      })
      .Case<AddOp, SubOp, MulOp, DivOp, ModOp, MaxOp, MinOp, SumOp, EqualOp,
            LessOp, LessOrEqualOp, GreaterOp, GreaterOrEqualOp, AndOp, OrOp,
            XorOp, WhereOp>([&](Operation *) { return traceArithmetic(op); })
      .Default([](Operation *) { return Result(); });
}
