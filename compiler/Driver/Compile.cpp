#include "compiler/Driver/Compile.h"
#include "compiler/Driver/CommandLine.h"
#include "compiler/Driver/Compilation.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

using namespace bitnet;

int bitnet::compileMain(const char *argv0,
                        llvm::ArrayRef<const char *> arguments,
                        const mlir::DialectRegistry &registry) {
  llvm::Expected<CompileOptions> options = parseCommandLine(arguments);
  if (!options) {
    llvm::errs() << "error: " << llvm::toString(options.takeError()) << '\n';
    return 1;
  }
  if (options->help) {
    printHelp(llvm::outs());
    return 0;
  }
  mlir::MLIRContext context(registry);
  return mlir::failed(Compilation(argv0, *options, context).run());
}
