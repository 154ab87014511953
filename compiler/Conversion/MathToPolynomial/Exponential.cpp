//===- Exponential.cpp - exp, log, pow and what is made of them
//------------===//

#include "compiler/Conversion/MathToPolynomial/Functions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace bitnet;
using Pred = FloatBuilder::FloatPredicate;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
static constexpr double kLog2E = 1.4426950408889634;

// x + kRound - kRound is x rounded to an integer (to even); the low bits of
// x + kRound are that integer in two's complement. Unlike a conversion this is
// defined for NaN.
static constexpr double kRoundF32 = 0x1.8p23, kRoundF64 = 0x1.8p52;

/// ln 2 = high + low; in f32 and in f64.
static constexpr double kLn2HighF32 = 0.6931471824645996,
                        kLn2LowF32 = -1.9046542121259336e-09;
static constexpr double kLn2HighF64 = 0.6931471805599453,
                        kLn2LowF64 = 2.3190468138462996e-17;

/// (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2; e^r is then right to 1e-8.
static constexpr double kExpF32[] = {0.5, 0.16666576989698775,
                                     0.041666554617204574, 0.008363179052722578,
                                     0.0013926183587713494};

/// (e^r - 1) / r: Taylor series, right to 4e-18 on |r| <= ln(2) / 2.
static constexpr double kExpF64[] = {1.0,
                                     1.0 / 2,
                                     1.0 / 6,
                                     1.0 / 24,
                                     1.0 / 120,
                                     1.0 / 720,
                                     1.0 / 5040,
                                     1.0 / 40320,
                                     1.0 / 362880,
                                     1.0 / 3628800,
                                     1.0 / 39916800,
                                     1.0 / 479001600,
                                     1.0 / 6227020800.0};

/// 2^n for |n| < 127 (1023), n being the integer that `biased` = n + kRound
/// holds.
static Value powerOfTwo(FloatBuilder &b, Value biased) {
  bool f32 = getElementTypeOrSelf(biased.getType()).isF32();
  Value exponent = b.iadd(b.bits(biased), f32 ? 127 : 1023);
  return b.fromBits(b.shl(exponent, f32 ? 23 : 52)); // The rest is shifted out.
}

/// value * 2^n in two steps, as 2^n may not be a normal number.
static Value scale(FloatBuilder &b, Value value, Value n) {
  bool f32 = getElementTypeOrSelf(n.getType()).isF32();
  Value round = b.f(n, f32 ? kRoundF32 : kRoundF64);
  Value firstBiased = b.fma(n, b.f(n, 0.5), round);
  Value first = b.sub(firstBiased, round);
  Value secondBiased = b.add(b.sub(n, first), round);
  return b.mul(b.mul(value, powerOfTwo(b, firstBiased)),
               powerOfTwo(b, secondBiased));
}

/// x = n ln 2 + r with |r| <= ln(2) / 2.
static std::pair<Value, Value> reduce(FloatBuilder &b, Value x) {
  bool f32 = getElementTypeOrSelf(x.getType()).isF32();
  Value round = b.f(x, f32 ? kRoundF32 : kRoundF64);
  Value n = b.sub(b.fma(x, b.f(x, kLog2E), round), round);
  Value r = b.fma(n, b.f(x, f32 ? -kLn2HighF32 : -kLn2HighF64), x);
  r = b.fma(n, b.f(x, f32 ? -kLn2LowF32 : -kLn2LowF64), r);
  return {n, r};
}

Value functions::expF32(FloatBuilder &b, Value x) {
  // Beyond these the results are 0 and infinity anyway.
  auto [n, r] = reduce(b, b.clamp(x, -105, 90));
  Value square = b.mul(r, r);
  Value small = b.fma(b.polynomial(r, kExpF32), square, r);
  return scale(b, b.add(small, 1), n);
}

Value functions::exp(FloatBuilder &b, Value x) {
  auto [n, r] = reduce(b, b.clamp(x, -750, 712));
  Value power = b.fma(r, b.polynomial(r, kExpF64), b.f(r, 1));
  return scale(b, power, n);
}

Value functions::expm1(FloatBuilder &b, Value x) {
  auto [n, r] = reduce(b, b.clamp(x, -750, 712));
  Value small = b.mul(r, b.polynomial(r, kExpF64));
  Value large = b.sub(scale(b, b.add(small, 1), n), 1);
  // -0 and the smallest numbers stay as they are: r is x then.
  return b.select(b.cmp(Pred::OEQ, n, 0.0), small, large);
}

/// 2 atanh(s) = 2s + s^3 * (this in s^2): right to 1e-18 for |s| < 0.1716.
static constexpr double kLog[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,
                                  2.0 / 11, 2.0 / 13, 2.0 / 15, 2.0 / 17,
                                  2.0 / 19, 2.0 / 21, 2.0 / 23};

