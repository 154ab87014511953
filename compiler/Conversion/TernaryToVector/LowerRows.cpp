// Kernels whose lanes are the rows of a block, for one or a few tokens.

#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

static int64_t dimOf(Value memref, unsigned axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

//===- Masked additions -------------------------------------------------===//

/// `lanes` bits of a plane, from byte `at` on, as a mask of vector lanes.
static Value emitPlane(VectorEmitter &e, Value weights, Value at,
                       int64_t lanes) {
  Value bytes = e.load(e.type(lanes / 8, 8), weights, at);
  if (e.facts.avx512bw && e.facts.vectorBits >= 512)
    return e.bitcast(bytes, e.type(lanes, 1));
  // Every lane of i16 gets all bits and keeps its own.
  Value bits = e.bitcast(bytes, e.type(1, lanes));
  Value scalar = vector::ExtractOp::create(e.builder, e.loc, bits, 0);
  if (lanes < 16)
    scalar = e.zeroExtend(scalar, 16);
  SmallVector<int64_t> ones;
  for (int64_t i = 0; i < lanes; ++i)
    ones.push_back(int64_t(1) << i);
  Value own = e.lanes(16, ones);
  return arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::eq,
                               e.bitAnd(e.broadcast(scalar, lanes), own), own);
}

void ternary::lowerMaskedRows(MaskedRowsOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t terms = dimOf(op.getCodes(), 1), tokens = dimOf(op.getSums(), 0);
  // A plane of bits is at most as wide as a scalar that a lane can hold.
  bool wide = facts.avx512bw && facts.vectorBits >= 512;
  int64_t lanes = wide ? 32 : std::min<int64_t>(facts.vectorBits / 16, 16);
  int64_t parts = blockRows / lanes;
  VectorType words = e.type(lanes, 16), sumType = e.type(lanes, 32);
  // 255 * 128 < 2^15.
  constexpr int64_t stretch = 255;

  Value zeroSum = e.splat(sumType, 0), zero = e.splat(words, 0);
  auto at = [&](int64_t t, int64_t part) {
    return Values{e.index(t), e.index(part * lanes)};
  };
  for (int64_t t = 0; t < tokens; ++t)
    for (int64_t part = 0; part < parts; ++part)
      e.store(zeroSum, op.getSums(), at(t, part));
  constexpr int64_t bytes = blockRows / 4; // of one term
  Value block = e.times(op.getBlock(), terms * bytes);
  // As many rows at a time as leave the accumulators in registers.
  int64_t together =
      std::max<int64_t>(1, std::min(parts, facts.vectorRegisters / 2 / tokens));
  for (int64_t first = 0; first < parts; first += together) {
    int64_t count = std::min(together, parts - first);
    e.loop(e.index(0), e.index(terms), stretch, [&](Value k0) {
      Value k1 = e.min(e.add(k0, stretch), e.index(terms));
      Values sums = e.loop(
          k0, k1, 1, Values(tokens * count, zero),
          [&](Value k, ValueRange so_far) {
            Values next(so_far);
            Value base = e.add(block, e.times(k, bytes));
            Values xs;
            for (int64_t t = 0; t < tokens; ++t) {
              Value x =
                  e.loadScalar(op.getCodes(), {e.add(op.getToken(), t), k});
              xs.push_back(e.broadcast(e.signExtend(x, 16), lanes));
            }
            for (int64_t part = 0; part < count; ++part) {
              int64_t offset = (first + part) * lanes / 8;
              Value plus =
                  emitPlane(e, op.getWeights(), e.add(base, offset), lanes);
              Value minus =
                  emitPlane(e, op.getWeights(),
                            e.add(base, blockRows / 8 + offset), lanes);
              for (int64_t t = 0; t < tokens; ++t) {
                Value &sum = next[t * count + part];
                sum = e.select(plus, e.add(sum, xs[t]), sum);
                sum = e.select(minus, e.sub(sum, xs[t]), sum);
              }
            }
            return next;
          });
      for (int64_t t = 0; t < tokens; ++t)
        for (int64_t part = 0; part < count; ++part) {
          Values where = at(t, first + part);
          Value sum = e.load(sumType, op.getSums(), where);
          sum = e.add(sum, e.signExtend(sums[t * count + part], 32));
          e.store(sum, op.getSums(), where);
        }
    });
  }
}

