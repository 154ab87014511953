#ifndef COMPILER_TARGET_SPIRV_KERNELS_H
#define COMPILER_TARGET_SPIRV_KERNELS_H

#include "compiler/Target/Codegen/ModuleDescription.h"

namespace bitnet {

/// Takes the kernels that kernel-to-spirv made out of `module`, in the order of
/// their numbers, as binaries. Emits an error for one that is no valid SPIR-V.
mlir::FailureOr<std::vector<KernelDescription>>
takeSPIRVKernels(mlir::ModuleOp module);

} // namespace bitnet

#endif // COMPILER_TARGET_SPIRV_KERNELS_H
