// A plug-in of mlir-opt's kinds: a pass that knows our dialects, and a dialect.

#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

namespace {

/// Says for each linear how many terms it has.
struct CountTerms : PassWrapper<CountTerms, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CountTerms)
  StringRef getArgument() const final { return "test-count-terms"; }
  StringRef getDescription() const final { return "terms of each linear"; }
  void runOnOperation() override {
    getOperation().walk([](bitnet::ternary::LinearOp op) {
      op.emitRemark("has ") << op.getK() << " terms";
    });
  }
};

struct PluginDialect : Dialect {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PluginDialect)
  explicit PluginDialect(MLIRContext *context)
      : Dialect(getDialectNamespace(), context, TypeID::get<PluginDialect>()) {
    allowUnknownOperations();
  }
  static StringRef getDialectNamespace() { return "test_plugin"; }
};

} // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "test", "1",
          []() { PassRegistration<CountTerms>(); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "test", "1",
          [](DialectRegistry *registry) { registry->insert<PluginDialect>(); }};
}
