#ifndef COMPILER_TARGET_ARTIFACTS_LINKER_H
#define COMPILER_TARGET_ARTIFACTS_LINKER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"

#include <string>

namespace bitnet {

/// Where the runtime's archives for `triple` lie: `override` if not empty, else
/// `../lib/bitnet` beside the compiler's own folder.
std::string findResourceDir(llvm::StringRef override, const char *argv0);

/// Links `object` (an ELF file in memory) and the runtime into a shared library
/// at `path`, or into an executable whose main is bitnet-run's. `path` must
/// exist and is overwritten. Resets every cl::opt of the process, as LLD does.
llvm::Error linkLibrary(llvm::StringRef object, const llvm::Triple &triple,
                        llvm::StringRef resourceDir, llvm::StringRef soname,
                        llvm::StringRef path);
llvm::Error linkExecutable(llvm::StringRef object, const llvm::Triple &triple,
                           llvm::StringRef resourceDir, llvm::StringRef path);

/// A GPU's object as a shared object, the form in which drivers load it.
llvm::Expected<std::string> linkCodeObject(llvm::StringRef object);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_LINKER_H
