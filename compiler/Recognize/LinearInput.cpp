#include "compiler/Recognize/LinearInput.h"

#include "compiler/Recognize/Matchers.h"

using namespace mlir;

namespace bitnet::recognize {

std::optional<QuantizedActivation>
matchLinearInput(const LinearOperands &linear, std::string &reason) {
  std::optional<QuantizedActivation> activation =
      matchQuantizedActivation(linear.input, reason);
  if (!activation)
    return std::nullopt;
  Value rows = activation->scale.input;
  if (lastSize(rows).value_or(0) != linear.k) {
    reason = "the activation is quantised over another axis";
    return std::nullopt;
  }
  if (rankedType(rows).getRank() != rankedType(linear.input).getRank()) {
    reason = "a constant of the quantiser has more axes than its input";
    return std::nullopt;
  }
  return activation;
}

/// Whether `factor` is one number, or one for each row of `of`, in f32.
static bool isRowFactor(Value factor, Value of) {
  RankedTensorType type = rankedType(factor);
  return type && type.getElementType().isF32() &&
         type.getRank() <= rankedType(of).getRank() &&
         (type.getRank() == 0 || type.getShape().back() == 1);
}

/// The operand of the Mul or Div `op` that is a factor of rows, the other one
/// being as large as the result; nothing if there is none.
static std::optional<unsigned> findRowFactor(Operation *op) {
  Value result = op->getResult(0);
  if (!elementType(result).isF32())
    return std::nullopt;
  for (unsigned factor : {1, 0}) {
    RankedTensorType rest = rankedType(op->getOperand(1 - factor));
    if (isRowFactor(op->getOperand(factor), result) && rest &&
        rest.getRank() == rankedType(result).getRank())
      return factor;
    if (isOnnx(op, "Div"))
      break;
  }
  return std::nullopt;
}

/// `type` with rows of `n`.
static RankedTensorType withLast(RankedTensorType type, int64_t n) {
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = n;
  return RankedTensorType::get(shape, type.getElementType());
}

std::optional<QuantizedActivation> moveFactorsBehind(LinearOperands &linear) {
  Value old = linear.op->getResult(0);
  if (!elementType(old).isF32())
    return std::nullopt;
  LinearOperands moved = linear;
  moved.bias = {};
  moved.input = skipStraightThrough(skipNoOps(linear.input));
  std::optional<QuantizedActivation> activation;
  // The last one first.
  SmallVector<std::pair<Operation *, unsigned>> factors;
  for (std::string ignored; !(activation = matchLinearInput(moved, ignored));) {
    Operation *op = moved.input.getDefiningOp();
    std::optional<unsigned> factor = isOnnx(op, "Mul") || isOnnx(op, "Div")
                                         ? findRowFactor(op)
                                         : std::nullopt;
    if (!factor)
      return std::nullopt;
    factors.emplace_back(op, *factor);
    moved.input = skipNoOps(op->getOperand(1 - *factor));
  }
  // The scale first, which the layer itself applies.
  auto isScale = [&](std::pair<Operation *, unsigned> factor) {
    bool divides = isOnnx(factor.first, "Div");
    return divides != activation->scale.isStep() &&
           isActivationScale(factor.first->getOperand(factor.second),
                             activation->scale);
  };
  std::reverse(factors.begin(), factors.end());
  llvm::stable_sort(factors,
                    [&](auto a, auto b) { return isScale(a) && !isScale(b); });
  OpBuilder builder(linear.op);
  Location loc = linear.op->getLoc();
  SmallVector<NamedAttribute> attributes(linear.op->getAttrs());
  Value y = createOnnx(builder, loc, linear.op->getName().stripDialect(),
                       withLast(rankedType(moved.input), linear.n),
                       {moved.input, linear.op->getOperand(1)}, attributes);
  moved.op = y.getDefiningOp();
  for (auto [op, factor] : factors)
    y = createOnnx(builder, op->getLoc(), op->getName().stripDialect(),
                   withLast(rankedType(op->getResult(0)), linear.n),
                   {y, op->getOperand(factor)});
  if (linear.bias)
    y = createOnnx(builder, loc, "Add", rankedType(y), {y, linear.bias});
  replaceValue(old, y);
  linear = moved;
  return activation;
}

} // namespace bitnet::recognize
