#include "compiler/Conversion/OnnxToLinalg/IndexMath.h"

#include "dialects/RT/IR/SizeBounds.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace bitnet;

using Number = IndexMath::Number;

/// Whether a number can be proven not negative.
static bool isNonNegative(Number number) {
  return rt::getUpperBound(number).has_value();
}

bool IndexMath::isAvailable(Value value) {
  Block *block = builder.getInsertionBlock();
  Region *region = value.getParentRegion();
  return region == block->getParent() || region->isAncestor(block->getParent());
}

Value IndexMath::value(Number number) {
  if (auto value = dyn_cast<Value>(number))
    return value;
  return arith::ConstantIndexOp::create(builder, loc,
                                        *getConstantIntValue(number));
}

Value IndexMath::condition(Number truth) {
  if (auto value = dyn_cast<Value>(truth))
    if (auto cast = value.getDefiningOp<arith::IndexCastUIOp>())
      if (cast.getIn().getType().isInteger(1))
        return cast.getIn();
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                               value(truth), value(constant(0)));
}

Number IndexMath::truth(Value condition) {
  return arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(),
                                      condition)
      .getResult();
}

/// Two's complement arithmetic, which wraps.
static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

static void *opaque(Number number) { return number.getOpaqueValue(); }

Value IndexMath::cached(Kind kind, ArrayRef<Number> operands) {
  Value value = cache.lookup(
      {static_cast<int>(kind), opaque(operands[0]), opaque(operands[1]),
       operands.size() > 2 ? opaque(operands[2]) : nullptr});
  return value && isAvailable(value) ? value : Value();
}

void IndexMath::remember(Kind kind, ArrayRef<Number> operands, Value value) {
  cache[{static_cast<int>(kind), opaque(operands[0]), opaque(operands[1]),
         operands.size() > 2 ? opaque(operands[2]) : nullptr}] = value;
}

std::optional<Number> IndexMath::simplify(Kind kind, Number lhs, Number rhs) {
  std::optional<int64_t> a = known(lhs), b = known(rhs);
  bool same = lhs == rhs;
  switch (kind) {
  case Kind::Add:
    if (a && b)
      return constant(wrap(uint64_t(*a) + uint64_t(*b)));
    if (a == 0)
      return rhs;
    if (b == 0)
      return lhs;
    return std::nullopt;
  case Kind::Sub:
    if (a && b)
      return constant(wrap(uint64_t(*a) - uint64_t(*b)));
    if (same)
      return constant(0);
    if (b == 0)
      return lhs;
    // (x + y) - y and (y + x) - y.
    if (auto value = dyn_cast<Value>(lhs))
      if (auto sum = value.getDefiningOp<arith::AddIOp>()) {
        Number left = getAsOpFoldResult(sum.getLhs());
        Number right = getAsOpFoldResult(sum.getRhs());
        if (right == rhs)
          return left;
        if (left == rhs)
          return right;
      }
    return std::nullopt;
  case Kind::Mul:
    if (a && b)
      return constant(wrap(uint64_t(*a) * uint64_t(*b)));
    if (a == 0 || b == 0)
      return constant(0);
    if (a == 1)
      return rhs;
    if (b == 1)
      return lhs;
    return std::nullopt;
  case Kind::Div:
    if (b == 0 || b == 1)
      return lhs;
    if (a && b)
      return constant(*b == -1 ? wrap(-uint64_t(*a)) : *a / *b);
    return std::nullopt;
  case Kind::Rem:
    if (b == 0 || b == 1 || b == -1)
      return constant(0);
    if (a && b)
      return constant(*a % *b);
    return std::nullopt;
  case Kind::Min:
  case Kind::Max:
    if (same)
      return lhs;
    if (a && b)
      return constant(kind == Kind::Min ? std::min(*a, *b) : std::max(*a, *b));
    // A size against a bound that it cannot cross.
    if (a && *a <= 0 && isNonNegative(rhs))
      return kind == Kind::Min ? lhs : rhs;
    if (b && *b <= 0 && isNonNegative(lhs))
      return kind == Kind::Min ? rhs : lhs;
    if (a && *a == std::numeric_limits<int64_t>::max())
      return kind == Kind::Min ? rhs : lhs;
    if (b && *b == std::numeric_limits<int64_t>::max())
      return kind == Kind::Min ? lhs : rhs;
    return std::nullopt;
  case Kind::Equal:
    if (same)
      return constant(1);
    if (a && b)
      return constant(*a == *b);
    if ((a && *a < 0 && isNonNegative(rhs)) ||
        (b && *b < 0 && isNonNegative(lhs)))
      return constant(0);
    return std::nullopt;
  case Kind::Less:
    if (same)
      return constant(0);
    if (a && b)
      return constant(*a < *b);
    if (b && *b <= 0 && isNonNegative(lhs))
      return constant(0);
    if (a && *a < 0 && isNonNegative(rhs))
      return constant(1);
    return std::nullopt;
  case Kind::Select:
    break;
  }
  return std::nullopt;
}

