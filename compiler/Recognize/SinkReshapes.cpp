//===- SinkReshapes.cpp - a product has the axes of its input -------------===//
//
// Optimisers make x W + b of three axes a Gemm of all rows: Reshape, Gemm,
// Reshape back. What quantises x then stands in front of the first Reshape, and
// what rescales the product behind the second one. The product is computed on x
// itself instead, which has the same rows in the same order.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/LinearOperands.h"
#include "compiler/Recognize/Matchers.h"

#include "dialects/Onnx/IR/ShapeAnalysis.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// x where `value` has its rows, and in their order: where a reshape keeps the
/// last axis. Null otherwise.
static Value beforeReshape(Value value) {
  Operation *op = skipNoOps(value).getDefiningOp();
  if (!isOnnx(op, "Reshape") && !isOnnx(op, "Squeeze") &&
      !isOnnx(op, "Unsqueeze"))
    return {};
  Value x = op->getOperand(0);
  std::optional<int64_t> size = lastSize(x);
  bool keepsRows = size && size == lastSize(op->getResult(0));
  return keepsRows && rankedType(x).getRank() > 1 ? x : Value();
}

/// The operand of a Reshape to `type`; nothing where two axes are unknown.
static std::optional<SmallVector<int64_t>> reshapeTo(RankedTensorType type) {
  // 0 would copy an axis, and stand for any size beside an unknown one.
  if (type.getNumDynamicDims() > 1 || llvm::is_contained(type.getShape(), 0))
    return std::nullopt;
  return llvm::map_to_vector(type.getShape(), [](int64_t size) {
    return ShapedType::isDynamic(size) ? -1 : size;
  });
}

/// x W + b with the axes of x.
static Value multiply(OpBuilder &builder, Location loc, Value x,
                      const LinearOperands &linear) {
  Value weights = linear.weights;
  if (linear.rowsAreOutputs)
    weights = createOnnx(
        builder, loc, "Transpose",
        RankedTensorType::get({linear.k, linear.n}, elementType(weights)),
        weights,
        builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr({1, 0})));
  SmallVector<int64_t> shape(rankedType(x).getShape());
  shape.back() = linear.n;
  auto type = RankedTensorType::get(shape, elementType(x));
  Value y = createOnnx(builder, loc, "MatMul", type, {x, weights});
  return linear.bias ? createOnnx(builder, loc, "Add", type, {y, linear.bias})
                     : y;
}

/// Whether `op` is a reshape whose result provably has the shape of `y`.
static bool reshapesTo(Operation *op, Value y) {
  bool isReshape =
      isOnnx(op, "Reshape") || isOnnx(op, "Squeeze") || isOnnx(op, "Unsqueeze");
  RankedTensorType type =
      isReshape ? rankedType(op->getResult(0)) : RankedTensorType();
  return type && type.getRank() == rankedType(y).getRank() &&
         llvm::all_of(llvm::seq(type.getRank()), [&](int64_t axis) {
           return onnx::haveSameDim(op->getResult(0), axis, y, axis);
         });
}

void bitnet::recognize::sinkReshapes(Block &block) {
  onnx::ConstantEvaluator evaluator;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    std::optional<LinearOperands> linear = matchLinearOperands(&op, evaluator);
    Value x = linear ? beforeReshape(linear->input) : Value();
    if (!x)
      continue;
    Value old = op.getResult(0);
    std::optional<SmallVector<int64_t>> shape = reshapeTo(rankedType(old));
    if (!shape)
      continue;
    OpBuilder builder(&op);
    Location loc = op.getLoc();
    Value y = multiply(builder, loc, x, *linear);
    for (Operation *user : llvm::to_vector(old.getUsers()))
      if (reshapesTo(user, y))
        replaceValue(user->getResult(0), y);
    replaceValue(old, createOnnx(builder, loc, "Reshape", rankedType(old),
                                 {y, createIndices(builder, loc, *shape)}));
  }
  eraseDead(block);
}
