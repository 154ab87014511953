//===- NormalizeProducts.cpp - weights to the right, as a matrix ----------===//
//
// A linear layer is x W with W a matrix. Graphs also multiply W x with weights
// on the left, and give weights leading axes of size 1; both mean the same.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/LinearOperands.h"
#include "compiler/Recognize/Matchers.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// Whether `value` is a matrix but for leading axes of size 1.
static bool isMatrix(Value value) {
  RankedTensorType type = rankedType(value);
  return type && type.hasStaticShape() && type.getRank() >= 2 &&
         llvm::all_of(type.getShape().drop_back(2),
                      [](int64_t size) { return size == 1; });
}

/// The matrix, without leading axes.
static Value asMatrix(OpBuilder &builder, Location loc, Value weights) {
  RankedTensorType type = rankedType(weights);
  if (type.getRank() == 2)
    return weights;
  ArrayRef<int64_t> shape = type.getShape().take_back(2);
  return createOnnx(builder, loc, "Reshape",
                    RankedTensorType::get(shape, type.getElementType()),
                    {weights, createIndices(builder, loc, shape)});
}

/// `value` with its last two axes swapped; undoes such a Transpose.
static Value swapLast(OpBuilder &builder, Location loc, Value value) {
  RankedTensorType type = rankedType(value);
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  std::swap(perm.end()[-1], perm.end()[-2]);
  if (Operation *transpose = onnxDef(value, "Transpose"))
    if (auto own = transpose->getAttrOfType<DenseI64ArrayAttr>("perm"))
      if (own.asArrayRef() == ArrayRef<int64_t>(perm))
        return transpose->getOperand(0);
  SmallVector<int64_t> shape(type.getShape());
  std::swap(shape.end()[-1], shape.end()[-2]);
  return createOnnx(
      builder, loc, "Transpose",
      RankedTensorType::get(shape, type.getElementType()), value,
      builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(perm)));
}

/// x W without the leading axes of W.
static Value multiply(OpBuilder &builder, Location loc, Value x, Value matrix) {
  SmallVector<int64_t> shape(rankedType(x).getShape());
  shape.back() = rankedType(matrix).getDimSize(1);
  return createOnnx(builder, loc, "MatMul",
                    RankedTensorType::get(shape, elementType(x)), {x, matrix});
}

void bitnet::recognize::normalizeProducts(Block &block) {
  onnx::ConstantEvaluator evaluator;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (!isOnnx(&op, "MatMul"))
      continue;
    Value lhs = op.getOperand(0), rhs = op.getOperand(1);
    bool isLeft = evaluator.isConstantExpression(lhs);
    if (isLeft == evaluator.isConstantExpression(rhs))
      continue;
    Value weights = isLeft ? lhs : rhs, x = isLeft ? rhs : lhs;
    RankedTensorType type = rankedType(x);
    bool isPlain =
        !isLeft && rankedType(weights) && rankedType(weights).getRank() == 2;
    if (isPlain || !isMatrix(weights) || !type || type.getRank() == 0)
      continue;
    OpBuilder builder(&op);
    Location loc = op.getLoc();
    Value matrix = asMatrix(builder, loc, weights), y;
    if (!isLeft) {
      y = multiply(builder, loc, x, matrix);
    } else {
      // (W x)^T = x^T W^T.
      bool isVector = type.getRank() == 1;
      Value transposed = isVector ? x : swapLast(builder, loc, x);
      y = multiply(builder, loc, transposed, swapLast(builder, loc, matrix));
      y = isVector ? y : swapLast(builder, loc, y);
    }
    int64_t missing =
        rankedType(op.getResult(0)).getRank() - rankedType(y).getRank();
    if (missing > 0)
      y = createUnsqueeze(builder, loc, y,
                          llvm::to_vector(llvm::seq<int64_t>(0, missing)));
    replaceValue(op.getResult(0), y);
  }
  eraseDead(block);
}
