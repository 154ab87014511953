#ifndef COMPILER_TARGET_RISCV_INSTRUCTIONS_H
#define COMPILER_TARGET_RISCV_INSTRUCTIONS_H

#include "compiler/Target/Certificate/InstructionClasses.h"

namespace bitnet::riscv {

/// See TargetFamily::classify.
std::optional<InstructionClass> classify(llvm::StringRef mnemonic);

} // namespace bitnet::riscv

#endif // COMPILER_TARGET_RISCV_INSTRUCTIONS_H
