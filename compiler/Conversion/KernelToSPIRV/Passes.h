#ifndef COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_H
#define COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_H

#include "mlir/Pass/Pass.h"

namespace bitnet {

/// Attributes of a kernel's `spirv.module`: units of an invocation, invocations
/// of a workgroup, bytes of scratch memory that an invocation needs, words of
/// the captures and those that are addresses.
inline constexpr llvm::StringLiteral kernelGrain = "rt.grain",
                                     kernelWorkgroup = "rt.workgroup",
                                     kernelScratch = "rt.scratch",
                                     kernelWords = "rt.words",
                                     kernelAddresses = "rt.addresses";

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/KernelToSPIRV/Passes.h.inc"

} // namespace bitnet

#endif // COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_H
