//===- Attention.cpp - softmax(q k^T * scale + mask) v
//---------------------===//
//
// Starts at the second product and walks back. What surrounds attention (the
// transposes between [B, S, H, D] and [B, H, S, D]) stays as it is. In f16 and
// bf16, too, it is computed in f32 and rounded at its end: see
// docs/decisions/0027-attention-of-narrow-floats.md.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Patterns.h"
#include "compiler/Recognize/RepeatedHeads.h"
#include "compiler/Recognize/ShapeTracer.h"

#include "dialects/Transformer/IR/TransformerOps.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// A fill that may as well be added to the score. (A row that keeps no score at
/// all is no attention; its weights are of no use to anybody.)
static constexpr float kAbsorbingFill = transformer::kAbsorbingMask;

namespace {

/// What the mask does to the scores: adds `value`, or, as i1, keeps those
/// where `value` is true, or is false with `inverted`, and fills the others.
struct MaskTerm {
  Value value;
  bool inverted = false;
  float fill = 0;
  /// Whether the fill, added to the score, may differ from the fill alone.
  bool replaces() const { return isKeep() && !(fill <= kAbsorbingFill); }
  bool isKeep() const { return elementType(value).isInteger(1); }
};

struct MatchedAttention {
  Value query, key, value;
  /// Of double precision: factors that undo each other shall leave nothing.
  double scale = 1;
  std::optional<float> softcap;
  SmallVector<MaskTerm> masks;
};

class AttentionMatcher {
public:
  /// Null if `product` is the second product of attention, else what it lacks.
  const char *match(Operation *product, MatchedAttention &out);

private:
  Value skipNaNGuard(Value value);
  Value skipMask(Value scores, MatchedAttention &out);
  Value skipSoftcap(Value scores, MatchedAttention &out);
  Value skipScale(Value value, double &scale);
  Value keyOf(Value transposed, double &scale);

  ShapeTracer tracer;
};

} // namespace

/// Where(IsNaN(x), 0, x): rows that see no key. transformer.attention gives
/// zeros for them by itself.
Value AttentionMatcher::skipNaNGuard(Value value) {
  value = skipCasts(value);
  Operation *where = onnxDef(value, "Where");
  if (!where || scalarConstant(where->getOperand(1)) != 0.0f)
    return value;
  Value guarded = skipCasts(where->getOperand(2));
  Operation *test = onnxDef(skipNoOps(where->getOperand(0)), "IsNaN");
  return test && skipCasts(test->getOperand(0)) == guarded ? guarded : value;
}

/// Takes one mask off `scores`; null if there is none.
Value AttentionMatcher::skipMask(Value scores, MatchedAttention &out) {
  scores = skipCasts(scores);
  if (Operation *where = onnxDef(scores, "Where")) {
    for (bool fillFirst : {true, false}) {
      std::optional<float> fill =
          scalarConstant(where->getOperand(fillFirst ? 1 : 2));
      if (!fill || std::isnan(*fill) || *fill == HUGE_VALF)
        continue;
      out.masks.push_back(
          {skipNoOps(where->getOperand(0)), /*inverted=*/fillFirst, *fill});
      return skipCasts(where->getOperand(fillFirst ? 2 : 1));
    }
    return {};
  }
  // Scores are a product, scaled or masked again; the mask is what is not.
  Value inner;
  matchCommutative(scores, "Add", [&](Value candidate, Value mask) {
    Value product = candidate;
    MatchedAttention nested;
    while (Value next = skipMask(product, nested))
      product = next;
    product = skipSoftcap(product, nested);
    product = skipCasts(skipScale(product, nested.scale));
    if (!onnxDef(product, "MatMul") || !isModelFloat(elementType(mask)))
      return false;
    out.masks.push_back({skipWidening(mask)});
    inner = skipCasts(candidate);
    return true;
  });
  return inner;
}

/// Takes c * tanh(s / c) off `scores`: any factor of tanh is a cap, as s / d is
/// (s * c / d) / c.
Value AttentionMatcher::skipSoftcap(Value scores, MatchedAttention &out) {
  double cap = 1;
  Value inner = skipCasts(skipScale(scores, cap));
  Operation *tanh = onnxDef(inner, "Tanh");
  float rounded = float(cap);
  if (!tanh || !(rounded > 0) || std::isinf(rounded))
    return scores;
  out.softcap = rounded;
  out.scale *= cap;
  return tanh->getOperand(0);
}

