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
  void lookupBlocks(Value begin, Value end, Value token, Value count,
                    Value tables);
  void lookupOneToken(Value token);
  void lookupSlots(Value token, int64_t slots, Value tables);

  int64_t groups;
};

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_LOOKUPQUINTS_H
