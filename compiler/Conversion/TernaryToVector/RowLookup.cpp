#include "compiler/Conversion/TernaryToVector/RowLookup.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

Value ternary::emitRowSums(VectorEmitter &e, ValueRange words) {
  int64_t half = cast<VectorType>(words[0].getType()).getNumElements();
  auto even = [&](int64_t i) {
    return e.sub(words[i], e.shiftLeft(words[i + 1], 8));
  };
  auto value = [&](Value low, Value high) {
    return e.add(e.zeroExtend(low, 32), e.shiftLeft(e.zeroExtend(high, 32), 5));
  };
  Value evens = value(even(0), even(2)), odds = value(words[1], words[3]);
  return e.interleave(evens, odds, 0, half);
}

/// Where the weights of group `first` of `block` start.
Value RowLookup::startOf(Value block, Value first) {
  return e.add(e.times(block, blockBytes), e.times(first, layout.step));
}

/// Adds up to `unroll` groups to the word sums of each vector. `first` counts
/// from the op's first group; at `ahead` lie the weights to ask for, if any.
Values RowLookup::addGroups(Value first, int64_t count, ValueRange words,
                            Value ahead) {
  VectorType type = e.type(bytes, 8), wordType = e.type(bytes / 2, 16);
  Value weightAt = e.add(weightBase, e.times(first, layout.step));
  Value tableAt = e.add(tableBase, e.times(first, layout.tableBytes));
  Values totals(2 * vectors.size());
  if (layout.start)
    totals.assign(totals.size(), e.splat(type, layout.start));
  for (int64_t j = 0; j < count; ++j) {
    Values loaded = loadTables(e.add(tableAt, layout.tableBytes * j));
    for (auto [v, vector] : llvm::enumerate(vectors)) {
      int64_t at = layout.step * j + vector.offset;
      if (ahead && vector.row % layout.aheadRows == 0)
        e.prefetch(weights, e.add(ahead, at), 2);
      Value code = e.load(type, weights, e.add(weightAt, at));
      for (auto [half, entry] : llvm::enumerate(entries(loaded, code))) {
        Value &total = totals[2 * v + half];
        total = total ? addEntry(total, entry, j) : entry;
      }
    }
  }
  Values widened;
  for (size_t v = 0; v < vectors.size(); ++v) {
    Value low = e.bitcast(totals[2 * v], wordType);
    Value high = e.bitcast(totals[2 * v + 1], wordType);
    Values added = {low, e.shiftRight(low, 8), high, e.shiftRight(high, 8)};
    // Sums of 16 bits take the high ones at once, which saves registers.
    if (scales.groups)
      added = {e.add(added[0], e.shiftLeft(added[2], 5)),
               e.add(added[1], e.shiftLeft(added[3], 5))};
    for (Value word : added)
      widened.push_back(e.add(words[widened.size()], word));
  }
  return widened;
}

/// Whether what `sums` hold counts as zero.
Value RowLookup::isFirst() {
  return arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::eq,
                               first, e.index(0));
}

/// Where `sums` have the words of a vector: in the place of its numbers.
Values RowLookup::placesOf(const Rows &vector) {
  Values places;
  for (int64_t i = 0; i < wordsEach; ++i)
    places.push_back(e.add(row, vector.row + i * bytes / wordsEach));
  return places;
}

/// The words that an op before this one stored.
Values RowLookup::loadWords() {
  VectorType type = e.type(bytes / 4, 32);
  Value isFirst = this->isFirst(), zero = e.splat(type, 0);
  Values words;
  for (const Rows &vector : vectors)
    for (Value at : placesOf(vector)) {
      Value before = e.load(type, sums, at);
      before = e.select(isFirst, zero, before);
      words.push_back(e.bitcast(before, e.type(bytes / 2, 16)));
    }
  return words;
}

void RowLookup::storeWords(const Values &words) {
  const Value *word = words.begin();
  for (const Rows &vector : vectors)
    for (Value at : placesOf(vector))
      e.store(e.bitcast(*word++, e.type(bytes / 4, 32)), sums, at);
}

/// Adds what the words stand for to `sums`, or stores it where the words are
/// those of all groups. `widenings` is how often bytes were widened on the way.
void RowLookup::finish(const Values &words, int64_t widenings) {
  VectorType type = e.type(bytes, 32);
  int64_t count = keepsWords() ? allGroups : groups;
  Value bias =
      e.splat(type, -layout.start * 33 * widenings - layout.bias * count);
  Value isFirst = this->isFirst();
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    Value at = e.add(row, vector.row);
    Value sum = emitRowSums(e, ArrayRef(words).slice(wordsEach * v, wordsEach));
    sum = e.add(sum, bias);
    if (!keepsWords()) {
      Value before = e.load(type, sums, at);
      sum = e.add(sum, e.select(isFirst, e.splat(type, 0), before));
    }
    e.store(sum, sums, at);
  }
}

/// How many vectors leave their sums in registers. Those of 16 bytes are more
/// for the same rows, and RISC-V's look-ups do not write over what they read.
static int64_t chooseTogether(const TargetFacts &facts, int64_t bytes,
                              int64_t vectors) {
  if (facts.rvv)
    return 1;
  if (bytes > 16)
    return vectors;
  return facts.vectorRegisters >= 32 ? 2 : 1;
}

