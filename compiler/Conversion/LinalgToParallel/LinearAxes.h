#ifndef COMPILER_CONVERSION_LINALGTOPARALLEL_LINEARAXES_H
#define COMPILER_CONVERSION_LINALGTOPARALLEL_LINEARAXES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace bitnet {

/// Axes of an element-wise op on memrefs that are counted as one.
///
/// Axes of one group lie side by side, in this order, in each operand that has
/// any of them: one number says where an element lies along all of them. Axes
/// of size 1 are in no group.
class LinearAxes {
public:
  /// `sizes` of the loops.
  LinearAxes(mlir::linalg::GenericOp op, llvm::ArrayRef<mlir::Value> sizes);

  llvm::ArrayRef<llvm::SmallVector<unsigned>> getGroups() const {
    return groups;
  }

  /// An operand whose axes of a group are one.
  struct Operand {
    mlir::Value memref;
    /// Results of the operand's map that its axes have: of a group the first.
    llvm::SmallVector<unsigned> results;
  };
  Operand collapse(mlir::OpBuilder &builder, mlir::OpOperand &operand);

private:
  bool areOne(unsigned axis, unsigned next);

  mlir::linalg::GenericOp op;
  llvm::SmallVector<llvm::SmallVector<unsigned>> groups;
};

} // namespace bitnet

#endif // COMPILER_CONVERSION_LINALGTOPARALLEL_LINEARAXES_H
