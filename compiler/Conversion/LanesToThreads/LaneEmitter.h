#ifndef COMPILER_CONVERSION_LANESTOTHREADS_LANEEMITTER_H
#define COMPILER_CONVERSION_LANESTOTHREADS_LANEEMITTER_H

#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bitnet {

/// Rewrites a function that rt.fork calls so that sixteen threads run each of
/// its parts.
///
/// A number is a number, the same in all threads. A vector of n elements is
/// n / 16 numbers: element e is number e / 16 of thread e % 16. One of fewer
/// elements is one number, and thread t has element t % n.
class LaneEmitter {
public:
  static constexpr int64_t lanes = 16;

  explicit LaneEmitter(mlir::func::FuncOp function)
      : function(function), b(function.getLoc(), function) {}

  /// Fails, with the function as it was, where an op on vectors has no such
  /// form.
  mlir::LogicalResult run();
  /// Where run has failed: that op; null: the function has several blocks.
  mlir::Operation *getObstacle() const { return obstacle; }

private:
  using Value = mlir::Value;
  using Type = mlir::Type;
  using Operation = mlir::Operation;
  using Scalars = llvm::SmallVector<Value>;
  /// Nullopt: not an op of this group.
  using Emitted = std::optional<mlir::LogicalResult>;

  //===- LaneEmitter.cpp: values and control ------------------------------===//
  Scalars get(Value value);
  Value getOne(Value value) { return get(value).front(); }
  Scalars get(mlir::ValueRange range);
  void set(Value value, Scalars scalars) { values[value] = std::move(scalars); }
  /// Numbers of a thread for a value; 0 where a type has no such form.
  static int64_t countOf(Type type);
  static int64_t sizeOf(Type type);
  llvm::SmallVector<Type> scalarTypes(mlir::TypeRange types);
  void setAll(mlir::ValueRange to, mlir::ValueRange scalars);
  mlir::LogicalResult emitBlock(mlir::Block &block);
  mlir::LogicalResult emitOp(Operation *op);
  Emitted emitControl(Operation *op);
  mlir::LogicalResult emitFor(mlir::scf::ForOp op);
  mlir::LogicalResult emitIf(mlir::scf::IfOp op);
  mlir::LogicalResult emitWhile(mlir::scf::WhileOp op);
  /// The op with the operands of this function, on numbers alone.
  void cloneScalar(Operation *op);
  Emitted emitElementwise(Operation *op);
  Value constantOf(mlir::DenseElementsAttr value, int64_t first, int64_t size);

  //===- LaneMemory.cpp ---------------------------------------------------===//
  Emitted emitMemory(Operation *op);
  /// Waits where other threads must have written, or read, before.
  void beforeRead();
  void beforeWrite();
  /// What the regions of `loop` may leave behind, for a loop that comes back.
  void enterLoop(Operation *loop);
  void guarded(Value condition, llvm::function_ref<void()> body);
  Scalars loadLanes(Type vector, llvm::function_ref<Value(Value)> load,
                    llvm::ArrayRef<Value> mask, llvm::ArrayRef<Value> other);
  void storeLanes(mlir::VectorType vector,
                  llvm::function_ref<void(Value, Value)> store,
                  llvm::ArrayRef<Value> scalars, llvm::ArrayRef<Value> mask);
  /// The element's index of number `number`, behind `first`.
  Value elementAt(int64_t number, int64_t size);
  llvm::SmallVector<Value> indicesAt(mlir::ValueRange indices, Value element);
  /// A load of vectors of narrower elements whose bits are `to`.
  mlir::LogicalResult loadAs(mlir::vector::LoadOp load, mlir::VectorType to,
                             Value result);

  //===- LaneVectors.cpp --------------------------------------------------===//
  Emitted emitVector(Operation *op);
  /// `value` as words that threads exchange, and back.
  Value throughWords(Value value, llvm::function_ref<Value(Value)> exchange);
  /// Number `value` of the thread `lane` (i32).
  Value pick(Value value, Value lane);
  /// Thread t has what thread t xor `mask` has.
  Value exchange(Value value, int64_t mask);
  /// Element `element` of a vector, in all threads.
  Value extract(llvm::ArrayRef<Value> scalars, int64_t size, int64_t element);
  /// Element i of the result is element from[i] of `scalars`, numbers of a
  /// thread each for sixteen elements, or all of one vector of fewer.
  Scalars shuffle(llvm::ArrayRef<Value> scalars, llvm::ArrayRef<int64_t> from);
  Value shuffleOne(llvm::ArrayRef<Value> scalars, llvm::ArrayRef<int64_t> from);
  mlir::LogicalResult emitReduction(mlir::vector::ReductionOp op);
  mlir::LogicalResult emitShuffle(mlir::vector::ShuffleOp op);
  Value combine(mlir::vector::CombiningKind kind, Value x, Value y);
  /// Whether this thread's bit in `bits` is set.
  Value laneBit(uint64_t bits);

  Value index(int64_t value);
  Value i32(int64_t value);

  mlir::func::FuncOp function;
  mlir::ImplicitLocOpBuilder b;
  Operation *obstacle = nullptr;
  llvm::DenseMap<Value, Scalars> values;
  /// This thread's number among the sixteen, as index and as i32.
  Value lane, laneWord;
  /// Whether memory was read or written since the threads last waited.
  bool hasRead = false, hasWritten = false;
};

} // namespace bitnet

#endif // COMPILER_CONVERSION_LANESTOTHREADS_LANEEMITTER_H
