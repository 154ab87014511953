// Kernels of layout `quads`, whose bytes are indices of tables of 128 bytes.

#include "compiler/Conversion/TernaryToVector/RowLookup.h"
#include "dialects/Ternary/IR/RowTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

/// Terms of a byte.
static constexpr int64_t quad = 4;
/// Where a group's tables have h of the bytes 0 to 63, and l and h of those
/// from 64 on.
static constexpr int64_t highAt = 64, lowRestAt = 128, highRestAt = 160;
/// Groups whose entries add up in a byte.
static constexpr int64_t neighbours = 8;

static int64_t dimOf(Value memref, unsigned axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

//===- Tables of a token ------------------------------------------------===//

namespace {

/// quad_tables: sums are built as words 8 u, whose bytes are the parts of
/// u = 32 h + l: the high one is h, the low one 8 l.
struct QuadTables {
  QuadTables(QuadTablesOp op, const TargetFacts &facts)
      : op(op), e(op, facts) {}

  void emit();

private:
  /// Words of a vector: those of one value of the fourth digit and 5 more.
  static constexpr int64_t lanes = 32;
  /// Groups whose codes are loaded together.
  static constexpr int64_t together = 4;
  /// Makes 8 u unsigned.
  static constexpr int64_t bias = 8 * 512;

  struct Terms;
  Terms load(Value first, int64_t valid);
  Value digit(const Terms &terms, int64_t at, int64_t power);
  void groups(Value first, int64_t valid);
  void store(Value group, Value minus, Value zero, Value plus);
  void makeRoom();

  QuadTablesOp op;
  VectorEmitter e;
};

} // namespace

/// The codes of up to four groups, as words times 8.
struct QuadTables::Terms {
  /// Twice.
  Value x;
  /// Once, then their negatives, with a zero instead of the first negative that
  /// is not asked for; all with a third of `bias`.
  Value signedX;
  int64_t count;
  int64_t zeroAt() const { return count + quad - 1; }
};

/// The codes of the groups from `first` on, of which `valid` are not behind K.
QuadTables::Terms QuadTables::load(Value first, int64_t valid) {
  // Three of them are `bias`, modulo 2^16.
  constexpr int64_t third = 0xb000;
  static_assert(3 * third % 65536 == bias);
  int64_t count = llvm::alignTo(valid, quad);
  Value x = e.load(e.type(valid, 8), op.getCodes(),
                   {op.getToken(), e.times(first, quad)});
  SmallVector<int64_t> twice, keep, sign, biases;
  for (int64_t lane = 0; lane < 2 * count; ++lane) {
    twice.push_back(std::min(lane % count, valid));
    bool isZero = lane == count + quad - 1;
    keep.push_back(isZero ? 0 : -1);
    sign.push_back(lane < count || isZero ? 0 : -1);
    biases.push_back(third - sign.back());
  }
  x = e.shuffle(x, e.splat(e.type(valid, 8), 0), twice);
  x = e.shiftLeft(e.signExtend(x, 16), 3);
  Value signedX = e.bitAnd(x, e.lanes(16, keep));
  signedX = arith::XOrIOp::create(e.builder, e.loc, signedX, e.lanes(16, sign));
  return {x, e.add(signedX, e.lanes(16, biases)), count};
}

/// Lane i has term `at` times digit i / power % 3 - 1, and a third of `bias`.
Value QuadTables::digit(const Terms &terms, int64_t at, int64_t power) {
  SmallVector<int64_t> from;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t code = lane / power % 3;
    from.push_back(code == 0   ? terms.count + at
                   : code == 1 ? terms.zeroAt()
                               : at);
  }
  return e.shuffle(terms.signedX, terms.signedX, from);
}

/// The tables of the groups from `first` on, up to four, of which `valid` codes
/// are not behind K.
void QuadTables::groups(Value first, int64_t valid) {
  Terms terms = load(first, valid);
  for (int64_t at = 0; at < terms.count; at += quad) {
    Value sum = e.add(digit(terms, at, 1), digit(terms, at + 1, 3));
    sum = e.add(sum, digit(terms, at + 2, 9));
    Value last =
        e.shuffle(terms.x, terms.x, SmallVector<int64_t>(lanes, at + 3));
    store(e.add(first, at / quad), e.sub(sum, last), sum, e.add(sum, last));
  }
}

/// Splits the words of a group, by the fourth digit.
void QuadTables::store(Value group, Value minus, Value zero, Value plus) {
  VectorType bytes = e.type(64, 8);
  SmallVector<int64_t> even, odd, evenAndOdd;
  for (int64_t i = 0; i < 64; ++i) {
    even.push_back(2 * i);
    odd.push_back(2 * i + 1);
    evenAndOdd.push_back(i < lanes ? 2 * i : 2 * (i - lanes) + 1);
  }
  Value a = e.bitcast(minus, bytes), b = e.bitcast(zero, bytes);
  Value c = e.bitcast(plus, bytes);
  Value at = e.times(group, quadTableBytes);
  auto put = [&](Value part, int64_t offset) {
    e.store(part, op.getTables(), {op.getSlot(), e.add(at, offset)});
  };
  put(e.shiftRight(e.shuffle(a, b, even), 3), 0);
  put(e.shuffle(a, b, odd), highAt);
  // Low bytes as words: they stand in the first half.
  SmallVector<int64_t> bits, masks;
  for (int64_t i = 0; i < lanes; ++i) {
    bits.push_back(i < lanes / 2 ? 3 : 0);
    masks.push_back(i < lanes / 2 ? 0x1f1f : 0x3f3f);
  }
  Value rest = e.bitcast(e.shuffle(c, c, evenAndOdd), e.type(lanes, 16));
  rest = arith::ShRUIOp::create(e.builder, e.loc, rest, e.lanes(16, bits));
  put(e.bitcast(e.bitAnd(rest, e.lanes(16, masks)), bytes), lowRestAt);
}

