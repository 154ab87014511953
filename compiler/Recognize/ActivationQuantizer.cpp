#include "compiler/Recognize/ActivationQuantizer.h"

#include "compiler/Recognize/Matchers.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;

namespace bitnet::recognize {

static constexpr StringLiteral kNotQuantized =
    "the activation is not quantised";

/// Whether `op` only puts an axis of 1 behind its operand's.
static bool addsLastAxis(Operation *op) {
  if (!isOnnx(op, "Unsqueeze") && !isOnnx(op, "Reshape"))
    return false;
  RankedTensorType from = rankedType(op->getOperand(0));
  RankedTensorType to = rankedType(op->getResult(0));
  if (!from || !to || to.getRank() != from.getRank() + 1 ||
      to.getShape().back() != 1)
    return false;
  if (isOnnx(op, "Unsqueeze")) {
    std::optional<SmallVector<int64_t>> axes = axesOf(op);
    return axes && (axes->front() == -1 || axes->front() == from.getRank());
  }
  // As many elements in two shapes that differ in one axis at most.
  return from.getNumDynamicDims() <= 1 &&
         to.getShape().drop_back() == from.getShape();
}

/// `value` of a scale's arithmetic without no-ops, and without the axis that a
/// reduction dropped.
static Value skipAxis(Value value) {
  value = skipNoOps(value);
  while (value && addsLastAxis(value.getDefiningOp()))
    value = skipNoOps(value.getDefiningOp()->getOperand(0));
  return value;
}

/// Whether a scale is one number for each row of `input`.
static bool isOfRows(Value scale, Value input) {
  RankedTensorType type = rankedType(scale), rows = rankedType(input);
  return type && rows && type.getRank() > 0 && type.getShape().back() == 1 &&
         type.getRank() >= rows.getRank();
}

/// m = max(largest, eps), by Clip with a lower bound alone or Max, or largest +
/// eps; without either, eps is 0. Returns `largest`, or null.
static Value skipEpsilon(Value value, ActivationScale &scale) {
  value = skipAxis(value);
  if (Operation *clip = onnxDef(value, "Clip")) {
    Value high = operandOrNull(clip, 2);
    std::optional<float> low = scalarConstant(operandOrNull(clip, 1));
    if (!low || (high && scalarConstant(high).value_or(0) <
                             std::numeric_limits<float>::max()))
      return {};
    scale.eps = *low;
    return skipAxis(clip->getOperand(0));
  }
  Value largest = value;
  auto take = [&](Value operand, Value bound) {
    std::optional<float> number = scalarConstant(bound);
    if (!number)
      return false;
    scale.eps = *number;
    largest = skipAxis(operand);
    return true;
  };
  if (!matchCommutative(value, "Max", take))
    scale.addsEps = matchCommutative(value, "Add", take);
  // With less than the largest magnitude, codes leave the range.
  if (scale.addsEps && !(scale.eps >= 0))
    return {};
  return largest;
}

/// Whether `value` is 0 everywhere.
static bool isZero(Value value) {
  value = skipNoOps(value);
  if (Operation *expand = onnxDef(value, "Expand"))
    value = expand->getOperand(0);
  return scalarConstant(value) == 0.0f;
}

/// x of max(x, 0) or min(x, 0), `name` being Max or Min; or `value`.
static Value skipZeroBound(Value value, StringRef name) {
  matchCommutative(value, name, [&](Value x, Value bound) {
    if (isZero(bound))
      value = x;
    return isZero(bound);
  });
  return skipAxis(value);
}

/// What `name` reduces over the last axis; null where it does not.
static Value reducedRow(Value value, StringRef name) {
  Operation *reduce = onnxDef(value, name);
  std::optional<SmallVector<int64_t>> axes =
      reduce ? axesOf(reduce) : std::nullopt;
  RankedTensorType type = reduce ? rankedType(reduce->getOperand(0)) : nullptr;
  bool isLast = axes && axes->size() == 1 && type &&
                (axes->front() == -1 || axes->front() == type.getRank() - 1);
  return isLast ? skipNoOps(reduce->getOperand(0)) : Value();
}

/// x of max |x| over the last axis, or of max(-min x, max x), either of which
/// may have 0 as a bound. Null otherwise.
static Value magnitudeBase(Value value) {
  if (Operation *abs = onnxDef(reducedRow(value, "ReduceMax"), "Abs"))
    return skipNoOps(abs->getOperand(0));
  Value base;
  matchCommutative(value, "Max", [&](Value low, Value high) {
    // The magnitude of either is at most the result, whatever their signs.
    low = skipAxis(low);
    high = skipAxis(high);
    Operation *positive = onnxDef(low, "Neg");
    positive = positive ? positive : onnxDef(low, "Abs");
    if (!positive)
      return false;
    if (Operation *abs = onnxDef(high, "Abs"))
      high = abs->getOperand(0);
    low = skipZeroBound(positive->getOperand(0), "Min");
    Value x = reducedRow(skipZeroBound(high, "Max"), "ReduceMax");
    base = x == reducedRow(low, "ReduceMin") ? x : Value();
    return bool(base);
  });
  return base;
}

/// Matches m = max |x| over the last axis, bounded from below, and sets what
/// `scale` has of it.
static bool matchLargest(Value value, ActivationScale &scale,
                         std::string &reason) {
  Value largest = skipEpsilon(value, scale);
  scale.input = largest ? magnitudeBase(largest) : Value();
  if (!scale.input) {
    reason = "the activation's scale is not made of max |x| over the last axis";
    return false;
  }
  if (!elementType(scale.input).isF32()) {
    reason = llvm::formatv("the activation is quantised in {0}, expected f32",
                           elementType(scale.input));
    return false;
  }
  if (!lastSize(scale.input)) {
    reason = "the activation's last axis is dynamic";
    return false;
  }
  return true;
}

/// Matches a scale that x is multiplied by: (1 / m) * range or range / m.
static std::optional<ActivationScale> matchFactor(Value value,
                                                  std::string &reason) {
  value = skipAxis(value);
  ActivationScale scale{};
  Value bounded;
  auto matchReciprocal = [&](Value reciprocal, Value range) {
    std::optional<float> number = scalarConstant(range);
    Value base = reciprocalBase(skipAxis(reciprocal));
    if (!number || !base)
      return false;
    scale.range = *number;
    scale.form = ternary::ScaleForm::MulReciprocal;
    bounded = base;
    return true;
  };
  if (Operation *div = onnxDef(value, "Div")) {
    if (std::optional<float> number = scalarConstant(div->getOperand(0))) {
      scale.range = *number;
      scale.form = ternary::ScaleForm::Div;
      bounded = div->getOperand(1);
    }
  } else {
    matchCommutative(value, "Mul", matchReciprocal);
  }
  if (!bounded) {
    reason = "the activation's scale is neither (1 / max) * c nor c / max";
    return std::nullopt;
  }
  if (!matchLargest(bounded, scale, reason))
    return std::nullopt;
  return scale;
}

/// Matches a step that x is divided by: m / range or m * range, either of which
/// may have the bound in place of m.
static std::optional<ActivationScale> matchStep(Value value,
                                                std::string &reason) {
  ActivationScale bounded{}, scale{};
  Value step = skipEpsilon(value, bounded), largest;
  if (Operation *div = onnxDef(step, "Div")) {
    if (std::optional<float> range = scalarConstant(div->getOperand(1))) {
      scale.form = ternary::ScaleForm::Step;
      scale.range = *range;
      largest = div->getOperand(0);
    }
  } else {
    matchCommutative(step, "Mul", [&](Value m, Value range) {
      std::optional<float> number = scalarConstant(range);
      scale.form = ternary::ScaleForm::StepProduct;
      scale.range = number.value_or(0);
      largest = m;
      return number.has_value();
    });
    // What has no constant is no step.
    largest = scale.range != 0 ? largest : Value();
  }
  if (!largest) {
    reason = "the activation's step is not max / c";
    return std::nullopt;
  }
  if (!matchLargest(largest, scale, reason))
    return std::nullopt;
  if (bounded.eps == 0)
    return scale;
  if (scale.eps != 0) {
    reason = "the activation's step and max |x| have a bound each";
    return std::nullopt;
  }
  scale.eps = bounded.eps;
  scale.addsEps = bounded.addsEps;
  scale.epsOfScale = true;
  return scale;
}

/// Whether `value` is the scale, with its last axis or without.
static bool matchesScale(Value value, const ActivationScale &scale) {
  std::string ignored;
  std::optional<ActivationScale> found;
  switch (scale.form) {
  case ternary::ScaleForm::MulReciprocal:
  case ternary::ScaleForm::Div:
    found = matchFactor(value, ignored);
    break;
  case ternary::ScaleForm::Step:
  case ternary::ScaleForm::StepProduct:
    found = matchStep(value, ignored);
    break;
  case ternary::ScaleForm::Largest:
  case ternary::ScaleForm::Unit:
    found.emplace(
        ActivationScale{{}, scale.form, scale.range, 0, false, false});
    if (!matchLargest(value, *found, ignored))
      return false;
    break;
  }
  return found && *found == scale;
}

bool isActivationScale(Value value, const ActivationScale &scale) {
  return isOfRows(value, scale.input) && matchesScale(value, scale);
}

/// Bounds of a clamp of `value`: Clip, Min of Max, or Max of Min. Returns what
/// is clamped, or null.
static Value matchClamp(Value value, float &low, float &high) {
  value = skipNoOps(value);
  if (Operation *clip = onnxDef(value, "Clip")) {
    std::optional<float> lo = scalarConstant(operandOrNull(clip, 1));
    std::optional<float> hi = scalarConstant(operandOrNull(clip, 2));
    if (!lo || !hi)
      return {};
    low = *lo;
    high = *hi;
    return skipNoOps(clip->getOperand(0));
  }
  Value clamped;
  auto match = [&](StringRef outer, StringRef inner, float &outerBound,
                   float &innerBound) {
    return matchCommutative(value, outer, [&](Value nested, Value bound) {
      std::optional<float> first = scalarConstant(bound);
      return first && matchCommutative(nested, inner, [&](Value x, Value b) {
               std::optional<float> second = scalarConstant(b);
               if (!second)
                 return false;
               outerBound = *first;
               innerBound = *second;
               clamped = x;
               return true;
             });
    });
  };
  if (!match("Min", "Max", high, low))
    match("Max", "Min", low, high);
  return clamped;
}

/// Calls `match` with a and b of a / b, or of a * (1 / b), and whether it is
/// the latter, until it says true.
static bool matchQuotient(Value value,
                          function_ref<bool(Value, Value, bool)> match) {
  if (Operation *div = onnxDef(skipNoOps(value), "Div")) {
    Value a = skipNoOps(div->getOperand(0)), b = div->getOperand(1);
    return isOfRows(b, a) && match(a, b, false);
  }
  return matchCommutative(value, "Mul", [&](Value a, Value inverse) {
    Value b = reciprocalBase(skipAxis(inverse));
    return b && isOfRows(inverse, a) && match(a, b, true);
  });
}

namespace {
/// What is rounded, in any of its forms.
struct ScaledMatcher {
  bool matchProduct(Value value);
  bool matchStepQuotient(Value value);
  bool matchLargestQuotient(Value value);