//===- Tables of a token ------------------------------------------------===//

/// u = 256 + (d0 - 1) x0 + (d1 - 1) x1 of two pairs in 16 lanes each, as bytes
/// of u & 31 and of u >> 5, to byte `at` of the tables.
static void emitPairTables(VectorEmitter &e, CodeTablesOp op, Value group,
                           int64_t count) {
  Value k = e.times(group, 4);
  Value x = e.load(e.type(count, 8), op.getCodes(), {op.getToken(), k});
  x = e.signExtend(x, 16);
  Value none = e.splat(e.type(count, 16), 0);
  // Activation `i` of each pair, in all lanes of its table; 0 behind the end.
  auto spread = [&](int64_t i) {
    SmallVector<int64_t> from;
    for (int64_t lane = 0; lane < 32; ++lane) {
      int64_t source = lane / 16 * 2 + i;
      from.push_back(source < count ? source : count);
    }
    return e.shuffle(x, none, from);
  };
  Value u = e.splat(e.type(32, 16), 256);
  int64_t weight = 1;
  for (int64_t i = 0; i < 2; ++i, weight *= 3) {
    SmallVector<bool> plus, minus;
    for (int64_t lane = 0; lane < 32; ++lane) {
      int64_t code = lane % 16, digit = code < 9 ? code / weight % 3 : 1;
      plus.push_back(digit == 2);
      minus.push_back(digit == 0);
    }
    Value xi = spread(i);
    u = e.select(e.mask(plus), e.add(u, xi), u);
    u = e.select(e.mask(minus), e.sub(u, xi), u);
  }
  Value low = e.truncate(e.bitAnd(u, e.splat(e.type(32, 16), 31)), 8);
  Value high = e.truncate(e.shiftRight(u, 5), 8);
  Value at = e.times(group, 64);
  e.store(low, op.getTables(), {op.getSlot(), at});
  e.store(high, op.getTables(), {op.getSlot(), e.add(at, 32)});
}

void ternary::lowerCodeTables(CodeTablesOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t terms = dimOf(op.getCodes(), 1), whole = terms / 4;
  if (whole)
    e.loop(e.index(0), e.index(whole), 1,
           [&](Value group) { emitPairTables(e, op, group, 4); });
  if (terms % 4)
    emitPairTables(e, op, e.index(whole), terms % 4);
}

//===- Look-ups ---------------------------------------------------------===//

Value ternary::emitRowSums(VectorEmitter &e, ValueRange words) {
  int64_t half = cast<VectorType>(words[0].getType()).getNumElements();
  SmallVector<int64_t> interleave;
  for (int64_t i = 0; i < half; ++i)
    interleave.append({i, half + i});
  auto even = [&](int64_t i) {
    return e.sub(words[i], e.shiftLeft(words[i + 1], 8));
  };
  auto value = [&](Value low, Value high) {
    return e.add(e.zeroExtend(low, 32), e.shiftLeft(e.zeroExtend(high, 32), 5));
  };
  Value evens = value(even(0), even(2)), odds = value(words[1], words[3]);
  return e.shuffle(evens, odds, interleave);
}

namespace {

/// lookup_rows: one or more blocks of 64 rows, in vectors of bytes.
struct RowLookup {
  RowLookup(LookupRowsOp op, const TargetFacts &facts)
      : op(op), e(op, facts), bytes(facts.shuffleBytes()) {}

  void emit();

private:
  /// Groups whose bytes can be added before they are widened: 8 * 31 < 256.
  static constexpr int64_t unroll = 4;
  /// Groups that 16-bit sums take: 1024 * 2 * 31 < 2^16.
  static constexpr int64_t stretch = 1024;
  /// Word sums of a vector: low, low >> 8, high, high >> 8.
  static constexpr int64_t wordsEach = 4;

  Values addGroups(Value first, int64_t count, ValueRange words);
  Values addAll(Value begin, Value end, int64_t rest);
  void finish(Values words);

  LookupRowsOp op;
  VectorEmitter e;
  int64_t bytes;
  Value block;
  /// Of each vector that shares the tables' loads: bytes from the first block's
  /// start to its weights, and the first of its rows.
  SmallVector<std::pair<int64_t, int64_t>> vectors;
};

} // namespace

