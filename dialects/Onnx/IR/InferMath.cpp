#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;
using namespace bitnet::onnx;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static LogicalResult inferProduct(Inference &in, ArrayRef<int64_t> a,
                                  ArrayRef<int64_t> b) {
  if (failed(in.checkElements(0, "operand 0", Elements::Number)) ||
      failed(in.checkSameElements(1)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = in.matmul(a, b);
  if (failed(shape))
    return failure();
  return in.addResult(*shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferMatMul(Inference &in) {
  return inferProduct(in, in.getShape(0), in.getShape(1));
}

LogicalResult bitnet::onnx::inferGemm(Inference &in) {
  for (unsigned i = 0; i < 2; ++i)
    if (in.getRank(i) != 2)
      return in.error("operand ", i, " has type ", in.getType(i),
                      ", expected a matrix");
  SmallVector<int64_t> a = llvm::to_vector(in.getShape(0));
  SmallVector<int64_t> b = llvm::to_vector(in.getShape(1));
  if (in.getInt("transA", 0))
    std::swap(a[0], a[1]);
  if (in.getInt("transB", 0))
    std::swap(b[0], b[1]);
  if (in.has(2) &&
      (failed(in.checkSameElements(2)) ||
       failed(in.checkBroadcastsTo(in.getShape(2), {a[0], b[1]}, "addend"))))
    return failure();
  return inferProduct(in, a, b);
}

LogicalResult bitnet::onnx::inferMsFusedMatMul(Inference &in) {
  SmallVector<int64_t> shapes[2];
  const char *trans[] = {"transA", "transB"},
             *batch[] = {"transBatchA", "transBatchB"};
  for (unsigned i = 0; i < 2; ++i) {
    SmallVector<int64_t> &shape = shapes[i];
    shape = llvm::to_vector(in.getShape(i));
    bool swaps = in.getInt(trans[i], 0) != 0,
         moves = in.getInt(batch[i], 0) != 0;
    if ((swaps || moves) && shape.size() < 2)
      return in.error("transposes operand ", i, " of type ", in.getType(i),
                      ", expected at least two axes");
    if (moves)
      std::rotate(shape.begin(), shape.begin() + 1, shape.end() - 1);
    if (swaps)
      std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
  }
  return inferProduct(in, shapes[0], shapes[1]);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Adds the result of reducing operand 0 over `axes` (sorted).
static LogicalResult addReduced(Inference &in, ArrayRef<int64_t> axes,
                                Type elements) {
  bool keeps = in.getInt("keepdims", 1) != 0;
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(in.getShape(0))) {
    bool reduced = llvm::is_contained(axes, (int64_t)axis);
    if (!reduced || keeps)
      shape.push_back(reduced ? 1 : size);
  }
  return in.addResult(shape, elements);
}

LogicalResult bitnet::onnx::inferReduce(Inference &in, Elements kind) {
  if (failed(in.checkElements(0, "operand", kind)))
    return failure();
  int64_t rank = in.getRank(0);
  FailureOr<std::optional<SmallVector<int64_t>>> axes = in.getAxes(rank);
  FailureOr<std::optional<int64_t>> late = in.countRunTimeAxes(1, rank);
  if (failed(axes) || failed(late))
    return failure();
  if (*late && in.getInt("keepdims", 1) != 0) {
    // An axis of size 1 stays so, reduced or not.
    return in.addResult(llvm::map_to_vector(in.getShape(0),
                                            [](int64_t size) {
                                              return size == 1
                                                         ? size
                                                         : ShapedType::kDynamic;
                                            }),
                        in.getElements(0));
  }
  if (*late) {
    if (failed(in.countFewAxes(1, rank)))
      return failure();
    return in.addResult(
        SmallVector<int64_t>(rank - **late, ShapedType::kDynamic),
        in.getElements(0));
  }
  bool given = *axes && !(*axes)->empty();
  if (!given && in.getInt("noop_with_empty_axes", 0) != 0)
    return in.addResult(in.getShape(0), in.getElements(0));
  SmallVector<int64_t> all = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  return addReduced(in, given ? **axes : all, in.getElements(0));
}

LogicalResult bitnet::onnx::inferArg(Inference &in) {
  FailureOr<int64_t> axis = in.getAxis(0, in.getRank(0));
  if (failed(axis) || failed(in.checkElements(0, "operand", Elements::Number)))
    return failure();
  return addReduced(in, {*axis}, IntegerType::get(in.getContext(), 64));
}

LogicalResult bitnet::onnx::inferCumulative(Inference &in) {
  RankedTensorType axis = in.getType(1);
  if (!axis.getElementType().isInteger() ||
      (axis.hasStaticShape() && axis.getNumElements() != 1))
    return in.error("axis has type ", axis, ", expected one integer");
  std::optional<SmallVector<Extent>> known =
      in.getShapes().getElements(in.getOperand(1));
  int64_t rank = in.getRank(0);
  if (known && (*known)[0].isKnown() &&
      (*(*known)[0].number < -rank || *(*known)[0].number >= rank))
    return in.error("axis is ", *(*known)[0].number, ", expected one in [",
                    -rank, ", ", rank - 1, "]");
  return inferUnary(in, Elements::Number);
}

LogicalResult bitnet::onnx::inferSoftmax(Inference &in) {
  if (failed(in.getAxis(-1, in.getRank(0))))
    return failure();
  return inferUnary(in, Elements::Float);
}

//===----------------------------------------------------------------------===//
// Normalisations
//===----------------------------------------------------------------------===//

/// LayerNormalization and its simplified form: Y, then statistics with 1 on the
/// axes normalised over.
static LogicalResult inferNormalization(Inference &in, unsigned lastParameter,
                                        int64_t mostResults, Type elements) {
  FailureOr<int64_t> axis = in.getAxis(-1, in.getRank(0));
  FailureOr<int64_t> results = in.getNumResults(mostResults);
  Type stash = getElementType(in.getContext(), in.getInt("stash_type", 1));
  if (failed(axis) || failed(results) ||
      failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  if (!isa_and_nonnull<FloatType>(stash))
    return in.error("`stash_type` is ", in.getInt("stash_type", 1),
                    ", expected the number of a float type");
  for (unsigned i = 1; i <= lastParameter; ++i)
    if (in.has(i) &&
        (failed(
             in.checkElements(i, i == 1 ? "scale" : "bias", Elements::Float)) ||
         failed(in.checkBroadcastsTo(in.getShape(i), in.getShape(0),
                                     i == 1 ? "scale" : "bias"))))
      return failure();
  if (failed(in.addResult(in.getShape(0), elements)))
    return failure();
  SmallVector<int64_t> statistics = llvm::to_vector(in.getShape(0));
  std::fill(statistics.begin() + *axis, statistics.end(), 1);
  for (int64_t i = 1; i < *results; ++i)
    if (failed(in.addResult(statistics, stash)))
      return failure();
  return success();
}

LogicalResult bitnet::onnx::inferLayerNormalization(Inference &in) {
  if (failed(in.checkSameElements(1)) || failed(in.checkSameElements(2)))
    return failure();
  return inferNormalization(in, 2, 3, in.getElements(0));
}

LogicalResult bitnet::onnx::inferSimplifiedLayerNormalization(Inference &in) {
  return inferNormalization(in, 1, 2, in.getElements(1));
}

LogicalResult bitnet::onnx::inferRMSNormalization(Inference &in) {
  return inferNormalization(in, 1, 1, in.getElements(1));
}

LogicalResult
bitnet::onnx::inferMsSkipSimplifiedLayerNormalization(Inference &in) {
  FailureOr<int64_t> results = in.getNumResults(4);
  if (failed(results) ||
      failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  ArrayRef<int64_t> shape = in.getShape(0);
  const char *names[] = {"input", "skip", "gamma", "bias"};
  for (unsigned i = 1; i < 4; ++i) {
    if (!in.has(i))
      continue;
    if (failed(in.checkSameElements(i)) ||
        failed(in.checkBroadcastsTo(in.getShape(i), shape, names[i])))
      return failure();
    if (i > 1 && in.getRank(i) != 1)
      return in.error(names[i], " has type ", in.getType(i),
                      ", expected a vector");
  }
  SmallVector<int64_t> statistics = llvm::to_vector(shape);
  if (statistics.empty())
    return in.error("normalises a scalar, expected at least one axis");
  statistics.back() = 1;
  for (int64_t i = 0; i < *results; ++i) {
    bool isStatistic = i == 1 || i == 2;
    if (failed(in.addResult(isStatistic ? ArrayRef<int64_t>(statistics) : shape,
                            isStatistic
                                ? Type(Float32Type::get(in.getContext()))
                                : in.getElements(0))))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
enum Operand {
  QueryIn,
  KeyIn,
  ValueIn,
  PastKeyIn,
  PastValueIn,
  AttentionBiasIn = 10
};
} // namespace

/// Elements of one head, from the last axis of the query: kDynamic where that
/// is not known.
static FailureOr<int64_t> getHeadSize(Inference &in, int64_t heads,
                                      int64_t kvHeads) {
  bool packed = !in.has(KeyIn);
  int64_t parts = packed ? heads + 2 * kvHeads : heads;
  int64_t width = in.getShape(QueryIn)[2];
  if (ShapedType::isDynamic(width))
    return ShapedType::kDynamic;
  if (width % parts != 0)
    return in.error("query has ", width, " features, expected a multiple of ",
                    parts, " heads");
  return width / parts;
}

/// Variants that nothing computes are refused here, by name.
static LogicalResult checkVariant(Inference &in) {
  struct Variant {
    StringRef attribute;
    SmallVector<int64_t, 2> taken;
  };
  const Variant variants[] = {{"smooth_softmax", {0, -1}},
                              {"causal", {1}},
                              {"sliding_window_cache", {0}},
                              {"kv_cache_bit_width", {0}},
                              {"qk_output", {0}}};
  for (const Variant &variant : variants) {
    int64_t value = in.getInt(variant.attribute, variant.taken.front());
    if (!llvm::is_contained(variant.taken, value))
      return in.error("has `", variant.attribute, "` = ", value,
                      ", which is not supported, expected ",
                      variant.taken.front());
  }
  const char *names[] = {"a head sink", "scales of the cache's keys",
                         "scales of the cache's values", "a norm of queries",
                         "a norm of keys"};
  for (auto [i, name] : llvm::enumerate(names))
    if (in.has(11 + i))
      return in.error("has ", name, ", operand ", 11 + i,
                      ", which is not supported");
  return success();
}

/// The bias is [batch or 1, heads or 1, seq, keys]. Of a past, which may be a
/// longer buffer, the number of keys is known at run time only.
static LogicalResult checkAttentionBias(Inference &in, int64_t heads) {
  if (!in.has(AttentionBiasIn))
    return success();
  ArrayRef<int64_t> query = in.getShape(QueryIn),
                    bias = in.getShape(AttentionBiasIn);
  int64_t keys = in.has(PastKeyIn) ? ShapedType::kDynamic : query[1];
  SmallVector<int64_t> expected = {query[0], heads, query[1], keys};
  bool fits = bias.size() == 4 &&
              in.getElements(AttentionBiasIn) == in.getElements(QueryIn);
  for (unsigned axis = 0; fits && axis < 4; ++axis)
    fits =
        mayBeEqual(bias[axis], expected[axis]) || (axis < 2 && bias[axis] == 1);
  if (fits)
    return success();
  return in.error("attention bias has type ", in.getType(AttentionBiasIn),
                  ", expected ",
                  RankedTensorType::get(expected, in.getElements(QueryIn)));
}

LogicalResult bitnet::onnx::inferMsGroupQueryAttention(Inference &in) {
  if (failed(checkVariant(in)))
    return failure();
  int64_t heads = in.getInt("num_heads", 0),
          kvHeads = in.getInt("kv_num_heads", 0);
  if (!in.has(5) || !in.has(6))
    return in.error("lacks operand ", in.has(5) ? 6 : 5,
                    ", expected the lengths of the keys");
  // The bound keeps sums of heads from overflowing.
  if (kvHeads < 1 || heads < 1 || heads % kvHeads != 0 || heads > (1 << 20))
    return in.error("has ", heads, " heads and ", kvHeads,
                    " key/value heads, expected a positive multiple");
  // ONNX Runtime keeps the low 32 bits of a window.
  if (int64_t window = in.getInt("local_window_size", -1);
      window < -1 || window > INT32_MAX)
    return in.error("`local_window_size` is ", window,
                    ", expected -1 or a number of tokens below 2^31");
  if (in.has(KeyIn) != in.has(ValueIn) ||
      in.has(PastKeyIn) != in.has(PastValueIn))
    return in.error("has a key without a value, or a value without a key");
  FailureOr<int64_t> results = in.getNumResults(3, 3);
  if (failed(results) ||
      failed(in.checkElements(QueryIn, "query", Elements::Float)))
    return failure();
  for (unsigned i = QueryIn; i <= PastValueIn; ++i)
    if (int64_t rank = i < PastKeyIn ? 3 : 4;
        in.has(i) && in.getRank(i) != rank)
      return in.error("operand ", i, " has type ", in.getType(i), ", expected ",
                      rank, " axes");
  FailureOr<int64_t> head = getHeadSize(in, heads, kvHeads);
  if (failed(head) || failed(checkAttentionBias(in, heads)))
    return failure();
  int64_t batch = in.getShape(QueryIn)[0], seq = in.getShape(QueryIn)[1];
  int64_t d = ShapedType::kDynamic;
  bool known = !ShapedType::isDynamic(*head);
  for (unsigned i : {KeyIn, ValueIn})
    if (in.has(i) && known && !ShapedType::isDynamic(in.getShape(i)[2]) &&
        in.getShape(i)[2] != kvHeads * *head)
      return in.error("operand ", i, " has ", in.getShape(i)[2],
                      " features, expected ", kvHeads * *head);
  if (failed(in.addResult({batch, seq, known ? heads * *head : d},
                          in.getElements(QueryIn))))
    return failure();
  // The cache may be a buffer that is longer than what is in it: its length is
  // only known at run time.
  Type cache = in.getElements(in.has(PastKeyIn) ? PastKeyIn : QueryIn);
  for (int64_t i = 1; i < *results; ++i)
    if (failed(in.addResult({batch, kvHeads, d, *head}, cache)))
      return failure();
  return success();
}