/// Takes products with and quotients by constants off `value`.
Value AttentionMatcher::skipScale(Value value, double &scale) {
  value = skipNoOps(value);
  while (true) {
    Value inner, step = skipCasts(value);
    if (Operation *div = onnxDef(step, "Div")) {
      std::optional<float> number = scalarConstant(div->getOperand(1));
      if (number && *number != 0) {
        scale /= *number;
        inner = skipNoOps(div->getOperand(0));
      }
    } else {
      matchCommutative(step, "Mul", [&](Value x, Value factor) {
        std::optional<float> number = scalarConstant(factor);
        if (!number)
          return false;
        scale *= *number;
        inner = x;
        return true;
      });
    }
    if (!inner)
      return value;
    value = inner;
  }
}

/// k of `transposed` = k with its last two axes swapped: by Transpose, or by
/// Transpose of rank 3 between two Reshapes, the first of which may join the
/// heads of a group that Expand repeated, too.
Value AttentionMatcher::keyOf(Value transposed, double &scale) {
  transposed = skipWidening(skipScale(transposed, scale));
  if (Operation *transpose = onnxDef(transposed, "Transpose")) {
    auto perm = transpose->getAttrOfType<DenseI64ArrayAttr>("perm");
    if (!perm || perm.asArrayRef() != ArrayRef<int64_t>{0, 1, 3, 2})
      return {};
    return skipScale(transpose->getOperand(0), scale);
  }
  Operation *outer = onnxDef(transposed, "Reshape");
  Operation *transpose =
      outer ? onnxDef(skipNoOps(outer->getOperand(0)), "Transpose") : nullptr;
  Operation *inner =
      transpose ? onnxDef(skipNoOps(transpose->getOperand(0)), "Reshape")
                : nullptr;
  if (!inner)
    return {};
  RepeatedHeads keys{skipNoOps(inner->getOperand(0))};
  if (std::optional<RepeatedHeads> repeated =
          matchExpandedHeads(keys.x, tracer))
    keys = *repeated;
  Value key = keys.x;
  auto perm = transpose->getAttrOfType<DenseI64ArrayAttr>("perm");
  RankedTensorType type = rankedType(key);
  std::optional<SmallVector<Dim>> flat = tracer.elements(inner->getOperand(1));
  std::optional<SmallVector<Dim>> full = tracer.elements(outer->getOperand(1));
  if (!perm || perm.asArrayRef() != ArrayRef<int64_t>{0, 2, 1} || !type ||
      type.getRank() != 4 || !flat || flat->size() != 3 || !full ||
      full->size() != 4)
    return {};
  auto is = [&](const Dim &dim, int64_t axis) {
    if (axis == 1 && keys.count > 1)
      return dim.isConstant(type.getDimSize(1) * keys.count);
    return dim == tracer.sizeOf(key, axis);
  };
  // One size of each may be left open: the others tell it.
  auto isOrOpen = [&](const Dim &dim, int64_t axis) {
    return dim.isConstant(-1) || is(dim, axis);
  };
  auto leavesOne = [](ArrayRef<Dim> dims) {
    return llvm::count_if(
               dims, [](const Dim &dim) { return dim.isConstant(-1); }) <= 1;
  };
  bool joins = !type.isDynamicDim(0) && !type.isDynamicDim(1) &&
               (*flat)[0].isConstant(type.getDimSize(0) * type.getDimSize(1) *
                                     keys.count);
  bool flatKeeps = leavesOne(*flat) && (joins || (*flat)[0].isConstant(-1)) &&
                   isOrOpen((*flat)[1], 2) && isOrOpen((*flat)[2], 3);
  bool fullSwaps = leavesOne(*full) && isOrOpen((*full)[0], 0) &&
                   isOrOpen((*full)[1], 1) && isOrOpen((*full)[2], 3) &&
                   isOrOpen((*full)[3], 2);
  return flatKeeps && fullSwaps ? skipScale(key, scale) : Value();
}

