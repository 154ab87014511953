// Any text as an .mlir file in our dialects: parsed and verified, or refused;
// what verifies survives canonicalisation.

#include "compiler/Driver/Registration.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <cstdlib>

using namespace mlir;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  DialectRegistry registry;
  bitnet::registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.getDiagEngine().registerHandler([](Diagnostic &) {});
  std::string text(reinterpret_cast<const char *>(data), size);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return 0;
  PassManager passes(&context, ModuleOp::getOperationName());
  passes.addPass(createCanonicalizerPass());
  // The verifier runs behind the pass.
  if (failed(passes.run(*module)))
    std::abort();
  return 0;
}
