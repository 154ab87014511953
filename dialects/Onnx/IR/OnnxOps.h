#ifndef DIALECTS_ONNX_IR_ONNXOPS_H
#define DIALECTS_ONNX_IR_ONNXOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace bitnet::onnx {

/// The newest operator set of the default domain that the ops describe.
constexpr int kNewestOpset = 28;

/// Operand `index` of `op`; null where it is left out or `onnx.None`.
mlir::Value getOperandOrNull(mlir::Operation *op, unsigned index);

/// The axes that `op` (Reduce, Squeeze or Unsqueeze) is given, by attribute or
/// by constant operand, ascending and in [0, rank); nullopt where none are
/// given or they are not constant or not in range.
std::optional<llvm::SmallVector<int64_t>> getAxes(mlir::Operation *op,
                                                  int64_t rank);

/// The number that ONNX's TensorProto gives an element type (1 is f32), and the
/// element type of a number; nullopt and null where there is none.
std::optional<int64_t> getOnnxType(mlir::Type elementType);
mlir::Type getElementType(mlir::MLIRContext *context, int64_t onnxType);

/// The axes that a Reduce op reduces, ascending, in [0, rank); nullopt where
/// its second operand is not constant.
std::optional<llvm::SmallVector<int64_t>> getReducedAxes(mlir::Operation *op);

/// The permutation of an `onnx.Transpose`, spelled out where it is absent.
llvm::SmallVector<int64_t> getPermutation(mlir::Operation *op);

} // namespace bitnet::onnx

#include "dialects/Onnx/IR/OnnxDialect.h.inc"
#define GET_OP_CLASSES
#include "dialects/Onnx/IR/OnnxOps.h.inc"

#endif // DIALECTS_ONNX_IR_ONNXOPS_H
