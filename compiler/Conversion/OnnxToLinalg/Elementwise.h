#ifndef COMPILER_CONVERSION_ONNXTOLINALG_ELEMENTWISE_H
#define COMPILER_CONVERSION_ONNXTOLINALG_ELEMENTWISE_H

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

namespace bitnet {

/// Whether `op` computes each element of its result from the elements at the
/// same (broadcast) place of its operands.
bool isElementwise(mlir::Operation *op);

/// Emits one linalg.generic for `op`, whose result has `sizes`, and for the
/// deferred ops that feed it; gives the result.
BufferView emitElementwise(mlir::Operation *op, llvm::ArrayRef<Number> sizes,
                           BufferLowering &lowering);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_ELEMENTWISE_H
