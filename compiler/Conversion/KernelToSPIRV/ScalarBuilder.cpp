#include "compiler/Conversion/KernelToSPIRV/ScalarBuilder.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace bitnet;

ScalarBuilder::ScalarBuilder(Location loc, spirv::FuncOp function)
    : ImplicitLocOpBuilder(loc, function.getContext()), function(function) {
  setInsertionPointToEnd(&entry());
}

Type ScalarBuilder::convert(Type type) {
  if (type.isIndex())
    return getI64Type();
  if (type.isBF16())
    return getI16Type();
  bool known = isa<Float16Type, Float32Type, Float64Type>(type);
  if (auto integer = dyn_cast<IntegerType>(type))
    known = integer.isSignless() &&
            llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
  return known ? type : Type();
}

int64_t ScalarBuilder::bytesOf(Type element) {
  return element.isIndex()
             ? 8
             : int64_t(llvm::divideCeil(element.getIntOrFloatBitWidth(), 8));
}

//===- constants
//--------------------------------------------------------------===//

Value ScalarBuilder::constant(TypedAttr value) {
  Value &known = constants[value];
  if (!known) {
    InsertionGuard guard(*this);
    setInsertionPointToStart(&entry());
    known = spirv::ConstantOp::create(*this, value.getType(), value);
  }
  return known;
}

Value ScalarBuilder::integer(Type type, int64_t value) {
  if (type.isInteger(1))
    return boolean(value & 1);
  return constant(getIntegerAttr(type, APInt(type.getIntOrFloatBitWidth(),
                                             value, /*isSigned=*/true,
                                             /*implicitTrunc=*/true)));
}

//===- arithmetic
//-------------------------------------------------------------===//

static std::optional<int64_t> constantOf(Value value) {
  auto op = value.getDefiningOp<spirv::ConstantOp>();
  auto attr = op ? dyn_cast<IntegerAttr>(op.getValue()) : IntegerAttr();
  if (!attr)
    return std::nullopt;
  return attr.getValue().getSExtValue();
}

Value ScalarBuilder::add(Value a, Value b) {
  std::optional<int64_t> x = constantOf(a), y = constantOf(b);
  if (x && y)
    return integer(a.getType(), int64_t(uint64_t(*x) + uint64_t(*y)));
  if (x == 0)
    return b;
  if (y == 0)
    return a;
  return spirv::IAddOp::create(*this, a, b);
}

Value ScalarBuilder::mul(Value a, Value b) {
  std::optional<int64_t> x = constantOf(a), y = constantOf(b);
  if (x && y)
    return integer(a.getType(), int64_t(uint64_t(*x) * uint64_t(*y)));
  if (x == 1 || y == 0)
    return b;
  if (y == 1 || x == 0)
    return a;
  return spirv::IMulOp::create(*this, a, b);
}

Value ScalarBuilder::select(Value condition, Value a, Value b) {
  return a == b ? a : spirv::SelectOp::create(*this, condition, a, b);
}

Value ScalarBuilder::bitcast(Type type, Value value) {
  return type == value.getType() ? value
                                 : spirv::BitcastOp::create(*this, type, value);
}

Value ScalarBuilder::resize(Type type, Value value, bool isSigned) {
  Type from = value.getType();
  if (type == from)
    return value;
  if (from.isInteger(1))
    return select(value, integer(type, isSigned ? -1 : 1), integer(type, 0));
  if (type.isInteger(1)) {
    Value bit = spirv::BitwiseAndOp::create(*this, value, integer(from, 1));
    return spirv::INotEqualOp::create(*this, bit, integer(from, 0));
  }
  if (isSigned)
    return spirv::SConvertOp::create(*this, type, value);
  return spirv::UConvertOp::create(*this, type, value);
}

//===- memory
//-----------------------------------------------------------------===//

Value ScalarBuilder::pointer(Type type, Value address) {
  auto pointerType =
      spirv::PointerType::get(type, spirv::StorageClass::PhysicalStorageBuffer);
  return spirv::ConvertUToPtrOp::create(*this, pointerType, address);
}

Value ScalarBuilder::toMemory(Value value, Type element) {
  return element.isInteger(1) ? resize(getI8Type(), value, /*isSigned=*/false)
                              : value;
}

Value ScalarBuilder::fromMemory(Value value, Type element) {
  return element.isInteger(1)
             ? spirv::INotEqualOp::create(*this, value, integer(getI8Type(), 0))
             : value;
}

