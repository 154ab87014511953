#ifndef COMPILER_TARGET_CODEGEN_CODEGEN_H
#define COMPILER_TARGET_CODEGEN_CODEGEN_H

#include "compiler/Target/Codegen/ModuleDescription.h"
#include "compiler/Target/Codegen/TargetSpec.h"

#include "llvm/ADT/SmallVector.h"

namespace llvm {
class LLVMContext;
class Module;
class raw_pwrite_stream;
} // namespace llvm

namespace bitnet {

/// Translates a module of LLVM dialect, adds `bitnet_module` and optimises for
/// `spec`; `level` is 0 to 3. Null after an error was emitted.
std::unique_ptr<llvm::Module> translate(mlir::ModuleOp module,
                                        const ModuleDescription &description,
                                        const TargetSpec &spec, unsigned level,
                                        llvm::LLVMContext &context);

/// Emits machine code, or assembly text. Errors name the reason.
llvm::Error emitCode(llvm::Module &module, const TargetSpec &spec,
                     unsigned level, bool assembly,
                     llvm::raw_pwrite_stream &out);

} // namespace bitnet

#endif // COMPILER_TARGET_CODEGEN_CODEGEN_H
