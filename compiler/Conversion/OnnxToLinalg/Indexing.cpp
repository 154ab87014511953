#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bitnet;

//===- Gather
//--------------------------------------------------------------===//

/// One index that is known is a view of that part.
static bool gatherView(Operation *op, const BufferView &data, int64_t axis,
                       BufferLowering &lowering) {
  auto type = getTensorType(op->getOperand(1));
  std::optional<Numbers> index = lowering.elements(op->getOperand(1));
  if (!index || index->size() != 1)
    return false;
  BufferView part = lowering.at(
      data, axis, lowering.wrapIndex(index->front(), data.sizes[axis]));
  for (int64_t i = 0; i < type.getRank(); ++i) {
    part.sizes.insert(part.sizes.begin() + axis, lowering.math.constant(1));
    part.strides.insert(part.strides.begin() + axis, lowering.math.constant(0));
  }
  lowering.bind(op->getResult(0), part);
  return true;
}

static LogicalResult lowerGather(Operation *op, BufferLowering &lowering) {
  BufferView data = lowering.view(op->getOperand(0));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, data.getRank()))
    return op->emitError("has axis ")
           << axis << ", expected below " << data.getRank();
  if (gatherView(op, data, axis, lowering))
    return success();
  BufferView indices = lowering.view(op->getOperand(1));
  int64_t indexRank = indices.getRank();
  Numbers sizes(data.sizes.begin(), data.sizes.begin() + axis);
  sizes.append(indices.sizes);
  sizes.append(data.sizes.begin() + axis + 1, data.sizes.end());
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  lowering.forEachIndex(indices.sizes, [&](ArrayRef<Number> place) {
    Number index = lowering.wrapIndex(lowering.loadIndex(indices, place),
                                      data.sizes[axis]);
    BufferView target = result;
    for (int64_t i = 0; i < indexRank; ++i)
      target = lowering.at(target, axis, place[i]);
    lowering.copy(lowering.at(data, axis, index), target);
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerGatherElements(Operation *op,
                                         BufferLowering &lowering) {
  BufferView data = lowering.view(op->getOperand(0));
  BufferView indices = lowering.view(op->getOperand(1));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, data.getRank()) ||
      indices.getRank() != data.getRank())
    return op->emitError("has axis ")
           << axis << " and indices of rank " << indices.getRank()
           << ", expected rank " << data.getRank();
  // Along the other axes indices may be shorter than data, but not longer.
  for (int64_t other = 0; other < data.getRank(); ++other)
    if (other != axis)
      lowering.failIf(
          lowering.math.less(data.sizes[other], indices.sizes[other]),
          RunStatus::BadShape);
  BufferView result =
      lowering.alloc(getTensorType(op->getResult(0)), indices.sizes);
  lowering.forEachIndex(indices.sizes, [&](ArrayRef<Number> place) {
    Numbers from(place);
    from[axis] = lowering.wrapIndex(lowering.loadIndex(indices, place),
                                    data.sizes[axis]);
    lowering.store(lowering.load(data, from), result, place);
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- GatherND, ScatterND
//-------------------------------------------------===//

/// The part of `view` behind its first axes, those that the index tuple at
/// `place` of `indices` names.
static BufferView select(BufferView view, const BufferView &indices,
                         ArrayRef<Number> place, int64_t count,
                         BufferLowering &lowering) {
  for (int64_t i = 0; i < count; ++i) {
    Numbers position(place);
    position.push_back(lowering.math.constant(i));
    Number index = lowering.wrapIndex(lowering.loadIndex(indices, position),
                                      view.sizes[0]);
    view = lowering.at(view, 0, index);
  }
  return view;
}

/// Length of the index tuples of an op on `data` whose first `batch` axes are
/// shared, or failure with an error.
static FailureOr<int64_t> getTupleLength(Operation *op, const BufferView &data,
                                         const BufferView &indices,
                                         int64_t batch) {
  std::optional<int64_t> count;
  if (indices.getRank() > batch)
    count = IndexMath::known(indices.sizes.back());
  if (!count || *count < 0 || *count > data.getRank() - batch)
    return op->emitError("has indices of type ")
           << op->getOperand(1).getType()
           << ", expected a static last axis of at most "
           << data.getRank() - batch;
  return *count;
}

static LogicalResult lowerGatherND(Operation *op, BufferLowering &lowering) {
  BufferView data = lowering.view(op->getOperand(0));
  BufferView indices = lowering.view(op->getOperand(1));
  int64_t batch = getIntAttr(op, "batch_dims", 0);
  if (batch < 0 || batch >= data.getRank())
    return op->emitError("has ")
           << batch << " batch dims, expected below " << data.getRank();
  FailureOr<int64_t> count = getTupleLength(op, data, indices, batch);
  if (failed(count))
    return failure();
  IndexMath &math = lowering.math;
  for (int64_t axis = 0; axis < batch; ++axis)
    lowering.failIf(
        math.isFalse(math.equal(data.sizes[axis], indices.sizes[axis])),
        RunStatus::BadShape);
  Numbers places(ArrayRef<Number>(indices.sizes).drop_back());
  Numbers sizes = places;
  sizes.append(data.sizes.begin() + batch + *count, data.sizes.end());
  BufferView result = lowering.alloc(getTensorType(op->getResult(0)), sizes);
  lowering.forEachIndex(places, [&](ArrayRef<Number> place) {
    BufferView from = data, to = result;
    for (Number index : place.take_front(batch))
      from = lowering.at(from, 0, index);
    from = select(from, indices, place, *count, lowering);
    for (Number index : place)
      to = lowering.at(to, 0, index);
    lowering.copy(from, to);
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

/// `old` combined with `update`, elements of a tensor of `element`, in the
/// manner of a Scatter's `reduction` other than "none".
static Value combine(ScalarMath math, StringRef reduction, Type element,
                     Value old, Value update) {
  bool isFloat = isa<FloatType>(element);
  if (isFloat) {
    old = math.widen(old);
    update = math.widen(update);
  }
  Value next = reduction == "add"   ? math.add(old, update)
               : reduction == "mul" ? math.mul(old, update)
               : reduction == "max"
                   ? math.max(old, update, isUnsigned(element))
                   : math.min(old, update, isUnsigned(element));
  return isFloat ? math.narrow(next, element) : next;
}

static LogicalResult lowerScatterND(Operation *op, BufferLowering &lowering) {
  BufferView data = lowering.view(op->getOperand(0));
  BufferView indices = lowering.view(op->getOperand(1));
  BufferView updates = lowering.view(op->getOperand(2));
  FailureOr<int64_t> count = getTupleLength(op, data, indices, 0);
  if (failed(count))
    return failure();
  Numbers places(ArrayRef<Number>(indices.sizes).drop_back());
  Numbers expected = places;
  expected.append(data.sizes.begin() + *count, data.sizes.end());
  if (expected.size() != updates.sizes.size())
    return op->emitError("has updates of type ")
           << op->getOperand(2).getType() << ", expected rank "
           << expected.size();
  IndexMath &math = lowering.math;
  for (auto [own, size] : llvm::zip_equal(updates.sizes, expected))
    lowering.failIf(math.isFalse(math.equal(own, size)), RunStatus::BadShape);
  auto type = getTensorType(op->getResult(0));
  BufferView result = lowering.alloc(type, data.sizes);
  lowering.copy(data, result);
  StringRef reduction = getStringAttr(op, "reduction", "none");
  Type element = type.getElementType();
  lowering.forEachIndex(places, [&](ArrayRef<Number> place) {
    BufferView from = updates;
    for (Number index : place)
      from = lowering.at(from, 0, index);
    BufferView to = select(result, indices, place, *count, lowering);
    if (reduction == "none")
      return lowering.copy(from, to);
    lowering.forEachElement(
        from, to, [&](OpBuilder &builder, Location loc, ValueRange elements) {
          return combine(ScalarMath(builder, loc), reduction, element,
                         elements[1], elements[0]);
        });
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- ScatterElements, TensorScatter
//---------------------------------------===//

static LogicalResult lowerScatterElements(Operation *op,
                                          BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView data = lowering.view(op->getOperand(0));
  BufferView indices = lowering.view(op->getOperand(1));
  BufferView updates = lowering.view(op->getOperand(2));
  int64_t axis = getIntAttr(op, "axis", 0);
  if (!normalizeAxis(axis, data.getRank()) ||
      indices.getRank() != data.getRank() ||
      updates.getRank() != data.getRank())
    return op->emitError("has axis ")
           << axis << " and indices of rank " << indices.getRank()
           << ", expected rank " << data.getRank();
  for (int64_t other = 0; other < data.getRank(); ++other) {
    lowering.checkSame(indices.sizes[other], updates.sizes[other]);
    if (other != axis)
      lowering.failIf(math.less(data.sizes[other], indices.sizes[other]),
                      RunStatus::BadShape);
  }
  auto type = getTensorType(op->getResult(0));
  BufferView result = lowering.alloc(type, data.sizes);
  lowering.copy(data, result);
  StringRef reduction = getStringAttr(op, "reduction", "none");
  lowering.forEachIndex(indices.sizes, [&](ArrayRef<Number> place) {
    Numbers to(place);
    to[axis] = lowering.wrapIndex(lowering.loadIndex(indices, place),
                                  data.sizes[axis]);
    Value next = lowering.load(updates, place);
    if (reduction != "none")
      next = combine(ScalarMath(lowering.builder, lowering.getLoc()), reduction,
                     type.getElementType(), lowering.load(result, to), next);
    lowering.store(next, result, to);
  });
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerTensorScatter(Operation *op,
                                        BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView data = lowering.view(op->getOperand(0));
  BufferView update = lowering.view(op->getOperand(1));
  int64_t axis = getIntAttr(op, "axis", -2);
  if (!normalizeAxis(axis, data.getRank()) || axis == 0)
    return op->emitError("has axis ")
           << axis << ", expected one behind the first and below "
           << data.getRank();
  for (int64_t other = 0; other < data.getRank(); ++other)
    if (other != axis)
      lowering.checkSame(data.sizes[other], update.sizes[other]);
  std::optional<BufferView> starts;
  if (Value given = getOperandIfAny(op, 2)) {
    starts = lowering.view(given);
    lowering.checkSame(starts->sizes[0], data.sizes[0]);
  }
  bool wraps = getStringAttr(op, "mode", "linear") == "circular";
  BufferView result =
      lowering.alloc(getTensorType(op->getResult(0)), data.sizes);
  lowering.copy(data, result);
  Number size = data.sizes[axis], zero = math.constant(0);
  if (wraps)
    lowering.failIf(
        math.min(math.equal(size, zero), math.less(zero, update.sizes[axis])),
        RunStatus::BadShape);
  lowering.forEachIndex(
      {data.sizes[0], update.sizes[axis]}, [&](ArrayRef<Number> place) {
        Number row = place[1];
        if (starts) {
          Number start = lowering.loadIndex(*starts, place[0]);
          // A place of the axis first: the sum of any start could wrap.
          if (wraps)
            start = math.floorMod(start, size);
          row = math.add(start, row);
        }
        if (wraps)
          row = math.floorMod(row, size);
        else
          lowering.failIf(math.max(math.less(row, zero),
                                   math.isFalse(math.less(row, size))),
                          RunStatus::BadIndex);
        BufferView from = lowering.at(update, axis, place[1]);
        BufferView to = lowering.at(result, axis, row);
        lowering.copy(lowering.at(from, 0, place[0]),
                      lowering.at(to, 0, place[0]));
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

//===- ReverseSequence
//------------------------------------------------------===//

static LogicalResult lowerReverseSequence(Operation *op,
                                          BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  BufferView lengths = lowering.view(op->getOperand(1));
  int64_t time = getIntAttr(op, "time_axis", 0);
  int64_t batch = getIntAttr(op, "batch_axis", 1);
  lowering.checkSame(from.sizes[batch], lengths.sizes[0]);
  BufferView result =
      lowering.alloc(getTensorType(op->getResult(0)), from.sizes);
  Number zero = math.constant(0), one = math.constant(1);
  lowering.forEachIndex(
      {from.sizes[0], from.sizes[1]}, [&](ArrayRef<Number> place) {
        Number length = lowering.loadIndex(lengths, place[batch]);
        lowering.failIf(math.max(math.less(length, zero),
                                 math.less(from.sizes[time], length)),
                        RunStatus::BadIndex);
        Number step = place[time];
        Number mirrored = math.sub(math.sub(length, one), step);
        Numbers source(place);
        source[time] = math.select(math.less(step, length), mirrored, step);
        lowering.copy(
            lowering.at(lowering.at(from, 0, source[0]), 0, source[1]),
            lowering.at(lowering.at(result, 0, place[0]), 0, place[1]));
      });
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populateIndexing(LoweringRegistry &registry) {
  registry["onnx.ScatterElements"] = lowerScatterElements;
  registry["onnx.Scatter"] = lowerScatterElements;
  registry["onnx.TensorScatter"] = lowerTensorScatter;
  registry["onnx.ReverseSequence"] = lowerReverseSequence;
  registry["onnx.Gather"] = lowerGather;
  registry["onnx.GatherElements"] = lowerGatherElements;
  registry["onnx.GatherND"] = lowerGatherND;
  registry["onnx.ScatterND"] = lowerScatterND;
}
