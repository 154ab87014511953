//===- DecomposeQuantization.cpp - quantised forms as arithmetic ----------===//
//
// What dequantises becomes Cast, Sub and Mul in f32: a product of a code and a
// scale is rounded once, whatever the type it is rounded to. Weights that are
// made so are constant expressions, which recognition judges by their values.
//
//===----------------------------------------------------------------------===//

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

using namespace mlir;
using namespace bitnet::onnx;

/// One scale (or zero point) for each element of `x`, up to broadcasting; null
/// where sizes are not known.
static Value spread(Value scale, Value x, int64_t axis, int64_t blockSize,
                    OpEmitter &emit) {
  RankedTensorType type = typeOf(scale), own = typeOf(x);
  axis += axis < 0 ? own.getRank() : 0;
  if (blockSize == 0) {
    if (type.getRank() == 0)
      return scale;
    if (type.getDimSize(0) == 1)
      return emit.reshape(scale, {});
    SmallVector<int64_t> axes;
    for (int64_t after = axis + 1; after < own.getRank(); ++after)
      axes.push_back(after - axis);
    return axes.empty() ? scale : emit.unsqueeze(scale, axes);
  }
  if (!type.hasStaticShape() || own.isDynamicDim(axis))
    return {};
  SmallVector<int64_t> wide = llvm::to_vector(type.getShape()), flat = wide;
  wide.insert(wide.begin() + axis + 1, blockSize);
  flat[axis] *= blockSize;
  Value repeated =
      emit.make("Expand", {emit.unsqueeze(scale, {axis + 1}), emit.ints(wide)});
  Value all = emit.reshape(repeated, flat);
  return flat[axis] == own.getDimSize(axis)
             ? all
             : emit.slice(all, axis, 0, own.getDimSize(axis));
}

/// The least and largest value of an integer type.
static std::pair<double, double> rangeOf(IntegerType type) {
  double values = std::ldexp(1.0, int(type.getWidth()));
  return type.isUnsigned() ? std::pair(0.0, values - 1)
                           : std::pair(-values / 2, values / 2 - 1);
}

/// saturate(roundeven(x / scale) + zero) as `element`; all operands f32.
static Value quantize(Value x, Value scale, Value zero, IntegerType element,
                      OpEmitter &emit) {
  Type f32 = emit.builder.getF32Type();
  Value rounded = emit.make("Round", emit.div(x, scale));
  if (zero)
    rounded = emit.add(rounded, zero);
  auto [low, high] = rangeOf(element);
  Value clamped = emit.make(
      "Clip", {rounded, emit.scalar(f32, low), emit.scalar(f32, high)});
  return emit.cast(clamped, element);
}

Value bitnet::onnx::unpackBits(Value packed, int64_t bits, OpEmitter &emit) {
  Type ui8 = typeOf(packed).getElementType();
  SmallVector<uint8_t> shifts;
  for (int64_t at = 0; at < 8; at += bits)
    shifts.push_back(uint8_t(at));
  Value each = emit.constant(DenseElementsAttr::get(
      RankedTensorType::get({int64_t(shifts.size())}, ui8),
      ArrayRef<uint8_t>(shifts)));
  Value shifted = emit.make(
      "BitShift", {emit.unsqueeze(packed, {typeOf(packed).getRank()}), each},
      emit.builder.getNamedAttr("direction",
                                emit.builder.getStringAttr("RIGHT")));
  double mask = std::ldexp(1.0, int(bits)) - 1;
  return emit.make("BitwiseAnd", {shifted, emit.scalar(ui8, mask)});
}

/// A zero point (or scale) of the rows of A: as a column where there are
/// several.
static Value forRows(Value each, OpEmitter &emit) {
  RankedTensorType type = typeOf(each);
  return type.getRank() == 1 && type.getDimSize(0) != 1
             ? emit.unsqueeze(each, {1})
             : each;
}

