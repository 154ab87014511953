#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"

#include "dialects/RT/IR/RTOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "llvm/ADT/SetVector.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// Whether `value` depends on shapes and constants only. Then it is the same
/// for every entry of the batch.
static bool dependsOnShapesOnly(Value value) {
  llvm::SetVector<Value> seen;
  seen.insert(value);
  for (unsigned i = 0; i < seen.size(); ++i) {
    Operation *op = seen[i].getDefiningOp();
    if (!op)
      return false;
    if (isOnnx(op, "Shape") || isOnnx(op, "Size") || isa<rt::PastLengthOp>(op))
      continue;
    seen.insert(op->operand_begin(), op->operand_end());
  }
  return true;
}

/// What of ms.GroupQueryAttention the rewrite does not know; null if nothing.
static const char *findUnknown(Operation *op) {
  if (floatAttr(op, "softcap", 0) != 0 ||
      intAttr(op, "local_window_size", -1) != -1 ||
      intAttr(op, "smooth_softmax", 0) != 0 || intAttr(op, "causal", 1) != 1 ||
      intAttr(op, "rotary_interleaved", 0) != 0 ||
      intAttr(op, "kv_cache_bit_width", 0) != 0)
    return "has a softcap, a window or another variant";
  for (unsigned index = 11; index < op->getNumOperands(); ++index)
    if (operandOrNull(op, index))
      return "has operands behind the attention bias";
  for (unsigned index : {1u, 2u})
    if (!operandOrNull(op, index))
      return "has query, key and value in one operand";
  for (unsigned index = 0; index < 5; ++index)
    if (Value operand = operandOrNull(op, index);
        operand && !elementType(operand).isF32())
      return "is not f32";
  if (op->getNumResults() > 3)
    return "has a result for the scores";
  if (!dependsOnShapesOnly(op->getOperand(5)))
    return "has lengths that may differ within the batch";
  if (intAttr(op, "do_rotary", 0) != 0 &&
      (!operandOrNull(op, 7) || !operandOrNull(op, 8) || !operandOrNull(op, 9)))
    return "rotates without tables or positions";
  return nullptr;
}

namespace {

/// ms.GroupQueryAttention -> rotary, Concat with the past, attention.
struct RecognizeGroupQueryAttention : RewritePattern {
  RecognizeGroupQueryAttention(MLIRContext *context)
      : RewritePattern("onnx.ms.GroupQueryAttention", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (const char *unknown = findUnknown(op))
      return rewriter.notifyMatchFailure(op, unknown);
    int64_t heads = intAttr(op, "num_heads", 0);
    int64_t groups = intAttr(op, "kv_num_heads", 0);
    std::optional<int64_t> width = lastSize(op->getOperand(0));
    std::optional<int64_t> keyWidth = lastSize(op->getOperand(1));
    std::optional<int64_t> valueWidth = lastSize(op->getOperand(2));
    if (heads <= 0 || groups <= 0 || heads % groups != 0 || !width ||
        *width % heads != 0 || !valueWidth || *valueWidth % groups != 0 ||
        !keyWidth || *keyWidth != *width / heads * groups)
      return rewriter.notifyMatchFailure(op, "head sizes are not known");
    auto hasRank = [&](unsigned index, int64_t rank) {
      RankedTensorType type = rankedType(op->getOperand(index));
      return type && type.getRank() == rank;
    };
    if (!hasRank(0, 3) || !hasRank(1, 3) || !hasRank(2, 3))
      return rewriter.notifyMatchFailure(op,
                                         "query, key or value has no 3 axes");
    if (intAttr(op, "do_rotary", 0) != 0 &&
        (!hasRank(7, 2) || !hasRank(8, 2) || !hasRank(9, 2)))
      return rewriter.notifyMatchFailure(
          op, "tables or positions of the rotation have no 2 axes");

    Location loc = op->getLoc();
    Value query = splitHeads(rewriter, loc, op->getOperand(0), heads);
    Value key = splitHeads(rewriter, loc, op->getOperand(1), groups);
    Value value = splitHeads(rewriter, loc, op->getOperand(2), groups);
    if (intAttr(op, "do_rotary", 0) != 0) {
      Value cos = rowsAt(rewriter, loc, op->getOperand(7), op->getOperand(9));
      Value sin = rowsAt(rewriter, loc, op->getOperand(8), op->getOperand(9));
      query = rotate(rewriter, loc, query, cos, sin);
      key = rotate(rewriter, loc, key, cos, sin);
    }
    if (Value past = operandOrNull(op, 3)) {
      key = append(rewriter, loc, past, key, op, 1);
      value = append(rewriter, loc, operandOrNull(op, 4), value, op, 2);
    }
    float scale = floatAttr(op, "scale", 0);
    if (scale == 0)
      scale = 1 / std::sqrt(float(*width / heads));
    auto attention = transformer::AttentionOp::create(
        rewriter, loc, query.getType(), query, key, value,
        operandOrNull(op, 10), Value(), ValueRange(), Value(),
        rewriter.getF32FloatAttr(scale), rewriter.getUnitAttr(),
        FlatSymbolRefAttr(), FlatSymbolRefAttr());
    rewriter.replaceAllUsesWith(
        op->getResult(0),
        joinHeads(rewriter, loc, attention.getResult(), op->getOperand(0)));
    for (auto [index, present] : {std::pair(1, key), std::pair(2, value)})
      if (int64_t(op->getNumResults()) > index)
        rewriter.replaceAllUsesWith(op->getResult(index), present);
    rewriter.eraseOp(op);
    return success();
  }

