#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

#define GET_OP_CLASSES
#include "dialects/Transformer/IR/TransformerOps.cpp.inc"

using Sizes = SmallVector<OpFoldResult>;

static OpFoldResult sizeOf(OpBuilder &builder, Location loc, Value memref,
                           int64_t axis) {
  auto type = cast<MemRefType>(memref.getType());
  if (!type.isDynamicDim(axis))
    return builder.getIndexAttr(type.getDimSize(axis));
  return memref::DimOp::create(builder, loc, memref, axis).getResult();
}

static Sizes sizesOf(OpBuilder &builder, Location loc, Value memref) {
  Sizes sizes;
  for (int64_t axis = 0, rank = cast<MemRefType>(memref.getType()).getRank();
       axis < rank; ++axis)
    sizes.push_back(sizeOf(builder, loc, memref, axis));
  return sizes;
}

/// The type that `op` writes, in either form; null if it writes none or
/// several.
template <typename Op>
static ShapedType writtenType(Op op) {
  if (op.getResult())
    return cast<ShapedType>(op.getResult().getType());
  if (op.getOuts().size() == 1)
    return cast<ShapedType>(op.getOuts()[0].getType());
  return {};
}

/// (C1) of the ops that keep their input's shape.
template <typename Op>
static LogicalResult verifyKeepsShape(Op op, ShapedType input) {
  ShapedType written = writtenType(op);
  if (!written)
    return op.emitOpError("expects one result or one buffer in `outs`");
  if (written.getShape() != input.getShape())
    return op.emitOpError("writes ")
           << written << ", expected the shape of " << input;
  return success();
}

/// There is a last axis to normalise.
template <typename Op>
static LogicalResult verifyHasAxis(Op op, ShapedType input) {
  if (input.getRank() >= 1)
    return success();
  return op.emitOpError("normalises ") << input << ", expected an axis";
}

template <typename Op>
static LogicalResult verifyLastAxis(Op op, Value vector, ShapedType input,
                                    StringRef what) {
  if (!vector)
    return success();
  auto type = cast<ShapedType>(vector.getType());
  if (type.getRank() != 1 || type.getDimSize(0) != input.getShape().back())
    return op.emitOpError("has ") << what << ' ' << type << ", expected "
                                  << input.getShape().back() << " elements";
  return success();
}

//===- rms_norm, layer_norm, gated_activation ---------------------------===//

unsigned RMSNormOp::getNumInputs() { return 1 + (getGain() ? 1 : 0); }
SmallVector<Sizes> RMSNormOp::getResultDims(OpBuilder &builder, ValueRange in) {
  return {sizesOf(builder, getLoc(), in[0])};
}
LogicalResult RMSNormOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (failed(verifyHasAxis(*this, input)) ||
      failed(verifyKeepsShape(*this, input)))
    return failure();
  return verifyLastAxis(*this, getGain(), input, "gain");
}

unsigned LayerNormOp::getNumInputs() {
  return 1 + (getGain() ? 1 : 0) + (getBias() ? 1 : 0);
}
SmallVector<Sizes> LayerNormOp::getResultDims(OpBuilder &builder,
                                              ValueRange in) {
  return {sizesOf(builder, getLoc(), in[0])};
}
LogicalResult LayerNormOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  if (failed(verifyHasAxis(*this, input)) ||
      failed(verifyKeepsShape(*this, input)) ||
      failed(verifyLastAxis(*this, getGain(), input, "gain")))
    return failure();
  return verifyLastAxis(*this, getBias(), input, "bias");
}

unsigned GatedActivationOp::getNumInputs() { return 1 + (getUp() ? 1 : 0); }
SmallVector<Sizes> GatedActivationOp::getResultDims(OpBuilder &builder,
                                                    ValueRange in) {
  return {sizesOf(builder, getLoc(), in[0])};
}
LogicalResult GatedActivationOp::verify() {
  auto gate = cast<ShapedType>(getGate().getType());
  if (getUp() &&
      cast<ShapedType>(getUp().getType()).getShape() != gate.getShape())
    return emitOpError("has up ")
           << getUp().getType() << ", expected the shape of " << gate;
  return verifyKeepsShape(*this, gate);
}

//===- rotary -----------------------------------------------------------===//

