//===- AttentionTile.cpp - softmax and weighted sums of a tile of rows ----===//

#include "compiler/Conversion/TransformerToVector/AttentionEmitter.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <limits>

using namespace mlir;
using namespace bitnet::transformer;

static constexpr float kLowest = -std::numeric_limits<float>::infinity();

AttentionEmitter::Slot AttentionEmitter::slotAt(Value index) {
  Value size = b.index(group);
  return {index, b.add(b.mul(kvHead, size), b.rem(index, size)),
          b.add(firstRow, b.div(index, size))};
}

void AttentionEmitter::forSlots(function_ref<void(Slot)> body) {
  b.loop(b.index(0), slots, 1, [&](Value index) { body(slotAt(index)); });
}

AttentionEmitter::Values AttentionEmitter::at(Value batch, Value head,
                                              Value row, Value d) {
  return op.getTokenMajor() ? Values{batch, row, head, d}
                            : Values{batch, head, row, d};
}

AttentionEmitter::Values AttentionEmitter::keyAt(Value position, Value d) {
  if (isCached)
    return {batch, kvHead, position, d};
  return at(batch, kvHead, position, d);
}

void AttentionEmitter::allocateBuffers() {
  auto allocate = [&](ArrayRef<int64_t> shape) -> Value {
    auto type = MemRefType::get(shape, b.getF32Type());
    return memref::AllocaOp::create(b, type, b.getI64IntegerAttr(64));
  };
  int64_t slots = mostSlots();
  queries = allocate({slots, padded(depth)});
  scores = allocate({slots, kBlock});
  products = allocate({kTogether * kLanes});
  blockSums = allocate({slots, kLanes});
  sums = allocate({slots, kLanes});
  acc = allocate({slots, padded(width)});
  if (isScaled)
    for (Value *each : {&keyScales, &valueScales})
      *each = allocate({kBlock});
  for (Value *each : {&blockMaxima, &maxima, &keep, &take})
    *each = allocate({padded(slots)});
}

Value AttentionEmitter::seenBy(Value row) {
  if (!op.getCausal())
    return total;
  Value seen = b.sub(b.add(b.add(row, b.index(1)), total), rows);
  return b.max(b.index(0), b.min(seen, total));
}

void AttentionEmitter::startTotals() {
  b.forLanes(padded(mostSlots()), [&](Value i, Value) {
    b.store(b.splat(kLowest), maxima, i);
    b.store(b.splat(kLowest), blockMaxima, i);
  });
  forSlots([&](Slot slot) {
    b.store(b.splat(0), sums, {slot.index, b.index(0)});
    b.forLanes(padded(width), [&](Value d, Value) {
      b.store(b.splat(0), acc, {slot.index, d});
    });
  });
}

AttentionEmitter::Factors AttentionEmitter::mergeMaxima(Value before,
                                                        Value added) {
  Value maximum = b.fmax(added, before);
  // Nothing was seen: exp(-infinity - 0) is 0.
  Value none = b.cmp(arith::CmpFPredicate::OEQ, maximum, b.splat(kLowest));
  Value shift = b.select(none, b.splat(0), maximum);
  return {maximum, math::ExpOp::create(b, b.fsub(before, shift)),
          math::ExpOp::create(b, b.fsub(added, shift))};
}

/// Scores become weights: exponentials relative to the block's maximum.
void AttentionEmitter::emitWeights(Value base, Value begin, Value end) {
  Value from = b.sub(begin, base), to = b.sub(end, base);
  forSlots([&](Slot slot) {
    Value lanes = b.loop(
        from, to, kLanes, b.splat(kLowest), [&](Value at, ValueRange running) {
          return Values{b.fmax(b.load(scores, {slot.index, at}), running[0])};
        })[0];
    Value maximum = b.foldMax(lanes);
    memref::StoreOp::create(b, maximum, blockMaxima, slot.index);
    Value none = b.cmp(arith::CmpFPredicate::OEQ, maximum, b.f32(kLowest));
    Value shift = b.broadcast(b.select(none, b.f32(0), maximum));
    Value sum =
        b.loop(from, to, kLanes, b.splat(0), [&](Value at, ValueRange running) {
          Value score = b.load(scores, {slot.index, at});
          Value weight = math::ExpOp::create(b, b.fsub(score, shift));
          // The sum is of the weights alone.
          Value factor = weight;
          if (isScaled)
            factor = b.fmul(weight, b.load(valueScales, at));
          b.store(factor, scores, {slot.index, at});
          return Values{b.fadd(running[0], weight)};
        })[0];
    b.store(sum, blockSums, {slot.index, b.index(0)});
  });
}

