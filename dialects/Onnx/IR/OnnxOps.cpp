#include "dialects/Onnx/IR/OnnxOps.h"

#include "dialects/Onnx/IR/ConstantData.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bitnet::onnx;

#define GET_OP_CLASSES
#include "dialects/Onnx/IR/OnnxOps.cpp.inc"

Value bitnet::onnx::getOperandOrNull(Operation *op, unsigned index) {
  if (index >= op->getNumOperands())
    return Value();
  Value operand = op->getOperand(index);
  return isa<NoneType>(operand.getType()) ? Value() : operand;
}

std::optional<SmallVector<int64_t>> bitnet::onnx::getAxes(Operation *op,
                                                          int64_t rank) {
  std::optional<SmallVector<int64_t>> axes;
  if (auto attribute = op->getAttrOfType<DenseI64ArrayAttr>("axes"))
    axes = llvm::to_vector(attribute.asArrayRef());
  else
    axes = getConstantInts(getOperandOrNull(op, 1));
  if (!axes)
    return std::nullopt;
  for (int64_t &axis : *axes) {
    if (axis < -rank || axis >= rank)
      return std::nullopt;
    axis += axis < 0 ? rank : 0;
  }
  llvm::sort(*axes);
  return axes;
}

std::optional<SmallVector<int64_t>>
bitnet::onnx::getReducedAxes(Operation *op) {
  int64_t rank = cast<ShapedType>(op->getOperand(0).getType()).getRank();
  bool given = op->hasAttr("axes") || getOperandOrNull(op, 1);
  std::optional<SmallVector<int64_t>> axes = getAxes(op, rank);
  if (given && (!axes || !axes->empty()))
    return axes;
  auto noop = op->getAttrOfType<IntegerAttr>("noop_with_empty_axes");
  if (noop && noop.getInt() != 0)
    return SmallVector<int64_t>();
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

SmallVector<int64_t> bitnet::onnx::getPermutation(Operation *op) {
  if (auto perm = op->getAttrOfType<DenseI64ArrayAttr>("perm"))
    return llvm::to_vector(perm.asArrayRef());
  int64_t rank = cast<ShapedType>(op->getOperand(0).getType()).getRank();
  return llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
}

LogicalResult
ConstantOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                             ValueRange operands, DictionaryAttr attributes,
                             OpaqueProperties properties, RegionRange regions,
                             SmallVectorImpl<Type> &types) {
  auto value = attributes.getAs<ElementsAttr>("value");
  if (!value)
    return emitOptionalError(loc, "constant has no `value`");
  types.push_back(value.getType());
  return success();
}
