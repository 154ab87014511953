#ifndef COMPILER_CONVERSION_KERNELTOSPIRV_SCALARBUILDER_H
#define COMPILER_CONVERSION_KERNELTOSPIRV_SCALARBUILDER_H

#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/DenseMap.h"

namespace bitnet {

/// Builds the scalar code of one shader. Constants and variables lie at the
/// function's entry, where every block sees them.
class ScalarBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;
  using Type = mlir::Type;

  ScalarBuilder(mlir::Location loc, mlir::spirv::FuncOp function);

  //===- types
  //--------------------------------------------------------------===//

  /// What holds a number of type `type` in a shader: i64 for index, the bits of
  /// a bf16 as i16, others themselves. Null where there is none.
  Type convert(Type type);
  /// Bytes of an element in memory; an i1 takes one.
  static int64_t bytesOf(Type element);
  static bool isFloat(Type type) { return mlir::isa<mlir::FloatType>(type); }

  //===- constants
  //----------------------------------------------------------===//

  Value constant(mlir::TypedAttr value);
  Value integer(Type type, int64_t value);
  Value i64(int64_t value) { return integer(getI64Type(), value); }
  Value i32(int64_t value) { return integer(getI32Type(), value); }
  Value boolean(bool value) { return constant(getBoolAttr(value)); }
  Value number(Type type, double value) {
    return constant(getFloatAttr(type, value));
  }

  //===- arithmetic
  //---------------------------------------------------------===//

  /// On integers, folded where both are constant.
  Value add(Value a, Value b);
  Value mul(Value a, Value b);
  Value select(Value condition, Value a, Value b);
  /// The bits of `value` as a number of another type of the same width.
  Value bitcast(Type type, Value value);
  /// An integer made wider or narrower; `isSigned` says how it is extended.
  Value resize(Type type, Value value, bool isSigned);

  /// An op of float arithmetic that no driver may contract or reorder.
  template <typename Op, typename... Args>
  Value exact(Args... args) {
    auto op = Op::create(*this, args...);
    op->setAttr("no_contraction", getUnitAttr());
    return op->getResult(0);
  }

  //===- memory
  //-------------------------------------------------------------===//

  /// Element of type `element` (as in a memref) at a device address.
  Value load(Type element, Value address);
  void store(Value value, Type element, Value address);
  /// The same at an address that is a multiple of `alignment` only: byte by
  /// byte where the element needs more.
  Value load(Type element, Value address, int64_t alignment);
  void store(Value value, Type element, Value address, int64_t alignment);
  /// `count` elements from an address on, read as vectors of up to four.
  llvm::SmallVector<Value> loadMany(Type element, Value address, int64_t count);
  void storeMany(mlir::ValueRange values, Type element, Value address);

  /// A variable of the invocation.
  Value variable(Type type);
  Value read(Value variable);
  void write(Value variable, Value value);

private:
  mlir::Block &entry() { return function.getBody().front(); }
  /// A pointer to `type` from an address.
  Value pointer(Type type, Value address);
  /// What a memref's element is in memory, from what a shader computes with.
  Value toMemory(Value value, Type element);
  Value fromMemory(Value value, Type element);

  mlir::spirv::FuncOp function;
  llvm::DenseMap<mlir::Attribute, Value> constants;
};

} // namespace bitnet

#endif // COMPILER_CONVERSION_KERNELTOSPIRV_SCALARBUILDER_H
