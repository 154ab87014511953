//===- DecomposeIndexing.cpp - operators that others spell out ------------===//

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bitnet::onnx;

namespace {

struct DecomposeOneHot : OpRewritePattern<OneHotOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(OneHotOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type i64 = rewriter.getI64Type();
    int64_t rank = typeOf(op.getResult()).getRank();
    int64_t axis = op.getAxis() + (op.getAxis() < 0 ? rank : 0);
    Value index = emit.cast(op.getIndices(), i64);
    Value depth = emit.cast(emit.reshape(op.getDepth(), {}), i64);
    Value isNegative = emit.make("Less", {index, emit.scalar(i64, 0)});
    index = emit.make("Where", {isNegative, emit.add(index, depth), index});
    Value places = emit.count(depth);
    SmallVector<int64_t> behind =
        llvm::to_vector(llvm::seq<int64_t>(1, rank - axis));
    if (!behind.empty())
      places = emit.unsqueeze(places, behind);
    Value isHot = emit.make("Equal", {emit.unsqueeze(index, {axis}), places});
    auto value = [&](int64_t i) {
      return emit.reshape(emit.slice(op.getValues(), 0, i, i + 1), {});
    };
    replaceOp(rewriter, op, emit.make("Where", {isHot, value(1), value(0)}));
    return success();
  }
};

struct DecomposeEyeLike : OpRewritePattern<EyeLikeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(EyeLikeOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value rows = emit.count(emit.scalarSizeOf(op.getInput(), 0));
    Value columns = emit.count(emit.scalarSizeOf(op.getInput(), 1));
    Value diagonal = emit.add(emit.unsqueeze(rows, {1}),
                              emit.scalar(rewriter.getI64Type(), op.getK()));
    replaceOp(rewriter, op,
              emit.cast(emit.make("Equal", {diagonal, columns}),
                        typeOf(op.getResult()).getElementType()));
    return success();
  }
};

/// Pad what is too short, then cut what is too long.
struct DecomposeCenterCropPad : OpRewritePattern<CenterCropPadOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CenterCropPadOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    int64_t rank = typeOf(op.getInput()).getRank();
    SmallVector<int64_t> places = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    if (op.getAxes())
      places = llvm::to_vector(*op.getAxes());
    if (places.empty()) {
      replaceOp(rewriter, op, op.getInput());
      return success();
    }
    for (int64_t &axis : places)
      axis += axis < 0 ? rank : 0;
    Value axes = emit.ints(places), two = emit.ints(2);
    Value shape = emit.cast(op.getShape(), rewriter.getI64Type());
    Value sizes = emit.make("Gather", {emit.make("Shape", op.getInput()), axes},
                            emit.attr("axis", 0));
    Value larger = emit.make("Max", {sizes, shape});
    Value missing = emit.sub(larger, sizes);
    Value before = emit.div(missing, two);
    Value pads = emit.concat({before, emit.sub(missing, before)}, 0);
    Value padded =
        emit.make("Pad", {op.getInput(), pads, emit.orNone(Value()), axes});
    Value start = emit.div(emit.sub(larger, shape), two);
    Value y = emit.make("Slice", {padded, start, emit.add(start, shape), axes});
    // A size below zero is found here.
    replaceOp(rewriter, op,
              emit.make("CheckSizes", {y, shape},
                        rewriter.getNamedAttr(
                            "axes", rewriter.getDenseI64ArrayAttr(places))));
    return success();
  }
};

/// A window: `mean` - `first` cos(angle) + `second` cos(2 angle).
template <typename Op>
struct DecomposeWindow : OpRewritePattern<Op> {
  DecomposeWindow(MLIRContext *context, double mean, double first,
                  double second = 0)
      : OpRewritePattern<Op>(context), mean(mean), first(first),
        second(second) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type element = typeOf(op.getResult()).getElementType();
    // An integer is what its float is cut off to: the exact one counts.
    bool isNarrow = isa<FloatType>(element) && !element.isF64();
    Type wide = isNarrow ? rewriter.getF32Type() : rewriter.getF64Type();
    Value size =
        emit.cast(emit.reshape(op.getSize(), {}), rewriter.getI64Type());
    Value last = op.getPeriodic() ? size : emit.sub(size, emit.integer(1));
    auto cosine = [&](double factor, Value angle) {
      return emit.mul(emit.make("Cos", angle), emit.scalar(wide, factor));
    };
    Value angle = emit.div(emit.mul(emit.cast(emit.count(size), wide),
                                    emit.scalar(wide, 2 * llvm::numbers::pi)),
                           emit.cast(last, wide));
    Value y = cosine(-first, angle);
    if (second != 0)
      y = emit.add(y, cosine(second, emit.add(angle, angle)));
    y = emit.add(y, emit.scalar(wide, mean));
    replaceOp(rewriter, op, emit.cast(y, element));
    return success();
  }

private:
  double mean, first, second;
};

