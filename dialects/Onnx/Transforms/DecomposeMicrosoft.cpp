//===- DecomposeMicrosoft.cpp - com.microsoft by standard operators -------===//

#include "dialects/Onnx/IR/FusedActivation.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

static NamedAttribute epsilonOf(const APFloat &epsilon, OpEmitter &emit) {
  return emit.builder.getNamedAttr(
      "epsilon", emit.builder.getF32FloatAttr(epsilon.convertToFloat()));
}

/// LayerNormalization over the last axis: Y, mean and inverse deviation.
static SmallVector<Value> layerNorm(Value x, Value gamma, Value beta,
                                    const APFloat &epsilon, OpEmitter &emit) {
  SmallVector<Value> operands = {x, gamma};
  if (beta)
    operands.push_back(beta);
  return emit.makeAll("LayerNormalization", operands, 3,
                      {emit.attr("axis", -1), epsilonOf(epsilon, emit)});
}

/// Input + skip + bias, which may be null, in the shape of the input: what is
/// skipped may broadcast to it, and not the other way round.
static Value skipSum(Value input, Value skip, Value bias, OpEmitter &emit) {
  Value sum = emit.checkShape(emit.add(input, skip), input);
  return bias ? emit.add(sum, bias) : sum;
}

namespace {

struct DecomposeMsGelu : OpRewritePattern<MsGeluOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsGeluOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    replaceOp(rewriter, op, emit.make("Gelu", op.getX()));
    return success();
  }
};

struct DecomposeQuickGelu : OpRewritePattern<MsQuickGeluOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsQuickGeluOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    replaceOp(rewriter, op,
              emit.make("Swish", op.getX(),
                        rewriter.getNamedAttr(
                            "alpha", rewriter.getF32FloatAttr(
                                         op.getAlpha().convertToFloat()))));
    return success();
  }
};

/// FusedMatMul -> MatMul of transposed operands, times alpha: patterns know
/// products by that name.
struct DecomposeFusedMatMul : OpRewritePattern<MsFusedMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsFusedMatMulOp op,
                                PatternRewriter &rewriter) const override {
    Value a = op.getA(), b = op.getB();
    if (op.getTransBatchA() || op.getTransBatchB() || typeOf(a).getRank() < 2 ||
        typeOf(b).getRank() < 2)
      return rewriter.notifyMatchFailure(op, "moves batch axes, or vectors");
    OpEmitter emit(rewriter, op.getLoc());
    Value result =
        emit.make("MatMul", {op.getTransA() ? swapLast(a, emit) : a,
                             op.getTransB() ? swapLast(b, emit) : b});
    double alpha = op.getAlpha().convertToDouble();
    if (alpha != 1)
      result =
          emit.mul(result, emit.scalar(typeOf(result).getElementType(), alpha));
    replaceOp(rewriter, op, result);
    return success();
  }

  static Value swapLast(Value x, OpEmitter &emit) {
    SmallVector<int64_t> perm =
        llvm::to_vector(llvm::seq<int64_t>(0, typeOf(x).getRank()));
    std::swap(perm.end()[-1], perm.end()[-2]);
    return emit.transpose(x, perm);
  }
};

/// The attributes of the product that `op` begins with.
static SmallVector<NamedAttribute> withoutActivation(Operation *op) {
  SmallVector<NamedAttribute> attributes;
  for (NamedAttribute attribute : op->getAttrs())
    if (!attribute.getName().strref().starts_with("activation"))
      attributes.push_back(attribute);
  return attributes;
}

/// FusedGemm -> Gemm, then the activation.
struct DecomposeFusedGemm : OpRewritePattern<MsFusedGemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsFusedGemmOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<NamedAttribute> own;
    auto names = getGemmActivation(op.getActivation());
    for (StringRef name : *names)
      if (Attribute value = op->getAttr(("activation_" + name).str()))
        own.push_back(rewriter.getNamedAttr(name, value));
    Value product = emit.make("Gemm", op->getOperands(), withoutActivation(op));
    replaceOp(rewriter, op, emit.make(op.getActivation(), product, own));
    return success();
  }
};

