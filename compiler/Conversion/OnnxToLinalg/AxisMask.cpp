#include "compiler/Conversion/OnnxToLinalg/AxisMask.h"

#include "compiler/Conversion/OnnxToLinalg/Loops.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"

using namespace mlir;
using namespace bitnet;

Numbers bitnet::getAxisMask(ArrayRef<Number> axes, int64_t rank,
                            BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  Number zero = math.constant(0), size = math.constant(rank);
  Numbers mask(rank, zero);
  for (Number axis : axes) {
    axis = math.select(math.less(axis, zero), math.add(axis, size), axis);
    Number bad =
        math.max(math.less(axis, zero), math.isFalse(math.less(axis, size)));
    for (int64_t place = 0; place < rank; ++place) {
      Number isHere = math.equal(axis, math.constant(place));
      bad = math.max(bad, math.min(mask[place], isHere));
      mask[place] = math.max(mask[place], isHere);
    }
    lowering.failIf(bad, RunStatus::BadShape);
  }
  return mask;
}

/// The mask of axes whose number only a run knows.
static Numbers readMaskOfMany(Value axes, int64_t rank,
                              BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView view = lowering.view(axes);
  Number zero = math.constant(0), size = math.constant(rank);
  // The mask, and whether an axis is none or was there before.
  SmallVector<Value> initial(rank + 1, math.value(zero));
  auto step = [&](ArrayRef<Number> place, ValueRange state) {
    Number axis = lowering.loadIndex(view, place);
    axis = math.select(math.less(axis, zero), math.add(axis, size), axis);
    Number bad =
        math.max(math.less(axis, zero), math.isFalse(math.less(axis, size)));
    SmallVector<Value> next;
    for (int64_t at = 0; at < rank; ++at) {
      Number isHere = math.equal(axis, math.constant(at));
      bad = math.max(bad, math.min(state[at], isHere));
      next.push_back(math.value(math.max(state[at], isHere)));
    }
    next.push_back(math.value(math.max(state.back(), bad)));
    return next;
  };
  SmallVector<Value> last = foldLoops(lowering, view.sizes, initial, step);
  lowering.failIf(last.pop_back_val(), RunStatus::BadShape);
  return Numbers(last.begin(), last.end());
}

FailureOr<std::optional<Numbers>>
bitnet::readAxisMask(Operation *op, int64_t rank, BufferLowering &lowering) {
  std::optional<Numbers> axes;
  if (auto attr = getIntsAttr(op, "axes"))
    axes = llvm::map_to_vector<6>(
        *attr, [&](int64_t axis) { return lowering.math.constant(axis); });
  if (Value operand = getOperandIfAny(op, 1)) {
    if (!getTensorType(operand).hasStaticShape())
      return std::optional(readMaskOfMany(operand, rank, lowering));
    axes = lowering.scalars(operand);
    if (!axes)
      return op->emitError("has axes of type ")
             << operand.getType() << ", expected at most " << kMaxElements
             << " integers";
  }
  if (!axes)
    return std::optional<Numbers>();
  for (Number axis : *axes)
    if (std::optional<int64_t> known = IndexMath::known(axis);
        known && !normalizeAxis(*known, rank))
      return op->emitError("has axis ")
             << *IndexMath::known(axis) << ", expected below " << rank;
  return std::optional(getAxisMask(*axes, rank, lowering));
}

Numbers bitnet::dropAxes(IndexMath &math, ArrayRef<Number> sizes,
                         ArrayRef<Number> mask, int64_t rank) {
  Numbers kept;
  for (int64_t place = 0; place < rank; ++place) {
    // The size of the axis before which `place` axes are kept.
    Number before = math.constant(0), found = math.constant(1);
    for (auto [size, dropped] : llvm::zip_equal(sizes, mask)) {
      Number isHere = math.equal(before, math.constant(place));
      isHere = math.min(isHere, math.isFalse(dropped));
      found = math.select(isHere, size, found);
      before = math.add(before, math.isFalse(dropped));
    }
    kept.push_back(found);
  }
  return kept;
}

Numbers bitnet::insertAxes(IndexMath &math, ArrayRef<Number> sizes,
                           ArrayRef<Number> mask) {
  Numbers result;
  Number next = math.constant(0), one = math.constant(1);
  for (Number isNew : mask) {
    Number size = one;
    for (auto [axis, own] : llvm::enumerate(sizes))
      size = math.select(math.equal(next, math.constant(axis)), own, size);
    result.push_back(math.select(isNew, one, size));
    next = math.add(next, math.isFalse(isNew));
  }
  return result;
}
