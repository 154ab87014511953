#include "compiler/Conversion/OnnxToLinalg/AxisMask.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxToLinalg.h"

using namespace mlir;
using namespace bitnet;

/// Binds the result to the operand's elements in the shape of `sizes`, without
/// a copy if they lie one after the other.
static void bindReshaped(Operation *op, Numbers sizes,
                         BufferLowering &lowering) {
  BufferView view = lowering.view(op->getOperand(0));
  if (!lowering.isDense(view))
    view = lowering.contiguousView(op->getOperand(0));
  lowering.bind(op->getResult(0),
                {view.base, view.offset, sizes, lowering.denseStrides(sizes)});
}

static LogicalResult lowerIdentity(Operation *op, BufferLowering &lowering) {
  lowering.bind(op->getResult(0), lowering.view(op->getOperand(0)));
  return success();
}

/// Ends the run where a size that a Reshape is given is below -1, or several
/// are -1.
static void checkGiven(ArrayRef<Number> sizes, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  Number rests = math.constant(0), bad = math.constant(0);
  for (Number size : sizes) {
    bad = math.max(bad, math.less(size, math.constant(-1)));
    rests = math.add(rests, math.less(size, math.constant(0)));
  }
  bad = math.max(bad, math.less(math.constant(1), rests));
  lowering.failIf(bad, RunStatus::BadShape);
}

static LogicalResult lowerReshape(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  std::optional<Numbers> given = lowering.scalars(op->getOperand(1));
  if (!given)
    return op->emitError("reshapes to a shape of type ")
           << op->getOperand(1).getType() << ", expected at most "
           << kMaxElements << " integers";
  Numbers source = lowering.sizes(op->getOperand(0));
  Number zero = math.constant(0), one = math.constant(1);
  bool allowZero = getIntAttr(op, "allowzero", 0);
  Numbers sizes = *given, others;
  checkGiven(sizes, lowering);
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    // A size that is known not to be negative is a number of elements: only
    // those that were given as 0 copy an axis.
    bool mayCopy =
        IndexMath::known(size) || !IndexMath::is(math.less(size, zero), 0);
    if (!allowZero && mayCopy && axis < source.size())
      size = math.select(math.equal(size, zero), source[axis], size);
    others.push_back(math.select(math.less(size, zero), one, size));
  }
  for (Number &size : sizes) {
    Number isRest = math.less(size, zero);
    if (!IndexMath::is(isRest, 0))
      size = math.select(isRest, math.quotient(source, others), size);
  }
  sizes = lowering.refine(sizes, getTensorType(op->getResult(0)));
  if (!math.sameProduct(source, sizes))
    lowering.checkSame(math.product(source), lowering.count(sizes));
  bindReshaped(op, sizes, lowering);
  return success();
}

static LogicalResult lowerFlatten(Operation *op, BufferLowering &lowering) {
  Numbers source = lowering.sizes(op->getOperand(0));
  int64_t rank = source.size(), axis = getIntAttr(op, "axis", 1);
  if (axis < 0)
    axis += rank;
  if (axis < 0 || axis > rank)
    return op->emitError("has axis ") << axis << ", expected at most " << rank;
  ArrayRef<Number> all = source;
  bindReshaped(op,
               {lowering.math.product(all.take_front(axis)),
                lowering.math.product(all.drop_front(axis))},
               lowering);
  return success();
}

/// Whether all are known at compile time.
static bool areKnown(ArrayRef<Number> mask) {
  return llvm::all_of(
      mask, [](Number number) { return IndexMath::known(number).has_value(); });
}

static LogicalResult lowerUnsqueeze(Operation *op, BufferLowering &lowering) {
  int64_t rank = getTensorType(op->getResult(0)).getRank();
  FailureOr<std::optional<Numbers>> mask = readAxisMask(op, rank, lowering);
  if (failed(mask))
    return failure();
  if (!*mask)
    return op->emitError("has no axes");
  BufferView view = lowering.view(op->getOperand(0));
  if (!areKnown(**mask)) {
    bindReshaped(op, insertAxes(lowering.math, view.sizes, **mask), lowering);
    return success();
  }
  for (auto [axis, isNew] : llvm::enumerate(**mask)) {
    if (IndexMath::is(isNew, 0))
      continue;
    view.sizes.insert(view.sizes.begin() + axis, lowering.math.constant(1));
    view.strides.insert(view.strides.begin() + axis, lowering.math.constant(0));
  }
  lowering.bind(op->getResult(0), view);
  return success();
}

