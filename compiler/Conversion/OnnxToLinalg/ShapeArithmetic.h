#ifndef COMPILER_CONVERSION_ONNXTOLINALG_SHAPEARITHMETIC_H
#define COMPILER_CONVERSION_ONNXTOLINALG_SHAPEARITHMETIC_H

namespace mlir {
class Operation;
} // namespace mlir

namespace bitnet {
class BufferLowering;

/// Computes the result of an integer op as numbers, without memory, if it is
/// small and all that it reads is known so. Returns whether it did.
bool lowerAsNumbers(mlir::Operation *op, BufferLowering &lowering);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_SHAPEARITHMETIC_H
