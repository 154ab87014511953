#ifndef COMPILER_CONVERSION_KERNELTOSPIRV_KERNELEMITTER_H
#define COMPILER_CONVERSION_KERNELTOSPIRV_KERNELEMITTER_H

#include "compiler/Conversion/KernelToSPIRV/ScalarBuilder.h"

#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace bitnet {

/// The scalars that stand for one value: itself for a number, the elements of a
/// vector in row-major order, a MemRefValue.
using Scalars = llvm::SmallVector<mlir::Value>;

/// A memref as scalars: buffer's address, offset in elements, sizes, strides in
/// elements.
struct MemRefValue {
  MemRefValue(mlir::MemRefType type, Scalars scalars)
      : type(type), scalars(std::move(scalars)) {}
  static unsigned count(mlir::MemRefType type) {
    return 2 + 2 * type.getRank();
  }
  mlir::Value base() const { return scalars[0]; }
  mlir::Value offset() const { return scalars[1]; }
  mlir::Value size(unsigned axis) const { return scalars[2 + axis]; }
  mlir::Value stride(unsigned axis) const {
    return scalars[2 + type.getRank() + axis];
  }

  mlir::MemRefType type;
  Scalars scalars;
};

/// Writes one kernel, a function that rt.fork calls, as a compute shader.
class KernelEmitter {
public:
  /// `grain` units are an invocation's part.
  KernelEmitter(mlir::func::FuncOp kernel, int64_t grain)
      : kernel(kernel), grain(grain) {}

  /// The shader's module, before `kernel`; null after an error was emitted.
  mlir::spirv::ModuleOp run();

private:
  using Value = mlir::Value;
  using Type = mlir::Type;
  /// Nullopt: not an op of this group.
  using Emitted = std::optional<mlir::LogicalResult>;

  //===- KernelEmitter.cpp: the shader around the body
  //----------------------===//
  void createModule();
  void createEntryPoint();
  Value createInvocationNumber();
  Value readPush(unsigned field);
  mlir::LogicalResult emitMain();
  mlir::LogicalResult emitBlock(mlir::Block &block);
  mlir::LogicalResult emitOp(mlir::Operation *op);

  //===- the values so far
  //--------------------------------------------------===//
  Scalars get(Value value) { return values.at(value); }
  /// Of a number.
  Value getOne(Value value) { return values.at(value).front(); }
  Scalars get(mlir::ValueRange range);
  void set(Value value, Scalars scalars) { values[value] = std::move(scalars); }
  MemRefValue memref(Value value);
  /// The types of the scalars of a value; fails with an error at `op`.
  mlir::FailureOr<llvm::SmallVector<Type>> scalarTypes(mlir::Operation *op,
                                                       Type type);

  //===- Arithmetic.cpp
  //-----------------------------------------------------===//
  /// Ops that work element by element.
  Emitted emitElementwise(mlir::Operation *op);
  Value emitScalar(mlir::Operation *op, mlir::ValueRange operands, Type from,
                   Type to);
  Value emitInteger(mlir::Operation *op, mlir::ValueRange operands);
  Value emitFloat(mlir::Operation *op, mlir::ValueRange operands);
  Value emitCast(mlir::Operation *op, Value value, Type from, Type to);
  mlir::LogicalResult emitConstant(mlir::arith::ConstantOp op);

  //===- FusedMultiplyAdd.cpp
  //-----------------------------------------------===//
  /// a * b + c, rounded once.
  Value emitFma(Value a, Value b, Value c);

  //===- Control.cpp
  //--------------------------------------------------------===//
  Emitted emitControl(mlir::Operation *op);
  mlir::LogicalResult emitFor(mlir::scf::ForOp op);
  mlir::LogicalResult emitWhile(mlir::scf::WhileOp op);
  mlir::LogicalResult emitIf(mlir::scf::IfOp op);
  /// Runs body(i) for i in [0, count).
  void emitCount(Value count, llvm::function_ref<void(Value)> body);
  struct Loop;
  Loop beginLoop();
  void endLoop(Loop &loop);
  /// Variables for values that blocks hand on.
  mlir::FailureOr<Scalars> makeVariables(mlir::Operation *op,
                                         mlir::TypeRange types);
  void write(const Scalars &variables, const Scalars &scalars);
  /// Reads the variables and makes them the scalars of `results`.
  void readInto(const Scalars &variables, mlir::ValueRange results);

  static int64_t scratchBytesOf(mlir::memref::AllocaOp op);
  mlir::FailureOr<int64_t> countScratch();

  //===- Memory.cpp
  //---------------------------------------------------------===//
  Emitted emitMemory(mlir::Operation *op);
  mlir::LogicalResult emitCaptures(rt::CapturesOp op);
  mlir::LogicalResult emitView(mlir::Operation *op);
  void emitCopy(mlir::Operation *op);
  Value addressOf(Value memref, mlir::ValueRange indices);
  /// Rows of a memref without gaps.
  void setContiguous(Value memref, Value base, mlir::ValueRange dynamicSizes);

  //===- Vectors.cpp
  //--------------------------------------------------------===//
  Emitted emitVector(mlir::Operation *op);
  Emitted emitVectorMemory(mlir::Operation *op);
  mlir::LogicalResult emitExtract(mlir::Operation *op);
  mlir::LogicalResult emitInsert(mlir::Operation *op);
  mlir::LogicalResult emitReduction(mlir::Operation *op);
  Scalars repack(const Scalars &scalars, Type from, Type to);
  Scalars loadMasked(Type element, Value address, const Scalars &mask,
                     const Scalars &passThrough);

  mlir::func::FuncOp kernel;
  int64_t grain;
  mlir::spirv::ModuleOp module;
  mlir::spirv::FuncOp function;
  std::unique_ptr<ScalarBuilder> builder;
  llvm::DenseMap<Value, Scalars> values;
  /// Address of the captures and of the invocation's scratch memory; a store
  /// whose lane is masked goes to the first bytes of it.
  Value captures, scratch;
  int64_t scratchUsed = scratchDump;
  /// Functions of the module that multiply and add, by width.
  llvm::DenseMap<unsigned, mlir::spirv::FuncOp> fused;

  static constexpr int64_t scratchDump = 64;
};

} // namespace bitnet

#endif // COMPILER_CONVERSION_KERNELTOSPIRV_KERNELEMITTER_H
