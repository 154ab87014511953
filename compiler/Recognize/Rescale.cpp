#include "compiler/Recognize/Rescale.h"

#include "compiler/Recognize/Matchers.h"

using namespace mlir;

namespace bitnet::recognize {

namespace {
/// The steps that follow the product. Each takes the only user of the value so
/// far, if it is the op asked for.
class Walker {
public:
  Walker(Value product, const ActivationScale &scale, int64_t n,
         onnx::ConstantEvaluator &evaluator)
      : scale(&scale), n(n), evaluator(&evaluator),
        block(product.getParentBlock()), at(skipForward(asFloat(product))) {}

  Value current() const { return at; }

  /// Div(current, s).
  bool takeDivByScale() {
    Operation *user = userNamed("Div");
    if (!user || user->getOperand(0) != at || !isScale(user->getOperand(1)))
      return false;
    return advance(user);
  }

  /// Div(current, w * s); sets `weightScale`.
  bool takeDivByProduct(Value &weightScale) {
    Operation *user = userNamed("Div");
    if (!user || user->getOperand(0) != at)
      return false;
    bool product =
        matchCommutative(user->getOperand(1), "Mul", [&](Value w, Value s) {
          if (!isWeightScale(w) || elementCount(w) != 1 || !isScale(s))
            return false;
          weightScale = w;
          return true;
        });
    return product && advance(user);
  }

  /// Mul(current, s) in either order.
  bool takeMulByScale() {
    Operation *user = userNamed("Mul");
    Value other = user ? otherOperand(user) : Value();
    return other && isScale(other) && advance(user);
  }

  /// Mul(current, w * s) in either order; sets `weightScale`.
  bool takeMulByProduct(Value &weightScale) {
    Operation *user = userNamed("Mul");
    Value other = user ? otherOperand(user) : Value();
    bool product =
        other && matchCommutative(other, "Mul", [&](Value w, Value s) {
          if (!isWeightScale(w) || elementCount(w) != 1 || !isScale(s))
            return false;
          weightScale = w;
          return true;
        });
    return product && advance(user);
  }

  /// Mul(current, w) in either order; sets `weightScale`.
  bool takeMul(Value &weightScale) {
    Operation *user = userNamed("Mul");
    if (!user)
      return false;
    Value other = otherOperand(user);
    if (!other || !isWeightScale(other))
      return false;
    weightScale = other;
    return advance(user);
  }

  /// Div(current, w); sets `weightScale`.
  bool takeDiv(Value &weightScale) {
    Operation *user = userNamed("Div");
    if (!user || user->getOperand(0) != at ||
        !isWeightScale(user->getOperand(1)))
      return false;
    weightScale = user->getOperand(1);
    return advance(user);
  }

  /// Add(current, b) in either order; sets `bias`.
  bool takeBias(Value &bias) {
    Operation *user = userNamed("Add");
    Value other = user ? otherOperand(user) : Value();
    RankedTensorType type = rankedType(other);
    if (!type || type.getRank() != 1 || type.getDimSize(0) != n ||
        !evaluator->isConstantExpression(other))
      return false;
    bias = other;
    return advance(user);
  }

private:
  /// The only user of `value`, if it is in the product's block: the product
  /// must not move into a region that runs more often, or not at all.
  Operation *onlyUserHere(Value value) {
    Operation *user = onlyUser(value);
    return user && user->getBlock() == block ? user : nullptr;
  }

  /// An integer product as the float that it is converted to.
  Value asFloat(Value product) {
    Operation *user = onlyUserHere(product);
    bool converts = isa<IntegerType>(elementType(product)) &&
                    isOnnx(user, "Cast") &&
                    isa<FloatType>(elementType(user->getResult(0)));
    return converts ? user->getResult(0) : product;
  }

  /// `value`, or what a no-op that alone uses it makes of it.
  Value skipForward(Value value) {
    while (Operation *user = onlyUserHere(value)) {
      if (user->getNumResults() != 1 ||
          skipNoOps(user->getResult(0)) != skipNoOps(value))
        break;
      value = user->getResult(0);
    }
    return value;
  }

