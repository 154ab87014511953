#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_ATTENTIONEMITTER_H
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_ATTENTIONEMITTER_H

#include "compiler/Conversion/TransformerToVector/Lowering.h"

namespace bitnet::transformer {

/// Emits the code of one attention op. See Attention.cpp for the order in
/// which it computes, on which the bits of its results depend.
struct AttentionEmitter {
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Values = LaneBuilder::Values;

  /// Keys of a block: they share one maximum, and their weighted sum starts
  /// from zero.
  static constexpr int64_t kBlock = 128;
  /// Slots whose inner loops share the loads of keys and values.
  static constexpr int64_t kTogether = 4;
  /// Slots of a tile where the group allows it.
  static constexpr int64_t kSlots = 16;
  /// Numbers of a block's result before the weighted sum: its maximum and its
  /// sums, 16 lanes each.
  static constexpr int64_t kHeader = 2 * kLanes;

  LaneBuilder &b;
  AttentionOp op;
  Registers registers;
  AttentionEmitter(LaneBuilder &b, AttentionOp op, Registers registers)
      : b(b), op(op), registers(registers) {}

  int64_t group = 1;     ///< query heads of one key head
  int64_t depth = 1;     ///< D
  int64_t width = 1;     ///< Dv
  Value keys, values;    ///< [B, Hkv, >= T, D or Dv], or as the op's operands
  bool isCached = false; ///< keys and values are caches
  bool isScaled = false; ///< caches of i8: a scale follows each entry
  Value kvHeads, rows;   ///< Hkv; S
  Value total;           ///< T

  // Buffers of the thread; the last axis is rounded up to 16.
  Value queries;                ///< [slots, D]
  Value keyScales, valueScales; ///< [kBlock], where isScaled
  Value scores;      ///< [slots, kBlock]: then weights of the current block
  Value products;    ///< [kTogether * 16]: of 4 slots and 16 keys
  Value blockMaxima; ///< [slots]
  Value blockSums;   ///< [slots, 16]
  Value maxima;      ///< [slots]: of all blocks so far, as are sums and acc
  Value sums;        ///< [slots, 16]
  Value acc;         ///< [slots, Dv]
  Value keep, take;  ///< [slots]: factors of what is there and of the block

  /// Indices of a query or result, and of a key or value.
  Values at(Value batch, Value head, Value row, Value d);
  Values keyAt(Value position, Value d);

  // What the code of one tile refers to.
  Value batch, kvHead, firstRow, slots;

  /// One query row of one query head.
  struct Slot {
    Value index, head, row;
  };

  static int64_t padded(int64_t size) { return llvm::alignTo(size, kLanes); }
  int64_t tileRows() const { return std::max<int64_t>(1, kSlots / group); }
  int64_t mostSlots() const { return tileRows() * group; }
  /// Rows of a step up to which its keys may be split between threads.
  int64_t splitRows() const { return std::max<int64_t>(1, kTogether / group); }

  // AttentionTile.cpp
  void allocateBuffers();
  Slot slotAt(Value index);
  void forSlots(llvm::function_ref<void(Slot)> body);
  /// How many keys the query of `row` sees.
  Value seenBy(Value row);
  /// Maximum, sums and weighted sum of the tile's slots over the blocks
  /// [begin, end). `isPart`: they are not all blocks of the rows.
  void emitBlocks(Value begin, Value end, Value isPart);
  /// Divides by the sums and stores the results.
  void finishSlot(Slot slot);
  /// The factors of two parts with these maxima, and the maximum of both.
  struct Factors {
    Value maximum, keep, take;
  };
  Factors mergeMaxima(Value before, Value added);
  /// The result's lanes of a sum of weighted values.
  Value divided(Value lanes, Value sum);

  // AttentionCache.cpp
  /// Makes keys and values the caches, appends the step's entries and adds the
  /// past to total.
  mlir::LogicalResult openCaches();
  /// Scales of the keys and values [begin, end) of the block at `base`, to
  /// whole vectors.
  void loadScales(Value base, Value begin, Value end);

  // AttentionScores.cpp
  void loadQueries();
  /// Scores of the keys [begin, end) of the block at `base`, masked.
  void emitScores(Value base, Value begin, Value end);

  // AttentionMask.cpp
  /// Scores of 16 keys from `at` on with the op's mask; `lanes` are the keys
  /// that the row sees.
  Value addMask(Value scores, Slot slot, Value at, Value lanes);
  /// The part of the keys [begin, end) outside which the mask leaves nothing
  /// for any slot, to whole vectors of keys; empty where there is none.
  std::pair<Value, Value> visibleKeys(Value begin, Value end);

private:
  // AttentionCache.cpp
  Value openCache(mlir::FlatSymbolRefAttr name);
  Value scaleAddress(Value cache, Value batch, Value head, Value position);
  void appendEntries(Value entries, Value cache, Value past);
  void appendScaled(Value entries, Value cache, ValueRange from, Value batch,
                    Value head, Value position);

  // AttentionTile.cpp
  void startTotals();
  void emitBlock(Value base, Value end, Value skips);
  void emitWeights(Value base, Value begin, Value end);
  void emitMerge();
  void emitAllValues(Value base, Value begin, Value end);
  void emitValues(Value first, int64_t count, int64_t most, Value base,
                  Value begin, Value end);
  Value sawNothing();

  // AttentionScores.cpp
  Value capped(Value lanes);
  void emitScoreTile(Value first, int64_t count, Value base, Value at);
  Values emitProducts(Value first, int64_t count, Value at);
  Values dots(Value first, int64_t count, ValueRange positions, int64_t offset,
              int64_t lanes);

  // AttentionMask.cpp
  Values maskIndices(Slot slot);
  Value loadMask(Values indices, Value lanes);
  Value maskHasOneColumn();
};

} // namespace bitnet::transformer

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_ATTENTIONEMITTER_H
