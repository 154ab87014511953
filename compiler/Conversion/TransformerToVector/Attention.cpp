//===- Attention.cpp - grouped-query attention with its cache
//--------------===//
//
// Softmax is computed online over blocks of 16 keys. Block boundaries are at
// absolute key positions, and a row reads only the keys that it sees, so that
// a row gives the same bits whether its prompt came at once or token by token.
// A block that a mask leaves out adds exact zeros and changes no maximum.
//
// A tile is a few query rows of all query heads that share a key head: they
// read the same keys and values, and their chains of dependent instructions
// overlap. Each row of each head is one slot. The state of a slot lies in a
// buffer of the thread: the running maximum, 16 running sums (lane j takes the
// keys j mod 16) and the sum of weighted values.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"

#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace bitnet::transformer;
using Values = LaneBuilder::Values;

namespace {
/// Everything that the emitted code of one op refers to.
struct AttentionEmitter {
  LaneBuilder &b;
  AttentionOp op;
  Registers registers;
  AttentionEmitter(LaneBuilder &b, AttentionOp op, Registers registers)
      : b(b), op(op), registers(registers) {}

  int64_t group = 1;   ///< query heads of one key head
  int64_t depth = 1;   ///< D
  int64_t width = 1;   ///< Dv
  Value keys, values;  ///< [B, Hkv, >= T, D or Dv]
  Value kvHeads, rows; ///< Hkv; S
  Value total;         ///< T
  // Buffers of the thread.
  Value maxima;  ///< [slots]
  Value sums;    ///< [slots, 16]
  Value weights; ///< [slots, 16]: exponentials of the current block
  Value acc;     ///< [slots, Dv rounded up to 16]

  // What the code of one tile refers to.
  Value batch, kvHead, firstRow, rowCount;

  /// Rows of a tile: about 8 slots.
  int64_t tileRows() const { return std::max<int64_t>(1, 8 / group); }
  int64_t paddedWidth() const { return llvm::alignTo(width, kLanes); }

  /// One query row of one query head.
  struct Slot {
    Value index, head, row;
  };
  void forSlots(function_ref<void(Slot)> body);

  void allocateBuffers();
  void emitTile();
  void startSlot(Slot slot);
  void finishSlot(Slot slot);
  Value seenBy(Value row);
  Value emitScores(Slot slot, Value base, Value count);
  Value addMask(Value scores, Slot slot, Value base, Value lanes);
  Value loadMask(Value mask, Values indices, Value lanes);
  void emitWeights(Slot slot, Value base, Value count);
  void emitValues(Value firstSlot, int64_t slots, Value base, Value count);
};
} // namespace

void AttentionEmitter::forSlots(function_ref<void(Slot)> body) {
  b.loop(b.index(0), rowCount, 1, [&](Value r) {
    b.loop(b.index(0), b.index(group), 1, [&](Value g) {
      body({b.add(b.mul(r, b.index(group)), g),
            b.add(b.mul(kvHead, b.index(group)), g), b.add(firstRow, r)});
    });
  });
}

void AttentionEmitter::allocateBuffers() {
  int64_t slots = tileRows() * group;
  auto allocate = [&](ArrayRef<int64_t> shape) -> Value {
    auto type = MemRefType::get(shape, b.getF32Type());
    return memref::AllocaOp::create(b, type, b.getI64IntegerAttr(64));
  };
  maxima = allocate({slots});
  sums = allocate({slots, kLanes});
  weights = allocate({slots, kLanes});
  acc = allocate({slots, paddedWidth()});
}

void AttentionEmitter::startSlot(Slot slot) {
  Value lowest = b.f32(-std::numeric_limits<float>::infinity());
  memref::StoreOp::create(b, lowest, maxima, slot.index);
  b.store(b.splat(0), sums, {slot.index, b.index(0)});
  b.forLanes(paddedWidth(), [&](Value d, Value) {
    b.store(b.splat(0), acc, {slot.index, d});
  });
}

void AttentionEmitter::finishSlot(Slot slot) {
  Value sum = b.foldSum(b.load(sums, {slot.index, b.index(0)}));
  // No key was seen: zeros. 0 / 1 is what the division then gives.
  Value none = b.cmp(arith::CmpFPredicate::OEQ, sum, b.f32(0));
  Value divisor = b.broadcast(b.select(none, b.f32(1), sum));
  b.forLanes(width, [&](Value d, Value mask) {
    Value lanes = b.fdiv(b.load(acc, {slot.index, d}), divisor);
    // A masked key may turn an underflowed -0 into +0: never give -0.
    lanes = b.fadd(lanes, b.splat(0));
    b.store(lanes, op.getOuts()[0], {batch, slot.head, slot.row, d}, mask);
  });
}

