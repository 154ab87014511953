#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"
#include "compiler/Recognize/RepeatedHeads.h"
#include "compiler/Recognize/ShapeTracer.h"

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// Whether `size` is known to be less than the number of keys.
static bool isShorter(onnx::AttentionOp op, int64_t size) {
  RankedTensorType key = rankedType(op.getK());
  int64_t keys = key.getDimSize(key.getRank() - 2);
  if (Value past = op.getPastKey()) {
    int64_t before = rankedType(past).getDimSize(2);
    keys = ShapedType::isDynamic(keys) || ShapedType::isDynamic(before)
               ? ShapedType::kDynamic
               : keys + before;
  }
  return !ShapedType::isDynamic(size) && !ShapedType::isDynamic(keys) &&
         size < keys;
}

/// What transformer.attention cannot say of `op`; null if nothing.
static const char *findUnknown(onnx::AttentionOp op) {
  if (op.getLeftWindowSize() >= 0 || op.getRightWindowSize() >= 0 ||
      op.getNonpadLength())
    return "has a window or lengths";
  float softcap = op.getSoftcap().convertToFloat();
  if (softcap != 0 && !(softcap > 0 && std::isfinite(softcap)))
    return "has a softcap that caps nothing";
  if (op->getNumResults() > 3 && !op->getResult(3).use_empty())
    return "shows its scores";
  for (unsigned index : {0u, 1u, 2u, 4u, 5u})
    if (Value operand = operandOrNull(op, index);
        operand && !isModelFloat(elementType(operand)))
      return "is of another type than f32, f16 and bf16";
  for (Value x : {op.getQ(), op.getK(), op.getV()}) {
    RankedTensorType type = rankedType(x);
    if (type.isDynamicDim(type.getRank() - 1) ||
        (type.getRank() == 4 && type.isDynamicDim(1)))
      return "heads are not static";
  }
  if (Value mask = op.getMask()) {
    RankedTensorType type = rankedType(mask);
    // A mask that is too short hides the keys behind it.
    if (type.getRank() == 0 || type.getRank() > 4 ||
        type.getShape().back() == 1 || isShorter(op, type.getShape().back()))
      return "mask does not tell every key";
    if (!isModelFloat(elementType(mask)) && !elementType(mask).isInteger(1))
      return "mask is neither a float nor i1";
  }
  if (!op.getIsCausal() || op->hasAttr(kOneLengthAttr))
    return nullptr;
  // Query i sees key i of the step: the same as the last S of T keys only if
  // the step has as many keys as queries.
  ShapeTracer tracer;
  int64_t axis = rankedType(op.getQ()).getRank() - 2;
  return tracer.sizeOf(op.getQ(), axis) == tracer.sizeOf(op.getK(), axis)
             ? nullptr
             : "may have another number of keys than of queries";
}

namespace {

/// onnx.Attention -> Concat with the past, transformer.attention.
struct RecognizeStandardAttention : OpRewritePattern<onnx::AttentionOp> {
  RecognizeStandardAttention(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(onnx::AttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (const char *unknown = findUnknown(op))
      return rewriter.notifyMatchFailure(op, unknown);
    onnx::OpEmitter emit(rewriter, op.getLoc());
    bool isJoined = rankedType(op.getQ()).getRank() == 3;
    auto heads = [&](Value x, int64_t count) {
      return isJoined ? emit.splitHeads(x, count) : x;
    };
    auto withPast = [&](Value past, Value fresh) {
      return past ? emit.concat({past, fresh}, 2) : fresh;
    };
    Value query = heads(op.getQ(), op.getQNumHeads());
    Value key = withPast(op.getPastKey(), heads(op.getK(), op.getKvNumHeads()));
    Value value =
        withPast(op.getPastValue(), heads(op.getV(), op.getKvNumHeads()));
    // Exporters repeat key heads for older backends.
    ShapeTracer tracer;
    Value fewKeys = skipRepeatedHeads(key, tracer);
    Value fewValues = skipRepeatedHeads(value, tracer);
    if (rankedType(fewKeys).getDimSize(1) !=
        rankedType(fewValues).getDimSize(1))
      fewKeys = key, fewValues = value;
    SmallVector<int64_t> shape(rankedType(query).getShape());
    float scale = op.getScale() ? op.getScale()->convertToFloat()
                                : 1 / std::sqrt(float(shape.back()));
    shape.back() = rankedType(value).getShape().back();
    Value mask = op.getMask();
    Type f32 = rewriter.getF32Type();
    if (mask && !elementType(mask).isInteger(1))
      mask = emit.cast(mask, f32);
    if (mask && rankedType(mask).getRank() < 4)
      mask = emit.unsqueeze(mask, llvm::to_vector(llvm::seq<int64_t>(
                                      0, 4 - rankedType(mask).getRank())));
    Type element = elementType(op.getQ());
    FloatAttr softcap = op.getSoftcapAttr();
    Value y =
        transformer::AttentionOp::create(
            rewriter, op.getLoc(), RankedTensorType::get(shape, f32),
            emit.cast(query, f32), emit.cast(fewKeys, f32),
            emit.cast(fewValues, f32), mask, Value(), ValueRange(), Value(),
            rewriter.getF32FloatAttr(scale),
            op.getIsCausal() ? rewriter.getUnitAttr() : UnitAttr(),
            FlatSymbolRefAttr(), FlatSymbolRefAttr(), FloatAttr(), UnitAttr(),
            softcap && !softcap.getValue().isZero() ? softcap : FloatAttr())
            .getResult();
    y = emit.cast(y, element);
    SmallVector<Value> results = {isJoined ? emit.joinHeads(y) : y, key, value};
    // Nobody reads the fourth result.
    results.resize(op->getNumResults());
    onnx::replaceOp(rewriter, op, results);
    return success();
  }
};

} // namespace

void bitnet::recognize::populateStandardAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<RecognizeStandardAttention>(patterns.getContext());
  onnx::populateDecomposeAttentionPatterns(patterns);
  onnx::populateDecomposePatterns(patterns);
}
