#include "compiler/Conversion/OnnxToLinalg/ElementwiseScalar.h"

#include "compiler/Conversion/OnnxToLinalg/BufferLowering.h"
#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarEmitters.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

//===- One operand
//---------------------------------------------------------===//

template <typename Op>
static Value emitMath(ScalarContext &c) {
  return Op::create(c.builder, c.loc, c.in[0]);
}

static Value emitAbs(ScalarContext &c) {
  if (c.isFloat())
    return math::AbsFOp::create(c.builder, c.loc, c.in[0]);
  if (c.unsignedIn())
    return c.in[0];
  return c.math.max(c.in[0], c.math.sub(c.constant(0), c.in[0]), false);
}

static Value emitNeg(ScalarContext &c) {
  if (c.isFloat())
    return arith::NegFOp::create(c.builder, c.loc, c.in[0]);
  return c.math.sub(c.constant(0), c.in[0]);
}

static Value emitSign(ScalarContext &c) {
  Value x = c.in[0], zero = c.constant(0), one = c.constant(1);
  if (c.isFloat()) {
    // Zero and NaN are their own sign.
    Value negative = c.math.compare(CmpFPredicate::OLT, x, zero);
    Value rest = c.math.select(negative, c.constant(-1), x);
    return c.math.select(c.math.compare(CmpFPredicate::OGT, x, zero), one,
                         rest);
  }
  if (c.unsignedIn())
    return c.math.min(x, one, true);
  return c.math.max(c.math.min(x, one, false), c.constant(-1), false);
}

static Value emitReciprocal(ScalarContext &c) {
  return c.math.div(c.constant(1), c.in[0], false);
}

static Value emitNot(ScalarContext &c) {
  // All bits of -1 are set, for i1 and for integers.
  return arith::XOrIOp::create(c.builder, c.loc, c.in[0], c.constant(-1));
}

static Value emitIsNaN(ScalarContext &c) {
  return c.math.compare(CmpFPredicate::UNO, c.in[0], c.in[0]);
}

static Value emitIsInf(ScalarContext &c) {
  double infinity = std::numeric_limits<double>::infinity();
  Value above =
      c.math.compare(CmpFPredicate::OEQ, c.in[0], c.constant(infinity));
  Value below =
      c.math.compare(CmpFPredicate::OEQ, c.in[0], c.constant(-infinity));
  bool positive = getIntAttr(c.op, "detect_positive", 1);
  bool negative = getIntAttr(c.op, "detect_negative", 1);
  if (positive && negative)
    return arith::OrIOp::create(c.builder, c.loc, above, below);
  if (!positive && !negative)
    return c.math.integer(c.builder.getI1Type(), 0);
  return positive ? above : below;
}

//===- Two and more operands
//-----------------------------------------------===//

static Value emitDiv(ScalarContext &c) {
  return c.math.div(c.in[0], c.in[1], c.unsignedIn());
}

static Value emitMod(ScalarContext &c) {
  return c.math.rem(c.in[0], c.in[1], c.unsignedIn(),
                    getIntAttr(c.op, "fmod", 0));
}

static Value emitPow(ScalarContext &c) {
  Value base = c.in[0], exponent = c.in[1];
  // An exponent that is one known number.
  Operation *def = c.op->getOperand(1).getDefiningOp();
  if (def && def->getName().getStringRef() == "onnx.Constant")
    if (auto value = def->getAttrOfType<DenseElementsAttr>("value");
        value && value.isSplat()) {
      double known =
          isa<FloatType>(value.getElementType())
              ? value.getSplatValue<FloatAttr>().getValueAsDouble()
              : value.getSplatValue<IntegerAttr>().getValue().getSExtValue();
      if (Value power = c.math.powConstant(base, known))
        return power;
    }
  Type exponentType = getTensorType(c.op->getOperand(1)).getElementType();
  if (c.isFloat())
    return c.math.pow(base,
                      c.math.cast(exponent, exponentType, base.getType()));
  if (!isa<FloatType>(exponentType))
    return c.math.pow(
        base, c.math.cast(exponent, exponentType, c.builder.getI64Type()));
  // An integer to a float power is computed in floats.
  Type type = exponent.getType();
  Value power = c.math.pow(c.math.cast(base, c.operandType, type), exponent);
  return c.math.cast(power, type, c.resultType);
}

template <CmpFPredicate onFloat, CmpIPredicate onSigned,
          CmpIPredicate onUnsigned>
static Value emitCompare(ScalarContext &c) {
  if (c.isFloat())
    return c.math.compare(onFloat, c.in[0], c.in[1]);
  return c.math.compare(c.unsignedIn() ? onUnsigned : onSigned, c.in[0],
                        c.in[1]);
}

