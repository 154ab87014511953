#include "compiler/Conversion/OnnxToLinalg/AxisMask.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

using namespace mlir;
using namespace bitnet;

//===- Slice
//---------------------------------------------------------------===//

namespace {
/// Where a slice of an axis begins and how many elements it has.
struct Extent {
  Number start, size;
};
} // namespace

static Extent sliceExtent(IndexMath &math, Number start, Number end,
                          Number step, Number size) {
  Number zero = math.constant(0), one = math.constant(1);
  auto fromFront = [&](Number index) {
    // An end like the least i64 stays negative.
    return math.select(math.less(index, zero), math.add(index, size), index);
  };
  Number up = math.less(zero, step);
  Number low = math.select(up, zero, math.constant(-1));
  Number high = math.select(up, size, math.sub(size, one));
  // The first element of a backward slice is at least 0.
  Number first = math.min(math.max(fromFront(start), zero), high);
  Number last = math.min(math.max(fromFront(end), low), high);
  Number distance =
      math.select(up, math.sub(last, first), math.sub(first, last));
  Number stride = math.select(up, step, math.sub(zero, step));
  Number count = math.div(math.add(distance, math.sub(stride, one)), stride);
  return {first, math.max(count, zero)};
}

/// The numbers that a slice has as attribute or as operand.
static std::optional<Numbers> getSliceNumbers(Operation *op, unsigned operand,
                                              StringRef name,
                                              BufferLowering &lowering) {
  if (Value given = getOperandIfAny(op, operand))
    return lowering.scalars(given);
  std::optional<SmallVector<int64_t>> attr = getIntsAttr(op, name);
  if (!attr)
    return Numbers();
  return llvm::map_to_vector<6>(
      *attr, [&](int64_t value) { return lowering.math.constant(value); });
}

static LogicalResult lowerSlice(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView view = lowering.view(op->getOperand(0));
  view.sizes = lowering.sizes(op->getOperand(0));
  auto starts = getSliceNumbers(op, 1, "starts", lowering);
  auto ends = getSliceNumbers(op, 2, "ends", lowering);
  auto axes = getSliceNumbers(op, 3, "axes", lowering);
  auto steps = getSliceNumbers(op, 4, "steps", lowering);
  if (!starts || !ends || !axes || !steps || starts->size() != ends->size())
    return op->emitError("has bounds of types that are not small vectors of "
                         "integers");
  if ((!axes->empty() && axes->size() != starts->size()) ||
      (!steps->empty() && steps->size() != starts->size()))
    return op->emitError("has ")
           << starts->size() << " starts, " << axes->size() << " axes and "
           << steps->size() << " steps, expected as many of each";
  if (!axes->empty())
    getAxisMask(*axes, view.getRank(), lowering);
  Number zero = math.constant(0), one = math.constant(1);
  for (size_t i = 0; i < starts->size(); ++i) {
    Number axis = axes->empty() ? math.constant(i) : (*axes)[i];
    Number step = steps->empty() ? one : (*steps)[i];
    lowering.failIf(math.equal(step, zero), RunStatus::BadShape);
    // Steps beyond any size leave one element; larger ones would overflow, and
    // the least integer would stand for a dynamic stride.
    step = math.min(math.max(step, math.constant(-(1LL << 40))),
                    math.constant(1LL << 40));
    axis = math.select(math.less(axis, zero),
                       math.add(axis, math.constant(view.getRank())), axis);
    for (int64_t place = 0; place < view.getRank(); ++place) {
      Number isHere = math.equal(axis, math.constant(place));
      if (IndexMath::is(isHere, 0))
        continue;
      Number size = view.sizes[place];
      Extent extent = sliceExtent(math, (*starts)[i], (*ends)[i], step, size);
      // What another axis is cut by leaves this one whole.
      view =
          lowering.slice(view, place, math.select(isHere, extent.start, zero),
                         math.select(isHere, extent.size, size),
                         math.select(isHere, step, one));
    }
  }
  view.sizes = lowering.refine(view.sizes, getTensorType(op->getResult(0)));
  lowering.bind(op->getResult(0), view);
  return success();
}

//===- Split, Concat, Tile
//-------------------------------------------------===//