Value functions::log(FloatBuilder &b, Value x) {
  constexpr int64_t kMantissa = (int64_t(1) << 52) - 1;
  // Subnormal numbers are scaled to normal ones.
  Value tiny = b.cmp(Pred::OLT, x, std::numeric_limits<double>::min());
  Value bits = b.bits(b.select(tiny, b.mul(x, 0x1p54), x));
  // The biased exponent as a float: put below 2^52 and subtract that.
  Value biased = b.fromBits(
      b.ior(b.iand(b.shr(bits, 52), 2047), int64_t(0x4330000000000000)));
  Value exponent = b.sub(biased, 0x1p52 + 1023);
  exponent = b.sub(exponent, b.select(tiny, b.f(x, 54), b.f(x, 0)));
  Value m = b.fromBits(b.ior(b.iand(bits, kMantissa), int64_t(1023) << 52));
  // m in [sqrt(1/2), sqrt(2)].
  Value large = b.cmp(Pred::OGT, m, 1.4142135623730951);
  m = b.select(large, b.mul(m, 0.5), m);
  exponent = b.select(large, b.add(exponent, 1), exponent);
  // log(1 + d) = d - s * d + s * (s^2 * series): s = d / (2 + d).
  Value d = b.sub(m, 1);
  Value s = b.div(d, b.add(d, 2));
  Value square = b.mul(s, s);
  Value series = b.mul(square, b.polynomial(square, kLog));
  Value correction = b.mul(s, b.sub(series, d));
  // exponent * high is exact: high has 21 zeros at its end.
  correction = b.fma(exponent, b.f(x, 1.9082149292705877e-10), correction);
  Value result =
      b.add(b.mul(exponent, 0.6931471803691238), b.add(d, correction));
  // x itself where it is +infinity or NaN.
  result = b.select(b.cmp(Pred::ULT, x, kInfinity), result, x);
  result = b.select(b.cmp(Pred::OLT, x, 0.0), b.f(x, kNaN), result);
  result = b.select(b.cmp(Pred::OEQ, x, 0.0), b.f(x, -kInfinity), result);
  return b.select(b.isNaN(x), x, result);
}

Value functions::log1p(FloatBuilder &b, Value x) {
  // log(u) with the relative error of u = 1 + x added back.
  Value u = b.add(x, 1);
  Value lost = b.sub(x, b.sub(u, 1));
  Value result = b.add(log(b, u), b.div(lost, u));
  // Where that is 0/0 or infinity - infinity; x where log1p(x) rounds to it.
  Value plain = b.cmp(Pred::OLE, u, 0.0);
  result = b.select(plain, log(b, u), result);
  result = b.select(b.cmp(Pred::OEQ, u, kInfinity), x, result);
  return b.select(b.cmp(Pred::OEQ, u, 1.0), x, result);
}

Value functions::pow(FloatBuilder &b, Value x, Value y) {
  Value magnitude = exp(b, b.mul(y, log(b, b.abs(x))));
  // Integers are even or odd; infinity and what is beyond 2^53 are even.
  Value whole = b.cmp(Pred::OEQ, y, math::TruncOp::create(b, y).getResult());
  Value half = b.mul(y, 0.5);
  Value odd =
      b.cmp(Pred::ONE, half, math::TruncOp::create(b, half).getResult());
  odd = arith::AndIOp::create(b, whole, odd);
  // An odd power keeps the sign, also that of 0.
  Value result = b.select(odd, b.copySign(magnitude, x), magnitude);
  Value negative = arith::AndIOp::create(b, b.cmp(Pred::OLT, x, 0.0),
                                         b.cmp(Pred::OGT, x, -kInfinity));
  Value broken = b.cmp(Pred::UNE, y, math::TruncOp::create(b, y).getResult());
  result = b.select(arith::AndIOp::create(b, negative, broken), b.f(x, kNaN),
                    result);
  // 1 to any power, anything to the power 0, -1 to infinity.
  Value one = b.f(x, 1);
  Value unit = arith::AndIOp::create(b, b.cmp(Pred::OEQ, b.abs(x), 1.0),
                                     b.cmp(Pred::OEQ, b.abs(y), kInfinity));
  unit = arith::OrIOp::create(b, unit, b.cmp(Pred::OEQ, x, 1.0));
  unit = arith::OrIOp::create(b, unit, b.cmp(Pred::OEQ, y, 0.0));
  return b.select(unit, one, result);
}

//===- hyperbolic
//----------------------------------------------------------===//

Value functions::sinh(FloatBuilder &b, Value x) {
  Value a = b.abs(x);
  Value e = expm1(b, a);
  Value small = b.mul(b.add(e, b.div(e, b.add(e, 1))), 0.5);
  // e^a / 2, in two factors as e^a may overflow before its half does.
  Value root = exp(b, b.mul(a, 0.5));
  Value large = b.mul(b.mul(root, 0.5), root);
  return b.copySign(b.select(b.cmp(Pred::OGT, a, 22.0), large, small), x);
}