/// FusedConv -> Conv + Z, then the activation.
struct DecomposeFusedConv : OpRewritePattern<MsFusedConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsFusedConvOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<NamedAttribute> own;
    SmallVector<Value> operands = {op.getX(), op.getW()};
    if (Value bias = op.getB())
      operands.push_back(bias);
    Value y = emit.make("Conv", operands, withoutActivation(op));
    if (Value addend = op.getZ())
      y = emit.add(y, emit.checkShape(addend, y));
    if (auto names = getConvActivation(op.getActivation())) {
      for (auto [i, name] : llvm::enumerate(*names))
        own.push_back(rewriter.getNamedAttr(
            name, rewriter.getF32FloatAttr((*op.getActivationParams())[i])));
      y = emit.make(op.getActivation(), y, own);
    }
    replaceOp(rewriter, op, y);
    return success();
  }
};

template <typename Op>
struct DecomposeBiasedGelu : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX();
    if (Value bias = op.getBias())
      x = emit.add(x, bias);
    bool isFast = std::is_same_v<Op, MsFastGeluOp>;
    replaceOp(rewriter, op,
              emit.make("Gelu", x,
                        rewriter.getNamedAttr(
                            "approximate",
                            rewriter.getStringAttr(isFast ? "tanh" : "none"))));
    return success();
  }
};

struct DecomposeSkipLayerNormalization
    : OpRewritePattern<MsSkipLayerNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsSkipLayerNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value sum = skipSum(op.getInput(), op.getSkip(), op.getBias(), emit);
    SmallVector<Value> results =
        layerNorm(sum, op.getGamma(), op.getBeta(), op.getEpsilon(), emit);
    results.push_back(sum);
    results.resize(op->getNumResults());
    replaceOp(rewriter, op, results);
    return success();
  }
};

struct DecomposeSkipSimplified
    : OpRewritePattern<MsSkipSimplifiedLayerNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsSkipSimplifiedLayerNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumResults() > 1 && !op->getResult(1).use_empty())
      return op.emitError("shows a mean, which there is none of");
    OpEmitter emit(rewriter, op.getLoc());
    Value sum = skipSum(op.getInput(), op.getSkip(), op.getBias(), emit);
    bool shows = op->getNumResults() > 2 && !op->getResult(2).use_empty();
    SmallVector<Value> norm = emit.makeAll(
        "SimplifiedLayerNormalization", {sum, op.getGamma()}, shows ? 2 : 1,
        {emit.attr("axis", -1), epsilonOf(op.getEpsilon(), emit)});
    SmallVector<Value> results = {norm[0], Value(), shows ? norm[1] : Value(),
                                  sum};
    results.resize(op->getNumResults());
    replaceOp(rewriter, op, results);
    return success();
  }
};

struct DecomposeEmbedLayerNormalization
    : OpRewritePattern<MsEmbedLayerNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsEmbedLayerNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    auto rows = [&](Value table, Value ids) {
      return emit.make("Gather", {table, ids}, emit.attr("axis", 0));
    };
    Type i32 = rewriter.getI32Type();
    Value ids = op.getIds(), positions = op.getPositionIds();
    if (!positions)
      positions = emit.count(emit.scalarSizeOf(ids, 1));
    // Positions may be one row, for all batch entries.
    Value sum = emit.add(rows(op.getWordTable(), ids),
                         rows(op.getPositionTable(), positions));
    if (Value segments = op.getSegmentIds())
      sum = emit.add(
          sum, rows(op.getSegmentTable(), emit.checkShape(segments, ids)));
    sum = emit.checkSizes(sum, {0, 1},
                          {emit.sizeOf(ids, 0), emit.sizeOf(ids, 1)});
    SmallVector<Value> norm =
        layerNorm(sum, op.getGamma(), op.getBeta(), op.getEpsilon(), emit);
    // Without a mask the counts are 0.
    Value mask = op.getMask();
    Value kept = mask ? emit.make("Equal", {emit.checkShape(mask, ids),
                                            emit.scalar(i32, 1)})
                      : emit.make("Less", {ids, ids});
    Value counts = emit.reduceSum(emit.cast(kept, i32), 1);
    SmallVector<Value> results = {norm[0], counts, sum};
    results.resize(op->getNumResults());
    replaceOp(rewriter, op, results);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Quantisation
//===----------------------------------------------------------------------===//

/// ms.QuantizeLinear -> QuantizeLinear, and the reverse operation.
template <typename Op>
struct RenameQuantization : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    StringRef name = std::is_same_v<Op, MsQuantizeLinearOp>
                         ? "QuantizeLinear"
                         : "DequantizeLinear";
    replaceOp(rewriter, op,
              emit.make(name, op->getOperands(),
                        {emit.attr("axis", op.getAxis()),
                         emit.attr("block_size", op.getBlockSize())}));
    return success();
  }
};

