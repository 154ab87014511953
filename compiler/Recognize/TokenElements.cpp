//===- TokenElements.cpp - what element-wise ops give for whom ------------===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/TokenFlow.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringSet.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace bitnet::recognize {

static bool isComparison(StringRef name) {
  return name == "Equal" || name == "Less" || name == "LessOrEqual" ||
         name == "Greater" || name == "GreaterOrEqual";
}

bool isElementwise(StringRef name) {
  static const llvm::StringSet<> names = {"Abs",         "Acos",
                                          "Acosh",       "Add",
                                          "And",         "Asin",
                                          "Asinh",       "Atan",
                                          "Atanh",       "BitShift",
                                          "BitwiseAnd",  "BitwiseNot",
                                          "BitwiseOr",   "BitwiseXor",
                                          "Cast",        "Ceil",
                                          "Celu",        "Clip",
                                          "Cos",         "Cosh",
                                          "Div",         "Elu",
                                          "Erf",         "Exp",
                                          "Floor",       "Gelu",
                                          "HardSigmoid", "HardSwish",
                                          "Identity",    "IsInf",
                                          "IsNaN",       "LeakyRelu",
                                          "Log",         "Max",
                                          "Mean",        "Min",
                                          "Mish",        "Mod",
                                          "Mul",         "Neg",
                                          "Not",         "Or",
                                          "Pow",         "Reciprocal",
                                          "Relu",        "Round",
                                          "Selu",        "Shrink",
                                          "Sigmoid",     "Sign",
                                          "Sin",         "Sinh",
                                          "Softplus",    "Softsign",
                                          "Sqrt",        "Sub",
                                          "Sum",         "SwiGLU",
                                          "Swish",       "Tan",
                                          "Tanh",        "ThresholdedRelu",
                                          "Where",       "Xor",
                                          "ms.Gelu",     "ms.QuickGelu",
                                          "ms.BiasGelu", "ms.FastGelu"};
  return isComparison(name) || names.contains(name);
}

/// What a comparison with 0 gives for numbers of `difference`.
static Interval compare(StringRef name, Interval difference) {
  auto [low, high] = difference;
  bool no = false, yes = false;
  if (name == "Equal") {
    yes = difference.is(0);
    no = low > 0 || high < 0;
  } else if (name == "Less") {
    yes = high < 0;
    no = low >= 0;
  } else if (name == "LessOrEqual") {
    yes = high <= 0;
    no = low > 0;
  } else if (name == "Greater") {
    yes = low > 0;
    no = high <= 0;
  } else {
    yes = low >= 0;
    no = high < 0;
  }
  return {yes ? 1.0 : 0.0, no ? 0.0 : 1.0};
}

