//===- StackedCaches.cpp - one tensor of all keys and values --------------===//
//
// [layers, 2, batch, heads, past, dim], or [2, batch, ...] for each layer. Its
// parts lie one behind the other, so a part is a number.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/StackedCaches.h"

#include "compiler/Recognize/Matchers.h"

#include "dialects/Onnx/IR/OnnxOps.h"

#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// The axes of a cache; those in front of them are of the stack.
static constexpr int64_t kCacheAxes = 4;

namespace {

/// What a chain of selections makes of a stack.
struct View {
  /// For each leading axis of the stack the place that is left of it, or -1.
  SmallVector<int64_t> places;
  /// The axis of the stack that each axis of the view is.
  SmallVector<int64_t> axes;

  bool isPart() const {
    return int64_t(axes.size()) == kCacheAxes &&
           llvm::all_of(places, [](int64_t place) { return place >= 0; });
  }
  /// Leaves one place of `axis` of the view; false where that is of a cache, or
  /// chosen already.
  bool choose(int64_t axis, int64_t place) {
    if (axis < 0 || axis >= int64_t(axes.size()) ||
        axes[axis] >= int64_t(places.size()) || places[axes[axis]] >= 0)
      return false;
    places[axes[axis]] = place;
    return true;
  }
};

/// One argument that is a stack, and what reads it.
struct Stack {
  BlockArgument argument;
  SmallVector<std::pair<Value, int64_t>> parts;
  SmallVector<std::pair<Operation *, View>> shapes;

  RankedTensorType type() const { return rankedType(argument); }
  int64_t leading() const { return type().getRank() - kCacheAxes; }
  bool visit(Value value, const View &view);
  bool visitResults(Operation *op, const View &view);
};

} // namespace

/// `value` where it counts from the end of `size`.
static int64_t fromFront(int64_t value, int64_t size) {
  return value < 0 ? value + size : value;
}

/// The only element of a constant operand of integers.
static std::optional<int64_t> oneInt(Operation *op, unsigned operand) {
  Value value = operandOrNull(op, operand);
  auto ints = value ? intConstants(value) : std::nullopt;
  return ints && ints->size() == 1 ? std::optional(ints->front())
                                   : std::nullopt;
}

/// Chooses the place that a Gather or a Slice leaves of an axis.
static bool chooseOne(Operation *op, View &view) {
  RankedTensorType type = rankedType(op->getOperand(0));
  int64_t rank = type.getRank();
  bool isSlice = isOnnx(op, "Slice");
  std::optional<int64_t> place = oneInt(op, 1);
  std::optional<int64_t> axis =
      isSlice ? oneInt(op, 3) : intAttr(op, "axis", 0);
  if (!place || !axis)
    return false;
  int64_t at = fromFront(*axis, rank);
  if (at < 0 || at >= rank || type.isDynamicDim(at))
    return false;
  int64_t size = type.getDimSize(at), index = fromFront(*place, size);
  if (isSlice) {
    std::optional<int64_t> end = oneInt(op, 2);
    std::optional<int64_t> step =
        operandOrNull(op, 4) ? oneInt(op, 4) : std::optional<int64_t>(1);
    auto bounds = end && step ? onnx::resolveSlice(size, *place, *end, *step)
                              : std::nullopt;
    if (!bounds || bounds->count != 1)
      return false;
    index = bounds->start;
  }
  if (index < 0 || index >= size || !view.choose(at, index))
    return false;
  bool drops = !isSlice && rankedType(op->getOperand(1)).getRank() == 0;
  if (drops)
    view.axes.erase(view.axes.begin() + at);
  return true;
}

/// Drops axes of one place.
static bool squeeze(Operation *op, View &view) {
  std::optional<SmallVector<int64_t>> axes = axesOf(op);
  if (!axes)
    return false;
  int64_t rank = view.axes.size();
  for (int64_t &axis : *axes)
    axis = fromFront(axis, rank);
  llvm::sort(*axes, std::greater<>());
  for (int64_t axis : *axes) {
    if (axis < 0 || axis >= rank ||
        view.axes[axis] >= int64_t(view.places.size()) ||
        view.places[view.axes[axis]] < 0)
      return false;
    view.axes.erase(view.axes.begin() + axis);
  }
  return true;
}

