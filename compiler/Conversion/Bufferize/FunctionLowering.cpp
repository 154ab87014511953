#include "compiler/Conversion/Bufferize/FunctionLowering.h"

#include "compiler/Conversion/OnnxToLinalg/Elementwise.h"
#include "compiler/Conversion/OnnxToLinalg/ShapeArithmetic.h"
#include "dialects/RT/IR/RTOps.h"

using namespace mlir;
using namespace bitnet;

//===- Arguments and results
//-----------------------------------------------===//

/// Position of argument or result `i` among the ONNX graph's.
static int64_t getGraphIndex(DictionaryAttr attributes, int64_t i) {
  auto index = attributes ? attributes.getAs<IntegerAttr>("bitnet.index")
                          : IntegerAttr();
  return index ? index.getInt() : i;
}

void FunctionLowering::lowerArguments(func::FuncOp main) {
  OpBuilder &builder = lowering.builder;
  // Sizes of the same name are one number.
  llvm::StringMap<Number> named;
  for (BlockArgument argument : main.getArguments()) {
    unsigned i = argument.getArgNumber();
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    DictionaryAttr attributes = main.getArgAttrDict(i);
    Value input =
        rt::InputOp::create(builder, lowering.getLoc(), getMemRefType(type),
                            lowering.exec, getGraphIndex(attributes, i));
    BufferView view = lowering.whole(input);
    auto names =
        attributes ? attributes.getAs<ArrayAttr>("onnx.dims") : ArrayAttr();
    for (int64_t axis = 0; names && axis < type.getRank(); ++axis) {
      auto name = axis < static_cast<int64_t>(names.size())
                      ? dyn_cast<StringAttr>(names[axis])
                      : StringAttr();
      if (!name || name.empty() || !type.isDynamicDim(axis))
        continue;
      auto [found, isNew] =
          named.try_emplace(name.getValue(), view.sizes[axis]);
      if (isNew)
        continue;
      IndexMath &math = lowering.math;
      lowering.failIf(math.isFalse(math.equal(view.sizes[axis], found->second)),
                      RunStatus::BadShape);
      view.sizes[axis] = found->second;
    }
    view.strides = lowering.denseStrides(view.sizes);
    lowering.setSizes(input, view.sizes);
    lowering.bind(argument, view);
  }
}

LogicalResult FunctionLowering::lowerReturn(func::FuncOp main) {
  Operation *terminator = main.getBody().front().getTerminator();
  lowering.startOp(terminator);
  llvm::SmallPtrSet<Value, 4> written;
  for (auto [i, result] : llvm::enumerate(terminator->getOperands())) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    if (!type)
      return terminator->emitError("returns ")
             << result.getType() << ", expected a ranked tensor";
    BufferView view = lowering.view(result);
    // Inputs, constants and what another output shows need a copy.
    bool isOwn = view.base.getDefiningOp<memref::AllocOp>() &&
                 lowering.isContiguous(view) &&
                 written.insert(view.base).second;
    if (!isOwn) {
      BufferView own = lowering.alloc(type, view.sizes);
      lowering.copy(view, own);
      view = own;
    }
    rt::OutputOp::create(lowering.builder, lowering.getLoc(), lowering.exec,
                         getGraphIndex(main.getResultAttrDict(i), i),
                         lowering.memref(view, type.getShape()));
  }
  return success();
}

//===- Ops
//-----------------------------------------------------------------===//

LogicalResult FunctionLowering::lowerBlock(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(lowerOp(&op)))
      return failure();
  return success();
}

static bool isTensor(Type type) { return isa<TensorType>(type); }

