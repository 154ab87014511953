//===- Attention.cpp - grouped-query attention with its cache -------------===//
//
// Keys are cut into blocks of 128 at absolute positions. For each block and
// query row: the maximum of the scores, the exponentials relative to it, their
// sum (lane j takes the keys j mod 16) and, from zero, the weighted sum of the
// values, key after key. Results of blocks are merged from the first to the
// last. A key that a row does not see, by a mask or as it comes later, adds
// exact zeros and changes no maximum. So a row gives the same bits whether its
// prompt came at once or token by token, and whether one thread takes all of
// its blocks or each block is another thread's.
//
// A tile is a few query rows of all query heads that share a key head: they
// read the same keys and values. Each row of each head is one slot.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/AttentionEmitter.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <limits>

using namespace mlir;
using namespace bitnet::transformer;
using Values = LaneBuilder::Values;

/// Key heads of a step up to which its keys may be split: with more of them
/// there is work enough for every thread.
static constexpr int64_t kFewHeads = 64;

namespace {
/// How a step is cut into units of work. No choice here changes a bit.
struct Units {
  Value heads;  ///< key heads of all sequences
  Value tiles;  ///< tiles of rows of one key head
  Value splits; ///< parts of the keys of one tile: one, or each block is one
  Value isSplit;
  Value parts; ///< results of blocks [unit, slots, header + Dv] when split
};
} // namespace

/// Steps of few rows, as in decoding, have their keys split.
static Units planUnits(AttentionEmitter &e) {
  LaneBuilder &b = e.b;
  auto test = [&](arith::CmpIPredicate predicate, Value x, int64_t y) {
    return arith::CmpIOp::create(b, predicate, x, b.index(y)).getResult();
  };
  Units units;
  units.heads = b.mul(b.dim(e.op.getQuery(), 0), e.kvHeads);
  units.tiles = b.ceilDiv(e.rows, b.index(e.tileRows()));
  Value blocks = b.ceilDiv(e.total, b.index(e.kBlock));
  Value fewHeads = test(arith::CmpIPredicate::sle, units.heads, kFewHeads);
  Value fewRows = test(arith::CmpIPredicate::sle, e.rows, e.splitRows());
  Value long_ = test(arith::CmpIPredicate::sgt, blocks, 1);
  Value splits = arith::AndIOp::create(b, fewHeads, long_);
  // Also made where rows are many: the arena must not shrink with their number.
  Value most = b.select(splits, b.mul(units.heads, blocks), b.index(0));
  auto type = MemRefType::get({ShapedType::kDynamic, e.splitRows() * e.group,
                               e.kHeader + e.padded(e.width)},
                              b.getF32Type());
  units.parts = memref::AllocOp::create(b, type, most);
  units.isSplit = arith::AndIOp::create(b, splits, fewRows);
  units.splits = b.select(units.isSplit, blocks, b.index(1));
  return units;
}

/// The tile of unit `i` and its part of the keys; gives the unit's blocks.
static std::pair<Value, Value> enterUnit(AttentionEmitter &e,
                                         const Units &units, Value i) {
  LaneBuilder &b = e.b;
  Value split = b.rem(i, units.splits), tile = b.div(i, units.splits);
  Value head = b.div(tile, units.tiles);
  tile = b.rem(tile, units.tiles);
  // Later rows see more keys: first and last tiles take turns, so that each
  // range of units is about the same work.
  Value half = b.div(tile, b.index(2));
  Value odd = arith::CmpIOp::create(b, arith::CmpIPredicate::ne,
                                    b.rem(tile, b.index(2)), b.index(0));
  tile = b.select(odd, b.sub(b.sub(units.tiles, b.index(1)), half), half);
  e.firstRow = b.mul(tile, b.index(e.tileRows()));
  Value rowCount = b.min(b.sub(e.rows, e.firstRow), b.index(e.tileRows()));
  e.slots = b.mul(rowCount, b.index(e.group));
  e.kvHead = b.rem(head, e.kvHeads);
  e.batch = b.div(head, e.kvHeads);
  Value blocks =
      b.ceilDiv(e.seenBy(b.sub(b.add(e.firstRow, rowCount), b.index(1))),
                b.index(e.kBlock));
  return {split, b.select(units.isSplit, b.add(split, b.index(1)), blocks)};
}

/// Puts the result of a unit's block where emitCombine finds it.
static void storePart(AttentionEmitter &e, Value parts, Value unit) {
  LaneBuilder &b = e.b;
  e.forSlots([&](AttentionEmitter::Slot slot) {
    auto put = [&](Value lanes, Value at) {
      b.store(lanes, parts, {unit, slot.index, at});
    };
    put(b.broadcast(memref::LoadOp::create(b, e.maxima, slot.index)),
        b.index(0));
    put(b.load(e.sums, {slot.index, b.index(0)}), b.index(kLanes));
    b.forLanes(e.padded(e.width), [&](Value d, Value) {
      put(b.load(e.acc, {slot.index, d}), b.add(d, b.index(e.kHeader)));
    });
  });
}

