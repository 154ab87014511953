#ifndef COMPILER_CONVERSION_ONNXTOLINALG_SCALARMATH_H
#define COMPILER_CONVERSION_ONNXTOLINALG_SCALARMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace bitnet {

/// How numbers become what cannot hold them: attributes of ONNX's Cast.
struct CastOptions {
  enum Rounding { Up, Down, Nearest };
  /// Whether floats of up to 8 bits have their largest number for what is
  /// beyond it, not infinity or NaN.
  bool saturate = true;
  /// How to round to a power of two.
  Rounding rounding = Up;
};

/// Emits arithmetic on scalars with the semantics of ONNX. Integers are
/// signless values whose sign the caller knows. f16 and bf16 are computed in
/// f32 and rounded to nearest even.
class ScalarMath {
public:
  ScalarMath(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::Value constant(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);

  /// A float in the type that it is computed in: f32, or f64 if it is one.
  mlir::Value widen(mlir::Value value);
  /// A float rounded to `type`.
  mlir::Value narrow(mlir::Value value, mlir::Type type);
  /// ONNX Cast from tensors of element type `from` to `to`; both may be
  /// unsigned, `value` and the result are as in memory (getStorageType). Floats
  /// that the integer type cannot hold wrap or give its least value, as on x86.
  mlir::Value cast(mlir::Value value, mlir::Type from, mlir::Type to,
                   CastOptions options = {});

  /// The low bits of a byte as the code of an element of `type`, of fewer bits.
  mlir::Value wrapToByte(mlir::Value value, mlir::Type type);

  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value lhs,
                      mlir::Value rhs);
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value lhs,
                      mlir::Value rhs);
  mlir::Value select(mlir::Value condition, mlir::Value ifTrue,
                     mlir::Value ifFalse);
  /// Larger of two values, NaN if one is.
  mlir::Value max(mlir::Value lhs, mlir::Value rhs, bool isUnsigned);
  mlir::Value min(mlir::Value lhs, mlir::Value rhs, bool isUnsigned);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  /// Integer division by zero gives `lhs` and the least integer by -1 itself.
  mlir::Value div(mlir::Value lhs, mlir::Value rhs, bool isUnsigned);
  /// Remainder with the sign of lhs (`truncated`) or of rhs.
  mlir::Value rem(mlir::Value lhs, mlir::Value rhs, bool isUnsigned,
                  bool truncated);
  /// `base ^ exponent`; floats, or integers with an integer exponent.
  mlir::Value pow(mlir::Value base, mlir::Value exponent);
  /// `base ^ exponent` for a small exponent that is known; null where it is not
  /// worth it.
  mlir::Value powConstant(mlir::Value base, double exponent);

private:
  mlir::Value fromFloat(mlir::Value value, mlir::IntegerType to);
  /// The code of a float of up to 8 bits as f32, and the code of an f32.
  mlir::Value decodeByteFloat(mlir::Value code, mlir::Type type);
  mlir::Value encodeByteFloat(mlir::Value value, mlir::Type type,
                              CastOptions options);
  /// An f64 as f32, odd where it is not exact: rounding that again rounds as
  /// if once.
  mlir::Value roundToOdd(mlir::Value value);
  mlir::Value floatRemainder(mlir::Value lhs, mlir::Value rhs);
  mlir::Value integerPower(mlir::Value base, mlir::Value exponent);

  mlir::OpBuilder &builder;
  mlir::Location loc;
};

/// Whether values of a tensor's element type are unsigned (bool counts).
inline bool isUnsigned(mlir::Type type) {
  return type.isUnsignedInteger() || type.isInteger(1);
}

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_SCALARMATH_H
