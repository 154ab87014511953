#include "compiler/Recognize/LinearOperands.h"

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/TernaryWeights.h"

using namespace mlir;

namespace bitnet::recognize {

/// Whether `bias` is constant and adds one number to each output.
static bool isBias(Value bias, int64_t n, onnx::ConstantEvaluator &evaluator) {
  RankedTensorType type = rankedType(bias);
  return type && type.getRank() == 1 && type.getDimSize(0) == n &&
         evaluator.isConstantExpression(bias);
}

void reachConstant(LinearOperands &linear) {
  Value value = skipNoOps(linear.weights);
  bool rowsAreOutputs = linear.rowsAreOutputs;
  while (!onnxDef(value, "Constant")) {
    Operation *op = value.getDefiningOp();
    bool widens = isOnnx(op, "Cast") && elementType(value).isF32() &&
                  isWeightType(elementType(op->getOperand(0)));
    if (!widens && !isOnnx(op, "Transpose"))
      return;
    // Of a matrix: a permutation that changes something swaps the axes.
    auto order = op->getAttrOfType<DenseI64ArrayAttr>("perm");
    if (!widens && (!order || order[0] == 1))
      rowsAreOutputs = !rowsAreOutputs;
    value = skipNoOps(op->getOperand(0));
  }
  linear.weights = value;
  linear.rowsAreOutputs = rowsAreOutputs;
}

std::optional<LinearOperands>
matchLinearOperands(Operation *op, onnx::ConstantEvaluator &evaluator) {
  LinearOperands linear{};
  linear.op = op;
  bool gemm = isOnnx(op, "Gemm"), fused = isOnnx(op, "ms.FusedMatMul");
  if (!gemm && !fused && !isOnnx(op, "MatMul"))
    return std::nullopt;
  if (floatAttr(op, "alpha", 1) != 1 || intAttr(op, "transA", 0) != 0 ||
      intAttr(op, "transBatchA", 0) != 0 || intAttr(op, "transBatchB", 0) != 0)
    return std::nullopt;
  linear.input = op->getOperand(0);
  linear.weights = op->getOperand(1);
  linear.rowsAreOutputs = intAttr(op, "transB", 0) != 0;
  RankedTensorType input = rankedType(linear.input);
  RankedTensorType weights = rankedType(linear.weights);
  if (!input || input.getRank() < 1 || !weights || weights.getRank() != 2 ||
      !weights.hasStaticShape() || !isWeightType(weights.getElementType()) ||
      !evaluator.isConstantExpression(linear.weights))
    return std::nullopt;
  linear.n = weights.getDimSize(linear.rowsAreOutputs ? 0 : 1);
  linear.k = weights.getDimSize(linear.rowsAreOutputs ? 1 : 0);
  if (linear.n == 0 || linear.k == 0 || input.getShape().back() != linear.k)
    return std::nullopt;
  if (Value bias = gemm ? operandOrNull(op, 2) : Value()) {
    if (floatAttr(op, "beta", 1) != 1 || !isBias(bias, linear.n, evaluator))
      return std::nullopt;
    linear.bias = bias;
  }
  return linear;
}

} // namespace bitnet::recognize
