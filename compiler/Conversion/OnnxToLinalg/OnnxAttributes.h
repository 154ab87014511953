#ifndef COMPILER_CONVERSION_ONNXTOLINALG_ONNXATTRIBUTES_H
#define COMPILER_CONVERSION_ONNXTOLINALG_ONNXATTRIBUTES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"

namespace bitnet {

/// ONNX attributes by their names, with the default of the specification.
inline int64_t getIntAttr(mlir::Operation *op, llvm::StringRef name,
                          int64_t otherwise) {
  auto attr = op->getAttrOfType<mlir::IntegerAttr>(name);
  return attr ? attr.getInt() : otherwise;
}

inline double getFloatAttr(mlir::Operation *op, llvm::StringRef name,
                           double otherwise) {
  auto attr = op->getAttrOfType<mlir::FloatAttr>(name);
  return attr ? attr.getValueAsDouble() : otherwise;
}

inline llvm::StringRef getStringAttr(mlir::Operation *op, llvm::StringRef name,
                                     llvm::StringRef otherwise) {
  auto attr = op->getAttrOfType<mlir::StringAttr>(name);
  return attr ? attr.getValue() : otherwise;
}

inline std::optional<llvm::SmallVector<int64_t>>
getIntsAttr(mlir::Operation *op, llvm::StringRef name) {
  auto attr = op->getAttrOfType<mlir::DenseI64ArrayAttr>(name);
  if (!attr)
    return std::nullopt;
  return llvm::to_vector(attr.asArrayRef());
}

/// Operand `index`, null where it is absent.
inline mlir::Value getOperandIfAny(mlir::Operation *op, unsigned index) {
  if (index >= op->getNumOperands() ||
      mlir::isa<mlir::NoneType>(op->getOperand(index).getType()))
    return {};
  return op->getOperand(index);
}

inline mlir::RankedTensorType getTensorType(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}

/// An axis counted from the end if negative, as one from the front. False if
/// there is no such axis.
inline bool normalizeAxis(int64_t &axis, int64_t rank) {
  if (axis < 0)
    axis += rank;
  return axis >= 0 && axis < rank;
}

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_ONNXATTRIBUTES_H