/// Maxima and sums of all blocks so far, and the factors for the values.
void AttentionEmitter::emitMerge() {
  b.forLanes(padded(mostSlots()), [&](Value i, Value) {
    Factors factors = mergeMaxima(b.load(maxima, i), b.load(blockMaxima, i));
    b.store(factors.maximum, maxima, i);
    b.store(factors.keep, keep, i);
    b.store(factors.take, take, i);
  });
  forSlots([&](Slot slot) {
    Values at = {slot.index, b.index(0)};
    auto factor = [&](Value from) {
      return b.broadcast(memref::LoadOp::create(b, from, slot.index));
    };
    Value added = b.fmul(b.load(blockSums, at), factor(take));
    b.store(b.fma(b.load(sums, at), factor(keep), added), sums, at);
  });
}

/// The weighted sums of the values of the keys [begin, end), key after key,
/// of `count` slots from `first` on, which share the loads; merged into acc. At
/// most `most` vectors of a value at a time.
void AttentionEmitter::emitValues(Value first, int64_t count, int64_t most,
                                  Value base, Value begin, Value end) {
  int64_t chunks = padded(width) / kLanes;
  // Parts of about the same size.
  int64_t parts = llvm::divideCeil(chunks, most);
  auto slotAt = [&](int64_t slot) { return b.add(first, b.index(slot)); };
  for (int64_t part = 0; part < parts; ++part) {
    int64_t from = chunks * part / parts;
    int64_t here = chunks * (part + 1) / parts - from;
    auto body = [&](Value key, ValueRange running) {
      Values next, lanes;
      for (int64_t c = from; c < from + here; ++c) {
        int64_t left = width - c * kLanes;
        Value mask = left < kLanes ? b.firstLanes(left) : Value();
        lanes.push_back(b.load(values, keyAt(key, b.index(c * kLanes)), mask));
      }
      for (int64_t slot = 0; slot < count; ++slot) {
        Value weight = b.broadcast(memref::LoadOp::create(
            b, scores, ValueRange{slotAt(slot), b.sub(key, base)}));
        for (Value value : lanes)
          next.push_back(b.fma(weight, value, running[next.size()]));
      }
      return next;
    };
    Values zeros(count * here, b.splat(0));
    Values results = b.loop(begin, end, 1, zeros, body);
    for (int64_t slot = 0; slot < count; ++slot) {
      auto factor = [&](Value from) {
        return b.broadcast(memref::LoadOp::create(b, from, slotAt(slot)));
      };
      Value kept = factor(keep), taken = factor(take);
      for (int64_t c = 0; c < here; ++c) {
        Values at = {slotAt(slot), b.index((from + c) * kLanes)};
        Value added = b.fmul(results[slot * here + c], taken);
        b.store(b.fma(b.load(acc, at), kept, added), acc, at);
      }
    }
  }
}

void AttentionEmitter::emitAllValues(Value base, Value begin, Value end) {
  int64_t registersOfTile = registers.valueAccumulators();
  auto run = [&](int64_t count, int64_t most) {
    Value tiled = b.roundDown(slots, count);
    b.loop(b.index(0), tiled, count, [&](Value first) {
      emitValues(first, count, most, base, begin, end);
    });
    if (count > 1)
      b.loop(tiled, slots, 1, [&](Value first) {
        emitValues(first, 1, registersOfTile, base, begin, end);
      });
  };
  if (registers.isSingle())
    return run(1, 1);
  Value few = arith::CmpIOp::create(b, arith::CmpIPredicate::sle, slots,
                                    b.index(kTogether));
  auto choice = scf::IfOp::create(b, few, true);
  OpBuilder::InsertionGuard guard(b);
  // Where values come from memory, whole rows follow each other as the hardware
  // expects, even if not all accumulators find a register.
  b.setInsertionPointToStart(choice.thenBlock());
  bool isWide = registersOfTile >= kLanes;
  run(isWide ? 2 : 1, 8);
  b.setInsertionPointToStart(choice.elseBlock());
  run(kTogether, std::max<int64_t>(1, registersOfTile / kTogether));
}

