#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace bitnet;

/// Ops that give, for each element, a number made of the operands' elements.
KernelEmitter::Emitted KernelEmitter::emitElementwise(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return emitConstant(constant);
  bool known =
      isa_and_nonnull<arith::ArithDialect, math::MathDialect, ub::UBDialect>(
          op->getDialect());
  if (!known || op->getNumResults() != 1 || op->getNumRegions() != 0)
    return std::nullopt;
  Type result = op->getResult(0).getType();
  FailureOr<SmallVector<Type>> types = scalarTypes(op, result);
  if (failed(types))
    return failure();
  SmallVector<Scalars> operands;
  for (Value operand : op->getOperands())
    operands.push_back(get(operand));
  Type to = getElementTypeOrSelf(result);
  Type from = op->getNumOperands()
                  ? getElementTypeOrSelf(op->getOperand(0).getType())
                  : to;
  Scalars scalars;
  for (size_t i = 0; i < types->size(); ++i) {
    Scalars elements;
    // The condition of a select may be one for all elements.
    for (Scalars &operand : operands)
      elements.push_back(operand.size() == 1 ? operand[0] : operand[i]);
    Value scalar = emitScalar(op, elements, from, to);
    if (!scalar)
      return op->emitOpError("has no form in SPIR-V");
    scalars.push_back(scalar);
  }
  set(op->getResult(0), std::move(scalars));
  return success();
}

LogicalResult KernelEmitter::emitConstant(arith::ConstantOp op) {
  FailureOr<SmallVector<Type>> types = scalarTypes(op, op.getType());
  if (failed(types))
    return failure();
  Type scalar = types->front();
  auto make = [&](Attribute value) -> Value {
    if (auto number = dyn_cast<FloatAttr>(value)) {
      APInt bits = number.getValue().bitcastToAPInt();
      return isa<FloatType>(scalar)
                 ? builder->constant(number)
                 : builder->constant(builder->getIntegerAttr(scalar, bits));
    }
    return builder->integer(scalar,
                            cast<IntegerAttr>(value).getValue().getSExtValue());
  };
  Scalars scalars;
  if (auto dense = dyn_cast<DenseElementsAttr>(op.getValue()))
    for (Attribute value : dense.getValues<Attribute>())
      scalars.push_back(make(value));
  else
    scalars.push_back(make(op.getValue()));
  set(op.getResult(), std::move(scalars));
  return success();
}

Value KernelEmitter::emitScalar(Operation *op, ValueRange x, Type from,
                                Type to) {
  ScalarBuilder &b = *builder;
  if (isa<ub::PoisonOp>(op)) {
    Type type = b.convert(to);
    return b.isFloat(type) ? b.number(type, 0) : b.integer(type, 0);
  }
  if (isa<arith::SelectOp>(op))
    return b.select(x[0], x[1], x[2]);
  if (x.size() == 1 && from != to && isa<arith::ArithDialect>(op->getDialect()))
    return emitCast(op, x[0], from, to);
  // Half-wide numbers without arithmetic of their own are only converted.
  if (from.isBF16())
    return {};
  return isa<FloatType>(from) ? emitFloat(op, x) : emitInteger(op, x);
}

//===- integers
//---------------------------------------------------------------===//

static Value emitLogical(ScalarBuilder &b, Operation *op, ValueRange x) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<arith::AndIOp, arith::MulIOp, arith::MinUIOp, arith::MaxSIOp>(
          [&](auto) { return spirv::LogicalAndOp::create(b, x[0], x[1]); })
      .Case<arith::OrIOp, arith::MaxUIOp, arith::MinSIOp>(
          [&](auto) { return spirv::LogicalOrOp::create(b, x[0], x[1]); })
      .Case<arith::XOrIOp, arith::AddIOp, arith::SubIOp>(
          [&](auto) { return spirv::LogicalNotEqualOp::create(b, x[0], x[1]); })
      .Default([](Operation *) { return Value(); });
}

