#ifndef COMPILER_CONVERSION_ONNXTOLINALG_ELEMENTWISESCALAR_H
#define COMPILER_CONVERSION_ONNXTOLINALG_ELEMENTWISESCALAR_H

#include "mlir/IR/Builders.h"

namespace bitnet {

/// One element of the result of an element-wise `op`, from signless elements of
/// its operands (null where absent).
mlir::Value emitScalar(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Operation *op,
                       llvm::ArrayRef<mlir::Value> elements);

/// Whether emitScalar knows `op`.
bool hasScalarForm(mlir::Operation *op);
/// Calls `use` with the name of each op that emitScalar knows.
void forEachElementwiseName(llvm::function_ref<void(llvm::StringRef)> use);

} // namespace bitnet

#endif // COMPILER_CONVERSION_ONNXTOLINALG_ELEMENTWISESCALAR_H
