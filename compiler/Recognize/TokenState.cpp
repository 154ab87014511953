#include "compiler/Recognize/TokenState.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <cmath>

namespace bitnet::recognize {

using llvm::ArrayRef;

/// Factors beyond this are no shape computations; sums of some of them do not
/// overflow. Ends of slices are larger, but stand alone.
static constexpr int64_t kMostFactor = int64_t(1) << 48;
/// Up to here a double holds all whole numbers.
static constexpr double kMostWhole = double(int64_t(1) << 53);

static constexpr int64_t Linear::*kFactors[] = {
    &Linear::token, &Linear::key,   &Linear::past,
    &Linear::count, &Linear::texts, &Linear::constant};

bool Linear::operator==(const Linear &other) const {
  return llvm::all_of(kFactors, [&](int64_t Linear::*factor) {
    return this->*factor == other.*factor;
  });
}

std::optional<Linear> add(const Linear &a, const Linear &b, int64_t factor) {
  Linear sum;
  for (int64_t Linear::*part : kFactors) {
    int64_t product;
    if (llvm::MulOverflow(b.*part, factor, product) ||
        llvm::AddOverflow(a.*part, product, sum.*part) ||
        sum.*part > kMostFactor || sum.*part < -kMostFactor)
      return std::nullopt;
  }
  return sum;
}

std::optional<Linear> multiply(const Linear &a, int64_t factor) {
  return add(Linear(), a, factor);
}

bool Interval::isBounded() const {
  return low != -std::numeric_limits<double>::infinity() ||
         high != std::numeric_limits<double>::infinity();
}

/// Bounds of constant + the sum of factors, each times a number >= 0.
static Interval boundsOf(int64_t constant, ArrayRef<int64_t> factors) {
  Interval bounds, number = Interval::exactly(static_cast<double>(constant));
  // What a double does not hold lies beside it.
  if (std::fabs(number.low) > kMostWhole)
    number = {std::nextafter(number.low, bounds.low),
              std::nextafter(number.high, bounds.high)};
  if (llvm::all_of(factors, [](int64_t factor) { return factor <= 0; }))
    bounds.high = number.high;
  if (llvm::all_of(factors, [](int64_t factor) { return factor >= 0; }))
    bounds.low = number.low;
  return bounds;
}

Interval boundsOf(const Linear &l, unsigned region) {
  int64_t least = l.constant + l.texts;
  // Each variable is what is left of it above its least value: S = i + 1 + s.
  if (region == Own) // j = P + i
    return boundsOf(least + l.count, {l.token + l.key + l.count, l.past + l.key,
                                      l.count, l.texts});
  if (region == Behind) // j = P + i + 1 + v, S = i + 2 + v + w
    return boundsOf(least + l.key + 2 * l.count,
                    {l.token + l.key + l.count, l.past + l.key, l.key + l.count,
                     l.count, l.texts});
  // j = P + i - 1 - u; or, of the same, P = j + 1 + u - i.
  Interval first = boundsOf(
      least + l.count - l.key,
      {l.token + l.key + l.count, l.past + l.key, -l.key, l.count, l.texts});
  Interval second = boundsOf(
      least + l.count + l.past,
      {l.key + l.past, l.past, l.token - l.past + l.count, l.count, l.texts});
  return {std::max(first.low, second.low), std::min(first.high, second.high)};
}

bool Size::operator==(const Size &other) const {
  return known == other.known && texts == other.texts && count == other.count &&
         total == other.total && past == other.past;
}

std::optional<Size> multiply(const Size &a, const Size &b) {
  Size product = {a.known, a.texts + b.texts, a.count + b.count,
                  a.total + b.total, a.past + b.past};
  if (llvm::MulOverflow(product.known, b.known, product.known))
    return std::nullopt;
  return product;
}

std::optional<Size> divide(const Size &a, const Size &b) {
  if (b.known == 0 || a.known % b.known != 0 || a.texts < b.texts ||
      a.count < b.count || a.total < b.total || a.past < b.past)
    return std::nullopt;
  return Size{a.known / b.known, a.texts - b.texts, a.count - b.count,
              a.total - b.total, a.past - b.past};
}

std::optional<Size> sizeOf(const Linear &linear) {
  if (linear.isConstant())
    return linear.constant >= 0 ? std::optional(Size{linear.constant, 0, 0, 0})
                                : std::nullopt;
  if (linear == Linear{0, 0, 0, 0, 1, 0})
    return Size{1, 1, 0, 0};
  if (linear.isCount())
    return Size{1, 0, 1, 0};
  if (linear.isTotal())
    return Size{1, 0, 0, 1};
  if (linear.isPast())
    return Size{1, 0, 0, 0, 1};
  return std::nullopt;
}

std::optional<Linear> linearOf(const Size &size) {
  unsigned symbols = size.texts + size.count + size.total + size.past;
  if (symbols == 0)
    return Linear::number(size.known);
  if (symbols > 1)
    return std::nullopt;
  Linear unit = size.texts   ? Linear{0, 0, 0, 0, 1, 0}
                : size.past  ? Linear{0, 0, 1, 0, 0, 0}
                : size.count ? Linear{0, 0, 0, 1, 0, 0}
                             : Linear{0, 0, 1, 1, 0, 0};
  return multiply(unit, size.known);
}

void TokenState::setLinear(const Linear &number) {
  linear = number;
  for (unsigned region = 0; region < numRegions; ++region) {
    Interval bounds = boundsOf(number, region);
    parts[region] = {bounds, number.isLocal() || bounds.isExact()};
  }
}

void TokenState::setElements(ArrayRef<Number> numbers) {
  elements.assign(numbers.begin(), numbers.end());
  if (numbers.size() == 1 && numbers.front().linear)
    return setLinear(*numbers.front().linear);
  bool local =
      llvm::all_of(numbers, [](const Number &number) { return number.local; });
  for (Part &part : parts)
    part = {Interval(), local};
}

int64_t TokenState::find(Role role) const {
  const Axis *found =
      llvm::find_if(axes, [&](const Axis &axis) { return axis.role == role; });
  return found == axes.end() ? -1 : found - axes.begin();
}

bool TokenState::isLocal() const {
  return known && llvm::all_of(parts, [](const Part &p) { return p.local; });
}

bool TokenState::isFixed() const {
  return isLocal() && !isLast && llvm::none_of(axes, [](const Axis &axis) {
           return isOfCall(axis.role);
         });
}

std::optional<double> TokenState::uniform() const {
  bool same =
      known && llvm::all_of(parts, [&](const Part &part) {
        return part.bounds.isExact() && part.bounds.low == parts[0].bounds.low;
      });
  return same ? std::optional(parts[0].bounds.low) : std::nullopt;
}

std::optional<TokenState> asKeys(const TokenState &state) {
  if (state.axes.empty() || state.axes.back().role != Role::Token ||
      !state.linear || state.axes.back().size != sizeOfTokens)
    return std::nullopt;
  TokenState keys = state;
  keys.axes.back().role = Role::Fresh;
  Linear number = *state.linear;
  number.key = number.token;
  number.past -= number.token;
  number.token = 0;
  keys.setLinear(number);
  return keys;
}

static bool isOne(const Axis &axis) { return axis.size && axis.size->isOne(); }

/// Whether there is the same number of elements along the axis in each call.
static bool isOfFixedSize(const Axis &axis) {
  return axis.role == Role::Plain || (axis.size && axis.size->isFixed());
}

/// Whether the axis has a known number of elements, and not one: what it meets
/// has as many, or one.
static bool isLong(const Axis &axis) {
  return axis.size && *axis.size == Size{axis.size->known} && !isOne(axis);
}

/// Joins an axis of an operand to that of those before it.
static bool joinAxis(Axis &joined, const Axis &axis) {
  if (joined.role != Role::Same && axis.role != Role::Same &&
      joined.role != axis.role)
    return false;
  Role role = joined.role == Role::Same ? axis.role : joined.role;
  if (isOne(joined) || isOne(axis)) {
    const Axis &one = isOne(axis) ? axis : joined;
    const Axis &other = isOne(axis) ? joined : axis;
    // Of a token that is alone there are no more.
    if (isOfCall(one.role) && !isOne(other))
      return false;
    joined = {role, other.size};
    return true;
  }
  if (joined.size && joined.size == axis.size) {
    joined.role = role;
    return true;
  }
  // One of them may be stretched to the other.
  bool isFixed = isLong(joined) || isLong(axis) ||
                 (isOfFixedSize(joined) && isOfFixedSize(axis));
  std::optional<Size> size;
  if (isLong(joined) || isLong(axis))
    size = isLong(joined) ? joined.size : axis.size;
  joined = {role, size};
  return role == Role::Same || (role == Role::Plain && isFixed);
}

bool joinAxes(ArrayRef<const TokenState *> operands, int64_t rank,
              TokenState &out, int64_t along) {
  out.axes.assign(rank, {Role::Same, Size()});
  int tokens = 0, keys = 0;
  for (int64_t at = 1; at <= rank; ++at) {
    Axis &joined = out.axes[rank - at];
    for (const TokenState *operand : operands) {
      if (!operand->known)
        return false;
      if (at > static_cast<int64_t>(operand->axes.size()))
        continue;
      Axis axis = operand->axes[operand->axes.size() - at];
      if (rank - at == along)
        axis.size = Size();
      if (!joinAxis(joined, axis))
        return false;
    }
    tokens += joined.role == Role::Token;
    keys += joined.role == Role::Key || joined.role == Role::Fresh;
  }
  for (const TokenState *operand : operands)
    out.isLast |= operand->isLast;
  return tokens <= 1 && keys <= 1 && !(out.isLast && tokens + keys > 0);
}

} // namespace bitnet::recognize
