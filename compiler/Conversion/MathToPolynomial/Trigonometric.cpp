//===- Trigonometric.cpp - sine, cosine, tangent and their inverses
//--------===//

#include "compiler/Conversion/MathToPolynomial/Functions.h"

using namespace mlir;
using namespace bitnet;
using Pred = FloatBuilder::FloatPredicate;

/// pi / 2 in three parts of 53 bits.
static constexpr double kHalfPi[] = {1.5707963267948966, 6.123233995736766e-17,
                                     -1.4973849048591698e-33};

/// (sin(r) - r) / r^3 and (cos(r) - 1 + r^2/2) / r^4 in r^2: Taylor series,
/// right to 1e-17 on |r| <= pi / 4.
static constexpr double kSin[] = {-1.0 / 6,
                                  1.0 / 120,
                                  -1.0 / 5040,
                                  1.0 / 362880,
                                  -1.0 / 39916800,
                                  1.0 / 6227020800.0,
                                  -1.0 / 1307674368000.0,
                                  1.0 / 355687428096000.0};
static constexpr double kCos[] = {1.0 / 24,
                                  -1.0 / 720,
                                  1.0 / 40320,
                                  -1.0 / 3628800,
                                  1.0 / 479001600,
                                  -1.0 / 87178291200.0,
                                  1.0 / 20922789888000.0,
                                  -1.0 / 6402373705728000.0};

/// The bits of 2 / pi, in words of 32: those before the binary point first.
static constexpr uint32_t kTwoOverPi[] = {
    0x00000000, 0xA2F9836E, 0x4E441529, 0xFC2757D1, 0xF534DDC0, 0xDB629599,
    0x3C439041, 0xFE5163AB, 0xDEBBC561, 0xB7246E3A, 0x424DD2E0, 0x06492EEA,
    0x09D1921C, 0xFE1DEB1C, 0xB129A73E, 0xE88235F5, 0x2EBB4484, 0xE99C7026,
    0xB45F7E41, 0x3991D639, 0x835339F4, 0x9C845F8B, 0xBDF9283B, 0x1FF897FF,
    0xDE05980F, 0xEF2F118B, 0x5A0A6D1F, 0x6D367ECF, 0x27CB09B7, 0x4F463F66,
    0x9E5FEA2D, 0x7527BAC7, 0xEBE5F17B, 0x3D0739F7, 0x8A5292EA, 0x6BFB5FB1,
    0x1F8D5D08, 0x56033046};

namespace {
/// x = quadrant pi/2 + r with |r| <= pi / 4.
struct Angle {
  Value r;
  Value quadrant; ///< its two low bits count
};

/// Sine and cosine of x up to sign and exchange.
struct Reduced {
  Value sin, cos; ///< of r
  Value quadrant;
};
} // namespace

/// For |x| < 2^50.
static Angle reduceSmall(FloatBuilder &b, Value x) {
  constexpr double kRound = 0x1.8p52;
  Value biased = b.fma(x, b.f(x, 0.6366197723675814), b.f(x, kRound));
  Value n = b.neg(b.sub(biased, kRound));
  Value r = b.fma(n, b.f(x, kHalfPi[0]), x);
  r = b.fma(n, b.f(x, kHalfPi[1]), r);
  r = b.fma(n, b.f(x, kHalfPi[2]), r);
  return {r, b.bits(biased)};
}

/// Which floats a large angle is of, and the bits of 2 / pi that its reduction
/// reads.
struct AngleFormat {
  int mantissaBits;
  int firstWord; ///< the one that the smallest large angle begins with
  int choices;   ///< how many words further on the largest one begins
  int numWords;  ///< so many give what is left of any angle to its last bits
};
static constexpr AngleFormat kF32 = {24, 1, 4, 3}, kF64 = {53, 0, 32, 6};

