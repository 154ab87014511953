#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Onnx/Transforms/OpEmitter.h"

#include <cmath>

using namespace mlir;
using namespace bitnet::onnx;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

namespace {

/// One Attention on [B, H, S, D], step by step.
class AttentionEmitter {
public:
  AttentionEmitter(AttentionOp op, PatternRewriter &rewriter)
      : op(op), emit(rewriter, op.getLoc()),
        element(typeOf(op.getQ()).getElementType()) {}

  /// What keeps the op from being taken apart; null if nothing.
  const char *findUnknown();
  /// Values for the op's results.
  SmallVector<Value> run();

private:
  Value heads(Value x, int64_t count) {
    return typeOf(x).getRank() == 4 ? x : emit.splitHeads(x, count);
  }
  Value withPast(Value past, Value fresh) {
    return past ? emit.concat({past, fresh}, 2) : fresh;
  }
  Value positions(Value of, int64_t axis, ArrayRef<int64_t> unsqueezed);
  Value offset();
  Value allowed(Value query, Value key);
  Value fullMask(Value key);
  Value masked(Value scores, Value keep, Value mask);
  Value rowsWithoutKey(Value keep, Value mask);

  AttentionOp op;
  OpEmitter emit;
  Type element;
};

} // namespace

const char *AttentionEmitter::findUnknown() {
  for (Value x : {op.getQ(), op.getK(), op.getV()}) {
    RankedTensorType type = typeOf(x);
    bool known = !ShapedType::isDynamic(type.getShape().back()) &&
                 (type.getRank() == 3 || !type.isDynamicDim(1));
    if (!known)
      return "heads or head size are not static";
  }
  return nullptr;
}

/// 0, 1, ... along `axis` of a tensor, with axes of 1 around it.
Value AttentionEmitter::positions(Value of, int64_t axis,
                                  ArrayRef<int64_t> unsqueezed) {
  return emit.unsqueeze(emit.count(emit.scalarSizeOf(of, axis)), unsqueezed);
}

/// The number of keys before the step's: a scalar, or [B, 1, 1, 1].
Value AttentionEmitter::offset() {
  if (Value past = op.getPastKey())
    return emit.scalarSizeOf(past, 2);
  Type i64 = emit.builder.getI64Type();
  Value length = op.getNonpadLength();
  if (!length)
    return emit.scalar(i64, 0);
  int64_t axis = typeOf(op.getQ()).getRank() == 4 ? 2 : 1;
  return emit.sub(emit.unsqueeze(emit.cast(length, i64), {1, 2, 3}),
                  emit.scalarSizeOf(op.getQ(), axis));
}

/// Where a query may see a key, for all but the mask: i1 that broadcasts to
/// [B, H, S, T], or null.
Value AttentionEmitter::allowed(Value query, Value key) {
  SmallVector<Value> terms;
  Type i64 = emit.builder.getI64Type();
  int64_t left = op.getLeftWindowSize(), right = op.getRightWindowSize();
  Value keys = positions(key, 2, {0, 1, 2});
  if (op.getIsCausal() || left >= 0 || right >= 0) {
    Value own = emit.add(positions(query, 2, {0, 1, 3}), offset());
    Value behind = emit.sub(own, keys);
    auto atMost = [&](Value distance, int64_t limit) {
      terms.push_back(
          emit.make("LessOrEqual", {distance, emit.scalar(i64, limit)}));
    };
    if (op.getIsCausal())
      atMost(emit.make("Neg", behind), 0);
    if (left >= 0)
      atMost(behind, left);
    if (right >= 0)
      atMost(emit.make("Neg", behind), right);
  }
  if (Value length = op.getNonpadLength())
    terms.push_back(emit.make(
        "Less", {keys, emit.unsqueeze(emit.cast(length, i64), {1, 2, 3})}));
  Value all;
  for (Value term : terms)
    all = all ? emit.make("And", {all, term}) : term;
  return all;
}

/// The mask with a place for each key: i1, or of the scores' elements. Keys
/// behind its end are hidden. Null where there is no mask.
Value AttentionEmitter::fullMask(Value key) {
  Value mask = op.getMask();
  if (!mask)
    return mask;
  Type own = typeOf(mask).getElementType();
  bool isBool = own.isInteger(1);
  if (!isBool)
    mask = emit.cast(mask, element);
  int64_t rank = typeOf(mask).getRank();
  if (haveSameDim(op.getMask(), rank - 1, key, 2))
    return mask;
  // A mask that is too long is found where it meets the scores.
  Value missing = emit.sub(emit.sizeOf(key, 2), emit.sizeOf(mask, rank - 1));
  missing = emit.make("Max", {missing, emit.ints(0)});
  SmallVector<Value> sizes;
  if (rank > 1)
    sizes.push_back(emit.make("Shape", mask,
                              {emit.attr("start", 0), emit.attr("end", -1)}));
  sizes.push_back(missing);
  Value hidden =
      isBool ? emit.scalar(own, 0) : emit.scalar(element, -kInfinity);
  Value shape = rank > 1 ? emit.concat(sizes, 0) : missing;
  return emit.concat({mask, emit.make("Expand", {hidden, shape})}, rank - 1);
}