/// The type of a memref's element in memory.
static Type memoryType(ScalarBuilder &b, Type element) {
  return element.isInteger(1) ? b.getI8Type() : b.convert(element);
}

Value ScalarBuilder::load(Type element, Value address) {
  return loadMany(element, address, 1).front();
}

void ScalarBuilder::store(Value value, Type element, Value address) {
  storeMany(value, element, address);
}

Value ScalarBuilder::load(Type element, Value address, int64_t alignment) {
  int64_t bytes = bytesOf(element);
  if (alignment >= bytes)
    return load(element, address);
  Type scalar = memoryType(*this, element);
  Type integer = getIntegerType(8 * bytes);
  Value bits;
  for (auto [i, byte] :
       llvm::enumerate(loadMany(getI8Type(), address, bytes))) {
    Value part = resize(integer, byte, /*isSigned=*/false);
    if (!bits) {
      bits = part;
      continue;
    }
    Value moved = spirv::ShiftLeftLogicalOp::create(
        *this, part, this->integer(integer, 8 * int64_t(i)));
    bits = spirv::BitwiseOrOp::create(*this, bits, moved);
  }
  return fromMemory(bitcast(scalar, bits), element);
}

void ScalarBuilder::store(Value value, Type element, Value address,
                          int64_t alignment) {
  int64_t bytes = bytesOf(element);
  if (alignment >= bytes)
    return store(value, element, address);
  Type integer = getIntegerType(8 * bytes);
  Value bits = bitcast(integer, toMemory(value, element));
  SmallVector<Value> parts;
  for (int64_t i = 0; i < bytes; ++i) {
    Value moved = bits;
    if (i > 0)
      moved = spirv::ShiftRightLogicalOp::create(*this, bits,
                                                 this->integer(integer, 8 * i));
    parts.push_back(resize(getI8Type(), moved, /*isSigned=*/false));
  }
  storeMany(parts, getI8Type(), address);
}

/// Elements that one access takes of `left`.
static int64_t accessSize(int64_t left) {
  return left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

SmallVector<Value> ScalarBuilder::loadMany(Type element, Value address,
                                           int64_t count) {
  Type scalar = memoryType(*this, element);
  auto aligned = spirv::MemoryAccess::Aligned;
  int64_t bytes = bytesOf(element);
  SmallVector<Value> values;
  for (int64_t i = 0, size; i < count; i += size) {
    size = accessSize(count - i);
    Type type = size == 1 ? scalar : VectorType::get({size}, scalar);
    Value from = pointer(type, add(address, i64(i * bytes)));
    Value loaded = spirv::LoadOp::create(
        *this, from, spirv::MemoryAccessAttr::get(getContext(), aligned),
        getI32IntegerAttr(bytes));
    for (int64_t lane = 0; lane < size; ++lane) {
      Value value = loaded;
      if (size > 1)
        value = spirv::CompositeExtractOp::create(
            *this, loaded, ArrayRef<int32_t>{int32_t(lane)});
      values.push_back(fromMemory(value, element));
    }
  }
  return values;
}

void ScalarBuilder::storeMany(ValueRange values, Type element, Value address) {
  Type scalar = memoryType(*this, element);
  int64_t bytes = bytesOf(element), count = values.size();
  for (int64_t i = 0, size; i < count; i += size) {
    size = accessSize(count - i);
    SmallVector<Value> parts;
    for (Value value : values.slice(i, size))
      parts.push_back(toMemory(value, element));
    Value whole = parts.front();
    if (size > 1)
      whole = spirv::CompositeConstructOp::create(
          *this, VectorType::get({size}, scalar), parts);
    Value to = pointer(whole.getType(), add(address, i64(i * bytes)));
    spirv::StoreOp::create(*this, to, whole,
                           spirv::MemoryAccessAttr::get(
                               getContext(), spirv::MemoryAccess::Aligned),
                           getI32IntegerAttr(bytes));
  }
}

Value ScalarBuilder::variable(Type type) {
  InsertionGuard guard(*this);
  setInsertionPointToStart(&entry());
  auto pointerType =
      spirv::PointerType::get(type, spirv::StorageClass::Function);
  return spirv::VariableOp::create(*this, pointerType,
                                   spirv::StorageClass::Function, Value());
}

Value ScalarBuilder::read(Value variable) {
  return spirv::LoadOp::create(*this, variable);
}

void ScalarBuilder::write(Value variable, Value value) {
  spirv::StoreOp::create(*this, variable, value);
}
