#include "compiler/Recognize/RepeatedHeads.h"

#include "compiler/Recognize/Matchers.h"

using namespace mlir;

namespace bitnet::recognize {

std::optional<RepeatedHeads> matchExpandedHeads(Value value,
                                                ShapeTracer &tracer) {
  Operation *expand = onnxDef(skipNoOps(value), "Expand");
  Operation *unsqueeze =
      expand ? onnxDef(skipNoOps(expand->getOperand(0)), "Unsqueeze") : nullptr;
  if (!unsqueeze)
    return std::nullopt;
  Value x = skipNoOps(unsqueeze->getOperand(0));
  std::optional<SmallVector<int64_t>> axes = axesOf(unsqueeze);
  RankedTensorType type = rankedType(x);
  if (!axes || axes->size() != 1 || ((*axes)[0] != 2 && (*axes)[0] != -3) ||
      !type || type.getRank() != 4 || type.isDynamicDim(1) ||
      type.isDynamicDim(3))
    return std::nullopt;
  std::optional<SmallVector<Dim>> wide = tracer.elements(expand->getOperand(1));
  if (!wide || wide->size() != 5 || (*wide)[2].kind != Dim::Kind::Constant ||
      (*wide)[2].number < 1)
    return std::nullopt;
  // The outer axes and the heads stay what they are: Expand names the same
  // sizes (or 1), or what it computes: an axis of 1 would be repeated, too.
  for (int64_t axis : {0, 1, 3, 4}) {
    const Dim &dim = (*wide)[axis];
    int64_t own = axis < 2 ? axis : axis - 1;
    Dim size = tracer.sizeOf(x, own);
    bool same = dim.isConstant(1) || dim == size ||
                (dim.kind != Dim::Kind::Constant && !size.isConstant(1));
    if (!same)
      return std::nullopt;
  }
  return RepeatedHeads{x, (*wide)[2].number};
}

Value skipRepeatedHeads(Value value, ShapeTracer &tracer) {
  Operation *reshape = onnxDef(skipNoOps(value), "Reshape");
  std::optional<RepeatedHeads> repeated =
      reshape ? matchExpandedHeads(reshape->getOperand(0), tracer)
              : std::nullopt;
  RankedTensorType result = rankedType(value);
  if (!repeated || !result || result.getRank() != 4)
    return value;
  Value x = repeated->x;
  RankedTensorType type = rankedType(x);
  std::optional<SmallVector<Dim>> target =
      tracer.elements(reshape->getOperand(1));
  std::optional<SmallVector<Dim>> wide = tracer.elements(
      skipNoOps(reshape->getOperand(0)).getDefiningOp()->getOperand(1));
  if (!target || target->size() != 4 ||
      !(*target)[1].isConstant(type.getDimSize(1) * repeated->count) ||
      !(*target)[3].isConstant(type.getDimSize(3)))
    return value;
  auto keeps = [&](int64_t axis, int64_t from, int64_t own) {
    const Dim &dim = (*target)[axis];
    return dim == (*wide)[from] || dim == tracer.sizeOf(x, own) ||
           dim.isConstant(-1) || (axis == 0 && dim.isConstant(0));
  };
  return keeps(0, 0, 0) && keeps(2, 3, 2) ? x : value;
}

} // namespace bitnet::recognize
