//===- DecomposeLosses.cpp - losses as arithmetic -------------------------===//

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

namespace {

/// What NegativeLogLikelihoodLoss reads and says.
struct Loss {
  /// [N, C, d...], of f32 or f64; [N, d...]; [C] or null.
  Value input, target, weight;
  std::optional<int64_t> ignored;
  StringRef reduction;
};

} // namespace

/// The class of each place, 0 where it is ignored; one outside of [0, C) stays
/// outside, for Gather to find.
static Value safeClasses(Value target, Value isIgnored, Value classes,
                         OpEmitter &emit) {
  Value zero = emit.scalar(emit.builder.getI64Type(), 0);
  Value isNegative = emit.make("Less", {target, zero});
  Value index = emit.make("Where", {isNegative, classes, target});
  return isIgnored ? emit.make("Where", {isIgnored, zero, index}) : index;
}

/// The loss, of the input's elements.
static Value emitLoss(const Loss &loss, OpEmitter &emit) {
  Type i64 = emit.builder.getI64Type();
  Type element = typeOf(loss.input).getElementType();
  // Gather would read a part of the input where sizes differ.
  SmallVector<int64_t> axes;
  SmallVector<Value> sizes;
  for (int64_t axis : llvm::seq(typeOf(loss.target).getRank())) {
    axes.push_back(axis);
    sizes.push_back(emit.sizeOf(loss.input, axis == 0 ? 0 : axis + 1));
  }
  Value target = emit.checkSizes(emit.cast(loss.target, i64), axes, sizes);
  Value zero = emit.scalar(element, 0), isIgnored;
  if (loss.ignored)
    isIgnored = emit.make("Equal", {target, emit.integer(*loss.ignored)});
  Value index =
      safeClasses(target, isIgnored, emit.scalarSizeOf(loss.input, 1), emit);
  auto counted = [&](Value x) {
    return isIgnored ? emit.make("Where", {isIgnored, zero, x}) : x;
  };
  Value picked =
      emit.make("GatherElements", {loss.input, emit.unsqueeze(index, 1)},
                emit.attr("axis", 1));
  Value each = emit.make("Neg", emit.squeeze(picked, 1)), weight;
  if (loss.weight) {
    weight = emit.make("Gather", {loss.weight, index}, emit.attr("axis", 0));
    each = emit.mul(each, weight);
  }
  each = counted(each);
  if (loss.reduction == "none")
    return each;
  Value sum = emit.reduceSum(each, axes);
  if (loss.reduction == "sum")
    return sum;
  if (!weight)
    weight = emit.make("Expand",
                       {emit.scalar(element, 1), emit.make("Shape", target)});
  return emit.div(sum, emit.reduceSum(counted(weight), axes));
}

namespace {

struct DecomposeLikelihoodLoss : OpRewritePattern<NegativeLogLikelihoodLossOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(NegativeLogLikelihoodLossOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getInput());
    Value weight = op.getWeight();
    Value loss = emitLoss({emit.cast(op.getInput(), wide), op.getTarget(),
                           weight ? emit.cast(weight, wide) : weight,
                           op.getIgnoreIndex(), op.getReduction()},
                          emit);
    replaceOp(rewriter, op,
              emit.cast(loss, typeOf(op.getInput()).getElementType()));
    return success();
  }
};

struct DecomposeCrossEntropyLoss : OpRewritePattern<SoftmaxCrossEntropyLossOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SoftmaxCrossEntropyLossOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getScores());
    Type element = typeOf(op.getScores()).getElementType();
    Value logarithms = emit.make("LogSoftmax", emit.cast(op.getScores(), wide),
                                 emit.attr("axis", 1));
    Value weights = op.getWeights();
    Value loss = emitLoss({logarithms, op.getLabels(),
                           weights ? emit.cast(weights, wide) : weights,
                           op.getIgnoreIndex(), op.getReduction()},
                          emit);
    SmallVector<Value> results = {emit.cast(loss, element)};
    if (op->getNumResults() > 1)
      results.push_back(emit.cast(logarithms, element));
    replaceOp(rewriter, op, results);
    return success();
  }
};

} // namespace

void bitnet::onnx::populateDecomposeLossPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeLikelihoodLoss, DecomposeCrossEntropyLoss>(
      patterns.getContext());
}
