#ifndef COMPILER_RECOGNIZE_STACKEDCACHES_H
#define COMPILER_RECOGNIZE_STACKEDCACHES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace bitnet::recognize {

/// Number of the part of a graph input or output that an argument or a result
/// is, parts lying one behind the other.
inline constexpr llvm::StringLiteral kPartAttr = "bitnet.part";

/// Whether `main`, whose signature was recorded, has arguments of five axes or
/// more that are read by parts of four alone.
bool hasStackedCaches(mlir::func::FuncOp main);

/// Gives each part of such an argument an argument of its own, and each part of
/// a result that stacks such parts a result.
void unstackCaches(mlir::func::FuncOp main);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_STACKEDCACHES_H
