#ifndef COMPILER_TARGET_CERTIFICATE_CONSTANTFACTORS_H
#define COMPILER_TARGET_CERTIFICATE_CONSTANTFACTORS_H

#include "compiler/Target/Certificate/Kernels.h"

namespace llvm {
class MCInst;
class MCInstrInfo;
class MCRegisterInfo;
} // namespace llvm

namespace bitnet {

/// What is known of the instructions of a target.
struct InstructionInfo {
  const llvm::MCInstrInfo &instructions;
  const llvm::MCRegisterInfo &registers;
};

/// Sets `hasConstantFactor` of the instructions of `kernel`, which were decoded
/// to `decoded`. A factor is a constant where it is an immediate, or where only
/// equal instructions write its register, whatever way led here, and from
/// immediates: not from memory, arguments, flags, what the linker fills in or
/// what is not known. None is -1, 0 or 1 by an immediate, as a weight that the
/// code branches by would be.
void markConstantFactors(Kernel &kernel, llvm::ArrayRef<llvm::MCInst> decoded,
                         const InstructionInfo &info,
                         llvm::Triple::ArchType arch);

} // namespace bitnet

#endif // COMPILER_TARGET_CERTIFICATE_CONSTANTFACTORS_H