static Value emitCompare(ScalarBuilder &b, arith::CmpIPredicate predicate,
                         Value x, Value y) {
  using P = arith::CmpIPredicate;
  if (x.getType().isInteger(1)) {
    bool isSigned = predicate == P::slt || predicate == P::sle ||
                    predicate == P::sgt || predicate == P::sge;
    x = b.resize(b.getI32Type(), x, isSigned);
    y = b.resize(b.getI32Type(), y, isSigned);
  }
  switch (predicate) {
  case P::eq:
    return spirv::IEqualOp::create(b, x, y);
  case P::ne:
    return spirv::INotEqualOp::create(b, x, y);
  case P::slt:
    return spirv::SLessThanOp::create(b, x, y);
  case P::sle:
    return spirv::SLessThanEqualOp::create(b, x, y);
  case P::sgt:
    return spirv::SGreaterThanOp::create(b, x, y);
  case P::sge:
    return spirv::SGreaterThanEqualOp::create(b, x, y);
  case P::ult:
    return spirv::ULessThanOp::create(b, x, y);
  case P::ule:
    return spirv::ULessThanEqualOp::create(b, x, y);
  case P::ugt:
    return spirv::UGreaterThanOp::create(b, x, y);
  case P::uge:
    return spirv::UGreaterThanEqualOp::create(b, x, y);
  }
  return {};
}

/// Quotients rounded up or down, of quotients rounded to zero.
static Value emitRoundedDivision(ScalarBuilder &b, Operation *op, Value x,
                                 Value y) {
  Type type = x.getType();
  Value zero = b.integer(type, 0), one = b.integer(type, 1);
  bool isSigned = !isa<arith::CeilDivUIOp>(op);
  bool up = !isa<arith::FloorDivSIOp>(op);
  Value quotient = isSigned ? Value(spirv::SDivOp::create(b, x, y))
                            : Value(spirv::UDivOp::create(b, x, y));
  Value product = b.mul(quotient, y);
  Value inexact = spirv::INotEqualOp::create(b, product, x);
  if (isSigned) {
    Value signs = spirv::BitwiseXorOp::create(b, x, y);
    Value negative = spirv::SLessThanOp::create(b, signs, zero);
    // To zero is up where the quotient is negative.
    if (up)
      negative = spirv::LogicalNotOp::create(b, negative);
    inexact = spirv::LogicalAndOp::create(b, inexact, negative);
  }
  Value moved = up ? b.add(quotient, one)
                   : Value(spirv::ISubOp::create(b, quotient, one));
  return b.select(inexact, moved, quotient);
}

template <typename Compare>
static Value emitExtreme(ScalarBuilder &b, ValueRange x) {
  return b.select(Compare::create(b, x[0], x[1]), x[0], x[1]);
}

Value KernelEmitter::emitInteger(Operation *op, ValueRange x) {
  ScalarBuilder &b = *builder;
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return emitCompare(b, compare.getPredicate(), x[0], x[1]);
  if (x[0].getType().isInteger(1))
    return emitLogical(b, op, x);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](arith::AddIOp) { return b.add(x[0], x[1]); })
      .Case([&](arith::SubIOp) { return spirv::ISubOp::create(b, x[0], x[1]); })
      .Case([&](arith::MulIOp) { return b.mul(x[0], x[1]); })
      .Case(
          [&](arith::DivUIOp) { return spirv::UDivOp::create(b, x[0], x[1]); })
      .Case(
          [&](arith::DivSIOp) { return spirv::SDivOp::create(b, x[0], x[1]); })
      .Case(
          [&](arith::RemUIOp) { return spirv::UModOp::create(b, x[0], x[1]); })
      // Not OpSRem: Vulkan leaves it undefined for negative numbers.
      .Case([&](arith::RemSIOp) {
        Value quotient = spirv::SDivOp::create(b, x[0], x[1]);
        return spirv::ISubOp::create(b, x[0], b.mul(quotient, x[1]));
      })
      .Case<arith::CeilDivUIOp, arith::CeilDivSIOp, arith::FloorDivSIOp>(
          [&](auto) { return emitRoundedDivision(b, op, x[0], x[1]); })
      .Case([&](arith::AndIOp) {
        return spirv::BitwiseAndOp::create(b, x[0], x[1]);
      })
      .Case([&](arith::OrIOp) {
        return spirv::BitwiseOrOp::create(b, x[0], x[1]);
      })
      .Case([&](arith::XOrIOp) {
        return spirv::BitwiseXorOp::create(b, x[0], x[1]);
      })
      .Case([&](arith::ShLIOp) {
        return spirv::ShiftLeftLogicalOp::create(b, x[0], x[1]);
      })
      .Case([&](arith::ShRUIOp) {
        return spirv::ShiftRightLogicalOp::create(b, x[0], x[1]);
      })
      .Case([&](arith::ShRSIOp) {
        return spirv::ShiftRightArithmeticOp::create(b, x[0], x[1]);
      })
      .Case(
          [&](arith::MinSIOp) { return emitExtreme<spirv::SLessThanOp>(b, x); })
      .Case([&](arith::MaxSIOp) {
        return emitExtreme<spirv::SGreaterThanOp>(b, x);
      })
      .Case(
          [&](arith::MinUIOp) { return emitExtreme<spirv::ULessThanOp>(b, x); })
      .Case([&](arith::MaxUIOp) {
        return emitExtreme<spirv::UGreaterThanOp>(b, x);
      })
      .Case([&](math::AbsIOp) {
        Value zero = b.integer(x[0].getType(), 0);
        Value negative = spirv::SLessThanOp::create(b, x[0], zero);
        return b.select(negative, spirv::ISubOp::create(b, zero, x[0]), x[0]);
      })
      .Default([](Operation *) { return Value(); });
}