bool Stack::visitResults(Operation *op, const View &view) {
  if (isOnnx(op, "Split")) {
    int64_t axis = fromFront(intAttr(op, "axis", 0), view.axes.size());
    for (auto [i, part] : llvm::enumerate(op->getResults())) {
      View chosen = view;
      RankedTensorType type = rankedType(part);
      if (!type || !chosen.choose(axis, i) || type.getDimSize(axis) != 1 ||
          !visit(part, chosen))
        return false;
    }
    return true;
  }
  View chosen = view;
  bool isKnown =
      isOnnx(op, "Identity") ||
      (isOnnx(op, "Squeeze") && squeeze(op, chosen)) ||
      ((isOnnx(op, "Gather") || isOnnx(op, "Slice")) && chooseOne(op, chosen));
  return isKnown && visit(op->getResult(0), chosen);
}

/// Follows `value` to the parts; false where something else reads it.
bool Stack::visit(Value value, const View &view) {
  if (view.isPart()) {
    int64_t part = 0;
    for (auto [axis, place] : llvm::enumerate(view.places))
      part = part * type().getDimSize(axis) + place;
    parts.emplace_back(value, part);
    return true;
  }
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    // What a loop or a branch reads would stay an input.
    if (user->getBlock() != argument.getOwner())
      return false;
    if (isOnnx(user, "Shape"))
      shapes.emplace_back(user, view);
    else if (use.getOperandNumber() != 0 || !visitResults(user, view))
      return false;
  }
  return true;
}

/// The stack that `argument` is, or nothing.
static std::optional<Stack> findStack(func::FuncOp main,
                                      BlockArgument argument) {
  Stack stack{argument, {}, {}};
  RankedTensorType type = rankedType(argument);
  if (!type || type.getRank() <= kCacheAxes ||
      !isModelFloat(type.getElementType()) ||
      !main.getArgAttr(argument.getArgNumber(), "bitnet.index") ||
      llvm::any_of(type.getShape().take_front(stack.leading()),
                   ShapedType::isDynamic))
    return std::nullopt;
  View whole{SmallVector<int64_t>(stack.leading(), -1),
             llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()))};
  if (!stack.visit(argument, whole) || stack.parts.empty())
    return std::nullopt;
  return stack;
}

static SmallVector<Stack> findStacks(func::FuncOp main) {
  SmallVector<Stack> stacks;
  for (BlockArgument argument : main.getArguments())
    if (std::optional<Stack> stack = findStack(main, argument))
      stacks.push_back(std::move(*stack));
  return stacks;
}

bool bitnet::recognize::hasStackedCaches(func::FuncOp main) {
  return !findStacks(main).empty();
}

/// Adds the values of four axes that `value` stacks, `leading` axes being in
/// front of theirs; false where it is no stack.
static bool flatten(Value value, int64_t leading, SmallVector<Value> &parts) {
  value = skipNoOps(value);
  if (leading == 0) {
    parts.push_back(value);
    return true;
  }
  Operation *op = value.getDefiningOp();
  if (isOnnx(op, "Unsqueeze")) {
    std::optional<SmallVector<int64_t>> axes = axesOf(op);
    int64_t rank = rankedType(value).getRank();
    // What is put in front of a cache's axes leaves the order of the parts.
    return axes &&
           llvm::all_of(*axes,
                        [&](int64_t axis) {
                          axis = fromFront(axis, rank);
                          return axis >= 0 && axis < leading;
                        }) &&
           flatten(op->getOperand(0), leading - axes->size(), parts);
  }
  int64_t rank = rankedType(value).getRank();
  return isOnnx(op, "Concat") && fromFront(intAttr(op, "axis", 0), rank) == 0 &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           return flatten(operand, leading, parts);
         });
}

/// The attributes of part `part`, of a stack with `attributes`.
static DictionaryAttr attributesOfPart(DictionaryAttr attributes,
                                       int64_t part) {
  Builder builder(attributes.getContext());
  NamedAttrList list(attributes);
  list.set(kPartAttr, builder.getI64IntegerAttr(part));
  if (auto dims = attributes.getAs<ArrayAttr>("onnx.dims"))
    list.set("onnx.dims",
             builder.getArrayAttr(dims.getValue().take_back(kCacheAxes)));
  return list.getDictionary(attributes.getContext());
}

