#ifndef COMPILER_CONVERSION_ONNXTOLINALG_SCALAREMITTERS_H
#define COMPILER_CONVERSION_ONNXTOLINALG_SCALAREMITTERS_H

// Internal to the element-wise lowering: how an op is computed on scalars.

#include "compiler/Conversion/OnnxToLinalg/ScalarMath.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringMap.h"

namespace bitnet {

/// What an emitter sees: operands in the type they are computed in (floats
/// widened), and the element types of the tensors.
struct ScalarContext {
  mlir::Operation *op;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  ScalarMath math;
  llvm::ArrayRef<mlir::Value> in;
  mlir::Type operandType;
  mlir::Type resultType;

  bool isFloat() const { return mlir::isa<mlir::FloatType>(in[0].getType()); }
  bool unsignedIn() const { return isUnsigned(operandType); }
  mlir::Value constant(double value) {
    mlir::Type type = in[0].getType();
    return isFloat() ? math.constant(type, value) : math.integer(type, value);
  }
};
using Emitter = mlir::Value (*)(ScalarContext &);

/// Emitters by op name without the dialect.
using Emitters = llvm::StringMap<Emitter>;

/// Adds those of the activation functions.
void addActivations(Emitters &emitters);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_SCALAREMITTERS_H
