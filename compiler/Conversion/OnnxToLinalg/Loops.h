#ifndef COMPILER_CONVERSION_ONNXTOLINALG_LOOPS_H
#define COMPILER_CONVERSION_ONNXTOLINALG_LOOPS_H

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

namespace bitnet {

/// Folds over all indices below `sizes`, the last one innermost and all in
/// order: `body` makes the next state of an index and the state before. Gives
/// the last state.
llvm::SmallVector<mlir::Value> foldLoops(
    BufferLowering &lowering, llvm::ArrayRef<Number> sizes,
    mlir::ValueRange initial,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(llvm::ArrayRef<Number>,
                                                      mlir::ValueRange)>
        body);

/// Type that sums of a float type are accumulated in: one that is wide enough
/// for the order of the terms hardly to matter.
mlir::Type getAccumulatorType(mlir::Type type);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_LOOPS_H
