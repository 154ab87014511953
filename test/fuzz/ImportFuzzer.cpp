// Any bytes as an ONNX file, through import, normalize and recognize: a module
// that verifies, or an error.

#include "compiler/Driver/Registration.h"
#include "compiler/Import/Import.h"
#include "compiler/Pipelines/Pipelines.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;

/// A file in memory, which the importer opens by name.
static std::string writeFile(const uint8_t *data, size_t size) {
  static int file = memfd_create("model.onnx", 0);
  if (file < 0 || ftruncate(file, 0) != 0 ||
      pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) {
    std::perror("memfd");
    std::abort();
  }
  return "/proc/self/fd/" + std::to_string(file);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DialectRegistry registry;
  bitnet::registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  unsigned errors = 0;
  context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
  });
  OwningOpRef<ModuleOp> module =
      bitnet::importOnnx(writeFile(data, size), context);
  bool good = static_cast<bool>(module);
  for (bitnet::Phase phase :
       {bitnet::Phase::Normalize, bitnet::Phase::Recognize}) {
    if (!good)
      break;
    PassManager passes(&context, ModuleOp::getOperationName());
    bitnet::buildPhase(phase, passes, bitnet::PipelineOptions());
    good = succeeded(passes.run(*module));
  }
  // Who refuses a model says why.
  if (!good && errors == 0)
    std::abort();
  return 0;
}
