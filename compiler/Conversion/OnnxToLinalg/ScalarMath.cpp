#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

Value ScalarMath::constant(Type type, double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getFloatAttr(type, value));
}

Value ScalarMath::integer(Type type, int64_t value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getIntegerAttr(type, value));
}

Value ScalarMath::compare(CmpFPredicate predicate, Value lhs, Value rhs) {
  return arith::CmpFOp::create(builder, loc, predicate, lhs, rhs);
}

Value ScalarMath::compare(CmpIPredicate predicate, Value lhs, Value rhs) {
  return arith::CmpIOp::create(builder, loc, predicate, lhs, rhs);
}

Value ScalarMath::select(Value condition, Value ifTrue, Value ifFalse) {
  Type type = ifTrue.getType(), i16 = builder.getI16Type();
  // Targets without bf16 would call a library.
  if (type.isBF16()) {
    Value bits = arith::SelectOp::create(
        builder, loc, condition,
        arith::BitcastOp::create(builder, loc, i16, ifTrue),
        arith::BitcastOp::create(builder, loc, i16, ifFalse));
    return arith::BitcastOp::create(builder, loc, type, bits);
  }
  return arith::SelectOp::create(builder, loc, condition, ifTrue, ifFalse);
}

//===- Conversions
//---------------------------------------------------------===//

Value ScalarMath::widen(Value value) {
  Type type = value.getType();
  if (type.isF16())
    return arith::ExtFOp::create(builder, loc, builder.getF32Type(), value);
  if (!type.isBF16())
    return value;
  // The upper half of an f32; targets without bf16 would call a library.
  Type i32 = builder.getI32Type();
  Value bits =
      arith::BitcastOp::create(builder, loc, builder.getI16Type(), value);
  bits = arith::ExtUIOp::create(builder, loc, i32, bits);
  bits = arith::ShLIOp::create(builder, loc, bits, integer(i32, 16));
  return arith::BitcastOp::create(builder, loc, builder.getF32Type(), bits);
}

