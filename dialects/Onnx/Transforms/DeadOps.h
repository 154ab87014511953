#ifndef DIALECTS_ONNX_TRANSFORMS_DEADOPS_H
#define DIALECTS_ONNX_TRANSFORMS_DEADOPS_H

#include "mlir/IR/Operation.h"

namespace bitnet::onnx {

/// Erases the `onnx` ops below `root` that nothing needs, in regions too. Ops
/// that were remembered before may be gone: an op goes with its regions.
void eraseDeadOps(mlir::Operation *root);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_DEADOPS_H