const char *AttentionMatcher::match(Operation *product, MatchedAttention &out) {
  Operation *softmax = onnxDef(skipNaNGuard(product->getOperand(0)), "Softmax");
  RankedTensorType type =
      softmax ? rankedType(softmax->getResult(0)) : RankedTensorType();
  if (!type || type.getRank() != 4)
    return "left operand is no softmax of rank 4";
  int64_t axis = intAttr(softmax, "axis", -1);
  if (axis != -1 && axis != 3)
    return "softmax is not over the last axis";
  Value scores = softmax->getOperand(0);
  while (Value inner = skipMask(scores, out))
    scores = inner;
  scores = skipSoftcap(scores, out);
  scores = skipCasts(skipScale(scores, out.scale));
  Operation *first = onnxDef(scores, "MatMul");
  if (!first)
    return "scores are no product of queries and keys";
  out.query = skipWidening(skipScale(first->getOperand(0), out.scale));
  out.key = skipWidening(keyOf(first->getOperand(1), out.scale));
  if (!out.key)
    return "right operand of the scores is no transposed key";
  out.key = skipWidening(skipRepeatedHeads(out.key, tracer));
  out.value = skipWidening(
      skipRepeatedHeads(skipWidening(product->getOperand(1)), tracer));
  for (Value operand : {out.query, out.key, out.value}) {
    RankedTensorType operandType = rankedType(operand);
    if (!operandType || operandType.getRank() != 4 ||
        !isModelFloat(elementType(operand)) || operandType.isDynamicDim(1) ||
        operandType.isDynamicDim(3))
      return "query, key or value is not a float of rank 4 with static heads "
             "and head size";
  }
  int64_t heads = rankedType(out.query).getDimSize(1);
  int64_t groups = rankedType(out.key).getDimSize(1);
  if (groups == 0 || heads % groups != 0 ||
      rankedType(out.value).getDimSize(1) != groups ||
      rankedType(out.key).getDimSize(3) != rankedType(out.query).getDimSize(3))
    return "heads of query, key and value do not go together";
  if (out.masks.size() > 1 && llvm::any_of(out.masks, [](const MaskTerm &mask) {
        return mask.replaces();
      }))
    return "a mask puts a number in place of scores that another one adds to";
  for (const MaskTerm &mask : out.masks)
    if (!rankedType(mask.value) || rankedType(mask.value).getRank() > 4)
      return "mask has more than 4 axes";
  return nullptr;
}

/// `mask` with leading axes of size 1 up to rank 4.
static Value withRank4(OpBuilder &builder, Location loc, Value mask) {
  SmallVector<int64_t> axes;
  for (int64_t axis = 0; axis < 4 - rankedType(mask).getRank(); ++axis)
    axes.push_back(axis);
  return axes.empty() ? mask : createUnsqueeze(builder, loc, mask, axes);
}

static Value scalarFloat(OpBuilder &builder, Location loc, float value) {
  auto type = RankedTensorType::get({}, builder.getF32Type());
  return createOnnx(
      builder, loc, "Constant", type, {},
      builder.getNamedAttr("value", DenseElementsAttr::get(type, value)));
}

/// The shape that two masks broadcast to.
static SmallVector<int64_t> broadcastShape(Value a, Value b) {
  SmallVector<int64_t> shape(rankedType(a).getShape());
  for (auto [size, other] : llvm::zip(shape, rankedType(b).getShape()))
    if (size == 1 || (ShapedType::isDynamic(size) && other != 1))
      size = other;
  return shape;
}

/// The term as f32 to be added.
static Value additive(OpBuilder &builder, Location loc, const MaskTerm &term) {
  if (!term.isKeep())
    return withRank4(builder, loc,
                     castTo(builder, loc, term.value, builder.getF32Type()));
  Value fill = scalarFloat(builder, loc, term.fill);
  Value zero = scalarFloat(builder, loc, 0);
  Value where = createOnnx(
      builder, loc, "Where", withElement(term.value, builder.getF32Type()),
      {term.value, term.inverted ? fill : zero, term.inverted ? zero : fill});
  return withRank4(builder, loc, where);
}

