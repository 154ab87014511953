#ifndef COMPILER_CONVERSION_TERNARYTOVECTOR_VECTOREMITTER_H
#define COMPILER_CONVERSION_TERNARYTOVECTOR_VECTOREMITTER_H

#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/IR/Builders.h"

namespace bitnet::ternary {

/// Rows of a block, as `ternary-tile` makes them.
inline constexpr int64_t blockRows = 64;

/// Short names for the ops of vector code, at one place in the IR.
struct VectorEmitter {
  using Value = mlir::Value;
  using Values = llvm::SmallVector<Value>;

  VectorEmitter(mlir::Operation *op, const TargetFacts &facts)
      : builder(op), loc(op->getLoc()), facts(facts) {}

  mlir::VectorType type(int64_t lanes, unsigned bits) {
    return mlir::VectorType::get(lanes, builder.getIntegerType(bits));
  }
  mlir::VectorType floats(int64_t lanes) {
    return mlir::VectorType::get(lanes, builder.getF32Type());
  }

  Value index(int64_t value);
  /// `value` in each lane of an integer vector.
  Value splat(mlir::VectorType type, int64_t value);
  /// Given lanes of an integer vector.
  Value lanes(unsigned bits, llvm::ArrayRef<int64_t> values);
  Value mask(llvm::ArrayRef<bool> values);

  Value add(Value a, Value b);
  Value add(Value a, int64_t b); ///< of an index
  Value sub(Value a, Value b);
  Value times(Value a, int64_t b); ///< of an index: address arithmetic only
  Value min(Value a, Value b);     ///< of indices
  Value max(Value a, Value b);     ///< of indices
  Value bitAnd(Value a, Value b);
  Value shiftRight(Value a, int64_t bits);       ///< logical, each lane
  Value shiftRightSigned(Value a, int64_t bits); ///< each lane, to floor
  Value shiftLeft(Value a, int64_t bits);
  Value select(Value condition, Value a, Value b);
  Value signExtend(Value a, unsigned bits);
  Value zeroExtend(Value a, unsigned bits);
  Value truncate(Value a, unsigned bits);
  Value bitcast(Value a, mlir::VectorType type);
  Value shuffle(Value a, Value b, llvm::ArrayRef<int64_t> lanes);
  /// Lanes [first, first + count) of `a` and of `b`, one of each in turn.
  Value interleave(Value a, Value b, int64_t first, int64_t count);
  Value broadcast(Value scalar, int64_t lanes);

  Value load(mlir::VectorType type, Value memref, mlir::ValueRange at);
  void store(Value vector, Value memref, mlir::ValueRange at);
  Value loadScalar(Value memref, mlir::ValueRange at);
  /// Asks for a line that will be read: into all levels (3), or from the second
  /// one on (2). It may lie behind the end. Where a vector is a line it stays
  /// between the loads before and behind it: LLVM would put those of a loop
  /// side by side, where they take all places for misses while loads wait.
  void prefetch(Value memref, Value at, unsigned locality);

  /// The 16 bytes of `table` in each 16 bytes of a vector of `bytes`.
  Value repeatTable(Value table, int64_t bytes);
  /// Byte i of the result: byte (indices[i] & 15) of table's 16 bytes around
  /// i; no index may be above 15. One instruction; the vectors have
  /// facts.shuffleBytes() bytes.
  Value shuffleBytes(Value table, Value indices);

  /// Byte i of the result: byte (indices[i] & 127) of low, high in a row. One
  /// instruction, vpermi2b of 64 bytes.
  Value lookupBytes(Value low, Value high, Value indices);

  /// The transpose of a square of n vectors of n lanes, n a power of 2, by
  /// log2 n rounds of interleaving.
  Values transpose(Values rows);

  /// scf.for over indices with values carried from one iteration to the next.
  Values loop(Value begin, Value end, int64_t step, mlir::ValueRange initial,
              llvm::function_ref<Values(Value, mlir::ValueRange)> body);
  void loop(Value begin, Value end, int64_t step,
            llvm::function_ref<void(Value)> body);

  mlir::OpBuilder builder;
  mlir::Location loc;
  const TargetFacts &facts;
};

/// Sums of 64 rows (or as many bytes as a vector has) of which bytes were added
/// up: `words` holds low + (high << 8) of the neighbouring bytes' low sums,
/// modulo 2^16, the high one's alone, and the same for the sums that count 2^5.
mlir::Value emitRowSums(VectorEmitter &e, mlir::ValueRange words);

/// The lowering of one op, which the caller erases.
/// Adds `totals` at `at` the lanes of `sums` (integers) times `scale` (of f32),
/// with `weights` times that where there are some: what a group of terms gives.
void emitAddScaled(VectorEmitter &e, mlir::Value sums, mlir::Value scale,
                   mlir::Value weights, mlir::Value totals,
                   mlir::ValueRange at);
/// Calls `store` with zeros in `lanes` lanes of f32 where `group` is 0: sums
/// begin there.
void emitClearFirst(VectorEmitter &e, mlir::Value group, int64_t lanes,
                    llvm::function_ref<void(mlir::Value zero)> store);

void lowerQuantize(QuantizeOp op, const TargetFacts &facts);
void lowerRescale(RescaleOp op, const TargetFacts &facts);
void lowerMaskedRows(MaskedRowsOp op, const TargetFacts &facts);
void lowerCodeTables(CodeTablesOp op, const TargetFacts &facts);
void lowerLookupRows(LookupRowsOp op, const TargetFacts &facts);
void lowerQuadTables(QuadTablesOp op, const TargetFacts &facts);
void lowerLookupQuads(LookupQuadsOp op, const TargetFacts &facts);
void lowerQuintTables(QuintTablesOp op, const TargetFacts &facts);
void lowerLookupQuints(LookupQuintsOp op, const TargetFacts &facts);
void lowerQuintsToPairs(QuintsToPairsOp op, const TargetFacts &facts);
void lowerTokenPanel(TokenPanelOp op, const TargetFacts &facts);
void lowerTokenTables(TokenTablesOp op, const TargetFacts &facts);
void lowerLookupTokens(LookupTokensOp op, const TargetFacts &facts);
void lowerClear(ClearOp op, const TargetFacts &facts);
void lowerCarry(CarryOp op, const TargetFacts &facts);
void lowerTransposeSums(TransposeSumsOp op, const TargetFacts &facts);
void lowerLookupRowGroups(LookupRowGroupsOp op, const TargetFacts &facts);
void lowerAddRowGroup(AddRowGroupOp op, const TargetFacts &facts);
void lowerTokenScales(TokenScalesOp op, const TargetFacts &facts);
void lowerAddTokenGroup(AddTokenGroupOp op, const TargetFacts &facts);
void lowerTransposeTotals(TransposeTotalsOp op, const TargetFacts &facts);
void lowerWriteTotals(WriteTotalsOp op, const TargetFacts &facts);
void lowerCodeTotals(CodeTotalsOp op, const TargetFacts &facts);
void lowerDotRows(DotRowsOp op, const TargetFacts &facts);

} // namespace bitnet::ternary

#endif // COMPILER_CONVERSION_TERNARYTOVECTOR_VECTOREMITTER_H