namespace {

struct DecomposeDequantize : OpRewritePattern<DequantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DequantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type f32 = rewriter.getF32Type();
    Value x = op.getX(), zero = op.getZeroPoint();
    auto each = [&](Value value) {
      return spread(emit.cast(value, f32), x, op.getAxis(), op.getBlockSize(),
                    emit);
    };
    Value scale = each(op.getScale());
    if (!scale)
      return rewriter.notifyMatchFailure(op, "blocks are of unknown size");
    Value codes = emit.cast(x, f32);
    if (zero)
      codes = emit.sub(codes, each(zero));
    Value result = emit.mul(codes, scale);
    replaceOp(rewriter, op,
              emit.cast(result, typeOf(op.getResult()).getElementType()));
    return success();
  }
};

struct DecomposeQuantize : OpRewritePattern<QuantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type f32 = rewriter.getF32Type();
    Value x = op.getX(), zero = op.getZeroPoint();
    auto each = [&](Value value) {
      return spread(emit.cast(value, f32), x, op.getAxis(), op.getBlockSize(),
                    emit);
    };
    Value scale = each(op.getScale());
    if (!scale)
      return rewriter.notifyMatchFailure(op, "blocks are of unknown size");
    Type element = typeOf(op.getResult()).getElementType();
    x = emit.cast(x, f32);
    zero = zero ? each(zero) : zero;
    auto integer = dyn_cast<IntegerType>(element);
    replaceOp(rewriter, op,
              integer ? quantize(x, scale, zero, integer, emit)
                      : quantizeToFloat(op, x, scale, zero, emit));
    return success();
  }

  /// x / scale + zero, rounded and saturated as Cast does.
  static Value quantizeToFloat(QuantizeLinearOp op, Value x, Value scale,
                               Value zero, OpEmitter &emit) {
    Value result = emit.div(x, scale);
    if (zero)
      result = emit.add(result, zero);
    Type element = typeOf(op.getResult()).getElementType();
    return emit.make("Cast", result,
                     {emit.attr("to", *getOnnxType(element)),
                      emit.attr("saturate", op.getSaturate())});
  }
};

struct DecomposeDynamicQuantize : OpRewritePattern<DynamicQuantizeLinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DynamicQuantizeLinearOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type f32 = rewriter.getF32Type();
    auto code = IntegerType::get(getContext(), 8, IntegerType::Unsigned);
    Value x = op.getX(), nothing = emit.scalar(f32, 0);
    auto bound = [&](StringRef reduce, StringRef join) {
      return emit.make(
          join, {emit.make(reduce, x, emit.attr("keepdims", 0)), nothing});
    };
    Value low = bound("ReduceMin", "Min"), high = bound("ReduceMax", "Max");
    Value range = emit.sub(high, low);
    // ONNX Runtime's scale for a tensor of zeros.
    Value scale = emit.make("Where", {emit.make("Equal", {range, nothing}),
                                      emit.scalar(f32, 1),
                                      emit.div(range, emit.scalar(f32, 255))});
    Value zero = quantize(emit.make("Neg", low), scale, {}, code, emit);
    Value codes = quantize(x, scale, emit.cast(zero, f32), code, emit);
    replaceOp(rewriter, op, {codes, scale, zero});
    return success();
  }
};

struct DecomposeMatMulInteger : OpRewritePattern<MatMulIntegerOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatMulIntegerOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type i32 = rewriter.getI32Type();
    Value a = emit.cast(op.getA(), i32), b = emit.cast(op.getB(), i32);
    if (Value zero = op.getAZeroPoint())
      a = emit.sub(a, emit.cast(forRows(zero, emit), i32));
    if (Value zero = op.getBZeroPoint())
      b = emit.sub(b, emit.cast(zero, i32));
    replaceOp(rewriter, op, emit.make("MatMul", {a, b}));
    return success();
  }
};

