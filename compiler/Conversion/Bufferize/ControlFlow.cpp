//===- ControlFlow.cpp - If and Loop on buffers ---------------------------===//
//
// A tensor that a region hands out has memory outside of it. Where its sizes
// are known there, that is a buffer of the arena, which the region writes.
// Otherwise it is a slot of the runtime (rt.allocate), which grows with the
// tensor and keeps what it holds; the scf op then carries its address and the
// sizes.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/Bufferize/FunctionLowering.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bitnet;

//===- Memory that grows
//---------------------------------------------------===//

/// A tensor of one bool as a truth value.
static Number readTruth(Value tensor, BufferLowering &lowering) {
  if (std::optional<Numbers> known = lowering.elements(tensor))
    return known->front();
  BufferView view = lowering.view(tensor);
  Numbers place(view.getRank(), lowering.math.constant(0));
  return lowering.math.truth(lowering.load(view, place));
}

static SmallVector<Value> dynamicSizes(RankedTensorType type,
                                       ArrayRef<Number> sizes,
                                       BufferLowering &lowering) {
  SmallVector<Value> values;
  for (auto [axis, size] : llvm::enumerate(type.getShape()))
    if (ShapedType::isDynamic(size))
      values.push_back(lowering.math.value(sizes[axis]));
  return values;
}

/// The inverse: `values` where `type` is dynamic.
static Numbers allSizes(RankedTensorType type, ValueRange values,
                        BufferLowering &lowering) {
  Numbers sizes;
  for (int64_t size : type.getShape()) {
    bool isDynamic = ShapedType::isDynamic(size);
    sizes.push_back(isDynamic ? Number(values.front())
                              : lowering.math.constant(size));
    values = values.drop_front(isDynamic);
  }
  return sizes;
}

/// A tensor of `type` and these sizes at the start of `storage`.
static BufferView viewStorage(RankedTensorType type, Value storage,
                              ArrayRef<Number> sizes,
                              BufferLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  Location loc = lowering.getLoc();
  Value view =
      memref::ViewOp::create(builder, loc, getMemRefType(type), storage,
                             arith::ConstantIndexOp::create(builder, loc, 0),
                             dynamicSizes(type, sizes, lowering));
  lowering.setSizes(view, lowering.refine(sizes, type));
  return lowering.whole(view);
}

/// The slot's memory, with room for a tensor of `type` and these sizes.
static Value growStorage(RankedTensorType type, ArrayRef<Number> sizes,
                         int64_t slot, BufferLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  unsigned bits = getStorageType(type.getElementType()).getIntOrFloatBitWidth();
  Number bytes =
      lowering.scale(lowering.count(lowering.refine(sizes, type)),
                     lowering.math.constant(llvm::divideCeil(bits, 8)));
  auto memory = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  auto op = rt::AllocateOp::create(builder, lowering.getLoc(), memory,
                                   lowering.exec, lowering.math.value(bytes));
  op->setAttr("rt.slot", builder.getI64IntegerAttr(slot));
  return op;
}

/// A copy of `from` in the slot's memory: its address and the dynamic sizes.
static SmallVector<Value> store(const BufferView &from, RankedTensorType type,
                                int64_t slot, BufferLowering &lowering) {
  Value storage = growStorage(type, from.sizes, slot, lowering);
  lowering.copy(from, viewStorage(type, storage, from.sizes, lowering));
  SmallVector<Value> values = dynamicSizes(type, from.sizes, lowering);
  values.insert(values.begin(), storage);
  return values;
}

//===- If
//------------------------------------------------------------------===//

/// Whether both branches give a result of sizes that are known before them.
static bool haveSameSizes(RankedTensorType type, const BufferView &a,
                          const BufferView &b, BufferLowering &lowering) {
  for (auto [axis, size] : llvm::enumerate(type.getShape()))
    if (auto known = dyn_cast<Value>(a.sizes[axis]);
        ShapedType::isDynamic(size) &&
        (a.sizes[axis] != b.sizes[axis] ||
         (known && !lowering.math.isAvailable(known))))
      return false;
  return true;
}

/// Ends the run where a branch gives other sizes than the result has.
static void checkStaticSizes(RankedTensorType type, const BufferView &view,
                             BufferLowering &lowering) {
  for (auto [axis, size] : llvm::enumerate(type.getShape()))
    if (!ShapedType::isDynamic(size))
      lowering.checkSame(view.sizes[axis], lowering.math.constant(size));
}

/// Lowers a region's block at the insertion point; what it yields.
LogicalResult FunctionLowering::lowerRegion(Region &region,
                                            SmallVectorImpl<BufferView> &out) {
  if (failed(lowerBlock(region.front())))
    return failure();
  Operation *yield = region.front().getTerminator();
  lowering.startOp(yield);
  for (Value value : yield->getOperands())
    out.push_back(lowering.view(value));
  return success();
}

