#ifndef COMPILER_TARGET_GPU_KERNELS_H
#define COMPILER_TARGET_GPU_KERNELS_H

#include "compiler/Target/Codegen/ModuleDescription.h"
#include "compiler/Target/Codegen/TargetSpec.h"
#include "compiler/Target/GPU/GpuFamily.h"

namespace bitnet {

/// Takes the kernels that kernel-to-gpu made out of `module`, in the order of
/// their numbers: as PTX, or as linked code objects. `level` is 0 to 3. Emits
/// an error for what LLVM cannot compile.
mlir::FailureOr<std::vector<KernelDescription>>
takeGpuKernels(mlir::ModuleOp module, const GpuFamily &family,
               const NamedGpu &gpu, unsigned level);

/// Takes a kernel's module to the LLVM dialect, ops of the device dialect to
/// the instructions of `family`.
mlir::LogicalResult lowerKernel(mlir::ModuleOp kernel, const GpuFamily &family,
                                const NamedGpu &gpu);

} // namespace bitnet

#endif // COMPILER_TARGET_GPU_KERNELS_H