/// Both ways: a block's rows and columns are axes of their own in between.
template <typename Op>
struct DecomposeBlocks : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    bool isDCR = op.getMode() == "DCR";
    Value x = op.getInput(), block = emit.ints({op.getBlocksize()});
    Value area = emit.mul(block, block);
    Value n = emit.sizeOf(x, 0), c = emit.sizeOf(x, 1), h = emit.sizeOf(x, 2),
          w = emit.sizeOf(x, 3);
    if constexpr (std::is_same_v<Op, DepthToSpaceOp>) {
      Value depth = emit.div(c, area);
      Value apart = isDCR ? emit.reshapeTo(x, {n, block, block, depth, h, w})
                          : emit.reshapeTo(x, {n, depth, block, block, h, w});
      SmallVector<int64_t> perm{0, 3, 4, 1, 5, 2};
      if (!isDCR)
        perm = {0, 1, 4, 2, 5, 3};
      replaceOp(
          rewriter, op,
          emit.reshapeTo(emit.transpose(apart, perm),
                         {n, depth, emit.mul(h, block), emit.mul(w, block)}));
    } else {
      h = emit.div(h, block);
      w = emit.div(w, block);
      Value apart = emit.reshapeTo(x, {n, c, h, block, w, block});
      SmallVector<int64_t> perm{0, 3, 5, 1, 2, 4};
      if (!isDCR)
        perm = {0, 1, 3, 5, 2, 4};
      replaceOp(rewriter, op,
                emit.reshapeTo(emit.transpose(apart, perm),
                               {n, emit.mul(c, area), h, w}));
    }
    return success();
  }
};

/// Dropout(x) -> x, and a mask of ones.
struct DecomposeDropout : OpRewritePattern<DropoutOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DropoutOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value mask;
    if (!op.getMask().use_empty()) {
      auto value = DenseElementsAttr::get(
          RankedTensorType::get({1}, rewriter.getI1Type()), true);
      mask = emit.make("ConstantOfShape", emit.make("Shape", op.getData()),
                       rewriter.getNamedAttr("value", value));
    }
    replaceOp(rewriter, op, {op.getData(), mask});
    return success();
  }
};

/// Sums of 16-bit floats are made in f32, logarithms of integers in f64.
template <typename Op>
struct DecomposeLogSum : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type element = typeOf(op.getData()).getElementType();
    bool isWide = element.isF64() || !isa<FloatType>(element);
    Type state =
        isWide ? Type(rewriter.getF64Type()) : Type(rewriter.getF32Type());
    Value x = emit.cast(op.getData(), state), result;
    if constexpr (std::is_same_v<Op, ReduceLogSumOp>) {
      result = emit.make("Log", reduce("ReduceSum", x, op, op.getKeepdims()));
    } else {
      // Less the largest, so that exponentials are at most 1.
      Value most = reduce("ReduceMax", x, op, 1);
      most = emit.make("Where",
                       {emit.make("IsInf", most), emit.scalar(state, 0), most});
      Value powers = emit.make("Exp", emit.sub(x, most));
      result = emit.make("Log", reduce("ReduceSum", powers, op, 1));
      result = dropAxes(emit.add(result, most), op, emit);
    }
    replaceOp(rewriter, op, emit.cast(result, element));
    return success();
  }

private:
  /// `x` reduced over the axes of `op`.
  static Value reduce(StringRef name, Value x, Op op, int64_t keepdims) {
    OpBuilder builder(op);
    OpEmitter emit(builder, op.getLoc());
    SmallVector<Value> operands{x};
    if (Value axes = op.getAxesOperand())
      operands.push_back(axes);
    SmallVector<NamedAttribute> attributes{
        emit.attr("keepdims", keepdims),
        emit.attr("noop_with_empty_axes", op.getNoopWithEmptyAxes())};
    if (auto axes = op->template getAttrOfType<DenseI64ArrayAttr>("axes"))
      attributes.push_back(builder.getNamedAttr("axes", axes));
    return emit.make(name, operands, attributes);
  }

  /// `x` without the axes that `op` does not keep.
  static Value dropAxes(Value x, Op op, OpEmitter &emit) {
    if (op.getKeepdims())
      return x;
    std::optional<SmallVector<int64_t>> axes = op.getReducedAxes();
    if (!axes)
      return emit.make("Squeeze", {x, op.getAxesOperand()});
    if (axes->empty())
      return x;
    return emit.make("Squeeze", x,
                     emit.builder.getNamedAttr(
                         "axes", emit.builder.getDenseI64ArrayAttr(*axes)));
  }
};

} // namespace

void bitnet::onnx::populateDecomposeIndexingPatterns(
    RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<DecomposeOneHot, DecomposeEyeLike, DecomposeCenterCropPad,
               DecomposeBlocks<DepthToSpaceOp>, DecomposeBlocks<SpaceToDepthOp>,
               DecomposeDropout, DecomposeLogSum<ReduceLogSumOp>,
               DecomposeLogSum<ReduceLogSumExpOp>>(context);
  patterns.add<DecomposeWindow<HannWindowOp>>(context, 0.5, 0.5);
  patterns.add<DecomposeWindow<HammingWindowOp>>(context, 25.0 / 46, 21.0 / 46);
  patterns.add<DecomposeWindow<BlackmanWindowOp>>(context, 0.42, 0.5, 0.08);
}
