// Kernels of layout `quints`, whose bytes are indices and signs for tables of
// 128 bytes: for one token, and to the bytes of `pairs` for many.

#include "compiler/Conversion/TernaryToVector/RowLookup.h"
#include "dialects/Ternary/IR/RowTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

/// Terms of a byte, and bytes of one of the two tables of a group: low and
/// high.
static constexpr int64_t quint = 5, tableBytes = 128;
/// The largest magnitude of a byte.
static constexpr int64_t largest = 121;

static int64_t dimOf(Value memref, unsigned axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

/// The balanced ternary digits of `value`.
static std::array<int, quint> digitsOf(int64_t value) {
  std::array<int, quint> digits;
  int64_t rest = value + largest;
  for (int &digit : digits) {
    digit = int(rest % 3) - 1;
    rest /= 3;
  }
  return digits;
}

//===- Tables of a token ------------------------------------------------===//

namespace {

/// quint_tables: sums are built as words 8 s + 128, whose bytes are the parts
/// of s = 32 h + l: the high one is h, the low one 8 (l + 16).
struct QuintTables {
  QuintTables(QuintTablesOp op, const TargetFacts &facts)
      : op(op), e(op, facts) {}

  void emit();

private:
  /// Words of a vector.
  static constexpr int64_t lanes = 32;

  Value firstThree(Value x);
  void addWhere(Value &sums, int64_t first, Value x,
                llvm::function_ref<bool(std::array<int, quint>)> condition);
  void group(Value group, int64_t loaded, int64_t valid);

  QuintTablesOp op;
  VectorEmitter e;
};

} // namespace

/// 8 times the sums of x0..x2 and their negatives: lane i belongs to the number
/// i - 13. `x` has 8 lanes.
Value QuintTables::firstThree(Value x) {
  Value minus = e.sub(e.splat(e.type(8, 16), 0), x);
  Value sums = e.splat(e.type(lanes, 16), 128);
  int64_t power = 1;
  for (int64_t i = 0; i < 3; ++i, power *= 3) {
    SmallVector<int64_t> from;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      int64_t digit = lane / power % 3; // of lane, or lane - 13 plus one
      // Lanes 5 to 7 of x are zero.
      from.push_back(digit == 2 ? i : digit == 0 ? 8 + i : 7);
    }
    sums = e.add(sums, e.shuffle(x, minus, from));
  }
  return sums;
}

/// Adds `x` to the lanes of `sums`, which belong to the numbers from `first`
/// on, whose digits fulfil `condition`.
void QuintTables::addWhere(
    Value &sums, int64_t first, Value x,
    llvm::function_ref<bool(std::array<int, quint>)> condition) {
  SmallVector<bool> where;
  bool any = false, all = true;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    // What stands behind the last entry does not matter: it follows it.
    int64_t value = std::min(first + lane, largest);
    where.push_back(condition(digitsOf(value)));
    any |= where.back();
    all &= where.back();
  }
  if (!any)
    return;
  Value added = e.add(sums, x);
  sums = all ? added : e.select(e.mask(where), added, sums);
}

/// The tables of one group, of whose codes `loaded` (5 or more) can be read,
/// or `valid` (up to 5) are to be.
void QuintTables::group(Value group, int64_t loaded, int64_t valid) {
  Value k = e.times(group, quint);
  Value x = e.load(e.type(loaded, 8), op.getCodes(), {op.getToken(), k});
  SmallVector<int64_t> from;
  for (int64_t lane = 0; lane < 8; ++lane)
    from.push_back(lane < valid ? lane : loaded);
  x = e.shuffle(x, e.splat(e.type(loaded, 8), 0), from);
  x = e.shiftLeft(e.signExtend(x, 16), 3);
  auto all = [&](int64_t i) {
    return e.shuffle(x, x, SmallVector<int64_t>(lanes, i));
  };
  Value x3 = all(3), x4 = all(4), more = e.add(x4, x3), less = e.sub(x4, x3);
  Value three = firstThree(x);

  Values sums;
  for (int64_t first = 0; first < tableBytes; first += lanes) {
    SmallVector<int64_t> low;
    for (int64_t lane = 0; lane < lanes; ++lane)
      low.push_back((std::min(first + lane, largest) + 13) % 27);
    Value sum = e.shuffle(three, three, low);
    auto add = [&](Value x, int d3, int d4) {
      addWhere(sum, first, x, [&](std::array<int, quint> d) {
        return d[3] == d3 && d[4] == d4;
      });
    };
    add(x3, 1, 0);
    add(less, -1, 1);
    add(x4, 0, 1);
    add(more, 1, 1);
    sums.push_back(sum);
  }

  VectorType bytes = e.type(64, 8);
  SmallVector<int64_t> even, odd;
  for (int64_t i = 0; i < 64; ++i) {
    even.push_back(2 * i);
    odd.push_back(2 * i + 1);
  }
  Value at = e.times(group, quintTableBytes);
  for (int64_t half = 0; half < 2; ++half) {
    Value a = e.bitcast(sums[2 * half], bytes);
    Value b = e.bitcast(sums[2 * half + 1], bytes);
    Value low = e.shiftRight(e.shuffle(a, b, even), 3);
    low = e.sub(low, e.splat(bytes, 16));
    e.store(low, op.getTables(), {op.getSlot(), e.add(at, 64 * half)});
    e.store(e.shuffle(a, b, odd), op.getTables(),
            {op.getSlot(), e.add(at, tableBytes + 64 * half)});
  }
}