/// One block: the keys [base, end). `skips`: keys may be left out that the
/// mask leaves to no row; null without a mask.
void AttentionEmitter::emitBlock(Value base, Value end, Value skips) {
  Value begin = base;
  if (skips) {
    Value none = b.select(skips, base, end);
    auto [visible, behind] = visibleKeys(none, end);
    begin = b.select(skips, visible, base);
    end = b.select(skips, behind, end);
  }
  Value some = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, begin, end);
  b.ifThen(some, [&] {
    if (isScaled)
      loadScales(base, begin, end);
    emitScores(base, begin, end);
    emitWeights(base, begin, end);
    emitMerge();
    emitAllValues(base, begin, end);
  });
}

/// Whether the keys that were left out may be all that a row of the tile has.
Value AttentionEmitter::sawNothing() {
  Value low = b.f32(kAbsorbingMask / 2);
  Value never = arith::ConstantOp::create(b, b.getBoolAttr(false));
  return b.loop(b.index(0), slots, 1, never,
                [&](Value slot, ValueRange running) {
                  Value maximum = memref::LoadOp::create(b, maxima, slot);
                  Value is = b.cmp(arith::CmpFPredicate::OLE, maximum, low);
                  return Values{arith::OrIOp::create(b, running[0], is)};
                })[0];
}

void AttentionEmitter::emitBlocks(Value begin, Value end, Value isPart) {
  Value lastRow = b.sub(slotAt(slots).row, b.index(1));
  Value seen = seenBy(lastRow);
  auto run = [&](Value skips) {
    startTotals();
    b.loop(begin, end, 1, [&](Value block) {
      Value base = b.mul(block, b.index(kBlock));
      emitBlock(base, b.min(b.add(base, b.index(kBlock)), seen), skips);
    });
  };
  Value mask = op.getMask();
  Value always = arith::ConstantOp::create(b, b.getBoolAttr(true));
  // Keys that are filled with a number may weigh something.
  if (op.getFill())
    return run(Value());
  // Keys that are filled with -infinity weigh nothing in any row.
  if (!mask || !cast<MemRefType>(mask.getType()).getElementType().isF32())
    return run(mask ? always : Value());
  // Beside any key that is kept, those of a large negative mask weigh exactly
  // nothing. In a row that keeps no key they are all that there is, so a tile
  // with such a row is computed again, with all keys.
  Value whole = arith::XOrIOp::create(b, isPart, always);
  b.loop(b.index(0), b.index(2), 1, whole,
         [&](Value attempt, ValueRange running) {
           Value first = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                               attempt, b.index(0));
           // The first attempt always runs, the second one if that left keys
           // out and must not have.
           Value runs = arith::OrIOp::create(b, first, running[0]);
           Value skips = arith::AndIOp::create(b, first, whole);
           auto choice = scf::IfOp::create(b, b.getI1Type(), runs, true);
           OpBuilder::InsertionGuard guard(b);
           b.setInsertionPointToStart(choice.thenBlock());
           run(skips);
           scf::YieldOp::create(
               b, arith::AndIOp::create(b, skips, sawNothing()).getResult());
           b.setInsertionPointToStart(choice.elseBlock());
           scf::YieldOp::create(b, running[0]);
           return Values{choice.getResult(0)};
         });
}

Value AttentionEmitter::divided(Value lanes, Value sum) {
  // No key was seen: zeros. 0 / 1 is what the division then gives.
  Value none = b.cmp(arith::CmpFPredicate::OEQ, sum, b.f32(0));
  Value divisor = b.broadcast(b.select(none, b.f32(1), sum));
  // A masked key may turn an underflowed -0 into +0: never give -0.
  return b.fadd(b.fdiv(lanes, divisor), b.splat(0));
}

void AttentionEmitter::finishSlot(Slot slot) {
  Value sum = b.foldSum(b.load(sums, {slot.index, b.index(0)}));
  b.forLanes(width, [&](Value d, Value mask) {
    Value lanes = divided(b.load(acc, {slot.index, d}), sum);
    b.store(lanes, op.getOuts()[0], at(batch, slot.head, slot.row, d), mask);
  });
}