/// P * (scale * scale) + bias.
static Value scaledProduct(ValueRange product, Value aScale, Value bScale,
                           Value bias, OpEmitter &emit) {
  Value result = emit.make("MatMulInteger", product);
  Type element = typeOf(bScale).getElementType();
  result = emit.mul(emit.cast(result, element), emit.mul(aScale, bScale));
  return bias ? emit.add(result, bias) : result;
}

struct DecomposeMatMulIntegerToFloat
    : OpRewritePattern<MsMatMulIntegerToFloatOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsMatMulIntegerToFloatOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<Value> product = {op.getA(), op.getB()};
    for (Value zero : {op.getAZeroPoint(), op.getBZeroPoint()})
      product.push_back(emit.orNone(zero));
    replaceOp(rewriter, op,
              scaledProduct(product, op.getAScale(), op.getBScale(),
                            op.getBias(), emit));
    return success();
  }
};

struct DecomposeDynamicQuantizeMatMul
    : OpRewritePattern<MsDynamicQuantizeMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsDynamicQuantizeMatMulOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<Value> codes =
        emit.makeAll("DynamicQuantizeLinear", op.getA(), 3);
    SmallVector<Value> product = {codes[0], op.getB(), codes[2]};
    if (Value zero = op.getBZeroPoint())
      product.push_back(zero);
    replaceOp(
        rewriter, op,
        scaledProduct(product, codes[1], op.getBScale(), op.getBias(), emit));
    return success();
  }
};

struct DecomposeGatherBlockQuantized
    : OpRewritePattern<MsGatherBlockQuantizedOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsGatherBlockQuantizedOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    RankedTensorType data = typeOf(op.getData());
    int64_t rank = data.getRank(), bits = op.getBits();
    auto wrap = [&](int64_t axis) { return axis + (axis < 0 ? rank : 0); };
    int64_t gather = wrap(op.getGatherAxis()),
            along = wrap(op.getQuantizeAxis());
    bool isPacked = data.getElementType().isUnsignedInteger(8);
    bool isUnsigned = data.getElementType().isUnsignedInteger();
    Type byte = isUnsigned ? Type(rewriter.getIntegerType(8, false))
                           : Type(rewriter.getI8Type());
    // Where the quantised axis is once the rows are picked.
    int64_t axis =
        along < gather ? along : along - 1 + typeOf(op.getIndices()).getRank();
    int64_t size = data.getDimSize(along) * (isPacked ? 8 / bits : 1);
    auto pick = [&](Value table) {
      return emit.make("Gather", {table, op.getIndices()},
                       emit.attr("axis", gather));
    };
    auto codes = [&](Value table, int64_t count) {
      Value picked = pick(emit.cast(table, byte));
      if (isPacked && bits != 8)
        picked = unpacked(picked, bits, count, emit);
      return emit.cast(picked, rewriter.getF32Type());
    };
    // One scale for each place.
    SmallVector<int64_t> blockOf;
    for (int64_t place = 0; place < size; ++place)
      blockOf.push_back(place / op.getBlockSize());
    auto spread = [&](Value each) {
      return emit.make("Gather", {each, emit.ints(blockOf)},
                       emit.attr("axis", axis));
    };
    int64_t blocks = llvm::divideCeil(size, op.getBlockSize());
    Value result = codes(op.getData(), size);
    if (Value zero = op.getZeroPoints())
      result = emit.sub(result, spread(codes(zero, blocks)));
    else if (isPacked)
      result = emit.sub(
          result, emit.scalar(rewriter.getF32Type(), double(1 << (bits - 1))));
    Type element = typeOf(op.getScales()).getElementType();
    Value scale = emit.cast(pick(op.getScales()), rewriter.getF32Type());
    result = emit.cast(emit.mul(result, spread(scale)), element);
    replaceOp(rewriter, op, result);
    return success();
  }

  /// `count` codes of the last axis's bytes.
  static Value unpacked(Value bytes, int64_t bits, int64_t count,
                        OpEmitter &emit) {
    Value parts = unpackBits(bytes, bits, emit);
    SmallVector<int64_t> shape(typeOf(bytes).getRank(), 0);
    int64_t all = typeOf(bytes).getShape().back() * (8 / bits);
    shape.back() = all;
    Value codes = emit.reshape(parts, shape);
    return all == count ? codes : emit.slice(codes, shape.size() - 1, 0, count);
  }
};

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

