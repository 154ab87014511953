#ifndef COMPILER_CONVERSION_ONNXTOLINALG_AXISMASK_H
#define COMPILER_CONVERSION_ONNXTOLINALG_AXISMASK_H

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

namespace bitnet {

/// Axes that an op names, as a truth value for each axis of a rank: constants
/// where the axes are known at compile time, numbers of the run otherwise.

/// The mask of `axes`, negative ones counting from the end. A run with an axis
/// out of range or with one named twice ends with RunStatus::BadShape.
Numbers getAxisMask(llvm::ArrayRef<Number> axes, int64_t rank,
                    BufferLowering &lowering);

/// The mask of the axes in the attribute `axes` or in operand 1; nullopt where
/// `op` has neither, an error where their number is not known.
mlir::FailureOr<std::optional<Numbers>>
readAxisMask(mlir::Operation *op, int64_t rank, BufferLowering &lowering);

/// The `rank` sizes whose axes are not in `mask`.
Numbers dropAxes(IndexMath &math, llvm::ArrayRef<Number> sizes,
                 llvm::ArrayRef<Number> mask, int64_t rank);

/// Sizes with 1 in the place of each axis in `mask`, which are the other
/// ones'.
Numbers insertAxes(IndexMath &math, llvm::ArrayRef<Number> sizes,
                   llvm::ArrayRef<Number> mask);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_AXISMASK_H
