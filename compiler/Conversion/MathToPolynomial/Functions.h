#ifndef COMPILER_CONVERSION_MATHTOPOLYNOMIAL_FUNCTIONS_H
#define COMPILER_CONVERSION_MATHTOPOLYNOMIAL_FUNCTIONS_H

#include "compiler/Conversion/MathToPolynomial/FloatBuilder.h"

namespace bitnet::functions {

/// e^x of f32, within 1 ulp, with subnormal results, infinity and NaN.
mlir::Value expF32(FloatBuilder &b, mlir::Value x);

// All below are of f64, with IEEE results for 0, infinities and NaN.
mlir::Value exp(FloatBuilder &b, mlir::Value x);
mlir::Value expm1(FloatBuilder &b, mlir::Value x);
mlir::Value log(FloatBuilder &b, mlir::Value x);
mlir::Value log1p(FloatBuilder &b, mlir::Value x);
mlir::Value pow(FloatBuilder &b, mlir::Value x, mlir::Value y);
mlir::Value atan2(FloatBuilder &b, mlir::Value y, mlir::Value x);
mlir::Value asin(FloatBuilder &b, mlir::Value x);
mlir::Value acos(FloatBuilder &b, mlir::Value x);
mlir::Value sinh(FloatBuilder &b, mlir::Value x);
mlir::Value cosh(FloatBuilder &b, mlir::Value x);
mlir::Value tanh(FloatBuilder &b, mlir::Value x);
mlir::Value asinh(FloatBuilder &b, mlir::Value x);
mlir::Value acosh(FloatBuilder &b, mlir::Value x);
mlir::Value atanh(FloatBuilder &b, mlir::Value x);
mlir::Value erf(FloatBuilder &b, mlir::Value x);
mlir::Value erfc(FloatBuilder &b, mlir::Value x);
mlir::Value cbrt(FloatBuilder &b, mlir::Value x);

// Of any angle; what is known to be an f32 (`isF32`) takes less.
mlir::Value sin(FloatBuilder &b, mlir::Value x, bool isF32);
mlir::Value cos(FloatBuilder &b, mlir::Value x, bool isF32);
mlir::Value tan(FloatBuilder &b, mlir::Value x, bool isF32);

} // namespace bitnet::functions

#endif // COMPILER_CONVERSION_MATHTOPOLYNOMIAL_FUNCTIONS_H
