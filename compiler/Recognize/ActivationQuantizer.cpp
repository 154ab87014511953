#include "compiler/Recognize/ActivationQuantizer.h"

#include "compiler/Recognize/Matchers.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;

namespace bitnet::recognize {

/// max(value, eps): Clip with a lower bound alone, or Max. Without either, eps
/// is 0.
static Value skipLowerBound(Value value, float &eps) {
  eps = 0;
  value = skipNoOps(value);
  if (Operation *clip = onnxDef(value, "Clip")) {
    Value high = operandOrNull(clip, 2);
    std::optional<float> low = scalarConstant(operandOrNull(clip, 1));
    if (!low || (high && scalarConstant(high).value_or(0) <
                             std::numeric_limits<float>::max()))
      return {};
    eps = *low;
    return skipNoOps(clip->getOperand(0));
  }
  Value bounded = value;
  matchCommutative(value, "Max", [&](Value operand, Value bound) {
    std::optional<float> low = scalarConstant(bound);
    if (!low)
      return false;
    eps = *low;
    bounded = operand;
    return true;
  });
  return bounded;
}

std::optional<ActivationScale> matchActivationScale(Value value,
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
      bounded = skipNoOps(div->getOperand(1));
    }
  } else {
    matchCommutative(value, "Mul", matchReciprocal);
  }
  if (!bounded) {
    reason = "the activation's scale is neither (1 / max) * c nor c / max";
    return std::nullopt;
  }
  Operation *reduce = onnxDef(skipLowerBound(bounded, scale.eps), "ReduceMax");
  Operation *abs =
      reduce ? onnxDef(skipNoOps(reduce->getOperand(0)), "Abs") : nullptr;
  if (!abs || !reducesLastAxis(reduce)) {
    reason = "the activation's scale is not made of max |x| over the last axis";
    return std::nullopt;
  }
  scale.input = skipNoOps(abs->getOperand(0));
  if (!elementType(scale.input).isF32()) {
    reason = llvm::formatv("the activation is quantised in {0}, expected f32",
                           elementType(scale.input));
    return std::nullopt;
  }
  if (!lastSize(scale.input)) {
    reason = "the activation's last axis is dynamic";
    return std::nullopt;
  }
  return scale;
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

/// codes = clamp(round(x * s)), possibly through an integer type.
static bool matchCodes(Value value, QuantizedActivation &out, Value &scale,
                       std::string &reason) {
  value = skipNoOps(value);
  // Codes are integers in the range of i8, so casts to integers and back, and
  // between floats that hold them, change nothing.
  while (Operation *cast = onnxDef(value, "Cast")) {
    auto integer = dyn_cast<IntegerType>(elementType(value));
    if (integer && (integer.getWidth() < 8 || integer.isUnsigned()))
      break;
    value = skipNoOps(cast->getOperand(0));
  }
  float low = 0, high = 0;
  Value rounded = matchClamp(value, low, high);
  Operation *round = onnxDef(rounded, "Round");
  Value product = round ? skipNoOps(round->getOperand(0)) : Value();
  if (rounded && !round) {
    reason = "the activation is clamped but not rounded";
    return false;
  }
  if (!rounded) {
    // Clamping to integers first is the same.
    round = onnxDef(value, "Round");
    product = round ? matchClamp(round->getOperand(0), low, high) : Value();
  }
  if (!product) {
    reason = "the activation is not quantised";
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
  reason = "the activation is rounded, but not after a product with a scale";
  return matchCommutative(product, "Mul", [&](Value x, Value s) {
    std::optional<ActivationScale> found = matchActivationScale(s, reason);
    if (!found || found->input != x)
      return false;
    out.scale = *found;
    scale = s;
    return true;
  });
}

/// Whether `value` is the scale that `expected` was matched from, or one of
/// the same formula.
static bool isSameScale(Value value, Value matched,
                        const ActivationScale &expected) {
  if (skipNoOps(value) == matched)
    return true;
  std::string ignored;
  std::optional<ActivationScale> scale = matchActivationScale(value, ignored);
  return scale && *scale == expected;
}

/// codes / s, or codes * (1 / s).
static bool matchDequantized(Value value, QuantizedActivation &out,
                             std::string &reason) {
  Value scale;
  if (Operation *div = onnxDef(value, "Div"))
    return matchCodes(div->getOperand(0), out, scale, reason) &&
           isSameScale(div->getOperand(1), scale, out.scale);
  return matchCommutative(value, "Mul", [&](Value codes, Value inverse) {
    Value base = reciprocalBase(inverse);
    return base && matchCodes(codes, out, scale, reason) &&
           isSameScale(base, scale, out.scale);
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
  reason = "the activation is not quantised";
  value = skipNoOps(value);
  Value scale;
  std::string whyNoCodes;
  if (matchCodes(value, out, scale, whyNoCodes))
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
  if (reason == "the activation is not quantised")
    reason = whyNoCodes;
  return std::nullopt;
}

} // namespace bitnet::recognize