void QuintTables::emit() {
  int64_t terms = dimOf(op.getCodes(), 1);
  // Groups of which 8 codes can be read, and the others.
  int64_t wide = terms < 8 ? 0 : (terms - 8) / quint + 1;
  if (wide)
    e.loop(op.getFirst(), e.min(op.getLast(), e.index(wide)), 1,
           [&](Value g) { group(g, 8, quint); });
  for (int64_t g = wide; g * quint < terms; ++g) {
    int64_t valid = std::min(quint, terms - g * quint);
    // Once, if [first, last) holds it.
    Value begin = e.max(op.getFirst(), e.index(g));
    e.loop(begin, e.min(op.getLast(), e.index(g + 1)), 1,
           [&](Value g) { group(g, valid, valid); });
  }
}

void ternary::lowerQuintTables(QuintTablesOp op, const TargetFacts &facts) {
  QuintTables(op, facts).emit();
}

//===- Look-ups ---------------------------------------------------------===//

namespace {

/// lookup_quints: a byte's bit 7 is the sign of the sum that it looks up.
class QuintLookup : public RowLookup {
public:
  // 6 * 20 < 128.
  QuintLookup(LookupQuintsOp op, const TargetFacts &facts)
      : RowLookup(op, facts,
                  {quint, quintTableBytes, int64_t(op.getRows()), /*unroll=*/6,
                   /*start=*/128, /*bias=*/0},
                  /*blocks=*/1, op.getRows(), /*bytes=*/64, op.getSums(),
                  Scales()) {}

private:
  Values loadTables(Value at) override {
    Values loaded;
    for (int64_t i = 0; i < quintTableBytes; i += bytes)
      loaded.push_back(e.load(e.type(bytes, 8), tables, {slot, e.add(at, i)}));
    return loaded;
  }

  std::array<Value, 2> entries(const Values &tables, Value code) override {
    Value zero = e.splat(e.type(bytes, 8), 0);
    Value negative = arith::CmpIOp::create(
        e.builder, e.loc, arith::CmpIPredicate::slt, code, zero);
    auto entry = [&](int64_t half) {
      Value entry = e.lookupBytes(tables[2 * half], tables[2 * half + 1], code);
      return e.select(negative, e.sub(zero, entry), entry);
    };
    Value low = entry(0);
    return {low, entry(1)};
  }
};

} // namespace

void ternary::lowerLookupQuints(LookupQuintsOp op, const TargetFacts &facts) {
  QuintLookup(op, facts).emit();
}

//===- To the bytes of pairs --------------------------------------------===//

/// What a byte of layout pairs holds for four zero trits, and what +1 in each
/// place adds to it.
static constexpr int64_t zeroPairs = 4 + 16 * 4;
static constexpr int64_t pairWeights[] = {1, 3, 16, 48};

/// For the magnitudes from `first` on: what quint number `source` of a chunk
/// adds to group number `target` of layout pairs.
static Value emitPairPart(VectorEmitter &e, int64_t source, int64_t target,
                          int64_t first) {
  SmallVector<int64_t> parts;
  for (int64_t lane = 0; lane < 64; ++lane) {
    std::array<int, quint> digits = digitsOf(std::min(first + lane, largest));
    int64_t part = 0;
    for (int64_t i = 0; i < quint; ++i)
      if (int64_t at = source * quint + i - target * 4; at >= 0 && at < 4)
        part += digits[i] * pairWeights[at];
    parts.push_back(part);
  }
  return e.lanes(8, parts);
}

void ternary::lowerQuintsToPairs(QuintsToPairsOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  constexpr int64_t chunk = 4; // quints, or five groups of pairs
  int64_t terms = op.getTerms(), groups = llvm::divideCeil(terms, quint);
  int64_t targets = op.getGroups();
  // Fewer than five groups are the last ones of a row.
  int64_t sources = targets == 5     ? chunk
                    : groups % chunk ? groups % chunk
                                     : chunk;
  int64_t parts = op.getRows() / blockRows;
  Value block =
      arith::DivUIOp::create(e.builder, e.loc, op.getPart(), e.index(parts));
  Value part =
      arith::RemUIOp::create(e.builder, e.loc, op.getPart(), e.index(parts));
  Value base = e.add(
      e.times(e.add(e.times(block, groups), e.times(op.getChunk(), chunk)),
              op.getRows()),
      e.times(part, blockRows));
  VectorType bytes = e.type(64, 8);
  Value zero = e.splat(bytes, 0);
  Values pairs(targets, e.splat(bytes, zeroPairs));
  for (int64_t source = 0; source < sources; ++source) {
    Value at = e.add(base, source * op.getRows());
    // The same rows of the next block: it lies far away, where the caches'
    // prefetchers do not look.
    e.prefetch(op.getWeights(), e.add(at, groups * op.getRows()), 3);
    Value code = e.load(bytes, op.getWeights(), at);
    Value negative = arith::CmpIOp::create(
        e.builder, e.loc, arith::CmpIPredicate::slt, code, zero);
    for (int64_t target = source * quint / 4;
         target < targets && target * 4 < (source + 1) * quint; ++target) {
      Value entry = e.lookupBytes(emitPairPart(e, source, target, 0),
                                  emitPairPart(e, source, target, 64), code);
      Value &sum = pairs[target];
      sum = e.select(negative, e.sub(sum, entry), e.add(sum, entry));
    }
  }
  for (auto [i, sum] : llvm::enumerate(pairs))
    e.store(sum, op.getPairs(), e.index(i * blockRows));
}
