#include "compiler/Conversion/Bufferize/FunctionLowering.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;

//===- Sizes that only a run knows
//------------------------------------------===//

/// The caches have room for the step's entries, of the session's batch.
static void checkCache(transformer::AttentionOp op, FlatSymbolRefAttr name,
                       ArrayRef<Number> entries, BufferLowering &lowering) {
  auto cache = lowering.symbols.lookup<rt::KVCacheOp>(name.getValue());
  // The op's own lowering reports it.
  if (!cache)
    return;
  auto tensor = cast<RankedTensorType>(cache.getType());
  SmallVector<int64_t> shape(tensor.getShape());
  // Batch and length are the session's. An entry's scale does not matter here.
  shape[0] = shape[2] = ShapedType::kDynamic;
  Value layer = op.getLayer();
  Value memref = rt::KVOp::create(
      lowering.builder, op.getLoc(),
      MemRefType::get(shape, tensor.getElementType()), lowering.exec, name,
      layer ? lowering.mapping.lookup(layer) : Value());
  Numbers room = lowering.whole(memref).sizes;
  IndexMath &math = lowering.math;
  lowering.checkSame(entries[0], room[0]);
  Number end = math.add(lowering.pastLength(), entries[2]);
  lowering.failIf(math.less(room[2], end), RunStatus::BadShape);
}

static void checkAttention(transformer::AttentionOp op,
                           BufferLowering &lowering) {
  auto sizes = [&](Value operand) {
    Numbers numbers = lowering.sizes(operand);
    if (op.getTokenMajor())
      std::swap(numbers[1], numbers[2]);
    return numbers;
  };
  Numbers query = sizes(op.getQuery());
  Numbers key = sizes(op.getKey());
  Numbers value = sizes(op.getValue());
  lowering.checkSame(query[0], key[0]);
  lowering.checkSame(key[0], value[0]);
  lowering.checkSame(key[2], value[2]);
  Number total = key[2];
  if (op.getKeyCache()) {
    checkCache(op, op.getKeyCacheAttr(), key, lowering);
    checkCache(op, op.getValueCacheAttr(), value, lowering);
    total = lowering.math.add(lowering.pastLength(), total);
  }
  if (Value mask = op.getMask())
    lowering.checkBroadcasts(lowering.sizes(mask),
                             {query[0], query[1], query[2], total});
}

/// Ends the run where sizes do not fit that the verifiers cannot compare: the
/// code of an op reads as its first operands say.
static void checkSizes(Operation *op, BufferLowering &lowering) {
  if (auto attention = dyn_cast<transformer::AttentionOp>(op))
    return checkAttention(attention, lowering);
  if (auto rotary = dyn_cast<transformer::RotaryOp>(op)) {
    Numbers input = lowering.sizes(rotary.getInput());
    if (rotary.getTokenMajor())
      std::swap(input[1], input[2]);
    for (Value table : {rotary.getCos(), rotary.getSin()}) {
      Numbers own = lowering.sizes(table);
      // The last axis may be half of the input's.
      size_t leading = own.size() - 1;
      lowering.checkBroadcasts(ArrayRef(own).drop_back(),
                               ArrayRef(input).drop_back().take_back(leading));
    }
    return;
  }
  if (auto gated = dyn_cast<transformer::GatedActivationOp>(op)) {
    if (!gated.getUp())
      return;
    for (auto [gate, up] : llvm::zip_equal(lowering.sizes(gated.getGate()),
                                           lowering.sizes(gated.getUp())))
      lowering.checkSame(gate, up);
    return;
  }
  if (isa<transformer::RMSNormOp, transformer::LayerNormOp>(op)) {
    Number last = lowering.sizes(op->getOperand(0)).back();
    for (Value parameter : op->getOperands().drop_front())
      lowering.checkSame(lowering.sizes(parameter).back(), last);
  }
}

//===- Ops
//-----------------------------------------------------------------===//

/// Inputs become memrefs, the results buffers in `outs`; the last two operand
/// segments are `outs` and `exec`.
LogicalResult bitnet::lowerDestinationForm(Operation *op,
                                           BufferLowering &lowering) {
  OpBuilder &builder = lowering.builder;
  auto form = cast<rt::DestinationFormOpInterface>(op);
  SmallVector<Value> operands;
  for (Value input : op->getOperands().take_front(form.getNumInputs())) {
    auto type = dyn_cast<RankedTensorType>(input.getType());
    if (!type) {
      operands.push_back(lowering.mapping.lookup(input));
      continue;
    }
    if (!MemRefType::isValidElementType(type.getElementType()))
      return op->emitError("has an operand of type ")
             << type << ", which has no buffer: pack trits before";
    operands.push_back(lowering.contiguous(input));
  }
  checkSizes(op, lowering);
  SmallVector<Numbers> dims = form.getResultDims(builder, operands);
  for (auto [result, sizes] : llvm::zip_equal(op->getResults(), dims)) {
    auto type = cast<RankedTensorType>(result.getType());
    BufferView buffer = lowering.alloc(type, lowering.trace(sizes));
    lowering.bind(result, buffer);
    operands.push_back(lowering.memref(buffer, type.getShape()));
  }
  operands.push_back(lowering.exec);
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(operands);
  NamedAttrList attributes(op->getAttrDictionary());
  auto segments =
      cast<DenseI32ArrayAttr>(attributes.get("operandSegmentSizes"));
  SmallVector<int32_t> counts(segments.asArrayRef());
  counts.end()[-2] = op->getNumResults();
  counts.end()[-1] = 1;
  attributes.set("operandSegmentSizes", builder.getDenseI32ArrayAttr(counts));
  attributes.erase("resultSegmentSizes");
  state.addAttributes(attributes);
  builder.create(state);
  return success();
}

