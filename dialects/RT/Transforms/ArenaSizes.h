#ifndef DIALECTS_RT_TRANSFORMS_ARENASIZES_H
#define DIALECTS_RT_TRANSFORMS_ARENASIZES_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/DenseMap.h"

#include <map>

namespace bitnet::rt {

/// Bytes of one element in memory, 8 for index.
int64_t bytesOfElement(mlir::MemRefType type);

/// Computes buffer sizes on entry to a function. Equal expressions give the
/// same Value, so that equal sizes are recognised.
class ArenaSizes {
public:
  /// Appends to `block`, before its operation `before`.
  ArenaSizes(mlir::Block &block, mlir::Block::iterator before)
      : builder(&block, before), loc(block.getParentOp()->getLoc()) {}

  /// Bytes of `alloc` rounded up to `alignment`, or null when the size depends
  /// on more than the inputs' dimensions, past_length and logit_rows.
  mlir::Value bytesOf(mlir::memref::AllocOp alloc, int64_t alignment);

  /// Bytes of a memref with these dynamic sizes, which are there.
  mlir::Value bytesOf(mlir::MemRefType type, mlir::ValueRange dynamicSizes);

  /// The larger of two sizes, and their sum, kMostBytes at most.
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value constant(int64_t value);
  /// Whether `a > b`, and a choice by that.
  mlir::Value isAbove(mlir::Value a, mlir::Value b);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);

private:
  mlir::Value hoist(mlir::Value value);
  mlir::Value hoistOp(mlir::Operation *op);
  mlir::Value dim(mlir::Value memref, int64_t axis);
  mlir::Value dim(mlir::Operation *op, mlir::OpResult result, int64_t axis);
  /// `bytes * size`, kMostBytes at most; nothing of a negative size.
  mlir::Value scale(mlir::Value bytes, mlir::Value size);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value hoist(mlir::OpFoldResult size);
  /// Inserts a copy of `op` on `operands`, or finds the one that is there.
  mlir::Value unique(mlir::Operation *op, mlir::ValueRange operands);
  template <typename Op>
  mlir::Value binary(mlir::Value a, mlir::Value b);

  mlir::OpBuilder builder;
  mlir::Location loc;
  llvm::DenseMap<mlir::Value, mlir::Value> hoisted;
  std::map<std::vector<const void *>, mlir::Value> known;
};

} // namespace bitnet::rt

#endif // DIALECTS_RT_TRANSFORMS_ARENASIZES_H
