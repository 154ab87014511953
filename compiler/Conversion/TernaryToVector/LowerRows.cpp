// Kernels whose lanes are the rows of a block, for one or a few tokens.

#include "compiler/Conversion/TernaryToVector/RowLookup.h"

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
  int64_t all = dimOf(op.getCodes(), 1), tokens = dimOf(op.getSums(), 0);
  Value begin = op.getFirst() ? op.getFirst() : e.index(0);
  Value end = e.add(begin, op.getTerms().value_or(all));
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
  Value block = e.times(op.getBlock(), all * bytes);
  // As many rows at a time as leave the accumulators in registers.
  int64_t together =
      std::max<int64_t>(1, std::min(parts, facts.vectorRegisters / 2 / tokens));
  for (int64_t first = 0; first < parts; first += together) {
    int64_t count = std::min(together, parts - first);
    e.loop(begin, end, stretch, [&](Value k0) {
      Value k1 = e.min(e.add(k0, stretch), end);
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
    e.loop(op.getFirst(), e.min(op.getLast(), e.index(whole)), 1,
           [&](Value group) { emitPairTables(e, op, group, 4); });
  // Once, if [first, last) holds it.
  if (terms % 4)
    e.loop(e.max(op.getFirst(), e.index(whole)),
           e.min(op.getLast(), e.index(whole + 1)), 1,
           [&](Value group) { emitPairTables(e, op, group, terms % 4); });
}

//===- Look-ups ---------------------------------------------------------===//

namespace {

/// A nibble of a byte is a pair of trits.
class PairLookup : public RowLookup {
public:
  PairLookup(LookupRowsOp op, const TargetFacts &facts)
      : PairLookup(op, facts, op.getSums(), Scales()) {}
  PairLookup(LookupRowGroupsOp op, const TargetFacts &facts)
      : PairLookup(op, facts, op.getTotals(),
                   {op.getScale(), op.getToken(), op.getWeightScales(),
                    int64_t(op.getGroup()) / 4}) {}

private:
  // 8 * 31 < 256; an entry is 256 too large, and a group has two.
  template <typename Op>
  PairLookup(Op op, const TargetFacts &facts, Value sums, Scales scales)
      : RowLookup(op, facts,
                  {/*terms=*/4, /*tableBytes=*/64, /*step=*/blockRows,
                   /*unroll=*/4, /*start=*/0, /*bias=*/512},
                  op.getBlocks(), blockRows, facts.shuffleBytes(), sums,
                  scales) {}

  Values loadTables(Value at) override {
    Values loaded;
    for (int64_t i = 0; i < 64; i += 16)
      loaded.push_back(e.repeatTable(
          e.load(e.type(16, 8), tables, {slot, e.add(at, i)}), bytes));
    return loaded;
  }

  std::array<Value, 2> entries(const Values &tables, Value code) override {
    Value pairs[2] = {e.bitAnd(code, e.splat(e.type(bytes, 8), 15)),
                      e.shiftRight(code, 4)};
    auto entry = [&](int64_t half) {
      Value a = e.shuffleBytes(tables[2 * half], pairs[0]);
      return e.add(a, e.shuffleBytes(tables[2 * half + 1], pairs[1]));
    };
    Value low = entry(0);
    return {low, entry(1)};
  }
};

} // namespace

void ternary::lowerLookupRows(LookupRowsOp op, const TargetFacts &facts) {
  PairLookup(op, facts).emit();
}

void ternary::lowerLookupRowGroups(LookupRowGroupsOp op,
                                   const TargetFacts &facts) {
  PairLookup(op, facts).emit();
}
