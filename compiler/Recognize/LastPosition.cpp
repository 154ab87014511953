#include "compiler/Recognize/LastPosition.h"

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/ShapeTracer.h"

#include "dialects/Onnx/IR/LastPosition.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

//===- The one spelling ---------------------------------------------------===//

Value bitnet::recognize::withoutPosition(Operation *op) {
  bool reshapes = isOnnx(op, "Squeeze") || isOnnx(op, "Reshape");
  RankedTensorType to = reshapes ? rankedType(op->getResult(0)) : nullptr;
  RankedTensorType from = reshapes ? rankedType(op->getOperand(0)) : nullptr;
  bool fits = to && from && to.getRank() == 2 && from.getRank() == 3 &&
              !from.isDynamicDim(2) && to.getDimSize(1) == from.getDimSize(2);
  std::optional<SmallVector<int64_t>> axes =
      fits && isOnnx(op, "Squeeze") ? axesOf(op) : std::nullopt;
  fits = fits && (from.getDimSize(1) == 1 ||
                  (axes && axes->size() == 1 &&
                   (axes->front() == 1 || axes->front() == -2)));
  return fits ? op->getOperand(0) : Value();
}

Value bitnet::recognize::flattenedPositions(Operation *op) {
  RankedTensorType to, from;
  if (isOnnx(op, "Reshape")) {
    to = rankedType(op->getResult(0));
    from = rankedType(op->getOperand(0));
  }
  bool fits = to && from && to.getRank() == 2 && from.getRank() == 3 &&
              !from.isDynamicDim(2) && to.getDimSize(1) == from.getDimSize(2);
  return fits ? op->getOperand(0) : Value();
}

//===- Other spellings ----------------------------------------------------===//

/// `value` without what moves integers or, with `repeats`, repeats them.
static Value skipMoves(Value value, bool repeats) {
  while (Operation *op = value.getDefiningOp()) {
    bool isRepeat = isOnnx(op, "Expand") || isOnnx(op, "Tile");
    if (!keepsIntegers(op) && !(repeats && isRepeat))
      break;
    value = op->getOperand(0);
  }
  return value;
}

namespace {

/// Asks of one block what takes last positions.
class LastPositions {
public:
  bool isLastIndex(Value index, Value tensor);
  bool selects(Operation *op);

private:
  bool isSize(Value number, Value tensor, int64_t axis);
  bool isEnd(Value end, Value tensor);
  bool countsBatch(Value value, Value tensor);
  bool gathersLast(Operation *op);
  bool gathersLastOfEach(Operation *op);
  bool slicesLast(Operation *op);
  bool splitsLast(Operation *op);

  ShapeTracer tracer;
};

} // namespace

/// Whether `number` is the size of an axis of `tensor`.
bool LastPositions::isSize(Value number, Value tensor, int64_t axis) {
  std::optional<SmallVector<Dim>> dims = tracer.elements(number);
  return dims && dims->size() == 1 &&
         dims->front() == tracer.sizeOf(tensor, axis);
}

/// Whether all numbers in `index` are -1 or the size of axis 1 less 1.
bool LastPositions::isLastIndex(Value index, Value tensor) {
  index = skipMoves(index, /*repeats=*/true);
  if (std::optional<SmallVector<int64_t>> numbers = intConstants(index))
    return !numbers->empty() &&
           llvm::all_of(*numbers, [](int64_t i) { return i == -1; });
  if (Operation *fill = onnxDef(index, "ConstantOfShape")) {
    auto value = fill->getAttrOfType<DenseElementsAttr>("value");
    // Of i1, true is all ones, too.
    return value && value.getElementType().isSignlessInteger() &&
           value.getElementType().getIntOrFloatBitWidth() >= 32 &&
           value.isSplat() && value.getSplatValue<APInt>().isAllOnes();
  }
  auto isNumber = [](Value value, int64_t number) {
    std::optional<SmallVector<int64_t>> numbers = intConstants(value);
    return numbers && numbers->size() == 1 && numbers->front() == number;
  };
  if (Operation *sub = onnxDef(index, "Sub"))
    return isNumber(sub->getOperand(1), 1) &&
           isSize(sub->getOperand(0), tensor, 1);
  return matchCommutative(index, "Add", [&](Value size, Value number) {
    return isNumber(number, -1) && isSize(size, tensor, 1);
  });
}

static bool isRank3(Value tensor) {
  RankedTensorType type = rankedType(tensor);
  return type && type.getRank() == 3;
}

static int64_t axisOf(Operation *op, int64_t fallback) {
  int64_t axis = intAttr(op, "axis", fallback);
  return axis < 0 ? axis + 3 : axis;
}

bool LastPositions::gathersLast(Operation *op) {
  RankedTensorType index = rankedType(op->getOperand(1));
  return axisOf(op, 0) == 1 && index && index.getRank() <= 1 &&
         index.hasStaticShape() && index.getNumElements() == 1 &&
         isLastIndex(op->getOperand(1), op->getOperand(0));
}

