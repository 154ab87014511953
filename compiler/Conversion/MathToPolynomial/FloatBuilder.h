#ifndef COMPILER_CONVERSION_MATHTOPOLYNOMIAL_FLOATBUILDER_H
#define COMPILER_CONVERSION_MATHTOPOLYNOMIAL_FLOATBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bitnet {

/// Float and bit arithmetic on scalars and vectors alike: constants take the
/// type of the value that they meet.
class FloatBuilder : public mlir::ImplicitLocOpBuilder {
public:
  using Value = mlir::Value;
  using FloatPredicate = mlir::arith::CmpFPredicate;
  using IntPredicate = mlir::arith::CmpIPredicate;
  using ImplicitLocOpBuilder::ImplicitLocOpBuilder;

  /// `type`'s shape with another element type.
  static mlir::Type withElement(mlir::Type type, mlir::Type element) {
    if (auto shaped = mlir::dyn_cast<mlir::ShapedType>(type))
      return shaped.clone(element);
    return element;
  }

  Value f(Value like, double value) {
    mlir::Type type = like.getType();
    auto element = mlir::cast<mlir::FloatType>(getElementTypeOrSelf(type));
    return constant(type, getFloatAttr(element, value));
  }
  Value i(Value like, int64_t value) {
    mlir::Type type = like.getType();
    return constant(type, getIntegerAttr(getElementTypeOrSelf(type), value));
  }

  Value add(Value a, Value b) {
    return mlir::arith::AddFOp::create(*this, a, b);
  }
  Value sub(Value a, Value b) {
    return mlir::arith::SubFOp::create(*this, a, b);
  }
  Value mul(Value a, Value b) {
    return mlir::arith::MulFOp::create(*this, a, b);
  }
  Value div(Value a, Value b) {
    return mlir::arith::DivFOp::create(*this, a, b);
  }
  Value fma(Value a, Value b, Value c) {
    return mlir::math::FmaOp::create(*this, a, b, c);
  }
  Value neg(Value a) { return mlir::arith::NegFOp::create(*this, a); }
  Value abs(Value a) { return mlir::math::AbsFOp::create(*this, a); }
  Value sqrt(Value a) { return mlir::math::SqrtOp::create(*this, a); }
  /// Magnitude of `a`, sign of `b`.
  Value copySign(Value a, Value b) {
    return mlir::math::CopySignOp::create(*this, a, b);
  }
  Value add(Value a, double b) { return add(a, f(a, b)); }
  Value sub(Value a, double b) { return sub(a, f(a, b)); }
  Value mul(Value a, double b) { return mul(a, f(a, b)); }

  Value cmp(FloatPredicate predicate, Value a, Value b) {
    return mlir::arith::CmpFOp::create(*this, predicate, a, b);
  }
  Value cmp(FloatPredicate predicate, Value a, double b) {
    return cmp(predicate, a, f(a, b));
  }
  Value cmp(IntPredicate predicate, Value a, Value b) {
    return mlir::arith::CmpIOp::create(*this, predicate, a, b);
  }
  Value isNaN(Value a) { return cmp(FloatPredicate::UNO, a, a); }
  Value select(Value condition, Value a, Value b) {
    return mlir::arith::SelectOp::create(*this, condition, a, b);
  }
  /// `a` within [low, high]; NaN stays.
  Value clamp(Value a, double low, double high) {
    Value lowest = f(a, low), highest = f(a, high);
    a = select(cmp(FloatPredicate::OLT, a, lowest), lowest, a);
    return select(cmp(FloatPredicate::OGT, a, highest), highest, a);
  }

  /// sum of coefficients[i] * x^i.
  Value polynomial(Value x, llvm::ArrayRef<double> coefficients) {
    Value sum = f(x, coefficients.back());
    for (double coefficient : llvm::reverse(coefficients.drop_back()))
      sum = fma(sum, x, f(x, coefficient));
    return sum;
  }

  //===- bits -------------------------------------------------------------===//

  Value bits(Value a) {
    mlir::Type type = a.getType();
    unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
    return mlir::arith::BitcastOp::create(
        *this, withElement(type, getIntegerType(width)), a);
  }
  Value fromBits(Value a) {
    mlir::Type type = a.getType();
    mlir::Type element = getElementTypeOrSelf(type).isInteger(32)
                             ? mlir::Type(getF32Type())
                             : mlir::Type(getF64Type());
    return mlir::arith::BitcastOp::create(*this, withElement(type, element), a);
  }
  Value iadd(Value a, Value b) {
    return mlir::arith::AddIOp::create(*this, a, b);
  }
  Value iadd(Value a, int64_t b) { return iadd(a, i(a, b)); }
  Value isub(Value a, Value b) {
    return mlir::arith::SubIOp::create(*this, a, b);
  }
  Value imul(Value a, Value b) {
    return mlir::arith::MulIOp::create(*this, a, b);
  }
  Value iand(Value a, int64_t b) {
    return mlir::arith::AndIOp::create(*this, a, i(a, b));
  }
  Value ior(Value a, Value b) {
    return mlir::arith::OrIOp::create(*this, a, b);
  }
  Value ior(Value a, int64_t b) { return ior(a, i(a, b)); }
  Value ixor(Value a, Value b) {
    return mlir::arith::XOrIOp::create(*this, a, b);
  }
  Value shl(Value a, int64_t b) {
    return mlir::arith::ShLIOp::create(*this, a, i(a, b));
  }
  Value shr(Value a, Value b) {
    return mlir::arith::ShRUIOp::create(*this, a, b);
  }
  Value shr(Value a, int64_t b) { return shr(a, i(a, b)); }
  /// A signed integer of 64 bits as f64, rounded.
  Value toFloat(Value a) {
    return mlir::arith::SIToFPOp::create(
        *this, withElement(a.getType(), getF64Type()), a);
  }

private:
  Value constant(mlir::Type type, mlir::TypedAttr element) {
    mlir::TypedAttr value = element;
    if (auto shaped = mlir::dyn_cast<mlir::ShapedType>(type))
      value = mlir::DenseElementsAttr::get(shaped, mlir::Attribute(element));
    return mlir::arith::ConstantOp::create(*this, value);
  }
};

} // namespace bitnet

#endif // COMPILER_CONVERSION_MATHTOPOLYNOMIAL_FLOATBUILDER_H
