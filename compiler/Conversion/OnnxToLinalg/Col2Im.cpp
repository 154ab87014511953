#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"
#include "dialects/RT/IR/SizeBounds.h"

using namespace mlir;
using namespace bitnet;

namespace {
/// How windows move along one axis of the image.
struct Steps {
  int64_t stride, dilation, before, after;
  /// Sizes of the image and of a window, and places of windows in it.
  Number image, block, places;
};
} // namespace

/// The steps of each axis; nullopt where the shapes are no vectors of one
/// length.
static std::optional<SmallVector<Steps>> readSteps(Operation *op,
                                                   BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  std::optional<Numbers> image = lowering.scalars(op->getOperand(1));
  std::optional<Numbers> block = lowering.scalars(op->getOperand(2));
  if (!image || !block || image->size() != block->size())
    return std::nullopt;
  size_t rank = image->size();
  auto read = [&](StringRef name, size_t count, int64_t otherwise) {
    return getIntsAttr(op, name).value_or(
        SmallVector<int64_t>(count, otherwise));
  };
  SmallVector<int64_t> strides = read("strides", rank, 1),
                       dilations = read("dilations", rank, 1),
                       pads = read("pads", 2 * rank, 0);
  // So small that a window's reach and its pads do not wrap.
  auto failUnless = [&](Number size, int64_t least, int64_t most) {
    lowering.failIf(math.max(math.less(size, math.constant(least)),
                             math.less(math.constant(most), size)),
                    RunStatus::BadShape);
  };
  Number zero = math.constant(0), one = math.constant(1);
  SmallVector<Steps> all;
  for (size_t axis = 0; axis < rank; ++axis) {
    Steps steps{strides[axis],  dilations[axis], pads[axis], pads[rank + axis],
                (*image)[axis], (*block)[axis],  zero};
    failUnless(steps.image, 0, rt::kMostBytes);
    failUnless(steps.block, 1, std::numeric_limits<int32_t>::max());
    Number reach = math.add(
        math.mul(math.sub(steps.block, one), math.constant(steps.dilation)),
        one);
    Number room = math.sub(
        math.add(steps.image, math.constant(steps.before + steps.after)),
        reach);
    Number places = math.add(math.div(room, math.constant(steps.stride)), one);
    steps.places = math.select(math.less(room, zero), zero, places);
    all.push_back(steps);
  }
  return all;
}

/// Adds element `at` of each window, [N, C, places...] in `from`, to the image.
static void addElements(BufferView from, BufferView image, ArrayRef<Steps> axes,
                        ArrayRef<Number> at, Type element,
                        BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  Number zero = math.constant(0), one = math.constant(1);
  for (auto [i, steps] : llvm::enumerate(axes)) {
    Number stride = math.constant(steps.stride);
    Number offset = math.sub(math.mul(at[i], math.constant(steps.dilation)),
                             math.constant(steps.before));
    // Places from `begin` to before `end` have this element in the image.
    Number begin =
        math.div(math.sub(math.constant(steps.stride - 1), offset), stride);
    begin = math.max(begin, zero);
    Number end = math.div(math.add(math.sub(steps.image, offset),
                                   math.constant(steps.stride - 1)),
                          stride);
    end = math.min(math.max(end, begin), steps.places);
    Number count = math.max(math.sub(end, begin), zero);
    int64_t axis = int64_t(i) + 2;
    from = lowering.slice(from, axis, begin, count, one);
    image = lowering.slice(
        image, axis, math.add(offset, math.mul(begin, stride)), count, stride);
  }
  lowering.forEachElement(
      from, image, [&](OpBuilder &builder, Location loc, ValueRange elements) {
        ScalarMath scalar(builder, loc);
        if (!isa<FloatType>(element))
          return scalar.add(elements[1], elements[0]);
        return scalar.narrow(
            scalar.add(scalar.widen(elements[1]), scalar.widen(elements[0])),
            element);
      });
}

static LogicalResult lowerCol2Im(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView columns = lowering.contiguousView(op->getOperand(0));
  std::optional<SmallVector<Steps>> axes = readSteps(op, lowering);
  if (!axes)
    return op->emitError("puts blocks of type ")
           << op->getOperand(2).getType() << " into "
           << op->getOperand(1).getType() << ", expected as many few integers";
  Numbers block, places, image;
  for (const Steps &steps : *axes) {
    block.push_back(steps.block);
    places.push_back(steps.places);
    image.push_back(steps.image);
  }
  Number elements = lowering.count(block);
  Number channels = math.div(columns.sizes[1], elements);
  lowering.checkSame(columns.sizes[1], lowering.scale(channels, elements));
  lowering.checkSame(columns.sizes[2], lowering.count(places));
  Numbers sizes = {columns.sizes[0], channels}, shape = sizes;
  shape.append(image);
  auto type = getTensorType(op->getResult(0));
  BufferView result = lowering.alloc(type, shape);
  ScalarMath scalar(lowering.builder, lowering.getLoc());
  Type stored = result.getElementType();
  lowering.fill(result, isa<FloatType>(stored) ? scalar.constant(stored, 0)
                                               : scalar.integer(stored, 0));
  sizes.append(block);
  sizes.append(places);
  BufferView windows{columns.base, columns.offset, sizes,
                     lowering.denseStrides(sizes)};
  lowering.forEachIndex(block, [&](ArrayRef<Number> at) {
    BufferView from = windows;
    for (Number index : at)
      from = lowering.at(from, 2, index);
    addElements(from, result, *axes, at, type.getElementType(), lowering);
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populateCol2Im(LoweringRegistry &registry) {
  registry["onnx.Col2Im"] = lowerCol2Im;
}
