#include "compiler/Driver/Compile.h"
#include "compiler/Driver/CommandLine.h"
#include "compiler/Driver/Compilation.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Signals.h"

#include <unistd.h>

using namespace bitnet;

/// LLVM ends the process when code generation meets what it cannot do. One
/// line and no temporary files is what a user shall see of it.
static void onFatalError(void *, const char *reason, bool) {
  llvm::errs() << "error: code generation failed: " << reason << '\n';
  llvm::sys::RunInterruptHandlers();
  ::_exit(1);
}

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
  llvm::install_fatal_error_handler(onFatalError);
  mlir::MLIRContext context(registry);
  return mlir::failed(Compilation(argv0, *options, context).run());
}