LogicalResult FunctionLowering::lowerOp(Operation *op) {
  lowering.startOp(op);
  StringRef name = op->getName().getStringRef();
  if (name == "onnx.None" || lowerAsNumbers(op, lowering))
    return success();
  for (Value operand : op->getOperands())
    if (isTensor(operand.getType()) &&
        !isa<RankedTensorType>(operand.getType()))
      return op->emitError("has an operand of type ")
             << operand.getType() << ", expected a ranked tensor";
  for (Type type : op->getResultTypes())
    if (isTensor(type) && !isa<RankedTensorType>(type))
      return op->emitError("has a result of type ")
             << type << ", expected a ranked tensor";
  if (LowerFn lower = registry.lookup(name))
    return lower(op, lowering);
  if (isa<rt::DestinationFormOpInterface>(op))
    return lowerDestinationForm(op, lowering);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return lowerFor(loop);
  if (auto branch = dyn_cast<onnx::IfOp>(op))
    return lowerIf(branch);
  if (auto loop = dyn_cast<onnx::LoopOp>(op))
    return lowerLoop(loop);
  if (op->getNumRegions() == 0 &&
      llvm::none_of(op->getOperandTypes(), isTensor) &&
      llvm::none_of(op->getResultTypes(), isTensor)) {
    lowering.builder.clone(*op, lowering.mapping);
    return success();
  }
  return op->emitOpError("cannot be lowered to buffers");
}

//===- Loops
//---------------------------------------------------------------===//

/// Each iteration argument that is a tensor has one buffer, which the end of an
/// iteration overwrites.
LogicalResult FunctionLowering::lowerFor(scf::ForOp loop) {
  OpBuilder &builder = lowering.builder;
  SmallVector<BufferView> buffers;
  SmallVector<Value> scalars;
  for (Value initial : loop.getInitArgs()) {
    auto type = dyn_cast<RankedTensorType>(initial.getType());
    if (!type) {
      scalars.push_back(lowering.mapping.lookup(initial));
      continue;
    }
    BufferView view = lowering.view(initial);
    BufferView buffer = lowering.alloc(type, view.sizes);
    lowering.copy(view, buffer);
    buffers.push_back(buffer);
  }
  auto bound = [&](Value value) { return lowering.mapping.lookup(value); };
  // The callback keeps the builder from adding a yield of its own.
  auto buffered = scf::ForOp::create(
      builder, loop.getLoc(), bound(loop.getLowerBound()),
      bound(loop.getUpperBound()), bound(loop.getStep()), scalars,
      [](OpBuilder &, Location, Value, ValueRange) {});
  lowering.mapping.map(loop.getInductionVar(), buffered.getInductionVar());
  unsigned nextBuffer = 0, nextScalar = 0;
  for (auto [argument, result] :
       llvm::zip_equal(loop.getRegionIterArgs(), loop.getResults())) {
    if (isa<RankedTensorType>(argument.getType())) {
      lowering.bind(argument, buffers[nextBuffer]);
      lowering.bind(result, buffers[nextBuffer++]);
      continue;
    }
    lowering.mapping.map(argument, buffered.getRegionIterArgs()[nextScalar]);
    lowering.mapping.map(result, buffered.getResult(nextScalar++));
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(buffered.getBody());
  if (failed(lowerBlock(*loop.getBody())))
    return failure();
  return lowerYield(loop, buffers);
}

LogicalResult FunctionLowering::lowerYield(scf::ForOp loop,
                                           ArrayRef<BufferView> buffers) {
  Operation *yield = loop.getBody()->getTerminator();
  lowering.startOp(yield);
  SmallVector<Value> scalars;
  SmallVector<BufferView> next;
  for (Value operand : yield->getOperands()) {
    if (isa<RankedTensorType>(operand.getType()))
      next.push_back(lowering.view(operand));
    else
      scalars.push_back(lowering.mapping.lookup(operand));
  }
  // A value that shows an iteration buffer must be read before that buffer is
  // overwritten.
  for (auto [i, view] : llvm::enumerate(next))
    for (auto [j, buffer] : llvm::enumerate(buffers))
      if (view.base == buffer.base &&
          (i != j || !lowering.isContiguous(view))) {
        BufferView saved = lowering.alloc(view.getElementType(), view.sizes);
        lowering.copy(view, saved);
        view = saved;
        break;
      }
  for (auto [view, buffer] : llvm::zip_equal(next, buffers)) {
    if (view.base == buffer.base)
      continue;
    IndexMath &math = lowering.math;
    for (auto [own, size] : llvm::zip_equal(view.sizes, buffer.sizes))
      lowering.failIf(math.isFalse(math.equal(own, size)), RunStatus::BadShape);
    lowering.copy(view, buffer);
  }
  scf::YieldOp::create(lowering.builder, lowering.getLoc(), scalars);
  return success();
}
