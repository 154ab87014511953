#ifndef COMPILER_CONVERSION_KERNELTOGPU_CHECKKERNEL_H
#define COMPILER_CONVERSION_KERNELTOGPU_CHECKKERNEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bitnet {

/// Whether a kernel has only ops that GPUs compute exactly.
bool isExactOnGpu(mlir::func::FuncOp kernel);

/// Whether every op of a kernel has a form on GPUs that gives the CPU's bits.
/// Emits an error at the first that has none.
mlir::LogicalResult checkKernel(mlir::func::FuncOp kernel);

} // namespace bitnet

#endif // COMPILER_CONVERSION_KERNELTOGPU_CHECKKERNEL_H
