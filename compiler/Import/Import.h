#ifndef COMPILER_IMPORT_IMPORT_H
#define COMPILER_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace bitnet {

/// The oldest operator set of `ai.onnx` that is read (Softmax and the
/// reductions meant something else before), and the newest version of the file
/// format. The newest operator set is `onnx::kNewestOpset`.
constexpr int64_t kMinOpset = 13, kMaxIRVersion = 14;

/// Reads the ONNX model `path` into a module of `onnx` ops with one function
/// `@main`, as docs/architecture.md says. Tensor data is not copied: constants
/// of more than 64 elements point into the mapped files, which stay mapped for
/// as long as `context` holds the resources. External data is read only from
/// below the model's directory.
///
/// Input is not trusted. On any error one diagnostic is emitted through
/// `context`, located at the node or the file, and null is returned.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path,
                                             mlir::MLIRContext &context);

} // namespace bitnet

#endif // COMPILER_IMPORT_IMPORT_H