//===- floats
//-----------------------------------------------------------------===//

static Value isNaN(ScalarBuilder &b, Value x) {
  return spirv::FUnordNotEqualOp::create(b, x, x);
}

static Value emitCompare(ScalarBuilder &b, arith::CmpFPredicate predicate,
                         Value x, Value y) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::AlwaysFalse:
    return b.boolean(false);
  case P::OEQ:
    return spirv::FOrdEqualOp::create(b, x, y);
  case P::OGT:
    return spirv::FOrdGreaterThanOp::create(b, x, y);
  case P::OGE:
    return spirv::FOrdGreaterThanEqualOp::create(b, x, y);
  case P::OLT:
    return spirv::FOrdLessThanOp::create(b, x, y);
  case P::OLE:
    return spirv::FOrdLessThanEqualOp::create(b, x, y);
  case P::ONE:
    return spirv::FOrdNotEqualOp::create(b, x, y);
  case P::ORD:
    return spirv::LogicalNotOp::create(
        b, spirv::LogicalOrOp::create(b, isNaN(b, x), isNaN(b, y)));
  case P::UEQ:
    return spirv::FUnordEqualOp::create(b, x, y);
  case P::UGT:
    return spirv::FUnordGreaterThanOp::create(b, x, y);
  case P::UGE:
    return spirv::FUnordGreaterThanEqualOp::create(b, x, y);
  case P::ULT:
    return spirv::FUnordLessThanOp::create(b, x, y);
  case P::ULE:
    return spirv::FUnordLessThanEqualOp::create(b, x, y);
  case P::UNE:
    return spirv::FUnordNotEqualOp::create(b, x, y);
  case P::UNO:
    return spirv::LogicalOrOp::create(b, isNaN(b, x), isNaN(b, y));
  case P::AlwaysTrue:
    return b.boolean(true);
  }
  return {};
}

/// Integer of a float's width, and its sign bit.
static std::pair<Type, Value> signBit(ScalarBuilder &b, Value x) {
  unsigned width = x.getType().getIntOrFloatBitWidth();
  Type bits = b.getIntegerType(width);
  return {bits, b.integer(bits, int64_t(1) << (width - 1))};
}

static Value copySign(ScalarBuilder &b, Value x, Value y) {
  auto [bits, sign] = signBit(b, x);
  Value rest = spirv::NotOp::create(b, sign);
  Value magnitude = spirv::BitwiseAndOp::create(b, b.bitcast(bits, x), rest);
  Value from = spirv::BitwiseAndOp::create(b, b.bitcast(bits, y), sign);
  return b.bitcast(x.getType(), spirv::BitwiseOrOp::create(b, magnitude, from));
}

