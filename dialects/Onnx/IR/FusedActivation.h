#ifndef DIALECTS_ONNX_IR_FUSEDACTIVATION_H
#define DIALECTS_ONNX_IR_FUSEDACTIVATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

namespace bitnet::onnx {

/// The attributes of the operator `activation` that ms.FusedGemm may apply to
/// its result, or ms.FusedConv, in the order of its `activation_params`;
/// nothing where it may not. ONNX Runtime has these on CPUs.
std::optional<llvm::ArrayRef<llvm::StringLiteral>>
getGemmActivation(llvm::StringRef activation);
std::optional<llvm::ArrayRef<llvm::StringLiteral>>
getConvActivation(llvm::StringRef activation);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_FUSEDACTIVATION_H
