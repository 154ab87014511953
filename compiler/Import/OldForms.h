#ifndef COMPILER_IMPORT_OLDFORMS_H
#define COMPILER_IMPORT_OLDFORMS_H

#include "compiler/Import/onnx-ml.pb.h"

#include "mlir/IR/Builders.h"

namespace bitnet {

/// Makes a node that an operator set before today's wrote mean the same today:
/// operands and attributes of `state`, which has neither types nor results yet,
/// change, and ops before it are made. Refuses what its operator set does not
/// have.
mlir::LogicalResult modernizeNode(const ::onnx::NodeProto &node, int64_t opset,
                                  mlir::OperationState &state,
                                  mlir::OpBuilder &builder);

/// The value that stands for the result of `op`, which modernizeNode prepared
/// for `node` with `operands` in the model.
mlir::Value modernizeResult(const ::onnx::NodeProto &node, int64_t opset,
                            mlir::Value operand, mlir::Operation *op,
                            mlir::OpBuilder &builder);

} // namespace bitnet

#endif // COMPILER_IMPORT_OLDFORMS_H
