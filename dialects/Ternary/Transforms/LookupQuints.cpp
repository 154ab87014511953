#include "dialects/Ternary/Transforms/LookupQuints.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// Bytes of the tables of one group of 5 terms, see `quint_tables`.
static constexpr int64_t groupBytes = 256;
/// Groups whose tables are worth a thread.
static constexpr int64_t partGroups = 128;

QuintRowsTiler::QuintRowsTiler(const KernelStrategy &strategy, LinearOp op)
    : Tiler(strategy, op), groups(llvm::divideCeil(op.getK(), 5)),
      together(std::min(groups, getTile("table_groups"))) {}

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

/// Sums of all rows for `slots` tokens.
Value QuintRowsTiler::sumsOf(int64_t slots) {
  return alloc({slots * blocks * blockRows / 64, 64}, 32, /*stack=*/false);
}

/// Where the sums of a block lie.
Value QuintRowsTiler::rowOf(Sibling &sibling, Value block, Value slot) {
  return times(add(add(block, sibling.begin), times(slot, blocks)), blockRows);
}

/// Calls `body` for the groups of a row, `together` at a time.
void QuintRowsTiler::chunks(
    llvm::function_ref<void(Value first, int64_t count)> body) {
  int64_t whole = groups / together * together;
  loop(index(0), index(whole), together,
       [&](Value first) { body(first, together); });
  if (whole != groups)
    body(index(whole), groups - whole);
}

/// Adds `count` groups from `first` on of the blocks [begin, end) for the
/// tokens of the slots [0, slots).
void QuintRowsTiler::chunk(Value first, int64_t count, Value begin, Value end,
                           Value slots, Value tables, Value sums) {
  Value flat = asFlat(builder, loc, sums);
  for (Sibling &sibling : siblings) {
    auto [from, to] = clip(sibling, begin, end);
    loop(from, to, 1, [&, from = from, to = to](Value block) {
      // The next block's groups, and behind the last block the next groups of
      // the first one.
      Value next = add(block, 1);
      Value isLast = compare(arith::CmpIPredicate::eq, next, to);
      next = arith::SelectOp::create(builder, loc, isLast, from, next);
      Value nextFirst = arith::SelectOp::create(builder, loc, isLast,
                                                add(first, count), first);
      auto lookup = [&](Value slot, ValueRange next) {
        LookupQuintsOp::create(builder, loc, tables, slot, sibling.weights,
                               block, first, flat, rowOf(sibling, block, slot),
                               next, count, op.getK(), blockRows);
      };
      lookup(index(0), {next, nextFirst});
      loop(index(1), slots, 1, [&](Value slot) { lookup(slot, {}); });
    });
  }
}

/// Outputs of the blocks [begin, end) for `count` tokens from `token` on.
void QuintRowsTiler::finish(Value begin, Value end, Value token, Value count,
                            Value sums) {
  forBlocks(begin, end, [&](Sibling &sibling, Value block) {
    loop(index(0), count, 1, [&](Value slot) {
      rescale(sibling, block, sums, divide(rowOf(sibling, block, slot), 64),
              add(token, slot));
    });
  });
}

/// A token alone: each thread makes the tables that it reads, as with pairs,
/// and just before it reads them.
void QuintRowsTiler::lookupOneToken(Value token, Value sums) {
  parallel(index(blocks), grainOf(1), "token", [&](Value begin, Value end) {
    Value tables = alloc({1, groups * groupBytes}, 8, /*stack=*/true);
    chunks([&](Value first, int64_t count) {
      QuintTablesOp::create(builder, loc, codes, token, first,
                            add(first, count), tables, index(0));
      chunk(first, count, begin, end, index(1), tables, sums);
    });
    finish(begin, end, token, index(1), sums);
  });
}

/// Up to `slots` tokens from `token` on, whose tables are shared.
void QuintRowsTiler::lookupSlots(Value token, int64_t slots, Value tables,
                                 Value sums) {
  Value count = min(sub(tokens, token), index(slots));
  makeTables(token, count, tables);
  parallel(index(blocks), grainOf(1), "rows", [&](Value begin, Value end) {
    chunks([&](Value first, int64_t groups) {
      chunk(first, groups, begin, end, count, tables, sums);
    });
    finish(begin, end, token, count, sums);
  });
}

void QuintRowsTiler::run(Value first) {
  bool canBeAlone = groups * groupBytes <= ownTableBytes;
  if (canBeAlone && staticTokens == 1)
    return lookupOneToken(first, sumsOf(1));
  int64_t slots = std::max<int64_t>(1, getTile("slots"));
  if (staticTokens >= 0)
    slots = std::max<int64_t>(1, std::min(slots, staticTokens));
  Value tables = alloc({slots, groups * groupBytes}, 8, /*stack=*/false);
  Value sums = sumsOf(slots);
  Value sharedEnd = canBeAlone ? endOfShared(first) : tokens;
  loop(first, sharedEnd, slots,
       [&](Value token) { lookupSlots(token, slots, tables, sums); });
  if (canBeAlone)
    loop(sharedEnd, tokens, 1,
         [&](Value token) { lookupOneToken(token, sums); });
}