Value IndexMath::create(Kind kind, Value lhs, Value rhs) {
  auto compare = [&](arith::CmpIPredicate predicate) {
    return cast<Value>(
        truth(arith::CmpIOp::create(builder, loc, predicate, lhs, rhs)));
  };
  // Division by zero traps: the divisor becomes 1.
  auto divisor = [&] {
    if (matchPattern(rhs, m_NonZero()))
      return rhs;
    Value zero = value(constant(0));
    Value isZero = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                         rhs, zero);
    return arith::SelectOp::create(builder, loc, isZero, value(constant(1)),
                                   rhs)
        .getResult();
  };
  switch (kind) {
  case Kind::Add:
    return arith::AddIOp::create(builder, loc, lhs, rhs);
  case Kind::Sub:
    return arith::SubIOp::create(builder, loc, lhs, rhs);
  case Kind::Mul:
    return arith::MulIOp::create(builder, loc, lhs, rhs);
  case Kind::Div:
    return arith::DivSIOp::create(builder, loc, lhs, divisor());
  case Kind::Rem:
    return arith::RemSIOp::create(builder, loc, lhs, divisor());
  case Kind::Min:
    return arith::MinSIOp::create(builder, loc, lhs, rhs);
  case Kind::Max:
    return arith::MaxSIOp::create(builder, loc, lhs, rhs);
  case Kind::Equal:
    return compare(arith::CmpIPredicate::eq);
  case Kind::Less:
    return compare(arith::CmpIPredicate::slt);
  case Kind::Select:
    break;
  }
  llvm_unreachable("select has three operands");
}

Number IndexMath::binary(Kind kind, Number lhs, Number rhs) {
  if (std::optional<Number> simple = simplify(kind, lhs, rhs))
    return *simple;
  bool commutes = kind == Kind::Add || kind == Kind::Mul || kind == Kind::Min ||
                  kind == Kind::Max || kind == Kind::Equal;
  if (Value value = cached(kind, {lhs, rhs}))
    return value;
  if (commutes)
    if (Value value = cached(kind, {rhs, lhs}))
      return value;
  Value left = value(lhs);
  Value result = create(kind, left, value(rhs));
  remember(kind, {lhs, rhs}, result);
  return result;
}

Number IndexMath::floorMod(Number lhs, Number rhs) {
  // The remainder has the sign of lhs: add the divisor when the signs differ.
  Number remainder = rem(lhs, rhs);
  Number zero = constant(0);
  Number differs = equal(less(remainder, zero), less(rhs, zero));
  Number keep = max(equal(remainder, zero), differs);
  return select(keep, remainder, add(remainder, rhs));
}

Number IndexMath::select(Number truth, Number ifTrue, Number ifFalse) {
  if (std::optional<int64_t> value = known(truth))
    return *value ? ifTrue : ifFalse;
  if (ifTrue == ifFalse)
    return ifTrue;
  if (Value value = cached(Kind::Select, {truth, ifTrue, ifFalse}))
    return value;
  Value choice = condition(truth);
  Value whenTrue = value(ifTrue);
  Value result =
      arith::SelectOp::create(builder, loc, choice, whenTrue, value(ifFalse));
  remember(Kind::Select, {truth, ifTrue, ifFalse}, result);
  return result;
}

//===- Products
//------------------------------------------------------------===//

/// Splits a product into its known part and its unknown factors.
static int64_t collectFactors(ArrayRef<Number> numbers,
                              SmallVectorImpl<Value> &factors) {
  int64_t constant = 1;
  SmallVector<Number> work(llvm::reverse(numbers));
  while (!work.empty()) {
    Number number = work.pop_back_val();
    if (std::optional<int64_t> known = getConstantIntValue(number)) {
      constant = wrap(uint64_t(constant) * uint64_t(*known));
      continue;
    }
    auto value = cast<Value>(number);
    if (auto mul = value.getDefiningOp<arith::MulIOp>()) {
      work.push_back(mul.getRhs());
      work.push_back(mul.getLhs());
      continue;
    }
    factors.push_back(value);
  }
  return constant;
}

/// Removes the factors that are in both lists.
static void cancel(SmallVectorImpl<Value> &lhs, SmallVectorImpl<Value> &rhs) {
  for (auto *it = lhs.begin(); it != lhs.end();) {
    auto *found = llvm::find(rhs, *it);
    if (found == rhs.end()) {
      ++it;
      continue;
    }
    rhs.erase(found);
    it = lhs.erase(it);
  }
}

Number IndexMath::product(ArrayRef<Number> numbers) {
  Number result = constant(1);
  for (Number number : numbers)
    result = mul(result, number);
  return result;
}

Number IndexMath::quotient(ArrayRef<Number> numerator,
                           ArrayRef<Number> denominator) {
  SmallVector<Value> above, below;
  int64_t a = collectFactors(numerator, above);
  int64_t b = collectFactors(denominator, below);
  cancel(above, below);
  if (b != 0 && a % b == 0) {
    a /= b;
    b = 1;
  }
  auto multiply = [&](ArrayRef<Value> factors, int64_t scale) {
    Number result = constant(scale);
    for (Value factor : factors)
      result = mul(factor, result);
    return result;
  };
  return div(multiply(above, a), multiply(below, b));
}

bool IndexMath::sameProduct(ArrayRef<Number> lhs, ArrayRef<Number> rhs) {
  SmallVector<Value> left, right;
  int64_t a = collectFactors(lhs, left);
  int64_t b = collectFactors(rhs, right);
  if (a == 0 && b == 0)
    return true;
  cancel(left, right);
  return a == b && left.empty() && right.empty();
}