/// 32 bits for each word of `format`, of 2 / pi from bit `first` behind the
/// format's first word.
static SmallVector<Value> readTwoOverPi(FloatBuilder &b, Value first,
                                        const AngleFormat &format) {
  // One word more than windows: each is cut out of two.
  int count = format.numWords + format.choices;
  SmallVector<Value> words;
  for (uint32_t word :
       llvm::ArrayRef(kTwoOverPi).slice(format.firstWord, count))
    words.push_back(b.i(first, word));
  for (int step = format.choices / 2; step > 0; step /= 2) {
    Value moves = b.cmp(FloatBuilder::IntPredicate::ne,
                        b.iand(first, 32 * step), b.i(first, 0));
    for (size_t i = 0; i + step < words.size(); ++i)
      words[i] = b.select(moves, words[i + step], words[i]);
    words.pop_back_n(step);
  }
  Value shift = b.isub(b.i(first, 32), b.iand(first, 31));
  for (int i = 0; i < format.numWords; ++i) {
    Value both = b.ior(b.shl(words[i], 32), words[i + 1]);
    words[i] = b.iand(b.shr(both, shift), 0xffffffff);
  }
  words.pop_back();
  return words;
}

/// The digits of `factor * number`, of 32 bits each, the most significant one
/// first: as many as `number` has, which is modulo a power of two.
static SmallVector<Value> multiplyDigits(FloatBuilder &b, Value factor,
                                         ArrayRef<Value> number) {
  auto lower = [&](Value value) { return b.iand(value, 0xffffffff); };
  auto upper = [&](Value value) { return b.shr(value, 32); };
  Value low = lower(factor), high = upper(factor);
  SmallVector<Value> digits(number.size());
  // What came together for the next digit, and for the one behind it.
  Value next = b.i(factor, 0), after = next;
  for (size_t i = number.size(); i-- > 0;) {
    Value one = b.imul(low, number[i]), other = b.imul(high, number[i]);
    Value sum = b.iadd(next, lower(one));
    digits[i] = lower(sum);
    next = b.iadd(b.iadd(after, upper(sum)), b.iadd(upper(one), lower(other)));
    after = upper(other);
  }
  return digits;
}

/// For |x| >= 2^50: x = m 2^k, and of 2^k (2 / pi) only what is below 4 matters
/// to a multiple of it. In integers, exact but for what is below the last word.
static Angle reduceLarge(FloatBuilder &b, Value x, const AngleFormat &format) {
  Value bits = b.bits(x);
  Value m = b.ior(b.iand(bits, (int64_t(1) << 52) - 1), int64_t(1) << 52);
  m = b.shr(m, 53 - format.mantissaBits);
  Value exponent = b.iand(b.shr(bits, 52), 0x7ff);
  // The first bit of 2 / pi that counts: the one of weight 2 in 2^k (2 / pi).
  int64_t weight = 1023 + format.mantissaBits - 1 + 2;
  Value first = b.iadd(exponent, (1 - format.firstWord) * 32 - weight);
  SmallVector<Value> turns =
      multiplyDigits(b, m, readTwoOverPi(b, first, format));
  // Quarter turns modulo 4: two bits and 62 behind the point, and 32 more.
  Value whole = b.ior(b.shl(turns[0], 32), turns[1]);
  Value quadrant = b.shr(b.iadd(whole, int64_t(1) << 61), 62);
  Value rest = b.toFloat(b.isub(whole, b.shl(quadrant, 62)));
  Value below = b.toFloat(turns[2]);
  if (format.numWords > 3)
    below = b.fma(b.toFloat(turns[3]), b.f(x, 0x1p-32), below);
  rest = b.fma(below, b.f(x, 0x1p-32), rest);
  Value r = b.fma(rest, b.f(x, kHalfPi[0] * 0x1p-62),
                  b.mul(rest, kHalfPi[1] * 0x1p-62));
  // Of -x both are negative.
  Value sign = b.iand(bits, std::numeric_limits<int64_t>::min());
  Value isNegative = b.cmp(FloatBuilder::IntPredicate::ne, sign, b.i(sign, 0));
  Value negative = b.isub(b.i(quadrant, 0), quadrant);
  return {b.fromBits(b.ixor(b.bits(r), sign)),
          b.select(isNegative, negative, quadrant)};
}

static Angle reduceAngle(FloatBuilder &b, Value x, bool isF32) {
  Value isSmall = b.cmp(Pred::OLT, b.abs(x), 0x1p50);
  Angle small = reduceSmall(b, x);
  Angle large = reduceLarge(b, x, isF32 ? kF32 : kF64);
  // Infinity gives NaN.
  large.r = b.add(large.r, b.sub(x, x));
  return {b.select(isSmall, small.r, large.r),
          b.select(isSmall, small.quadrant, large.quadrant)};
}