/// A Shape of a view, by the shape of a part.
static void replaceShape(Operation *shape, const View &view, const Stack &stack,
                         Value part) {
  OpBuilder builder(shape);
  Location loc = shape->getLoc();
  auto type = RankedTensorType::get({1}, builder.getI64Type());
  auto [first, last] =
      onnx::getShapeRange(shape->getAttrDictionary(), view.axes.size());
  SmallVector<Value> sizes;
  for (int64_t i = first; i < last; ++i) {
    int64_t axis = view.axes[i], own = axis - stack.leading();
    if (own < 0)
      sizes.push_back(createIndices(
          builder, loc,
          view.places[axis] < 0 ? stack.type().getDimSize(axis) : 1));
    else
      sizes.push_back(createOnnx(
          builder, loc, "Shape", type, part,
          {builder.getNamedAttr("start", builder.getI64IntegerAttr(own)),
           builder.getNamedAttr("end", builder.getI64IntegerAttr(own + 1))}));
  }
  Value whole = sizes.empty() ? createIndices(builder, loc, {})
                : sizes.size() == 1
                    ? sizes.front()
                    : createOnnx(builder, loc, "Concat",
                                 RankedTensorType::get({int64_t(sizes.size())},
                                                       builder.getI64Type()),
                                 sizes,
                                 builder.getNamedAttr(
                                     "axis", builder.getI64IntegerAttr(0)));
  replaceValue(shape->getResult(0), whole);
}

/// Gives the parts of `stack` that are read arguments.
static void unstackArgument(func::FuncOp main, const Stack &stack) {
  DictionaryAttr attributes =
      main.getArgAttrDict(stack.argument.getArgNumber());
  llvm::SmallDenseMap<int64_t, Value> arguments;
  for (auto [value, part] : stack.parts) {
    Value &argument = arguments[part];
    if (!argument) {
      unsigned position = main.getNumArguments();
      (void)main.insertArgument(position, value.getType(),
                                attributesOfPart(attributes, part),
                                stack.argument.getLoc());
      argument = main.getArgument(position);
    }
    replaceValue(value, argument);
  }
  for (auto [shape, view] : stack.shapes)
    replaceShape(shape, view, stack, arguments[stack.parts.front().second]);
}

/// Gives the parts of result `index` results, where it is a stack.
static bool unstackResult(func::FuncOp main, unsigned index) {
  Operation *terminator = main.getBody().front().getTerminator();
  RankedTensorType type = rankedType(terminator->getOperand(index));
  SmallVector<Value> parts;
  if (!type || type.getRank() <= kCacheAxes ||
      !isModelFloat(type.getElementType()))
    return false;
  int64_t leading = type.getRank() - kCacheAxes;
  ArrayRef<int64_t> sizes = type.getShape().take_front(leading);
  if (llvm::any_of(sizes, ShapedType::isDynamic) ||
      !flatten(terminator->getOperand(index), leading, parts) ||
      ShapedType::getNumElements(sizes) != int64_t(parts.size()))
    return false;
  DictionaryAttr attributes = main.getResultAttrDict(index);
  for (auto [part, value] : llvm::enumerate(parts)) {
    (void)main.insertResult(main.getNumResults(), value.getType(),
                            attributesOfPart(attributes, part));
    terminator->insertOperands(terminator->getNumOperands(), value);
  }
  return true;
}

void bitnet::recognize::unstackCaches(func::FuncOp main) {
  Block &block = main.getBody().front();
  Operation *terminator = block.getTerminator();
  SmallVector<Stack> stacks = findStacks(main);
  llvm::BitVector results(main.getNumResults());
  for (unsigned i = 0, e = results.size(); i != e; ++i)
    if (main.getResultAttr(i, "bitnet.index"))
      results[i] = unstackResult(main, i);
  results.resize(main.getNumResults());
  terminator->eraseOperands(results);
  (void)main.eraseResults(results);
  for (const Stack &stack : stacks)
    unstackArgument(main, stack);
  eraseDead(block);
  llvm::BitVector arguments(main.getNumArguments());
  for (const Stack &stack : stacks)
    arguments.set(stack.argument.getArgNumber());
  (void)main.eraseArguments(arguments);
}
