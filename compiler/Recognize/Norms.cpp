#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"

#include "dialects/Transformer/IR/TransformerOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// Whether `value` has one number for each element of the last axis of `of`.
static bool isLastAxisVector(Value value, Value of) {
  RankedTensorType type = rankedType(value);
  std::optional<int64_t> size = lastSize(of);
  return type && type.getRank() == 1 && size && type.getDimSize(0) == *size &&
         isModelFloat(elementType(value));
}

static Value createRMSNorm(OpBuilder &builder, Location loc, Value input,
                           Value gain, float eps) {
  return transformer::RMSNormOp::create(builder, loc, input.getType(), input,
                                        gain, ValueRange(), Value(),
                                        builder.getF32FloatAttr(eps))
      .getResult();
}

/// Matches sqrt(mean(x^2) + eps) over the last axis.
static bool matchRootMeanSquare(Value value, Value x, float &eps) {
  Operation *sqrt = onnxDef(skipNoOps(value), "Sqrt");
  if (!sqrt)
    return false;
  return matchCommutative(
      sqrt->getOperand(0), "Add", [&](Value mean, Value epsilon) {
        Operation *reduce = onnxDef(mean, "ReduceMean");
        std::optional<float> number = scalarConstant(epsilon);
        if (!reduce || !number || !reducesLastAxis(reduce) ||
            squareBase(reduce->getOperand(0)) != skipNoOps(x))
          return false;
        eps = *number;
        return true;
      });
}

/// Puts `norm`, rounded as `op` says, in place of its first result; nothing
/// uses the others.
static void replaceFirst(Operation *op, Value norm, PatternRewriter &rewriter) {
  Value old = op->getResult(0);
  rewriter.replaceAllUsesWith(
      old, castTo(rewriter, op->getLoc(), norm, elementType(old)));
  rewriter.eraseOp(op);
}

namespace {

/// x * (1 / sqrt(mean(x^2) + eps)) -> rms_norm without gain.
struct RecognizeMultipliedRMSNorm : RewritePattern {
  RecognizeMultipliedRMSNorm(MLIRContext *context)
      : RewritePattern("onnx.Mul", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Value input;
    float eps = 0;
    matchCommutative(op->getResult(0), "Mul", [&](Value x, Value inverse) {
      Value root = reciprocalBase(inverse);
      if (!root || !matchRootMeanSquare(root, x, eps))
        return false;
      input = x;
      return true;
    });
    if (!input)
      return rewriter.notifyMatchFailure(
          op, "no operand is 1 / sqrt(mean(x^2) + eps) of the other");
    return rewrite(op, input, eps, rewriter);
  }

