#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace bitnet::onnx;

//===----------------------------------------------------------------------===//
// Quantisation
//===----------------------------------------------------------------------===//

static int64_t blocksOf(int64_t size, int64_t blockSize) {
  return ShapedType::isDynamic(size)
             ? size
             : int64_t(llvm::divideCeil(uint64_t(size), uint64_t(blockSize)));
}

/// Whether a scale or zero point counts for the whole tensor.
static bool isOneElement(RankedTensorType type) {
  return type.hasStaticShape() && type.getNumElements() == 1 &&
         type.getRank() <= 1;
}

/// Scale (operand 1) and zero point (operand 2) against X: one element, one for
/// each place of the axis, or one for each block.
static LogicalResult checkScales(Inference &in) {
  RankedTensorType x = in.getType(0), scale = in.getType(1);
  int64_t blockSize = in.getInt("block_size", 0);
  if (blockSize < 0)
    return in.error("`block_size` is ", blockSize, ", expected 0 or more");
  bool isOne = blockSize == 0 && isOneElement(scale);
  bool fits =
      !in.has(2) || (isOne && isOneElement(in.getType(2))) ||
      succeeded(verifyCompatibleShape(scale.getShape(), in.getShape(2)));
  if (!fits)
    return in.error("zero point has type ", in.getType(2),
                    ", expected the shape of the scale, ", scale);
  if (failed(in.checkElements(1, "scale", Elements::Float)))
    return failure();
  if (isOne)
    return success();
  FailureOr<int64_t> axis = in.getAxis(1, x.getRank());
  if (failed(axis))
    return failure();
  SmallVector<int64_t> expected;
  if (blockSize == 0) {
    expected.push_back(x.getDimSize(*axis));
  } else {
    expected = llvm::to_vector(x.getShape());
    expected[*axis] = blocksOf(expected[*axis], blockSize);
  }
  if (failed(verifyCompatibleShape(scale.getShape(), expected)))
    return in.error("scale has type ", scale, ", expected shape [",
                    printShape(expected), "]");
  return success();
}

LogicalResult bitnet::onnx::inferDequantizeLinear(Inference &in) {
  if ((!isFloatCode(in.getElements(0)) &&
       failed(in.checkElements(0, "operand", Elements::Code))) ||
      failed(in.checkSameElements(2)) || failed(checkScales(in)))
    return failure();
  int64_t to = in.getInt("output_dtype", 0);
  Type elements =
      to == 0 ? in.getElements(1) : getElementType(in.getContext(), to);
  if (!isa_and_nonnull<FloatType>(elements))
    return in.error("`output_dtype` is ", to,
                    ", expected 0 or the number of a float type");
  return in.addResult(in.getShape(0), elements);
}

LogicalResult bitnet::onnx::inferQuantizeLinear(Inference &in) {
  if (failed(in.checkElements(0, "operand", Elements::Number)) ||
      failed(checkScales(in)))
    return failure();
  int64_t to = in.getInt("output_dtype", 0);
  Type elements =
      to != 0     ? getElementType(in.getContext(), to)
      : in.has(2) ? in.getElements(2)
                  : IntegerType::get(in.getContext(), 8, IntegerType::Unsigned);
  if (in.has(2) && in.getElements(2) != elements)
    return in.error("zero point has element type ", in.getElements(2),
                    ", expected that of the result");
  auto integer = dyn_cast_or_null<IntegerType>(elements);
  bool isCode = integer ? integer.getWidth() > 1 && integer.getWidth() <= 16
                        : elements && isFloatCode(elements);
  if (!isCode)
    return in.error("quantises to ONNX type ",
                    elements ? *getOnnxType(elements) : to,
                    ", expected an integer of 2 to 16 bits or a float of 4 or "
                    "8");
  return in.addResult(in.getShape(0), elements);
}

LogicalResult bitnet::onnx::inferDynamicQuantizeLinear(Inference &in) {
  if (!in.getElements(0).isF32())
    return in.error("operand has element type ", in.getElements(0),
                    ", expected f32");
  Type code = IntegerType::get(in.getContext(), 8, IntegerType::Unsigned);
  return success(succeeded(in.addResult(in.getShape(0), code)) &&
                 succeeded(in.addResult({}, in.getElements(0))) &&
                 succeeded(in.addResult({}, code)));
}