/// Whether `value` counts the batch entries of `tensor`: 0, 1, ...
bool LastPositions::countsBatch(Value value, Value tensor) {
  value = skipMoves(value, /*repeats=*/false);
  Operation *range = onnxDef(value, "Range");
  if (!range) {
    std::optional<SmallVector<int64_t>> numbers = intConstants(value);
    return numbers && numbers->size() == 1 && numbers->front() == 0 &&
           rankedType(tensor).getDimSize(0) == 1;
  }
  std::optional<SmallVector<int64_t>> first =
                                          intConstants(range->getOperand(0)),
                                      step = intConstants(range->getOperand(2));
  return first && first->front() == 0 && step && step->front() == 1 &&
         isSize(range->getOperand(1), tensor, 0);
}

/// GatherND with an index [last] or [entry, last] for each batch entry.
bool LastPositions::gathersLastOfEach(Operation *op) {
  Value tensor = op->getOperand(0), indices = op->getOperand(1);
  RankedTensorType type = rankedType(indices);
  if (!type || type.getRank() != 2)
    return false;
  if (intAttr(op, "batch_dims", 0) == 1)
    return type.getDimSize(1) == 1 && isLastIndex(indices, tensor);
  if (intAttr(op, "batch_dims", 0) != 0 || type.getDimSize(1) != 2)
    return false;
  if (std::optional<SmallVector<int64_t>> numbers = intConstants(indices))
    return *numbers == SmallVector<int64_t>{0, -1} &&
           rankedType(tensor).getDimSize(0) == 1;
  Operation *concat = onnxDef(indices, "Concat");
  int64_t axis = concat ? intAttr(concat, "axis", 0) : 0;
  return concat && (axis == 1 || axis == -1) && concat->getNumOperands() == 2 &&
         countsBatch(concat->getOperand(0), tensor) &&
         isLastIndex(concat->getOperand(1), tensor);
}

/// Whether `end` is behind the last position.
bool LastPositions::isEnd(Value end, Value tensor) {
  std::optional<SmallVector<int64_t>> number = intConstants(end);
  return number ? number->size() == 1 && number->front() >= INT32_MAX
                : isSize(end, tensor, 1);
}

bool LastPositions::slicesLast(Operation *op) {
  auto isNumber = [&](unsigned index, std::initializer_list<int64_t> numbers) {
    Value operand = operandOrNull(op, index);
    std::optional<SmallVector<int64_t>> found =
        operand ? intConstants(operand) : std::nullopt;
    return found && found->size() == 1 &&
           llvm::is_contained(numbers, found->front());
  };
  RankedTensorType starts = rankedType(op->getOperand(1));
  return starts && starts.hasStaticShape() && starts.getNumElements() == 1 &&
         isNumber(3, {1, -2}) && (!operandOrNull(op, 4) || isNumber(4, {1})) &&
         isEnd(op->getOperand(2), op->getOperand(0)) &&
         isLastIndex(op->getOperand(1), op->getOperand(0));
}

/// Whether the last part of a Split has one position.
bool LastPositions::splitsLast(Operation *op) {
  if (axisOf(op, 0) != 1)
    return false;
  RankedTensorType last = rankedType(op->getResults().back());
  if (last && last.getRank() == 3 && last.getDimSize(1) == 1)
    return true;
  Value sizes = operandOrNull(op, 1);
  std::optional<SmallVector<Dim>> parts =
      sizes ? tracer.elements(sizes) : std::nullopt;
  return parts && parts->size() == op->getNumResults() &&
         parts->back().isConstant(1);
}

/// Whether the last result of `op` is the last position of its first operand.
bool LastPositions::selects(Operation *op) {
  if (op->getNumOperands() == 0 || !isRank3(op->getOperand(0)) ||
      onnx::lastPositionOf(op))
    return false;
  return isOnnx(op, "Gather")     ? gathersLast(op)
         : isOnnx(op, "GatherND") ? gathersLastOfEach(op)
         : isOnnx(op, "Slice")    ? slicesLast(op)
         : isOnnx(op, "Split")    ? splitsLast(op)
                                  : false;
}

/// The last position of `tensor`, as `like` has it.
static Value createSelection(OpBuilder &builder, Location loc, Value tensor,
                             Value like) {
  RankedTensorType type = rankedType(like);
  auto axis = builder.getNamedAttr("axis", builder.getI64IntegerAttr(1));
  // A Gather by a list keeps the axis, one by a number does not.
  Value index = createIndices(builder, loc, -1);
  if (type.getRank() == 2)
    index = createOnnx(
        builder, loc, "Constant",
        RankedTensorType::get({}, builder.getI64Type()), {},
        builder.getNamedAttr(
            "value",
            DenseElementsAttr::get(
                RankedTensorType::get({}, builder.getI64Type()), int64_t(-1))));
  return createOnnx(builder, loc, "Gather", type, {tensor, index}, axis);
}

void bitnet::recognize::spellLastPositions(Block &block) {
  SmallVector<Operation *> found;
  // The tracer is done before anything changes.
  {
    LastPositions positions;
    for (Operation &op : block)
      if (positions.selects(&op))
        found.push_back(&op);
  }
  for (Operation *op : found) {
    OpBuilder builder(op);
    Value last = op->getResults().back();
    last.replaceAllUsesWith(
        createSelection(builder, op->getLoc(), op->getOperand(0), last));
    if (op->use_empty())
      op->erase();
  }
}
