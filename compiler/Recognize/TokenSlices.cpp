//===- TokenSlices.cpp - which tokens are left behind slices --------------===//

#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/TokenFlow.h"

#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;

namespace bitnet::recognize {

namespace {

/// What a Slice takes of one axis.
struct Cut {
  const Number &start, &end;
  int64_t step;

  bool startsAt(const Linear &number) const {
    return step == 1 && start.linear && *start.linear == number;
  }
  /// At the number, or behind every token.
  bool endsAt(const Linear &number) const {
    if (!end.linear)
      return false;
    bool isBehindAll =
        end.linear->isConstant() && end.linear->constant >= INT32_MAX;
    return *end.linear == number || isBehindAll;
  }
  bool isConstant() const {
    return start.linear && start.linear->isConstant() && end.linear &&
           end.linear->isConstant();
  }
};

} // namespace

static constexpr Linear kPast = {0, 0, 1, 0, 0, 0};
static constexpr Linear kCount = {0, 0, 0, 1, 0, 0};
static constexpr Linear kTotal = {0, 0, 1, 1, 0, 0};

/// Rows of a table, by position.
static bool slicePlain(TokenState &state, Axis &axis, const Cut &cut) {
  if (cut.isConstant()) {
    axis.size.reset();
    return true;
  }
  bool isAlone = !state.isLast && llvm::none_of(state.axes, [](const Axis &a) {
    return isOfCall(a.role);
  });
  if (!isAlone || !cut.end.linear || !cut.end.linear->isTotal())
    return false;
  if (cut.startsAt(kPast))
    axis = {Role::Token, sizeOfTokens};
  else if (cut.startsAt(Linear()))
    axis = {Role::Key, sizeOfKeys};
  return isOfCall(axis.role);
}

/// All tokens, or the last one.
static bool sliceTokens(TokenState &state, Axis &axis, const Cut &cut) {
  if (!axis.size || *axis.size != sizeOfTokens || !cut.endsAt(kCount))
    return false;
  if (cut.startsAt(Linear()))
    return true;
  bool isLast =
      cut.startsAt(Linear::number(-1)) || cut.startsAt({0, 0, 0, 1, 0, -1});
  if (!isLast || !state.isLocal())
    return false;
  axis = {Role::Same, Size()};
  state.parts.fill(Part());
  state.linear.reset();
  state.isLast = true;
  return true;
}

/// All keys, or those of the run's tokens, each its own.
static bool sliceKeys(TokenState &state, Axis &axis, const Cut &cut) {
  if (!cut.endsAt(kTotal))
    return false;
  if (cut.startsAt(Linear()))
    return true;
  bool isOwn = cut.startsAt(kPast) || cut.startsAt({0, 0, 0, -1, 0, 0});
  if (!isOwn || state.isLast || state.find(Role::Token) >= 0)
    return false;
  axis = {Role::Token, sizeOfTokens};
  state.parts.fill(state.parts[Own]);
  // j = P + i.
  if (state.linear) {
    Linear number = *state.linear;
    number.token = number.key;
    number.past += number.key;
    number.key = 0;
    state.setLinear(number);
  }
  return true;
}

/// Cuts an axis; false where that is not understood.
static bool sliceAxis(TokenState &state, int64_t index, const Cut &cut) {
  Axis &axis = state.axes[index];
  switch (axis.role) {
  case Role::Same:
    // A second look at what moves with the run.
    if (!cut.isConstant() && !state.uniform())
      return false;
    axis.size.reset();
    return true;
  case Role::Plain:
    return slicePlain(state, axis, cut);
  case Role::Token:
    return sliceTokens(state, axis, cut);
  case Role::Key:
    return sliceKeys(state, axis, cut);
  case Role::Fresh:
    return cut.startsAt(Linear()) && cut.endsAt(kCount);
  }
  return false;
}

TokenState TokenFlow::slice(Operation *op) {
  TokenState state = of(op->getOperand(0));
  const TokenState &starts = of(op->getOperand(1)),
                   &ends = of(op->getOperand(2));
  std::optional<SmallVector<int64_t>> axes, steps;
  if (Value operand = operandOrNull(op, 3))
    axes = intConstants(operand);
  else
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts.elements.size()));
  if (Value operand = operandOrNull(op, 4))
    steps = intConstants(operand);
  else if (axes)
    steps = SmallVector<int64_t>(axes->size(), 1);
  if (!state.known || !axes || !steps || steps->size() != axes->size() ||
      starts.elements.size() != axes->size() ||
      ends.elements.size() != axes->size())
    return unknown(op);
  // Elements of a list.
  if (!state.elements.empty() && axes->size() == 1) {
    SmallVector<Number> list(state.elements.begin(), state.elements.end());
    const std::optional<Linear> &from = starts.elements[0].linear,
                                &to = ends.elements[0].linear;
    std::optional<onnx::SliceBounds> bounds =
        from && to && from->isConstant() && to->isConstant()
            ? onnx::resolveSlice(list.size(), from->constant, to->constant,
                                 steps->front())
            : std::nullopt;
    if (!bounds)
      return unknown(op);
    SmallVector<Number> taken;
    for (int64_t i = 0; i < bounds->count; ++i)
      taken.push_back(list[bounds->start + i * bounds->step]);
    state.linear.reset();
    state.axes[0].size.reset();
    state.setElements(taken);
    return state;
  }
  state.elements.clear();
  for (auto [index, axis] : llvm::enumerate(*axes))
    if (!sliceAxis(
            state, normalized(axis, state.axes.size()),
            {starts.elements[index], ends.elements[index], (*steps)[index]}))
      return unknown(op);
  return state;
}

