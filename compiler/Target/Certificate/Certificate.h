#ifndef COMPILER_TARGET_CERTIFICATE_CERTIFICATE_H
#define COMPILER_TARGET_CERTIFICATE_CERTIFICATE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace bitnet {

/// Proves, on machine code, that no BitLinear kernel multiplies: every
/// instruction of every function `bitlinear_*` of `elf` (an object, library or
/// executable) belongs to an allow-listed family. Multiplies are allowed for
/// - f32 rescaling of finished sums (mulss, mulps, fmul), never fused;
/// - addresses: 64-bit scalars, outside innermost loops; on RISC-V also places
///   of the stack, products of vlenb, the length of vectors, and a constant.
/// Calls are allowed to memcpy, memmove, memset and other kernels. Gives the
/// certificate's text; an error names the kernel and the instruction.
/// `requireKernels` refuses a file without any.
llvm::Expected<std::string> certifyMachineCode(llvm::StringRef elf,
                                               llvm::StringRef fileName,
                                               bool requireKernels);

} // namespace bitnet

#endif // COMPILER_TARGET_CERTIFICATE_CERTIFICATE_H
