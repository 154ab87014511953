#include "compiler/Conversion/OnnxToLinalg/AxisMask.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"
#include "dialects/RT/IR/SizeBounds.h"

using namespace mlir;
using namespace bitnet;

namespace {
/// Places added before and behind each axis, or removed if negative.
struct Pads {
  Numbers before, behind;
};
} // namespace

static std::optional<Pads> readPads(Operation *op, int64_t rank,
                                    BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  std::optional<Numbers> pads;
  if (Value operand = getOperandIfAny(op, 1))
    pads = lowering.scalars(operand);
  else if (auto attr = getIntsAttr(op, "pads"))
    pads = llvm::map_to_vector<6>(
        *attr, [&](int64_t pad) { return math.constant(pad); });
  std::optional<Numbers> axes = Numbers();
  if (Value operand = getOperandIfAny(op, 3))
    axes = lowering.scalars(operand);
  else
    for (int64_t axis = 0; axis < rank; ++axis)
      axes->push_back(math.constant(axis));
  if (!pads || !axes || pads->size() != 2 * axes->size())
    return std::nullopt;
  getAxisMask(*axes, rank, lowering);
  // So far from the ends of i64 that no sum with a size wraps to one that fits.
  Number most = math.constant(rt::kMostBytes);
  Number least = math.constant(-rt::kMostBytes);
  for (Number pad : *pads)
    lowering.failIf(math.max(math.less(pad, least), math.less(most, pad)),
                    RunStatus::BadShape);
  Number zero = math.constant(0), size = math.constant(rank);
  Pads result{Numbers(rank, zero), Numbers(rank, zero)};
  for (auto [i, axis] : llvm::enumerate(*axes)) {
    axis = math.select(math.less(axis, zero), math.add(axis, size), axis);
    for (int64_t place = 0; place < rank; ++place) {
      Number isHere = math.equal(axis, math.constant(place));
      Number &before = result.before[place], &behind = result.behind[place];
      before = math.select(isHere, (*pads)[i], before);
      behind = math.select(isHere, (*pads)[axes->size() + i], behind);
    }
  }
  return result;
}

/// The element that a constant Pad adds.
static Value readFiller(Operation *op, Type element, BufferLowering &lowering) {
  if (Value given = getOperandIfAny(op, 2)) {
    BufferView view = lowering.view(given);
    return lowering.load(view,
                         Numbers(view.getRank(), lowering.math.constant(0)));
  }
  ScalarMath math(lowering.builder, lowering.getLoc());
  double value = getFloatAttr(op, "value", 0);
  Type f64 = lowering.builder.getF64Type();
  return math.cast(math.constant(f64, value), f64, element);
}

/// Fills `to` and copies what is left of `from` to its place.
static void padWithConstant(const BufferView &from, const BufferView &to,
                            const Pads &pads, Value filler,
                            BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  Number zero = math.constant(0), one = math.constant(1);
  lowering.fill(to, filler);
  BufferView source = from, target = to;
  for (int64_t axis = 0; axis < from.getRank(); ++axis) {
    Number before = pads.before[axis], behind = pads.behind[axis];
    Number skipped = math.max(math.sub(zero, before), zero);
    Number cut = math.max(math.sub(zero, behind), zero);
    Number size = math.sub(math.sub(from.sizes[axis], skipped), cut);
    size = math.max(size, zero);
    source = lowering.slice(source, axis, skipped, size, one);
    target = lowering.slice(target, axis, math.max(before, zero), size, one);
  }
  lowering.copy(source, target);
}

/// The place of an axis of `size` that `mode` shows at `index`, which may be
/// outside.
static Number resolve(IndexMath &math, StringRef mode, Number index,
                      Number size) {
  Number zero = math.constant(0), one = math.constant(1);
  Number last = math.sub(size, one);
  if (mode == "edge")
    return math.min(math.max(index, zero), last);
  if (mode == "wrap")
    return math.floorMod(index, size);
  // Forth and back without the ends twice; a single place is all there is.
  Number period = math.max(math.mul(last, math.constant(2)), one);
  Number place = math.floorMod(index, period);
  return math.min(place, math.sub(period, place));
}

static LogicalResult lowerPad(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  from.sizes = lowering.sizes(op->getOperand(0));
  std::optional<Pads> pads = readPads(op, from.getRank(), lowering);
  if (!pads)
    return op->emitError("has pads or axes of types that are not small vectors "
                         "of integers");
  StringRef mode = getStringAttr(op, "mode", "constant");
  Number zero = math.constant(0);
  Numbers sizes;
  for (auto [axis, size] : llvm::enumerate(from.sizes)) {
    Number padded =
        math.add(math.add(size, pads->before[axis]), pads->behind[axis]);
    Number bad = math.less(padded, zero);
    // Nothing can be repeated of nothing.
    if (mode != "constant")
      bad = math.max(bad,
                     math.min(math.equal(size, zero), math.less(zero, padded)));
    lowering.failIf(bad, RunStatus::BadShape);
    sizes.push_back(padded);
  }
  auto type = getTensorType(op->getResult(0));
  BufferView result = lowering.alloc(type, lowering.refine(sizes, type));
  if (mode == "constant") {
    padWithConstant(from, result, *pads,
                    readFiller(op, type.getElementType(), lowering), lowering);
  } else {
    lowering.forEachIndex(result.sizes, [&](ArrayRef<Number> place) {
      Numbers source;
      for (auto [axis, index] : llvm::enumerate(place))
        source.push_back(resolve(
            math, mode, math.sub(index, pads->before[axis]), from.sizes[axis]));
      lowering.store(lowering.load(from, source), result, place);
    });
  }
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populatePad(LoweringRegistry &registry) {
  registry["onnx.Pad"] = lowerPad;
}
