#ifndef COMPILER_IMPORT_IMPORT_H
#define COMPILER_IMPORT_IMPORT_H

#include "compiler/Import/FrozenInput.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace bitnet {

/// The oldest operator set of `ai.onnx` that is read, and the newest version of
/// the file format. Each operator has an oldest form of its own (OperatorInfo);
/// the newest operator set is `onnx::kNewestOpset`.
constexpr int64_t kMinOpset = 1, kMaxIRVersion = 14;

/// Reads the ONNX model `path` into a module of `onnx` ops with one function
/// `@main`, as docs/architecture.md says. Tensor data is not copied: constants
/// of more than 64 elements point into the mapped files, which stay mapped for
/// as long as `context` holds the resources. External data is read only from
/// below the model's directory.
///
/// Inputs that `frozen` names are constants and leave the signature.
///
/// Input is not trusted. On any error one diagnostic is emitted through
/// `context`, located at the node or the file, and null is returned.
mlir::OwningOpRef<mlir::ModuleOp>
importOnnx(llvm::StringRef path, mlir::MLIRContext &context,
           llvm::ArrayRef<FrozenInput> frozen = {});

} // namespace bitnet

#endif // COMPILER_IMPORT_IMPORT_H
