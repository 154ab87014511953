#ifndef COMPILER_TARGET_CODEGEN_CODEGEN_H
#define COMPILER_TARGET_CODEGEN_CODEGEN_H

#include "compiler/Target/Codegen/ModuleDescription.h"
#include "compiler/Target/Codegen/TargetSpec.h"

#include "llvm/ADT/SmallVector.h"

namespace llvm {
class LLVMContext;
class Module;
class TargetMachine;
class raw_pwrite_stream;
} // namespace llvm

namespace bitnet {

/// Translates a module of LLVM dialect, adds `bitnet_module` and optimises for
/// `spec`; `level` is 0 to 3. Null after an error was emitted.
std::unique_ptr<llvm::Module> translate(mlir::ModuleOp module,
                                        const ModuleDescription &description,
                                        const TargetSpec &spec, unsigned level,
                                        llvm::LLVMContext &context);

/// Adds `from`, code of the same model for a better CPU, to `to`. Its constant
/// `symbol`, a `better` one of that in `to`, is not seen from outside then.
llvm::Error mergeCode(llvm::Module &to, std::unique_ptr<llvm::Module> from,
                      llvm::StringRef symbol);
/// Lets the names of the functions of `code` end with ".`target`".
void nameFunctions(llvm::Module &code, llvm::StringRef target);

/// LLVM's passes for `machine` over `module`.
void optimise(llvm::Module &module, llvm::TargetMachine &machine,
              unsigned level);

/// Emits machine code, or assembly text. Errors name the reason.
llvm::Error emitCode(llvm::Module &module, const TargetSpec &spec,
                     unsigned level, bool assembly,
                     llvm::raw_pwrite_stream &out);

} // namespace bitnet

#endif // COMPILER_TARGET_CODEGEN_CODEGEN_H
