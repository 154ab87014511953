#ifndef COMPILER_RECOGNIZE_LINEARINPUT_H
#define COMPILER_RECOGNIZE_LINEARINPUT_H

#include "compiler/Recognize/ActivationQuantizer.h"
#include "compiler/Recognize/LinearOperands.h"

namespace bitnet::recognize {

/// The quantiser of the layer's input, each row of K terms with a scale; on
/// failure `reason` says why there is none.
std::optional<QuantizedActivation>
matchLinearInput(const LinearOperands &linear, std::string &reason);

/// (codes * f) W -> (codes W) * f for an input that matchLinearInput does not
/// know, f being any numbers of rows: the same sum with one rounding in place
/// of K. `linear` is the new product then; it stays where nothing is returned.
std::optional<QuantizedActivation> moveFactorsBehind(LinearOperands &linear);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_LINEARINPUT_H