unsigned RotaryOp::getNumInputs() { return 3; }
SmallVector<Sizes> RotaryOp::getResultDims(OpBuilder &builder, ValueRange in) {
  return {sizesOf(builder, getLoc(), in[0])};
}
LogicalResult RotaryOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  int64_t d = input.getRank() == 4 ? input.getDimSize(3) : ShapedType::kDynamic;
  if (ShapedType::isDynamic(d) || d % 2 != 0)
    return emitOpError("rotates ")
           << input << ", expected rank 4 and an even static last axis";
  for (Value table : {getCos(), getSin()}) {
    auto type = cast<ShapedType>(table.getType());
    int64_t last = type.getRank() >= 2 ? type.getShape().back() : 0;
    if (type.getRank() < 2 || type.getRank() > 4 ||
        (last != d && last != d / 2))
      return emitOpError("has a table ")
             << type << ", expected rank 2 to 4 and a last axis of " << d
             << " or " << d / 2;
  }
  return verifyKeepsShape(*this, input);
}

//===- attention --------------------------------------------------------===//

unsigned AttentionOp::getNumInputs() {
  return 3 + (getMask() ? 1 : 0) + (getLayer() ? 1 : 0);
}
SmallVector<Sizes> AttentionOp::getResultDims(OpBuilder &builder,
                                              ValueRange in) {
  Sizes sizes = sizesOf(builder, getLoc(), in[0]);
  sizes[3] = sizeOf(builder, getLoc(), in[2], 3);
  return {sizes};
}
LogicalResult AttentionOp::verify() {
  auto query = cast<ShapedType>(getQuery().getType());
  auto key = cast<ShapedType>(getKey().getType());
  auto value = cast<ShapedType>(getValue().getType());
  // (C1)
  if (query.getRank() != 4 || key.getRank() != 4 || value.getRank() != 4)
    return emitOpError("has query, key and value ")
           << query << ", " << key << ", " << value << ", expected rank 4";
  int64_t heads = query.getDimSize(headAxis());
  int64_t kvHeads = key.getDimSize(headAxis());
  if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(kvHeads) ||
      kvHeads == 0 || heads % kvHeads != 0 ||
      value.getDimSize(headAxis()) != kvHeads)
    return emitOpError("has ")
           << heads << " query heads and " << kvHeads
           << " key heads, expected a static multiple, as many value heads";
  if (ShapedType::isDynamic(query.getDimSize(3)) ||
      query.getDimSize(3) != key.getDimSize(3))
    return emitOpError("has head sizes ")
           << query.getDimSize(3) << " and " << key.getDimSize(3)
           << ", expected the same static size";
  // (C2)
  if (getKeyCache().has_value() != getValueCache().has_value())
    return emitOpError("names one cache, expected both or none");
  // (C3)
  ShapedType written = writtenType(*this);
  if (!written)
    return emitOpError("expects one result or one buffer in `outs`");
  if (written.getRank() != 4 || written.getDimSize(headAxis()) != heads ||
      written.getDimSize(3) != value.getDimSize(3))
    return emitOpError("writes ") << written << ", expected rank 4 with "
                                  << heads << " heads of the size in " << value;
  // (C4)
  bool isKept =
      getMask() &&
      cast<ShapedType>(getMask().getType()).getElementType().isInteger(1);
  if (getFill() && (!isKept || !getFill()->isFinite()))
    return emitOpError("has fill ")
           << getFillAttr() << ", expected a finite number and a mask of i1";
  // (C5)
  if (getSoftcap() &&
      !(getSoftcap()->isFinite() && *getSoftcap() > APFloat(0.0f)))
    return emitOpError("has softcap ")
           << getSoftcapAttr() << ", expected a finite number above 0";
  return success();
}

//===- linear -----------------------------------------------------------===//

unsigned LinearOp::getNumInputs() { return 2 + (getBias() ? 1 : 0); }
SmallVector<Sizes> LinearOp::getResultDims(OpBuilder &builder, ValueRange in) {
  Sizes sizes = sizesOf(builder, getLoc(), in[0]);
  sizes.back() = builder.getIndexAttr(getN());
  return {sizes};
}

int64_t LinearOp::getN() {
  auto weights = cast<ShapedType>(getWeights().getType());
  ShapedType written = writtenType(*this);
  // Packed rows have padding; the verifier has compared the two.
  return weights.getRank() == 2 || !written ? weights.getDimSize(0)
                                            : written.getShape().back();
}