/// One operand for all terms; null without any.
static Value createMask(OpBuilder &builder, Location loc,
                        ArrayRef<MaskTerm> terms) {
  if (terms.empty())
    return {};
  // What the op itself fills with.
  if (terms.size() == 1 && terms[0].isKeep() &&
      (std::isinf(terms[0].fill) || terms[0].replaces())) {
    Value keep = terms[0].value;
    if (terms[0].inverted)
      keep = createOnnx(builder, loc, "Not", keep.getType(), keep);
    return withRank4(builder, loc, keep);
  }
  Value sum = additive(builder, loc, terms[0]);
  for (const MaskTerm &term : terms.drop_front()) {
    Value next = additive(builder, loc, term);
    sum = createOnnx(
        builder, loc, "Add",
        RankedTensorType::get(broadcastShape(sum, next), builder.getF32Type()),
        {sum, next});
  }
  return sum;
}

namespace {

struct RecognizeAttention : RewritePattern {
  RecognizeAttention(MLIRContext *context)
      : RewritePattern("onnx.MatMul", 1, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    MatchedAttention matched;
    if (const char *missing = AttentionMatcher().match(op, matched))
      return rewriter.notifyMatchFailure(op, missing);
    Location loc = op->getLoc();
    Type f32 = rewriter.getF32Type();
    SmallVector<int64_t> shape(rankedType(matched.query).getShape());
    shape.back() = rankedType(matched.value).getShape().back();
    auto attention = transformer::AttentionOp::create(
        rewriter, loc, RankedTensorType::get(shape, f32),
        castTo(rewriter, loc, matched.query, f32),
        castTo(rewriter, loc, matched.key, f32),
        castTo(rewriter, loc, matched.value, f32),
        createMask(rewriter, loc, matched.masks), Value(), ValueRange(),
        Value(), rewriter.getF32FloatAttr(float(matched.scale)), UnitAttr(),
        FlatSymbolRefAttr(), FlatSymbolRefAttr(),
        !matched.masks.empty() && matched.masks.front().replaces()
            ? rewriter.getF32FloatAttr(matched.masks.front().fill)
            : FloatAttr(),
        UnitAttr(),
        matched.softcap ? rewriter.getF32FloatAttr(*matched.softcap)
                        : FloatAttr());
    Value result = castTo(rewriter, loc, attention.getResult(),
                          elementType(op->getResult(0)));
    if (result.getType() != op->getResult(0).getType())
      result = tensor::CastOp::create(rewriter, loc, op->getResult(0).getType(),
                                      result);
    rewriter.replaceOp(op, result);
    return success();
  }
};

/// Keys [B, T, H, D] transposed at once to [B, H, D, T]: in two steps, of which
/// the first gives keys [B, H, T, D].
struct SplitKeyTranspose : RewritePattern {
  SplitKeyTranspose(MLIRContext *context)
      : RewritePattern("onnx.Transpose", 2, context) {}
  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    auto perm = op->getAttrOfType<DenseI64ArrayAttr>("perm");
    Operation *user = onlyUser(op->getResult(0));
    if (!perm || perm.asArrayRef() != ArrayRef<int64_t>{0, 2, 3, 1} ||
        !isOnnx(user, "MatMul") || user->getOperand(1) != op->getResult(0))
      return rewriter.notifyMatchFailure(op, "does not make keys of scores");
    Location loc = op->getLoc();
    ArrayRef<int64_t> shape = rankedType(op->getOperand(0)).getShape();
    auto transpose = [&](Value x, Type type, ArrayRef<int64_t> axes) {
      return createOnnx(
          rewriter, loc, "Transpose", type, x,
          rewriter.getNamedAttr("perm", rewriter.getDenseI64ArrayAttr(axes)));
    };
    Value keys = transpose(
        op->getOperand(0),
        RankedTensorType::get({shape[0], shape[2], shape[1], shape[3]},
                              elementType(op->getResult(0))),
        {0, 2, 1, 3});
    rewriter.replaceOp(
        op, transpose(keys, op->getResult(0).getType(), {0, 1, 3, 2}));
    return success();
  }
};

} // namespace

void bitnet::recognize::populateAttentionPatterns(RewritePatternSet &patterns) {
  patterns.add<RecognizeAttention, SplitKeyTranspose>(patterns.getContext());
}