static Reduced reduce(FloatBuilder &b, Value x, bool isF32) {
  auto [r, quadrant] = reduceAngle(b, x, isF32);
  Value square = b.mul(r, r);
  Value sin = b.fma(b.mul(r, square), b.polynomial(square, kSin), r);
  Value fourth = b.mul(square, square);
  Value cos = b.fma(fourth, b.polynomial(square, kCos),
                    b.fma(square, b.f(x, -0.5), b.f(x, 1)));
  return {sin, cos, quadrant};
}

/// The sine of `reduced`, `quarters` quarter turns on.
static Value resolve(FloatBuilder &b, const Reduced &reduced,
                     int64_t quarters) {
  Value quadrant = b.iadd(reduced.quadrant, quarters);
  Value odd = b.cmp(FloatBuilder::IntPredicate::ne, b.iand(quadrant, 1),
                    b.i(quadrant, 0));
  Value value = b.select(odd, reduced.cos, reduced.sin);
  Value sign = b.shl(b.iand(quadrant, 2), 62);
  return b.fromBits(b.ixor(b.bits(value), sign));
}

Value functions::sin(FloatBuilder &b, Value x, bool isF32) {
  return resolve(b, reduce(b, x, isF32), 0);
}
Value functions::cos(FloatBuilder &b, Value x, bool isF32) {
  return resolve(b, reduce(b, x, isF32), 1);
}
Value functions::tan(FloatBuilder &b, Value x, bool isF32) {
  Reduced reduced = reduce(b, x, isF32);
  return b.div(resolve(b, reduced, 0), resolve(b, reduced, 1));
}

/// atan(u) / u in u^2 on |u| <= 1, right to 6e-18.
static constexpr double kAtan[] = {1.0,
                                   -0.3333333333333286,
                                   0.19999999999929946,
                                   -0.14285714281592693,
                                   0.11111110982087126,
                                   -0.09090906605656898,
                                   0.0769227555520563,
                                   -0.06666371187721098,
                                   0.05880342002401543,
                                   -0.052527255573225747,
                                   0.04719723992321112,
                                   -0.042125723963855326,
                                   0.03651081352721035,
                                   -0.02970071773623423,
                                   0.021740213830758134,
                                   -0.013674139288399478,
                                   0.007038646202989813,
                                   -0.0028047655531701315,
                                   0.0008033604181626027,
                                   -0.00014617088163625013,
                                   1.2631178430477426e-05};

Value functions::atan2(FloatBuilder &b, Value y, Value x) {
  Value ax = b.abs(x), ay = b.abs(y), zero = b.f(x, 0), one = b.f(x, 1);
  Value steep = b.cmp(Pred::OGT, ay, ax);
  Value small = b.select(steep, ax, ay), large = b.select(steep, ay, ax);
  Value u = b.div(small, large);
  // 0/0 counts as 0, infinity/infinity as 1.
  u = b.select(b.cmp(Pred::OEQ, small, large), one, u);
  u = b.select(b.cmp(Pred::OEQ, small, zero), zero, u);
  Value angle = b.mul(u, b.polynomial(b.mul(u, u), kAtan));
  Value turned = b.sub(b.f(x, kHalfPi[0]), b.sub(angle, kHalfPi[1]));
  angle = b.select(steep, turned, angle);
  // x may be -0, which is on the left too.
  Value left = b.cmp(Pred::OLT, b.copySign(one, x), 0.0);
  Value mirrored = b.sub(b.f(x, 2 * kHalfPi[0]), b.sub(angle, 2 * kHalfPi[1]));
  angle = b.copySign(b.select(left, mirrored, angle), y);
  return b.select(b.cmp(Pred::UNO, x, y), b.add(x, y), angle);
}

/// sqrt(1 - x^2) without cancellation.
static Value otherLeg(FloatBuilder &b, Value x) {
  Value one = b.f(x, 1);
  return b.sqrt(b.mul(b.sub(one, x), b.add(one, x)));
}
Value functions::asin(FloatBuilder &b, Value x) {
  return atan2(b, x, otherLeg(b, x));
}
Value functions::acos(FloatBuilder &b, Value x) {
  return atan2(b, otherLeg(b, x), x);
}