LogicalResult LinearOp::verify() {
  auto input = cast<ShapedType>(getInput().getType());
  auto weights = cast<ShapedType>(getWeights().getType());
  ShapedType written = writtenType(*this);
  if (!written)
    return emitOpError("expects one result or one buffer in `outs`");
  int64_t depth = input.getRank() ? input.getShape().back() : 0;
  if (weights.getRank() == 4) {
    int64_t n = written.getRank() ? written.getShape().back() : 0;
    if (!PackedRows::get(weights, n, depth))
      return emitOpError("has weights ")
             << weights << " for input " << input << " and result " << written
             << ", expected packed rows of [N, K]";
  } else if (weights.getRank() != 2 || !weights.hasStaticShape() ||
             input.getRank() < 1 || weights.getDimSize(1) != depth) {
    return emitOpError("has weights ")
           << weights << " for input " << input << ", expected static [N, K]";
  }
  if (getBias()) {
    auto bias = cast<ShapedType>(getBias().getType());
    if (bias.getRank() != 1 || bias.getDimSize(0) != getN())
      return emitOpError("has bias ")
             << bias << ", expected " << getN() << " elements";
  }
  if (written.getRank() != input.getRank() ||
      written.getShape().back() != getN())
    return emitOpError("writes ")
           << written << ", expected rank " << input.getRank()
           << " and a last axis of " << getN();
  return success();
}

//===- quantized_linear, grouped_linear, screened_linear ------------------===//

/// (C1) of the layers with narrow codes: `has` tells whether a type is that of
/// `codes` for [n, k].
template <typename Op>
static LogicalResult
verifyNarrow(Op op, Value codes, StringRef name, StringRef packing,
             ArrayRef<Value> vectors,
             function_ref<bool(ShapedType, int64_t n, int64_t k)> has) {
  auto input = cast<ShapedType>(op.getInput().getType());
  auto type = cast<ShapedType>(codes.getType());
  ShapedType written = writtenType(op);
  if (!written)
    return op.emitOpError("expects one result or one buffer in `outs`");
  if (input.getRank() < 1 || written.getRank() != input.getRank())
    return op.emitOpError("writes ") << written << ", expected the rank of "
                                     << input << " and at least 1";
  int64_t n = written.getShape().back(), k = input.getShape().back();
  if (!has(type, n, k))
    return op.emitOpError("has ")
           << name << ' ' << type << " for input " << input << " and result "
           << written << ", expected packed " << packing << " i8 [N, K]";
  for (Value vector : vectors) {
    auto type = vector ? cast<ShapedType>(vector.getType()) : ShapedType();
    if (type && (type.getRank() != 1 || type.getDimSize(0) != n))
      return op.emitOpError("has ")
             << type << ", expected a vector of " << n << " elements";
  }
  return success();
}

/// The same for packed rows of i8, whose sums must fit an i32.
template <typename Op>
static LogicalResult verifyCodes(Op op, ArrayRef<Value> vectors) {
  int64_t k = cast<ShapedType>(op.getInput().getType()).getShape().back();
  if (failed(verifyNarrow(op, op.getCodes(), "codes", "rows of", vectors,
                          [](ShapedType type, int64_t n, int64_t k) {
                            return type.getElementType().isInteger(8) &&
                                   PackedRows::get(type, n, k).has_value();
                          })))
    return failure();
  if (k > (int64_t(1) << 23))
    return op.emitOpError("has K = ") << k << ", expected at most 2^23";
  return success();
}

/// Dimensions of the result of a layer with `n` outputs.
template <typename Op>
static SmallVector<Sizes> dimsOfLinear(Op op, OpBuilder &builder, Value input) {
  Sizes sizes = sizesOf(builder, op.getLoc(), input);
  sizes.back() = builder.getIndexAttr(writtenType(op).getShape().back());
  return {sizes};
}

unsigned QuantizedLinearOp::getNumInputs() { return 3 + (getBias() ? 1 : 0); }
SmallVector<Sizes> QuantizedLinearOp::getResultDims(OpBuilder &builder,
                                                    ValueRange in) {
  return dimsOfLinear(*this, builder, in[0]);
}
LogicalResult QuantizedLinearOp::verify() {
  return verifyCodes(*this, {getScales(), getBias()});
}

unsigned GroupedLinearOp::getNumInputs() { return 2 + (getBias() ? 1 : 0); }
SmallVector<Sizes> GroupedLinearOp::getResultDims(OpBuilder &builder,
                                                  ValueRange in) {
  return dimsOfLinear(*this, builder, in[0]);
}
LogicalResult GroupedLinearOp::verify() {
  return verifyNarrow(*this, getWeights(), "weights", "groups of", {getBias()},
                      [](ShapedType type, int64_t n, int64_t k) {
                        return PackedGroups::has(type, n, k);
                      });
}

unsigned ScreenedLinearOp::getNumInputs() { return 6; }
SmallVector<Sizes> ScreenedLinearOp::getResultDims(OpBuilder &builder,
                                                   ValueRange in) {
  return dimsOfLinear(*this, builder, in[0]);
}
LogicalResult ScreenedLinearOp::verify() {
  if (failed(verifyCodes(*this, {getScales(), getErrors(), getNorms()})))
    return failure();
  auto weights = cast<ShapedType>(getWeights().getType());
  if (!isa<FloatType>(weights.getElementType()) ||
      !PackedRows::get(
          weights, writtenType(*this).getShape().back(),
          cast<ShapedType>(getInput().getType()).getShape().back()))
    return emitOpError("has weights ")
           << weights << ", expected packed rows of floats [N, K]";
  return success();
}

