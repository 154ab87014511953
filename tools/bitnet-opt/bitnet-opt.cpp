#include "compiler/Driver/Compile.h"
#include "compiler/Driver/FaultHandlers.h"
#include "compiler/Driver/Registration.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

static int run(int argc, char **argv) {
  mlir::DialectRegistry registry;
  bitnet::registerAllDialects(registry);
  llvm::ArrayRef<const char *> arguments(argv, argc);
  if (argc > 1 && llvm::StringRef(argv[1]) == "compile")
    return bitnet::compileMain(argv[0], arguments.drop_front(2), registry);
  if (argc > 1 && llvm::StringRef(argv[1]) == "certify")
    return bitnet::certifyMain(arguments.drop_front(2));
  if (argc > 1 && llvm::StringRef(argv[1]) == "kernel")
    return bitnet::kernelMain(arguments.drop_front(2), registry);
  if (argc > 1 && llvm::StringRef(argv[1]) == "--list-strategies")
    return bitnet::listStrategiesMain();
  if (argc > 1 && llvm::StringRef(argv[1]) == "--list-layouts")
    return bitnet::listLayoutsMain();
  if (argc > 1 && llvm::StringRef(argv[1]) == "--list-targets")
    return bitnet::listTargetsMain();
  if (argc > 1 && llvm::StringRef(argv[1]) == "--list-operators")
    return bitnet::listOperatorsMain(registry);
  bitnet::registerAllPasses();
  llvm::cl::AddExtraVersionPrinter(
      [](llvm::raw_ostream &os) { os << "bitnet-opt " BITNET_VERSION "\n"; });
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "bitnet-opt: compiler for ternary transformers\n", registry));
}

int main(int argc, char **argv) {
  bitnet::installFaultHandlers();
  return bitnet::flushOutput(run(argc, argv));
}
