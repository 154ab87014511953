//===- OnnxControl.cpp - operators that hold graphs -----------------------===//

#include "dialects/Onnx/IR/OnnxControl.h"

#include "dialects/Onnx/IR/Inference.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace bitnet::onnx;

static LogicalResult inferKeepIf(Inference &in) {
  int64_t axis = in.getInt("axis", -1);
  if (axis < 0 || axis >= in.getRank(0))
    return in.error("axis is ", axis, ", expected one in [0, ", in.getRank(0),
                    ")");
  RankedTensorType condition = in.getType(1);
  if (!condition.getElementType().isInteger(1) || !condition.hasStaticShape() ||
      condition.getNumElements() != 1)
    return in.error("has a condition of type ", condition, ", expected one i1");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  shape[axis] = ShapedType::kDynamic;
  return in.addResult(shape, in.getElements(0));
}

#define GET_OP_CLASSES
#include "dialects/Onnx/IR/OnnxControl.cpp.inc"

/// One element of `bits`: a scalar or one of an axis of size 1.
static bool isOne(Type type, unsigned bits) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isSignlessInteger(bits) &&
         tensor.getRank() <= 1 && tensor.hasStaticShape() &&
         tensor.getNumElements() == 1;
}

static bool areAlike(Type a, Type b) {
  return getElementTypeOrSelf(a) == getElementTypeOrSelf(b) &&
         succeeded(verifyCompatibleShape(a, b));
}

/// What `region` yields; nullopt where it does not end in a Yield.
static std::optional<OperandRange> getYielded(Region &region) {
  auto yield = dyn_cast<YieldOp>(region.front().getTerminator());
  return yield ? std::optional(yield.getValues()) : std::nullopt;
}

LogicalResult IfOp::verifyRegions() {
  if (!isOne(getCondition().getType(), 1))
    return emitOpError("has a condition of type ")
           << getCondition().getType() << ", expected one i1";
  for (Region *region : getRegions()) {
    std::optional<OperandRange> yielded = getYielded(*region);
    if (!yielded || yielded->size() != getNumResults())
      return emitOpError("has ")
             << getNumResults() << " results, but region #"
             << region->getRegionNumber() << " yields "
             << (yielded ? yielded->size() : 0) << " values";
    for (auto [i, value] : llvm::enumerate(*yielded))
      if (!areAlike(value.getType(), getResult(i).getType()))
        return emitOpError("has result #")
               << i << " of type " << getResult(i).getType() << ", but region #"
               << region->getRegionNumber() << " yields " << value.getType();
  }
  return success();
}

LogicalResult LoopOp::verifyRegions() {
  if (getInputs().size() < 2)
    return emitOpError("has ")
           << getInputs().size() << " operands, expected at least 2";
  if (getTrip() && !isOne(getTrip().getType(), 64))
    return emitOpError("has a trip count of type ")
           << getTrip().getType() << ", expected one i64";
  if (getCondition() && !isOne(getCondition().getType(), 1))
    return emitOpError("has a condition of type ")
           << getCondition().getType() << ", expected one i1";
  Block::BlockArgListType arguments = getBody().getArguments();
  if (arguments.size() != getInputs().size() ||
      !isOne(arguments[0].getType(), 64) || !isOne(arguments[1].getType(), 1))
    return emitOpError("has a region whose arguments are not the iteration, "
                       "the condition and ")
           << getInits().size() << " carried values";
  std::optional<OperandRange> yielded = getYielded(getBody());
  size_t carried = getInits().size();
  if (!yielded || yielded->size() < carried + 1 ||
      yielded->size() != getNumResults() + 1 ||
      !isOne(yielded->front().getType(), 1))
    return emitOpError("yields ") << (yielded ? yielded->size() : 0)
                                  << " values, expected the condition and "
                                  << getNumResults() << " for the results";
  for (auto [i, value] : llvm::enumerate(yielded->drop_front())) {
    Type type = getResult(i).getType();
    if (i >= carried) {
      auto scan = cast<RankedTensorType>(type);
      if (scan.getRank() == 0)
        return emitOpError("has result #")
               << i << " of type " << type
               << ", expected an axis of iterations";
      type = RankedTensorType::get(scan.getShape().drop_front(),
                                   scan.getElementType());
    } else if (!isa<RankedTensorType>(getInits()[i].getType()) ||
               !areAlike(getInits()[i].getType(), getCarried()[i].getType()) ||
               !areAlike(getCarried()[i].getType(), type)) {
      return emitOpError("carries value #")
             << i << " of types " << getInits()[i].getType() << ", "
             << getCarried()[i].getType() << " and " << type
             << ", expected compatible ones";
    }
    if (!areAlike(value.getType(), type))
      return emitOpError("has result #")
             << i << " of type " << getResult(i).getType()
             << ", but the region yields " << value.getType();
  }
  return success();
}