  /// A step of that name that keeps the product's rank.
  Operation *userNamed(StringRef name) {
    Operation *user = onlyUserHere(at);
    return isOnnx(user, name) && rankedType(user->getResult(0)).getRank() ==
                                     rankedType(at).getRank()
               ? user
               : nullptr;
  }

  Value otherOperand(Operation *user) {
    if (user->getOperand(0) == at)
      return user->getOperand(1);
    return user->getOperand(1) == at ? user->getOperand(0) : Value();
  }

  static int64_t elementCount(Value value) {
    return rankedType(value).getNumElements();
  }

  /// A constant with one element, or one for each output, that does not
  /// broadcast the product to a larger shape.
  bool isWeightScale(Value value) {
    RankedTensorType type = rankedType(value);
    if (!type || !type.hasStaticShape() ||
        !isa<FloatType>(type.getElementType()) ||
        !evaluator->isConstantExpression(value))
      return false;
    if (type.getNumElements() == 1)
      return type.getRank() <= rankedType(at).getRank();
    return type.getRank() == 1 && type.getDimSize(0) == n;
  }

  bool isScale(Value value) { return isActivationScale(value, *scale); }

  bool advance(Operation *user) {
    at = skipForward(user->getResult(0));
    return true;
  }

  const ActivationScale *scale;
  int64_t n;
  onnx::ConstantEvaluator *evaluator;
  Block *block;
  Value at;
};
} // namespace

/// The same of steps: s is multiplied by.
static bool matchStepForms(Walker &walker, Rescale &out, bool unitWeights) {
  using ternary::RescaleForm;
  Walker start = walker;
  out.form = RescaleForm::MulByProduct;
  if (unitWeights && walker.takeMulByProduct(out.weightScale))
    return true;
  // (sum * s) * w is taken for (sum * w) * s, which rounds as often.
  out.form = RescaleForm::MulMul;
  if (walker.takeMulByScale()) {
    if (unitWeights)
      walker.takeMul(out.weightScale);
    return true;
  }
  if (unitWeights && walker.takeMul(out.weightScale) && walker.takeMulByScale())
    return true;
  walker = start;
  out.weightScale = {};
  return false;
}

/// The forms that begin with the sum itself, tried one after the other.
static bool matchSumForms(Walker &walker, Rescale &out, bool unitWeights) {
  using ternary::RescaleForm;
  Walker start = walker;
  if (!unitWeights) {
    // codes * (a * trit), then / s: the weight's magnitude is in the product.
    out.form = RescaleForm::MulDiv;
    return walker.takeDivByScale();
  }
  out.form = RescaleForm::DivByProduct;
  if (walker.takeDivByProduct(out.weightScale))
    return true;
  out.form = RescaleForm::DivMul;
  if (walker.takeDivByScale()) {
    walker.takeMul(out.weightScale);
    return true;
  }
  out.form = RescaleForm::DivDiv;
  if (walker.takeDiv(out.weightScale) && walker.takeDivByScale())
    return true;
  walker = start;
  out.form = RescaleForm::MulDiv;
  if (walker.takeMul(out.weightScale) && walker.takeDivByScale())
    return true;
  walker = start;
  out.weightScale = {};
  return false;
}

Rescale matchRescale(Value product, const QuantizedActivation &activation,
                     int64_t n, bool unitWeights, bool hasBias,
                     onnx::ConstantEvaluator &evaluator) {
  Rescale out{};
  Walker walker(product, activation.scale, n, evaluator);
  if (activation.dequantized) {
    // s is applied before the product: sum / s * w is the same sum with one
    // rounding in place of K.
    out.form = activation.scale.isStep() ? ternary::RescaleForm::MulMul
                                         : ternary::RescaleForm::DivMul;
    if (unitWeights && !hasBias)
      walker.takeMul(out.weightScale);
  } else if (hasBias || !(activation.scale.isStep()
                              ? matchStepForms(walker, out, unitWeights)
                              : matchSumForms(walker, out, unitWeights))) {
    out.form = ternary::RescaleForm::Mul;
  }
  if (!hasBias)
    walker.takeBias(out.bias);
  out.result = walker.current();
  return out;
}

} // namespace bitnet::recognize
