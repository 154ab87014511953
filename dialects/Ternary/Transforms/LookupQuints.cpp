#include "dialects/Ternary/Transforms/LookupQuints.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// Bytes of the tables of one group of 5 terms, see `quint_tables`.
static constexpr int64_t groupBytes = 256;
/// Groups whose tables are worth a thread.
static constexpr int64_t partGroups = 128;

QuintRowsTiler::QuintRowsTiler(const KernelStrategy &strategy, LinearOp op)
    : Tiler(strategy, op), groups(llvm::divideCeil(op.getK(), 5)) {}

/// Tables of `count` tokens from `token` on.
void QuintRowsTiler::makeTables(Value token, Value count, Value tables) {
  int64_t parts = llvm::divideCeil(groups, partGroups);
  // Unit i is part i mod parts of slot i / parts.
  parallel(times(count, parts), 1, "tables", [&](Value begin, Value end) {
    loop(begin, end, 1, [&](Value unit) {
      Value slot = divide(unit, parts);
      Value first = times(remainder(unit, parts), partGroups);
      Value last = min(add(first, partGroups), index(groups));
      QuintTablesOp::create(builder, loc, codes, add(token, slot), first, last,
                            tables, slot);
    });
  });
}

/// Blocks [begin, end) for `count` tokens from `token` on.
void QuintRowsTiler::lookupBlocks(Value begin, Value end, Value token,
                                  Value count, Value tables) {
  Value sums = alloc({blockRows / 64, 64}, 32, /*stack=*/true);
  Value flat = asFlat(builder, loc, sums);
  forBlocks(begin, end, [&](Sibling &sibling, Value block) {
    loop(index(0), count, 1, [&](Value slot) {
      LookupQuintsOp::create(builder, loc, tables, slot, sibling.weights, block,
                             flat);
      rescale(sibling, block, sums, index(0), add(token, slot));
    });
  });
}

/// A token alone: each thread makes the tables that it reads, as with pairs.
void QuintRowsTiler::lookupOneToken(Value token) {
  parallel(index(blocks), grainOf(1), "token", [&](Value begin, Value end) {
    Value tables = alloc({1, groups * groupBytes}, 8, /*stack=*/true);
    QuintTablesOp::create(builder, loc, codes, token, index(0), index(groups),
                          tables, index(0));
    lookupBlocks(begin, end, token, index(1), tables);
  });
}

/// Up to `slots` tokens from `token` on, whose tables are shared.
void QuintRowsTiler::lookupSlots(Value token, int64_t slots, Value tables) {
  Value count = min(sub(tokens, token), index(slots));
  makeTables(token, count, tables);
  parallel(index(blocks), grainOf(1), "rows", [&](Value begin, Value end) {
    lookupBlocks(begin, end, token, count, tables);
  });
}

void QuintRowsTiler::run(Value first) {
  bool canBeAlone = groups * groupBytes <= ownTableBytes;
  if (canBeAlone && staticTokens == 1)
    return lookupOneToken(first);
  int64_t slots = std::max<int64_t>(1, getTile("slots"));
  if (staticTokens >= 0)
    slots = std::max<int64_t>(1, std::min(slots, staticTokens));
  Value tables = alloc({slots, groups * groupBytes}, 8, /*stack=*/false);
  Value sharedEnd = canBeAlone ? endOfShared(first) : tokens;
  loop(first, sharedEnd, slots,
       [&](Value token) { lookupSlots(token, slots, tables); });
  if (canBeAlone)
    loop(sharedEnd, tokens, 1, [&](Value token) { lookupOneToken(token); });
}
