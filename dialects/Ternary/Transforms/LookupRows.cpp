#include "dialects/Ternary/Transforms/LookupRows.h"
#include "dialects/Ternary/IR/RowTables.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

LookupRowsTiler::LookupRowsTiler(const KernelStrategy &strategy, LinearOp op)
    : Tiler(strategy, op) {
  int64_t terms = isQuints() ? 5 : 4;
  groupBytes = isQuints()  ? quintTableBytes
               : isQuads() ? quadTableBytes
                           : codeTableBytes;
  bool isWide = isQuints() || isQuads();
  partGroups = isWide ? 128 : 512;
  groups = llvm::divideCeil(op.getK(), terms);
  together = std::min(groups, getTile("table_groups"));
  rowBlocks = 1;
  // Byte sums of quads are those of eight.
  if (isQuads() && together < groups)
    together = std::min(groups, std::max<int64_t>(1, together / 8) * 8);
  if (!isWide) {
    // As many as 16-bit sums take.
    together = std::min(together, codeWordGroups);
    rowBlocks = std::min(blocks, getTile("row_blocks"));
  }
  // Chunks end where groups of scales do.
  if (hasGroups()) {
    int64_t each = *op.getGroup() / terms;
    together = std::max<int64_t>(1, together / each) * each;
    together = std::min(together, groups);
  }
}

/// Tables of the groups [first, last).
void LookupRowsTiler::tablesOf(Value token, Value first, Value last,
                               Value tables, Value slot) {
  if (isQuints())
    QuintTablesOp::create(builder, loc, codes, token, first, last, tables,
                          slot);
  else if (isQuads())
    QuadTablesOp::create(builder, loc, codes, token, first, last, tables, slot);
  else
    CodeTablesOp::create(builder, loc, codes, token, first, last, tables, slot);
}

/// Tables of `count` tokens from `token` on.
void LookupRowsTiler::makeTables(Value token, Value count, Value tables) {
  int64_t parts = llvm::divideCeil(groups, partGroups);
  // Unit i is part i mod parts of slot i / parts.
  parallel(times(count, parts), 1, "tables", [&](Value begin, Value end) {
    loop(begin, end, 1, [&](Value unit) {
      Value slot = divide(unit, parts);
      Value first = times(remainder(unit, parts), partGroups);
      Value last = min(add(first, partGroups), index(groups));
      tablesOf(add(token, slot), first, last, tables, slot);
    });
  });
}

/// Sums of all rows for `slots` tokens.
Value LookupRowsTiler::sumsOf(int64_t slots) {
  SmallVector<int64_t> shape = {slots * blocks * blockRows / 64, 64};
  return hasGroups() ? allocFloats(shape, /*stack=*/false)
                     : alloc(shape, 32, /*stack=*/false);
}

/// Where the sums of a block lie.
Value LookupRowsTiler::rowOf(Sibling &sibling, Value block, Value slot) {
  return times(add(add(block, sibling.begin), times(slot, blocks)), blockRows);
}

/// Calls `body` for the groups of a row, `together` at a time.
void LookupRowsTiler::chunks(
    llvm::function_ref<void(Value first, int64_t count)> body) {
  int64_t whole = groups / together * together;
  loop(index(0), index(whole), together,
       [&](Value first) { body(first, together); });
  if (whole != groups)
    body(index(whole), groups - whole);
}

/// `count` blocks from `block` on, for one slot.
void LookupRowsTiler::lookup(Sibling &sibling, const Chunk &chunk, Value block,
                             int64_t count, Value slot, ValueRange next) {
  Value row = rowOf(sibling, block, slot);
  if (hasGroups())
    LookupRowGroupsOp::create(builder, loc, chunk.tables, slot, sibling.weights,
                              block, chunk.first, scale, add(chunk.token, slot),
                              sibling.groupScales(), chunk.sums, row, next,
                              chunk.groups, op.getK(), count, *op.getGroup());
  else if (isQuints())
    LookupQuintsOp::create(builder, loc, chunk.tables, slot, sibling.weights,
                           block, chunk.first, chunk.sums, row, next,
                           chunk.groups, op.getK(), blockRows);
  else if (isQuads())
    LookupQuadsOp::create(builder, loc, chunk.tables, slot, sibling.weights,
                          block, chunk.first, chunk.sums, row, next,
                          chunk.groups, op.getK(), blockRows);
  else
    LookupRowsOp::create(builder, loc, chunk.tables, slot, sibling.weights,
                         block, chunk.first, chunk.sums, row, next,
                         chunk.groups, op.getK(), count);
}