LogicalResult FunctionLowering::lowerIf(onnx::IfOp op) {
  OpBuilder &builder = lowering.builder;
  Number truth = readTruth(op.getCondition(), lowering);
  SmallVector<BufferView> given[2];
  if (std::optional<int64_t> known = IndexMath::known(truth)) {
    Region &taken = *known ? op.getThenRegion() : op.getElseRegion();
    if (failed(lowerRegion(taken, given[0])))
      return failure();
    for (auto [result, view] : llvm::zip_equal(op.getResults(), given[0]))
      lowering.bind(result, view);
    return success();
  }
  Value condition = lowering.math.condition(truth);
  auto draft = scf::IfOp::create(builder, op.getLoc(), condition,
                                 /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  for (auto [region, lowered, views] :
       llvm::zip_equal(op->getRegions(), draft->getRegions(), given)) {
    builder.setInsertionPoint(lowered.front().getTerminator());
    if (failed(lowerRegion(region, views)))
      return failure();
  }
  // Where each result is put, and what the regions yield for it.
  SmallVector<std::optional<BufferView>> targets;
  SmallVector<int64_t> slots;
  builder.setInsertionPoint(draft);
  lowering.startOp(op);
  for (auto [i, result] : llvm::enumerate(op.getResults())) {
    auto type = cast<RankedTensorType>(result.getType());
    bool isFixed = haveSameSizes(type, given[0][i], given[1][i], lowering);
    targets.push_back(
        isFixed ? std::optional(lowering.alloc(type, given[0][i].sizes))
                : std::nullopt);
    slots.push_back(isFixed ? -1 : numSlots++);
  }
  SmallVector<Value> yielded[2];
  for (auto [lowered, views, values] :
       llvm::zip_equal(draft->getRegions(), given, yielded)) {
    builder.setInsertionPoint(lowered.front().getTerminator());
    for (auto [i, view] : llvm::enumerate(views)) {
      auto type = cast<RankedTensorType>(op.getResult(i).getType());
      checkStaticSizes(type, view, lowering);
      if (targets[i])
        lowering.copy(view, *targets[i]);
      else
        llvm::append_range(values, store(view, type, slots[i], lowering));
    }
    lowered.front().getTerminator()->erase();
    builder.setInsertionPointToEnd(&lowered.front());
    scf::YieldOp::create(builder, op.getLoc(), values);
  }
  builder.setInsertionPoint(draft);
  auto branch = scf::IfOp::create(builder, op.getLoc(),
                                  TypeRange(ValueRange(yielded[0])), condition,
                                  /*addThenBlock=*/false,
                                  /*addElseBlock=*/false);
  for (auto [from, to] :
       llvm::zip_equal(draft->getRegions(), branch->getRegions()))
    to.takeBody(from);
  draft.erase();
  builder.setInsertionPointAfter(branch);
  ValueRange values = branch.getResults();
  for (auto [i, result] : llvm::enumerate(op.getResults())) {
    if (targets[i]) {
      lowering.bind(result, *targets[i]);
      continue;
    }
    auto type = cast<RankedTensorType>(result.getType());
    size_t count = type.getNumDynamicDims();
    Numbers sizes = allSizes(type, values.slice(1, count), lowering);
    lowering.bind(result, viewStorage(type, values[0], sizes, lowering));
    values = values.drop_front(count + 1);
  }
  return success();
}

//===- Loop
//----------------------------------------------------------------===//

namespace {
/// What a loop hands from one iteration to the next, and out.
struct LoopValue {
  RankedTensorType type;
  /// Stacks what each iteration yields; it has no argument.
  bool isScan = false;
  /// Of memory that grows; -1: `buffer` is overwritten.
  int64_t slot = -1;
  BufferView buffer;

  /// How many values of the scf.while stand for it: an address, and sizes.
  size_t width() const { return slot < 0 ? 0 : 1 + numSizes(); }
  size_t numSizes() const {
    return type.getNumDynamicDims() - (isScan && type.isDynamicDim(0));
  }
};

/// Lowers one loop to scf.while over the iteration, the condition, and what
/// LoopValues are made of.
class LoopLowering {
public:
  /// `numSlots` counts the slots that are taken.
  LoopLowering(onnx::LoopOp op, BufferLowering &lowering, int64_t &numSlots)
      : op(op), lowering(lowering), math(lowering.math),
        builder(lowering.builder), numSlots(numSlots) {}

  /// Makes the scf.while, with the arguments of its body bound and the
  /// insertion point there.
  void begin();
  /// Ends the body with what it yields, and binds the results behind the loop.
  void end(Number goesOn, MutableArrayRef<BufferView> yielded);

private:
  void addCarried(Value init, Type result);
  void addScan(Type result);
  void saveShown(MutableArrayRef<BufferView> yielded);
  SmallVector<Value> append(const LoopValue &value, ValueRange own,
                            const BufferView &element);
  SmallVector<Value> replace(const LoopValue &value, ValueRange own,
                             const BufferView &next);
  Numbers sizesOf(const LoopValue &value, Number count, ValueRange own);
  Block &body() { return loop.getAfter().front(); }

  onnx::LoopOp op;
  BufferLowering &lowering;
  IndexMath &math;
  OpBuilder &builder;
  int64_t &numSlots;
  scf::WhileOp loop;
  SmallVector<LoopValue> values;
  SmallVector<Value> initial;
};
} // namespace

void LoopLowering::addCarried(Value init, Type result) {
  LoopValue value;
  value.type = cast<RankedTensorType>(result);
  BufferView view = lowering.view(init);
  if (value.type.hasStaticShape()) {
    for (auto [own, size] : llvm::zip_equal(view.sizes, value.type.getShape()))
      lowering.checkSame(own, math.constant(size));
    value.buffer = lowering.alloc(value.type, view.sizes);
    lowering.copy(view, value.buffer);
  } else {
    value.slot = numSlots++;
    llvm::append_range(initial, store(view, value.type, value.slot, lowering));
  }
  values.push_back(value);
}

void LoopLowering::addScan(Type result) {
  LoopValue value;
  value.type = cast<RankedTensorType>(result);
  value.isScan = true;
  value.slot = numSlots++;
  // Sizes that no iteration tells are 0.
  Numbers none(value.type.getRank(), math.constant(0));
  initial.push_back(
      growStorage(RankedTensorType::get({0}, value.type.getElementType()),
                  {math.constant(0)}, value.slot, lowering));
  for (size_t i = 0; i < value.numSizes(); ++i)
    initial.push_back(math.value(none.front()));
  values.push_back(value);
}

/// The sizes of a value, of which `own` are known to the scf.while; a scan has
/// `count` elements.
Numbers LoopLowering::sizesOf(const LoopValue &value, Number count,
                              ValueRange own) {
  if (!value.isScan)
    return allSizes(value.type, own, lowering);
  auto element = RankedTensorType::get(value.type.getShape().drop_front(),
                                       value.type.getElementType());
  Numbers sizes = allSizes(element, own, lowering);
  sizes.insert(sizes.begin(), count);
  return sizes;
}

void LoopLowering::begin() {
  Value trip = op.getTrip(), condition = op.getCondition();
  Number limit = trip ? lowering.scalars(trip)->front() : Number();
  Number goes = condition ? readTruth(condition, lowering) : math.constant(1);
  initial = {math.value(math.constant(0)), math.condition(goes)};
  size_t numCarried = op.getInits().size();
  for (auto [i, result] : llvm::enumerate(op.getResultTypes())) {
    if (i < numCarried)
      addCarried(op.getInits()[i], result);
    else
      addScan(result);
  }
  SmallVector<Type> types(ValueRange(initial).getTypes());
  SmallVector<Location> locs(types.size(), op.getLoc());
  loop = scf::WhileOp::create(builder, op.getLoc(), types, initial);
  Block *before = builder.createBlock(&loop.getBefore(), {}, types, locs);
  Value more = before->getArgument(1);
  if (trip)
    more = arith::AndIOp::create(
        builder, op.getLoc(), more,
        math.condition(math.less(before->getArgument(0), limit)));
  scf::ConditionOp::create(builder, op.getLoc(), more, before->getArguments());
  Block *after = builder.createBlock(&loop.getAfter(), {}, types, locs);
  Block::BlockArgListType arguments = op.getBody().getArguments();
  lowering.bindElements(arguments[0], {after->getArgument(0)});
  lowering.bindElements(arguments[1], {math.constant(1)});
  ValueRange rest = ValueRange(after->getArguments()).drop_front(2);
  for (auto [i, value] : llvm::enumerate(values)) {
    if (!value.isScan && value.slot >= 0)
      value.buffer = viewStorage(
          value.type, rest[0],
          sizesOf(value, Number(), rest.slice(1, value.numSizes())), lowering);
    if (!value.isScan)
      lowering.bind(op.getCarried()[i], value.buffer);
    rest = rest.drop_front(value.width());
  }
}

/// A value that shows memory of another one, or its own in another order, is
/// read before that memory is overwritten.
void LoopLowering::saveShown(MutableArrayRef<BufferView> yielded) {
  for (auto [i, view] : llvm::enumerate(yielded))
    for (auto [j, value] : llvm::enumerate(values))
      if (!values[i].isScan && !value.isScan &&
          view.base == value.buffer.base &&
          (i != j || !lowering.isContiguous(view))) {
        BufferView saved = lowering.alloc(view.getElementType(), view.sizes);
        lowering.copy(view, saved);
        view = saved;
        break;
      }
}

/// Puts the iteration's element behind those of a scan; all have one shape.
SmallVector<Value> LoopLowering::append(const LoopValue &value, ValueRange own,
                                        const BufferView &element) {
  Number count = body().getArgument(0);
  Number isFirst = math.equal(count, math.constant(0));
  Numbers before = sizesOf(value, count, own.drop_front());
  Numbers sizes{math.add(count, math.constant(1))};
  for (auto [axis, size] : llvm::enumerate(element.sizes)) {
    Number differs = math.isFalse(math.equal(size, before[axis + 1]));
    if (value.type.isDynamicDim(axis + 1))
      differs = math.min(differs, math.isFalse(isFirst));
    lowering.failIf(differs, RunStatus::BadShape);
    sizes.push_back(size);
  }
  auto type = RankedTensorType::get(
      SmallVector<int64_t>(value.type.getRank(), ShapedType::kDynamic),
      value.type.getElementType());
  Value storage = growStorage(type, sizes, value.slot, lowering);
  BufferView all = viewStorage(type, storage, sizes, lowering);
  lowering.copy(element, lowering.at(all, 0, count));
  SmallVector<Value> next{storage};
  for (auto [axis, size] : llvm::enumerate(element.sizes))
    if (value.type.isDynamicDim(axis + 1))
      next.push_back(math.value(size));
  return next;
}

/// Puts a carried value in the place of the one before.
SmallVector<Value> LoopLowering::replace(const LoopValue &value, ValueRange own,
                                         const BufferView &next) {
  for (auto [axis, size] : llvm::enumerate(value.type.getShape()))
    if (!ShapedType::isDynamic(size))
      lowering.checkSame(next.sizes[axis], math.constant(size));
  bool isThere = next.base == value.buffer.base;
  if (value.slot < 0) {
    if (!isThere)
      lowering.copy(next, value.buffer);
    return {};
  }
  if (!isThere)
    return store(next, value.type, value.slot, lowering);
  SmallVector<Value> sizes = dynamicSizes(value.type, next.sizes, lowering);
  sizes.insert(sizes.begin(), own.front());
  return sizes;
}

void LoopLowering::end(Number goesOn, MutableArrayRef<BufferView> yielded) {
  Block &block = body();
  SmallVector<Value> next = {
      math.value(math.add(block.getArgument(0), math.constant(1))),
      math.condition(goesOn)};
  saveShown(yielded);
  SmallVector<SmallVector<Value>> parts(values.size());
  // Scans first: what they show is overwritten after them.
  for (bool scans : {true, false}) {
    ValueRange rest = ValueRange(block.getArguments()).drop_front(2);
    for (auto [value, view, part] : llvm::zip_equal(values, yielded, parts)) {
      ValueRange own = rest.take_front(value.width());
      rest = rest.drop_front(value.width());
      if (value.isScan == scans)
        part = scans ? append(value, own, view) : replace(value, own, view);
    }
  }
  for (ArrayRef<Value> part : parts)
    llvm::append_range(next, part);
  scf::YieldOp::create(builder, op.getLoc(), next);
  builder.setInsertionPointAfter(loop);
  lowering.startOp(op);
  ValueRange rest = loop.getResults().drop_front(2);
  for (auto [value, result] : llvm::zip_equal(values, op.getResults())) {
    if (value.slot < 0)
      lowering.bind(result, value.buffer);
    else
      lowering.bind(result,
                    viewStorage(value.type, rest[0],
                                sizesOf(value, loop.getResult(0),
                                        rest.slice(1, value.numSizes())),
                                lowering));
    rest = rest.drop_front(value.width());
  }
}

LogicalResult FunctionLowering::lowerLoop(onnx::LoopOp op) {
  LoopLowering loop(op, lowering, numSlots);
  OpBuilder::InsertionGuard guard(lowering.builder);
  loop.begin();
  if (failed(lowerBlock(op.getBody().front())))
    return failure();
  Operation *yield = op.getBody().front().getTerminator();
  lowering.startOp(yield);
  Number goesOn = readTruth(yield->getOperand(0), lowering);
  SmallVector<BufferView> yielded;
  for (Value value : yield->getOperands().drop_front())
    yielded.push_back(lowering.view(value));
  loop.end(goesOn, yielded);
  return success();
}
