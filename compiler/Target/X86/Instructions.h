#ifndef COMPILER_TARGET_X86_INSTRUCTIONS_H
#define COMPILER_TARGET_X86_INSTRUCTIONS_H

#include "compiler/Target/Certificate/InstructionClasses.h"

namespace bitnet::x86 {

/// See TargetFamily::classify.
std::optional<InstructionClass> classify(llvm::StringRef mnemonic);

} // namespace bitnet::x86

#endif // COMPILER_TARGET_X86_INSTRUCTIONS_H