Value ScalarMath::narrow(Value value, Type type) {
  Type from = value.getType();
  if (from == type)
    return value;
  if (type.getIntOrFloatBitWidth() > from.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(builder, loc, type, value);
  if (from.isF64() && type.isF32())
    return arith::TruncFOp::create(builder, loc, type, value);
  // From f64 to 16 bits through f32: by itself it would call a library.
  if (from.isF64())
    value = roundToOdd(value);
  if (!type.isBF16())
    return arith::TruncFOp::create(builder, loc, type, value);
  // Adds half of the last place kept, less one if that place is even; NaN
  // keeps its upper bits and gets one that stays.
  Type i32 = builder.getI32Type(), i16 = builder.getI16Type();
  Value bits = arith::BitcastOp::create(builder, loc, i32, value);
  Value high = arith::ShRUIOp::create(builder, loc, bits, integer(i32, 16));
  Value odd = arith::AndIOp::create(builder, loc, high, integer(i32, 1));
  Value rounded = add(bits, add(odd, integer(i32, 0x7fff)));
  rounded = arith::ShRUIOp::create(builder, loc, rounded, integer(i32, 16));
  Value quiet = arith::OrIOp::create(builder, loc, high, integer(i32, 0x40));
  Value isNaN = compare(CmpFPredicate::UNO, value, value);
  Value half =
      arith::TruncIOp::create(builder, loc, i16, select(isNaN, quiet, rounded));
  return arith::BitcastOp::create(builder, loc, type, half);
}

Value ScalarMath::fromFloat(Value value, IntegerType to) {
  unsigned width = to.getWidth();
  bool wide = width == 64 || (width == 32 && to.isUnsigned());
  Type from = value.getType();
  Type through = wide ? builder.getI64Type() : builder.getI32Type();
  // Conversions of what the integer cannot hold are poison: those values
  // become the least integer before.
  auto convert = [&](Value number) -> Value {
    double bound = wide ? 0x1p63 : 0x1p31;
    Value least = constant(from, -bound);
    Value fits = arith::AndIOp::create(
        builder, loc, compare(CmpFPredicate::OGE, number, least),
        compare(CmpFPredicate::OLT, number, constant(from, bound)));
    return arith::FPToSIOp::create(builder, loc, through,
                                   select(fits, number, least));
  };
  Value result = convert(value);
  if (width == 64 && to.isUnsigned()) {
    // The upper half of u64: convert what is above 2^63 and add that again.
    Value bound = constant(from, 0x1p63);
    Value upper = convert(sub(value, bound));
    upper = arith::XOrIOp::create(
        builder, loc, upper,
        integer(through, std::numeric_limits<int64_t>::min()));
    result = select(compare(CmpFPredicate::OGE, value, bound), upper, result);
  }
  Type signless = getStorageType(to);
  if (signless != result.getType())
    result = arith::TruncIOp::create(builder, loc, signless, result);
  return isByteCode(to) ? wrapToByte(result, to) : result;
}

Value ScalarMath::wrapToByte(Value value, Type type) {
  Value unused = integer(value.getType(), 8 - type.getIntOrFloatBitWidth());
  Value top = arith::ShLIOp::create(builder, loc, value, unused);
  if (type.isUnsignedInteger() || isa<FloatType>(type))
    return arith::ShRUIOp::create(builder, loc, top, unused);
  return arith::ShRSIOp::create(builder, loc, top, unused);
}

Value ScalarMath::cast(Value value, Type from, Type to, CastOptions options) {
  Type target = getStorageType(to);
  if (from == to)
    return value;
  if (isa<FloatType>(from) && isByteCode(from))
    return cast(decodeByteFloat(value, from), builder.getF32Type(), to,
                options);
  if (isa<FloatType>(to) && isByteCode(to)) {
    Value number = cast(value, from, builder.getF64Type());
    return encodeByteFloat(roundToOdd(number), to, options);
  }
  if (isa<FloatType>(from) && isa<FloatType>(to))
    return narrow(widen(value), target);
  bool toBool = to.isInteger(1);
  if (isa<FloatType>(from)) {
    Value wide = widen(value);
    if (toBool)
      return compare(CmpFPredicate::UNE, wide, constant(wide.getType(), 0));
    return fromFloat(wide, mlir::cast<IntegerType>(to));
  }
  if (isa<FloatType>(to)) {
    Type wide = to.isF64() ? to : builder.getF32Type();
    Value number =
        isUnsigned(from)
            ? arith::UIToFPOp::create(builder, loc, wide, value).getResult()
            : arith::SIToFPOp::create(builder, loc, wide, value).getResult();
    return narrow(number, target);
  }
  if (toBool)
    return compare(CmpIPredicate::ne, value, integer(value.getType(), 0));
  unsigned have = value.getType().getIntOrFloatBitWidth();
  unsigned want = target.getIntOrFloatBitWidth();
  if (isByteCode(to)) {
    if (have > want)
      value = arith::TruncIOp::create(builder, loc, target, value);
    else if (have < want)
      value = arith::ExtUIOp::create(builder, loc, target, value);
    return wrapToByte(value, to);
  }
  if (have == want)
    return value;
  if (have > want)
    return arith::TruncIOp::create(builder, loc, target, value);
  if (isUnsigned(from))
    return arith::ExtUIOp::create(builder, loc, target, value);
  return arith::ExtSIOp::create(builder, loc, target, value);
}

//===- Arithmetic
//----------------------------------------------------------===//

Value ScalarMath::add(Value lhs, Value rhs) {
  if (isa<FloatType>(lhs.getType()))
    return arith::AddFOp::create(builder, loc, lhs, rhs);
  return arith::AddIOp::create(builder, loc, lhs, rhs);
}

Value ScalarMath::sub(Value lhs, Value rhs) {
  if (isa<FloatType>(lhs.getType()))
    return arith::SubFOp::create(builder, loc, lhs, rhs);
  return arith::SubIOp::create(builder, loc, lhs, rhs);
}

Value ScalarMath::mul(Value lhs, Value rhs) {
  if (isa<FloatType>(lhs.getType()))
    return arith::MulFOp::create(builder, loc, lhs, rhs);
  return arith::MulIOp::create(builder, loc, lhs, rhs);
}

Value ScalarMath::max(Value lhs, Value rhs, bool isUnsigned) {
  if (isa<FloatType>(lhs.getType()))
    return arith::MaximumFOp::create(builder, loc, lhs, rhs);
  if (isUnsigned)
    return arith::MaxUIOp::create(builder, loc, lhs, rhs);
  return arith::MaxSIOp::create(builder, loc, lhs, rhs);
}

Value ScalarMath::min(Value lhs, Value rhs, bool isUnsigned) {
  if (isa<FloatType>(lhs.getType()))
    return arith::MinimumFOp::create(builder, loc, lhs, rhs);
  if (isUnsigned)
    return arith::MinUIOp::create(builder, loc, lhs, rhs);
  return arith::MinSIOp::create(builder, loc, lhs, rhs);
}

Value ScalarMath::div(Value lhs, Value rhs, bool isUnsigned) {
  Type type = lhs.getType();
  if (isa<FloatType>(type))
    return arith::DivFOp::create(builder, loc, lhs, rhs);
  Value zero = integer(type, 0), one = integer(type, 1);
  if (isUnsigned) {
    Value divisor = select(compare(CmpIPredicate::eq, rhs, zero), one, rhs);
    return arith::DivUIOp::create(builder, loc, lhs, divisor);
  }
  // Division by zero and the least integer by -1 trap.
  Value minusOne = compare(CmpIPredicate::eq, rhs, integer(type, -1));
  Value special = arith::OrIOp::create(
      builder, loc, compare(CmpIPredicate::eq, rhs, zero), minusOne);
  Value quotient =
      arith::DivSIOp::create(builder, loc, lhs, select(special, one, rhs));
  return select(minusOne, sub(zero, lhs), quotient);
}

Value ScalarMath::rem(Value lhs, Value rhs, bool isUnsigned, bool truncated) {
  Type type = lhs.getType();
  if (isa<FloatType>(type)) {
    Value remainder = floatRemainder(lhs, rhs);
    if (truncated)
      return remainder;
    Value zero = constant(type, 0);
    Value differs = arith::XOrIOp::create(
        builder, loc, compare(CmpFPredicate::OLT, remainder, zero),
        compare(CmpFPredicate::OLT, rhs, zero));
    // A zero has the divisor's sign, as in NumPy.
    Value none = compare(CmpFPredicate::OEQ, remainder, zero);
    Value signedZero = math::CopySignOp::create(builder, loc, zero, rhs);
    return select(none, signedZero,
                  select(differs, add(remainder, rhs), remainder));
  }
  Value remainder = sub(lhs, mul(div(lhs, rhs, isUnsigned), rhs));
  Value zero = integer(type, 0);
  Value byZero = compare(CmpIPredicate::eq, rhs, zero);
  remainder = select(byZero, zero, remainder);
  if (truncated || isUnsigned)
    return remainder;
  Value differs = compare(
      CmpIPredicate::slt,
      arith::XOrIOp::create(builder, loc, remainder, rhs).getResult(), zero);
  Value some = compare(CmpIPredicate::ne, remainder, zero);
  return select(arith::AndIOp::create(builder, loc, differs, some),
                add(remainder, rhs), remainder);
}

/// Exact: subtracts the largest multiple 2^k of the divisor until nothing of
/// it is left. In f64, where such multiples of f32 values are exact.
Value ScalarMath::floatRemainder(Value lhs, Value rhs) {
  Type type = lhs.getType(), f64 = builder.getF64Type();
  Type i64 = builder.getI64Type();
  auto wide = [&](Value value) -> Value {
    return type == f64
               ? value
               : arith::ExtFOp::create(builder, loc, f64, value).getResult();
  };
  Value zero = constant(f64, 0);
  Value dividend = math::AbsFOp::create(builder, loc, wide(lhs));
  Value divisor = math::AbsFOp::create(builder, loc, wide(rhs));
  Value infinity = constant(f64, std::numeric_limits<double>::infinity());
  Value defined = arith::AndIOp::create(
      builder, loc, compare(CmpFPredicate::OLT, dividend, infinity),
      compare(CmpFPredicate::OGT, divisor, zero));
  auto exponent = [&](Value value) {
    Value bits = arith::BitcastOp::create(builder, loc, i64, value);
    return arith::ShRUIOp::create(builder, loc, bits, integer(i64, 52))
        .getResult();
  };
  auto loop = scf::WhileOp::create(
      builder, loc, TypeRange{f64}, ValueRange{select(defined, dividend, zero)},
      [&](OpBuilder &, Location, ValueRange args) {
        // Nothing is ever left of a divisor of 0: it is not defined.
        Value more = arith::AndIOp::create(
            builder, loc, defined,
            compare(CmpFPredicate::OGE, args[0], divisor));
        scf::ConditionOp::create(builder, loc, more, args);
      },
      [&](OpBuilder &, Location, ValueRange args) {
        // 2^k with k the difference of exponents, or less if that is too much.
        Value k = sub(exponent(args[0]), exponent(divisor));
        k = arith::MinSIOp::create(builder, loc, k, integer(i64, 1000));
        Value power = arith::ShLIOp::create(
            builder, loc, add(k, integer(i64, 1023)), integer(i64, 52));
        Value step =
            mul(divisor, arith::BitcastOp::create(builder, loc, f64, power));
        Value half = mul(step, constant(f64, 0.5));
        Value large = compare(CmpFPredicate::OGT, step, args[0]);
        Value left = sub(args[0], select(large, half, step));
        scf::YieldOp::create(builder, loc, left);
      });
  Value remainder = loop.getResult(0);
  // The sign by its bit: from a copysign of f64 LLVM makes a rounding of the
  // sign's operand where the result is narrowed, which may call a library.
  Value sign = arith::AndIOp::create(
      builder, loc, arith::BitcastOp::create(builder, loc, i64, wide(lhs)),
      integer(i64, std::numeric_limits<int64_t>::min()));
  Value bits = arith::BitcastOp::create(builder, loc, i64, remainder);
  remainder = arith::BitcastOp::create(
      builder, loc, f64, arith::OrIOp::create(builder, loc, bits, sign));
  remainder = select(defined, remainder,
                     constant(f64, std::numeric_limits<double>::quiet_NaN()));
  return narrow(remainder, type);
}

//===- Powers
//--------------------------------------------------------------===//

Value ScalarMath::powConstant(Value base, double exponent) {
  Type type = base.getType();
  bool isFloat = isa<FloatType>(type);
  if (exponent == 0)
    return isFloat ? constant(type, 1) : integer(type, 1);
  if (exponent == 1)
    return base;
  if (exponent == 2)
    return mul(base, base);
  if (exponent == 3)
    return mul(mul(base, base), base);
  if (!isFloat)
    return {};
  if (exponent == 0.5)
    return math::SqrtOp::create(builder, loc, base);
  if (exponent == -1)
    return div(constant(type, 1), base, false);
  if (exponent == -0.5)
    return div(constant(type, 1), math::SqrtOp::create(builder, loc, base),
               false);
  if (exponent == -2)
    return div(constant(type, 1), mul(base, base), false);
  return {};
}

/// By squaring. Negative exponents give 0, but for bases of magnitude 1.
Value ScalarMath::integerPower(Value base, Value exponent) {
  Type type = base.getType(), wide = exponent.getType();
  Value one = integer(type, 1), zero = integer(wide, 0);
  Value negative = compare(CmpIPredicate::slt, exponent, zero);
  // base^-e is base^e where that is 1 or -1 and rounds to 0 elsewhere.
  Value unit =
      arith::OrIOp::create(builder, loc, compare(CmpIPredicate::eq, base, one),
                           compare(CmpIPredicate::eq, base, integer(type, -1)));
  Value parity =
      arith::AndIOp::create(builder, loc, exponent, integer(wide, 1));
  Value count = select(negative, parity, exponent);
  Value start =
      select(arith::AndIOp::create(
                 builder, loc, negative,
                 arith::XOrIOp::create(builder, loc, unit,
                                       integer(builder.getI1Type(), 1))),
             integer(type, 0), one);
  auto loop = scf::WhileOp::create(
      builder, loc, TypeRange{type, type, wide}, ValueRange{start, base, count},
      [&](OpBuilder &, Location, ValueRange args) {
        Value more = compare(CmpIPredicate::ne, args[2], zero);
        scf::ConditionOp::create(builder, loc, more, args);
      },
      [&](OpBuilder &, Location, ValueRange args) {
        Value bit =
            arith::AndIOp::create(builder, loc, args[2], integer(wide, 1));
        Value odd = compare(CmpIPredicate::ne, bit, zero);
        Value next = select(odd, mul(args[0], args[1]), args[0]);
        Value rest =
            arith::ShRUIOp::create(builder, loc, args[2], integer(wide, 1));
        scf::YieldOp::create(builder, loc,
                             ValueRange{next, mul(args[1], args[1]), rest});
      });
  return loop.getResult(0);
}

Value ScalarMath::pow(Value base, Value exponent) {
  Type type = base.getType();
  if (!isa<FloatType>(type))
    return integerPower(base, exponent);
  return math::PowFOp::create(builder, loc, base, exponent);
}
