#include "compiler/Driver/Compile.h"
#include "compiler/Target/Certificate/Certificate.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace bitnet;

int bitnet::certifyMain(llvm::ArrayRef<const char *> arguments) {
  llvm::StringRef path = arguments.size() == 1 ? arguments[0] : "";
  if (path.empty() || path.starts_with("-")) {
    llvm::errs()
        << "usage: bitnet-opt certify FILE\n\nProves that no BitLinear "
           "kernel of an object, library or executable multiplies.\n";
    return path == "--help" ? 0 : 1;
  }
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (!buffer) {
    llvm::errs() << path
                 << ": error: cannot read: " << buffer.getError().message()
                 << '\n';
    return 1;
  }
  llvm::Expected<std::string> certificate =
      certifyMachineCode((*buffer)->getBuffer(), path, /*requireKernels=*/true);
  if (!certificate) {
    llvm::errs() << path
                 << ": error: " << llvm::toString(certificate.takeError())
                 << '\n';
    return 1;
  }
  llvm::outs() << *certificate;
  return 0;
}