struct DecomposeMsRotaryEmbedding : OpRewritePattern<MsRotaryEmbeddingOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsRotaryEmbeddingOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value x = op.getX(), positions = op.getPositionIds();
    int64_t rank = typeOf(x).getRank(), heads = op.getNumHeads();
    if (heads == 0 && rank == 3)
      heads = typeOf(x).getDimSize(2) /
              (2 * typeOf(op.getCosCache()).getDimSize(1));
    if (typeOf(positions).getRank() != 2) {
      Value own = emit.count(emit.scalarSizeOf(x, rank - 2));
      positions =
          emit.unsqueeze(emit.add(own, emit.reshape(positions, {1})), {0});
    }
    replaceOp(rewriter, op,
              emit.make("RotaryEmbedding",
                        {x, op.getCosCache(), op.getSinCache(), positions},
                        {emit.attr("interleaved", op.getInterleaved()),
                         emit.attr("num_heads", rank == 3 ? heads : 0),
                         emit.attr("rotary_embedding_dim",
                                   op.getRotaryEmbeddingDim())}));
    return success();
  }
};

/// ms.MultiHeadAttention -> Attention on heads.
struct DecomposeMultiHeadAttention : OpRewritePattern<MsMultiHeadAttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsMultiHeadAttentionOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    SmallVector<Value> inputs = checkedInputs(op, emit);
    // A query sees the keys up to its own place, counted from the last.
    bool isCausal = op.getUnidirectional() != 0;
    int64_t keyAxis = typeOf(inputs[1]).getRank() - 2;
    if (isCausal)
      inputs[1] =
          emit.checkSizes(inputs[1], keyAxis, emit.sizeOf(inputs[0], 1));
    Value past = op.getPastKey(), total = emit.sizeOf(inputs[1], keyAxis);
    if (past)
      total = emit.add(emit.sizeOf(past, 2), total);
    Value hidden = mask(op, total, emit);
    addBias(op, inputs, emit);
    for (Value &input : inputs)
      input = emit.splitHeads(input, op.getNumHeads());
    SmallVector<NamedAttribute> attributes = {emit.attr("is_causal", isCausal)};
    if (std::optional<APFloat> scale = op.getScale(); scale && !scale->isZero())
      attributes.push_back(rewriter.getNamedAttr(
          "scale", rewriter.getF32FloatAttr(scale->convertToFloat())));
    SmallVector<Value> results =
        emit.makeAll("Attention",
                     {inputs[0], inputs[1], inputs[2], emit.orNone(hidden),
                      emit.orNone(past), emit.orNone(op.getPastValue())},
                     3, attributes);
    results.front() = emit.joinHeads(results.front());
    results.resize(op->getNumResults());
    replaceOp(rewriter, op, results);
    return success();
  }

  /// Query, key and value, of one number of batch entries and of keys.
  static SmallVector<Value> checkedInputs(MsMultiHeadAttentionOp op,
                                          OpEmitter &emit) {
    Value query = op.getQuery(), key = op.getKey(), value = op.getValue();
    int64_t axis = typeOf(key).getRank() - 2;
    Value batch = emit.sizeOf(query, 0), keys = emit.sizeOf(key, axis);
    return {query, emit.checkSizes(key, 0, batch),
            emit.checkSizes(value, {0, axis}, {batch, keys})};
  }

  /// Adds its part of the bias to each input.
  static void addBias(MsMultiHeadAttentionOp op, MutableArrayRef<Value> inputs,
                      OpEmitter &emit) {
    Value bias = op.getBias();
    if (!bias)
      return;
    int64_t begin = 0;
    for (Value &input : inputs) {
      int64_t end = begin + typeOf(input).getDimSize(2);
      input = emit.add(input, emit.slice(bias, 0, begin, end));
      begin = end;
    }
  }

  /// The padding mask, as what is added to scores, and the bias, both of
  /// `total` keys; or null.
  static Value mask(MsMultiHeadAttentionOp op, Value total, OpEmitter &emit) {
    Value bias = op.getAttentionBias(), padding = op.getKeyPaddingMask();
    if (bias)
      bias =
          emit.checkSizes(bias, {2, 3}, {emit.sizeOf(op.getQuery(), 1), total});
    if (!padding)
      return bias;
    padding = emit.checkSizes(padding, {0, 1},
                              {emit.sizeOf(op.getQuery(), 0), total});
    Type element = typeOf(op.getQuery()).getElementType();
    Value kept = emit.make(
        "Equal", {padding, emit.scalar(emit.builder.getI32Type(), 0)});
    Value fill =
        emit.scalar(element, op.getMaskFilterValue().convertToDouble());
    Value added = emit.make("Where", {kept, fill, emit.scalar(element, 0)});
    added = emit.unsqueeze(added, {1, 2});
    return bias ? emit.add(bias, added) : added;
  }
};

