#ifndef DIALECTS_ONNX_IR_LASTPOSITION_H
#define DIALECTS_ONNX_IR_LASTPOSITION_H

#include "mlir/IR/Operation.h"

namespace bitnet::onnx {

/// The tensor [batch, seq, size] of which `op` takes the last position, along
/// axis 1, by a Gather or Slice of index -1; null where it does something else.
mlir::Value lastPositionOf(mlir::Operation *op);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_LASTPOSITION_H
