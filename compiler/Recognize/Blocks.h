#ifndef COMPILER_RECOGNIZE_BLOCKS_H
#define COMPILER_RECOGNIZE_BLOCKS_H

#include "mlir/IR/Operation.h"

namespace bitnet::recognize {

/// The blocks of `op`, also those in regions of ops in them; outer ones first.
inline llvm::SmallVector<mlir::Block *> blocksOf(mlir::Operation *op) {
  llvm::SmallVector<mlir::Block *> blocks;
  op->walk<mlir::WalkOrder::PreOrder>(
      [&](mlir::Block *block) { blocks.push_back(block); });
  return blocks;
}

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_BLOCKS_H