/// Merges the parts of each slot, as emitMerge and emitValues merge blocks.
static void emitCombine(AttentionEmitter &e, const Units &units) {
  LaneBuilder &b = e.b;
  int64_t chunks = e.padded(e.width) / kLanes;
  Value slots = b.mul(e.rows, b.index(e.group));
  Value count = b.select(units.isSplit, b.mul(units.heads, slots), b.index(0));
  Value work = b.mul(units.splits, b.index(4 * e.width));
  b.parallelRows(
      e.op.getExec(), count, work, "attention_combine", nullptr, [&](Value i) {
        Value head = b.div(i, slots), index = b.rem(i, slots);
        e.firstRow = b.index(0);
        e.kvHead = b.rem(head, e.kvHeads);
        e.batch = b.div(head, e.kvHeads);
        Value first = b.mul(head, units.splits);
        Values inits(chunks + 2, b.splat(0));
        inits[0] = b.splat(-std::numeric_limits<float>::infinity());
        auto merge = [&](Value split, ValueRange running) {
          Value unit = b.add(first, split);
          auto get = [&](int64_t at) {
            return b.load(units.parts, {unit, index, b.index(at)});
          };
          auto factors = e.mergeMaxima(running[0], get(0));
          Values next = {factors.maximum};
          for (int64_t at = kLanes; next.size() < running.size(); at += kLanes)
            next.push_back(b.fma(running[next.size()], factors.keep,
                                 b.fmul(get(at), factors.take)));
          return next;
        };
        Values results = b.loop(b.index(0), units.splits, 1, inits, merge);
        Value sum = b.foldSum(results[1]);
        AttentionEmitter::Slot slot = e.slotAt(index);
        for (int64_t c = 0; c < chunks; ++c) {
          int64_t left = e.width - c * kLanes;
          b.store(e.divided(results[c + 2], sum), e.op.getOuts()[0],
                  e.at(e.batch, slot.head, slot.row, b.index(c * kLanes)),
                  left < kLanes ? b.firstLanes(left) : Value());
        }
      });
}

static void emitUnits(AttentionEmitter &e) {
  LaneBuilder &b = e.b;
  Units units = planUnits(e);
  Value work = b.mul(b.min(e.rows, b.index(e.tileRows())),
                     b.index(e.group * (e.depth + e.width)));
  work = b.mul(b.div(e.total, units.splits), work);
  Value count = b.mul(b.mul(units.heads, units.tiles), units.splits);
  b.parallelRows(
      e.op.getExec(), count, work, "attention", [&] { e.allocateBuffers(); },
      [&](Value i) {
        auto [begin, end] = enterUnit(e, units, i);
        e.loadQueries();
        e.emitBlocks(begin, end, units.isSplit);
        auto choice = scf::IfOp::create(b, units.isSplit, true);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(choice.thenBlock());
        storePart(e, units.parts, i);
        b.setInsertionPointToStart(choice.elseBlock());
        e.forSlots([&](AttentionEmitter::Slot slot) { e.finishSlot(slot); });
      });
  emitCombine(e, units);
}

LogicalResult bitnet::transformer::lower(AttentionOp op, LaneBuilder &b,
                                         Registers registers) {
  auto queryType = cast<MemRefType>(op.getQuery().getType());
  auto keyType = cast<MemRefType>(op.getKey().getType());
  auto valueType = cast<MemRefType>(op.getValue().getType());
  if (queryType.getDimSize(op.headAxis()) == 0)
    return op.emitOpError("has no query heads, expected at least 1");
  if (valueType.isDynamicDim(3) || valueType.getDimSize(3) == 0 ||
      keyType.getDimSize(3) == 0)
    return op.emitOpError("has keys ")
           << keyType << " and values " << valueType
           << ", expected static head sizes of at least 1";
  AttentionEmitter emitter(b, op, registers);
  unsigned heads = op.headAxis(), length = op.lengthAxis();
  emitter.group = queryType.getDimSize(heads) / keyType.getDimSize(heads);
  emitter.depth = keyType.getDimSize(3);
  emitter.width = valueType.getDimSize(3);
  emitter.keys = op.getKey();
  emitter.values = op.getValue();
  emitter.kvHeads = b.dim(op.getKey(), heads);
  emitter.rows = b.dim(op.getQuery(), length);
  emitter.total = b.dim(op.getKey(), length);
  if (op.getKeyCache() && failed(emitter.openCaches()))
    return failure();
  emitUnits(emitter);
  return success();
}