struct DecomposeQLinearMatMul : OpRewritePattern<QLinearMatMulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(QLinearMatMulOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type f32 = rewriter.getF32Type();
    // One element, whatever shape it has.
    auto scalar = [&](Value one) {
      return typeOf(one).getRank() == 0 ? one : emit.reshape(one, {});
    };
    Value product =
        emit.make("MatMulInteger", {op.getA(), op.getB(), op.getAZeroPoint(),
                                    op.getBZeroPoint()});
    Value factor = emit.mul(emit.cast(forRows(op.getAScale(), emit), f32),
                            emit.cast(op.getBScale(), f32));
    factor = emit.div(factor, emit.cast(scalar(op.getYScale()), f32));
    Value scaled = emit.mul(emit.cast(product, f32), factor);
    auto element = cast<IntegerType>(typeOf(op.getResult()).getElementType());
    Value zero = emit.cast(scalar(op.getYZeroPoint()), f32);
    replaceOp(rewriter, op,
              quantize(scaled, emit.scalar(f32, 1), zero, element, emit));
    return success();
  }
};

struct DecomposeMatMulNBits : OpRewritePattern<MsMatMulNBitsOp> {
  using OpRewritePattern::OpRewritePattern;
  /// The accuracy level that allows 8 bits.
  static constexpr int64_t quantizesInput = 4;

  LogicalResult matchAndRewrite(MsMatMulNBitsOp op,
                                PatternRewriter &rewriter) const override {
    OpEmitter emit(rewriter, op.getLoc());
    Type f32 = rewriter.getF32Type();
    int64_t n = op.getN(), k = op.getK(), bits = op.getBits();
    int64_t block = op.getBlockSize(), blocks = llvm::divideCeil(k, block);
    Value codes = emit.cast(unpackBits(op.getB(), bits, emit), f32);
    codes = emit.reshape(codes, {n, blocks, block});
    Value zero = emit.scalar(f32, std::ldexp(1.0, int(bits) - 1));
    if (Value given = op.getZeroPoints())
      zero = zeroPoints(given, n, blocks, bits, emit);
    Value scale = emit.reshape(emit.cast(op.getScales(), f32), {n, blocks, 1});
    Value weights = emit.reshape(emit.mul(emit.sub(codes, zero), scale),
                                 {n, blocks * block});
    // The last block may be padded, with codes that count for nothing.
    if (blocks * block != k)
      weights = emit.slice(weights, 1, 0, k);
    Type element = typeOf(op.getA()).getElementType();
    SmallVector<NamedAttribute> attributes;
    if (op.getAccuracyLevel() == quantizesInput)
      attributes.push_back(emit.attr(inputBlockAttr, block));
    Value product = emit.make(
        "MatMul",
        {op.getA(), emit.transpose(emit.cast(weights, element), {1, 0})},
        attributes);
    if (Value bias = op.getBias())
      product = emit.add(product, bias);
    replaceOp(rewriter, op, product);
    return success();
  }

  /// [n, blocks, 1], from floats or from packed rows.
  static Value zeroPoints(Value given, int64_t n, int64_t blocks, int64_t bits,
                          OpEmitter &emit) {
    Type f32 = emit.builder.getF32Type();
    if (typeOf(given).getElementType().isUnsignedInteger(8)) {
      int64_t bytes = llvm::divideCeil(blocks * bits, 8);
      given = unpackBits(emit.reshape(given, {n, bytes}), bits, emit);
      given = emit.slice(emit.reshape(given, {n, bytes * (8 / bits)}), 1, 0,
                         blocks);
    }
    return emit.reshape(emit.cast(given, f32), {n, blocks, 1});
  }
};

} // namespace

void bitnet::onnx::populateDecomposeQuantizationPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeDequantize, DecomposeQuantize, DecomposeDynamicQuantize,
               DecomposeMatMulInteger, DecomposeQLinearMatMul,
               DecomposeMatMulNBits>(patterns.getContext());
}