template <typename Op>
static Value emitBits(ScalarContext &c) {
  return Op::create(c.builder, c.loc, c.in[0], c.in[1]);
}

static Value emitBitShift(ScalarContext &c) {
  Value x = c.in[0], by = c.in[1];
  unsigned width = x.getType().getIntOrFloatBitWidth();
  Value most = c.constant(width - 1);
  Value over = c.math.compare(CmpIPredicate::ugt, by, most);
  bool left = getStringAttr(c.op, "direction", "") == "LEFT";
  if (!left && !c.unsignedIn())
    return arith::ShRSIOp::create(c.builder, c.loc, x,
                                  c.math.min(by, most, true));
  // By the width or more would be poison: nothing is left of x.
  Value safe = c.math.select(over, c.constant(0), by);
  Value shifted =
      left ? arith::ShLIOp::create(c.builder, c.loc, x, safe).getResult()
           : arith::ShRUIOp::create(c.builder, c.loc, x, safe).getResult();
  return c.math.select(over, c.constant(0), shifted);
}

template <Value (*combine)(ScalarContext &, Value, Value)>
static Value emitVariadic(ScalarContext &c) {
  Value result = c.in[0];
  for (Value next : c.in.drop_front())
    result = combine(c, result, next);
  return result;
}

static Value addTwo(ScalarContext &c, Value a, Value b) {
  return c.math.add(a, b);
}
static Value subTwo(ScalarContext &c, Value a, Value b) {
  return c.math.sub(a, b);
}
static Value mulTwo(ScalarContext &c, Value a, Value b) {
  return c.math.mul(a, b);
}
static Value maxTwo(ScalarContext &c, Value a, Value b) {
  return c.math.max(a, b, c.unsignedIn());
}
static Value minTwo(ScalarContext &c, Value a, Value b) {
  return c.math.min(a, b, c.unsignedIn());
}

static Value emitMean(ScalarContext &c) {
  return c.math.div(emitVariadic<addTwo>(c), c.constant(c.in.size()), false);
}

static Value emitWhere(ScalarContext &c) {
  return c.math.select(c.in[0], c.in[1], c.in[2]);
}

static Value emitClip(ScalarContext &c) {
  Value x = c.in[0];
  auto bound = [&](unsigned index, StringRef name) -> Value {
    if (index < c.in.size() && c.in[index])
      return c.in[index];
    auto attr = c.op->getAttrOfType<FloatAttr>(name);
    return attr ? c.constant(attr.getValueAsDouble()) : Value();
  };
  // Comparisons that are false for NaN keep it.
  auto clamp = [&](Value limit, CmpFPredicate onFloat, CmpIPredicate onInt) {
    if (!limit)
      return;
    Value beyond = c.isFloat() ? c.math.compare(onFloat, x, limit)
                               : c.math.compare(onInt, x, limit);
    x = c.math.select(beyond, limit, x);
  };
  bool isUnsigned = c.unsignedIn();
  clamp(bound(1, "min"), CmpFPredicate::OLT,
        isUnsigned ? CmpIPredicate::ult : CmpIPredicate::slt);
  clamp(bound(2, "max"), CmpFPredicate::OGT,
        isUnsigned ? CmpIPredicate::ugt : CmpIPredicate::sgt);
  return x;
}

//===- Table
//---------------------------------------------------------------===//

