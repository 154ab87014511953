//===- TokenFlow.cpp - whose elements a step's values hold ----------------===//

#include "compiler/Recognize/TokenFlow.h"

#include "compiler/Recognize/Matchers.h"

#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;

namespace bitnet::recognize {

/// A key that lies so far below others has no weight.
static constexpr double kHidden = -1e4;
/// The least that the mask may add to a token's own key where the others are
/// hidden by finite numbers: of those alone, all keys would have the same
/// weight.
static constexpr double kShown = -1e3;

const TokenState &TokenFlow::of(Value value) {
  auto found = states.find(value);
  return found == states.end() ? nothing : found->second;
}

void TokenFlow::set(Value value, TokenState state) {
  RankedTensorType type = rankedType(value);
  if (!type || int64_t(state.axes.size()) != type.getRank())
    state.known = false;
  for (int64_t i = 0; state.known && i < type.getRank(); ++i) {
    if (type.isDynamicDim(i))
      continue;
    Axis &axis = state.axes[i];
    axis.size = Size{type.getDimSize(i), 0, 0, 0};
    if (type.getDimSize(i) == 1 && axis.role == Role::Plain)
      axis.role = Role::Same;
  }
  bool isList = state.known && type.hasStaticShape() &&
                type.getNumElements() == int64_t(state.elements.size()) &&
                (type.getRank() <= 1 || type.getNumElements() == 1);
  if (!isList)
    state.elements.clear();
  states[value] = std::move(state);
}

TokenFlow::Operands TokenFlow::operandsOf(Operation *op) {
  Operands operands;
  for (Value operand : op->getOperands())
    if (!isa<NoneType>(operand.getType()))
      operands.push_back(&of(operand));
  return operands;
}

TokenState TokenFlow::unknown(Operation *op) {
  TokenState state;
  state.known = false;
  for (Part &part : state.parts)
    part.local = false;
  Operation *before = culpritBefore(op);
  state.culprit = before ? before : op;
  return state;
}

Operation *TokenFlow::culpritBefore(Operation *op) {
  for (const TokenState *operand : operandsOf(op))
    if (!operand->isLocal() && operand->culprit)
      return operand->culprit;
  return nullptr;
}

TokenState TokenFlow::local(const TokenState &axes) {
  TokenState state;
  state.axes = axes.axes;
  state.isLast = axes.isLast;
  return state;
}

void TokenFlow::visit(Operation *op) {
  TokenState state = compute(op);
  if (!state.isLocal() && !state.culprit)
    state.culprit = culpritBefore(op);
  for (Value result : op->getResults())
    set(result, state);
}

TokenState TokenFlow::compute(Operation *op) {
  if (auto attentionOp = dyn_cast<transformer::AttentionOp>(op))
    return attention(attentionOp);
  if (auto rotaryOp = dyn_cast<transformer::RotaryOp>(op))
    return rotary(rotaryOp);
  if (isa<ternary::LinearOp>(op))
    return rows(op, 2);
  if (isa<transformer::RMSNormOp, transformer::LayerNormOp,
          transformer::LinearOp, ternary::QuantizeOp, ternary::FloatLinearOp>(
          op))
    return rows(op, 1);
  if (isa<transformer::GatedActivationOp>(op))
    return elementwise(op, "");
  // What ends a run changes no number of those that go on.
  if (isa<transformer::LastPositionsOp, transformer::CheckLengthsOp,
          tensor::CastOp>(op) ||
      isOnnx(op, "CheckSizes"))
    return of(op->getOperand(0));
  if (isa<rt::PastLengthOp>(op)) {
    TokenState state;
    if (RankedTensorType type = rankedType(op->getResult(0)))
      state.axes.assign(type.getRank(), Axis());
    state.setElements(Number{Linear{0, 0, 1, 0, 0, 0}, false});
    return state;
  }
  if (isa<ternary::ConstantOp>(op)) {
    TokenState state;
    state.axes.assign(2, Axis());
    return state;
  }
  StringRef name = op->getName().getStringRef();
  bool isKnown = name.consume_front("onnx.") && op->getNumRegions() == 0 &&
                 op->getNumResults() > 0;
  return isKnown ? computeOnnx(op, name) : unknown(op);
}

TokenState TokenFlow::computeOnnx(Operation *op, StringRef name) {
  if (name == "Constant")
    return constant(op);
  if (isElementwise(name))
    return elementwise(op, name);
  using Rule = TokenState (TokenFlow::*)(Operation *);
  static constexpr std::pair<StringLiteral, Rule> rules[] = {
      {"Shape", &TokenFlow::shape},
      {"ConstantOfShape", &TokenFlow::constantOfShape},
      {"Range", &TokenFlow::range},
      {"Transpose", &TokenFlow::transpose},
      {"Reshape", &TokenFlow::reshape},
      {"Expand", &TokenFlow::expand},
      {"Concat", &TokenFlow::concat},
      {"Slice", &TokenFlow::slice},
      {"Split", &TokenFlow::split},
      {"Gather", &TokenFlow::gather},
      {"GatherND", &TokenFlow::gather},
      {"GatherElements", &TokenFlow::gather},
      {"Trilu", &TokenFlow::triangle},
      {"CumSum", &TokenFlow::cumulative},
      {"QuantizeLinear", &TokenFlow::scaled},
      {"DequantizeLinear", &TokenFlow::scaled}};
  for (auto [known, rule] : rules)
    if (name == known)
      return (this->*rule)(op);
  if (name == "Squeeze" || name == "Unsqueeze")
    return squeeze(op, name == "Unsqueeze");
  if (name == "MatMul" || name == "MatMulInteger")
    return matmul(op, false, false);
  if (name == "Gemm" ||
      (name == "ms.FusedMatMul" && intAttr(op, "transBatchA", 0) == 0 &&
       intAttr(op, "transBatchB", 0) == 0))
    return matmul(op, intAttr(op, "transA", 0), intAttr(op, "transB", 0));
  RankedTensorType type =
      op->getNumOperands() ? rankedType(op->getOperand(0)) : nullptr;
  if (!type)
    return unknown(op);
  int64_t rank = type.getRank();
  if (name.starts_with("Reduce")) {
    std::optional<SmallVector<int64_t>> axes = onnx::getReducedAxes(op);
    const TokenState &data = of(op->getOperand(0));
    if (axes && axes->size() == 1 && data.known &&
        data.axes[axes->front()].role == Role::Key)
      return reduceKeys(op, name);
    return axes && data.known ? reduce(op, *axes, intAttr(op, "keepdims", 1))
                              : unknown(op);
  }
  int64_t axis = normalized(intAttr(op, "axis", -1), rank);
  if (name == "ArgMax" || name == "ArgMin")
    return reduce(op, normalized(intAttr(op, "axis", 0), rank),
                  intAttr(op, "keepdims", 1));
  if (name == "Softmax" || name == "LogSoftmax" || name == "Hardmax" ||
      name == "LpNormalization" || name == "TopK")
    return along(op, axis);
  // The axes from `axis` on; scales are the same for all tokens.
  if (name == "LayerNormalization" || name == "RMSNormalization" ||
      name == "SimplifiedLayerNormalization")
    return along(op, llvm::to_vector(llvm::seq(axis, rank)));
  return unknown(op);
}

//===----------------------------------------------------------------------===//
// Ops of the model
//===----------------------------------------------------------------------===//

TokenState TokenFlow::rows(Operation *op, unsigned data) {
  Operands operands = operandsOf(op);
  Operands inputs(operands.begin(), operands.begin() + data);
  TokenState state;
  bool fits = joinAxes(inputs, rankedType(op->getOperand(0)).getRank(), state);
  for (auto [index, operand] : llvm::enumerate(operands))
    fits &= index < data ? operand->isLocal() : operand->isFixed();
  if (!fits || state.axes.empty() ||
      !arePlain(state, int64_t(state.axes.size()) - 1))
    return unknown(op);
  state.axes.back() = Axis();
  return state;
}

TokenState TokenFlow::rotary(transformer::RotaryOp op) {
  // Tables have the axes of the other order.
  TokenState state = op.getTokenMajor() ? unknown(op) : elementwise(op, "");
  if (!state.known)
    return state;
  if (!arePlain(state, int64_t(state.axes.size()) - 1))
    return unknown(op);
  // Halves are turned, each into something else.
  state.axes.back() = Axis();
  return state;
}

/// Whether a token gives no weight to the keys behind it.
bool TokenFlow::hidesWhatFollows(transformer::AttentionOp op) {
  if (op.getCausal())
    return true;
  if (!op.getMask())
    return false;
  const TokenState &mask = of(op.getMask());
  bool isBool = elementType(op.getMask()).isInteger(1);
  if (mask.axes.empty() || mask.axes.back().role != Role::Key)
    return false;
  Interval own = mask.parts[Own].bounds, behind = mask.parts[Behind].bounds;
  double hidden = behind.high, shown = own.low;
  if (isBool) {
    if (!behind.is(0))
      return false;
    hidden = op.getFill() ? op.getFill()->convertToDouble()
                          : -std::numeric_limits<double>::infinity();
    shown = own.is(1) ? 0 : hidden;
  }
  // A row that sees nothing is zeros only where it is hidden by infinity.
  return hidden <= kHidden && (std::isinf(hidden) || shown >= kShown);
}

TokenState TokenFlow::attention(transformer::AttentionOp op) {
  unsigned length = op.lengthAxis();
  auto isOf = [](const Axis &axis, Role role, const Size &size) {
    return axis.role == role && axis.size == size;
  };
  auto isOfTokens = [&](Value value) {
    const TokenState &state = of(value);
    if (!state.isLocal() || state.isLast || state.axes.size() != 4)
      return false;
    for (auto [index, axis] : llvm::enumerate(state.axes))
      if (index == length ? !isOf(axis, Role::Token, sizeOfTokens)
                          : !arePlain(state, index))
        return false;
    return true;
  };
  bool fits = op.getKeyCache() && isOfTokens(op.getQuery()) &&
              isOfTokens(op.getKey()) && isOfTokens(op.getValue());
  if (Value operand = op.getMask()) {
    // [.., S, T]: of its own token, and for each key.
    const TokenState &mask = of(operand);
    fits &= mask.isLocal() && !mask.isLast;
    int64_t rank = mask.known ? mask.axes.size() : 0;
    for (int64_t at = 1; at <= rank; ++at) {
      const Axis &axis = mask.axes[rank - at];
      fits &= axis.role == Role::Same ||
              (at == 1 && isOf(axis, Role::Key, sizeOfKeys)) ||
              (at == 2 && isOf(axis, Role::Token, sizeOfTokens)) ||
              (at > 2 && axis.role == Role::Plain);
    }
  }
  if (!fits || !hidesWhatFollows(op))
    return unknown(op);
  TokenState state = local(of(op.getQuery()));
  // Keys and values are others for each head, or for each text.
  for (auto [index, axis] : llvm::enumerate(state.axes))
    if (index != length)
      axis.role = Role::Plain;
  return state;
}

//===----------------------------------------------------------------------===//
// Along axes
//===----------------------------------------------------------------------===//

/// Whether the axes are the same in each call.
bool TokenFlow::arePlain(const TokenState &state, Axes axes) {
  return llvm::all_of(axes, [&](int64_t index) {
    const Axis &axis = state.axes[index];
    return axis.role == Role::Plain ||
           (axis.role == Role::Same && axis.size && axis.size->isFixed());
  });
}

TokenState TokenFlow::along(Operation *op, Axes axes) {
  Operands operands = operandsOf(op);
  bool fits = operands[0]->isLocal() && arePlain(*operands[0], axes);
  for (const TokenState *other : llvm::drop_begin(operands))
    fits &= other->isFixed();
  if (!fits)
    return unknown(op);
  TokenState state = local(*operands[0]);
  for (int64_t axis : axes)
    state.axes[axis] = Axis();
  return state;
}

TokenState TokenFlow::reduce(Operation *op, Axes axes, bool keeps) {
  TokenState state = along(op, axes);
  if (!state.known)
    return state;
  for (int64_t axis : llvm::reverse(axes)) {
    if (keeps)
      state.axes[axis] = oneAxis;
    else
      state.axes.erase(state.axes.begin() + axis);
  }
  return state;
}

TokenState TokenFlow::reduceKeys(Operation *op, StringRef name) {
  const TokenState &data = of(op->getOperand(0));
  Interval own = data.parts[Own].bounds, behind = data.parts[Behind].bounds;
  // What lies behind must not count: it is more or less by the run's end.
  bool sums = name == "ReduceSum" && behind.is(0);
  bool isLeast =
      name == "ReduceMin" && behind.isExact() && own.high <= behind.low;
  bool isMost =
      name == "ReduceMax" && behind.isExact() && behind.high <= own.low;
  if (!data.isLocal() || data.isLast || data.find(Role::Token) < 0 ||
      !(sums || isLeast || isMost))
    return unknown(op);
  TokenState state = local(data);
  int64_t axis = data.find(Role::Key);
  if (intAttr(op, "keepdims", 1) != 0)
    state.axes[axis] = oneAxis;
  else
    state.axes.erase(state.axes.begin() + axis);
  // Sums of integers may wrap.
  if (sums && data.parts[Before].bounds.low >= 0 &&
      isa<FloatType>(elementType(op->getResult(0))))
    for (Part &part : state.parts)
      part.bounds.low = own.low;
  return state;
}

/// Counted ones are positions: the sum up to key j is j + 1.
TokenState TokenFlow::cumulative(Operation *op) {
  const TokenState &data = of(op->getOperand(0));
  std::optional<SmallVector<int64_t>> axes = intConstants(op->getOperand(1));
  if (!data.known || !axes || axes->size() != 1)
    return unknown(op);
  int64_t axis = normalized(axes->front(), data.axes.size());
  constexpr Linear counted = {0, 1, 0, 0, 0, 1};
  bool isPlain =
      intAttr(op, "exclusive", 0) == 0 && intAttr(op, "reverse", 0) == 0;
  if (data.axes[axis].role != Role::Key || data.uniform() != 1.0 || !isPlain ||
      !elementType(op->getResult(0)).isIntOrIndex() ||
      !holds(elementType(op->getResult(0)), counted))
    return along(op, axis);
  TokenState state = local(data);
  state.setLinear(counted);
  return state;
}

/// A [.., M, K] times B [.., K, N], either of them transposed, plus C.
TokenState TokenFlow::matmul(Operation *op, bool swapsA, bool swapsB) {
  TokenState a = of(op->getOperand(0)), b = of(op->getOperand(1));
  if (!a.isLocal() || !b.isLocal() || a.axes.size() < 2 || b.axes.size() < 2)
    return unknown(op);
  int64_t rankA = a.axes.size(), rankB = b.axes.size();
  if (swapsA)
    std::swap(a.axes[rankA - 2], a.axes[rankA - 1]);
  if (swapsB)
    std::swap(b.axes[rankB - 2], b.axes[rankB - 1]);
  if (!arePlain(a, rankA - 1) || !arePlain(b, rankB - 2))
    return unknown(op);
  a.axes.back() = oneAxis;
  b.axes[rankB - 2] = oneAxis;
  Operands operands = {&a, &b};
  // C of Gemm, zero points of MatMulInteger.
  for (Value other : op->getOperands().drop_front(2)) {
    if (isa<NoneType>(other.getType()))
      continue;
    if (!of(other).isFixed())
      return unknown(op);
    RankedTensorType type = rankedType(other);
    bool isNumber = type && type.hasStaticShape() && type.getNumElements() == 1;
    if (isOnnx(op, "Gemm"))
      operands.push_back(&of(other));
    else if (!isNumber)
      return unknown(op);
  }
  TokenState state;
  return joinAxes(operands, std::max(rankA, rankB), state) ? state
                                                           : unknown(op);
}

/// Quantised by constants.
TokenState TokenFlow::scaled(Operation *op) {
  RankedTensorType type = rankedType(op->getOperand(0)),
                   scale = rankedType(op->getOperand(1));
  if (!type || !scale)
    return unknown(op);
  if (scale.hasStaticShape() && scale.getNumElements() == 1)
    return along(op, ArrayRef<int64_t>());
  int64_t rank = type.getRank();
  int64_t axis = normalized(intAttr(op, "axis", 1), rank);
  if (scale.getRank() == 1 && axis < rank)
    return along(op, axis);
  // Blocks are of one axis, and what each is scaled by of all.
  return along(op, llvm::to_vector(llvm::seq(rank)));
}

} // namespace bitnet::recognize
