// Kernels of dot products: lanes are the rows of a digit of layout rows4 or
// rows5, a lane sums four terms at once.
//
// All digits of a byte meet the same activation x, so that fields need not be
// isolated: with digits d0, d1, ... of row groups 0, 1, ..., the bytes v & 3,
// v & 15, v & 63, v give A0 = S0, A1 = S0 + 4 S1, A2 = A1 + 16 S2, ..., and
// Sj = (Aj - A(j-1)) / 4^j once at the end. Base-3 digits likewise, with
// v mod 3, v mod 9, v mod 27, v mod 81 and v.
//
// Exact for every activation in [-128, 127]:
// - vpdpbusd takes the weights as unsigned bytes (at most 255) and adds four
//   products of at most 255 * 128 to 32 bits without saturation.
// - pmaddubsw saturates at 2^15: its weights are at most 10, so that a pair of
//   products is at most 2 * 10 * 128 = 2560, and 12 of them at most 30720.
// - sdot takes the weights as signed bytes: at most 10 as well. usdot and
//   usmmla are like vpdpbusd.
// - A sum Aj wraps modulo 2^32. Differences are divided by an odd power of 3
//   modulo 2^32, exactly for any K; by 4^j <= 64 with a shift, which needs
//   |Aj - A(j-1)| <= 64 * 2 * 128 * terms < 2^31: terms are at most 2^16.

#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"
#include "compiler/Target/Family.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

