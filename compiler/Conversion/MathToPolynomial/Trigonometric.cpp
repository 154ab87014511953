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

namespace {
/// Sine and cosine of x up to sign and exchange: x = quadrant pi/2 + r.
struct Reduced {
  Value sin, cos; ///< of r
  Value quadrant; ///< its two low bits count
};
} // namespace

static Reduced reduce(FloatBuilder &b, Value x) {
  constexpr double kRound = 0x1.8p52;
  // Too large to be reduced: as 0, but NaN for infinity.
  x = b.select(b.cmp(Pred::OLT, b.abs(x), 0x1p50), x, b.mul(x, 0));
  Value biased = b.fma(x, b.f(x, 0.6366197723675814), b.f(x, kRound));
  Value n = b.neg(b.sub(biased, kRound));
  Value r = b.fma(n, b.f(x, kHalfPi[0]), x);
  r = b.fma(n, b.f(x, kHalfPi[1]), r);
  r = b.fma(n, b.f(x, kHalfPi[2]), r);
  Value square = b.mul(r, r);
  Value sin = b.fma(b.mul(r, square), b.polynomial(square, kSin), r);
  Value fourth = b.mul(square, square);
  Value cos = b.fma(fourth, b.polynomial(square, kCos),
                    b.fma(square, b.f(x, -0.5), b.f(x, 1)));
  return {sin, cos, b.bits(biased)};
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

Value functions::sin(FloatBuilder &b, Value x) {
  return resolve(b, reduce(b, x), 0);
}
Value functions::cos(FloatBuilder &b, Value x) {
  return resolve(b, reduce(b, x), 1);
}
Value functions::tan(FloatBuilder &b, Value x) {
  Reduced reduced = reduce(b, x);
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