  static LogicalResult rewrite(Operation *op, Value input, float eps,
                               PatternRewriter &rewriter) {
    if (!elementType(input).isF32() || !lastSize(input) ||
        input.getType() != op->getResult(0).getType())
      return rewriter.notifyMatchFailure(
          op, "input is not f32 with a static last axis");
    rewriter.replaceOp(op,
                       createRMSNorm(rewriter, op->getLoc(), input, {}, eps));
    return success();
  }
};

/// x / sqrt(mean(x^2) + eps) -> rms_norm without gain.
struct RecognizeDividedRMSNorm : RewritePattern {
  RecognizeDividedRMSNorm(MLIRContext *context)
      : RewritePattern("onnx.Div", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Value input = skipNoOps(op->getOperand(0));
    float eps = 0;
    if (!matchRootMeanSquare(op->getOperand(1), input, eps))
      return rewriter.notifyMatchFailure(
          op, "divisor is not sqrt(mean(x^2) + eps) of the dividend");
    return RecognizeMultipliedRMSNorm::rewrite(op, input, eps, rewriter);
  }
};

/// rms_norm(x) * gain -> rms_norm with gain.
struct FoldGainIntoRMSNorm : RewritePattern {
  FoldGainIntoRMSNorm(MLIRContext *context)
      : RewritePattern("onnx.Mul", 2, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    transformer::RMSNormOp norm;
    Value gain;
    auto matchFactors = [&](Value x, Value factor) {
      norm = x.getDefiningOp<transformer::RMSNormOp>();
      gain = factor;
      return norm && !norm.getGain() && onnxDef(factor, "Constant") &&
             elementType(factor).isF32() &&
             isLastAxisVector(factor, norm.getInput());
    };
    if (!matchCommutative(op->getResult(0), "Mul", matchFactors))
      return rewriter.notifyMatchFailure(
          op, "no product of an rms_norm without gain and a constant vector");
    if (!norm.getResult().hasOneUse())
      return rewriter.notifyMatchFailure(op, "the norm has other uses");
    rewriter.replaceOp(op,
                       createRMSNorm(rewriter, norm.getLoc(), norm.getInput(),
                                     gain, norm.getEps().convertToFloat()));
    return success();
  }
};

/// SimplifiedLayerNormalization and RMSNormalization over the last axis.
struct RecognizeSimplifiedNorm : RewritePattern {
  RecognizeSimplifiedNorm(StringRef name, MLIRContext *context)
      : RewritePattern(name, 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Value input = op->getOperand(0), gain = op->getOperand(1);
    RankedTensorType type = rankedType(input);
    int64_t axis = intAttr(op, "axis", -1);
    if (!type || (axis != -1 && axis != type.getRank() - 1))
      return rewriter.notifyMatchFailure(op, "axis is not the last one");
    if (!isModelFloat(elementType(input)) || !isLastAxisVector(gain, input))
      return rewriter.notifyMatchFailure(
          op, "input or scale is no float with a static last axis");
    for (Value extra : op->getResults().drop_front())
      if (!extra.use_empty())
        return rewriter.notifyMatchFailure(op, "statistics are used");
    Location loc = op->getLoc();
    Type f32 = rewriter.getF32Type();
    Value norm = createRMSNorm(rewriter, loc, castTo(rewriter, loc, input, f32),
                               castTo(rewriter, loc, gain, f32),
                               floatAttr(op, "epsilon", 1e-5f));
    replaceFirst(op, norm, rewriter);
    return success();
  }
};

/// LayerNormalization over the last axis -> layer_norm.
struct RecognizeLayerNorm : RewritePattern {
  RecognizeLayerNorm(MLIRContext *context)
      : RewritePattern("onnx.LayerNormalization", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    Value input = op->getOperand(0), gain = operandOrNull(op, 1);
    Value bias = operandOrNull(op, 2);
    RankedTensorType type = rankedType(input);
    int64_t axis = intAttr(op, "axis", -1);
    if (!type || (axis != -1 && axis != type.getRank() - 1))
      return rewriter.notifyMatchFailure(op, "axis is not the last one");
    if (!isModelFloat(elementType(input)) || !lastSize(input) ||
        (gain && !isLastAxisVector(gain, input)) ||
        (bias && !isLastAxisVector(bias, input)))
      return rewriter.notifyMatchFailure(
          op, "input, scale or bias is no float with a static last axis");
    for (Value extra : op->getResults().drop_front())
      if (!extra.use_empty())
        return rewriter.notifyMatchFailure(op, "statistics are used");
    Location loc = op->getLoc();
    auto widened = [&](Value value) {
      return value ? castTo(rewriter, loc, value, rewriter.getF32Type())
                   : value;
    };
    Value wide = widened(input);
    auto norm = transformer::LayerNormOp::create(
        rewriter, loc, wide.getType(), wide, widened(gain), widened(bias),
        ValueRange(), Value(),
        rewriter.getF32FloatAttr(floatAttr(op, "epsilon", 1e-5f)));
    replaceFirst(op, norm.getResult(), rewriter);
    return success();
  }
};

} // namespace

void bitnet::recognize::populateNormPatterns(RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<RecognizeMultipliedRMSNorm, RecognizeDividedRMSNorm,
               FoldGainIntoRMSNorm, RecognizeLayerNorm>(context);
  patterns.add<RecognizeSimplifiedNorm>("onnx.SimplifiedLayerNormalization",
                                        context);
  patterns.add<RecognizeSimplifiedNorm>("onnx.RMSNormalization", context);
}
