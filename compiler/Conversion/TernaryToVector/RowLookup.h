#ifndef COMPILER_CONVERSION_TERNARYTOVECTOR_ROWLOOKUP_H
#define COMPILER_CONVERSION_TERNARYTOVECTOR_ROWLOOKUP_H

#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"

#include <array>

namespace bitnet::ternary {

/// Look-ups of one token in tables of bytes: lanes are rows, a sum of bytes is
/// widened every few groups, and the tables' loads are shared by all vectors of
/// rows. What a group's tables and entries are is the layout's.
class RowLookup {
public:
  virtual ~RowLookup() = default;
  void emit();

protected:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Values = VectorEmitter::Values;

  /// What a layout says of its groups.
  struct Groups {
    /// Terms of a group, and bytes of its tables.
    int64_t terms, tableBytes;
    /// Bytes of weights from one group of a block to the next.
    int64_t step;
    /// Groups whose bytes can be added before they are widened.
    int64_t unroll;
    /// What a sum of bytes starts with, so that it is unsigned.
    int64_t start;
    /// What each entry is too large by.
    int64_t bias;
    /// Of the rows whose weights are asked for ahead of time, one in so many: a
    /// line has 64, and caches bring its neighbour.
    int64_t aheadRows = 64;
    /// Groups whose sums fit in words. Where K has no more, `sums` are words
    /// until the last group was added: it takes longer to make numbers of them
    /// than to store them and load them again.
    int64_t wordGroups = 0;
  };

  /// Scales of groups of terms.
  struct Scales {
    Value scale, token;
    /// Null where weights have one a row.
    Value weights;
    /// Groups of the layout that share a scale, a multiple of `unroll`; 0
    /// where sums are those of all groups, as integers.
    int64_t groups = 0;
  };

  /// `op` is a lookup_rows, lookup_row_groups, lookup_quads or lookup_quints
  /// that reads `blocks` blocks of `rows` rows in vectors of `bytes` and adds
  /// to `sums`.
  template <typename Op>
  RowLookup(Op op, const TargetFacts &facts, Groups layout, int64_t blocks,
            int64_t rows, int64_t bytes, Value sums, Scales scales)
      : e(op, facts), tables(op.getTables()), slot(op.getSlot()), bytes(bytes),
        layout(layout), scales(scales), weights(op.getWeights()), sums(sums),
        row(op.getRow()), block(op.getBlock()), first(op.getFirst()),
        next(op.getNext()), groups(op.getGroups()),
        allGroups(llvm::divideCeil(op.getTerms(), layout.terms)),
        blockBytes(allGroups * rows) {
    for (int64_t at = 0; at < blocks * rows; at += bytes)
      all.push_back({at / rows * blockBytes + at % rows, at});
  }

  /// The tables of a group, which lie at byte `at`.
  virtual Values loadTables(Value at) = 0;
  /// What a vector of weights adds to the low and to the high sums.
  virtual std::array<Value, 2> entries(const Values &tables, Value code) = 0;

  /// `total` of the entries of some groups and that of group `number` of those
  /// that add up in bytes.
  virtual Value addEntry(Value total, Value entry, int64_t number) {
    return e.add(total, entry);
  }

  VectorEmitter e;
  Value tables, slot;
  /// Of a vector.
  const int64_t bytes;

private:
  /// A vector's bytes from the start of the first block to its weights, and the
  /// first of its rows.
  struct Rows {
    int64_t offset, row;
  };
  /// Word sums of a vector: low, low >> 8, high, high >> 8. With scales in
  /// groups two: low + 32 high, and the same of what lies above 8 bits.
  static constexpr int64_t wordsEach = 4;
  /// How far ahead weights are asked for, into L2: the cache's own prefetching
  /// does not keep up with a loop that waits for so few bytes at a time.
  static constexpr int64_t aheadBytes = 12288;

  Value startOf(Value block, Value first);
  Values noWords() {
    return Values((scales.groups ? 2 : wordsEach) * vectors.size(),
                  e.splat(e.type(bytes / 2, 16), 0));
  }
  Values addGroups(Value first, int64_t count, mlir::ValueRange words,
                   Value ahead);
  bool keepsWords() const { return allGroups <= layout.wordGroups; }
  Value isFirst();
  Values placesOf(const Rows &vector);
  Values loadWords();
  void storeWords(const Values &words);
  void finish(const Values &words, int64_t widenings);
  void emitVectors();
  void emitScaledVectors();
  void addScaleGroup(Value number, int64_t count, Value ahead);
  void finishScaled(Value number, int64_t count, ValueRange words);

  const Groups layout;
  const Scales scales;
  Value weights, sums, row, block, first;
  mlir::ValueRange next;
  /// Of the op, and of a row.
  int64_t groups, allGroups;
  int64_t blockBytes;
  llvm::SmallVector<Rows> all;
  /// Those of `all` at hand.
  llvm::ArrayRef<Rows> vectors;
  /// Where the first group's weights and tables start.
  Value weightBase, tableBase;
};

} // namespace bitnet::ternary

#endif // COMPILER_CONVERSION_TERNARYTOVECTOR_ROWLOOKUP_H
