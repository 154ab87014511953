#ifndef COMPILER_IMPORT_OPERATORSETS_H
#define COMPILER_IMPORT_OPERATORSETS_H

#include "compiler/Import/onnx-ml.pb.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringMap.h"

namespace bitnet {

/// Versions of the operator sets that a model or a function imports, by
/// domain; the default domain's name is the empty string.
using OperatorSets = llvm::StringMap<int64_t>;

/// The spelling of `domain` that OperatorSets uses: `ai.onnx` is the default.
llvm::StringRef canonicalDomain(llvm::StringRef domain);

/// `domain` for error messages: `ai.onnx` for the default.
llvm::StringRef domainText(llvm::StringRef domain);

/// Reads the imported operator sets. The default domain must be among them if
/// `needsDefault`, with a version from kMinOpset to kMaxOpset.
mlir::FailureOr<OperatorSets> readOperatorSets(
    const google::protobuf::RepeatedPtrField<::onnx::OperatorSetIdProto> &list,
    bool needsDefault, mlir::Location loc);

} // namespace bitnet

#endif // COMPILER_IMPORT_OPERATORSETS_H