static const Emitters &getEmitters() {
  static const Emitters emitters = [] {
    Emitters all = {
        {"Abs", emitAbs},
        {"Acos", emitMath<math::AcosOp>},
        {"Acosh", emitMath<math::AcoshOp>},
        {"Asin", emitMath<math::AsinOp>},
        {"Asinh", emitMath<math::AsinhOp>},
        {"Atan", emitMath<math::AtanOp>},
        {"Atanh", emitMath<math::AtanhOp>},
        {"Cosh", emitMath<math::CoshOp>},
        {"Sinh", emitMath<math::SinhOp>},
        {"Tan", emitMath<math::TanOp>},
        {"Ceil", emitMath<math::CeilOp>},
        {"Cos", emitMath<math::CosOp>},
        {"Erf", emitMath<math::ErfOp>},
        {"Exp", emitMath<math::ExpOp>},
        {"Floor", emitMath<math::FloorOp>},
        {"IsInf", emitIsInf},
        {"IsNaN", emitIsNaN},
        {"Log", emitMath<math::LogOp>},
        {"Neg", emitNeg},
        {"Not", emitNot},
        {"BitwiseNot", emitNot},
        {"Reciprocal", emitReciprocal},
        {"Round", emitMath<math::RoundEvenOp>},
        {"Sign", emitSign},
        {"Sin", emitMath<math::SinOp>},
        {"Sqrt", emitMath<math::SqrtOp>},
        {"Tanh", emitMath<math::TanhOp>},
        {"Add", emitVariadic<addTwo>},
        {"Sub", emitVariadic<subTwo>},
        {"Mul", emitVariadic<mulTwo>},
        {"Sum", emitVariadic<addTwo>},
        {"Max", emitVariadic<maxTwo>},
        {"Min", emitVariadic<minTwo>},
        {"Mean", emitMean},
        {"Div", emitDiv},
        {"Mod", emitMod},
        {"Pow", emitPow},
        {"And", emitBits<arith::AndIOp>},
        {"Or", emitBits<arith::OrIOp>},
        {"Xor", emitBits<arith::XOrIOp>},
        {"BitwiseAnd", emitBits<arith::AndIOp>},
        {"BitwiseOr", emitBits<arith::OrIOp>},
        {"BitwiseXor", emitBits<arith::XOrIOp>},
        {"BitShift", emitBitShift},
        {"Equal",
         emitCompare<CmpFPredicate::OEQ, CmpIPredicate::eq, CmpIPredicate::eq>},
        {"Greater", emitCompare<CmpFPredicate::OGT, CmpIPredicate::sgt,
                                CmpIPredicate::ugt>},
        {"GreaterOrEqual", emitCompare<CmpFPredicate::OGE, CmpIPredicate::sge,
                                       CmpIPredicate::uge>},
        {"Less", emitCompare<CmpFPredicate::OLT, CmpIPredicate::slt,
                             CmpIPredicate::ult>},
        {"LessOrEqual", emitCompare<CmpFPredicate::OLE, CmpIPredicate::sle,
                                    CmpIPredicate::ule>},
        {"Where", emitWhere},
        {"Clip", emitClip},
    };
    addActivations(all);
    return all;
  }();
  return emitters;
}

/// Ops that convert: their operand is not widened.
static bool isConversion(StringRef name) {
  return name == "Cast" || name == "CastLike" || name == "BitCast";
}

bool bitnet::hasScalarForm(Operation *op) {
  StringRef name = op->getName().getStringRef();
  return name.consume_front("onnx.") &&
         (isConversion(name) || getEmitters().contains(name));
}

void bitnet::forEachElementwiseName(function_ref<void(StringRef)> use) {
  for (const auto &entry : getEmitters())
    use(entry.getKey());
  use("Cast");
  use("CastLike");
  use("BitCast");
}

/// The bits of `value`, of a tensor of `from`, as an element of one of `to`.
static Value emitBitCast(OpBuilder &builder, Location loc, Value value,
                         Type from, Type to) {
  Type target = getStorageType(to);
  // Codes narrower than their byte: only the sign may be extended otherwise.
  if (isByteCode(to) && from != to && from.getIntOrFloatBitWidth() < 8)
    return ScalarMath(builder, loc).wrapToByte(value, to);
  if (value.getType() == target)
    return value;
  // A bool has a byte.
  ScalarMath math(builder, loc);
  if (target.isInteger(1))
    return math.compare(CmpIPredicate::ne, value,
                        math.integer(value.getType(), 0));
  if (value.getType().isInteger(1))
    return arith::ExtUIOp::create(builder, loc, target, value);
  return arith::BitcastOp::create(builder, loc, target, value);
}

Value bitnet::emitScalar(OpBuilder &builder, Location loc, Operation *op,
                         ArrayRef<Value> elements) {
  StringRef name = op->getName().getStringRef();
  name.consume_front("onnx.");
  ScalarMath math(builder, loc);
  Type from = getTensorType(op->getOperand(0)).getElementType();
  Type to = getTensorType(op->getResult(0)).getElementType();
  if (name == "BitCast")
    return emitBitCast(builder, loc, elements[0], from, to);
  if (isConversion(name)) {
    StringRef mode = getStringAttr(op, "round_mode", "up");
    CastOptions options{getIntAttr(op, "saturate", 1) != 0,
                        mode == "down"      ? CastOptions::Down
                        : mode == "nearest" ? CastOptions::Nearest
                                            : CastOptions::Up};
    return math.cast(elements[0], from, to, options);
  }
  // Where moves values of any type: nothing to widen.
  SmallVector<Value> in(elements);
  bool moves = name == "Where";
  for (Value &value : in)
    if (value && !moves && isa<FloatType>(value.getType()))
      value = math.widen(value);
  ScalarContext context{op, builder, loc, math, in, from, to};
  Value result = getEmitters().lookup(name)(context);
  if (isa<FloatType>(result.getType()))
    return math.narrow(result, to);
  return result;
}
