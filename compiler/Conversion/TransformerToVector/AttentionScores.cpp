//===- AttentionScores.cpp - products of queries and keys -----------------===//
//
// A tile of 4 slots and 4 keys has 16 accumulators of 16 lanes: 8 loads serve
// 16 multiply-adds. Their lanes are then folded to one vector of 16 scores.
// With short registers the two halves of the lanes are run one after the
// other, on tiles of half the keys. A thread of a GPU takes a slot and a key.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/AttentionEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;
using namespace bitnet::transformer;

/// The tile's queries side by side, zeros behind their ends: rows of different
/// heads lie so far apart that they would fall onto the same cache sets.
void AttentionEmitter::loadQueries() {
  forSlots([&](Slot slot) {
    b.forLanes(depth, [&](Value d, Value mask) {
      Value lanes =
          b.load(op.getQuery(), at(batch, slot.head, slot.row, d), mask);
      b.store(lanes, queries, {slot.index, d});
    });
  });
}

void AttentionEmitter::emitScores(Value base, Value begin, Value end) {
  bool isSingle = registers.isSingle();
  Value tiled = isSingle ? b.index(0) : b.roundDown(slots, kTogether);
  b.loop(begin, end, kLanes, [&](Value at) {
    if (!isSingle)
      b.loop(b.index(0), tiled, kTogether,
             [&](Value first) { emitScoreTile(first, kTogether, base, at); });
    b.loop(tiled, slots, 1,
           [&](Value first) { emitScoreTile(first, 1, base, at); });
  });
}

/// Products of `count` slots and the keys at `positions`, slot by slot, before
/// their lanes are folded: `lanes` of the 16, from `offset` on.
AttentionEmitter::Values AttentionEmitter::dots(Value first, int64_t count,
                                                ValueRange positions,
                                                int64_t offset, int64_t lanes) {
  auto body = [&](Value d, Value mask, ValueRange running) {
    Value at = b.add(d, b.index(offset));
    Values next, row;
    for (Value position : positions)
      row.push_back(b.load(keys, keyAt(position, at), mask, lanes));
    for (int64_t slot = 0; slot < count; ++slot) {
      Value query =
          b.load(queries, {b.add(first, b.index(slot)), at}, {}, lanes);
      for (Value key : row)
        next.push_back(b.fma(query, key, running[next.size()]));
    }
    return next;
  };
  Values sums(count * positions.size(), b.splat(0, lanes));
  int64_t full = depth / kLanes * kLanes;
  if (full)
    sums = b.rolledLoop(
        b.index(0), b.index(full), kLanes, sums,
        [&](Value d, ValueRange running) { return body(d, Value(), running); });
  int64_t rest = std::min(depth - full - offset, lanes);
  if (rest > 0)
    sums = body(b.index(full),
                rest < lanes ? b.firstLanes(rest, lanes) : Value(), sums);
  return sums;
}

/// Four vectors of 4 x 4 lanes: lane 4i + j of vector k becomes lane 4k + j of
/// vector i.
static LaneBuilder::Values transposeQuads(LaneBuilder &b, ValueRange v) {
  auto quads = [&](Value x, Value y, ArrayRef<int64_t> from) {
    SmallVector<int64_t> mask;
    for (int64_t quad : from)
      for (int64_t lane = 0; lane < 4; ++lane)
        mask.push_back(quad * 4 + lane);
    return vector::ShuffleOp::create(b, x, y, mask).getResult();
  };
  Value low01 = quads(v[0], v[1], {0, 1, 4, 5});
  Value low23 = quads(v[2], v[3], {0, 1, 4, 5});
  Value high01 = quads(v[0], v[1], {2, 3, 6, 7});
  Value high23 = quads(v[2], v[3], {2, 3, 6, 7});
  return {quads(low01, low23, {0, 2, 4, 6}), quads(low01, low23, {1, 3, 5, 7}),
          quads(high01, high23, {0, 2, 4, 6}),
          quads(high01, high23, {1, 3, 5, 7})};
}

/// Products of `count` slots, 1 or 4, and the 16 keys from `at` on, by lanes of
/// keys. Keys behind the end repeat the last one: they are never read.
AttentionEmitter::Values
AttentionEmitter::emitProducts(Value first, int64_t count, Value at) {
  static_assert(kTogether == 4, "what transposeQuads takes");
  // Short registers hold the accumulators of half the lanes of half a tile.
  bool isHalved = registers.accumulators < kLanes && !registers.isSingle();
  int64_t lanes = isHalved ? kLanes / 2 : kLanes;
  int64_t tile = registers.isSingle() ? 1 : lanes;
  int64_t keyCount = count == 1 ? tile : kTogether, slotCount = tile / keyCount;
  int64_t slotParts = count / slotCount;
  int64_t tiles = kLanes / keyCount * slotParts;
  Value last = b.sub(total, b.index(1));
  // Through memory: the compiler would fold all tiles at the end, and spill
  // them until then.
  b.rolledLoop(b.index(0), b.index(tiles), 1, {}, [&](Value i, ValueRange) {
    Value part = b.rem(i, b.index(slotParts));
    Value key = b.mul(b.div(i, b.index(slotParts)), b.index(keyCount));
    Value slot = b.add(first, b.mul(part, b.index(slotCount)));
    Values positions;
    for (int64_t j = 0; j < keyCount; ++j)
      positions.push_back(b.min(b.add(b.add(at, key), b.index(j)), last));
    Values sums = dots(slot, slotCount, positions, 0, lanes);
    if (isHalved)
      for (auto [sum, high] :
           llvm::zip(sums, dots(slot, slotCount, positions, lanes, lanes)))
        sum = b.fadd(sum, high);
    b.store(b.foldSums(sums), products, b.mul(i, b.index(tile)));
    return Values();
  });
  Values folded;
  for (int64_t i = 0; i < count; ++i)
    folded.push_back(b.load(products, b.index(i * kLanes)));
  return count == 1 ? folded : transposeQuads(b, folded);
}

/// Scores within the op's softcap, if it has one.
Value AttentionEmitter::capped(Value lanes) {
  if (!op.getSoftcap())
    return lanes;
  Value cap = b.splat(op.getSoftcap()->convertToFloat());
  return b.fmul(math::TanhOp::create(b, b.fdiv(lanes, cap)), cap);
}

/// Scores of `count` slots, 1 or 4, for the 16 keys from `at` on.
void AttentionEmitter::emitScoreTile(Value first, int64_t count, Value base,
                                     Value at) {
  Values folded = emitProducts(first, count, at);
  Value lowest = b.splat(-std::numeric_limits<float>::infinity());
  Value scale = b.splat(op.getScale().convertToFloat());
  for (auto [i, lanes] : llvm::enumerate(folded)) {
    if (isScaled)
      lanes = b.fmul(lanes, b.load(keyScales, b.sub(at, base)));
    Slot slot = slotAt(b.add(first, b.index(i)));
    Value seen = b.firstLanes(b.sub(seenBy(slot.row), at));
    Value masked = addMask(capped(b.fmul(lanes, scale)), slot, at, seen);
    b.store(b.select(seen, masked, lowest), scores,
            {slot.index, b.sub(at, base)});
  }
}
