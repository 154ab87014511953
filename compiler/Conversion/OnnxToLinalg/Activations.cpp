//===- Activations.cpp - activation functions on scalars ------------------===//

#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarEmitters.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

static Value isNegative(ScalarContext &c, Value value) {
  return c.math.compare(CmpFPredicate::OLT, value, c.constant(0));
}

static Value emitRelu(ScalarContext &c) {
  Value zero = c.constant(0);
  if (!c.isFloat())
    return c.unsignedIn() ? c.in[0] : c.math.max(c.in[0], zero, false);
  Value negative = c.math.compare(CmpFPredicate::OLT, c.in[0], zero);
  return c.math.select(negative, zero, c.in[0]);
}

static Value emitSigmoid(ScalarContext &c) {
  Value exp = math::ExpOp::create(
      c.builder, c.loc, arith::NegFOp::create(c.builder, c.loc, c.in[0]));
  return c.math.div(c.constant(1), c.math.add(c.constant(1), exp), false);
}

static Value emitGelu(ScalarContext &c) {
  Value x = c.in[0], half = c.math.mul(x, c.constant(0.5));
  Value inner;
  if (getStringAttr(c.op, "approximate", "none") == "tanh") {
    Value cube = c.math.mul(c.math.mul(x, x), x);
    Value sum = c.math.add(x, c.math.mul(c.constant(0.044715), cube));
    inner = math::TanhOp::create(
        c.builder, c.loc, c.math.mul(c.constant(0.7978845608028654), sum));
  } else {
    inner = math::ErfOp::create(c.builder, c.loc,
                                c.math.mul(x, c.constant(0.7071067811865476)));
  }
  return c.math.mul(half, c.math.add(c.constant(1), inner));
}

/// `value` within [low, high]; NaN stays.
static Value clamp(ScalarContext &c, Value value, double low, double high) {
  Value least = c.constant(low), most = c.constant(high);
  value = c.math.select(c.math.compare(CmpFPredicate::OLT, value, least), least,
                        value);
  return c.math.select(c.math.compare(CmpFPredicate::OGT, value, most), most,
                       value);
}

static Value attribute(ScalarContext &c, StringRef name, double otherwise) {
  return c.constant(getFloatAttr(c.op, name, otherwise));
}

/// ln(1 + e^x) without overflow.
static Value softplus(ScalarContext &c, Value x) {
  Value distance = math::AbsFOp::create(c.builder, c.loc, x);
  Value exp = math::ExpOp::create(
      c.builder, c.loc, arith::NegFOp::create(c.builder, c.loc, distance));
  Value tail = math::Log1pOp::create(c.builder, c.loc, exp);
  return c.math.add(c.math.select(isNegative(c, x), c.constant(0), x), tail);
}

static Value emitSoftplus(ScalarContext &c) { return softplus(c, c.in[0]); }

static Value emitSoftsign(ScalarContext &c) {
  Value below = c.math.add(c.constant(1),
                           math::AbsFOp::create(c.builder, c.loc, c.in[0]));
  return c.math.div(c.in[0], below, false);
}

static Value emitMish(ScalarContext &c) {
  return c.math.mul(
      c.in[0], math::TanhOp::create(c.builder, c.loc, softplus(c, c.in[0])));
}

static Value emitHardSigmoid(ScalarContext &c) {
  Value line = c.math.add(c.math.mul(attribute(c, "alpha", 0.2f), c.in[0]),
                          attribute(c, "beta", 0.5));
  return clamp(c, line, 0, 1);
}

static Value emitHardSwish(ScalarContext &c) {
  Value line =
      c.math.add(c.math.mul(c.constant(1.0 / 6), c.in[0]), c.constant(0.5));
  return c.math.mul(c.in[0], clamp(c, line, 0, 1));
}

static Value expm1(ScalarContext &c, Value x) {
  return math::ExpM1Op::create(c.builder, c.loc, x);
}

static Value emitElu(ScalarContext &c) {
  Value below = c.math.mul(attribute(c, "alpha", 1), expm1(c, c.in[0]));
  return c.math.select(isNegative(c, c.in[0]), below, c.in[0]);
}

static Value emitSelu(ScalarContext &c) {
  Value below = c.math.mul(attribute(c, "alpha", 1.67326319217681884765625),
                           expm1(c, c.in[0]));
  Value above = c.math.compare(CmpFPredicate::OGT, c.in[0], c.constant(0));
  return c.math.mul(attribute(c, "gamma", 1.05070102214813232421875),
                    c.math.select(above, c.in[0], below));
}

static Value emitCelu(ScalarContext &c) {
  Value alpha = attribute(c, "alpha", 1), zero = c.constant(0);
  Value curve = c.math.mul(alpha, expm1(c, c.math.div(c.in[0], alpha, false)));
  return c.math.add(c.math.max(zero, c.in[0], false),
                    c.math.min(zero, curve, false));
}

static Value emitLeakyRelu(ScalarContext &c) {
  Value below = c.math.mul(attribute(c, "alpha", 0.01f), c.in[0]);
  return c.math.select(isNegative(c, c.in[0]), below, c.in[0]);
}

static Value emitThresholdedRelu(ScalarContext &c) {
  Value above =
      c.math.compare(CmpFPredicate::OGT, c.in[0], attribute(c, "alpha", 1));
  return c.math.select(above, c.in[0], c.constant(0));
}

/// Integers are compared and moved in f64, and truncated.
static Value emitShrink(ScalarContext &c) {
  Value x = c.in[0];
  Type type = c.isFloat() ? x.getType() : Type(c.builder.getF64Type());
  if (!c.isFloat())
    x = c.math.cast(x, c.operandType, type);
  auto number = [&](double value) { return c.math.constant(type, value); };
  double limit = getFloatAttr(c.op, "lambd", 0.5);
  Value bias = number(getFloatAttr(c.op, "bias", 0));
  Value below = c.math.compare(CmpFPredicate::OLT, x, number(-limit));
  Value above = c.math.compare(CmpFPredicate::OGT, x, number(limit));
  Value rest = c.math.select(above, c.math.sub(x, bias), number(0));
  Value result = c.math.select(below, c.math.add(x, bias), rest);
  return c.isFloat() ? result : c.math.cast(result, type, c.resultType);
}

static Value emitPRelu(ScalarContext &c) {
  Value x = c.in[0], below = c.math.mul(c.in[1], x);
  if (c.isFloat())
    return c.math.select(isNegative(c, x), below, x);
  if (c.unsignedIn())
    return x;
  return c.math.select(c.math.compare(CmpIPredicate::slt, x, c.constant(0)),
                       below, x);
}

void bitnet::addActivations(Emitters &emitters) {
  constexpr std::pair<StringLiteral, Emitter> table[] = {
      {"Celu", emitCelu},
      {"Elu", emitElu},
      {"Gelu", emitGelu},
      {"HardSigmoid", emitHardSigmoid},
      {"HardSwish", emitHardSwish},
      {"LeakyRelu", emitLeakyRelu},
      {"Mish", emitMish},
      {"PRelu", emitPRelu},
      {"Relu", emitRelu},
      {"Selu", emitSelu},
      {"Shrink", emitShrink},
      {"Sigmoid", emitSigmoid},
      {"Softplus", emitSoftplus},
      {"Softsign", emitSoftsign},
      {"ThresholdedRelu", emitThresholdedRelu}};
  for (auto [name, emitter] : table)
    emitters[name] = emitter;
}