static LogicalResult lowerGetGlobal(Operation *op, BufferLowering &lowering) {
  auto global = cast<rt::GetGlobalOp>(op);
  auto type = cast<RankedTensorType>(global.getType());
  if (!MemRefType::isValidElementType(getStorageType(type.getElementType())))
    return op->emitError("has type ")
           << type << ", which has no buffer: pack trits before";
  Value layer = global.getLayer();
  Value memref = rt::GetGlobalOp::create(
      lowering.builder, op->getLoc(), getMemRefType(type), global.getGlobal(),
      layer ? lowering.mapping.lookup(layer) : Value(), lowering.exec);
  lowering.bindBuffer(op->getResult(0), memref);
  return success();
}

static LogicalResult lowerPastLength(Operation *op, BufferLowering &lowering) {
  Value length = lowering.pastLength();
  if (isa<RankedTensorType>(op->getResult(0).getType()))
    lowering.bindElements(op->getResult(0), Numbers{length});
  else
    lowering.mapping.map(op->getResult(0), length);
  return success();
}

static LogicalResult lowerTernaryConstant(Operation *op, BufferLowering &) {
  return op->emitError("has no buffer: pack trits before");
}

/// The last positions as a copy, because the LM head wants the identity layout.
static LogicalResult lowerLastPositions(Operation *op,
                                        BufferLowering &lowering) {
  IndexMath &math = lowering.math;
  BufferView from = lowering.view(op->getOperand(0));
  Number rows =
      rt::LogitRowsOp::create(lowering.builder, op->getLoc(),
                              lowering.builder.getIndexType(), lowering.exec)
          .getResult();
  Number length = from.sizes[1];
  Number all = math.equal(rows, math.constant(0));
  // A negative number asks for none.
  Number some = math.max(math.constant(0), math.min(rows, length));
  Number count = math.select(all, length, some);
  BufferView last =
      lowering.slice(from, 1, math.sub(length, count), count, math.constant(1));
  BufferView result = lowering.alloc(
      cast<RankedTensorType>(op->getResult(0).getType()), last.sizes);
  lowering.copy(last, result);
  lowering.bind(op->getResult(0), result);
  return success();
}

static LogicalResult lowerCheckLengths(Operation *op,
                                       BufferLowering &lowering) {
  auto check = cast<transformer::CheckLengthsOp>(op);
  std::optional<Numbers> expected = lowering.scalars(check.getExpected());
  if (!expected || expected->size() != 1)
    return op->emitError("expects more than one length");
  BufferView lengths = lowering.view(check.getLengths());
  lowering.forEachIndex(lengths.sizes, [&](ArrayRef<Number> place) {
    Value length = lowering.load(lengths, place);
    Value index =
        arith::IndexCastOp::create(lowering.builder, op->getLoc(),
                                   lowering.builder.getIndexType(), length);
    lowering.checkSame(index, expected->front());
  });
  lowering.bind(op->getResult(0), lowering.view(check.getInput()));
  return success();
}

/// Sizes that only the result's type knows are what they are, or the run ends.
static LogicalResult lowerCast(Operation *op, BufferLowering &lowering) {
  Value source = op->getOperand(0), result = op->getResult(0);
  auto type = dyn_cast<RankedTensorType>(result.getType());
  if (!type || !isa<RankedTensorType>(source.getType()))
    return op->emitError("casts from ")
           << source.getType() << " to " << result.getType()
           << ", expected ranked tensors";
  if (std::optional<Numbers> elements = lowering.elements(source)) {
    lowering.bindElements(result, *elements);
    return success();
  }
  BufferView view = lowering.view(source);
  for (auto [axis, size] : llvm::enumerate(type.getShape()))
    if (!ShapedType::isDynamic(size))
      lowering.checkSame(view.sizes[axis], lowering.math.constant(size));
  lowering.bind(result, view);
  return success();
}

void bitnet::populateStructuralOps(LoweringRegistry &registry) {
  registry["rt.get_global"] = lowerGetGlobal;
  registry["rt.past_length"] = lowerPastLength;
  registry["tensor.cast"] = lowerCast;
  registry["ternary.constant"] = lowerTernaryConstant;
  registry["transformer.last_positions"] = lowerLastPositions;
  registry["transformer.check_lengths"] = lowerCheckLengths;
}