/// Scores of one query head for 16 keys, before scale and mask. Keys from
/// `count` on repeat the last one: they are never read behind the end.
Value AttentionEmitter::emitScores(Slot slot, Value base, Value count) {
  // As many keys at once as there are accumulators.
  int64_t together = registers.accumulators >= kLanes ? kLanes : 4;
  Value last = count ? b.sub(b.add(base, count), b.index(1)) : Value();
  Value scores;
  for (int64_t first = 0; first < kLanes; first += together) {
    Values positions;
    for (int64_t i = 0; i < together; ++i) {
      Value position = b.add(base, b.index(first + i));
      positions.push_back(last ? b.min(position, last) : position);
    }
    Values dots = b.accumulate(
        depth, together, [&](Value d, Value mask, ValueRange running) {
          Value query =
              b.load(op.getQuery(), {batch, slot.head, slot.row, d}, mask);
          Values next;
          for (auto [position, sum] : llvm::zip(positions, running)) {
            Value key = b.load(keys, {batch, kvHead, position, d}, mask);
            next.push_back(b.fma(query, key, sum));
          }
          return next;
        });
    Value lanes = b.foldSums(dots);
    if (together == kLanes)
      return lanes;
    scores = vector::InsertStridedSliceOp::create(
        b, lanes, scores ? scores : b.splat(0), ArrayRef<int64_t>{first},
        ArrayRef<int64_t>{1});
  }
  return scores;
}

/// 16 lanes of a mask: f32, or i1 for a mask of i1. Lanes that `lanes` leaves
/// out are not read.
Value AttentionEmitter::loadMask(Value mask, Values indices, Value lanes) {
  auto type = cast<MemRefType>(mask.getType());
  if (type.getElementType().isF32())
    return b.load(mask, indices, lanes);
  // A memref of i1 has a byte for each, a vector of i1 in memory has a bit:
  // read bytes.
  Value offset = b.index(0);
  for (auto [axis, index] : llvm::enumerate(indices))
    offset = b.add(b.mul(offset, b.dim(mask, axis)), index);
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, mask);
  Type i64 = b.getI64Type();
  Value integer = arith::IndexCastOp::create(b, i64, b.add(address, offset));
  Value pointer = LLVM::IntToPtrOp::create(
      b, LLVM::LLVMPointerType::get(b.getContext()), integer);
  auto bytes = VectorType::get({kLanes}, b.getI8Type());
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(bytes));
  Value loaded =
      lanes ? LLVM::MaskedLoadOp::create(b, bytes, pointer, lanes, zero,
                                         /*alignment=*/1)
                  .getResult()
            : LLVM::LoadOp::create(b, bytes, pointer, /*alignment=*/1)
                  .getResult();
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, loaded, zero);
}

/// Scores with the op's mask; `lanes` are the keys that the row sees.
Value AttentionEmitter::addMask(Value scores, Slot slot, Value base,
                                Value lanes) {
  Value mask = op.getMask();
  if (!mask)
    return scores;
  auto type = cast<MemRefType>(mask.getType());
  int64_t rank = type.getRank();
  Value position[] = {batch, slot.head, slot.row};
  Values indices;
  for (int64_t axis = 0; axis + 1 < rank; ++axis)
    indices.push_back(broadcastIndex(b, mask, axis, position[axis + 4 - rank]));
  auto apply = [&](Value loaded) {
    if (type.getElementType().isF32())
      return b.fadd(scores, loaded);
    return b.select(loaded, scores,
                    b.splat(-std::numeric_limits<float>::infinity()));
  };
  auto applyRow = [&] {
    Values at(indices);
    at.push_back(base);
    return apply(loadMask(mask, at, lanes));
  };
  auto applySingle = [&] {
    Values at(indices);
    at.push_back(b.index(0));
    Value single = memref::LoadOp::create(b, mask, at);
    return apply(vector::BroadcastOp::create(
        b, VectorType::get({kLanes}, type.getElementType()), single));
  };
  if (!type.isDynamicDim(rank - 1))
    return type.getDimSize(rank - 1) == 1 ? applySingle() : applyRow();
  // One value for all keys, or one for each: known at run time only.
  Value isSingle = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                         b.dim(mask, rank - 1), b.index(1));
  auto choice = scf::IfOp::create(b, scores.getType(), isSingle, true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(b, applySingle());
  b.setInsertionPointToStart(choice.elseBlock());
  scf::YieldOp::create(b, applyRow());
  return choice.getResult(0);
}

