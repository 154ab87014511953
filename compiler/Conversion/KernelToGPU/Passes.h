#ifndef COMPILER_CONVERSION_KERNELTOGPU_PASSES_H
#define COMPILER_CONVERSION_KERNELTOGPU_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet {

/// The only function of a kernel's module.
inline constexpr llvm::StringLiteral gpuKernelName = "bitnet_kernel";

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/KernelToGPU/Passes.h.inc"

} // namespace bitnet

#endif // COMPILER_CONVERSION_KERNELTOGPU_PASSES_H