Value functions::cosh(FloatBuilder &b, Value x) {
  Value root = exp(b, b.mul(b.abs(x), 0.5));
  Value inverse = b.div(b.f(x, 1), root);
  return b.add(b.mul(b.mul(root, 0.5), root),
               b.mul(b.mul(inverse, 0.5), inverse));
}

Value functions::tanh(FloatBuilder &b, Value x) {
  Value e = expm1(b, b.clamp(b.mul(b.abs(x), 2), 0, 80));
  return b.copySign(b.div(e, b.add(e, 2)), x);
}

Value functions::asinh(FloatBuilder &b, Value x) {
  Value a = b.abs(x);
  Value square = b.mul(a, a);
  Value root = b.sqrt(b.add(square, 1));
  Value small = log1p(b, b.add(a, b.div(square, b.add(root, 1))));
  // log(2 a) where the square overflows or 1 is lost.
  Value large = b.add(log(b, a), 0.6931471805599453);
  return b.copySign(b.select(b.cmp(Pred::OGT, a, 0x1p60), large, small), x);
}

Value functions::acosh(FloatBuilder &b, Value x) {
  Value less = b.sub(x, 1);
  Value root = b.sqrt(b.mul(less, b.add(x, 1)));
  Value small = log1p(b, b.add(less, root));
  Value large = b.add(log(b, x), 0.6931471805599453);
  Value result = b.select(b.cmp(Pred::OGT, x, 0x1p60), large, small);
  return b.select(b.cmp(Pred::OLT, x, 1.0), b.f(x, kNaN), result);
}

Value functions::atanh(FloatBuilder &b, Value x) {
  Value a = b.abs(x);
  Value ratio = b.div(b.mul(a, 2), b.sub(b.f(x, 1), a));
  return b.copySign(b.mul(log1p(b, ratio), 0.5), x);
}

Value functions::cbrt(FloatBuilder &b, Value x) {
  Value root = b.copySign(exp(b, b.div(log(b, b.abs(x)), b.f(x, 3))), x);
  // One step of Newton; not from 0 and infinity, which give NaN.
  Value error = b.sub(root, b.div(x, b.mul(root, root)));
  Value better = b.sub(root, b.div(error, b.f(x, 3)));
  return b.select(b.isNaN(better), root, better);
}

//===- error function
//------------------------------------------------------===//

/// erf(x) / x in x^2 on |x| <= 1/2, right to 4e-18.
static constexpr double kErf[] = {
    1.1283791670955126,     -0.37612638903183476,    0.11283791670925353,
    -0.026866170632887928,  0.00522397737302147,     -0.0008548297753674966,
    0.00012053335124353741, -1.4845849259707869e-05, 1.4725865480556744e-06};

/// erfc(x) e^(x^2) / t in t = 3 / (3 + x), for x >= 1/2: right to 3e-16.
static constexpr double kErfc[] = {
    0.18806319451591874,    0.18806319451594453,   0.17761523926056286,
    0.15671932907491162,    0.1271167772646249,    0.09229053915140951,
    0.05697590024180665,    0.02626241073526353,   0.0036850830984725418,
    -0.0052971712004971855, -0.020531674011812127, 0.03493597965662327,
    -0.11621772525509833,   0.267784047042232,     -0.457896755190254,
    0.6155406735899944,     -0.6063752076983789,   0.4102516113408436,
    -0.1799248554728438,    0.04626171184438563,   -0.0053223028864763725};

static Value erfNearZero(FloatBuilder &b, Value x) {
  return b.mul(x, b.polynomial(b.mul(x, x), kErf));
}

/// erfc(a) for a >= 1/2.
static Value erfcAway(FloatBuilder &b, Value a) {
  Value t = b.div(b.f(a, 3), b.add(a, 3));
  // The rounding error of a^2 is put back: it would be multiplied by a^2.
  Value square = b.mul(a, a);
  Value lost = b.fma(a, a, b.neg(square));
  // Where a^2 is so large, the result is 0; infinity - infinity is avoided.
  lost = b.select(b.cmp(Pred::OLT, square, 1000.0), lost, b.f(a, 0));
  Value exp = functions::exp(b, b.neg(square));
  exp = b.fma(b.neg(lost), exp, exp);
  return b.mul(b.mul(exp, t), b.polynomial(t, kErfc));
}

Value functions::erf(FloatBuilder &b, Value x) {
  Value a = b.abs(x);
  Value away = b.copySign(b.sub(b.f(x, 1), erfcAway(b, a)), x);
  return b.select(b.cmp(Pred::OLT, a, 0.5), erfNearZero(b, x), away);
}

Value functions::erfc(FloatBuilder &b, Value x) {
  Value a = b.abs(x);
  Value away = erfcAway(b, a);
  away = b.select(b.cmp(Pred::OLT, x, 0.0), b.sub(b.f(x, 2), away), away);
  Value near = b.sub(b.f(x, 1), erfNearZero(b, x));
  return b.select(b.cmp(Pred::OLT, a, 0.5), near, away);
}
