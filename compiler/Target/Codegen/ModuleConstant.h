#ifndef COMPILER_TARGET_CODEGEN_MODULECONSTANT_H
#define COMPILER_TARGET_CODEGEN_MODULECONSTANT_H

#include "compiler/Target/Codegen/ModuleDescription.h"

namespace llvm {
class Module;
} // namespace llvm

namespace bitnet {

/// Adds the constant `bitnet_module` of runtime/include/bitnet/module.h, or one
/// of its `better` ones, as `what.symbol`: the only symbol that is external.
/// `module` has the functions `bitnet_run` and `bitnet_arena_bytes`, and its
/// data layout is set.
void addModuleConstant(llvm::Module &module, const ModuleDescription &what);

} // namespace bitnet

#endif // COMPILER_TARGET_CODEGEN_MODULECONSTANT_H
