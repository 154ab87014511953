#ifndef COMPILER_IMPORT_GRAPHORDER_H
#define COMPILER_IMPORT_GRAPHORDER_H

#include "compiler/Import/onnx-ml.pb.h"

#include "mlir/IR/Location.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringSet.h"

namespace bitnet {

using NodeList = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

/// Checks that `nodes` are in static single assignment form and sorted: every
/// input is one of `defined` or the output of an earlier node, and no name is
/// defined twice. `locate` gives the location of a node from its index. Emits
/// one error, which tells a cycle from nodes out of order.
mlir::LogicalResult
checkGraphOrder(const NodeList &nodes, const llvm::StringSet<> &defined,
                llvm::function_ref<mlir::Location(int)> locate);

/// What a node is called in locations: its name, or that of its first output,
/// or its operator's.
llvm::StringRef nodeName(const ::onnx::NodeProto &node);

/// The location of `node`, which is inlined for the one at `outer`: it keeps
/// that place and is named below it.
mlir::Location locateBelow(mlir::Location outer, const ::onnx::NodeProto &node);

/// `MatMul 'name'`, or `MatMul` where the node has no name.
std::string nodeText(const ::onnx::NodeProto &node);

} // namespace bitnet

#endif // COMPILER_IMPORT_GRAPHORDER_H
