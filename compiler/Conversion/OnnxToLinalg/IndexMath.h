#ifndef COMPILER_CONVERSION_ONNXTOLINALG_INDEXMATH_H
#define COMPILER_CONVERSION_ONNXTOLINALG_INDEXMATH_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/DenseMap.h"

namespace bitnet {

/// Arithmetic on sizes and on elements of shape tensors, all 64-bit signed. A
/// number is an index attribute while it is known and an `index` value
/// otherwise; truth values are 0 and 1.
///
/// Equal computations give the same value, so that sizes that are equal by
/// construction compare equal without a check at run time.
class IndexMath {
public:
  using Number = mlir::OpFoldResult;

  explicit IndexMath(mlir::OpBuilder &builder) : builder(builder) {}

  void setLoc(mlir::Location newLoc) { loc = newLoc; }

  Number constant(int64_t value) { return builder.getIndexAttr(value); }
  /// The number if it is known at compile time.
  static std::optional<int64_t> known(Number number) {
    return mlir::getConstantIntValue(number);
  }
  static bool is(Number number, int64_t value) {
    return mlir::isConstantIntValue(number, value);
  }
  /// The number as an `index` value.
  mlir::Value value(Number number);
  /// A truth value as `i1`.
  mlir::Value condition(Number truth);
  /// An `i1` as a truth value.
  Number truth(mlir::Value condition);

  Number add(Number lhs, Number rhs) { return binary(Kind::Add, lhs, rhs); }
  Number sub(Number lhs, Number rhs) { return binary(Kind::Sub, lhs, rhs); }
  Number mul(Number lhs, Number rhs) { return binary(Kind::Mul, lhs, rhs); }
  /// Quotient rounded towards zero; of a divisor of zero, `lhs`.
  Number div(Number lhs, Number rhs) { return binary(Kind::Div, lhs, rhs); }
  /// Remainder with the sign of `lhs`; of a divisor of zero, 0.
  Number rem(Number lhs, Number rhs) { return binary(Kind::Rem, lhs, rhs); }
  /// Remainder with the sign of `rhs`.
  Number floorMod(Number lhs, Number rhs);
  Number min(Number lhs, Number rhs) { return binary(Kind::Min, lhs, rhs); }
  Number max(Number lhs, Number rhs) { return binary(Kind::Max, lhs, rhs); }
  Number equal(Number lhs, Number rhs) { return binary(Kind::Equal, lhs, rhs); }
  Number less(Number lhs, Number rhs) { return binary(Kind::Less, lhs, rhs); }
  Number isFalse(Number truth) { return sub(constant(1), truth); }
  Number select(Number truth, Number ifTrue, Number ifFalse);

  /// Whether `value` dominates the insertion point, given that it was made
  /// before it.
  bool isAvailable(mlir::Value value);

  Number product(llvm::ArrayRef<Number> numbers);
  /// `product(numerator) / product(denominator)` for an exact division: common
  /// factors cancel, so that sizes keep their identity.
  Number quotient(llvm::ArrayRef<Number> numerator,
                  llvm::ArrayRef<Number> denominator);
  /// Whether both products are the same number whatever the unknowns are.
  bool sameProduct(llvm::ArrayRef<Number> lhs, llvm::ArrayRef<Number> rhs);

private:
  enum class Kind { Add, Sub, Mul, Div, Rem, Min, Max, Equal, Less, Select };

  Number binary(Kind kind, Number lhs, Number rhs);
  std::optional<Number> simplify(Kind kind, Number lhs, Number rhs);
  mlir::Value create(Kind kind, mlir::Value lhs, mlir::Value rhs);
  mlir::Value cached(Kind kind, llvm::ArrayRef<Number> operands);
  void remember(Kind kind, llvm::ArrayRef<Number> operands, mlir::Value value);

  mlir::OpBuilder &builder;
  mlir::Location loc = mlir::UnknownLoc::get(builder.getContext());
  llvm::DenseMap<std::tuple<int, void *, void *, void *>, mlir::Value> cache;
};

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_INDEXMATH_H
