#ifndef COMPILER_RECOGNIZE_ACTIVATIONQUANTIZER_H
#define COMPILER_RECOGNIZE_ACTIVATIONQUANTIZER_H

#include "dialects/Ternary/IR/TernaryOps.h"

#include <optional>
#include <string>

namespace bitnet::recognize {

/// The scale s of a per-token quantiser, as `ternary.quantize` has it, with m =
/// max(max |input|, eps) over the last axis, or max |input| + eps; `epsOfScale`
/// says that s has eps, and not m.
struct ActivationScale {
  mlir::Value input;
  ternary::ScaleForm form;
  float range, eps;
  bool addsEps, epsOfScale;

  bool operator==(const ActivationScale &other) const {
    return input == other.input && form == other.form && range == other.range &&
           eps == other.eps && addsEps == other.addsEps &&
           epsOfScale == other.epsOfScale;
  }
  /// Whether s is m: numbers are (codes * s) / range then.
  bool isLargest() const {
    return form == ternary::ScaleForm::Largest ||
           form == ternary::ScaleForm::Unit;
  }
  /// Whether codes are multiplied by s in the end, and not divided by it.
  bool isStep() const {
    return form == ternary::ScaleForm::Step ||
           form == ternary::ScaleForm::StepProduct || isLargest();
  }
};

/// The left operand of a product that is a quantised activation.
struct QuantizedActivation {
  ActivationScale scale;
  /// What is divided by s is multiplied by 1 / s instead.
  bool byReciprocal;
  int64_t qmin, qmax;
  /// The operand is codes / s or, of steps, codes * s; otherwise the codes
  /// themselves.
  bool dequantized;
  /// The operand was rounded to a narrower float after dequantisation.
  bool narrowed;
};

/// Whether `value` is the scale s of `scale`, in any of its spellings.
bool isActivationScale(mlir::Value value, const ActivationScale &scale);

/// q(x) of x + (q(x) - x), its straight-through spelling, or `value`.
mlir::Value skipStraightThrough(mlir::Value value);

/// Matches a quantised activation in any of its spellings; on failure `reason`
/// says why it is none.
std::optional<QuantizedActivation>
matchQuantizedActivation(mlir::Value value, std::string &reason);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_ACTIVATIONQUANTIZER_H
