#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bitnet::onnx {
#define GEN_PASS_DEF_NORMALIZEPASS
#include "dialects/Onnx/Transforms/Passes.h.inc"
} // namespace bitnet::onnx

using namespace bitnet::onnx;

/// `op` without operand 1 and with `attribute` in its stead.
static void moveOperandToAttribute(PatternRewriter &rewriter, Operation *op,
                                   StringRef attribute,
                                   ArrayRef<int64_t> values) {
  rewriter.modifyOpInPlace(op, [&] {
    op->setOperands(ValueRange(op->getOperand(0)));
    op->setAttr(attribute, rewriter.getDenseI64ArrayAttr(values));
    op->removeAttr("noop_with_empty_axes");
  });
}

static bool isSpelled(Operation *op, StringRef attribute,
                      ArrayRef<int64_t> values) {
  auto present = op->getAttrOfType<DenseI64ArrayAttr>(attribute);
  return op->getNumOperands() == 1 && present &&
         present.asArrayRef() == values && !op->hasAttr("noop_with_empty_axes");
}

namespace {
/// Reduce(x, axes) -> Reduce(x) {axes}; a reduction over no axis is its
/// operand.
template <typename Op>
struct SpellReducedAxes : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    std::optional<SmallVector<int64_t>> axes = op.getReducedAxes();
    if (!axes)
      return rewriter.notifyMatchFailure(op, "axes are not constant");
    bool doesNoMore =
        isa<ReduceMaxOp, ReduceMinOp, ReduceSumOp, ReduceMeanOp, ReduceProdOp>(
            op.getOperation());
    if (axes->empty() && doesNoMore &&
        op.getData().getType() == op.getResult().getType()) {
      rewriter.replaceOp(op, op.getData());
      return success();
    }
    if (axes->empty() || isSpelled(op, "axes", *axes))
      return rewriter.notifyMatchFailure(op, "axes are spelled out");
    moveOperandToAttribute(rewriter, op, "axes", *axes);
    return success();
  }
};

/// Squeeze or Unsqueeze of x with its axes in the attribute, all of them.
template <typename Op>
struct SpellSqueezedAxes : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto data = cast<RankedTensorType>(op.getData().getType());
    int64_t rank = std::max(data.getRank(), op.getResult().getType().getRank());
    std::optional<SmallVector<int64_t>> axes = getAxes(op, rank);
    if (!axes && !op.getAxesOperand()) {
      // A Squeeze without axes, of a static shape.
      axes = SmallVector<int64_t>();
      for (int64_t axis = 0; axis < rank; ++axis)
        if (data.getDimSize(axis) == 1)
          axes->push_back(axis);
    }
    if (!axes || isSpelled(op, "axes", *axes))
      return rewriter.notifyMatchFailure(
          op, "axes are spelled out or not constant");
    moveOperandToAttribute(rewriter, op, "axes", *axes);
    return success();
  }
};

/// Split with the sizes of its parts in the attribute.
struct SpellSplitSizes : OpRewritePattern<SplitOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SplitOp op,
                                PatternRewriter &rewriter) const override {
    int64_t rank = cast<ShapedType>(op.getInput().getType()).getRank();
    int64_t axis = op.getAxis() + (op.getAxis() < 0 ? rank : 0);
    SmallVector<int64_t> sizes;
    for (Value part : op.getResults())
      sizes.push_back(cast<ShapedType>(part.getType()).getDimSize(axis));
    if (llvm::any_of(sizes, ShapedType::isDynamic))
      return rewriter.notifyMatchFailure(op, "sizes are not known");
    if (isSpelled(op, "split", sizes))
      return rewriter.notifyMatchFailure(op, "sizes are spelled out");
    moveOperandToAttribute(rewriter, op, "split", sizes);
    return success();
  }
};

struct SpellPermutation : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getPerm())
      return rewriter.notifyMatchFailure(op, "permutation is spelled out");
    SmallVector<int64_t> perm = op.getPermutation();
    rewriter.modifyOpInPlace(op, [&] { op.setPerm(perm); });
    return success();
  }
};

/// Sum(a, b, c) -> Add(Add(a, b), c): the order in which Sum adds.
struct SumToAdds : OpRewritePattern<SumOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SumOp op,
                                PatternRewriter &rewriter) const override {
    Value sum = op.getOperand(0);
    for (Value operand : op->getOperands().drop_front())
      sum = AddOp::create(rewriter, op.getLoc(), ValueRange{sum, operand},
                          ArrayRef<NamedAttribute>());
    if (sum.getType() != op.getResult().getType())
      return rewriter.notifyMatchFailure(op,
                                         "result type is not the inferred one");
    rewriter.replaceOp(op, sum);
    return success();
  }
};