TokenState TokenFlow::split(Operation *op) {
  TokenState state = of(op->getOperand(0));
  if (!state.known)
    return unknown(op);
  int64_t along = normalized(intAttr(op, "axis", 0), state.axes.size());
  if (!arePlain(state, along))
    return unknown(op);
  // The parts are the same in each call.
  Value sizes = operandOrNull(op, 1);
  if (sizes && !of(sizes).isFixed())
    return unknown(op);
  state.axes[along].size.reset();
  state.elements.clear();
  state.linear.reset();
  return state;
}

/// The axes of what `op` gives where all elements are the same.
static SmallVector<Axis, 4> sameAxesOfGather(Operation *op,
                                             const TokenState &data,
                                             const TokenState &indices,
                                             int64_t rank) {
  SmallVector<Axis, 4> axes;
  ArrayRef<Axis> from = data.axes, by = indices.axes;
  if (isOnnx(op, "Gather")) {
    int64_t axis = normalized(intAttr(op, "axis", 0), from.size());
    axes.append(from.begin(), from.begin() + axis);
    axes.append(by.begin(), by.end());
    axes.append(from.begin() + axis + 1, from.end());
  } else if (isOnnx(op, "GatherND") && !by.empty()) {
    // [.., n]: n of data's axes are chosen by each row.
    axes.append(by.begin(), by.end() - 1);
    size_t rest = rank - axes.size();
    if (rest <= from.size())
      axes.append(from.end() - rest, from.end());
  } else {
    axes.append(by.begin(), by.end());
  }
  if (!indices.known || int64_t(axes.size()) != rank)
    axes.assign(rank, sameAxis);
  for (Axis &axis : axes)
    axis.role = Role::Same;
  return axes;
}

