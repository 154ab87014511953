//===- ByteFloats.cpp - conversions of floats of 8 and 4 bits -------------===//
//
// Codes stand in bytes. Conversions go through f32, which holds every code's
// number; from f64 they get there rounded to odd, so that the one rounding
// that counts is that of the code.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {
/// A float of up to 8 bits with sign, exponent and mantissa.
struct Format {
  unsigned signBit;
  unsigned mantissaBits;
  int bias;
  /// Code of the largest number, and of infinity or NaN for what is beyond it.
  unsigned largest, beyond;
  /// Code of NaN.
  unsigned nan;
  /// Whether zero and NaN have no sign.
  bool isUnsignedZero;
};
} // namespace

static Format getFormat(Type type) {
  if (isa<Float8E4M3FNType>(type))
    return {0x80, 3, 7, 0x7e, 0x7f, 0x7f, false};
  if (isa<Float8E4M3FNUZType>(type))
    return {0x80, 3, 8, 0x7f, 0x80, 0x80, true};
  if (isa<Float8E5M2Type>(type))
    return {0x80, 2, 15, 0x7b, 0x7c, 0x7e, false};
  if (isa<Float8E5M2FNUZType>(type))
    return {0x80, 2, 16, 0x7f, 0x80, 0x80, true};
  // No infinity and no NaN: what is beyond is the largest number.
  assert(isa<Float4E2M1FNType>(type) && "another float of few bits");
  return {0x8, 1, 1, 7, 7, 0x8, false};
}

namespace {
/// Bits of 32-bit values.
struct Bits {
  ScalarMath &math;
  OpBuilder &builder;
  Location loc;

  Value i(int64_t value) { return math.integer(builder.getI32Type(), value); }
  Value asInt(Value value) {
    return arith::BitcastOp::create(builder, loc, builder.getI32Type(), value);
  }
  Value asFloat(Value value) {
    return arith::BitcastOp::create(builder, loc, builder.getF32Type(), value);
  }
  Value both(Value a, Value b) {
    return arith::AndIOp::create(builder, loc, a, b);
  }
  Value either(Value a, Value b) {
    return arith::OrIOp::create(builder, loc, a, b);
  }
  Value left(Value a, int64_t by) {
    return arith::ShLIOp::create(builder, loc, a, i(by));
  }
  Value right(Value a, int64_t by) {
    return arith::ShRUIOp::create(builder, loc, a, i(by));
  }
  Value widen(Value code) {
    return arith::ExtUIOp::create(builder, loc, builder.getI32Type(), code);
  }
  Value narrow(Value code) {
    return arith::TruncIOp::create(builder, loc, builder.getI8Type(), code);
  }
  Value is(Value a, int64_t value) {
    return math.compare(CmpIPredicate::eq, a, i(value));
  }
  Value above(Value a, int64_t value) {
    return math.compare(CmpIPredicate::ugt, a, i(value));
  }
};
} // namespace

static constexpr int64_t kQuietNaN = 0x7fc00000;

/// 2^(code - 127); 255 is NaN.
static Value decodePower(Bits b, Value code) {
  Value bits = b.left(code, 23);
  bits = b.math.select(b.is(code, 0), b.i(0x00400000), bits);
  return b.asFloat(b.math.select(b.is(code, 255), b.i(kQuietNaN), bits));
}

Value ScalarMath::decodeByteFloat(Value value, Type type) {
  Bits b{*this, builder, loc};
  Value code = b.widen(value);
  if (isa<Float8E8M0FNUType>(type))
    return decodePower(b, code);
  Format format = getFormat(type);
  Value magnitude = b.both(code, b.i(format.signBit - 1));
  Value sign = b.left(b.both(code, b.i(format.signBit)),
                      32 - llvm::bit_width(format.signBit));
  // The fields in f32's places; the product moves the exponent and normalises.
  Value number = b.asFloat(b.left(magnitude, 23 - format.mantissaBits));
  number = mul(number, constant(builder.getF32Type(),
                                std::ldexp(1.0, 127 - format.bias)));
  Value bits = b.asInt(number);
  if (isa<Float8E5M2Type>(type))
    bits = select(b.above(magnitude, format.largest),
                  b.either(b.i(0x7f800000), b.left(magnitude, 21)), bits);
  else if (isa<Float8E4M3FNType>(type))
    bits = select(b.is(magnitude, format.nan), b.i(kQuietNaN), bits);
  bits = b.either(bits, sign);
  if (format.isUnsignedZero)
    bits = select(b.is(code, format.nan), b.i(kQuietNaN), bits);
  return b.asFloat(bits);
}