/// Exponentials of a block for one slot, and its new maximum and sums. The
/// block are the keys [base, base + 16), of which the slot sees the first
/// `count`, or all where that is null.
void AttentionEmitter::emitWeights(Slot slot, Value base, Value count) {
  Value index = slot.index, zero = b.index(0);
  Value lanes = count ? b.firstLanes(count) : Value();
  Value lowest = b.f32(-std::numeric_limits<float>::infinity());
  Value scores = b.fmul(emitScores(slot, base, count),
                        b.splat(op.getScale().convertToFloat()));
  scores = addMask(scores, slot, base, lanes);
  if (lanes)
    scores = b.select(lanes, scores, b.broadcast(lowest));

  Value before = memref::LoadOp::create(b, maxima, index);
  Value blockMax = b.foldMax(scores);
  Value grows = b.cmp(arith::CmpFPredicate::OGT, blockMax, before);
  Value maximum = b.select(grows, blockMax, before);
  // Where the maximum stays, the factor is exactly 1: nothing to do.
  b.ifThen(grows, [&] {
    Value difference = b.fsub(before, maximum);
    Value factor = math::ExpOp::create(b, b.broadcast(difference));
    memref::StoreOp::create(b, maximum, maxima, index);
    b.store(b.fmul(b.load(sums, {index, zero}), factor), sums, {index, zero});
    b.forLanes(paddedWidth(), [&](Value d, Value) {
      b.store(b.fmul(b.load(acc, {index, d}), factor), acc, {index, d});
    });
  });
  // All of the row so far is -infinity: exp(-infinity - 0) is 0.
  Value none = b.cmp(arith::CmpFPredicate::OEQ, maximum, lowest);
  Value shift = b.broadcast(b.select(none, b.f32(0), maximum));
  Value exponentials = math::ExpOp::create(b, b.fsub(scores, shift));
  b.store(exponentials, weights, {index, zero});
  b.store(b.fadd(b.load(sums, {index, zero}), exponentials), sums,
          {index, zero});
}

/// acc[slot, d] += weight * value for `slots` slots from `firstSlot` on, key
/// after key. Slots share the loads of values.
void AttentionEmitter::emitValues(Value firstSlot, int64_t slots, Value base,
                                  Value count) {
  int64_t chunks = paddedWidth() / kLanes;
  int64_t tileChunks = std::min(chunks, registers.valueAccumulators() / slots);
  auto slotAt = [&](int64_t slot) { return b.add(firstSlot, b.index(slot)); };
  for (int64_t first = 0; first < chunks; first += tileChunks) {
    int64_t here = std::min(tileChunks, chunks - first);
    auto accIndices = [&](int64_t i) {
      return Values{slotAt(i / here), b.index((first + i % here) * kLanes)};
    };
    Values inits;
    for (int64_t i = 0; i < slots * here; ++i)
      inits.push_back(b.load(acc, accIndices(i)));
    auto body = [&](Value j, ValueRange running) {
      Values next(running), factors;
      for (int64_t slot = 0; slot < slots; ++slot)
        factors.push_back(b.broadcast(
            memref::LoadOp::create(b, weights, ValueRange{slotAt(slot), j})));
      for (int64_t c = 0; c < here; ++c) {
        int64_t d = (first + c) * kLanes;
        Value mask = width - d < kLanes ? b.firstLanes(width - d) : Value();
        Value value =
            b.load(values, {batch, kvHead, b.add(base, j), b.index(d)}, mask);
        for (int64_t slot = 0; slot < slots; ++slot) {
          Value &sum = next[slot * here + c];
          sum = b.fma(factors[slot], value, sum);
        }
      }
      return next;
    };
    Value end = count ? count : b.index(kLanes);
    Values results = b.loop(b.index(0), end, 1, inits, body);
    for (int64_t i = 0; i < slots * here; ++i)
      b.store(results[i], acc, accIndices(i));
  }
}

/// How many keys the query of `row` sees.
Value AttentionEmitter::seenBy(Value row) {
  if (!op.getCausal())
    return total;
  Value seen = b.sub(b.add(b.add(row, b.index(1)), total), rows);
  return b.max(b.index(0), b.min(seen, total));
}

void AttentionEmitter::emitTile() {
  forSlots([&](Slot slot) { startSlot(slot); });
  // Blocks that all rows see: the first one sees fewest keys.
  Value full = b.roundDown(seenBy(firstRow), kLanes);
  int64_t chunks = paddedWidth() / kLanes;
  int64_t together = std::max<int64_t>(1, registers.valueAccumulators() /
                                              std::max<int64_t>(chunks, 1));
  together = std::min(together, tileRows() * group);
  Value slots = b.mul(rowCount, b.index(group));
  Value tiled = b.roundDown(slots, together);
  b.loop(b.index(0), full, kLanes, [&](Value base) {
    forSlots([&](Slot slot) { emitWeights(slot, base, Value()); });
    b.loop(b.index(0), tiled, together,
           [&](Value first) { emitValues(first, together, base, Value()); });
    if (together > 1)
      b.loop(tiled, slots, 1,
             [&](Value first) { emitValues(first, 1, base, Value()); });
  });
  // The rest of each slot by itself.
  forSlots([&](Slot slot) {
    Value seen = seenBy(slot.row);
    b.loop(full, seen, kLanes, [&](Value base) {
      Value count = b.min(b.sub(seen, base), b.index(kLanes));
      emitWeights(slot, base, count);
      emitValues(slot.index, 1, base, count);
    });
    finishSlot(slot);
  });
}

