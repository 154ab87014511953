#ifndef COMPILER_TARGET_ARTIFACTS_BUNDLE_H
#define COMPILER_TARGET_ARTIFACTS_BUNDLE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace llvm {
class raw_fd_ostream;
} // namespace llvm

namespace bitnet {

/// Appends a weights file, read from `weightsPath`, and the text of a
/// tokenizer.json (may be empty) to an executable, with the bitnet_bundle
/// of runtime/include/bitnet/module.h. `out` stands at the executable's end.
llvm::Error appendBundle(llvm::raw_fd_ostream &out, llvm::StringRef weightsPath,
                         llvm::StringRef tokenizer);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_BUNDLE_H
