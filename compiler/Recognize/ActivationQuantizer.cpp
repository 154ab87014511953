#include "compiler/Recognize/ActivationQuantizer.h"

#include "compiler/Recognize/Matchers.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;

namespace bitnet::recognize {

static constexpr StringLiteral kNotQuantized =
    "the activation is not quantised";

/// m = max(largest, eps), by Clip with a lower bound alone or Max, or largest +
/// eps; without either, eps is 0. Returns `largest`, or null.
static Value skipEpsilon(Value value, ActivationScale &scale) {
  value = skipNoOps(value);
  if (Operation *clip = onnxDef(value, "Clip")) {
    Value high = operandOrNull(clip, 2);
    std::optional<float> low = scalarConstant(operandOrNull(clip, 1));
    if (!low || (high && scalarConstant(high).value_or(0) <
                             std::numeric_limits<float>::max()))
      return {};
    scale.eps = *low;
    return skipNoOps(clip->getOperand(0));
  }
  Value largest = value;
  auto take = [&](Value operand, Value bound) {
    std::optional<float> number = scalarConstant(bound);
    if (!number)
      return false;
    scale.eps = *number;
    largest = operand;
    return true;
  };
  if (!matchCommutative(value, "Max", take))
    scale.addsEps = matchCommutative(value, "Add", take);
  // With less than the largest magnitude, codes leave the range.
  if (scale.addsEps && !(scale.eps >= 0))
    return {};
  return largest;
}

/// Matches m = max |x| over the last axis, bounded from below, and sets what
/// `scale` has of it.
static bool matchLargest(Value value, ActivationScale &scale,
                         std::string &reason) {
  Operation *reduce = onnxDef(skipEpsilon(value, scale), "ReduceMax");
  Operation *abs =
      reduce ? onnxDef(skipNoOps(reduce->getOperand(0)), "Abs") : nullptr;
  if (!abs || !reducesLastAxis(reduce)) {
    reason = "the activation's scale is not made of max |x| over the last axis";
    return false;
  }
  scale.input = skipNoOps(abs->getOperand(0));
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
  value = skipNoOps(value);
  ActivationScale scale{};
  Value bounded;
  auto matchReciprocal = [&](Value reciprocal, Value range) {
    std::optional<float> number = scalarConstant(range);
    Value base = reciprocalBase(reciprocal);
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

/// The number b for which max(m, b) / range is max(m / range, bound) to the
/// bit: division rounds in order, so b / range need only be the bound.
static std::optional<float> boundOfLargest(float bound, float range) {
  float near = bound * range;
  for (float b :
       {near, std::nextafter(near, 0.0f), std::nextafter(near, HUGE_VALF)})
    if (range > 0 && std::isnormal(b) && b / range == bound)
      return b;
  return std::nullopt;
}

/// Matches a step that x is divided by: m / range, or max(m / range, bound).
static std::optional<ActivationScale> matchStep(Value value,
                                                std::string &reason) {
  ActivationScale scale{};
  scale.form = ternary::ScaleForm::Step;
  ActivationScale bounded{};
  Value step = skipEpsilon(value, bounded);
  Operation *div = bounded.addsEps ? nullptr : onnxDef(step, "Div");
  std::optional<float> range =
      div ? scalarConstant(div->getOperand(1)) : std::nullopt;
  if (!range) {
    reason = "the activation's step is not max / c";
    return std::nullopt;
  }
  scale.range = *range;
  if (!matchLargest(div->getOperand(0), scale, reason))
    return std::nullopt;
  if (bounded.eps == 0)
    return scale;
  std::optional<float> bound = boundOfLargest(bounded.eps, scale.range);
  if (!bound || scale.eps != 0 || scale.addsEps) {
    reason = "the activation's step has a bound that max |x| cannot have";
    return std::nullopt;
  }
  scale.eps = *bound;
  return scale;
}

bool isActivationScale(Value value, const ActivationScale &scale) {
  std::string ignored;
  std::optional<ActivationScale> found;
  switch (scale.form) {
  case ternary::ScaleForm::MulReciprocal:
  case ternary::ScaleForm::Div:
    found = matchFactor(value, ignored);
    break;
  case ternary::ScaleForm::Step:
    found = matchStep(value, ignored);
    break;
  case ternary::ScaleForm::Largest:
    found.emplace(ActivationScale{{}, scale.form, scale.range, 0, false});
    if (!matchLargest(value, *found, ignored))
      return false;
    break;
  }
  return found && *found == scale;
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

/// What is rounded: x * s, x / s, or (x * range) / m.
static bool matchScaled(Value value, QuantizedActivation &out,
                        std::string &reason) {
  auto take = [&](std::optional<ActivationScale> found, Value x) {
    if (!found || found->input != skipNoOps(x))
      return false;
    out.scale = *found;
    return true;
  };
  reason = "the activation is rounded, but not after a product with a scale";
  Operation *div = onnxDef(value, "Div");
  if (!div)
    return matchCommutative(value, "Mul", [&](Value x, Value s) {
      return take(matchFactor(s, reason), x);
    });
  if (take(matchStep(div->getOperand(1), reason), div->getOperand(0)))
    return true;
  return matchCommutative(
      skipNoOps(div->getOperand(0)), "Mul", [&](Value x, Value range) {
        std::optional<float> number = scalarConstant(range);
        ActivationScale scale{};
        scale.form = ternary::ScaleForm::Largest;
        scale.range = number.value_or(0);
        return number && matchLargest(div->getOperand(1), scale, reason) &&
               take(scale, x);
      });
}

/// codes = clamp(round(..)), possibly through an integer type. No clamp is
/// needed where the range has none to cut.
static bool matchCodes(Value value, QuantizedActivation &out,
                       std::string &reason) {
  value = skipNoOps(value);
  // Codes are integers in the range of i8, so casts to integers and back, and
  // between floats that hold them, change nothing.
  while (Operation *cast = onnxDef(value, "Cast")) {
    auto integer = dyn_cast<IntegerType>(elementType(value));
    auto floating = dyn_cast<FloatType>(elementType(value));
    if ((integer && (integer.getWidth() < 8 || integer.isUnsigned())) ||
        (floating &&
         llvm::APFloat::semanticsPrecision(floating.getFloatSemantics()) < 8))
      break;
    value = skipNoOps(cast->getOperand(0));
  }
  float low = -128, high = 127;
  Value rounded = matchClamp(value, low, high);
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
  if (isClamped || std::abs(out.scale.range) <= 127)
    return true;
  reason = llvm::formatv("the activation is scaled to {0} and not clamped",
                         formatNumber(out.scale.range));
  return false;
}

/// codes / s or codes * (1 / s); of steps codes * s.
static bool matchDequantized(Value value, QuantizedActivation &out,
                             std::string &reason) {
  if (Operation *div = onnxDef(value, "Div"))
    return matchCodes(div->getOperand(0), out, reason) && !out.scale.isStep() &&
           isActivationScale(div->getOperand(1), out.scale);
  return matchCommutative(value, "Mul", [&](Value codes, Value factor) {
    std::string whyNot;
    if (!matchCodes(codes, out, whyNot)) {
      // Of the two operands the one that is rounded has more to say.
      if (whyNot != kNotQuantized)
        reason = whyNot;
      return false;
    }
    // The largest magnitude is not the step: it has the range to come.
    if (out.scale.isStep())
      return out.scale.form == ternary::ScaleForm::Step &&
             isActivationScale(factor, out.scale);
    Value base = reciprocalBase(factor);
    return base && isActivationScale(base, out.scale);
  });
}

/// x + (q(x) - x): the straight-through spelling of q(x).
static Value skipStraightThrough(Value value) {
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
