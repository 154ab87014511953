#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;
using namespace bitnet::onnx;

//===----------------------------------------------------------------------===//
// Folds: an op that does nothing is its operand
//===----------------------------------------------------------------------===//

/// `operand` if it has the type of the op's only result. A result that is less
/// static than the operand is no reason to keep an op, but its users would then
/// see another type; refining is the business of shape inference.
static OpFoldResult operandOfSameType(Operation *op, Value operand) {
  if (operand && operand.getType() == op->getResult(0).getType())
    return operand;
  return {};
}

/// True where at most one size of `type` is dynamic: then two values of this
/// type and of equally many elements have one shape.
static bool hasKnownShape(RankedTensorType type) {
  return type.getNumDynamicDims() <= 1 &&
         !llvm::is_contained(type.getShape(), 0);
}

OpFoldResult NoneOp::fold(FoldAdaptor) { return UnitAttr::get(getContext()); }

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult IdentityOp::fold(FoldAdaptor) {
  return operandOfSameType(*this, getX());
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return operandOfSameType(*this, getInput());
}

/// Whether each size is written as the operand has it: copied, the same number,
/// or, for one axis, what the others leave.
static bool copiesShape(ReshapeOp op) {
  auto type = cast<RankedTensorType>(op.getData().getType());
  std::optional<SmallVector<int64_t>> shape = getConstantInts(op.getShape());
  if (!shape || op.getAllowzero() != 0 ||
      int64_t(shape->size()) != type.getRank() || llvm::count(*shape, -1) > 1)
    return false;
  return llvm::all_of(llvm::zip(*shape, type.getShape()), [](auto sizes) {
    auto [written, own] = sizes;
    return written == 0 || written == -1 || written == own;
  });
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (!hasKnownShape(getResult().getType()) && !copiesShape(*this))
    return {};
  return operandOfSameType(*this, getData());
}

OpFoldResult SqueezeOp::fold(FoldAdaptor) {
  return operandOfSameType(*this, getData());
}

OpFoldResult UnsqueezeOp::fold(FoldAdaptor) {
  return operandOfSameType(*this, getData());
}

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  SmallVector<int64_t> perm = getPermutation();
  for (int64_t i = 0, e = perm.size(); i < e; ++i)
    if (perm[i] != i)
      return {};
  return operandOfSameType(*this, getData());
}

OpFoldResult ExpandOp::fold(FoldAdaptor) {
  // A dynamic axis may be 1 before and larger after.
  if (!getResult().getType().hasStaticShape())
    return {};
  return operandOfSameType(*this, getInput());
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getNumOperands() == 1 ? operandOfSameType(*this, getOperand(0))
                               : OpFoldResult();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  // Nothing cut off a static shape, and nothing reversed.
  if (!getResult().getType().hasStaticShape())
    return {};
  if (Value steps = getSteps()) {
    std::optional<SmallVector<int64_t>> values = getConstantInts(steps);
    if (!values ||
        llvm::any_of(*values, [](int64_t step) { return step != 1; }))
      return {};
  }
  return operandOfSameType(*this, getData());
}

//===----------------------------------------------------------------------===//
// Canonicalisations
//===----------------------------------------------------------------------===//

namespace {
/// CastLike(x, y) -> Cast(x, to = type of y): y need not be computed.
struct CastLikeToCast : OpRewritePattern<CastLikeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastLikeOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<int64_t> to =
        getOnnxType(op.getResult().getType().getElementType());
    if (!to)
      return rewriter.notifyMatchFailure(op, "element type is not one of ONNX");
    SmallVector<NamedAttribute> attributes = llvm::to_vector(op->getAttrs());
    attributes.push_back(
        rewriter.getNamedAttr("to", rewriter.getI64IntegerAttr(*to)));
    rewriter.replaceOpWithNewOp<CastOp>(op, op->getResultTypes(),
                                        ValueRange(op.getInput()), attributes);
    return success();
  }
};

/// Transpose(Transpose(x)) -> Transpose(x), with both permutations applied.
struct MergeTransposes : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getData().getDefiningOp<TransposeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not a transpose");
    SmallVector<int64_t> perm = op.getPermutation();
    SmallVector<int64_t> innerPerm = inner.getPermutation();
    for (int64_t &axis : perm)
      axis = innerPerm[axis];
    rewriter.replaceOpWithNewOp<TransposeOp>(
        op, op->getResultTypes(), ValueRange(inner.getData()),
        rewriter.getNamedAttr("perm", rewriter.getDenseI64ArrayAttr(perm)));
    return success();
  }
};

/// Whether a size that `outer` copies from the result of `inner` is one that
/// `inner` copied from its operand: all of them, where there are any.
static bool copiesThrough(ReshapeOp outer, ArrayRef<int64_t> shape,
                          ReshapeOp inner) {
  if (!llvm::is_contained(shape, 0))
    return true;
  std::optional<SmallVector<int64_t>> between =
      getConstantInts(inner.getShape());
  if (!between || outer.getAllowzero() != 0 || inner.getAllowzero() != 0)
    return false;
  for (size_t axis = 0; axis < shape.size(); ++axis)
    if (shape[axis] == 0 && (axis >= between->size() || (*between)[axis] != 0))
      return false;
  return true;
}

/// Reshape(Reshape(x)) -> Reshape(x): only the last shape counts, unless a 0 in
/// it copies a size of the shape between.
struct MergeReshapes : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getData().getDefiningOp<ReshapeOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not a reshape");
    std::optional<SmallVector<int64_t>> shape = getConstantInts(op.getShape());
    if (!shape || !copiesThrough(op, *shape, inner))
      return rewriter.notifyMatchFailure(op, "shape may copy sizes");
    rewriter.replaceOpWithNewOp<ReshapeOp>(
        op, op->getResultTypes(), ValueRange{inner.getData(), op.getShape()},
        op->getAttrs());
    return success();
  }
};

/// Outer(Inner(x)) -> x where Inner and Outer undo each other: the type is that
/// of x, and both have the same axes.
template <typename Outer, typename Inner>
struct DropInversePair : OpRewritePattern<Outer> {
  using OpRewritePattern<Outer>::OpRewritePattern;
  LogicalResult matchAndRewrite(Outer op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getData().template getDefiningOp<Inner>();
    if (!inner)
      return rewriter.notifyMatchFailure(op, "operand is not the inverse");
    if (inner.getData().getType() != op.getResult().getType())
      return rewriter.notifyMatchFailure(op, "types differ");
    // Both name places in the tensor with the axes of size 1.
    int64_t rank = std::max(cast<ShapedType>(op.getData().getType()).getRank(),
                            op.getResult().getType().getRank());
    std::optional<SmallVector<int64_t>> outerAxes = getAxes(op, rank);
    std::optional<SmallVector<int64_t>> innerAxes = getAxes(inner, rank);
    if (!outerAxes || outerAxes != innerAxes)
      return rewriter.notifyMatchFailure(op, "axes differ or are not known");
    rewriter.replaceOp(op, inner.getData());
    return success();
  }
};
} // namespace

void CastLikeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<CastLikeToCast>(context);
}

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<MergeTransposes>(context);
}

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<MergeReshapes>(context);
}

void SqueezeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<DropInversePair<SqueezeOp, UnsqueezeOp>>(context);
}

void UnsqueezeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<DropInversePair<UnsqueezeOp, SqueezeOp>>(context);
}
