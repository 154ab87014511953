#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_LANEBUILDER_H
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_LANEBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bitnet::transformer {

/// Lanes of every vector, and of the one order in which floats are reduced.
constexpr int64_t kLanes = 16;

/// Builds vector code of 16 f32 lanes. It is the only place that knows the
/// fixed reduction order of docs/architecture.md: lane j takes the elements
/// k = j mod 16 one after the other, then lanes are folded 8, 4, 2, 1. Results
/// therefore depend neither on tiles nor on the target's vector length.
class LaneBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Values = llvm::SmallVector<Value>;

  explicit LaneBuilder(mlir::Operation *op)
      : ImplicitLocOpBuilder(op->getLoc(), op) {}

  /// Multiply-adds that one unit of a parallel loop should have: about a
  /// microsecond, what entering a parallel region costs.
  int64_t unitWork = 32768;

  /// vector<lanes x f32>.
  mlir::VectorType lanesType(int64_t lanes = kLanes);

  //===- scalars ----------------------------------------------------------===//

  Value index(int64_t value);
  Value f32(float value);
  /// Size of axis `axis` of a memref.
  Value dim(Value memref, int64_t axis);
  Value add(Value lhs, Value rhs);
  Value sub(Value lhs, Value rhs);
  Value mul(Value lhs, Value rhs);
  /// Of indices that are not negative.
  Value div(Value lhs, Value rhs);
  Value rem(Value lhs, Value rhs);
  Value ceilDiv(Value lhs, Value rhs);
  Value min(Value lhs, Value rhs);
  Value max(Value lhs, Value rhs);
  /// Largest multiple of `unit` that is at most `value`.
  Value roundDown(Value value, int64_t unit);

  //===- vectors ----------------------------------------------------------===//

  Value splat(float value, int64_t lanes = kLanes);
  Value broadcast(Value scalar, int64_t lanes = kLanes);
  Value fadd(Value lhs, Value rhs);
  Value fsub(Value lhs, Value rhs);
  Value fmul(Value lhs, Value rhs);
  Value fdiv(Value lhs, Value rhs);
  Value fma(Value a, Value b, Value c);
  /// The larger one; `rhs` where either is NaN.
  Value fmax(Value lhs, Value rhs);
  Value cmp(mlir::arith::CmpFPredicate predicate, Value lhs, Value rhs);
  Value select(Value condition, Value lhs, Value rhs);

  /// `lanes` elements of the last axis from `indices` on, widened to f32.
  /// Lanes that `mask` (vector of i1) leaves out are not read and give 0.
  Value load(Value memref, ValueRange indices, Value mask = {},
             int64_t lanes = kLanes);
  /// Stores f32 lanes, narrowed to the memref's element type.
  void store(Value lanes, Value memref, ValueRange indices, Value mask = {});
  /// The first `count` lanes.
  Value firstLanes(int64_t count, int64_t lanes = kLanes);
  Value firstLanes(Value count);

  //===- control ----------------------------------------------------------===//

  using LoopBody = llvm::function_ref<Values(Value, ValueRange)>;
  /// for (i = begin; i < end; i += step); returns the final iteration values.
  Values loop(Value begin, Value end, int64_t step, ValueRange inits,
              LoopBody body);
  void loop(Value begin, Value end, int64_t step,
            llvm::function_ref<void(Value)> body);
  /// The same, never unrolled: the scheduler would overlap the iterations of an
  /// unrolled loop of many accumulators, and spill them.
  Values rolledLoop(Value begin, Value end, int64_t step, ValueRange inits,
                    LoopBody body);
  void ifThen(Value condition, llvm::function_ref<void()> then);

  /// Runs body(row) for each row of [0, rows) in an rt.parallel whose units
  /// hold at least `unitWork` multiply-adds, `workPerRow` (index) being those
  /// of one row: little work stays on one thread.
  void parallelRows(Value exec, Value rows, Value workPerRow,
                    llvm::StringRef kernel, llvm::function_ref<void()> prologue,
                    llvm::function_ref<void(Value)> body);
  /// The same by ranges of rows, each a multiple of `multiple` long but the
  /// last: body(begin, end).
  void parallelRanges(Value exec, Value rows, Value workPerRow,
                      int64_t multiple, llvm::StringRef kernel,
                      llvm::function_ref<void(Value, Value)> body);

  //===- views ------------------------------------------------------------===//

  /// A contiguous memref [.., K] as [rows, K].
  Value asRows(Value memref);
  /// A contiguous memref as one axis.
  Value flatten(Value memref);

  //===- reductions in the fixed order ------------------------------------===//

  using Accumulate =
      llvm::function_ref<Values(Value k, Value mask, ValueRange accumulators)>;
  /// `count` accumulators of 16 lanes over [0, size): the body gets the first
  /// k of each 16 and, for the last ones, the mask of lanes below `size`.
  Values accumulate(int64_t size, unsigned count, Accumulate body);
  /// for each 16 of [0, size): the same without accumulators.
  void forLanes(int64_t size, llvm::function_ref<void(Value, Value)> body);
  /// The sums of each accumulator's lanes, as lanes of one vector: at most 16.
  /// Accumulators have 16 lanes, or the 8 that the first fold leaves.
  /// Of integers too.
  Value foldSums(ValueRange accumulators);
  Value foldSum(Value accumulator);
  Value foldMax(Value lanes);

private:
  Values fill(mlir::scf::ForOp loop, LoopBody body);
  Value shuffle(Value lhs, Value rhs, llvm::ArrayRef<int64_t> mask);
  Value sum2(Value lhs, Value rhs);
};

} // namespace bitnet::transformer

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_LANEBUILDER_H