void RowLookup::emit() {
  int64_t together = chooseTogether(e.facts, bytes, all.size());
  weightBase = startOf(block, first);
  tableBase = e.times(first, layout.tableBytes);
  for (ArrayRef<Rows> rest = all; !rest.empty();
       rest = rest.drop_front(vectors.size())) {
    vectors = rest.take_front(together);
    if (scales.groups)
      emitScaledVectors();
    else
      emitVectors();
  }
}

void RowLookup::emitVectors() {
  int64_t unroll = layout.unroll;
  int64_t whole = groups / unroll * unroll, rest = groups % unroll;
  Values words = keepsWords() ? loadWords() : noWords();
  auto groupsOf = [&](int64_t begin, int64_t end, Value ahead) {
    if (begin == end)
      return;
    words = e.loop(e.index(begin), e.index(end), unroll, words,
                   [&](Value group, ValueRange so_far) {
                     Value at;
                     if (ahead)
                       at = e.add(ahead, e.times(group, layout.step));
                     return addGroups(group, unroll, so_far, at);
                   });
  };
  if (!next.empty()) {
    // The last groups ask for the first ones of what comes next.
    int64_t distance =
        std::min(whole, aheadBytes / layout.step / unroll * unroll);
    groupsOf(0, whole - distance, e.add(weightBase, distance * layout.step));
    groupsOf(
        whole - distance, whole,
        e.add(startOf(next[0], next[1]), -(whole - distance) * layout.step));
  } else {
    groupsOf(0, whole, nullptr);
  }
  if (rest)
    words = addGroups(e.index(whole), rest, words, nullptr);
  if (!keepsWords() || groups == allGroups)
    return finish(words, whole / unroll + (rest != 0));
  Value isLast =
      arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::eq, first,
                            e.index(allGroups - groups));
  OpBuilder outer = e.builder;
  auto branch = scf::IfOp::create(e.builder, e.loc, isLast, /*else=*/true);
  e.builder = branch.getThenBodyBuilder();
  finish(words, 0);
  e.builder = branch.getElseBodyBuilder();
  storeWords(words);
  e.builder = outer;
}

//===- Scales in groups -------------------------------------------------===//

/// Adds the scaled sums of `count` groups, whose words these are, of the scale
/// group `number`. They fit in 16 bits, and so does all arithmetic, modulo
/// 2^16.
void RowLookup::finishScaled(Value number, int64_t count, ValueRange words) {
  int64_t half = bytes / 2;
  Value bias =
      e.splat(e.type(half, 16),
              layout.start * 33 * llvm::divideCeil(count, layout.unroll) +
                  layout.bias * count);
  Value scale =
      e.broadcast(e.loadScalar(scales.scale, {scales.token, number}), bytes);
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    Value both = words[2 * v], odd = words[2 * v + 1];
    Value even = e.sub(both, e.shiftLeft(odd, 8));
    Value sum = e.interleave(e.sub(even, bias), e.sub(odd, bias), 0, half);
    Value weight;
    if (scales.weights)
      weight = e.load(e.floats(bytes), scales.weights,
                      {e.add(block, vector.row / blockRows), number,
                       e.index(vector.row % blockRows)});
    emitAddScaled(e, e.signExtend(sum, 32), scale, weight, sums,
                  e.add(row, vector.row));
  }
}

/// `count` groups, which are those of the scale group `number`, counted from
/// the op's first.
void RowLookup::addScaleGroup(Value number, int64_t count, Value ahead) {
  int64_t unroll = layout.unroll, whole = count / unroll * unroll;
  Value begin = e.times(number, scales.groups), end = e.add(begin, whole);
  Values words = noWords();
  if (whole)
    words =
        e.loop(begin, end, unroll, words, [&](Value group, ValueRange so_far) {
          Value at;
          if (ahead)
            at = e.add(ahead, e.times(group, layout.step));
          return addGroups(group, unroll, so_far, at);
        });
  if (whole != count)
    words = addGroups(end, count - whole, words, nullptr);
  Value firstNumber =
      arith::DivUIOp::create(e.builder, e.loc, first, e.index(scales.groups));
  finishScaled(e.add(firstNumber, number), count, words);
}

void RowLookup::emitScaledVectors() {
  emitClearFirst(e, first, bytes, [&](Value zero) {
    for (const Rows &vector : vectors)
      e.store(zero, sums, e.add(row, vector.row));
  });
  int64_t each = scales.groups, whole = groups / each, rest = groups % each;
  // Whole scale groups ask for what is read so much later.
  int64_t distance =
      std::max<int64_t>(1, aheadBytes / layout.step / each) * each;
  distance = std::min(distance, whole * each);
  e.loop(e.index(0), e.index(whole), 1, [&](Value number) {
    Value ahead;
    if (!next.empty()) {
      // The last groups ask for the first ones of what comes next.
      Value isLate =
          arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::sge,
                                number, e.index(whole - distance / each));
      ahead = e.select(isLate,
                       e.add(startOf(next[0], next[1]),
                             -(whole * each - distance) * layout.step),
                       e.add(weightBase, distance * layout.step));
    }
    addScaleGroup(number, each, ahead);
  });
  if (rest)
    addScaleGroup(e.index(whole), rest, nullptr);
}