/// Adds up to `unroll` groups to the word sums of each vector.
Values RowLookup::addGroups(Value first, int64_t count, ValueRange words) {
  VectorType byteType = e.type(bytes, 8), wordType = e.type(bytes / 2, 16);
  Value nibble = e.splat(byteType, 15);
  Value at = e.times(first, 64);
  Value weightAt = e.add(block, at);
  Values sums(2 * vectors.size()); // low 5 bits, high bits
  for (int64_t j = 0; j < count; ++j) {
    Value tables[2][2];
    for (int64_t half = 0; half < 2; ++half)
      for (int64_t pair = 0; pair < 2; ++pair)
        tables[half][pair] = e.repeatTable(
            e.load(e.type(16, 8), op.getTables(),
                   {op.getSlot(), e.add(at, 64 * j + 32 * half + 16 * pair)}),
            bytes);
    for (auto [v, vector] : llvm::enumerate(vectors)) {
      Value code = e.load(byteType, op.getWeights(),
                          e.add(weightAt, 64 * j + vector.first));
      Value pairs[2] = {e.bitAnd(code, nibble), e.shiftRight(code, 4)};
      for (int64_t half = 0; half < 2; ++half)
        for (int64_t pair = 0; pair < 2; ++pair) {
          Value &sum = sums[2 * v + half];
          Value entry = e.shuffleBytes(tables[half][pair], pairs[pair]);
          sum = sum ? e.add(sum, entry) : entry;
        }
    }
  }
  Values next;
  for (auto [i, sum] : llvm::enumerate(sums)) {
    Value both = e.bitcast(sum, wordType);
    next.push_back(e.add(words[2 * i], both));
    next.push_back(e.add(words[2 * i + 1], e.shiftRight(both, 8)));
  }
  return next;
}

/// The word sums of the groups [begin, end), a multiple of `unroll`, and of
/// `rest` more.
Values RowLookup::addAll(Value begin, Value end, int64_t rest) {
  Value zero = e.splat(e.type(bytes / 2, 16), 0);
  Values words =
      e.loop(begin, end, unroll, Values(wordsEach * vectors.size(), zero),
             [&](Value group, ValueRange so_far) {
               return addGroups(group, unroll, so_far);
             });
  if (rest)
    words = addGroups(end, rest, words);
  return words;
}

/// Adds the sums that the words stand for to `sums`.
void RowLookup::finish(Values all) {
  for (auto [v, vector] : llvm::enumerate(vectors)) {
    Value sum = emitRowSums(e, ArrayRef(all).slice(wordsEach * v, wordsEach));
    Value at = e.index(vector.second);
    sum = e.add(sum, e.load(e.type(bytes, 32), op.getSums(), at));
    e.store(sum, op.getSums(), at);
  }
}

void RowLookup::emit() {
  int64_t groups = dimOf(op.getTables(), 1) / 64;
  int64_t whole = groups / unroll * unroll, rest = groups % unroll;
  int64_t rows = dimOf(op.getSums(), 0);
  block = e.times(op.getBlock(), groups * 64);
  // Every entry is 256 too large, and each group has two.
  Value bias = e.splat(e.type(bytes, 32), -512 * groups);
  // Two vectors at a time need 24 registers.
  int64_t together = e.facts.vectorRegisters >= 32 ? 2 : 1;
  for (int64_t row = 0; row < rows; row += bytes * together) {
    vectors.clear();
    for (int64_t i = row; i < std::min(row + bytes * together, rows);
         i += bytes)
      vectors.emplace_back(i / blockRows * groups * 64 + i % blockRows, i);
    for (auto &vector : vectors)
      e.store(bias, op.getSums(), e.index(vector.second));
    int64_t full = whole > stretch ? (whole - 1) / stretch * stretch : 0;
    if (full)
      e.loop(e.index(0), e.index(full), stretch, [&](Value begin) {
        finish(addAll(begin, e.add(begin, stretch), 0));
      });
    finish(addAll(e.index(full), e.index(whole), rest));
  }
}

void ternary::lowerLookupRows(LookupRowsOp op, const TargetFacts &facts) {
  RowLookup(op, facts).emit();
}