/// The blocks [begin, end) of a chunk, `count` at a time. The first slot asks
/// for the next blocks' groups, and behind the last block for the next groups
/// of the first one.
void LookupRowsTiler::lookupAll(Sibling &sibling, const Chunk &chunk,
                                Value begin, Value end, int64_t count) {
  loop(begin, end, count, [&](Value block) {
    Value next = add(block, count);
    Value isLast = compare(arith::CmpIPredicate::sge, next, chunk.to);
    next = arith::SelectOp::create(builder, loc, isLast, chunk.from, next);
    Value nextFirst = arith::SelectOp::create(
        builder, loc, isLast, add(chunk.first, chunk.groups), chunk.first);
    lookup(sibling, chunk, block, count, index(0), {next, nextFirst});
    loop(index(1), chunk.slots, 1,
         [&](Value slot) { lookup(sibling, chunk, block, count, slot, {}); });
  });
}

/// Adds `count` groups from `first` on of the blocks [begin, end) for the
/// tokens from `token` on.
void LookupRowsTiler::lookupChunk(Value first, int64_t count, Value begin,
                                  Value end, Value token, Value slots,
                                  Value tables, Value sums) {
  Value flat = asFlat(builder, loc, sums);
  for (Sibling &sibling : siblings) {
    auto [from, to] = clip(sibling, begin, end);
    Chunk chunk = {first, count, from, to, token, slots, tables, flat};
    Value middle = from;
    if (rowBlocks > 1) {
      Value number = divide(max(sub(to, from), index(0)), rowBlocks);
      middle = add(from, times(number, rowBlocks));
      lookupAll(sibling, chunk, from, middle, rowBlocks);
    }
    lookupAll(sibling, chunk, middle, to, 1);
  }
}

/// Outputs of the blocks [begin, end) for `count` tokens from `token` on.
void LookupRowsTiler::finish(Value begin, Value end, Value token, Value count,
                             Value sums) {
  forBlocks(begin, end, [&](Sibling &sibling, Value block) {
    loop(index(0), count, 1, [&](Value slot) {
      rescale(sibling, block, sums, divide(rowOf(sibling, block, slot), 64),
              add(token, slot));
    });
  });
}

/// A token alone: each thread makes the tables that it reads, just before it
/// reads them. That costs less than bringing another thread's tables here.
void LookupRowsTiler::lookupOneToken(Value token, Value sums) {
  parallel(index(blocks), grainOf(1), "token", [&](Value begin, Value end) {
    Value tables = alloc({1, groups * groupBytes}, 8, /*stack=*/true);
    chunks([&](Value first, int64_t count) {
      tablesOf(token, first, add(first, count), tables, index(0));
      lookupChunk(first, count, begin, end, token, index(1), tables, sums);
    });
    finish(begin, end, token, index(1), sums);
  });
}

/// Up to `slots` tokens from `token` on, whose tables are shared.
void LookupRowsTiler::lookupSlots(Value token, int64_t slots, Value tables,
                                  Value sums) {
  Value count = min(sub(tokens, token), index(slots));
  makeTables(token, count, tables);
  parallel(index(blocks), grainOf(1), "rows", [&](Value begin, Value end) {
    chunks([&](Value first, int64_t groups) {
      lookupChunk(first, groups, begin, end, token, count, tables, sums);
    });
    finish(begin, end, token, count, sums);
  });
}

void LookupRowsTiler::run(Value first) {
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
