#ifndef COMPILER_IMPORT_VALUEINFO_H
#define COMPILER_IMPORT_VALUEINFO_H

#include "compiler/Import/onnx-ml.pb.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"

namespace bitnet {

/// What a graph says of an input or an output.
struct Port {
  mlir::RankedTensorType type;
  /// Name of each axis' size, empty where it has none.
  llvm::SmallVector<std::string> dims;
};

/// Reads a graph input or output, which is called `what` in errors.
mlir::FailureOr<Port> readPort(const ::onnx::ValueInfoProto &info,
                               llvm::StringRef what, mlir::Location loc);

/// Compares what a graph declares of an output, if it does, with what inference
/// found. Inference is trusted; `dims` receives the declared names.
mlir::LogicalResult checkOutputType(const ::onnx::ValueInfoProto &info,
                                    llvm::StringRef what,
                                    mlir::RankedTensorType inferred,
                                    mlir::Location loc,
                                    llvm::SmallVectorImpl<std::string> &dims);

} // namespace bitnet

#endif // COMPILER_IMPORT_VALUEINFO_H
