#ifndef DIALECTS_DEVICE_TRANSFORMS_KERNELS_H
#define DIALECTS_DEVICE_TRANSFORMS_KERNELS_H

#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace bitnet::device {

/// Attributes of a kernel's module, see bitnet_kernel: its number, by which it
/// is dispatched, units of a part, threads of a workgroup, of one where there
/// are few parts, threads of a part, bytes of scratch memory that a thread
/// needs, words of the captures and those that are addresses.
inline constexpr llvm::StringLiteral kernelNumber = "rt.number",
                                     kernelGrain = "rt.grain",
                                     kernelWorkgroup = "rt.workgroup",
                                     kernelSmallWorkgroup =
                                         "rt.small_workgroup",
                                     kernelLanes = "rt.lanes",
                                     kernelScratch = "rt.scratch",
                                     kernelWords = "rt.words",
                                     kernelAddresses = "rt.addresses";

/// Makes the module of a kernel before its function, without its number and
/// the last two attributes; null after an error was emitted.
using EmitKernel = llvm::function_ref<mlir::Operation *(
    rt::ForkOp fork, mlir::func::FuncOp function)>;

/// Turns each rt.fork of `module` into a device.dispatch. Kernels are numbered
/// in the order of their first forks; forks of one function share one. With
/// `hostFallback` a fork whose kernel cannot be made stays, with a warning that
/// says why.
mlir::LogicalResult convertForks(mlir::ModuleOp module, bool hostFallback,
                                 EmitKernel emit);

/// The kernels' modules in the order of their numbers.
llvm::SmallVector<mlir::Operation *> getKernels(mlir::ModuleOp module);

} // namespace bitnet::device

#endif // DIALECTS_DEVICE_TRANSFORMS_KERNELS_H
