#include "dialects/RT/IR/RTOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace bitnet::rt;

#define GET_OP_CLASSES
#include "dialects/RT/IR/RTOps.cpp.inc"

/// (C4)
static LogicalResult verifyScales(GlobalOp global) {
  std::optional<ArrayAttr> scales = global.getScales();
  if (!scales)
    return success();
  auto type = cast<RankedTensorType>(global.getType());
  Type element = type.getElementType();
  if (type.getRank() != 2 || !type.hasStaticShape() ||
      !(element.isF32() || element.isF16() || element.isBF16()))
    return global.emitOpError("has scales and type ")
           << type << ", expected a static matrix of f32, f16 or bf16";
  if (scales->size() != global.getValues().size())
    return global.emitOpError("has ")
           << scales->size() << " scales for " << global.getValues().size()
           << " values, expected as many";
  for (Attribute scale : *scales) {
    auto elements = dyn_cast<ElementsAttr>(scale);
    if (!elements || !elements.getElementType().isF32() ||
        (elements.getNumElements() != 1 &&
         elements.getNumElements() != type.getDimSize(0)))
      return global.emitOpError("has scales ")
             << scale << ", expected 1 or " << type.getDimSize(0)
             << " elements of f32";
  }
  return success();
}

LogicalResult GlobalOp::verify() {
  // (C1)
  if (getValues().empty())
    return emitOpError("has no values, expected one for each layer");
  // (C2)
  Type first;
  for (Attribute value : getValues()) {
    auto elements = dyn_cast<ElementsAttr>(value);
    if (!elements)
      return emitOpError("holds ") << value << ", expected elements attributes";
    if (!first)
      first = elements.getType();
    if (elements.getType() != first)
      return emitOpError("holds values of types ")
             << first << " and " << elements.getType()
             << ", expected the same for every layer";
  }
  // (C4)
  if (!getEncodingAttr())
    return verifyScales(*this);
  if (getScales())
    return emitOpError("has both an encoding and scales, expected one");
  // (C3)
  auto encoding = dyn_cast<EncodingAttrInterface>(getEncodingAttr());
  if (!encoding)
    return emitOpError("has an encoding ")
           << getEncodingAttr() << ", which makes no stored values";
  return encoding.verifyEncoding([&] { return emitOpError(); },
                                 cast<ShapedType>(first),
                                 cast<RankedTensorType>(getType()));
}

uint64_t bitnet::rt::getGlobalBytes(GlobalOp global) {
  auto type = cast<RankedTensorType>(global.getType());
  Type element = type.getElementType();
  unsigned bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  return type.getNumElements() * llvm::divideCeil(bits, 8);
}

LogicalResult
GetGlobalOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  // (C1)
  auto global =
      symbolTable.lookupNearestSymbolFrom<GlobalOp>(*this, getGlobalAttr());
  if (!global)
    return emitOpError("names ")
           << getGlobalAttr() << ", which is no rt.global";
  // (C2)
  auto shaped = cast<ShapedType>(getResult().getType());
  auto expected = cast<ShapedType>(global.getType());
  Type element = expected.getElementType();
  if (auto integer = dyn_cast<IntegerType>(element);
      integer && isa<MemRefType>(shaped) && !integer.isSignless())
    element = IntegerType::get(getContext(), integer.getWidth());
  if (shaped.getShape() != expected.getShape() ||
      shaped.getElementType() != element)
    return emitOpError("has type ")
           << shaped << ", expected the global's " << expected;
  return success();
}

LogicalResult KVCacheOp::verify() {
  // (C1)
  if (getInputs().size() != getOutputs().size() || getInputs().empty())
    return emitOpError("has ")
           << getInputs().size() << " inputs and " << getOutputs().size()
           << " outputs, expected as many and at least one";
  for (auto parts : {getInputParts(), getOutputParts()})
    if (parts && parts->size() != getInputs().size())
      return emitOpError("has parts of ")
             << parts->size() << " states, expected " << getInputs().size();
  // (C2)
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || type.getRank() != 4 || type.isDynamicDim(1) ||
      type.isDynamicDim(3))
    return emitOpError("has type ") << getType()
                                    << ", expected rank 4 with static heads "
                                       "(axis 1) and head_dim (axis 3)";
  return success();
}

void ParallelOp::build(
    OpBuilder &builder, OperationState &state, Value exec, Value count,
    int64_t grain, StringRef kernel,
    function_ref<void(OpBuilder &, Location, Value, Value)> body) {
  state.addOperands({exec, count});
  state.addAttribute(getGrainAttrName(state.name),
                     builder.getI64IntegerAttr(grain));
  if (!kernel.empty())
    state.addAttribute(getKernelAttrName(state.name),
                       builder.getStringAttr(kernel));
  OpBuilder::InsertionGuard guard(builder);
  Region *region = state.addRegion();
  Type index = builder.getIndexType();
  Block *block = builder.createBlock(region, {}, {index, index},
                                     {state.location, state.location});
  if (!body)
    return;
  body(builder, state.location, block->getArgument(0), block->getArgument(1));
  YieldOp::create(builder, state.location);
}

ParseResult ParallelOp::parse(OpAsmParser &parser, OperationState &result) {
  OpAsmParser::UnresolvedOperand exec, count;
  OpAsmParser::Argument begin, end;
  Builder &builder = parser.getBuilder();
  Type index = builder.getIndexType();
  int64_t grain = 1;
  if (parser.parseOperand(exec) || parser.parseLParen() ||
      parser.parseArgument(begin) || parser.parseKeyword("to") ||
      parser.parseArgument(end) || parser.parseRParen() ||
      parser.parseKeyword("in") || parser.parseOperand(count))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("grain")) &&
      parser.parseInteger(grain))
    return failure();
  result.addAttribute(getGrainAttrName(result.name),
                      builder.getI64IntegerAttr(grain));
  begin.type = end.type = index;
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.resolveOperand(exec, ExecType::get(builder.getContext()),
                            result.operands) ||
      parser.resolveOperand(count, index, result.operands) ||
      parser.parseRegion(*result.addRegion(), {begin, end}))
    return failure();
  return success();
}

void ParallelOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getExec() << " (" << getBegin() << " to " << getEnd()
          << ") in " << getCount() << " grain " << getGrain();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getGrainAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

LogicalResult ForkOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  // (C1)
  auto callee = symbolTable.lookupNearestSymbolFrom<FunctionOpInterface>(
      *this, getCalleeAttr());
  if (!callee)
    return emitOpError("names ") << getCalleeAttr() << ", which is no function";
  if (callee.getNumArguments() != 3 || callee.getNumResults() != 0)
    return emitOpError("calls ")
           << getCalleeAttr() << " of type " << callee.getFunctionType()
           << ", expected (!llvm.ptr, index, index) -> ()";
  return success();
}

LogicalResult ParallelOp::verify() {
  Block &block = getBody().front();
  if (block.getNumArguments() != 2 ||
      !llvm::all_of(block.getArgumentTypes(),
                    [](Type type) { return type.isIndex(); }))
    return emitOpError("expects a region with two index arguments");
  return success();
}

void bitnet::rt::getDestinationFormEffects(DestinationFormOpInterface op,
                                           MemoryEffects &effects) {
  if (!op.isBufferForm())
    return;
  unsigned numInputs = op.getNumInputs();
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    if (operand.getOperandNumber() < numInputs)
      effects.emplace_back(mlir::MemoryEffects::Read::get(), &operand);
    else
      effects.emplace_back(mlir::MemoryEffects::Write::get(), &operand);
  }
}