  QuantizedActivation &out;
  std::string &reason;

private:
  bool take(std::optional<ActivationScale> found, Value x, bool byReciprocal);
  bool takeLargest(ternary::ScaleForm form, Value x, Value range, Value m,
                   bool byReciprocal);
};
} // namespace

bool ScaledMatcher::take(std::optional<ActivationScale> found, Value x,
                         bool byReciprocal) {
  if (!found || found->input != skipNoOps(x))
    return false;
  out.scale = *found;
  out.byReciprocal = byReciprocal;
  return true;
}

bool ScaledMatcher::takeLargest(ternary::ScaleForm form, Value x, Value range,
                                Value m, bool byReciprocal) {
  std::optional<float> number = scalarConstant(range);
  ActivationScale scale{};
  scale.form = form;
  scale.range = number.value_or(0);
  return number && matchLargest(m, scale, reason) &&
         take(scale, x, byReciprocal);
}

/// x * s.
bool ScaledMatcher::matchProduct(Value value) {
  return matchCommutative(value, "Mul", [&](Value x, Value s) {
    return isOfRows(s, x) && take(matchFactor(s, reason), x, false);
  });
}

/// x / s, s being a step.
bool ScaledMatcher::matchStepQuotient(Value value) {
  return matchQuotient(value, [&](Value x, Value s, bool byReciprocal) {
    return take(matchStep(s, reason), x, byReciprocal);
  });
}

/// (x * range) / m or (x / m) * range.
bool ScaledMatcher::matchLargestQuotient(Value value) {
  using ternary::ScaleForm;
  auto divided = [&](Value a, Value m, bool byReciprocal) {
    return matchCommutative(a, "Mul", [&](Value x, Value range) {
      return takeLargest(ScaleForm::Largest, x, range, m, byReciprocal);
    });
  };
  auto multiplied = [&](Value quotient, Value range) {
    return matchQuotient(quotient, [&](Value x, Value m, bool byReciprocal) {
      return takeLargest(ScaleForm::Unit, x, range, m, byReciprocal);
    });
  };
  return matchQuotient(value, divided) ||
         matchCommutative(value, "Mul", multiplied);
}

static bool matchScaled(Value value, QuantizedActivation &out,
                        std::string &reason) {
  reason = "the activation is rounded, but not after a product with a scale";
  ScaledMatcher matcher{out, reason};
  return matcher.matchProduct(value) || matcher.matchStepQuotient(value) ||
         matcher.matchLargestQuotient(value);
}

/// What is rounded is at most this, and some units in the last place.
static double limitOf(const ActivationScale &scale) {
  double range = std::abs(scale.range);
  return scale.form == ternary::ScaleForm::StepProduct ? 1 / range : range;
}

/// Codes are integers in the range of i8, so casts to integers of `width` bits
/// and back, and between floats that hold them, change nothing, nor does a zero
/// point of 0.
static Value skipCodeMoves(Value value, unsigned width) {
  while (Operation *op = value ? value.getDefiningOp() : nullptr) {
    bool isSum = isOnnx(op, "Add") || isOnnx(op, "Sub");
    auto integer = dyn_cast<IntegerType>(elementType(value));
    auto floating = dyn_cast<FloatType>(elementType(value));
    bool holds = integer ? integer.getWidth() >= width && !integer.isUnsigned()
                         : floating && llvm::APFloat::semanticsPrecision(
                                           floating.getFloatSemantics()) >= 8;
    bool changesNothing =
        isSum ? isZero(op->getOperand(1)) &&
                    rankedType(value) == rankedType(op->getOperand(0))
              : isOnnx(op, "Cast") && holds;
    if (!changesNothing)
      break;
    value = skipNoOps(op->getOperand(0));
  }
  return value;
}

/// codes = clamp(round(..)), possibly through an integer type. No clamp is
/// needed where the range has none to cut.
static bool matchCodes(Value value, QuantizedActivation &out,
                       std::string &reason) {
  value = skipCodeMoves(skipNoOps(value), 8);
  float low = -128, high = 127;
  // What is not clamped yet may be beyond 8 bits.
  Value rounded = skipCodeMoves(matchClamp(value, low, high), 16);
  Operation *round = onnxDef(rounded, "Round");
  if (rounded && !round) {
    reason = "the activation is clamped but not rounded";
    return false;
  }
  Value scaled = round ? skipNoOps(round->getOperand(0)) : Value();
  bool isClamped = round;
  if (!round && (round = onnxDef(value, "Round"))) {
    // Clamping to integers first is the same.
    scaled = matchClamp(round->getOperand(0), low, high);
    isClamped = bool(scaled);
    if (!isClamped)
      scaled = skipNoOps(round->getOperand(0));
  }
  if (!round) {
    reason = kNotQuantized;
    return false;
  }
  if (low != std::round(low) || high != std::round(high) || low < -128 ||
      high > 127 || low > high) {
    reason = llvm::formatv("the activation is clamped to [{0}, {1}], expected "
                           "integers in [-128, 127]",
                           formatNumber(low), formatNumber(high));
    return false;
  }
  out.qmin = int64_t(low);
  out.qmax = int64_t(high);
  if (!matchScaled(scaled, out, reason))
    return false;
  double limit = limitOf(out.scale);
  if (isClamped || std::nearbyint(limit * (1 + 1e-6)) <= 127)
    return true;
  reason = llvm::formatv("the activation is scaled to {0} and not clamped",
                         formatNumber(limit));
  return false;
}

/// Codes over s: codes / s or codes * (1 / s); of steps codes * s or codes /
/// (1 / s).
static bool matchDequantized(Value value, QuantizedActivation &out,
                             std::string &reason) {
  auto applies = [&](Value scale) {
    // The largest magnitude is not the step: it has the range to come.
    return scale && !out.scale.isLargest() && matchesScale(scale, out.scale);
  };
  if (Operation *div = onnxDef(value, "Div")) {
    Value by = div->getOperand(1);
    return matchCodes(div->getOperand(0), out, reason) &&
           isOfRows(by, div->getOperand(0)) &&
           applies(out.scale.isStep() ? reciprocalBase(skipAxis(by)) : by);
  }
  return matchCommutative(value, "Mul", [&](Value codes, Value factor) {
    std::string whyNot;
    if (!matchCodes(codes, out, whyNot)) {
      // Of the two operands the one that is rounded has more to say.
      if (whyNot != kNotQuantized)
        reason = whyNot;
      return false;
    }
    return isOfRows(factor, codes) &&
           applies(out.scale.isStep() ? factor
                                      : reciprocalBase(skipAxis(factor)));
  });
}

Value skipStraightThrough(Value value) {
  Value quantized;
  matchCommutative(value, "Add", [&](Value x, Value difference) {
    Operation *sub = onnxDef(difference, "Sub");
    if (!sub || skipNoOps(sub->getOperand(1)) != x)
      return false;
    quantized = skipNoOps(sub->getOperand(0));
    return true;
  });
  return quantized ? quantized : value;
}

std::optional<QuantizedActivation>
matchQuantizedActivation(Value value, std::string &reason) {
  QuantizedActivation out{};
  reason = kNotQuantized;
  value = skipNoOps(value);
  std::string whyNoCodes;
  if (matchCodes(value, out, whyNoCodes))
    return out;
  if (Operation *cast = onnxDef(value, "Cast")) {
    Value wide = skipNoOps(cast->getOperand(0));
    if (elementType(wide).isF32()) {
      out.narrowed = true;
      value = wide;
    }
  }
  value = skipStraightThrough(value);
  if (matchDequantized(value, out, reason)) {
    out.dequantized = true;
    return out;
  }
  if (reason == kNotQuantized)
    reason = whyNoCodes;
  return std::nullopt;
}

} // namespace bitnet::recognize