LogicalResult bitnet::onnx::inferMatMulInteger(Inference &in) {
  for (unsigned i = 0; i < 2; ++i) {
    if (!isByte(in.getElements(i)))
      return in.error("operand ", i, " has element type ", in.getElements(i),
                      ", expected 8-bit integers");
    if (in.has(i + 2) && in.getElements(i + 2) != in.getElements(i))
      return in.error("zero point ", i, " has element type ",
                      in.getElements(i + 2), ", expected ", in.getElements(i));
  }
  FailureOr<SmallVector<int64_t>> shape =
      in.matmul(in.getShape(0), in.getShape(1));
  if (failed(shape))
    return failure();
  return in.addResult(*shape, IntegerType::get(in.getContext(), 32));
}

namespace {
enum QLinearOperand {
  QA,
  QAScale,
  QAZero,
  QB,
  QBScale,
  QBZero,
  QYScale,
  QYZero
};
} // namespace

/// Whether scale or zero point `type` is one number, one for each row
/// (`axis` 0) or column (1) of matrices of `shape`, or a tensor that says so.
static bool isForRows(RankedTensorType type, ArrayRef<int64_t> shape,
                      int64_t axis) {
  if (type.getRank() <= 1 && type.hasStaticShape() &&
      type.getNumElements() == 1)
    return true;
  if (shape.size() < 2)
    return false;
  int64_t size = shape[shape.size() - 2 + axis];
  if (type.getRank() == 1)
    return succeeded(verifyCompatibleShape({size}, type.getShape()));
  SmallVector<int64_t> expected = llvm::to_vector(shape);
  expected[shape.size() - 1 - axis] = 1;
  return succeeded(verifyCompatibleShape(expected, type.getShape()));
}

LogicalResult bitnet::onnx::inferQLinearMatMul(Inference &in) {
  for (unsigned i : {QA, QB, QYZero})
    if (!isByte(in.getElements(i)))
      return in.error("operand ", i, " has element type ", in.getElements(i),
                      ", expected 8-bit integers");
  struct Parameter {
    unsigned index;
    Type elements;
    unsigned of;
    int64_t axis;
  };
  for (const Parameter &each :
       {Parameter{QAZero, in.getElements(QA), QA, 0},
        Parameter{QBZero, in.getElements(QB), QB, 1},
        Parameter{QAScale, {}, QA, 0}, Parameter{QBScale, {}, QB, 1},
        Parameter{QYScale, {}, QYScale, 0},
        Parameter{QYZero, {}, QYScale, 0}}) {
    RankedTensorType type = in.getType(each.index);
    bool isScale =
        each.index == QAScale || each.index == QBScale || each.index == QYScale;
    bool hasElements = isScale         ? isa<FloatType>(type.getElementType())
                       : each.elements ? type.getElementType() == each.elements
                                       : true;
    if (!hasElements || !isForRows(type,
                                   each.of == QYScale ? ArrayRef<int64_t>()
                                                      : in.getShape(each.of),
                                   each.axis))
      return in.error("operand ", each.index, " has type ", type,
                      ", expected one ", isScale ? "float" : "zero point",
                      each.of == QYScale ? ""
                      : each.axis == 0   ? " or one for each row"
                                         : " or one for each column");
  }
  FailureOr<SmallVector<int64_t>> shape =
      in.matmul(in.getShape(QA), in.getShape(QB));
  if (failed(shape))
    return failure();
  return in.addResult(*shape, in.getElements(QYZero));
}

namespace {
enum NBitsOperand { NA, NB, NScales, NZeros, NGroups, NBias };
} // namespace

/// (C1) of MatMulNBits.
static LogicalResult checkNBitsAttributes(Inference &in) {
  int64_t bits = in.getInt("bits", 4), block = in.getInt("block_size", 0);
  int64_t n = in.getInt("N", 0), k = in.getInt("K", 0);
  if (bits != 2 && bits != 4 && bits != 8)
    return in.error("has bits=", bits, ", expected 2, 4 or 8");
  if (block < 16 || !llvm::has_single_bit(uint64_t(block)))
    return in.error("has block_size=", block,
                    ", expected a power of two, at least 16");
  if (n < 1 || k < 1 || n > (int64_t(1) << 31) || k > (int64_t(1) << 31))
    return in.error("has N=", n, " and K=", k, ", expected positive sizes");
  if (in.getInt("weight_prepacked", 0) != 0)
    return in.error("has prepacked weights, expected those of the model");
  return success();
}

