#ifndef DIALECTS_TERNARY_TRANSFORMS_LOOKUPROWS_H
#define DIALECTS_TERNARY_TRANSFORMS_LOOKUPROWS_H

#include "dialects/Ternary/Transforms/Tiler.h"

namespace bitnet::ternary {

/// Rows of layout `pairs`, `quads` or `quints` for a few tokens: tables of some
/// groups of terms, which stay in L1, then these groups of all blocks.
struct LookupRowsTiler : Tiler {
  LookupRowsTiler(const KernelStrategy &strategy, LinearOp op);
  /// The tokens from `first` on.
  void run(Value first);

private:
  using ValueRange = mlir::ValueRange;

  /// `groups` groups from `first` on of a sibling's blocks [from, to), for the
  /// tokens of the slots [0, slots).
  struct Chunk {
    Value first;
    int64_t groups;
    Value from, to, token, slots, tables, sums;
  };

  bool isQuads() { return op.getLayout()->getKind() == LayoutKind::Quads; }
  bool isQuints() { return op.getLayout()->getKind() == LayoutKind::Quints; }
  void tablesOf(Value token, Value first, Value last, Value tables, Value slot);
  void makeTables(Value token, Value count, Value tables);
  void lookup(Sibling &sibling, const Chunk &chunk, Value block, int64_t count,
              Value slot, ValueRange next);
  void lookupAll(Sibling &sibling, const Chunk &chunk, Value begin, Value end,
                 int64_t count);
  void lookupChunk(Value first, int64_t count, Value begin, Value end,
                   Value token, Value slots, Value tables, Value sums);
  void chunks(llvm::function_ref<void(Value first, int64_t count)> body);
  void finish(Value begin, Value end, Value token, Value count, Value sums);
  Value sumsOf(int64_t slots);
  Value rowOf(Sibling &sibling, Value block, Value slot);
  void lookupOneToken(Value token, Value sums);
  void lookupSlots(Value token, int64_t slots, Value tables, Value sums);

  /// Bytes of the tables of one group, and groups whose tables are worth a
  /// thread.
  int64_t groupBytes, partGroups;
  /// Groups of a row, and those whose tables lie in L1 together.
  int64_t groups, together;
  /// Blocks that share the loads of a table.
  int64_t rowBlocks;
};

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_LOOKUPROWS_H
