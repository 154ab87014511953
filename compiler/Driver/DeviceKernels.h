#ifndef COMPILER_DRIVER_DEVICEKERNELS_H
#define COMPILER_DRIVER_DEVICEKERNELS_H

#include "compiler/Target/Codegen/ModuleDescription.h"
#include "compiler/Target/Codegen/TargetSpec.h"

namespace bitnet {

/// Takes the kernels of phase device out of `module`, compiled for the device
/// of `spec`. Fails after an error.
mlir::FailureOr<std::vector<KernelDescription>>
takeDeviceKernels(mlir::ModuleOp module, const TargetSpec &spec,
                  unsigned level);

/// What a file of a kernel holds: text without the NUL that closes it.
llvm::StringRef getKernelFile(const KernelDescription &kernel,
                              const TargetSpec &spec);

} // namespace bitnet

#endif // COMPILER_DRIVER_DEVICEKERNELS_H