/// Operand `i` has one of `counts` elements.
static LogicalResult checkCount(Inference &in, unsigned i, StringRef what,
                                int64_t expected) {
  if (in.getType(i).hasStaticShape() &&
      in.getType(i).getNumElements() == expected)
    return success();
  return in.error(what, " has type ", in.getType(i), ", expected ", expected,
                  " elements");
}

LogicalResult bitnet::onnx::inferMsMatMulNBits(Inference &in) {
  if (failed(checkNBitsAttributes(in)) ||
      failed(in.checkElements(NA, "A", Elements::Float)))
    return failure();
  int64_t bits = in.getInt("bits", 4), block = in.getInt("block_size", 0);
  int64_t n = in.getInt("N", 0), k = in.getInt("K", 0);
  int64_t blocks = blocksOf(k, block);
  SmallVector<int64_t> expected = {n, blocks, block * bits / 8};
  if (!in.getElements(NB).isUnsignedInteger(8) ||
      in.getShape(NB) != ArrayRef(expected))
    return in.error("B has type ", in.getType(NB), ", expected ui8 of shape [",
                    printShape(expected), "] for K=", k, " block_size=", block,
                    " bits=", bits);
  if (in.has(NGroups))
    return in.error("has a group index, expected contiguous blocks");
  if (failed(in.checkElements(NScales, "scales", Elements::Float)) ||
      failed(checkCount(in, NScales, "scales", n * blocks)))
    return failure();
  if (in.has(NZeros)) {
    bool packed = in.getElements(NZeros).isUnsignedInteger(8);
    if (!packed && !isa<FloatType>(in.getElements(NZeros)))
      return in.error("zero points have type ", in.getType(NZeros),
                      ", expected ui8 or floats");
    int64_t row = packed ? blocksOf(blocks * bits, 8) : blocks;
    if (failed(checkCount(in, NZeros, "zero points", n * row)))
      return failure();
  }
  if (in.has(NBias) && (failed(in.checkSameElements(NBias)) ||
                        failed(checkCount(in, NBias, "bias", n))))
    return failure();
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(NA));
  if (shape.empty() ||
      (!ShapedType::isDynamic(shape.back()) && shape.back() != k))
    return in.error("A has type ", in.getType(NA), ", expected a last axis of ",
                    k);
  shape.back() = n;
  return in.addResult(shape, in.getElements(NA));
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferSwiGLU(Inference &in) {
  if (failed(in.checkSameElements(1)))
    return failure();
  if (failed(verifyCompatibleShape(in.getShape(0), in.getShape(1))))
    return in.error("operands have types ", in.getType(0), " and ",
                    in.getType(1), ", expected one shape");
  return inferUnary(in, Elements::Float);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

LogicalResult bitnet::onnx::inferRotaryEmbedding(Inference &in) {
  RankedTensorType x = in.getType(0);
  int64_t heads = in.getInt("num_heads", 0);
  if (x.getRank() != 4 && (x.getRank() != 3 || heads < 1))
    return in.error("operand has type ", x,
                    ", expected 4 axes, or 3 and `num_heads`");
  int64_t width = x.getShape().back();
  if (x.getRank() == 3 && (ShapedType::isDynamic(width) || width % heads != 0))
    return in.error("operand has type ", x, ", expected a last axis of ", heads,
                    " equal heads");
  int64_t size = x.getRank() == 3 ? width / heads : width;
  int64_t turned = in.getInt("rotary_embedding_dim", 0);
  turned = turned == 0 ? size : turned;
  if (!ShapedType::isDynamic(turned) &&
      (turned < 2 || turned % 2 != 0 ||
       (!ShapedType::isDynamic(size) && turned > size)))
    return in.error("rotates ", turned, " of ", size,
                    " features, expected an even number");
  int64_t tableRank = in.has(3) ? 2 : 3;
  for (unsigned i : {1u, 2u}) {
    if (failed(in.checkSameElements(i)) || in.getRank(i) != tableRank)
      return in.error("cache ", i, " has type ", in.getType(i), ", expected ",
                      tableRank, " axes of ", in.getElements(0));
    int64_t columns = in.getShape(i).back();
    if (!ShapedType::isDynamic(turned) && !ShapedType::isDynamic(columns) &&
        columns != turned / 2)
      return in.error("cache ", i, " has type ", in.getType(i),
                      ", expected a last axis of ", turned / 2, " for ", turned,
                      " rotated features");
  }
  if (in.has(3) && (in.getRank(3) != 2 || !in.getElements(3).isInteger(64)))
    return in.error("positions have type ", in.getType(3),
                    ", expected two axes of i64");
  return inferUnary(in, Elements::Float);
}

namespace {
enum AttentionOperand { Query, Key, Val, Mask, PastKey, PastVal, Nonpad };
} // namespace

/// [batch, heads, seq, head] of operand `i`, from either form.
static FailureOr<SmallVector<int64_t>> getHeads(Inference &in, unsigned i,
                                                StringRef attribute) {
  ArrayRef<int64_t> shape = in.getShape(i);
  int64_t heads = in.getInt(attribute, 0);
  if (shape.size() == 4)
    return llvm::to_vector(shape);
  if (shape.size() != 3 || heads < 1)
    return in.error("operand ", i, " has type ", in.getType(i),
                    ", expected 4 axes, or 3 and `", attribute, "`");
  int64_t width = shape[2];
  if (!ShapedType::isDynamic(width) && width % heads != 0)
    return in.error("operand ", i, " has ", width, " features, expected ",
                    heads, " equal heads");
  return SmallVector<int64_t>{shape[0], heads, shape[1],
                              ShapedType::isDynamic(width) ? width
                                                           : width / heads};
}

/// Length of past and new entries together.
static int64_t totalLength(Inference &in, unsigned past, int64_t length) {
  if (!in.has(past))
    return length;
  int64_t before = in.getShape(past)[2];
  return ShapedType::isDynamic(before) || ShapedType::isDynamic(length)
             ? ShapedType::kDynamic
             : before + length;
}

/// Query, key, value and past agree in batch, heads, sizes and lengths.
static LogicalResult checkAgreement(Inference &in, ArrayRef<int64_t> q,
                                    ArrayRef<int64_t> k, ArrayRef<int64_t> v) {
  if (in.getElements(Key) != in.getElements(Query) ||
      !isa<FloatType>(in.getElements(Val)))
    return in.error("query, key and value have elements ",
                    in.getElements(Query), ", ", in.getElements(Key), " and ",
                    in.getElements(Val), ", expected floats");
  bool fits = mayBeEqual(q[0], k[0]) && mayBeEqual(q[0], v[0]) &&
              mayBeEqual(k[1], v[1]) && mayBeEqual(k[2], v[2]) &&
              mayBeEqual(q[3], k[3]);
  if (!fits)
    return in.error("query, key and value have types ", in.getType(Query), ", ",
                    in.getType(Key), " and ", in.getType(Val),
                    ", expected them to agree");
  for (auto [i, own] : {std::pair(PastKey, k), std::pair(PastVal, v)}) {
    if (!in.has(i))
      continue;
    ArrayRef<int64_t> past = in.getShape(i);
    if (in.getElements(i) != in.getElements(i == PastKey ? Key : Val) ||
        !mayBeEqual(past[0], own[0]) || !mayBeEqual(past[1], own[1]) ||
        !mayBeEqual(past[3], own[3]))
      return in.error("operand ", unsigned(i), " has type ", in.getType(i),
                      ", expected a past of ", printShape(own));
  }
  return success();
}

/// The mask may be shorter than the keys, and broadcasts to [B, H, S, T]
/// besides.
static LogicalResult checkAttentionMask(Inference &in,
                                        ArrayRef<int64_t> scores) {
  RankedTensorType type = in.getType(Mask);
  int64_t rank = type.getRank();
  if (rank < 1 || rank > 4)
    return in.error("mask has type ", type, ", expected 1 to 4 axes");
  if (!type.getElementType().isInteger(1) &&
      failed(in.checkElements(Mask, "mask", Elements::Number)))
    return failure();
  int64_t own = type.getShape().back(), keys = scores.back();
  bool fits =
      ShapedType::isDynamic(own) || ShapedType::isDynamic(keys) || own <= keys;
  for (int64_t axis = 0; fits && axis < rank - 1; ++axis) {
    int64_t size = type.getDimSize(axis);
    fits = size == 1 || mayBeEqual(size, scores[4 - rank + axis]);
  }
  if (fits)
    return success();
  return in.error("mask has type ", type,
                  ", expected one that broadcasts to scores of ",
                  printShape(scores));
}

static LogicalResult checkNonpad(Inference &in, int64_t batch) {
  if (!in.has(Nonpad))
    return success();
  RankedTensorType type = in.getType(Nonpad);
  if (in.has(PastKey))
    return in.error("has lengths of keys and past keys, expected one of them");
  if (type.getRank() == 1 && type.getElementType().isInteger(64) &&
      mayBeEqual(type.getDimSize(0), batch))
    return success();
  return in.error("lengths of keys have type ", type, ", expected i64 of [",
                  printShape({batch}), "]");
}

LogicalResult bitnet::onnx::inferAttention(Inference &in) {
  FailureOr<int64_t> results = in.getNumResults(4);
  if (failed(results) ||
      failed(in.checkElements(Query, "query", Elements::Float)))
    return failure();
  int64_t mode = in.getInt("qk_matmul_output_mode", 0);
  if (mode < 0 || mode > 3)
    return in.error("`qk_matmul_output_mode` is ", mode, ", expected 0 to 3");
  int64_t precision = in.getInt("softmax_precision", 0);
  if (precision != 0 && precision != 1 && precision != 10 && precision != 11 &&
      precision != 16)
    return in.error("`softmax_precision` is ", precision,
                    ", expected 1, 10, 11 or 16");
  if (in.getRank(Query) != in.getRank(Key) ||
      in.getRank(Query) != in.getRank(Val))
    return in.error("query, key and value have ", in.getRank(Query), ", ",
                    in.getRank(Key), " and ", in.getRank(Val),
                    " axes, expected as many of each");
  if (in.has(PastKey) != in.has(PastVal))
    return in.error("has a past key without a past value, or the reverse");
  for (unsigned i : {PastKey, PastVal})
    if (in.has(i) && in.getRank(i) != 4)
      return in.error("operand ", i, " has type ", in.getType(i),
                      ", expected 4 axes");
  FailureOr<SmallVector<int64_t>> q = getHeads(in, Query, "q_num_heads");
  if (failed(q))
    return failure();
  FailureOr<SmallVector<int64_t>> k = getHeads(in, Key, "kv_num_heads");
  if (failed(k))
    return failure();
  FailureOr<SmallVector<int64_t>> v = getHeads(in, Val, "kv_num_heads");
  if (failed(v))
    return failure();
  bool known =
      !ShapedType::isDynamic((*q)[1]) && !ShapedType::isDynamic((*k)[1]);
  if (known && ((*k)[1] == 0 || (*q)[1] % (*k)[1] != 0))
    return in.error("has ", (*q)[1], " heads and ", (*k)[1],
                    " key/value heads, expected a multiple");
  int64_t total = totalLength(in, PastKey, (*k)[2]);
  if (failed(checkAgreement(in, *q, *k, *v)) ||
      (in.has(Mask) &&
       failed(checkAttentionMask(in, {(*q)[0], (*q)[1], (*q)[2], total}))) ||
      failed(checkNonpad(in, (*q)[0])))
    return failure();
  auto product = [](int64_t a, int64_t b) {
    return ShapedType::isDynamic(a) || ShapedType::isDynamic(b)
               ? ShapedType::kDynamic
               : a * b;
  };
  SmallVector<int64_t> y = {(*q)[0], (*q)[1], (*q)[2], (*v)[3]};
  if (in.getRank(Query) == 3)
    y = {(*q)[0], (*q)[2], product((*q)[1], (*v)[3])};
  Type elements = in.getElements(Query);
  SmallVector<std::pair<SmallVector<int64_t>, Type>> all = {
      {y, elements},
      {{(*k)[0], (*k)[1], total, (*k)[3]}, in.getElements(Key)},
      {{(*v)[0], (*v)[1], total, (*v)[3]}, in.getElements(Val)},
      {{(*q)[0], (*q)[1], (*q)[2], total}, elements}};
  for (int64_t i = 0; i < *results; ++i)
    if (failed(in.addResult(all[i].first, all[i].second)))
      return failure();
  return success();
}
