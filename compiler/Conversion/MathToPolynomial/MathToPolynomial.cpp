//===- MathToPolynomial.cpp - transcendental functions without a library
//---===//

#include "compiler/Conversion/MathToPolynomial/Functions.h"
#include "compiler/Conversion/MathToPolynomial/Passes.h"

#include "llvm/ADT/TypeSwitch.h"

namespace bitnet {
#define GEN_PASS_DEF_MATHTOPOLYNOMIAL
#include "compiler/Conversion/MathToPolynomial/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

/// `op` on `operands`, all f64.
static Value expandF64(FloatBuilder &b, Operation *op,
                       ArrayRef<Value> operands) {
  using namespace functions;
  Value x = operands[0];
  // What the operands were before: all that they are is an f32.
  bool isF32 = !getElementTypeOrSelf(op->getOperand(0).getType()).isF64();
  constexpr double kLn2 = 0.6931471805599453;
  return TypeSwitch<Operation *, Value>(op)
      .Case([&](math::ExpOp) { return functions::exp(b, x); })
      .Case([&](math::Exp2Op) { return functions::exp(b, b.mul(x, kLn2)); })
      .Case([&](math::ExpM1Op) { return functions::expm1(b, x); })
      .Case([&](math::LogOp) { return functions::log(b, x); })
      .Case([&](math::Log2Op) {
        return b.mul(functions::log(b, x), 1.4426950408889634);
      })
      .Case([&](math::Log10Op) {
        return b.mul(functions::log(b, x), 0.4342944819032518);
      })
      .Case([&](math::Log1pOp) { return functions::log1p(b, x); })
      .Case([&](math::PowFOp) { return functions::pow(b, x, operands[1]); })
      .Case([&](math::FPowIOp) { return functions::pow(b, x, operands[1]); })
      .Case([&](math::SinOp) { return functions::sin(b, x, isF32); })
      .Case([&](math::CosOp) { return functions::cos(b, x, isF32); })
      .Case([&](math::TanOp) { return functions::tan(b, x, isF32); })
      .Case([&](math::AtanOp) { return functions::atan2(b, x, b.f(x, 1)); })
      .Case([&](math::Atan2Op) { return functions::atan2(b, x, operands[1]); })
      .Case([&](math::AsinOp) { return functions::asin(b, x); })
      .Case([&](math::AcosOp) { return functions::acos(b, x); })
      .Case([&](math::SinhOp) { return functions::sinh(b, x); })
      .Case([&](math::CoshOp) { return functions::cosh(b, x); })
      .Case([&](math::TanhOp) { return functions::tanh(b, x); })
      .Case([&](math::AsinhOp) { return functions::asinh(b, x); })
      .Case([&](math::AcoshOp) { return functions::acosh(b, x); })
      .Case([&](math::AtanhOp) { return functions::atanh(b, x); })
      .Case([&](math::ErfOp) { return functions::erf(b, x); })
      .Case([&](math::ErfcOp) { return functions::erfc(b, x); })
      .Case([&](math::CbrtOp) { return functions::cbrt(b, x); })
      .Default([](Operation *) { return Value(); });
}

/// `op` on f32 where f32 arithmetic does; null where f64 is needed.
static Value expandF32(FloatBuilder &b, Operation *op,
                       ArrayRef<Value> operands) {
  Value x = operands[0];
  if (isa<math::ExpOp>(op))
    return functions::expF32(b, x);
  // The most common power of all has an exact form.
  if (auto power = dyn_cast<math::PowFOp>(op)) {
    FloatAttr exponent;
    DenseElementsAttr exponents;
    Value y = power.getRhs();
    if (matchPattern(y, m_Constant(&exponents)) && exponents.isSplat())
      exponent = exponents.getSplatValue<FloatAttr>();
    else if (!matchPattern(y, m_Constant(&exponent)))
      return {};
    if (exponent && exponent.getValueAsDouble() == 2)
      return b.mul(x, x);
  }
  return {};
}

static Value cast(FloatBuilder &b, Value value, Type element) {
  Type from = getElementTypeOrSelf(value.getType());
  Type type = FloatBuilder::withElement(value.getType(), element);
  if (from == element)
    return value;
  if (isa<IntegerType>(from))
    return arith::SIToFPOp::create(b, type, value);
  if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(b, type, value);
  return arith::TruncFOp::create(b, type, value);
}

/// Whether `op` is one instruction, or a few that LLVM knows, everywhere.
static bool isNative(Operation *op) {
  return isa<math::AbsFOp, math::CeilOp, math::ClampFOp, math::CopySignOp,
             math::FloorOp, math::FmaOp, math::RoundEvenOp, math::RoundOp,
             math::SqrtOp, math::TruncOp>(op);
}

/// A result in f64 as one of type `element`: through f32, with one rounding
/// more, since f64 to f16 is a call on most targets.
static Value narrow(FloatBuilder &b, Value result, Type element) {
  if (element.getIntOrFloatBitWidth() < 32)
    result = cast(b, result, b.getF32Type());
  return cast(b, result, element);
}

/// The value that replaces `op`; null if there is none.
static Value expand(FloatBuilder &b, Operation *op) {
  Type element = getElementTypeOrSelf(op->getResultTypes()[0]);
  if (isa<math::RsqrtOp>(op)) {
    Value root = b.sqrt(op->getOperand(0));
    return b.div(b.f(root, 1), root);
  }
  auto castAll = [&](Type to) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(cast(b, operand, to));
    return operands;
  };
  if (!element.isF64())
    if (Value result = expandF32(b, op, castAll(b.getF32Type())))
      return cast(b, result, element);
  Value result = expandF64(b, op, castAll(b.getF64Type()));
  if (!result)
    return {};
  return narrow(b, result, element);
}

namespace {
struct MathToPolynomialPass
    : bitnet::impl::MathToPolynomialBase<MathToPolynomialPass> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa_and_nonnull<math::MathDialect>(op->getDialect()) &&
          op->getNumResults() >= 1 && !isNative(op) &&
          isa<FloatType>(getElementTypeOrSelf(op->getResultTypes()[0])))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      FloatBuilder b(op->getLoc(), op);
      if (auto both = dyn_cast<math::SincosOp>(op)) {
        expandSincos(b, both);
        continue;
      }
      if (Value result = expand(b, op)) {
        op->getResult(0).replaceAllUsesWith(result);
        op->erase();
      }
    }
  }

  void expandSincos(FloatBuilder &b, math::SincosOp op) {
    Value x = cast(b, op.getOperand(), b.getF64Type());
    Type element = getElementTypeOrSelf(op.getSin().getType());
    op.getSin().replaceAllUsesWith(
        narrow(b, functions::sin(b, x, !element.isF64()), element));
    op.getCos().replaceAllUsesWith(
        narrow(b, functions::cos(b, x, !element.isF64()), element));
    op.erase();
  }
};
} // namespace