static Interval hull(Interval a, Interval b) {
  return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

static Interval boundsOf(const Linear &linear) {
  Interval bounds = boundsOf(linear, Before);
  for (unsigned region : {Own, Behind})
    bounds = hull(bounds, boundsOf(linear, region));
  return bounds;
}

/// The nearest number of a float type; of others, the number.
static double roundTo(Type type, double number) {
  auto element = dyn_cast<FloatType>(type);
  if (!element || std::isinf(number))
    return number;
  APFloat rounded(number);
  bool losesInfo;
  rounded.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  rounded.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.convertToDouble();
}

Interval wholeNumbersOf(Type type) {
  constexpr unsigned most = 53;
  if (auto element = dyn_cast<FloatType>(type)) {
    unsigned precision =
        APFloat::semanticsPrecision(element.getFloatSemantics());
    double bound = std::ldexp(1, std::min(precision, most));
    return {-bound, bound};
  }
  if (type.isInteger(1))
    return {0, 1};
  unsigned width = isa<IntegerType>(type) ? type.getIntOrFloatBitWidth() : 64;
  if (type.isUnsignedInteger())
    return {0, std::ldexp(1, std::min(width, most)) - 1};
  double bound = std::ldexp(1, std::min(width - 1, most));
  return {-bound, bound - 1};
}

bool holds(Type type, const Linear &linear) {
  // Ends of slices are the largest numbers that there are.
  bool isWide = isa<IndexType>(type) || type.isSignlessInteger(64);
  if (isWide && linear.isConstant())
    return true;
  constexpr double most = 1 << 20;
  Interval numbers = Interval::exactly(double(linear.constant));
  for (int64_t factor :
       {linear.token, linear.key, linear.past, linear.count, linear.texts}) {
    numbers.low += std::min(0.0, factor * most);
    numbers.high += std::max(0.0, factor * most);
  }
  Interval range = wholeNumbersOf(type);
  return numbers.low >= range.low && numbers.high <= range.high;
}

/// Bounds as numbers of `type`; a NaN among them is no bound, and integers
/// wrap.
static Interval inType(Type type, Interval bounds) {
  if (std::isnan(bounds.low) || std::isnan(bounds.high))
    return Interval();
  if (isa<FloatType>(type))
    return {roundTo(type, bounds.low), roundTo(type, bounds.high)};
  Interval range = wholeNumbersOf(type);
  return bounds.low >= range.low && bounds.high <= range.high ? bounds
                                                              : Interval();
}

static Interval castTo(Type from, Type to, Interval bounds) {
  if (to.isInteger(1)) {
    bool zero = bounds.is(0), other = bounds.low > 0 || bounds.high < 0;
    return {other ? 1.0 : 0.0, zero ? 0.0 : 1.0};
  }
  return inType(to, isa<FloatType>(to) ? bounds
                                       : Interval{std::trunc(bounds.low),
                                                  std::trunc(bounds.high)});
}

static Interval product(Interval a, Interval b) {
  double all[] = {a.low * b.low, a.low * b.high, a.high * b.low,
                  a.high * b.high};
  for (double number : all)
    if (std::isnan(number))
      return Interval();
  return {*std::min_element(std::begin(all), std::end(all)),
          *std::max_element(std::begin(all), std::end(all))};
}

static Interval evaluateBounds(Operation *op, StringRef name,
                               ArrayRef<Interval> in) {
  Type to = elementType(op->getResult(0));
  bool isBool = to.isInteger(1);
  Interval any = isBool ? Interval{0, 1} : Interval();
  if (name == "Identity")
    return in[0];
  if (name == "Cast")
    return castTo(elementType(op->getOperand(0)), to, in[0]);
  if (isComparison(name))
    return compare(name, {in[0].low - in[1].high, in[0].high - in[1].low});
  if (name == "Not")
    return {1 - in[0].high, 1 - in[0].low};
  if (name == "And")
    return {std::min(in[0].low, in[1].low), std::min(in[0].high, in[1].high)};
  if (name == "Or")
    return {std::max(in[0].low, in[1].low), std::max(in[0].high, in[1].high)};
  if (name == "Where")
    return in[0].is(1) ? in[1] : in[0].is(0) ? in[2] : hull(in[1], in[2]);
  // Anything may be a NaN, too.
  if (llvm::any_of(in, [](Interval bounds) { return !bounds.isBounded(); }))
    return any;
  if (name == "Neg")
    return inType(to, {-in[0].high, -in[0].low});
  if (name == "Add")
    return inType(to, {in[0].low + in[1].low, in[0].high + in[1].high});
  if (name == "Sub")
    return inType(to, {in[0].low - in[1].high, in[0].high - in[1].low});
  if (name == "Mul")
    return inType(to, product(in[0], in[1]));
  if (name == "Min" || name == "Max") {
    Interval bounds = in[0];
    for (Interval other : in.drop_front())
      bounds = name == "Min" ? Interval{std::min(bounds.low, other.low),
                                        std::min(bounds.high, other.high)}
                             : Interval{std::max(bounds.low, other.low),
                                        std::max(bounds.high, other.high)};
    return bounds;
  }
  return any;
}

static std::optional<Linear> evaluateLinear(Operation *op, StringRef name,
                                            ArrayRef<Number> in) {
  auto of = [&](unsigned i) { return in[i].linear; };
  if (name == "Where") {
    if (!of(0) || !of(0)->isConstant())
      return std::nullopt;
    return of(0)->is(0) ? of(2) : of(1);
  }
  if (llvm::any_of(in, [](const Number &number) { return !number.linear; }))
    return std::nullopt;
  if (name == "Identity")
    return of(0);
  if (name == "Cast") {
    if (!elementType(op->getResult(0)).isInteger(1))
      return of(0);
    Interval bounds = castTo(elementType(op->getOperand(0)),
                             elementType(op->getResult(0)), boundsOf(*of(0)));
    return bounds.isExact() ? std::optional(Linear::number(bounds.low))
                            : std::nullopt;
  }
  if (name == "Neg")
    return multiply(*of(0), -1);
  if (name == "Not")
    return add(Linear::number(1), *of(0), -1);
  if (name == "Add" || name == "Sub")
    return add(*of(0), *of(1), name == "Add" ? 1 : -1);
  if (name == "Mul")
    for (unsigned x : {0, 1})
      if (of(x)->isConstant())
        return multiply(*of(1 - x), of(x)->constant);
  if (name == "Div" && of(0)->isConstant() && of(1)->isConstant() &&
      isa<IntegerType>(elementType(op->getResult(0))) && of(1)->constant > 0 &&
      of(0)->constant >= 0)
    return Linear::number(of(0)->constant / of(1)->constant);
  std::optional<Linear> difference =
      in.size() == 2 ? add(*of(0), *of(1), -1) : std::nullopt;
  if (difference && isComparison(name)) {
    Interval bounds = compare(name, boundsOf(*difference));
    if (bounds.isExact())
      return Linear::number(bounds.low);
  }
  if (difference && (name == "Max" || name == "Min")) {
    Interval bounds = boundsOf(*difference);
    if (bounds.low >= 0)
      return name == "Max" ? of(0) : of(1);
    if (bounds.high <= 0)
      return name == "Max" ? of(1) : of(0);
  }
  return std::nullopt;
}

Number evaluateNumber(Operation *op, StringRef name, ArrayRef<Number> in) {
  std::optional<Linear> linear = evaluateLinear(op, name, in);
  if (linear && !holds(elementType(op->getResult(0)), *linear))
    linear.reset();
  bool local = linear
                   ? linear->isLocal()
                   : llvm::all_of(in, [](const Number &n) { return n.local; });
  return {linear, local};
}

Part evaluatePart(Operation *op, StringRef name,
                  ArrayRef<const TokenState *> operands, unsigned region) {
  SmallVector<Interval> in;
  bool local = true;
  for (auto [index, operand] : llvm::enumerate(operands)) {
    Interval bounds = operand->parts[region].bounds;
    if (elementType(op->getOperand(index)).isInteger(1))
      bounds = {std::max(bounds.low, 0.0), std::min(bounds.high, 1.0)};
    in.push_back(bounds);
    local &= operand->parts[region].local;
  }
  Part part = {evaluateBounds(op, name, in), local};
  if (name == "Where" && in[0].isExact())
    part.local = operands[in[0].is(1) ? 1 : 2]->parts[region].local;
  if (isComparison(name) && operands[0]->linear && operands[1]->linear)
    if (std::optional<Linear> difference =
            add(*operands[0]->linear, *operands[1]->linear, -1)) {
      part.bounds = compare(name, boundsOf(*difference, region));
      part.local = difference->isLocal();
    }
  part.local |= part.bounds.isExact();
  return part;
}

bool TokenFlow::isStretched(Operation *op, unsigned index) {
  RankedTensorType type = rankedType(op->getOperand(index));
  ArrayRef<Axis> axes = of(op->getOperand(index)).axes;
  for (Value other : op->getOperands()) {
    if (other == op->getOperand(index))
      continue;
    RankedTensorType own = rankedType(other);
    if (!own)
      return true;
    const TokenState &state = of(other);
    for (int64_t axis = 0; axis < own.getRank(); ++axis) {
      int64_t at = type.getRank() - own.getRank() + axis;
      bool isShort =
          own.getDimSize(axis) == 1 ||
          (at >= 0 && !type.isDynamicDim(at) && type.getDimSize(at) != 1);
      bool isEqual = at >= 0 && state.known && state.axes[axis].size &&
                     state.axes[axis].size == axes[at].size;
      if (!isShort && !isEqual)
        return true;
    }
  }
  return false;
}

TokenState TokenFlow::elementwise(Operation *op, StringRef name) {
  RankedTensorType type = rankedType(op->getResult(0));
  Operands operands = operandsOf(op);
  if (!type)
    return unknown(op);
  // A choice that is known reads nothing else.
  bool isWhere = name == "Where" && operands.size() == 3;
  std::optional<double> chosen =
      isWhere ? operands[0]->uniform() : std::nullopt;
  if (chosen) {
    const TokenState &state = *operands[*chosen ? 1 : 2];
    if (state.known && int64_t(state.axes.size()) == type.getRank() &&
        rankedType(op->getOperand(*chosen ? 1 : 2)) == type &&
        !isStretched(op, *chosen ? 1 : 2))
      return state;
  }
  TokenState state;
  std::optional<TokenState> keys;
  if (!joinAxes(operands, type.getRank(), state)) {
    // One operand's tokens may be the keys of the other's.
    for (const TokenState *&operand : operands)
      if (!keys && (keys = asKeys(*operand)))
        operand = &*keys;
    state = TokenState();
    if (!keys || !joinAxes(operands, type.getRank(), state))
      return unknown(op);
  }
  for (unsigned region = 0; region < numRegions; ++region)
    state.parts[region] = evaluatePart(op, name, operands, region);
  // Lists, element by element; one number may stand beside them.
  bool areLists = type.hasStaticShape() && type.getNumElements() <= maxElements;
  bool areLinear = true;
  for (const TokenState *operand : operands) {
    size_t count = operand->elements.size();
    areLists &= count == 1 || int64_t(count) == type.getNumElements();
    areLinear &= operand->linear.has_value();
  }
  if (areLists) {
    SmallVector<Number> list;
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      SmallVector<Number> in;
      for (const TokenState *operand : operands)
        in.push_back(operand->elements[operand->elements.size() == 1 ? 0 : i]);
      list.push_back(evaluateNumber(op, name, in));
    }
    std::array<Part, numRegions> parts = state.parts;
    state.setElements(list);
    if (!state.linear)
      state.parts = parts;
  } else if (areLinear) {
    SmallVector<Number> in;
    for (const TokenState *operand : operands)
      in.push_back({operand->linear, operand->linear->isLocal()});
    if (std::optional<Linear> number = evaluateNumber(op, name, in).linear)
      state.setLinear(*number);
  }
  // Sizes are nobody's fault until they become numbers.
  bool isSize = state.linear || areLists;
  if (!state.isLocal() && !isSize && !culpritBefore(op))
    state.culprit = op;
  return state;
}

} // namespace bitnet::recognize
