#include "dialects/Onnx/IR/LastPosition.h"

#include "dialects/Onnx/IR/ConstantData.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace bitnet;

/// The one number in operand `index` of `op`; nullopt where there is none.
static std::optional<int64_t> numberOf(Operation *op, unsigned index) {
  if (index >= op->getNumOperands())
    return std::nullopt;
  std::optional<SmallVector<int64_t>> numbers =
      onnx::getConstantInts(op->getOperand(index));
  return numbers && numbers->size() == 1 ? std::optional(numbers->front())
                                         : std::nullopt;
}

Value bitnet::onnx::lastPositionOf(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if ((name != "onnx.Gather" && name != "onnx.Slice") || numberOf(op, 1) != -1)
    return {};
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!type || type.getRank() != 3)
    return {};
  if (name == "onnx.Gather") {
    auto axis = op->getAttrOfType<IntegerAttr>("axis");
    return axis && axis.getInt() == 1 ? op->getOperand(0) : Value();
  }
  bool hasStep =
      op->getNumOperands() > 4 && !isa<NoneType>(op->getOperand(4).getType());
  std::optional<int64_t> end = numberOf(op, 2);
  bool isLast = end && *end >= INT32_MAX && numberOf(op, 3) == 1 &&
                (!hasStep || numberOf(op, 4) == 1);
  return isLast ? op->getOperand(0) : Value();
}
