#ifndef COMPILER_CONVERSION_RTTOLLVM_PASSES_H
#define COMPILER_CONVERSION_RTTOLLVM_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet::rt {

/// Names of the two functions that the module description points to.
inline constexpr llvm::StringLiteral runFunctionName = "bitnet_run";
inline constexpr llvm::StringLiteral arenaFunctionName = "bitnet_arena_bytes";

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/RTToLLVM/Passes.h.inc"

} // namespace bitnet::rt

#endif // COMPILER_CONVERSION_RTTOLLVM_PASSES_H