/// The larger (smaller) number, of zeros the second one; where one is NaN, that
/// (`keepsNaN`) or the other: as arith-expand, which the CPU's code goes
/// through.
static Value emitExtreme(ScalarBuilder &b, Value x, Value y, bool largest,
                         bool keepsNaN) {
  Value first = largest ? Value(spirv::FUnordGreaterThanOp::create(b, x, y))
                        : Value(spirv::FUnordLessThanOp::create(b, x, y));
  return b.select(isNaN(b, keepsNaN ? y : x), y, b.select(first, x, y));
}

/// To nearest even. Where a driver has no such instruction for f64 (Mesa's
/// software device without AVX-512), its RoundEven gives 1 for 1.5: there a sum
/// with 2^52 rounds.
static Value emitRoundEven(ScalarBuilder &b, Value x) {
  if (!x.getType().isF64())
    return spirv::GLRoundEvenOp::create(b, x);
  Value whole = b.number(x.getType(), 0x1p52);
  Value magnitude = spirv::GLFAbsOp::create(b, x);
  Value sum = b.exact<spirv::FAddOp>(magnitude, whole);
  Value rounded = b.exact<spirv::FSubOp>(sum, whole);
  Value isSmall = spirv::FOrdLessThanOp::create(b, magnitude, whole);
  return b.select(isSmall, copySign(b, rounded, x), x);
}

static Value emitTrunc(ScalarBuilder &b, Value x) {
  Value magnitude = spirv::GLFAbsOp::create(b, x);
  return copySign(b, spirv::GLFloorOp::create(b, magnitude), x);
}

static Value infinity(ScalarBuilder &b, Type type) {
  return b.number(type, std::numeric_limits<double>::infinity());
}

/// Halves away from zero.
static Value emitRound(ScalarBuilder &b, Value x) {
  Value whole = emitTrunc(b, x);
  Value rest = spirv::GLFAbsOp::create(b, b.exact<spirv::FSubOp>(x, whole));
  Value far = spirv::FOrdGreaterThanEqualOp::create(b, rest,
                                                    b.number(x.getType(), 0.5));
  Value one = copySign(b, b.number(x.getType(), 1), x);
  Value next = b.exact<spirv::FAddOp>(whole, one);
  // The sign of a zero is that of x.
  return copySign(b, b.select(far, next, whole), x);
}

Value KernelEmitter::emitFloat(Operation *op, ValueRange x) {
  ScalarBuilder &b = *builder;
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return emitCompare(b, compare.getPredicate(), x[0], x[1]);
  if (isa<math::FmaOp>(op))
    return x[0].getType().isF16() ? Value() : emitFma(x[0], x[1], x[2]);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](arith::AddFOp) { return b.exact<spirv::FAddOp>(x[0], x[1]); })
      .Case([&](arith::SubFOp) { return b.exact<spirv::FSubOp>(x[0], x[1]); })
      .Case([&](arith::MulFOp) { return b.exact<spirv::FMulOp>(x[0], x[1]); })
      .Case([&](arith::DivFOp) { return b.exact<spirv::FDivOp>(x[0], x[1]); })
      .Case([&](arith::NegFOp) { return b.exact<spirv::FNegateOp>(x[0]); })
      .Case([&](arith::MaximumFOp) {
        return emitExtreme(b, x[0], x[1], true, true);
      })
      .Case([&](arith::MinimumFOp) {
        return emitExtreme(b, x[0], x[1], false, true);
      })
      .Case([&](arith::MaxNumFOp) {
        return emitExtreme(b, x[0], x[1], true, false);
      })
      .Case([&](arith::MinNumFOp) {
        return emitExtreme(b, x[0], x[1], false, false);
      })
      .Case([&](math::IsNaNOp) { return isNaN(b, x[0]); })
      .Case([&](math::IsInfOp) {
        return spirv::FOrdEqualOp::create(b, spirv::GLFAbsOp::create(b, x[0]),
                                          infinity(b, x[0].getType()));
      })
      .Case([&](math::IsFiniteOp) {
        return spirv::FOrdLessThanOp::create(
            b, spirv::GLFAbsOp::create(b, x[0]), infinity(b, x[0].getType()));
      })
      .Case([&](math::AbsFOp) { return spirv::GLFAbsOp::create(b, x[0]); })
      .Case([&](math::SqrtOp) { return b.exact<spirv::GLSqrtOp>(x[0]); })
      .Case([&](math::RsqrtOp) {
        Value root = b.exact<spirv::GLSqrtOp>(x[0]);
        return b.exact<spirv::FDivOp>(b.number(root.getType(), 1), root);
      })
      .Case([&](math::FloorOp) { return spirv::GLFloorOp::create(b, x[0]); })
      .Case([&](math::CeilOp) { return spirv::GLCeilOp::create(b, x[0]); })
      .Case([&](math::TruncOp) { return emitTrunc(b, x[0]); })
      .Case([&](math::RoundOp) { return emitRound(b, x[0]); })
      .Case([&](math::RoundEvenOp) { return emitRoundEven(b, x[0]); })
      .Case([&](math::CopySignOp) { return copySign(b, x[0], x[1]); })
      .Default([](Operation *) { return Value(); });
}

