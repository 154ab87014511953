#ifndef COMPILER_TARGET_CODEGEN_MOVEBFLOATS_H
#define COMPILER_TARGET_CODEGEN_MOVEBFLOATS_H

#include "llvm/IR/Module.h"

namespace bitnet {

/// Makes integers of the bf16 values that are loaded, chosen and stored only.
/// Targets without bf16 keep one that lives across basic blocks as an f32, and
/// call a library (__truncsfbf2) to make it bf16 again: nothing that we link
/// has that. Runs after optimisation, which undoes it.
void moveBFloatsAsIntegers(llvm::Module &module);

} // namespace bitnet

#endif // COMPILER_TARGET_CODEGEN_MOVEBFLOATS_H
