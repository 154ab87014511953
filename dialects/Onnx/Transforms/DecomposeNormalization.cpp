//===- DecomposeNormalization.cpp - normalisations as arithmetic ----------===//
//
// Those that transformers seldom have. All compute in f32 at least.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

static Value reduce(StringRef name, Value x, ArrayRef<int64_t> axes,
                    OpEmitter &emit) {
  return emit.reduce(name, x, axes, /*keepdims=*/true);
}

static SmallVector<int64_t> axesFrom(int64_t first, int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(first, std::max(first, rank)));
}

/// A vector with an element for each channel, as a tensor that meets axis 1 of
/// tensors of `rank`.
static Value forChannels(Value vector, int64_t rank, Type element,
                         OpEmitter &emit) {
  SmallVector<int64_t> axes = axesFrom(1, rank - 1);
  vector = emit.cast(vector, element);
  return axes.empty() ? vector : emit.unsqueeze(vector, axes);
}

namespace {

/// What is left of `x` less its mean over axes, and their mean square.
struct Centered {
  Centered(Value x, ArrayRef<int64_t> axes, OpEmitter &emit)
      : mean(reduce("ReduceMean", x, axes, emit)), rest(emit.sub(x, mean)),
        variance(reduce("ReduceMean", emit.mul(rest, rest), axes, emit)) {}

  /// rest / sqrt(variance + epsilon).
  Value normalized(double epsilon, OpEmitter &emit) const {
    Type element = typeOf(variance).getElementType();
    Value shifted = emit.add(variance, emit.scalar(element, epsilon));
    return emit.div(rest, emit.make("Sqrt", shifted));
  }

  Value mean, rest, variance;
};

struct DecomposeLogSoftmax : OpRewritePattern<LogSoftmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LogSoftmaxOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = emit.cast(op.getInput(), getWide(op.getInput()));
    int64_t axis = op.getAxis();
    Value below = emit.sub(x, reduce("ReduceMax", x, axis, emit));
    Value sum = reduce("ReduceSum", emit.make("Exp", below), axis, emit);
    Value result = emit.sub(below, emit.make("Log", sum));
    replaceOp(rewriter, op,
              emit.cast(result, typeOf(op.getInput()).getElementType()));
    return success();
  }
};

struct DecomposeHardmax : OpRewritePattern<HardmaxOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(HardmaxOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getInput();
    int64_t rank = typeOf(x).getRank();
    int64_t axis = op.getAxis() + (op.getAxis() < 0 ? rank : 0);
    Value largest = emit.make(
        "ArgMax", x, {emit.attr("axis", axis), emit.attr("keepdims", 1)});
    Value places = emit.count(emit.scalarSizeOf(x, axis));
    if (axis + 1 < rank)
      places = emit.unsqueeze(places, axesFrom(1, rank - axis));
    Value hits = emit.make("Equal", {largest, places});
    replaceOp(rewriter, op, emit.cast(hits, typeOf(x).getElementType()));
    return success();
  }
};

struct DecomposeLpNormalization : OpRewritePattern<LpNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LpNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getInput());
    Value x = emit.cast(op.getInput(), wide), zero = emit.scalar(wide, 0);
    bool isFirst = op.getP() == 1;
    Value term = isFirst ? emit.make("Abs", x) : emit.mul(x, x);
    Value length = reduce("ReduceSum", term, op.getAxis(), emit);
    if (!isFirst)
      length = emit.make("Sqrt", length);
    Value result = emit.make("Where", {emit.make("Equal", {length, zero}), zero,
                                       emit.div(x, length)});
    replaceOp(rewriter, op,
              emit.cast(result, typeOf(op.getInput()).getElementType()));
    return success();
  }
};

struct DecomposeMeanVariance : OpRewritePattern<MeanVarianceNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MeanVarianceNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getX());
    SmallVector<int64_t> axes = {0, 2, 3};
    if (std::optional<ArrayRef<int64_t>> given = op.getAxes())
      axes = llvm::to_vector(*given);
    Centered x(emit.cast(op.getX(), wide), axes, emit);
    Value deviation =
        emit.add(emit.make("Sqrt", x.variance), emit.scalar(wide, 1e-9));
    replaceOp(rewriter, op,
              emit.cast(emit.div(x.rest, deviation),
                        typeOf(op.getX()).getElementType()));
    return success();
  }
};