/// One of eight neighbouring groups has 31 and 32 for the largest u, which is
/// that of byte 0 where all codes are -128: 7 * 32 + 31 < 256.
void QuadTables::makeRoom() {
  // The first group g of these with g mod 8 = 7.
  Value eights = arith::DivUIOp::create(e.builder, e.loc, op.getFirst(),
                                        e.index(neighbours));
  Value start = e.add(e.times(eights, neighbours), neighbours - 1);
  auto shift = [&](Value byte, bool left) -> Value {
    Value bits = arith::ConstantOp::create(e.builder, e.loc,
                                           e.builder.getI8IntegerAttr(5));
    return left
               ? arith::ShLIOp::create(e.builder, e.loc, byte, bits).getResult()
               : arith::ShRUIOp::create(e.builder, e.loc, byte, bits)
                     .getResult();
  };
  e.loop(start, op.getLast(), neighbours, [&](Value group) {
    Value at = e.times(group, quadTableBytes);
    Values low = {op.getSlot(), at}, high = {op.getSlot(), e.add(at, highAt)};
    Value l = e.loadScalar(op.getTables(), low);
    Value h = e.loadScalar(op.getTables(), high);
    Value over = shift(h, /*left=*/false);
    memref::StoreOp::create(e.builder, e.loc,
                            e.add(l, shift(over, /*left=*/true)),
                            op.getTables(), low);
    memref::StoreOp::create(e.builder, e.loc, e.sub(h, over), op.getTables(),
                            high);
  });
}

void QuadTables::emit() {
  int64_t terms = dimOf(op.getCodes(), 1), all = llvm::divideCeil(terms, quad);
  // Groups of which 16 codes can be read together, and the others.
  int64_t wide = terms / (quad * together) * together;
  Value last = e.min(op.getLast(), e.index(wide));
  if (wide)
    e.loop(op.getFirst(), last, together,
           [&](Value g) { groups(g, quad * together); });
  for (int64_t g = wide; g < all; ++g) {
    int64_t valid = std::min(quad, terms - g * quad);
    // Once, if [first, last) holds it.
    Value begin = e.max(op.getFirst(), e.index(g));
    e.loop(begin, e.min(op.getLast(), e.index(g + 1)), 1,
           [&](Value g) { groups(g, valid); });
  }
  makeRoom();
}

void ternary::lowerQuadTables(QuadTablesOp op, const TargetFacts &facts) {
  QuadTables(op, facts).emit();
}

//===- Look-ups ---------------------------------------------------------===//

namespace {

/// lookup_quads: a byte is the index of what it adds, which is 512 too large.
class QuadLookup : public RowLookup {
public:
  QuadLookup(LookupQuadsOp op, const TargetFacts &facts)
      : RowLookup(op, facts,
                  {quad, quadTableBytes, int64_t(op.getRows()),
                   /*unroll=*/neighbours, /*start=*/0, /*bias=*/512,
                   /*aheadRows=*/128, quadWordGroups},
                  /*blocks=*/1, op.getRows(), /*bytes=*/64, op.getSums(),
                  Scales()) {}

private:
  /// l of the bytes 0 to 63 and of those from 64 on, then h.
  Values loadTables(Value at) override {
    auto load = [&](int64_t count, int64_t offset) {
      return e.load(e.type(count, 8), tables, {slot, e.add(at, offset)});
    };
    // Twice: look-ups take the lower half.
    auto rest = [&](int64_t offset) {
      Value half = load(bytes / 2, offset);
      SmallVector<int64_t> twice;
      for (int64_t i = 0; i < bytes; ++i)
        twice.push_back(i % (bytes / 2));
      return e.shuffle(half, half, twice);
    };
    Value low = load(bytes, 0), lowRest = rest(lowRestAt);
    Value high = load(bytes, highAt);
    return {low, lowRest, high, rest(highRestAt)};
  }

  std::array<Value, 2> entries(const Values &tables, Value code) override {
    Value low = e.lookupBytes(tables[0], tables[1], code);
    return {low, e.lookupBytes(tables[2], tables[3], code)};
  }

  /// As bytes and as words in turn, which is the same because no byte carries:
  /// LLVM makes trees of equal additions, whose leaves fill more registers than
  /// there are.
  Value addEntry(Value total, Value entry, int64_t number) override {
    VectorType type = number % 2 ? e.type(bytes, 8) : e.type(bytes / 2, 16);
    Value sum = e.add(e.bitcast(total, type), e.bitcast(entry, type));
    return e.bitcast(sum, e.type(bytes, 8));
  }
};

} // namespace

void ternary::lowerLookupQuads(LookupQuadsOp op, const TargetFacts &facts) {
  QuadLookup(op, facts).emit();
}
