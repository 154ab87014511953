#include "dialects/Onnx/IR/OnnxOps.h"

#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/Inference.h"

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
    axes = getNumbers(getOperandOrNull(op, 1));
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

std::optional<SliceBounds> bitnet::onnx::resolveSlice(int64_t size,
                                                      int64_t start,
                                                      int64_t end,
                                                      int64_t step) {
  if (step == 0)
    return std::nullopt;
  if (size == 0)
    return SliceBounds{0, step, 0};
  // Backwards, an end before the first element is -1, which is no bound that
  // counts from the end; a start is always an element.
  int64_t high = step > 0 ? size : size - 1;
  auto clamp = [&](int64_t bound, int64_t low) {
    return std::clamp(bound < 0 ? bound + size : bound, low, high);
  };
  start = clamp(start, 0);
  end = clamp(end, step > 0 ? 0 : -1);
  int64_t span = step > 0 ? end - start : start - end;
  // Longer steps than the axis all take one element; the least integer has no
  // negative to divide by.
  int64_t stride = step > 0 ? step : -std::max(step, -size);
  return SliceBounds{start, step, span <= 0 ? 0 : (span - 1) / stride + 1};
}

std::pair<int64_t, int64_t>
bitnet::onnx::getShapeRange(DictionaryAttr attributes, int64_t rank) {
  auto bound = [&](StringRef name, int64_t byDefault) {
    auto attribute = attributes.getAs<IntegerAttr>(name);
    int64_t value = attribute ? attribute.getInt() : byDefault;
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0);
  return {start, std::max(start, bound("end", rank))};
}

LogicalResult bitnet::onnx::inferResultTypes(OperationState &state) {
  std::optional<RegisteredOperationName> info = state.name.getRegisteredInfo();
  MLIRContext *context = state.getContext();
  if (!info || !info->hasInterface<InferTypeOpInterface>())
    return emitError(state.location)
           << "'" << state.name << "' op has no type inference";
  state.types.clear();
  return info->getInterface<InferTypeOpInterface>()->inferReturnTypes(
      context, state.location, state.operands,
      state.attributes.getDictionary(context), OpaqueProperties(nullptr), {},
      state.types);
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
