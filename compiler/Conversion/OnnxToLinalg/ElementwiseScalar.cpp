#include "compiler/Conversion/OnnxToLinalg/ElementwiseScalar.h"

#include "compiler/Conversion/OnnxToLinalg/OnnxAttributes.h"
#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace bitnet;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

namespace {
/// What an emitter sees: operands in the type they are computed in (floats
/// widened), and the element types of the tensors.
struct Context {
  Operation *op;
  OpBuilder &builder;
  Location loc;
  ScalarMath math;
  ArrayRef<Value> in;
  Type operandType;
  Type resultType;

  bool isFloat() const { return isa<FloatType>(in[0].getType()); }
  bool unsignedIn() const { return isUnsigned(operandType); }
  Value constant(double value) {
    Type type = in[0].getType();
    return isFloat() ? math.constant(type, value) : math.integer(type, value);
  }
};
using Emitter = Value (*)(Context &);
} // namespace

//===- One operand
//---------------------------------------------------------===//

template <typename Op>
static Value emitMath(Context &c) {
  return Op::create(c.builder, c.loc, c.in[0]);
}

static Value emitAbs(Context &c) {
  if (c.isFloat())
    return math::AbsFOp::create(c.builder, c.loc, c.in[0]);
  if (c.unsignedIn())
    return c.in[0];
  return c.math.max(c.in[0], c.math.sub(c.constant(0), c.in[0]), false);
}

static Value emitNeg(Context &c) {
  if (c.isFloat())
    return arith::NegFOp::create(c.builder, c.loc, c.in[0]);
  return c.math.sub(c.constant(0), c.in[0]);
}

static Value emitSign(Context &c) {
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

static Value emitRelu(Context &c) {
  Value zero = c.constant(0);
  if (!c.isFloat())
    return c.unsignedIn() ? c.in[0] : c.math.max(c.in[0], zero, false);
  Value negative = c.math.compare(CmpFPredicate::OLT, c.in[0], zero);
  return c.math.select(negative, zero, c.in[0]);
}

static Value emitReciprocal(Context &c) {
  return c.math.div(c.constant(1), c.in[0], false);
}

static Value emitSigmoid(Context &c) {
  Value exp = math::ExpOp::create(c.builder, c.loc, emitNeg(c));
  return c.math.div(c.constant(1), c.math.add(c.constant(1), exp), false);
}

static Value emitGelu(Context &c) {
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

static Value emitNot(Context &c) {
  // All bits of -1 are set, for i1 and for integers.
  return arith::XOrIOp::create(c.builder, c.loc, c.in[0], c.constant(-1));
}

static Value emitIsNaN(Context &c) {
  return c.math.compare(CmpFPredicate::UNO, c.in[0], c.in[0]);
}

static Value emitIsInf(Context &c) {
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

static Value emitDiv(Context &c) {
  return c.math.div(c.in[0], c.in[1], c.unsignedIn());
}

static Value emitMod(Context &c) {
  return c.math.rem(c.in[0], c.in[1], c.unsignedIn(),
                    getIntAttr(c.op, "fmod", 0));
}

static Value emitPow(Context &c) {
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
static Value emitCompare(Context &c) {
  if (c.isFloat())
    return c.math.compare(onFloat, c.in[0], c.in[1]);
  return c.math.compare(c.unsignedIn() ? onUnsigned : onSigned, c.in[0],
                        c.in[1]);
}

template <typename Op>
static Value emitBits(Context &c) {
  return Op::create(c.builder, c.loc, c.in[0], c.in[1]);
}

static Value emitBitShift(Context &c) {
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

template <Value (*combine)(Context &, Value, Value)>
static Value emitVariadic(Context &c) {
  Value result = c.in[0];
  for (Value next : c.in.drop_front())
    result = combine(c, result, next);
  return result;
}

static Value addTwo(Context &c, Value a, Value b) { return c.math.add(a, b); }
static Value subTwo(Context &c, Value a, Value b) { return c.math.sub(a, b); }
static Value mulTwo(Context &c, Value a, Value b) { return c.math.mul(a, b); }
static Value maxTwo(Context &c, Value a, Value b) {
  return c.math.max(a, b, c.unsignedIn());
}
static Value minTwo(Context &c, Value a, Value b) {
  return c.math.min(a, b, c.unsignedIn());
}

static Value emitMean(Context &c) {
  return c.math.div(emitVariadic<addTwo>(c), c.constant(c.in.size()), false);
}

static Value emitWhere(Context &c) {
  return c.math.select(c.in[0], c.in[1], c.in[2]);
}

static Value emitClip(Context &c) {
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

static const llvm::StringMap<Emitter> &getEmitters() {
  static const llvm::StringMap<Emitter> emitters = {
      {"Abs", emitAbs},
      {"Ceil", emitMath<math::CeilOp>},
      {"Cos", emitMath<math::CosOp>},
      {"Erf", emitMath<math::ErfOp>},
      {"Exp", emitMath<math::ExpOp>},
      {"Floor", emitMath<math::FloorOp>},
      {"Gelu", emitGelu},
      {"IsInf", emitIsInf},
      {"IsNaN", emitIsNaN},
      {"Log", emitMath<math::LogOp>},
      {"Neg", emitNeg},
      {"Not", emitNot},
      {"BitwiseNot", emitNot},
      {"Reciprocal", emitReciprocal},
      {"Relu", emitRelu},
      {"Round", emitMath<math::RoundEvenOp>},
      {"Sigmoid", emitSigmoid},
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
      {"Greater",
       emitCompare<CmpFPredicate::OGT, CmpIPredicate::sgt, CmpIPredicate::ugt>},
      {"GreaterOrEqual",
       emitCompare<CmpFPredicate::OGE, CmpIPredicate::sge, CmpIPredicate::uge>},
      {"Less",
       emitCompare<CmpFPredicate::OLT, CmpIPredicate::slt, CmpIPredicate::ult>},
      {"LessOrEqual",
       emitCompare<CmpFPredicate::OLE, CmpIPredicate::sle, CmpIPredicate::ule>},
      {"Where", emitWhere},
      {"Clip", emitClip},
  };
  return emitters;
}

bool bitnet::hasScalarForm(Operation *op) {
  StringRef name = op->getName().getStringRef();
  return name.consume_front("onnx.") &&
         (name == "Cast" || name == "CastLike" || getEmitters().contains(name));
}

void bitnet::forEachElementwiseName(function_ref<void(StringRef)> use) {
  for (const auto &entry : getEmitters())
    use(entry.getKey());
  use("Cast");
  use("CastLike");
}

Value bitnet::emitScalar(OpBuilder &builder, Location loc, Operation *op,
                         ArrayRef<Value> elements) {
  StringRef name = op->getName().getStringRef();
  name.consume_front("onnx.");
  ScalarMath math(builder, loc);
  Type from = getTensorType(op->getOperand(0)).getElementType();
  Type to = getTensorType(op->getResult(0)).getElementType();
  if (name == "Cast" || name == "CastLike")
    return math.cast(elements[0], from, to);
  // Where moves values of any type: nothing to widen.
  SmallVector<Value> in(elements);
  bool moves = name == "Where";
  for (Value &value : in)
    if (value && !moves && isa<FloatType>(value.getType()))
      value = math.widen(value);
  Context context{op, builder, loc, math, in, from, to};
  Value result = getEmitters().lookup(name)(context);
  if (isa<FloatType>(result.getType()))
    return math.narrow(result, to);
  return result;
}
