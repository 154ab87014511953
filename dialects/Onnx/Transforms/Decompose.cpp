#include "dialects/Onnx/Transforms/Decompose.h"

#include "dialects/Onnx/Transforms/OpEmitter.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace bitnet::onnx {
#define GEN_PASS_DEF_DECOMPOSEPASS
#include "dialects/Onnx/Transforms/Passes.h.inc"
} // namespace bitnet::onnx

using namespace bitnet::onnx;

namespace {

/// Swish(x) -> x * Sigmoid(alpha * x).
struct DecomposeSwish : OpRewritePattern<SwishOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SwishOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX(), inner = x;
    double alpha = op.getAlpha().convertToDouble();
    if (alpha != 1)
      inner =
          emit.mul(x, emit.scalar(getElementTypeOrSelf(x.getType()), alpha));
    replaceOp(rewriter, op, emit.mul(x, emit.make("Sigmoid", inner)));
    return success();
  }
};

/// SwiGLU(a, b) -> Swish(a) * b.
struct DecomposeSwiGLU : OpRewritePattern<SwiGLUOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SwiGLUOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value gate = emit.make(
        "Swish", op.getA(),
        rewriter.getNamedAttr(
            "alpha", rewriter.getF32FloatAttr(op.getAlpha().convertToFloat())));
    replaceOp(rewriter, op, emit.mul(gate, op.getB()));
    return success();
  }
};

/// Gemm -> alpha * Gemm + beta * C where one of them is not 1, or C is no
/// vector of a number for each column.
struct DecomposeScaledGemm : OpRewritePattern<GemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GemmOp op,
                                PatternRewriter &rewriter) const override {
    double alpha = op.getAlpha().convertToDouble();
    double beta = op.getBeta().convertToDouble();
    Type element = getElementTypeOrSelf(op.getA().getType());
    Value c = op.getC();
    if (c && isa<NoneType>(c.getType()))
      c = {};
    bool isPlain = !c || (beta == 1 && typeOf(c).getRank() == 1 &&
                          typeOf(c).getDimSize(0) != 1);
    if (!isa<FloatType>(element) || (alpha == 1 && isPlain))
      return rewriter.notifyMatchFailure(op, "scales nothing");
    OpEmitter emit(rewriter, op.getLoc());
    Value result = emit.make("Gemm", {op.getA(), op.getB()},
                             {emit.attr("transA", op.getTransA()),
                              emit.attr("transB", op.getTransB())});
    if (alpha != 1)
      result = emit.mul(result, emit.scalar(element, alpha));
    if (c && beta != 1)
      c = emit.mul(c, emit.scalar(element, beta));
    replaceOp(rewriter, op, c ? emit.add(result, c) : result);
    return success();
  }
};

