#ifndef COMPILER_RECOGNIZE_BLOCKLINEAR_H
#define COMPILER_RECOGNIZE_BLOCKLINEAR_H

#include "compiler/Recognize/LinearOperands.h"
#include "compiler/Recognize/Report.h"
#include "compiler/Recognize/TernaryWeights.h"

namespace bitnet::recognize {

/// Whether the product allows to quantise its input to 8 bits, with a scale for
/// each block of a row.
bool canQuantizeBlocks(const LinearOperands &linear);

/// Replaces such a product with ternary weights by ternary.quantize and
/// ternary.linear, and says so in `record`.
void rewriteBlockLinear(const LinearOperands &linear,
                        const TernaryWeights &weights, LinearRecord &record);

/// The trits as ternary.constant, [N, K].
mlir::Value createTrits(mlir::OpBuilder &builder, mlir::Location loc,
                        const TernaryWeights &weights);

/// `onnx.Constant` of f32.
mlir::Value createFloats(mlir::OpBuilder &builder, mlir::Location loc,
                         llvm::ArrayRef<int64_t> shape,
                         llvm::ArrayRef<float> values);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_BLOCKLINEAR_H