  /// [B, S, H * D] -> [B, H, S, D].
  static Value splitHeads(OpBuilder &builder, Location loc, Value value,
                          int64_t heads) {
    ArrayRef<int64_t> shape = rankedType(value).getShape();
    int64_t size = shape[2] / heads;
    Type element = elementType(value);
    Value split = createOnnx(
        builder, loc, "Reshape",
        RankedTensorType::get({shape[0], shape[1], heads, size}, element),
        {value, createIndices(builder, loc, {0, 0, heads, size})});
    return swapAxes(builder, loc, split);
  }

  /// [B, H, S, D] -> [B, S, H * D], the type of `like`.
  static Value joinHeads(OpBuilder &builder, Location loc, Value value,
                         Value like) {
    Value swapped = swapAxes(builder, loc, value);
    return createOnnx(builder, loc, "Reshape", like.getType(),
                      {swapped, createIndices(builder, loc, {0, 0, -1})});
  }

  /// Exchanges axes 1 and 2 of rank 4.
  static Value swapAxes(OpBuilder &builder, Location loc, Value value) {
    ArrayRef<int64_t> shape = rankedType(value).getShape();
    return createOnnx(
        builder, loc, "Transpose",
        RankedTensorType::get({shape[0], shape[2], shape[1], shape[3]},
                              elementType(value)),
        value,
        builder.getNamedAttr("perm",
                             builder.getDenseI64ArrayAttr({0, 2, 1, 3})));
  }

  /// Rows of a [P, D/2] table for positions [B, S], as [B, 1, S, D/2].
  static Value rowsAt(OpBuilder &builder, Location loc, Value table,
                      Value positions) {
    ArrayRef<int64_t> at = rankedType(positions).getShape();
    int64_t size = rankedType(table).getShape().back();
    Type element = elementType(table);
    Value rows =
        createOnnx(builder, loc, "Gather",
                   RankedTensorType::get({at[0], at[1], size}, element),
                   {table, positions},
                   builder.getNamedAttr("axis", builder.getI64IntegerAttr(0)));
    return createUnsqueeze(builder, loc, rows, 1);
  }

  static Value rotate(OpBuilder &builder, Location loc, Value value, Value cos,
                      Value sin) {
    return transformer::RotaryOp::create(builder, loc, value.getType(), value,
                                         cos, sin, ValueRange(), Value())
        .getResult();
  }

  /// Concat(past, value) along the length, typed as result `index` of `op`.
  static Value append(OpBuilder &builder, Location loc, Value past, Value value,
                      Operation *op, unsigned index) {
    SmallVector<int64_t> shape(rankedType(value).getShape());
    shape[2] = ShapedType::kDynamic;
    Type type = op->getNumResults() > index
                    ? op->getResult(index).getType()
                    : RankedTensorType::get(shape, elementType(value));
    return createOnnx(
        builder, loc, "Concat", type, {past, value},
        builder.getNamedAttr("axis", builder.getI64IntegerAttr(2)));
  }
};

} // namespace

void bitnet::recognize::populateGroupQueryAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<RecognizeGroupQueryAttention>(patterns.getContext());
}