//===- embedding ----------------------------------------------------------===//

unsigned EmbeddingOp::getNumInputs() { return 2; }
SmallVector<Sizes> EmbeddingOp::getResultDims(OpBuilder &builder,
                                              ValueRange in) {
  Sizes sizes = sizesOf(builder, getLoc(), in[0]);
  sizes.push_back(builder.getIndexAttr(writtenType(*this).getShape().back()));
  return {sizes};
}
LogicalResult EmbeddingOp::verify() {
  auto ids = cast<ShapedType>(getIds().getType());
  auto table = cast<ShapedType>(getTable().getType());
  ShapedType written = writtenType(*this);
  if (!written)
    return emitOpError("expects one result or one buffer in `outs`");
  // (C2)
  if (written.getRank() != ids.getRank() + 1 ||
      written.getShape().drop_back() != ids.getShape())
    return emitOpError("writes ")
           << written << ", expected the shape of " << ids << " and rows";
  // (C1)
  int64_t depth = written.getShape().back();
  bool plain = table.getRank() == 2 && table.hasStaticShape() &&
               table.getDimSize(0) == getRows() && table.getDimSize(1) == depth;
  if (!plain && !PackedRows::get(table, getRows(), depth))
    return emitOpError("has a table ")
           << table << ", expected [" << getRows() << ", " << depth
           << "] or packed rows of it";
  return success();
}

//===- last_positions -----------------------------------------------------===//

LogicalResult LastPositionsOp::verify() {
  auto type = cast<RankedTensorType>(getInput().getType());
  if (type.getRank() != 3 || !type.isDynamicDim(1))
    return emitOpError("takes positions of ")
           << type << ", expected rank 3 with a dynamic axis 1";
  return success();
}

//===- Memory effects -----------------------------------------------------===//

void RMSNormOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void LayerNormOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void RotaryOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void GatedActivationOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void LinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void QuantizedLinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void GroupedLinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void ScreenedLinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void EmbeddingOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void AttentionOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
  // Caches are appended to, in both forms.
  if (getKeyCache())
    effects.emplace_back(mlir::MemoryEffects::Write::get());
}

//===- quantize_rows ----------------------------------------------------===//

LogicalResult QuantizeRowsOp::verify() {
  // (C1)
  auto input = cast<MemRefType>(getInput().getType());
  if (input.getRank() < 1 || input.isDynamicDim(input.getRank() - 1))
    return emitOpError("has input ")
           << input << ", expected a static last axis";
  std::pair<Value, StringRef> same[] = {{getUp(), "up"},
                                        {getAddend(), "addend"},
                                        {getSum(), "sum"},
                                        {getCodes(), "codes"}};
  for (auto [value, what] : same)
    if (value &&
        cast<MemRefType>(value.getType()).getShape() != input.getShape())
      return emitOpError("has ") << what << ' ' << value.getType()
                                 << ", expected the shape of " << input;
  // (C4)
  std::optional<int64_t> group = getGroup();
  if (group && (*group < 16 || *group % 16))
    return emitOpError("has groups of ")
           << *group << " terms, expected a multiple of 16";
  auto scale = cast<MemRefType>(getScale().getType());
  int64_t scales =
      group ? llvm::divideCeil(input.getShape().back(), *group) : 1;
  if (scale.getRank() != input.getRank() || scale.getShape().back() != scales ||
      scale.getShape().drop_back() != input.getShape().drop_back())
    return emitOpError("has scale ")
           << scale << ", expected " << (group ? std::to_string(scales) : "one")
           << " for each row of " << input;
  if (failed(verifyLastAxis(*this, getGain(), input, "gain")))
    return failure();
  // (C2)
  if (getActivation() && getAddend())
    return emitOpError("has both an activation and an addend, expected one");
  if (!getAddend() != !getSum())
    return emitOpError("has an addend or a sum, expected both or none");
  if (getUp() && !getActivation())
    return emitOpError("has `up` without an activation");
  if (getGain() && !getNormEps())
    return emitOpError("has a gain without `norm_eps`");
  // (C3)
  int64_t qmin = getQmin(), qmax = getQmax();
  if (qmin < -128 || qmin > qmax || qmax > 127)
    return emitOpError("clamps to [")
           << qmin << ", " << qmax << "], expected a range in [-128, 127]";
  return success();
}
