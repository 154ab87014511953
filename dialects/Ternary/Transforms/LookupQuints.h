#ifndef DIALECTS_TERNARY_TRANSFORMS_LOOKUPQUINTS_H
#define DIALECTS_TERNARY_TRANSFORMS_LOOKUPQUINTS_H

#include "dialects/Ternary/Transforms/Tiler.h"

namespace bitnet::ternary {

/// Rows of layout `quints` for a few tokens: their tables, then all blocks of
/// the layout.
struct QuintRowsTiler : Tiler {
  QuintRowsTiler(const KernelStrategy &strategy, LinearOp op);
  /// The tokens from `first` on.
  void run(Value first);

private:
  void makeTables(Value token, Value count, Value tables);
  void chunk(Value first, int64_t count, Value begin, Value end, Value slots,
             Value tables, Value sums);
  void chunks(llvm::function_ref<void(Value first, int64_t count)> body);
  void finish(Value begin, Value end, Value token, Value count, Value sums);
  Value sumsOf(int64_t slots);
  Value rowOf(Sibling &sibling, Value block, Value slot);
  void lookupOneToken(Value token, Value sums);
  void lookupSlots(Value token, int64_t slots, Value tables, Value sums);

  /// Groups of a row, and those whose tables lie in L1 together.
  int64_t groups, together;
};

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_LOOKUPQUINTS_H