//===- conversions
//------------------------------------------------------------===//

/// The upper half of an f32, rounded to nearest even; NaN stays one.
static Value toBFloat(ScalarBuilder &b, Value x) {
  Value bits = b.bitcast(b.getI32Type(), x);
  Value high = spirv::ShiftRightLogicalOp::create(b, bits, b.i32(16));
  Value odd = spirv::BitwiseAndOp::create(b, high, b.i32(1));
  Value rounded = b.add(bits, b.add(odd, b.i32(0x7fff)));
  rounded = spirv::ShiftRightLogicalOp::create(b, rounded, b.i32(16));
  Value quiet = spirv::BitwiseOrOp::create(b, high, b.i32(0x40));
  Value result = b.select(isNaN(b, x), quiet, rounded);
  return b.resize(b.getI16Type(), result, /*isSigned=*/false);
}

static Value fromBFloat(ScalarBuilder &b, Value x) {
  Value bits = b.resize(b.getI32Type(), x, /*isSigned=*/false);
  bits = spirv::ShiftLeftLogicalOp::create(b, bits, b.i32(16));
  return b.bitcast(b.getF32Type(), bits);
}

/// A float of another width.
static Value convertFloat(ScalarBuilder &b, Value x, Type from, Type to) {
  if (from.isBF16()) {
    x = fromBFloat(b, x);
    from = b.getF32Type();
  }
  if (from == to)
    return x;
  // A float of 64 bits would be rounded twice.
  if (to.isBF16())
    return from.isF64() ? Value()
                        : toBFloat(b, convertFloat(b, x, from, b.getF32Type()));
  return spirv::FConvertOp::create(b, to, x);
}

/// Bools are 0 and 1, or -1.
static Value fromBool(ScalarBuilder &b, Value x, bool isSigned) {
  return x.getType().isInteger(1) ? b.resize(b.getI32Type(), x, isSigned) : x;
}

Value KernelEmitter::emitCast(Operation *op, Value x, Type from, Type to) {
  ScalarBuilder &b = *builder;
  Type type = b.convert(to);
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<arith::ExtSIOp, arith::IndexCastOp>(
          [&](auto) { return b.resize(type, x, /*isSigned=*/true); })
      .Case<arith::ExtUIOp, arith::IndexCastUIOp, arith::TruncIOp>(
          [&](auto) { return b.resize(type, x, /*isSigned=*/false); })
      .Case<arith::ExtFOp, arith::TruncFOp>(
          [&](auto) { return convertFloat(b, x, from, to); })
      .Case([&](arith::SIToFPOp) {
        return to.isBF16() ? Value()
                           : spirv::ConvertSToFOp::create(b, type,
                                                          fromBool(b, x, true));
      })
      .Case([&](arith::UIToFPOp) {
        return to.isBF16() ? Value()
                           : spirv::ConvertUToFOp::create(
                                 b, type, fromBool(b, x, false));
      })
      .Case([&](arith::FPToSIOp) {
        return from.isBF16() || to.isInteger(1)
                   ? Value()
                   : spirv::ConvertFToSOp::create(b, type, x);
      })
      .Case([&](arith::FPToUIOp) {
        return from.isBF16() || to.isInteger(1)
                   ? Value()
                   : spirv::ConvertFToUOp::create(b, type, x);
      })
      .Case([&](arith::BitcastOp) { return b.bitcast(type, x); })
      .Default([](Operation *) { return Value(); });
}