/// ms.Attention -> a product, and ms.MultiHeadAttention of its parts.
struct DecomposeMsAttention : OpRewritePattern<MsAttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MsAttentionOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Value all = emit.make("MatMul", {op.getInput(), op.getWeights()});
    if (Value bias = op.getBias())
      all = emit.add(all, bias);
    SmallVector<int64_t> parts =
        getAttentionParts(op.getQkvHiddenSizes(), typeOf(all).getDimSize(2));
    SmallVector<Value> operands = emit.makeAll(
        "Split", all, 3,
        {emit.attr("axis", 2),
         rewriter.getNamedAttr("split", rewriter.getDenseI64ArrayAttr(parts))});
    SmallVector<Value> pasts(2, emit.orNone(Value()));
    if (Value past = op.getPast())
      for (int64_t kind : {0, 1})
        pasts[kind] = emit.squeeze(emit.slice(past, 0, kind, kind + 1), {0});
    auto [padding, bias] = masks(op, pasts.front(), emit);
    operands.append({emit.orNone(Value()), emit.orNone(padding),
                     emit.orNone(bias), pasts[0], pasts[1]});
    SmallVector<NamedAttribute> attributes;
    for (StringRef name :
         {"num_heads", "mask_filter_value", "scale", "unidirectional"})
      if (Attribute value = op->getAttr(name))
        attributes.push_back(rewriter.getNamedAttr(name, value));
    SmallVector<Value> results =
        emit.makeAll("ms.MultiHeadAttention", operands, 3, attributes);
    SmallVector<Value> outputs = {results[0]};
    if (op->getNumResults() > 1)
      outputs.push_back(emit.concat(
          {emit.unsqueeze(results[1], {0}), emit.unsqueeze(results[2], {0})},
          0));
    replaceOp(rewriter, op, outputs);
    return success();
  }

  /// The padding mask [batch, T], and what is added to scores; either may be
  /// null. A run ends where a mask is of another batch.
  static std::pair<Value, Value> masks(MsAttentionOp op, Value past,
                                       OpEmitter &emit) {
    Value mask = op.getMask(), bias = op.getAttentionBias();
    int64_t rank = mask ? typeOf(mask).getRank() : 2;
    if (rank == 2)
      return {mask, bias};
    Type i32 = emit.builder.getI32Type(), i64 = emit.builder.getI64Type();
    mask = emit.checkSizes(mask, 0, emit.sizeOf(op.getInput(), 0));
    if (rank == 1) {
      Value total = emit.scalarSizeOf(op.getInput(), 1);
      if (op.getPast())
        total = emit.add(total, emit.scalarSizeOf(past, 2));
      Value ends = emit.unsqueeze(emit.cast(mask, i64), {1});
      return {emit.cast(emit.make("Less", {emit.count(total), ends}), i32),
              bias};
    }
    Type element = typeOf(op.getInput()).getElementType();
    Value fill =
        emit.scalar(element, op.getMaskFilterValue().convertToDouble());
    Value hidden = emit.make("Equal", {mask, emit.scalar(i32, 0)});
    Value added = emit.make("Where", {hidden, fill, emit.scalar(element, 0)});
    added = emit.unsqueeze(added, {1});
    return {Value(), bias ? emit.add(bias, added) : added};
  }
};

} // namespace

void bitnet::onnx::populateDecomposeMicrosoftPatterns(
    RewritePatternSet &patterns) {
  patterns.add<
      DecomposeMsGelu, DecomposeQuickGelu, DecomposeBiasedGelu<MsBiasGeluOp>,
      DecomposeBiasedGelu<MsFastGeluOp>, DecomposeSkipLayerNormalization,
      DecomposeSkipSimplified, DecomposeEmbedLayerNormalization,
      RenameQuantization<MsQuantizeLinearOp>,
      RenameQuantization<MsDequantizeLinearOp>, DecomposeMatMulIntegerToFloat,
      DecomposeFusedMatMul, DecomposeFusedGemm, DecomposeFusedConv,
      DecomposeMsAttention, DecomposeDynamicQuantizeMatMul,
      DecomposeGatherBlockQuantized, DecomposeMsRotaryEmbedding,
      DecomposeMultiHeadAttention>(patterns.getContext());
}
