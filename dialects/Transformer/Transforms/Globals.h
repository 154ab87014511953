#ifndef DIALECTS_TRANSFORMER_TRANSFORMS_GLOBALS_H
#define DIALECTS_TRANSFORMER_TRANSFORMS_GLOBALS_H

#include "dialects/RT/IR/RTOps.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

namespace bitnet::transformer {

/// The elements of a constant op of any dialect: an op without operands, with
/// one ranked tensor result and an elements attribute `value`. Null otherwise.
mlir::ElementsAttr getConstantElements(mlir::Operation *op);

/// Makes `rt.global`s at the start of a module, one for equal contents.
class GlobalTable {
public:
  explicit GlobalTable(mlir::ModuleOp module);

  /// The global of `type` that holds `values`, one for each layer, all of one
  /// type. Contents are compared, not attributes.
  rt::GlobalOp getOrCreate(mlir::Location loc, mlir::RankedTensorType type,
                           llvm::ArrayRef<mlir::ElementsAttr> values);

private:
  mlir::ModuleOp module;
  mlir::SymbolTable symbols;
  llvm::DenseMap<uint64_t, llvm::SmallVector<rt::GlobalOp, 1>> byHash;
};

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_TRANSFORMS_GLOBALS_H