static LogicalResult lowerSplit(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView view = lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, view.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << view.getRank();
  std::optional<Numbers> parts = getSliceNumbers(op, 1, "split", lowering);
  if (!parts || (!parts->empty() && parts->size() != op->getNumResults()))
    return op->emitError("has no size for each of its ")
           << op->getNumResults() << " results";
  Number total = view.sizes[axis], start = math.constant(0);
  if (parts->empty()) {
    // Equal parts; the last one may be smaller.
    Number count = math.constant(op->getNumResults());
    Number part = math.div(
        math.add(total, math.constant(op->getNumResults() - 1)), count);
    Number left = total;
    for (unsigned i = 0; i < op->getNumResults(); ++i) {
      parts->push_back(math.min(part, left));
      left = math.sub(left, parts->back());
    }
  } else {
    // Each part against what the others leave: their sum could wrap.
    Number left = total, bad = math.constant(0);
    for (Number part : *parts) {
      bad = math.max(bad, math.less(part, math.constant(0)));
      bad = math.max(bad, math.less(left, part));
      left = math.sub(left, part);
    }
    lowering.failIf(math.max(bad, math.less(math.constant(0), left)),
                    RunStatus::BadShape);
  }
  for (auto [result, size] : llvm::zip_equal(op->getResults(), *parts)) {
    BufferView part = lowering.slice(view, axis, start, size, math.constant(1));
    part.sizes = lowering.refine(part.sizes, getTensorType(result));
    lowering.bind(result, part);
    start = math.add(start, size);
  }
  return success();
}

static LogicalResult lowerConcat(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  auto type = getTensorType(op->getResult(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, type.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << type.getRank();
  SmallVector<BufferView> parts;
  Numbers sizes;
  for (Value operand : op->getOperands()) {
    parts.push_back(lowering.view(operand));
    Numbers own = lowering.sizes(operand);
    if (sizes.empty()) {
      sizes = own;
      continue;
    }
    // All axes but one agree.
    for (int64_t other = 0; other < type.getRank(); ++other)
      if (other != axis)
        lowering.failIf(math.isFalse(math.equal(sizes[other], own[other])),
                        RunStatus::BadShape);
    sizes[axis] = lowering.add(sizes[axis], own[axis]);
  }
  if (parts.size() == 1) {
    lowering.bind(op->getResult(0), parts[0]);
    return success();
  }
  BufferView result = lowering.alloc(type, sizes);
  Number start = math.constant(0);
  for (const BufferView &part : parts) {
    Number size = part.sizes[axis];
    if (!IndexMath::is(size, 0))
      lowering.copy(
          part, lowering.slice(result, axis, start, size, math.constant(1)));
    start = math.add(start, size);
  }
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerTile(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  std::optional<Numbers> repeats = lowering.scalars(op->getOperand(1));
  if (!repeats || static_cast<int64_t>(repeats->size()) != from.getRank())
    return op->emitError("has repeats of type ")
           << op->getOperand(1).getType() << ", expected " << from.getRank()
           << " integers";
  Numbers sizes;
  for (auto [size, repeat] : llvm::zip_equal(from.sizes, *repeats)) {
    lowering.failIf(math.less(repeat, math.constant(0)), RunStatus::BadShape);
    sizes.push_back(lowering.scale(size, repeat));
  }
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  // Both with an axis for the repetition before each axis.
  BufferView source{from.base, from.offset, {}, {}};
  BufferView target{result.base, result.offset, {}, {}};
  for (auto [axis, repeat] : llvm::enumerate(*repeats)) {
    Number size = from.sizes[axis], stride = result.strides[axis];
    if (!IndexMath::is(repeat, 1)) {
      source.sizes.push_back(repeat);
      source.strides.push_back(math.constant(0));
      target.sizes.push_back(repeat);
      target.strides.push_back(math.mul(size, stride));
    }
    source.sizes.push_back(size);
    source.strides.push_back(from.strides[axis]);
    target.sizes.push_back(size);
    target.strides.push_back(stride);
  }
  lowering.copy(source, target);
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populateLayout(LoweringRegistry &registry) {
  registry["onnx.Slice"] = lowerSlice;
  registry["onnx.Split"] = lowerSplit;
  registry["onnx.Concat"] = lowerConcat;
  registry["onnx.Tile"] = lowerTile;
}
