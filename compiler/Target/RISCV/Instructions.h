#ifndef COMPILER_TARGET_RISCV_INSTRUCTIONS_H
#define COMPILER_TARGET_RISCV_INSTRUCTIONS_H

#include "compiler/Target/Certificate/InstructionClasses.h"
#include "compiler/Target/Certificate/Kernels.h"

namespace bitnet::riscv {

/// See TargetFamily::classify.
std::optional<InstructionClass> classify(llvm::StringRef mnemonic);

/// See TargetFamily::makesAddress: the product of vlenb, the length of vectors,
/// and a constant is the place of a vector on the stack.
bool makesAddress(const Kernel &kernel, size_t index);

} // namespace bitnet::riscv

#endif // COMPILER_TARGET_RISCV_INSTRUCTIONS_H
