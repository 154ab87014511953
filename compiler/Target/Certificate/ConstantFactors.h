#ifndef COMPILER_TARGET_CERTIFICATE_CONSTANTFACTORS_H
#define COMPILER_TARGET_CERTIFICATE_CONSTANTFACTORS_H

#include "compiler/Target/Certificate/Kernels.h"

namespace llvm {
class MCInst;
class MCInstrAnalysis;
class MCInstrInfo;
class MCRegisterInfo;
} // namespace llvm

namespace bitnet {

/// What is known of the instructions of a target.
struct InstructionInfo {
  const llvm::MCInstrInfo &instructions;
  const llvm::MCRegisterInfo &registers;
  const llvm::MCInstrAnalysis &analysis;
};

/// Sets `hasConstantFactor` of the instructions of `kernel`, which were decoded
/// to `decoded`. A factor is a constant where it is an immediate, or where one
/// instruction alone writes its register, whatever way led here, and from
/// immediates: not from memory, arguments, flags or what is not known. No
/// weight is: they lie in memory.
void markConstantFactors(Kernel &kernel, llvm::ArrayRef<llvm::MCInst> decoded,
                         const InstructionInfo &info,
                         llvm::Triple::ArchType arch);

} // namespace bitnet

#endif // COMPILER_TARGET_CERTIFICATE_CONSTANTFACTORS_H
