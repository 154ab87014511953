#ifndef COMPILER_RECOGNIZE_LASTPOSITION_H
#define COMPILER_RECOGNIZE_LASTPOSITION_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Value.h"

namespace bitnet::recognize {

/// Gives what takes the last position, along axis 1, of a tensor [batch, seq,
/// size] one spelling: a Gather or Slice of index -1, which holds for any
/// number of positions (onnx::lastPositionOf). Others are an index made of
/// sizes, the last part of a Split, and GatherND with one index for each batch
/// entry.
void spellLastPositions(mlir::Block &block);

/// The tensor [batch, 1, size] that `op` makes [batch, size] of, or null.
mlir::Value withoutPosition(mlir::Operation *op);

/// The tensor [batch, seq, size] that `op` makes [batch * seq, size] of, or
/// null.
mlir::Value flattenedPositions(mlir::Operation *op);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_LASTPOSITION_H