/// The scores of keys that may be seen, -infinity for the others.
Value AttentionEmitter::masked(Value scores, Value keep, Value mask) {
  // No mask may have more batch entries, heads, queries or keys than there are.
  if (mask)
    scores = emit.checkShape(emit.add(scores, mask), scores);
  if (!keep)
    return scores;
  return emit.checkShape(
      emit.make("Where", {keep, scores, emit.scalar(element, -kInfinity)}),
      scores);
}

/// Which queries see no key at all, whatever the scores are: i1 with 1 for the
/// keys, or null where there are none.
Value AttentionEmitter::rowsWithoutKey(Value keep, Value mask) {
  // By causality alone the first key is always seen.
  if (!op.getMask() && !op.getNonpadLength() && op.getLeftWindowSize() < 0 &&
      op.getRightWindowSize() < 0)
    return {};
  if (!keep && !mask)
    return {};
  Value hidden = emit.scalar(element, -kInfinity);
  Value bias = mask ? mask : emit.scalar(element, 0);
  if (keep)
    bias = emit.make("Where", {keep, bias, hidden});
  Value best = emit.make(
      "ReduceMax", bias,
      emit.builder.getNamedAttr("axes", emit.builder.getDenseI64ArrayAttr(-1)));
  return emit.make("Equal", {best, hidden});
}

SmallVector<Value> AttentionEmitter::run() {
  Value query = heads(op.getQ(), op.getQNumHeads());
  Value key = withPast(op.getPastKey(), heads(op.getK(), op.getKvNumHeads()));
  Value value =
      withPast(op.getPastValue(), heads(op.getV(), op.getKvNumHeads()));
  int64_t count = typeOf(query).getDimSize(1);
  // Half of the scale on either side, as ONNX says.
  double scale = op.getScale()
                     ? op.getScale()->convertToDouble()
                     : 1 / std::sqrt(double(typeOf(query).getDimSize(3)));
  Value root = emit.scalar(element, std::sqrt(scale));
  Value transposed = emit.transpose(emit.repeatHeads(key, count), {0, 1, 3, 2});
  Value scores =
      emit.make("MatMul", {emit.mul(query, root), emit.mul(transposed, root)});
  Value shown = scores;
  double cap = op.getSoftcap().convertToDouble();
  if (cap > 0) {
    Value limit = emit.scalar(element, cap);
    scores = emit.mul(emit.make("Tanh", emit.div(scores, limit)), limit);
  }
  int64_t mode = op.getQkMatmulOutputMode();
  shown = mode == 1 ? scores : shown;
  Value keep = allowed(query, key), mask = fullMask(key);
  if (mask && typeOf(mask).getElementType().isInteger(1)) {
    keep = keep ? emit.make("And", {keep, mask}) : mask;
    mask = {};
  }
  scores = masked(scores, keep, mask);
  shown = mode == 2 ? scores : shown;
  int64_t precision = op.getSoftmaxPrecision();
  Type wide = precision ? getElementType(op.getContext(), precision) : element;
  Value weights =
      emit.make("Softmax", emit.cast(scores, wide), emit.attr("axis", -1));
  if (Value empty = rowsWithoutKey(keep, mask))
    weights = emit.make("Where", {empty, emit.scalar(wide, 0), weights});
  weights = emit.cast(weights, element);
  shown = mode == 3 ? weights : shown;
  Value values = emit.repeatHeads(emit.cast(value, element), count);
  Value y = emit.make("MatMul", {weights, values});
  if (typeOf(op.getQ()).getRank() == 3)
    y = emit.joinHeads(y);
  SmallVector<Value> results = {y, key, value, shown};
  results.resize(op->getNumResults());
  return results;
}

namespace {

struct DecomposeAttention : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op,
                                PatternRewriter &rewriter) const override {
    AttentionEmitter emitter(op, rewriter);
    if (const char *unknown = emitter.findUnknown())
      return rewriter.notifyMatchFailure(op, unknown);
    replaceOp(rewriter, op, emitter.run());
    return success();
  }
};

} // namespace

void bitnet::onnx::populateDecomposeAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<DecomposeAttention>(patterns.getContext());
}