/// Flatten(x) -> Reshape(x), with the shape that its result has.
struct FlattenToReshape : OpRewritePattern<FlattenOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(FlattenOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getResult().getType();
    SmallVector<int64_t> shape = llvm::to_vector(type.getShape());
    if (type.getNumDynamicDims() > 1 || llvm::is_contained(shape, 0))
      return rewriter.notifyMatchFailure(op,
                                         "shape is not known up to one axis");
    for (int64_t &size : shape)
      size = ShapedType::isDynamic(size) ? -1 : size;
    Value constant = ConstantOp::create(rewriter, op.getLoc(),
                                        rewriter.getI64TensorAttr(shape));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, TypeRange(type),
                                           ValueRange{op.getInput(), constant},
                                           ArrayRef<NamedAttribute>());
    return success();
  }
};

/// A Reshape's shape as a constant, where sizes, axes of the operand at the
/// same place (0) and one unknown (-1) can express it: nothing then computes
/// shapes at run time.
struct MakeShapeConstant : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    if (getConstant(op.getShape()) && !op.getAllowzero())
      return rewriter.notifyMatchFailure(op, "shape is constant");
    RankedTensorType type = op.getResult().getType();
    if (llvm::is_contained(type.getShape(), 0))
      return rewriter.notifyMatchFailure(op,
                                         "0 means another thing in a shape");
    int64_t rank = cast<ShapedType>(op.getData().getType()).getRank();
    ShapeAnalysis analysis;
    bool hasUnknown = false;
    SmallVector<int64_t> shape;
    for (auto [axis, size] : llvm::enumerate(type.getShape())) {
      bool isDynamic = ShapedType::isDynamic(size);
      bool copies = isDynamic && (int64_t)axis < rank &&
                    analysis.getDim(op.getData(), axis) ==
                        analysis.getDim(op.getResult(), axis);
      if (isDynamic && !copies && std::exchange(hasUnknown, true))
        return rewriter.notifyMatchFailure(op, "two axes are not known");
      shape.push_back(!isDynamic ? size : copies ? 0 : -1);
    }
    Value constant = ConstantOp::create(rewriter, op.getLoc(),
                                        rewriter.getI64TensorAttr(shape));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, TypeRange(type),
                                           ValueRange{op.getData(), constant},
                                           ArrayRef<NamedAttribute>());
    return success();
  }
};

/// Expand(x) -> x where every axis provably keeps its size.
struct DropExpand : OpRewritePattern<ExpandOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ExpandOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getResult().getType();
    if (op.getInput().getType() != type)
      return rewriter.notifyMatchFailure(op, "type changes");
    ShapeAnalysis analysis;
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (analysis.getDim(op.getInput(), axis) !=
          analysis.getDim(op.getResult(), axis))
        return rewriter.notifyMatchFailure(op, "an axis may change");
    rewriter.replaceOp(op, op.getInput());
    return success();
  }
};

/// CheckSizes(x) -> x where the sizes are provably those.
struct DropCheckSizes : OpRewritePattern<CheckSizesOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CheckSizesOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getData().getType() != op.getResult().getType())
      return rewriter.notifyMatchFailure(op, "type changes");
    ShapeAnalysis analysis;
    std::optional<SmallVector<Extent>> sizes =
        analysis.getElements(op.getSizes());
    if (!sizes)
      return rewriter.notifyMatchFailure(op, "sizes are not traced");
    for (auto [axis, size] : llvm::zip(op.getAxes(), *sizes))
      if (analysis.getDim(op.getData(), axis) != size)
        return rewriter.notifyMatchFailure(op, "an axis may differ");
    rewriter.replaceOp(op, op.getData());
    return success();
  }
};

struct Normalize : public bitnet::onnx::impl::NormalizePassBase<Normalize> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns
        .add<SpellReducedAxes<ReduceMaxOp>, SpellReducedAxes<ReduceMinOp>,
             SpellReducedAxes<ReduceSumOp>, SpellReducedAxes<ReduceMeanOp>,
             SpellReducedAxes<ReduceProdOp>, SpellReducedAxes<ReduceL1Op>,
             SpellReducedAxes<ReduceL2Op>, SpellReducedAxes<ReduceSumSquareOp>,
             SpellSqueezedAxes<SqueezeOp>, SpellSqueezedAxes<UnsqueezeOp>,
             SpellSplitSizes, SpellPermutation, SumToAdds, FlattenToReshape,
             MakeShapeConstant, DropExpand, DropCheckSizes>(context);
    CastLikeOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