TokenState TokenFlow::gather(Operation *op) {
  const TokenState &data = of(op->getOperand(0)),
                   &indices = of(op->getOperand(1));
  RankedTensorType type = rankedType(op->getResult(0));
  if (!data.known || !type)
    return unknown(op);
  TokenState state;
  // Whichever elements are taken.
  if (data.uniform()) {
    state = local(data);
    state.parts = data.parts;
    state.axes = sameAxesOfGather(op, data, indices, type.getRank());
    return state;
  }
  if (!isOnnx(op, "Gather") || !indices.known)
    return unknown(op);
  int64_t axis = normalized(intAttr(op, "axis", 0), data.axes.size());
  std::optional<SmallVector<int64_t>> numbers = intConstants(op->getOperand(1));
  if (!data.elements.empty() && numbers) {
    SmallVector<Number> taken;
    for (int64_t number : *numbers) {
      number = normalized(number, data.elements.size());
      if (number < 0 || number >= int64_t(data.elements.size()))
        return unknown(op);
      taken.push_back(data.elements[number]);
    }
    state.axes.assign(type.getRank(), Axis());
    state.setElements(taken);
    return state;
  }
  Role role = data.axes[axis].role;
  if (role == Role::Token) {
    bool isLast = numbers && numbers->size() == 1 && numbers->front() == -1;
    if (!isLast || !data.isLocal() || data.axes[axis].size != sizeOfTokens)
      return unknown(op);
    state = local(data);
    state.isLast = true;
    state.axes.erase(state.axes.begin() + axis);
    state.axes.insert(state.axes.begin() + axis, indices.axes.size(), sameAxis);
    return state;
  }
  const Linear position = {1, 0, 1, 0, 0, 0};
  bool byPosition = role == Role::Key && indices.linear == position;
  bool isOwn = indices.isLocal() && data.isLocal() &&
               (role == Role::Plain || byPosition ||
                (role == Role::Same && data.axes[axis].size &&
                 data.axes[axis].size->isFixed()));
  if (!isOwn)
    return unknown(op);
  state.isLast = data.isLast || indices.isLast;
  state.axes.assign(data.axes.begin(), data.axes.end());
  state.axes.erase(state.axes.begin() + axis);
  state.axes.insert(state.axes.begin() + axis, indices.axes.begin(),
                    indices.axes.end());
  // Each token its own, and no two of them.
  int64_t special = llvm::count_if(
      state.axes, [](const Axis &one) { return isOfCall(one.role); });
  bool alone = special <= 1 && !(state.isLast && special > 0);
  return alone ? state : unknown(op);
}

/// Trilu(x, k): zeros where, with `upper`, j - i < k, otherwise j - i > k.
TokenState TokenFlow::triangle(Operation *op) {
  TokenState state = of(op->getOperand(0));
  Value operand = operandOrNull(op, 1);
  std::optional<Linear> k = operand ? of(operand).linear : Linear();
  int64_t rank = state.known ? state.axes.size() : 0;
  int64_t ofCall = llvm::count_if(
      state.axes, [](const Axis &axis) { return isOfCall(axis.role); });
  if (rank < 2 || !k || state.isLast)
    return unknown(op);
  auto [rows, columns] = std::pair(state.axes[rank - 2], state.axes[rank - 1]);
  // Of what is the same all over, the axes are what their sizes say.
  auto take = [&](Axis &axis, Role role, Size size) {
    bool isNew = axis.role == Role::Same && axis.size == size;
    if (isNew)
      axis.role = role;
    ofCall += isNew;
    return axis.role == role && axis.size == size;
  };
  if (!take(rows, Role::Token, sizeOfTokens) ||
      !take(columns, Role::Key, sizeOfKeys) || ofCall != 2)
    return unknown(op);
  state.axes[rank - 2] = rows;
  state.axes[rank - 1] = columns;
  std::optional<Linear> place = add({-1, 1, 0, 0, 0, 0}, *k, -1);
  if (!place)
    return unknown(op);
  state.linear.reset();
  bool upper = intAttr(op, "upper", 1) != 0;
  for (unsigned region = 0; region < numRegions; ++region) {
    Part &part = state.parts[region];
    Interval at = boundsOf(*place, region);
    if (upper ? at.low >= 0 : at.high <= 0)
      continue;
    if (upper ? at.high < 0 : at.low > 0) {
      part = {Interval::exactly(0), true};
      continue;
    }
    part.local &= place->isLocal();
    if (part.bounds.isBounded())
      part.bounds = {std::min(part.bounds.low, 0.0),
                     std::max(part.bounds.high, 0.0)};
    part.local |= part.bounds.isExact();
  }
  if (!state.isLocal() && !culpritBefore(op))
    state.culprit = op;
  return state;
}

} // namespace bitnet::recognize
