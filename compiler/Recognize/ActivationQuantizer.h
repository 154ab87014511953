#ifndef COMPILER_RECOGNIZE_ACTIVATIONQUANTIZER_H
#define COMPILER_RECOGNIZE_ACTIVATIONQUANTIZER_H

#include "dialects/Ternary/IR/TernaryOps.h"

#include <optional>
#include <string>

namespace bitnet::recognize {

/// The scale of a per-token quantiser: s = (1 / m) * range or range / m, with
/// m = max(max |input|, eps) over the last axis.
struct ActivationScale {
  mlir::Value input;
  ternary::ScaleForm form;
  float range, eps;

  bool operator==(const ActivationScale &other) const {
    return input == other.input && form == other.form && range == other.range &&
           eps == other.eps;
  }
};

/// The left operand of a product that is a quantised activation.
struct QuantizedActivation {
  ActivationScale scale;
  int64_t qmin, qmax;
  /// The operand is codes / s; otherwise the codes themselves.
  bool dequantized;
  /// The operand was rounded to a narrower float after dequantisation.
  bool narrowed;
};

/// Matches the scale s; on failure `reason` says what was found.
std::optional<ActivationScale> matchActivationScale(mlir::Value value,
                                                    std::string &reason);

/// Matches a quantised activation in any of its spellings; on failure `reason`
/// says why it is none.
std::optional<QuantizedActivation>
matchQuantizedActivation(mlir::Value value, std::string &reason);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_ACTIVATIONQUANTIZER_H
