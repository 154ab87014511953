#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

#include "compiler/Conversion/OnnxToLinalg/Elementwise.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace bitnet;

Type bitnet::getStorageType(Type type) {
  if (isByteCode(type))
    return IntegerType::get(type.getContext(), 8);
  if (auto integer = dyn_cast<IntegerType>(type))
    return IntegerType::get(type.getContext(), integer.getWidth());
  return type;
}

bool bitnet::isByteCode(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() == 2 || integer.getWidth() == 4;
  return isa<FloatType>(type) && type.getIntOrFloatBitWidth() <= 8;
}

MemRefType bitnet::getMemRefType(RankedTensorType type) {
  return MemRefType::get(type.getShape(),
                         getStorageType(type.getElementType()));
}

BufferLowering::BufferLowering(OpBuilder &builder, SymbolTable &symbols,
                               Value exec)
    : builder(builder), math(builder), symbols(symbols), exec(exec),
      loc(exec.getLoc()) {}

void BufferLowering::startOp(Operation *op) {
  loc = op->getLoc();
  math.setLoc(loc);
}

//===- What stands for a tensor
//--------------------------------------------===//

void BufferLowering::bind(Value tensor, BufferView view) {
  view.sizes = refine(view.sizes, cast<RankedTensorType>(tensor.getType()));
  views[tensor] = std::move(view);
}

void BufferLowering::bindBuffer(Value tensor, Value memref) {
  bind(tensor, whole(memref));
}

void BufferLowering::bindElements(Value tensor, Numbers elements) {
  elementsOf[tensor] = std::move(elements);
}

void BufferLowering::defer(Operation *op, Numbers sizes) {
  deferred[op->getResult(0)] = std::move(sizes);
}

BufferView BufferLowering::materialize(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto known = elementsOf.find(tensor);
  if (known == elementsOf.end()) {
    assert(deferred.contains(tensor) && "tensor was not lowered");
    Numbers sizes = deferred.lookup(tensor);
    deferred.erase(tensor);
    return emitElementwise(tensor.getDefiningOp(), sizes, *this);
  }
  Type element = getStorageType(type.getElementType());
  if (std::optional<SmallVector<int64_t>> values = constants(tensor)) {
    SmallVector<APInt> bits;
    for (int64_t value : *values)
      bits.push_back(APInt(64, value, /*isSigned=*/true)
                         .sextOrTrunc(element.getIntOrFloatBitWidth()));
    return whole(constantBuffer(DenseElementsAttr::get(
        RankedTensorType::get(type.getShape(), element), bits)));
  }
  BufferView buffer = alloc(type, {});
  SmallVector<int64_t> strides = computeStrides(type.getShape());
  for (auto [position, number] : llvm::enumerate(known->second)) {
    SmallVector<Value> indices;
    for (int64_t index : delinearize(position, strides))
      indices.push_back(math.value(math.constant(index)));
    Value scalar = element.isInteger(1)
                       ? math.condition(number)
                       : arith::IndexCastOp::create(builder, loc, element,
                                                    math.value(number))
                             .getResult();
    memref::StoreOp::create(builder, loc, scalar, buffer.base, indices);
  }
  return buffer;
}

BufferView BufferLowering::view(Value tensor) {
  auto found = views.find(tensor);
  // Numbers that became memory inside of a loop are not there behind it.
  if (found != views.end() && math.isAvailable(found->second.base))
    return found->second;
  bind(tensor, materialize(tensor));
  return views.lookup(tensor);
}

Value BufferLowering::buffer(Value tensor) { return memref(view(tensor)); }

BufferView BufferLowering::contiguousView(Value tensor) {
  BufferView from = view(tensor);
  if (isContiguous(from))
    return from;
  BufferView to = alloc(cast<RankedTensorType>(tensor.getType()), from.sizes);
  copy(from, to);
  return to;
}

Value BufferLowering::contiguous(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return memref(contiguousView(tensor), type.getShape());
}

Numbers BufferLowering::sizes(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type.hasStaticShape())
    return getAsIndexOpFoldResult(builder.getContext(), type.getShape());
  auto waiting = deferred.find(tensor);
  if (waiting != deferred.end())
    return waiting->second;
  return refine(view(tensor).sizes, type);
}

std::optional<Numbers> BufferLowering::elements(Value tensor) {
  auto found = elementsOf.find(tensor);
  if (found == elementsOf.end())
    return std::nullopt;
  return found->second;
}

std::optional<Numbers> BufferLowering::scalars(Value tensor) {
  if (std::optional<Numbers> known = elements(tensor))
    return known;
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() > kMaxElements ||
      !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  Value source = buffer(tensor);
  SmallVector<int64_t> strides = computeStrides(type.getShape());
  Numbers numbers;
  for (int64_t position = 0; position < type.getNumElements(); ++position) {
    SmallVector<Value> indices;
    for (int64_t index : delinearize(position, strides))
      indices.push_back(math.value(math.constant(index)));
    Value scalar = memref::LoadOp::create(builder, loc, source, indices);
    Type index = builder.getIndexType();
    bool isUnsigned = type.getElementType().isUnsignedInteger() ||
                      type.getElementType().isInteger(1);
    numbers.push_back(
        isUnsigned ? arith::IndexCastUIOp::create(builder, loc, index, scalar)
                         .getResult()
                   : arith::IndexCastOp::create(builder, loc, index, scalar)
                         .getResult());
  }
  return numbers;
}

std::optional<SmallVector<int64_t>> BufferLowering::constants(Value tensor) {
  std::optional<Numbers> numbers = elements(tensor);
  if (!numbers)
    return std::nullopt;
  return getConstantIntValues(*numbers);
}