/// The memref of a cache's symbol.
static Value emitCache(LaneBuilder &b, AttentionOp op, FlatSymbolRefAttr name) {
  auto cache =
      SymbolTable::lookupNearestSymbolFrom<bitnet::rt::KVCacheOp>(op, name);
  if (!cache) {
    op.emitOpError("names ") << name << ", which is no rt.kv_cache";
    return {};
  }
  auto tensor = cast<RankedTensorType>(cache.getType());
  SmallVector<int64_t> shape(tensor.getShape());
  // Batch and length are the session's.
  shape[0] = shape[2] = ShapedType::kDynamic;
  auto type = MemRefType::get(shape, tensor.getElementType());
  return bitnet::rt::KVOp::create(b, type, op.getExec(), name, op.getLayer());
}

/// Copies the step's entries [B, H, S, D] behind the past ones.
static void emitAppend(LaneBuilder &b, Value exec, Value entries, Value cache,
                       Value past) {
  int64_t size = cast<MemRefType>(entries.getType()).getDimSize(3);
  Value heads = b.dim(entries, 1), length = b.dim(entries, 2);
  Value count = b.mul(b.mul(b.dim(entries, 0), heads), length);
  b.parallelRows(exec, count, b.index(size), "kv_append", nullptr,
                 [&](Value i) {
                   Value s = b.rem(i, length), head = b.div(i, length);
                   Value h = b.rem(head, heads), batch = b.div(head, heads);
                   b.forLanes(size, [&](Value d, Value mask) {
                     Value lanes = b.load(entries, {batch, h, s, d}, mask);
                     b.store(lanes, cache, {batch, h, b.add(past, s), d}, mask);
                   });
                 });
}

LogicalResult bitnet::transformer::lower(AttentionOp op, LaneBuilder &b,
                                         Registers registers) {
  auto queryType = cast<MemRefType>(op.getQuery().getType());
  auto keyType = cast<MemRefType>(op.getKey().getType());
  auto valueType = cast<MemRefType>(op.getValue().getType());
  if (queryType.getDimSize(1) == 0)
    return op.emitOpError("has no query heads, expected at least 1");
  if (valueType.isDynamicDim(3) || valueType.getDimSize(3) == 0 ||
      keyType.getDimSize(3) == 0)
    return op.emitOpError("has keys ")
           << keyType << " and values " << valueType
           << ", expected static head sizes of at least 1";
  AttentionEmitter emitter(b, op, registers);
  emitter.group = queryType.getDimSize(1) / keyType.getDimSize(1);
  emitter.depth = keyType.getDimSize(3);
  emitter.width = valueType.getDimSize(3);
  emitter.keys = op.getKey();
  emitter.values = op.getValue();
  emitter.kvHeads = b.dim(op.getKey(), 1);
  emitter.rows = b.dim(op.getQuery(), 2);
  emitter.total = b.dim(op.getKey(), 2);
  if (op.getKeyCache()) {
    emitter.keys = emitCache(b, op, op.getKeyCacheAttr());
    emitter.values = emitCache(b, op, op.getValueCacheAttr());
    if (!emitter.keys || !emitter.values)
      return failure();
    Value past =
        bitnet::rt::PastLengthOp::create(b, b.getIndexType(), op.getExec());
    emitAppend(b, op.getExec(), op.getKey(), emitter.keys, past);
    emitAppend(b, op.getExec(), op.getValue(), emitter.values, past);
    emitter.total = b.add(past, emitter.total);
  }
  // Units are tiles of rows; those of one key head follow each other.
  Value tileRows = b.index(emitter.tileRows());
  Value tiles = b.ceilDiv(emitter.rows, tileRows);
  Value heads = b.mul(b.dim(op.getQuery(), 0), emitter.kvHeads);
  Value work = b.mul(b.mul(emitter.total, b.min(emitter.rows, tileRows)),
                     b.index(emitter.group * (emitter.depth + emitter.width)));
  b.parallelRows(
      op.getExec(), b.mul(heads, tiles), work, "attention",
      [&] { emitter.allocateBuffers(); },
      [&](Value i) {
        Value head = b.div(i, tiles);
        emitter.firstRow = b.mul(b.rem(i, tiles), tileRows);
        emitter.rowCount =
            b.min(b.sub(emitter.rows, emitter.firstRow), tileRows);
        emitter.kvHead = b.rem(head, emitter.kvHeads);
        emitter.batch = b.div(head, emitter.kvHeads);
        emitter.emitTile();
      });
  return success();
}