/// The power of two nearest `value` in the manner of `options`. What is
/// negative becomes NaN.
static Value encodePower(Bits b, Value value, CastOptions options) {
  Value bits = b.asInt(value);
  Value exponent = b.right(bits, 23), rest = b.both(bits, b.i(0x7fffff));
  // Subnormal f32 are 2^-127, which is code 0, times rest / 2^22.
  Value isSmall = b.is(exponent, 0);
  int64_t threshold = options.rounding == CastOptions::Up        ? 0
                      : options.rounding == CastOptions::Nearest ? 0x3fffff
                                                                 : 0x7fffff;
  Value up = b.above(rest, threshold);
  Value upSmall =
      b.above(rest, options.rounding == CastOptions::Nearest ? 0x5fffff
                    : options.rounding == CastOptions::Up    ? 0x400000
                                                             : 0x7fffff);
  up = b.math.select(isSmall, upSmall, up);
  Value code =
      b.math.add(exponent, arith::ExtUIOp::create(b.builder, b.loc,
                                                  b.builder.getI32Type(), up));
  int64_t beyond = options.saturate ? 254 : 255;
  code = b.math.select(b.above(code, 254), b.i(beyond), code);
  if (!options.saturate) {
    Value tooSmall = b.both(
        isSmall, b.math.compare(CmpIPredicate::ult, rest, b.i(0x400000)));
    code = b.math.select(tooSmall, b.i(255), code);
  }
  // NaN and negative numbers.
  code = b.math.select(b.above(bits, 0x7f800000), b.i(255), code);
  Value isZero = b.is(b.both(bits, b.i(0x7fffffff)), 0);
  return b.math.select(isZero, b.i(options.saturate ? 0 : 255), code);
}

Value ScalarMath::encodeByteFloat(Value value, Type type, CastOptions options) {
  Bits b{*this, builder, loc};
  if (isa<Float8E8M0FNUType>(type))
    return b.narrow(encodePower(b, value, options));
  Format format = getFormat(type);
  unsigned dropped = 23 - format.mantissaBits;
  Value all = b.asInt(value), bits = b.both(all, b.i(0x7fffffff));
  Value sign = b.left(b.right(all, 31), llvm::Log2_32(format.signBit));
  // Normal: move the exponent, add half of the last place, to even, and cut.
  Value odd = b.both(b.right(bits, dropped), b.i(1));
  Value half = add(odd, b.i((1 << (dropped - 1)) - 1));
  Value normal = add(sub(bits, b.i(int64_t(127 - format.bias) << 23)), half);
  normal = b.right(normal, dropped);
  // Subnormal: adding this number aligns the last places.
  Type f32 = builder.getF32Type();
  float aligner = std::ldexp(1.0f, 24 - format.bias - int(format.mantissaBits));
  Value shifted = b.asInt(add(b.asFloat(bits), constant(f32, aligner)));
  Value subnormal = sub(shifted, b.asInt(constant(f32, aligner)));
  Value isSmall =
      compare(CmpIPredicate::ult, bits, b.i(int64_t(128 - format.bias) << 23));
  Value code = select(isSmall, subnormal, normal);
  code = select(b.above(code, format.largest),
                b.i(options.saturate ? format.largest : format.beyond), code);
  Value isNaN = b.above(bits, 0x7f800000);
  code = select(isNaN, b.i(format.nan), code);
  Value isSpecial = b.above(code, format.signBit - 1);
  if (format.isUnsignedZero)
    isSpecial = b.either(isSpecial, b.is(code, 0));
  return b.narrow(select(isSpecial, code, b.either(code, sign)));
}

Value ScalarMath::roundToOdd(Value value) {
  Bits b{*this, builder, loc};
  Type f32 = builder.getF32Type(), f64 = builder.getF64Type();
  Value near = arith::TruncFOp::create(builder, loc, f32, value);
  Value back = arith::ExtFOp::create(builder, loc, f64, near);
  Value away =
      compare(CmpFPredicate::OGT, math::AbsFOp::create(builder, loc, back),
              math::AbsFOp::create(builder, loc, value));
  Value bits = b.asInt(near);
  bits = select(away, sub(bits, b.i(1)), bits);
  Value inexact = compare(CmpFPredicate::ONE, back, value);
  return b.asFloat(select(inexact, b.either(bits, b.i(1)), bits));
}
