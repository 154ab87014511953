#include "compiler/Driver/Compile.h"
#include "compiler/Driver/FaultHandlers.h"
#include "compiler/Driver/Registration.h"
#include "compiler/Plugin/TargetPlugin.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

/// The command that `arguments`, behind the program's name, ask for; nullopt
/// for those of mlir-opt.
static std::optional<int> runCommand(const char *program,
                                     llvm::ArrayRef<const char *> arguments,
                                     mlir::DialectRegistry &registry) {
  llvm::StringRef command = arguments.empty() ? "" : arguments.front();
  llvm::ArrayRef<const char *> rest =
      arguments.drop_front(arguments.empty() ? 0 : 1);
  if (command == "compile")
    return bitnet::compileMain(program, rest, registry);
  if (command == "certify")
    return bitnet::certifyMain(rest);
  if (command == "kernel")
    return bitnet::kernelMain(rest, registry);
  if (command == "--list-strategies")
    return bitnet::listStrategiesMain();
  if (command == "--list-layouts")
    return bitnet::listLayoutsMain();
  if (command == "--list-targets")
    return bitnet::listTargetsMain();
  if (command == "--list-operators")
    return bitnet::listOperatorsMain(registry);
  return std::nullopt;
}

static int run(int argc, char **argv) {
  auto arguments = bitnet::loadTargets(llvm::ArrayRef(argv, argc));
  if (!arguments) {
    llvm::errs() << "error: " << llvm::toString(arguments.takeError()) << '\n';
    return 1;
  }
  mlir::DialectRegistry registry;
  bitnet::registerAllDialects(registry);
  if (std::optional<int> result = runCommand(
          argv[0], llvm::ArrayRef(*arguments).drop_front(), registry))
    return *result;
  // Only for --help: it was taken off.
  llvm::cl::list<std::string> loadTarget(
      "load-target", llvm::cl::value_desc("file"),
      llvm::cl::desc("Load layouts, strategies and targets from a plug-in"));
  bitnet::registerAllPasses();
  llvm::cl::AddExtraVersionPrinter(
      [](llvm::raw_ostream &os) { os << "bitnet-opt " BITNET_VERSION "\n"; });
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      arguments->size(), const_cast<char **>(arguments->data()),
      "bitnet-opt: compiler for ternary transformers\n", registry));
}

int main(int argc, char **argv) {
  bitnet::installFaultHandlers();
  return bitnet::flushOutput(run(argc, argv));
}