/// RotaryEmbedding -> x * cos + rotated(x) * sin on [B, H, S, D].
struct DecomposeRotary : OpRewritePattern<RotaryEmbeddingOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(RotaryEmbeddingOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getX();
    bool isJoined = cast<ShapedType>(x.getType()).getRank() == 3;
    OpEmitter emit(rewriter, op.getLoc());
    Value heads = isJoined ? emit.splitHeads(x, op.getNumHeads()) : x;
    auto type = cast<RankedTensorType>(heads.getType());
    int64_t size = type.getDimSize(3), dim = op.getRotaryEmbeddingDim();
    dim = dim == 0 ? size : dim;
    if (ShapedType::isDynamic(size) ||
        ShapedType::isDynamic(type.getDimSize(1)))
      return rewriter.notifyMatchFailure(op, "heads are not static");
    Value cos = tableRows(op.getCosCache(), op.getPositionIds(), emit);
    Value sin = tableRows(op.getSinCache(), op.getPositionIds(), emit);
    Value turned = dim == size ? heads : emit.slice(heads, 3, 0, dim);
    turned = op.getInterleaved() ? rotatePairs(turned, cos, sin, emit)
                                 : rotateHalves(turned, cos, sin, dim, emit);
    if (dim != size)
      turned = emit.concat({turned, emit.slice(heads, 3, dim, size)}, 3);
    replaceOp(rewriter, op, isJoined ? emit.joinHeads(turned) : turned);
    return success();
  }

  /// [B, 1, S, dim / 2].
  static Value tableRows(Value table, Value positions, OpEmitter &emit) {
    Value rows = positions ? emit.make("Gather", {table, positions},
                                       emit.attr("axis", 0))
                           : table;
    return emit.unsqueeze(rows, {1});
  }

  static Value rotateHalves(Value x, Value cos, Value sin, int64_t dim,
                            OpEmitter &emit) {
    Value first = emit.slice(x, 3, 0, dim / 2);
    Value second = emit.slice(x, 3, dim / 2, dim);
    Value rotated = emit.concat({emit.make("Neg", second), first}, 3);
    return emit.add(emit.mul(x, emit.concat({cos, cos}, 3)),
                    emit.mul(rotated, emit.concat({sin, sin}, 3)));
  }

  static Value rotatePairs(Value x, Value cos, Value sin, OpEmitter &emit) {
    int64_t dim = cast<ShapedType>(x.getType()).getDimSize(3);
    Value even = emit.slice(x, 3, 0, dim, 2), odd = emit.slice(x, 3, 1, dim, 2);
    Value real = emit.sub(emit.mul(cos, even), emit.mul(sin, odd));
    Value imaginary = emit.add(emit.mul(sin, even), emit.mul(cos, odd));
    Value pairs = emit.concat(
        {emit.unsqueeze(real, {4}), emit.unsqueeze(imaginary, {4})}, 4);
    return emit.reshape(pairs, {0, 0, 0, dim});
  }
};

/// GroupQueryAttention of one packed operand -> Split first.
struct UnpackGroupQueryAttention : OpRewritePattern<MsGroupQueryAttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsGroupQueryAttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getKey() || op.getValue())
      return rewriter.notifyMatchFailure(op, "is not packed");
    auto type = cast<RankedTensorType>(op.getQuery().getType());
    int64_t heads = op.getNumHeads(), groups = op.getKvNumHeads();
    if (type.isDynamicDim(2))
      return rewriter.notifyMatchFailure(op, "head size is not known");
    int64_t size = type.getDimSize(2) / (heads + 2 * groups);
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<Value> operands = emit.makeAll(
        "Split", op.getQuery(), 3,
        {emit.attr("axis", 2),
         rewriter.getNamedAttr(
             "split", rewriter.getDenseI64ArrayAttr(
                          {heads * size, groups * size, groups * size}))});
    llvm::append_range(operands, op->getOperands().drop_front(3));
    rewriter.modifyOpInPlace(op, [&] { op->setOperands(operands); });
    return success();
  }
};

struct Decompose : public bitnet::onnx::impl::DecomposePassBase<Decompose> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateDecomposePatterns(patterns);
    populateDecomposeQuantizationPatterns(patterns);
    populateDecomposeNormalizationPatterns(patterns);
    populateDecomposeLossPatterns(patterns);
    populateDecomposeConvolutionPatterns(patterns);
    populateDecomposeLinearAttentionPatterns(patterns);
    populateDecomposeMicrosoftPatterns(patterns);
    populateDecomposeIndexingPatterns(patterns);
    populateDecomposeEinsumPatterns(patterns);
    GreedyRewriteConfig config;
    config.enableFolding(false);
    bool failedOnce = false;
    ScopedDiagnosticHandler watch(&getContext(), [&](Diagnostic &diagnostic) {
      failedOnce |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
      return failure();
    });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     config)) ||
        failedOnce)
      signalPassFailure();
  }
};

} // namespace

void bitnet::onnx::populateDecomposePatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeSwish, DecomposeSwiGLU, DecomposeScaledGemm,
               DecomposeRotary, UnpackGroupQueryAttention>(
      patterns.getContext());
}