struct DecomposeInstanceNormalization
    : OpRewritePattern<InstanceNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(InstanceNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getX());
    int64_t rank = typeOf(op.getX()).getRank();
    Centered x(emit.cast(op.getX(), wide), axesFrom(2, rank), emit);
    Value y = x.normalized(op.getEpsilon().convertToDouble(), emit);
    y = emit.mul(y, forChannels(op.getScale(), rank, wide, emit));
    y = emit.add(y, forChannels(op.getB(), rank, wide, emit));
    replaceOp(rewriter, op, emit.cast(y, typeOf(op.getX()).getElementType()));
    return success();
  }
};

struct DecomposeGroupNormalization : OpRewritePattern<GroupNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GroupNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    RankedTensorType type = typeOf(op.getX());
    Type element = type.getElementType();
    Type wide = getElementType(getContext(), op.getStashType());
    if (!wide.isF64())
      wide = getWide(op.getX());
    int64_t rank = type.getRank();
    Value apart =
        emit.reshape(emit.cast(op.getX(), wide), {0, op.getNumGroups(), -1});
    // ONNX rounds between the two stages.
    Value y =
        emit.cast(Centered(apart, 2, emit)
                      .normalized(op.getEpsilon().convertToDouble(), emit),
                  element);
    y = emit.make("Reshape", {y, emit.make("Shape", op.getX())});
    y = emit.mul(y, forChannels(op.getScale(), rank, element, emit));
    y = emit.add(y, forChannels(op.getB(), rank, element, emit));
    replaceOp(rewriter, op, y);
    return success();
  }
};

struct DecomposeBatchNormalization : OpRewritePattern<BatchNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type wide = getWide(op.getX());
    int64_t rank = typeOf(op.getX()).getRank();
    auto channels = [&](Value vector) {
      return forChannels(vector, rank, wide, emit);
    };
    Value x = emit.cast(op.getX(), wide);
    Value mean = channels(op.getMean()), variance = channels(op.getVariance());
    SmallVector<Value> results(1);
    if (op.getTrainingMode()) {
      SmallVector<int64_t> others = axesFrom(2, rank);
      others.insert(others.begin(), 0);
      Centered own(x, others, emit);
      results.push_back(moved(op, op.getMean(), own.mean, emit));
      results.push_back(moved(op, op.getVariance(), own.variance, emit));
      mean = own.mean;
      variance = own.variance;
    }
    Value epsilon = emit.scalar(wide, op.getEpsilon().convertToDouble());
    Value y = emit.mul(channels(op.getScale()), emit.sub(x, mean));
    y = emit.div(y, emit.make("Sqrt", emit.add(variance, epsilon)));
    y = emit.add(y, channels(op.getB()));
    results[0] = emit.cast(y, typeOf(op.getX()).getElementType());
    results.resize(op->getNumResults());
    replaceOp(rewriter, op, results);
    return success();
  }

  /// `before * momentum + now * (1 - momentum)`, a vector of `before`'s type.
  static Value moved(BatchNormalizationOp op, Value before, Value now,
                     OpEmitter &emit) {
    Type wide = typeOf(now).getElementType();
    double momentum = op.getMomentum().convertToDouble();
    Value kept = emit.mul(emit.cast(before, wide), emit.scalar(wide, momentum));
    Value fresh =
        emit.mul(emit.reshape(now, {-1}), emit.scalar(wide, 1 - momentum));
    return emit.cast(emit.add(kept, fresh), typeOf(before).getElementType());
  }
};

} // namespace

void bitnet::onnx::populateDecomposeNormalizationPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeLogSoftmax, DecomposeHardmax, DecomposeLpNormalization,
               DecomposeMeanVariance, DecomposeInstanceNormalization,
               DecomposeGroupNormalization, DecomposeBatchNormalization>(
      patterns.getContext());
}