static LogicalResult lowerSqueeze(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  auto type = getTensorType(op->getOperand(0));
  FailureOr<std::optional<Numbers>> mask =
      readAxisMask(op, type.getRank(), lowering);
  if (failed(mask))
    return failure();
  if (!*mask)
    *mask = llvm::map_to_vector<6>(type.getShape(), [&](int64_t size) {
      return math.constant(size == 1);
    });
  BufferView view = lowering.view(op->getOperand(0));
  Number one = math.constant(1);
  for (auto [axis, dropped] : llvm::enumerate(**mask)) {
    if (IndexMath::is(dropped, 1) && !type.isDynamicDim(axis) &&
        type.getDimSize(axis) != 1)
      return op->emitError("squeezes axis ")
             << axis << " of " << type << ", expected size 1";
    Number other = math.isFalse(math.equal(view.sizes[axis], one));
    lowering.failIf(math.min(dropped, other), RunStatus::BadShape);
  }
  if (!areKnown(**mask)) {
    int64_t rank = getTensorType(op->getResult(0)).getRank();
    bindReshaped(op, dropAxes(math, view.sizes, **mask, rank), lowering);
    return success();
  }
  for (int64_t axis = type.getRank(); axis-- > 0;)
    if (IndexMath::is((**mask)[axis], 1))
      view = lowering.at(view, axis, math.constant(0));
  lowering.bind(op->getResult(0), view);
  return success();
}

static LogicalResult lowerTranspose(Operation *op, BufferLowering &lowering) {
  BufferView from = lowering.view(op->getOperand(0));
  int64_t rank = from.getRank();
  SmallVector<int64_t> perm =
      llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)));
  if (auto given = getIntsAttr(op, "perm"))
    perm = *given;
  BufferView to{from.base, from.offset, {}, {}};
  for (int64_t axis : perm) {
    if (!normalizeAxis(axis, rank))
      return op->emitError("permutes axis ")
             << axis << ", expected rank " << rank;
    to.sizes.push_back(from.sizes[axis]);
    to.strides.push_back(from.strides[axis]);
  }
  lowering.bind(op->getResult(0), to);
  return success();
}

static LogicalResult lowerExpand(Operation *op, BufferLowering &lowering) {
  std::optional<Numbers> shape = lowering.scalars(op->getOperand(1));
  if (!shape)
    return op->emitError("expands to a shape of type ")
           << op->getOperand(1).getType() << ", expected at most "
           << kMaxElements << " integers";
  Numbers sizes =
      lowering.broadcast({lowering.sizes(op->getOperand(0)), *shape});
  sizes = lowering.refine(sizes, getTensorType(op->getResult(0)));
  for (Number size : sizes)
    lowering.failIf(lowering.math.less(size, lowering.math.constant(0)),
                    RunStatus::BadShape);
  lowering.bind(op->getResult(0),
                lowering.broadcastTo(lowering.view(op->getOperand(0)), sizes));
  return success();
}

static LogicalResult lowerCheckSizes(Operation *op, BufferLowering &lowering) {
  std::optional<Numbers> given = lowering.scalars(op->getOperand(1));
  std::optional<SmallVector<int64_t>> axes = getIntsAttr(op, "axes");
  if (!given || !axes)
    return op->emitError("checks sizes of type ")
           << op->getOperand(1).getType() << ", expected at most "
           << kMaxElements << " integers";
  BufferView view = lowering.view(op->getOperand(0));
  for (auto [axis, size] : llvm::zip_equal(*axes, *given)) {
    lowering.checkSame(view.sizes[axis], size);
    if (!IndexMath::known(view.sizes[axis]))
      view.sizes[axis] = size;
  }
  lowering.bind(op->getResult(0), view);
  return success();
}

static LogicalResult lowerKeepIf(Operation *op, BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView view = lowering.view(op->getOperand(0));
  Value condition = op->getOperand(1);
  std::optional<Numbers> known = lowering.elements(condition);
  Number keeps;
  if (known) {
    keeps = known->front();
  } else {
    BufferView flag = lowering.view(condition);
    Numbers place(flag.getRank(), math.constant(0));
    keeps = math.truth(lowering.load(flag, place));
  }
  int64_t axis = getIntAttr(op, "axis", 0);
  Number &size = view.sizes[axis];
  size = math.select(keeps, size, math.constant(0));
  lowering.bind(op->getResult(0), view);
  return success();
}

void bitnet::populateReshape(LoweringRegistry &registry) {
  registry["onnx.Identity"] = lowerIdentity;
  registry["onnx.CheckSizes"] = lowerCheckSizes;
  registry["onnx.KeepIf"] = lowerKeepIf;
  registry["onnx.Reshape"] = lowerReshape;
  registry["onnx.Flatten"] = lowerFlatten;
  registry["onnx.Unsqueeze"] = lowerUnsqueeze;
  registry["onnx.Squeeze"] = lowerSqueeze;
  registry["onnx.Transpose"] = lowerTranspose;
  registry["onnx.Expand"] = lowerExpand;
}
