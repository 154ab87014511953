#ifndef COMPILER_SUPPORT_JSON_H
#define COMPILER_SUPPORT_JSON_H

#include "llvm/Support/JSON.h"

namespace bitnet {

/// What a JSON file from outside holds. An error, not a full stack, where it is
/// nested deeper than any file of ours is.
llvm::Expected<llvm::json::Value> parseJson(llvm::StringRef text);

} // namespace bitnet

#endif // COMPILER_SUPPORT_JSON_H
