//===- HoistTransposes.cpp - a row is what a scale is for -----------------===//
//
// Layers of channels, as convolutions of size 1 are, quantise over an axis that
// a Transpose makes the last one of the product. The quantiser is computed
// behind that Transpose instead: each op of it is the same for any order of
// axes.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/LinearOperands.h"
#include "compiler/Recognize/Matchers.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

namespace {

/// Computes what a quantiser makes of x with the axes of x in another order.
class QuantizerMover {
public:
  QuantizerMover(OpBuilder &builder, Operation *transpose)
      : builder(builder), transpose(transpose),
        perm(transpose->getAttrOfType<DenseI64ArrayAttr>("perm").asArrayRef()) {
  }

  /// What the transpose makes of codes over the axis that becomes the last one,
  /// or of what they stand for; null, and nothing built, where it has others.
  Value move();

private:
  bool isWhole(Value value) {
    RankedTensorType type = rankedType(value);
    return type && type.getRank() == int64_t(perm.size());
  }
  bool reducesRows(Operation *op);
  Value findInput();
  bool isMovable(Value value);
  Value build(Value value);

  OpBuilder &builder;
  Operation *transpose;
  ArrayRef<int64_t> perm;
  Value input; // x
  bool isRounded = false;
  llvm::SmallDenseSet<Value> seen;
  DenseMap<Value, Value> built;
};

} // namespace

static bool isElementwise(Operation *op) {
  return llvm::any_of(ArrayRef<StringRef>{"Abs", "Add", "Cast", "Clip", "Div",
                                          "Identity", "Max", "Min", "Mul",
                                          "Neg", "Reciprocal", "Round", "Sub"},
                      [&](StringRef name) { return isOnnx(op, name); });
}

/// Whether `op` is an extremum over the axis that becomes the last one.
bool QuantizerMover::reducesRows(Operation *op) {
  if (!isOnnx(op, "ReduceMax") && !isOnnx(op, "ReduceMin"))
    return false;
  std::optional<SmallVector<int64_t>> axes = axesOf(op);
  int64_t rank = perm.size();
  return axes && axes->size() == 1 && intAttr(op, "keepdims", 1) == 1 &&
         (axes->front() + rank) % rank == perm.back();
}

/// x of the extremum that is nearest to the transpose; null if there is none.
Value QuantizerMover::findInput() {
  llvm::SetVector<Value> reached;
  reached.insert(skipNoOps(transpose->getOperand(0)));
  for (size_t i = 0; i < reached.size(); ++i) {
    Operation *op = reached[i].getDefiningOp();
    if (!op || !isWhole(reached[i]))
      continue;
    if (reducesRows(op)) {
      Value x = skipNoOps(op->getOperand(0));
      Operation *abs = onnxDef(x, "Abs");
      return abs ? skipNoOps(abs->getOperand(0)) : x;
    }
    if (isElementwise(op))
      for (Value operand : op->getOperands())
        reached.insert(skipNoOps(operand));
  }
  return {};
}

/// Whether all between x and `value` is the same for another order of axes.
bool QuantizerMover::isMovable(Value value) {
  value = skipNoOps(value);
  if (value == input || isa<NoneType>(value.getType()) ||
      scalarConstant(value) || !seen.insert(value).second)
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || !isWhole(value) || (!isElementwise(op) && !reducesRows(op)))
    return false;
  isRounded |= isOnnx(op, "Round");
  return llvm::all_of(op->getOperands(),
                      [&](Value operand) { return isMovable(operand); });
}

Value QuantizerMover::build(Value value) {
  value = skipNoOps(value);
  if (isa<NoneType>(value.getType()) || scalarConstant(value))
    return value;
  if (Value done = built.lookup(value))
    return done;
  SmallVector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(rankedType(value).getDimSize(axis));
  auto type = RankedTensorType::get(shape, elementType(value));
  Location loc = transpose->getLoc();
  if (value == input)
    return built[value] = createOnnx(builder, loc, "Transpose", type, value,
                                     transpose->getAttrs());
  Operation *op = value.getDefiningOp();
  SmallVector<NamedAttribute> attributes(op->getAttrs());
  SmallVector<Value> operands;
  if (reducesRows(op)) {
    attributes = {builder.getNamedAttr(
        "axes", builder.getDenseI64ArrayAttr({int64_t(perm.size()) - 1}))};
    operands.push_back(build(op->getOperand(0)));
  } else {
    for (Value operand : op->getOperands())
      operands.push_back(build(operand));
  }
  return built[value] =
             createOnnx(builder, op->getLoc(), op->getName().stripDialect(),
                        type, operands, attributes);
}

Value QuantizerMover::move() {
  input = findInput();
  if (!input || !isWhole(input) || !isMovable(transpose->getOperand(0)) ||
      !isRounded)
    return {};
  return build(transpose->getOperand(0));
}

void bitnet::recognize::hoistTransposes(Block &block) {
  onnx::ConstantEvaluator evaluator;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    std::optional<LinearOperands> linear = matchLinearOperands(&op, evaluator);
    Operation *transpose =
        linear ? onnxDef(skipNoOps(linear->input), "Transpose") : nullptr;
    if (!transpose || !transpose->hasAttr("perm"))
      continue;
    OpBuilder builder(&op);
    if (Value moved = QuantizerMover(builder, transpose).move())
      op.setOperand(0, moved);
  }
  eraseDead(block);
}
