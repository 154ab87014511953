#ifndef COMPILER_TARGET_AARCH64_INSTRUCTIONS_H
#define COMPILER_TARGET_AARCH64_INSTRUCTIONS_H

#include "compiler/Target/Certificate/InstructionClasses.h"

namespace bitnet::aarch64 {

/// See TargetFamily::classify.
std::optional<InstructionClass> classify(llvm::StringRef mnemonic);

} // namespace bitnet::aarch64

#endif // COMPILER_TARGET_AARCH64_INSTRUCTIONS_H