static int64_t dimOf(Value memref, unsigned axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

static Value callIntrinsic(VectorEmitter &e, StringRef name, Type type,
                           ValueRange operands) {
  return LLVM::CallIntrinsicOp::create(e.builder, e.loc, type,
                                       e.builder.getStringAttr(name), operands)
      .getResult(0);
}

/// The sum of every `n` neighbouring lanes.
static Value emitNeighbours(VectorEmitter &e, Value vector, int64_t n) {
  int64_t lanes = cast<VectorType>(vector.getType()).getNumElements();
  for (; n > 1; n /= 2, lanes /= 2) {
    SmallVector<int64_t> even, odd;
    for (int64_t i = 0; i < lanes; i += 2) {
      even.push_back(i);
      odd.push_back(i + 1);
    }
    vector =
        e.add(e.shuffle(vector, vector, even), e.shuffle(vector, vector, odd));
  }
  return vector;
}

/// `sum` + the products of four neighbouring bytes, unsigned `u` (below 128
/// unless `wide`) and signed `s`.
static Value emitDot(VectorEmitter &e, Value sum, Value u, Value s, bool wide) {
  if (cast<VectorType>(u.getType()).getNumElements() == e.facts.dotBytes(wide))
    return findFamily(e.facts)->addDots(e.builder, e.loc, e.facts, sum, u, s,
                                        wide);
  Value products = arith::MulIOp::create(e.builder, e.loc, e.zeroExtend(u, 32),
                                         e.signExtend(s, 32));
  return e.add(sum, emitNeighbours(e, products, 4));
}

//===- Totals -----------------------------------------------------------===//

/// The sum of `terms` codes of a token from `first` on.
static Value emitTotal(VectorEmitter &e, Value codes, Value token, Value first,
                       int64_t terms) {
  int64_t bytes = e.facts.vectorBits / 8, whole = terms / bytes * bytes;
  auto widen = [&](Value codes) {
    int64_t n = cast<VectorType>(codes.getType()).getNumElements();
    return n == bytes ? emitNeighbours(e, e.signExtend(codes, 32), 4)
                      : e.signExtend(codes, 32);
  };
  auto reduce = [&](Value vector) -> Value {
    return vector::ReductionOp::create(e.builder, e.loc,
                                       vector::CombiningKind::ADD, vector);
  };
  auto load = [&](Value k, int64_t count) {
    return e.load(e.type(count, 8), codes, {token, k});
  };
  Value end = e.add(first, whole), total;
  if (whole) {
    Value none = e.splat(e.type(bytes / 4, 32), 0);
    Values sums =
        e.loop(first, end, bytes, none, [&](Value k, ValueRange so_far) {
          return Values{e.add(so_far[0], widen(load(k, bytes)))};
        });
    total = reduce(sums[0]);
  }
  if (whole < terms) {
    Value rest = reduce(widen(load(end, terms - whole)));
    total = total ? e.add(total, rest) : rest;
  }
  return total;
}

void ternary::lowerCodeTotals(CodeTotalsOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t terms = dimOf(op.getCodes(), 1),
          group = op.getGroup().value_or(terms);
  int64_t whole = terms / group, rest = terms % group;
  int64_t stride = dimOf(op.getTotals(), 0) / llvm::divideCeil(terms, group);
  e.loop(e.index(0), op.getCount(), 1, [&](Value t) {
    Value token = e.add(op.getToken(), t);
    auto store = [&](Value number, int64_t count) {
      Value total =
          emitTotal(e, op.getCodes(), token, e.times(number, group), count);
      memref::StoreOp::create(e.builder, e.loc, total, op.getTotals(),
                              e.add(t, e.times(number, stride)));
    };
    e.loop(e.index(0), e.index(whole), 1,
           [&](Value number) { store(number, group); });
    if (rest)
      store(e.index(whole), rest);
  });
}

//===- Dot products -----------------------------------------------------===//

namespace {

/// dot_rows: one vector of a unit of weights at a time, for all tokens.
struct DotRows {
  DotRows(DotRowsOp op, const TargetFacts &facts);

  void emit();

private:
  /// Terms whose sums are unmixed together, a multiple of four.
  static constexpr int64_t stretch = 1 << 16;
  /// Groups whose pairs of products 16 bits hold.
  static constexpr int64_t narrowGroups = 12;
  /// Of these, those that one iteration for one token takes.
  static constexpr int64_t narrowUnroll = 4;

  Value loadCodes(int64_t token, Value group, int64_t count);
  Value loadWeights(Value group);
  Value remainder(Value v, int64_t base);
  Value decodeDigits(Value v);
  Values nibbleFields(Value v);
  Values partlyDecoded(Value v);
  Values addGroup(Value group, int64_t count, ValueRange sums);
  Values addGroups(Value begin, int64_t groups, int64_t rest);
  Values addNarrow(Value group, int64_t count, ValueRange sums);
  Values addGroupsNarrow(Value begin, int64_t groups, int64_t rest);
  Value loadPair(int64_t token, Value group);
  Values addEight(Value group, ValueRange sums);
  Values addGroupsMatrix(Value begin, int64_t groups, int64_t rest);
  Values unmix(ValueRange sums);
  void finish(ValueRange all, bool first);
  void emitStretch(Value begin, int64_t groups, int64_t rest, bool first);

  DotRowsOp op;
  VectorEmitter e;
  bool base3;
  /// Whether the fields of a byte are taken by its nibbles, and whether their
  /// products are added in 16 bits first (pmaddubsw), or two rows are
  /// multiplied by two tokens at a time (usmmla).
  bool nibbles, narrow, matrix;
  int64_t tokens, terms, digits, unit, bytes, lanes;
  /// Of the vector at hand: bytes from the start of its unit.
  int64_t offset = 0;
  Value block;
};

} // namespace

DotRows::DotRows(DotRowsOp op, const TargetFacts &facts)
    : op(op), e(op, facts),
      base3(op.getLayout().getKind() == LayoutKind::Rows5),
      tokens(dimOf(op.getSums(), 0)),
      terms(op.getTerms().value_or(dimOf(op.getCodes(), 1))),
      digits(base3 ? 5 : 4), unit(op.getLayout().getRows() / digits * 4),
      bytes(std::gcd(unit, facts.vectorBits / 8)), lanes(bytes / 4) {
  bool vnni = facts.avx512vnni && bytes == 64;
  narrow = !base3 && !vnni && facts.ssse3 && bytes >= 16;
  matrix = facts.i8mm && bytes == 16 && tokens % 2 == 0;
  nibbles = narrow || (!base3 && facts.dotprod && !facts.i8mm);
  block = e.times(op.getBlock(),
                  llvm::divideCeil(dimOf(op.getCodes(), 1), 4) * unit);
}

/// Four codes of `group` in every lane, zeros from `count` on.
Value DotRows::loadCodes(int64_t token, Value group, int64_t count) {
  Value x = e.load(e.type(count, 8), op.getCodes(),
                   {e.add(op.getToken(), token), e.times(group, 4)});
  if (count < 4) {
    SmallVector<int64_t> from;
    for (int64_t i = 0; i < 4; ++i)
      from.push_back(std::min(i, count));
    x = e.shuffle(x, e.splat(e.type(count, 8), 0), from);
  }
  Value word = vector::ExtractOp::create(e.builder, e.loc,
                                         e.bitcast(x, e.type(1, 32)), 0);
  return e.bitcast(e.broadcast(word, lanes), e.type(bytes, 8));
}

Value DotRows::loadWeights(Value group) {
  Value at = e.add(block, e.times(group, unit));
  // Once for each line.
  if (int64_t ahead = op.getPrefetch(); ahead && offset % 64 == 0)
    e.prefetch(op.getWeights(), e.add(at, ahead), 3);
  return e.load(e.type(bytes, 8), op.getWeights(), e.add(at, offset));
}

/// v mod base for bytes below 3 * base.
Value DotRows::remainder(Value v, int64_t base) {
  VectorType type = e.type(bytes, 8);
  auto least = [&](Value a, Value b) -> Value {
    return arith::MinUIOp::create(e.builder, e.loc, a, b);
  };
  // A negative difference wraps to a large byte.
  Value once = e.sub(v, e.splat(type, base));
  Value twice = e.sub(v, e.splat(type, 2 * base));
  return least(least(v, once), twice);
}

/// The four lowest base-3 digits of v as 2-bit fields.
Value DotRows::decodeDigits(Value v) {
  SmallVector<int64_t> fields;
  for (int64_t value = 0; value < 128; ++value) {
    int64_t field = 0;
    for (int64_t j = 0, place = 1; j < 4; ++j, place *= 3)
      field |= value / place % 3 << (2 * j);
    fields.push_back(field);
  }
  Value low = e.lanes(8, ArrayRef(fields).take_front(64));
  Value high = e.lanes(8, ArrayRef(fields).drop_front(64));
  return callIntrinsic(e, "llvm.x86.avx512.vpermi2var.qi.512", v.getType(),
                       {low, remainder(v, 81), high});
}

/// The fields of a byte as two pairs: A0, A1 of the low and of the high nibble,
/// so that no byte is above 10.
Values DotRows::nibbleFields(Value v) {
  VectorType type = e.type(bytes, 8), words = e.type(bytes / 2, 16);
  Value low = e.bitAnd(v, e.splat(type, 15));
  // Shifts of words are cheaper than of bytes.
  Value high = e.bitcast(e.shiftRight(e.bitcast(v, words), 4), type);
  high = e.bitAnd(high, e.splat(type, 15));
  Value three = e.splat(type, 3);
  return {e.bitAnd(low, three), low, e.bitAnd(high, three), high};
}

/// The bytes whose dot products are A0, A1, ...
Values DotRows::partlyDecoded(Value v) {
  VectorType type = e.type(bytes, 8);
  if (nibbles)
    return nibbleFields(v);
  if (base3 && !(e.facts.avx512vbmi && bytes == 64)) {
    Value mod81 = remainder(v, 81), mod27 = remainder(mod81, 27);
    Value mod9 = remainder(mod27, 9), mod3 = remainder(mod9, 3);
    return {mod3, mod9, mod27, mod81, v};
  }
  Value fields = base3 ? decodeDigits(v) : v;
  Values all = {e.bitAnd(fields, e.splat(type, 3)),
                e.bitAnd(fields, e.splat(type, 15)),
                e.bitAnd(fields, e.splat(type, 63)), fields};
  if (base3)
    all.push_back(v);
  return all;
}

/// Adds `count` terms of `group` to the sums of each token and digit.
Values DotRows::addGroup(Value group, int64_t count, ValueRange sums) {
  Values next(sums), partly = partlyDecoded(loadWeights(group));
  for (int64_t t = 0; t < tokens; ++t) {
    Value x = loadCodes(t, group, count);
    for (int64_t j = 0; j < digits; ++j)
      next[t * digits + j] = emitDot(e, next[t * digits + j], partly[j], x,
                                     /*wide=*/!nibbles);
  }
  return next;
}

/// The mixed sums of `groups` whole groups from `begin` on and of `rest` terms
/// behind them.
Values DotRows::addGroups(Value begin, int64_t groups, int64_t rest) {
  int64_t count = tokens * digits;
  // A sum waits for the one before: eight at once hide the latency.
  int64_t unroll = count >= 8 ? 1 : llvm::divideCeil(8, count);
  Value zero = e.splat(e.type(lanes, 32), 0);
  int64_t whole = groups / unroll * unroll;
  Values all =
      e.loop(begin, e.add(begin, whole), unroll, Values(count * unroll, zero),
             [&](Value group, ValueRange so_far) {
               Values next;
               for (int64_t u = 0; u < unroll; ++u)
                 next.append(addGroup(e.add(group, u), 4,
                                      so_far.slice(u * count, count)));
               return next;
             });
  Values sums(all.begin(), all.begin() + count);
  for (int64_t i = count; i < count * unroll; ++i)
    sums[i % count] = e.add(sums[i % count], all[i]);
  for (int64_t g = whole; g < groups; ++g)
    sums = addGroup(e.add(begin, g), 4, sums);
  return rest ? addGroup(e.add(begin, groups), rest, sums) : sums;
}

//===- With 16-bit sums -------------------------------------------------===//

Values DotRows::addNarrow(Value group, int64_t count, ValueRange sums) {
  VectorType words = e.type(bytes / 2, 16);
  Values partly = nibbleFields(loadWeights(group));
  StringRef name = bytes == 64   ? "llvm.x86.avx512.pmaddubs.w.512"
                   : bytes == 32 ? "llvm.x86.avx2.pmadd.ub.sw"
                                 : "llvm.x86.ssse3.pmadd.ub.sw.128";
  Values next(sums);
  for (int64_t t = 0; t < tokens; ++t) {
    Value x = loadCodes(t, group, count);
    for (int64_t j = 0; j < digits; ++j) {
      Value &sum = next[t * digits + j];
      sum = e.add(sum, callIntrinsic(e, name, words, {partly[j], x}));
    }
  }
  return next;
}

/// `addGroups` by way of 16-bit sums.
Values DotRows::addGroupsNarrow(Value begin, int64_t groups, int64_t rest) {
  int64_t count = tokens * digits;
  VectorType words = e.type(bytes / 2, 16);
  Values none(count, e.splat(words, 0));
  StringRef name = bytes == 64   ? "llvm.x86.avx512.pmaddw.d.512"
                   : bytes == 32 ? "llvm.x86.avx2.pmadd.wd"
                                 : "llvm.x86.sse2.pmadd.wd";
  auto widen = [&](ValueRange sums, Values narrow) {
    Value one = e.splat(words, 1);
    for (auto [sum, part] : llvm::zip(sums, narrow))
      part = e.add(sum, callIntrinsic(e, name, sum.getType(), {part, one}));
    return narrow;
  };
  // The groups [first, last), `step` of them in an iteration.
  auto narrowSums = [&](Value first, Value last, int64_t step) {
    return e.loop(first, last, step, none, [&](Value group, ValueRange so_far) {
      Values next(so_far);
      for (int64_t i = 0; i < step; ++i)
        next = addNarrow(e.add(group, i), 4, next);
      return next;
    });
  };
  int64_t whole = groups / narrowGroups * narrowGroups;
  Value middle = e.add(begin, whole), end = e.add(begin, groups);
  Values sums = e.loop(
      begin, middle, narrowGroups, Values(count, e.splat(e.type(lanes, 32), 0)),
      [&](Value first, ValueRange so_far) {
        return widen(so_far, narrowSums(first, e.add(first, narrowGroups),
                                        tokens == 1 ? narrowUnroll : 1));
      });
  if (whole != groups)
    sums = widen(sums, narrowSums(middle, end, 1));
  return rest ? widen(sums, addNarrow(end, rest, none)) : sums;
}

//===- Two tokens at a time ---------------------------------------------===//

/// Eight codes from `group` on of a token and of the next one, one behind the
/// other.
Value DotRows::loadPair(int64_t token, Value group) {
  SmallVector<int64_t> both(bytes);
  std::iota(both.begin(), both.end(), 0);
  auto eight = [&](int64_t t) {
    return e.load(e.type(8, 8), op.getCodes(),
                  {e.add(op.getToken(), t), e.times(group, 4)});
  };
  return e.shuffle(eight(token), eight(token + 1), both);
}

/// Adds the terms of `group` and of the next one to sums of two rows by two
/// tokens, for each half of the rows, pair of tokens and digit.
Values DotRows::addEight(Value group, ValueRange sums) {
  VectorType words = e.type(lanes, 32);
  Value first = e.bitcast(loadWeights(group), words);
  Value second = e.bitcast(loadWeights(e.add(group, 1)), words);
  Values pairs, next;
  for (int64_t t = 0; t < tokens; t += 2)
    pairs.push_back(loadPair(t, group));
  for (int64_t half = 0; half < 2; ++half) {
    // Terms of a row lie beside each other then.
    Value rows =
        e.bitcast(e.interleave(first, second, 2 * half, 2), e.type(bytes, 8));
    Values partly = partlyDecoded(rows);
    for (Value pair : pairs)
      for (Value field : partly)
        next.push_back(findFamily(e.facts)->addMatrixDots(
            e.builder, e.loc, sums[next.size()], field, pair));
  }
  return next;
}

/// `addGroups` by matrix products, of two groups each.
Values DotRows::addGroupsMatrix(Value begin, int64_t groups, int64_t rest) {
  int64_t count = tokens * digits, whole = groups / 2 * 2;
  Values all = e.loop(
      begin, e.add(begin, whole), 2,
      Values(count, e.splat(e.type(lanes, 32), 0)),
      [&](Value group, ValueRange so_far) { return addEight(group, so_far); });
  Values sums;
  for (int64_t t = 0; t < tokens; ++t)
    for (int64_t j = 0; j < digits; ++j) {
      int64_t at = t / 2 * digits + j, odd = t % 2;
      sums.push_back(e.shuffle(all[at], all[count / 2 + at],
                               {odd, 2 + odd, 4 + odd, 6 + odd}));
    }
  if (whole != groups)
    sums = addGroup(e.add(begin, whole), 4, sums);
  return rest ? addGroup(e.add(begin, groups), rest, sums) : sums;
}

//===- The end of a block -----------------------------------------------===//

/// The sums of one token's digits from the mixed ones.
Values DotRows::unmix(ValueRange mixed) {
  VectorType type = e.type(lanes, 32);
  auto shiftRight = [&](Value a, int64_t bits) -> Value {
    return arith::ShRSIOp::create(e.builder, e.loc, a, e.splat(type, bits));
  };
  Values sums = {mixed[0]};
  if (nibbles) {
    sums.push_back(shiftRight(e.sub(mixed[1], mixed[0]), 2));
    sums.push_back(mixed[2]);
    sums.push_back(shiftRight(e.sub(mixed[3], mixed[2]), 2));
    return sums;
  }
  auto product = [&](Value a, uint32_t b) -> Value {
    return arith::MulIOp::create(e.builder, e.loc, a,
                                 e.splat(type, static_cast<int32_t>(b)));
  };
  // Inverses of 3, 9, 27 and 81 modulo 2^32.
  constexpr uint32_t inverses[] = {1, 0xAAAAAAABu, 0x38E38E39u, 0x684BDA13u,
                                   0x781948B1u};
  bool byTable = base3 && e.facts.avx512vbmi && bytes == 64;
  if (base3 && !byTable) {
    for (int64_t j = 1; j < 5; ++j)
      sums.push_back(product(e.sub(mixed[j], mixed[j - 1]), inverses[j]));
    return sums;
  }
  for (int64_t j = 1; j < 4; ++j)
    sums.push_back(shiftRight(e.sub(mixed[j], mixed[j - 1]), 2 * j));
  if (byTable) {
    Value rest = mixed[4];
    uint32_t place = 1;
    for (int64_t j = 0; j < 4; ++j, place *= 3)
      rest = e.sub(rest, product(sums[j], place));
    sums.push_back(product(rest, inverses[4]));
  }
  return sums;
}

/// Stores a stretch's sums, or adds them to those before it.
void DotRows::finish(ValueRange all, bool first) {
  int64_t span = op.getLayout().getRows() / digits;
  for (int64_t t = 0; t < tokens; ++t) {
    Value total;
    if (first)
      total = e.broadcast(e.loadScalar(op.getTotals(), e.add(op.getSlot(), t)),
                          lanes);
    for (auto [j, sum] :
         llvm::enumerate(unmix(all.slice(t * digits, digits)))) {
      Value at[] = {e.index(t), e.index(j * span + offset / 4)};
      Value value =
          first ? e.sub(sum, total)
                : e.add(sum, e.load(e.type(lanes, 32), op.getSums(), at));
      e.store(value, op.getSums(), at);
    }
  }
}

void DotRows::emitStretch(Value begin, int64_t groups, int64_t rest,
                          bool first) {
  finish(narrow   ? addGroupsNarrow(begin, groups, rest)
         : matrix ? addGroupsMatrix(begin, groups, rest)
                  : addGroups(begin, groups, rest),
         first);
}

void DotRows::emit() {
  // With a range of terms there is one stretch.
  Value first = e.index(0);
  if (op.getFirst())
    first = arith::DivUIOp::create(e.builder, e.loc, op.getFirst(), e.index(4));
  int64_t groups = terms / 4, rest = terms % 4, step = stretch / 4;
  int64_t later = groups > step ? (groups - 1) / step * step : 0;
  for (offset = 0; offset < unit; offset += bytes) {
    // The stretch at the end has the odd sizes, and comes first.
    emitStretch(e.add(first, later), groups - later, rest, /*first=*/true);
    if (later)
      e.loop(e.index(0), e.index(later), step, [&](Value begin) {
        emitStretch(begin, step, 0, /*first=*/false);
      });
  }
}

void ternary::lowerDotRows(DotRowsOp op, const TargetFacts &facts) {
  DotRows(op, facts).emit();
}
