#include "dialects/Onnx/IR/FusedActivation.h"
#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace bitnet::onnx;

static bool isVector(Inference &in, unsigned i, int64_t size) {
  RankedTensorType type = in.getType(i);
  return type.getRank() == 1 &&
         succeeded(verifyCompatibleShape({size}, type.getShape()));
}

/// Operands `from` to `to` that are there are vectors of `elements` and `size`.
static LogicalResult checkVectors(Inference &in, unsigned from, unsigned to,
                                  int64_t size, Type elements) {
  for (unsigned i = from; i <= to; ++i)
    if (in.has(i) && (!isVector(in, i, size) || in.getElements(i) != elements))
      return in.error("operand ", i, " has type ", in.getType(i),
                      ", expected a vector of ", printShape({size}), " ",
                      elements);
  return success();
}

LogicalResult bitnet::onnx::inferMsBiasedGelu(Inference &in) {
  if (in.has(1) && in.getRank(0) == 0)
    return in.error("adds a bias to a scalar, expected at least one axis");
  if (in.has(1) &&
      failed(checkVectors(in, 1, 1, in.getShape(0).back(), in.getElements(0))))
    return failure();
  return inferUnary(in, Elements::Float);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferMsFusedGemm(Inference &in) {
  StringRef activation = in.getString("activation", "");
  if (!getGemmActivation(activation))
    return in.error("`activation` is '", activation,
                    "', expected one that a Gemm of ONNX Runtime has");
  if (failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  return inferGemm(in);
}

LogicalResult bitnet::onnx::inferMsFusedConv(Inference &in) {
  enum { X, W, B, Z };
  StringRef activation = in.getString("activation", "");
  auto names = getConvActivation(activation);
  if (!names && !activation.empty())
    return in.error("`activation` is '", activation,
                    "', expected one that a Conv of ONNX Runtime has");
  auto params =
      dyn_cast_or_null<DenseF32ArrayAttr>(in.getAttribute("activation_params"));
  int64_t given = params ? params.size() : 0,
          wanted = names ? names->size() : 0;
  if (given != wanted)
    return in.error("has ", given, " parameters of its activation, expected ",
                    wanted);
  if (failed(inferConv(in)))
    return failure();
  auto result = cast<RankedTensorType>(in.getResult(0));
  if (in.has(Z) &&
      (in.getElements(Z) != result.getElementType() ||
       failed(verifyCompatibleShape(in.getShape(Z), result.getShape()))))
    return in.error("addend has type ", in.getType(Z), ", expected ", result);
  return success();
}

//===----------------------------------------------------------------------===//
// Normalisations
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferMsSkipLayerNormalization(Inference &in) {
  FailureOr<int64_t> results = in.getNumResults(4);
  if (failed(results) ||
      failed(in.checkElements(0, "operand", Elements::Float)) ||
      failed(in.checkSameElements(1)))
    return failure();
  ArrayRef<int64_t> shape = in.getShape(0);
  if (shape.empty())
    return in.error("normalises a scalar, expected at least one axis");
  if (failed(in.checkBroadcastsTo(in.getShape(1), shape, "skip")) ||
      failed(checkVectors(in, 2, 4, shape.back(), in.getElements(0))))
    return failure();
  SmallVector<int64_t> statistics = llvm::to_vector(shape);
  statistics.back() = 1;
  Type f32 = Float32Type::get(in.getContext());
  for (int64_t i = 0; i < *results; ++i)
    if (failed(i == 1 || i == 2 ? in.addResult(statistics, f32)
                                : in.addResult(shape, in.getElements(0))))
      return failure();
  return success();
}

namespace {
enum EmbedOperand {
  Ids,
  Segments,
  Words,
  PositionTable,
  SegmentTable,
  EmbedGamma,
  EmbedBeta,
  EmbedMask,
  EmbedPositions
};
} // namespace

LogicalResult bitnet::onnx::inferMsEmbedLayerNormalization(Inference &in) {
  FailureOr<int64_t> results = in.getNumResults(3);
  if (failed(results))
    return failure();
  if (in.getInt("mask_index_type", 0) != 0)
    return in.error("`mask_index_type` is ", in.getInt("mask_index_type", 0),
                    ", expected 0");
  if (in.has(Segments) != in.has(SegmentTable))
    return in.error("has segments without a table, or the reverse");
  for (unsigned i : {Ids, Segments, EmbedMask, EmbedPositions}) {
    if (!in.has(i))
      continue;
    bool fits = in.getRank(i) == 2 && in.getElements(i).isInteger(32);
    bool isShared = i == EmbedPositions && fits && in.getShape(i)[0] == 1;
    for (int64_t axis = isShared ? 1 : 0; fits && axis < 2; ++axis)
      fits = mayBeEqual(in.getShape(i)[axis], in.getShape(Ids)[axis]);
    if (!fits)
      return in.error("operand ", i, " has type ", in.getType(i),
                      ", expected i32 of two axes as ids have, ",
                      in.getType(Ids));
  }
  if (!in.has(Words) || !in.has(PositionTable) || !in.has(EmbedGamma))
    return in.error("lacks a table, expected those of words and positions and "
                    "the scale");
  if (in.getRank(Words) != 2 ||
      failed(in.checkElements(Words, "table", Elements::Float)))
    return in.error("table has type ", in.getType(Words),
                    ", expected two axes of floats");
  int64_t width = in.getShape(Words)[1];
  for (unsigned i : {PositionTable, SegmentTable})
    if (in.has(i) &&
        (in.getRank(i) != 2 ||
         failed(verifyCompatibleShape({width}, {in.getShape(i)[1]})) ||
         in.getElements(i) != in.getElements(Words)))
      return in.error("table ", i, " has type ", in.getType(i),
                      ", expected rows as of ", in.getType(Words));
  if (failed(checkVectors(in, EmbedGamma, EmbedBeta, width,
                          in.getElements(Words))))
    return failure();
  ArrayRef<int64_t> ids = in.getShape(Ids);
  SmallVector<int64_t> shape = {ids[0], ids[1], width};
  Type i32 = IntegerType::get(in.getContext(), 32);
  for (int64_t i = 0; i < *results; ++i)
    if (failed(i == 1 ? in.addResult({ids[0]}, i32)
                      : in.addResult(shape, in.getElements(Words))))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Quantisation
//===----------------------------------------------------------------------===//

/// One number, or a vector with one for each of `columns`.
static bool isForColumns(RankedTensorType type, int64_t columns) {
  return (type.hasStaticShape() && type.getNumElements() == 1 &&
          type.getRank() <= 1) ||
         (type.getRank() == 1 &&
          succeeded(verifyCompatibleShape({columns}, type.getShape())));
}

/// The product of 8-bit integers in operands 0 and 1, or of floats and those:
/// scales and zero points for columns of B, and a bias.
static LogicalResult inferScaledProduct(Inference &in,
                                        ArrayRef<unsigned> scales,
                                        ArrayRef<unsigned> zeros,
                                        unsigned bias) {
  FailureOr<SmallVector<int64_t>> shape =
      in.matmul(in.getShape(0), in.getShape(1));
  if (failed(shape))
    return failure();
  Type elements = in.getElements(scales.front());
  int64_t columns = in.getRank(1) < 2 ? 1 : in.getShape(1).back();
  if (!isByte(in.getElements(1)))
    return in.error("operand 1 has element type ", in.getElements(1),
                    ", expected 8-bit integers");
  for (unsigned i : scales)
    if (!isa<FloatType>(elements) || in.getElements(i) != elements ||
        !isForColumns(in.getType(i), i == scales.back() ? columns : 1))
      return in.error("scale, operand ", i, ", has type ", in.getType(i),
                      ", expected one float, or one for each of ",
                      printShape({columns}), " columns");
  for (unsigned i : zeros) {
    unsigned of = i == zeros.back() ? 1 : 0;
    if (in.has(i) && (in.getElements(i) != in.getElements(of) ||
                      !isForColumns(in.getType(i), of ? columns : 1)))
      return in.error("zero point, operand ", i, ", has type ", in.getType(i),
                      ", expected one of ", in.getElements(of),
                      " or one for each of ", printShape({columns}),
                      " columns");
  }
  if (in.has(bias) && failed(checkVectors(in, bias, bias, columns, elements)))
    return failure();
  return in.addResult(*shape, elements);
}

LogicalResult bitnet::onnx::inferMsMatMulIntegerToFloat(Inference &in) {
  if (!isByte(in.getElements(0)))
    return in.error("operand 0 has element type ", in.getElements(0),
                    ", expected 8-bit integers");
  return inferScaledProduct(in, {2, 3}, {4, 5}, 6);
}

LogicalResult bitnet::onnx::inferMsDynamicQuantizeMatMul(Inference &in) {
  if (!in.getElements(0).isF32() || !in.getElements(2).isF32())
    return in.error("operands 0 and 2 have element types ", in.getElements(0),
                    " and ", in.getElements(2), ", expected f32");
  return inferScaledProduct(in, {2}, {3}, 4);
}

LogicalResult bitnet::onnx::inferMsGatherBlockQuantized(Inference &in) {
  enum { Data, Indices, Scales, Zeros };
  RankedTensorType data = in.getType(Data);
  int64_t rank = data.getRank(), block = in.getInt("block_size", 128);
  int64_t bits = in.getInt("bits", 4);
  int64_t gather = in.getInt("gather_axis", 0);
  int64_t quantize = in.getInt("quantize_axis", 1);
  gather += gather < 0 ? rank : 0;
  quantize += quantize < 0 ? rank : 0;
  bool isPacked = data.getElementType().isUnsignedInteger(8);
  auto integer = dyn_cast<IntegerType>(data.getElementType());
  if (!isPacked && (!integer || integer.getWidth() != 4))
    return in.error("data have type ", data,
                    ", expected integers of 4 bits or ui8");
  if (isPacked ? bits != 2 && bits != 4 && bits != 8 : bits != 4)
    return in.error("has bits=", bits, ", expected ",
                    isPacked ? "2, 4 or 8" : "4, as the data have");
  if (block < 16 || !llvm::has_single_bit(uint64_t(block)))
    return in.error("has block_size=", block,
                    ", expected a power of two, at least 16");
  if (!data.hasStaticShape() || gather < 0 || gather >= rank || quantize < 0 ||
      quantize >= rank || gather == quantize ||
      (isPacked && quantize != rank - 1))
    return in.error("gathers along axis ", gather, " of ", data,
                    ", quantised along axis ", quantize,
                    ", expected different axes, and packed codes along the "
                    "last one");
  SmallVector<int64_t> codes = llvm::to_vector(data.getShape());
  if (isPacked)
    codes.back() *= 8 / bits;
  SmallVector<int64_t> expected = codes;
  expected[quantize] = llvm::divideCeil(codes[quantize], block);
  if (!isa<FloatType>(in.getElements(Scales)) ||
      in.getShape(Scales) != ArrayRef(expected))
    return in.error("scales have type ", in.getType(Scales),
                    ", expected floats of shape ", printShape(expected));
  if (isPacked)
    expected.back() = llvm::divideCeil(expected.back() * bits, 8);
  if (in.has(Zeros) && (in.getElements(Zeros) != data.getElementType() ||
                        in.getShape(Zeros) != ArrayRef(expected)))
    return in.error("zero points have type ", in.getType(Zeros), ", expected ",
                    data.getElementType(), " of shape ", printShape(expected));
  if (!in.getElements(Indices).isInteger(32) &&
      !in.getElements(Indices).isInteger(64))
    return in.error("indices have element type ", in.getElements(Indices),
                    ", expected i32 or i64");
  SmallVector<int64_t> shape(codes.begin(), codes.begin() + gather);
  llvm::append_range(shape, in.getShape(Indices));
  shape.append(codes.begin() + gather + 1, codes.end());
  return in.addResult(shape, in.getElements(Scales));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferMsRotaryEmbedding(Inference &in) {
  enum { X, Positions, Cos, Sin };
  if (in.getInt("is_packed_batching", 0) != 0)
    return in.error("has packed batches, expected padded ones");
  if (auto scale = dyn_cast_or_null<FloatAttr>(in.getAttribute("scale"));
      scale && scale.getValueAsDouble() != 1)
    return in.error("`scale` is ", scale.getValueAsDouble(), ", expected 1");
  for (unsigned i : {Cos, Sin})
    if (failed(in.checkSameElements(i)) || in.getRank(i) != 2)
      return in.error("cache ", i, " has type ", in.getType(i),
                      ", expected two axes of ", in.getElements(X));
  RankedTensorType positions = in.getType(Positions);
  bool isStart = positions.hasStaticShape() && positions.getRank() <= 1 &&
                 positions.getNumElements() == 1;
  if (!positions.getElementType().isInteger(64) ||
      (!isStart && positions.getRank() != 2))
    return in.error("positions have type ", positions,
                    ", expected two axes of i64, or one number");
  int64_t dim = in.getInt("rotary_embedding_dim", 0);
  int64_t heads = in.getInt("num_heads", 0);
  if (dim > 0 && heads < 1)
    return in.error("rotates ", dim, " features of ", heads,
                    " heads, expected the number of heads");
  if (dim < 0 || dim % 2 != 0)
    return in.error("rotates ", dim, " features, expected an even number");
  if (in.getRank(X) == 3) {
    int64_t width = in.getShape(X)[2], half = in.getShape(Cos)[1];
    int64_t size = heads > 0 && !ShapedType::isDynamic(width) ? width / heads
                   : ShapedType::isDynamic(half)              ? 0
                                                              : 2 * half;
    if (ShapedType::isDynamic(width) || size < 1 || width % size != 0 ||
        (heads > 0 && width % heads != 0))
      return in.error("operand has type ", in.getType(X),
                      ", expected a last axis of equal heads");
  } else if (in.getRank(X) != 4) {
    return in.error("operand has type ", in.getType(X),
                    ", expected 3 or 4 axes");
  }
  int64_t last = in.getShape(X).back();
  int64_t turned = dim > 0                                             ? dim
                   : in.getRank(X) == 4 || ShapedType::isDynamic(last) ? last
                   : heads > 0 ? last / heads
                               : ShapedType::kDynamic;
  for (unsigned i : {Cos, Sin})
    if (!ShapedType::isDynamic(turned) &&
        !mayBeEqual(in.getShape(i)[1], turned / 2))
      return in.error("cache ", i, " has type ", in.getType(i), ", expected ",
                      turned / 2, " columns for ", turned, " rotated features");
  return inferUnary(in, Elements::Float);
}

namespace {
enum HeadsOperand {
  MQuery,
  MKey,
  MValue,
  MBias,
  MPadding,
  MAttentionBias,
  MPastKey,
  MPastValue
};
} // namespace

/// Query, key and value [batch, seq, heads * head], or key and value in heads.
static LogicalResult checkHeads(Inference &in, int64_t heads) {
  if (!in.has(MKey) || !in.has(MValue))
    return in.error("has query, key and value in one operand, expected three");
  if (in.getRank(MQuery) != 3 || in.getRank(MKey) != in.getRank(MValue) ||
      (in.getRank(MKey) != 3 && in.getRank(MKey) != 4))
    return in.error("query, key and value have ", in.getRank(MQuery), ", ",
                    in.getRank(MKey), " and ", in.getRank(MValue),
                    " axes, expected 3, or 4 of key and value");
  for (unsigned i : {MQuery, MKey, MValue}) {
    ArrayRef<int64_t> shape = in.getShape(i);
    bool fits = shape.size() == 4
                    ? shape[1] == heads
                    : !ShapedType::isDynamic(shape[2]) && shape[2] % heads == 0;
    if (!fits || ShapedType::isDynamic(shape.back()) ||
        in.getElements(i) != in.getElements(MQuery))
      return in.error("operand ", i, " has type ", in.getType(i), ", expected ",
                      heads, " equal heads of ", in.getElements(MQuery));
  }
  int64_t size = in.getShape(MQuery)[2] / heads;
  int64_t keySize = in.getShape(MKey).back();
  if (size != (in.getRank(MKey) == 4 ? keySize : keySize / heads))
    return in.error("query and key have types ", in.getType(MQuery), " and ",
                    in.getType(MKey), ", expected heads of one size");
  return success();
}

namespace {
/// Sizes of one MultiHeadAttention, as far as they are known.
struct HeadSizes {
  int64_t batch, heads, queries, keys, total, keySize, valueSize;
};
} // namespace

/// Operand `i`, if it is there, has `expected` as its type.
static LogicalResult checkType(Inference &in, unsigned i, StringRef what,
                               ArrayRef<int64_t> expected, Type elements) {
  if (!in.has(i) ||
      (in.getElements(i) == elements &&
       succeeded(verifyCompatibleShape(expected, in.getShape(i)))))
    return success();
  return in.error(what, " has type ", in.getType(i), ", expected ",
                  RankedTensorType::get(expected, elements));
}

/// Query, key, value and past agree.
static FailureOr<HeadSizes> getHeadSizes(Inference &in, int64_t heads) {
  bool isWhole = in.getRank(MKey) == 4;
  ArrayRef<int64_t> query = in.getShape(MQuery), key = in.getShape(MKey),
                    value = in.getShape(MValue);
  Type elements = in.getElements(MQuery);
  HeadSizes sizes;
  sizes.batch = ShapedType::isDynamic(query[0]) ? key[0] : query[0];
  sizes.heads = heads;
  sizes.queries = query[1];
  sizes.keySize = query[2] / heads;
  sizes.valueSize = isWhole ? value[3] : value[2] / heads;
  unsigned axis = isWhole ? 2 : 1;
  sizes.keys = ShapedType::isDynamic(key[axis]) ? value[axis] : key[axis];
  for (auto [i, size] :
       {std::pair(MKey, sizes.keySize), {MValue, sizes.valueSize}}) {
    SmallVector<int64_t> expected = {sizes.batch, sizes.keys, heads * size};
    if (isWhole)
      expected = {sizes.batch, heads, sizes.keys, size};
    if (failed(
            checkType(in, i, i == MKey ? "key" : "value", expected, elements)))
      return failure();
  }
  int64_t past = 0;
  if (in.has(MPastKey)) {
    if (in.getRank(MPastKey) != 4)
      return in.error("past key has type ", in.getType(MPastKey),
                      ", expected four axes");
    past = in.getShape(MPastKey)[2];
  }
  if (failed(checkType(in, MPastKey, "past key",
                       {sizes.batch, heads, past, sizes.keySize}, elements)) ||
      failed(checkType(in, MPastValue, "past value",
                       {sizes.batch, heads, past, sizes.valueSize}, elements)))
    return failure();
  bool isKnown =
      !ShapedType::isDynamic(past) && !ShapedType::isDynamic(sizes.keys);
  sizes.total = isKnown ? past + sizes.keys : ShapedType::kDynamic;
  return sizes;
}

/// Biases and masks tell of every query and key.
static LogicalResult checkMasks(Inference &in, const HeadSizes &sizes) {
  Type elements = in.getElements(MQuery);
  if (in.has(MBias) && in.getRank(MKey) == 4)
    return in.error("has a bias and whole keys, expected one of them");
  int64_t hidden = sizes.heads * (2 * sizes.keySize + sizes.valueSize);
  if (failed(checkType(in, MBias, "bias", {hidden}, elements)) ||
      failed(checkType(in, MPadding, "key padding mask",
                       {sizes.batch, sizes.total},
                       IntegerType::get(in.getContext(), 32))))
    return failure();
  if (!in.has(MAttentionBias))
    return success();
  SmallVector<int64_t> expected = {sizes.batch, sizes.heads, sizes.queries,
                                   sizes.total};
  for (int64_t axis = 0; in.getRank(MAttentionBias) == 4 && axis < 2; ++axis)
    if (in.getShape(MAttentionBias)[axis] == 1)
      expected[axis] = 1;
  return checkType(in, MAttentionBias, "attention bias", expected, elements);
}

LogicalResult bitnet::onnx::inferMsMultiHeadAttention(Inference &in) {
  int64_t heads = in.getInt("num_heads", 0);
  FailureOr<int64_t> results = in.getNumResults(3);
  if (failed(results) ||
      failed(in.checkElements(MQuery, "query", Elements::Float)))
    return failure();
  if (heads < 1)
    return in.error("has ", heads, " heads, expected a positive number");
  if (failed(checkHeads(in, heads)))
    return failure();
  if (in.has(MPastKey) != in.has(MPastValue) ||
      (in.getRank(MKey) == 4 && in.has(MPastKey)))
    return in.error("has a past key without a past value, the reverse, or a "
                    "past of whole keys");
  FailureOr<HeadSizes> sizes = getHeadSizes(in, heads);
  if (failed(sizes) || failed(checkMasks(in, *sizes)))
    return failure();
  if (in.getInt("unidirectional", 0) != 0 &&
      !mayBeEqual(sizes->queries, sizes->keys))
    return in.error("is unidirectional with ", sizes->queries, " queries and ",
                    sizes->keys, " keys, expected as many of both");
  SmallVector<SmallVector<int64_t>> shapes = {
      {sizes->batch, sizes->queries, heads * sizes->valueSize},
      {sizes->batch, heads, sizes->total, sizes->keySize},
      {sizes->batch, heads, sizes->total, sizes->valueSize}};
  for (int64_t i = 0; i < *results; ++i)
    if (failed(in.addResult(shapes[i], in.getElements(MQuery))))
      return failure();
  return success();
}

SmallVector<int64_t>
bitnet::onnx::getAttentionParts(std::optional<ArrayRef<int64_t>> sizes,
                                int64_t columns) {
  if (!sizes && columns % 3 == 0)
    return SmallVector<int64_t>(3, columns / 3);
  bool fits = sizes && sizes->size() == 3 &&
              llvm::all_of(*sizes, [](int64_t size) { return size > 0; }) &&
              (*sizes)[0] <= columns && (*sizes)[1] <= columns &&
              (*sizes)[2] == columns - (*sizes)[0] - (*sizes)[1];
  return fits ? llvm::to_vector(*sizes) : SmallVector<int64_t>();
}

namespace {
enum AttentionOperand {
  AInput,
  AWeights,
  ABias,
  AMask,
  APast,
  AAttentionBias,
  APastLength
};
} // namespace

/// The columns of query, key and value; none, and an error, where they are no
/// equal heads.
static SmallVector<int64_t> getProjections(Inference &in, int64_t heads) {
  RankedTensorType input = in.getType(AInput), weights = in.getType(AWeights);
  bool fits = input.getRank() == 3 && weights.getRank() == 2 &&
              !weights.isDynamicDim(1) &&
              mayBeEqual(input.getDimSize(2), weights.getDimSize(0));
  SmallVector<int64_t> parts;
  if (fits)
    parts = getAttentionParts(in.getInts("qkv_hidden_sizes"),
                              weights.getDimSize(1));
  if (parts.empty() || heads < 1 || parts[0] != parts[1] ||
      llvm::any_of(parts, [&](int64_t size) { return size % heads != 0; })) {
    (void)in.error("has input ", input, ", weights ", weights, " and ", heads,
                   " heads, expected columns for query, key and value, ",
                   "each of equal heads");
    return {};
  }
  return parts;
}

LogicalResult bitnet::onnx::inferMsAttention(Inference &in) {
  int64_t heads = in.getInt("num_heads", 0);
  FailureOr<int64_t> results = in.getNumResults(2);
  if (failed(results) ||
      failed(in.checkElements(AInput, "input", Elements::Float)) ||
      failed(in.checkSameElements(AWeights)))
    return failure();
  if (in.getInt("do_rotary", 0) != 0 || in.has(APastLength) ||
      in.getInt("past_present_share_buffer", 0) != 0)
    return in.error("rotates, or writes present into past, expected neither");
  SmallVector<int64_t> parts = getProjections(in, heads);
  Type elements = in.getElements(AInput);
  if (parts.empty() || failed(checkVectors(in, ABias, ABias,
                                           in.getShape(AWeights)[1], elements)))
    return failure();
  int64_t batch = in.getShape(AInput)[0], length = in.getShape(AInput)[1];
  int64_t past = 0, size = parts[2] / heads;
  if (in.has(APast)) {
    if (in.getRank(APast) != 5 || parts[1] != parts[2])
      return in.error("past has type ", in.getType(APast),
                      ", expected keys and values of ", heads,
                      " heads of one size");
    past = in.getShape(APast)[3];
    if (failed(checkType(in, APast, "past", {2, batch, heads, past, size},
                         elements)))
      return failure();
  }
  int64_t total = ShapedType::isDynamic(past) || ShapedType::isDynamic(length)
                      ? ShapedType::kDynamic
                      : past + length;
  if (in.has(AMask)) {
    SmallVector<int64_t> expected = {batch, total};
    if (in.getRank(AMask) == 1)
      expected = {batch};
    if (in.getRank(AMask) == 3)
      expected = {batch, length, total};
    if (failed(checkType(in, AMask, "mask", expected,
                         IntegerType::get(in.getContext(), 32))))
      return failure();
  }
  if (failed(in.addResult({batch, length, parts[2]}, elements)))
    return failure();
  return *results == 1 ? success()
                       : in.addResult({2, batch, heads, total, size}, elements);
}
