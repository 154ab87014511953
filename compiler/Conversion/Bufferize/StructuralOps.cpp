#include "compiler/Conversion/Bufferize/FunctionLowering.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;

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
  if (!MemRefType::isValidElementType(getSignless(type.getElementType())))
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
  Number count = math.select(all, length, math.min(rows, length));
  BufferView last =
      lowering.slice(from, 1, math.sub(length, count), count, math.constant(1));
  BufferView result = lowering.alloc(
      cast<RankedTensorType>(op->getResult(0).getType()), last.sizes);
  lowering.copy(last, result);
  lowering.bind(op->getResult(0), result);
  return success();
}

void bitnet::populateStructuralOps(LoweringRegistry &registry) {
  registry["rt.get_global"] = lowerGetGlobal;
  registry["rt.past_length"] = lowerPastLength;
  registry["ternary.constant"] = lowerTernaryConstant;
  registry["transformer.last_positions"] = lowerLastPositions;
}
