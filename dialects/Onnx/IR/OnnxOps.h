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
/// The largest number of TensorProto.DataType.
constexpr int64_t kLastOnnxType = 28;

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

/// What one axis of a Slice takes: `count` elements from `start` on, `step`
/// apart, all inside the axis.
struct SliceBounds {
  int64_t start, step, count;
};
/// The bounds of ONNX applied to an axis of `size` elements: negative ones
/// count from the end, those outside move to the edge. nullopt where `step` is
/// zero.
std::optional<SliceBounds> resolveSlice(int64_t size, int64_t start,
                                        int64_t end, int64_t step);

/// The axes [first, last) that an `onnx.Shape` (or another op with its `start`
/// and `end`) lists of a tensor of rank `rank`.
std::pair<int64_t, int64_t> getShapeRange(mlir::DictionaryAttr attributes,
                                          int64_t rank);

/// How many of `columns` an `onnx.ms.Attention` with such `qkv_hidden_sizes`
/// has for query, key and value; none where they do not add up.
llvm::SmallVector<int64_t>
getAttentionParts(std::optional<llvm::ArrayRef<int64_t>> sizes,
                  int64_t columns);

/// Trait: the first result has the shape of the first operand.
template <typename ConcreteOp>
class SameShape : public mlir::OpTrait::TraitBase<ConcreteOp, SameShape> {};

/// Trait: the result has the operands' shapes, broadcast as numpy does.
template <typename ConcreteOp>
class Broadcasting : public mlir::OpTrait::TraitBase<ConcreteOp, Broadcasting> {
};

/// The result types of the op that `state` describes (name, operands,
/// attributes), from inference; errors go to the state's location.
llvm::LogicalResult inferResultTypes(mlir::OperationState &state);

} // namespace bitnet::onnx

#include "dialects/Onnx/IR/OnnxDialect.h.inc"
#define GET_OP_CLASSES
#include "dialects/Onnx/IR/OnnxOps.h.inc"

#endif // DIALECTS_ONNX_IR_ONNXOPS_H
