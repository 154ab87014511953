// One of two plug-ins that have classes of one name, TWIN apart.

#include "compiler/Plugin/TargetPlugin.h"

using namespace bitnet;
using namespace bitnet::ternary;

// In no namespace, as the guide's are.
struct TwinStrategy : KernelStrategy {
  llvm::StringRef getName() const override { return TWIN; }
  llvm::StringRef getSummary() const override { return "of twin " TWIN; }
  llvm::ArrayRef<BlockLayout> getLayouts() const override {
    static const BlockLayout layouts[] = {{LayoutKind::Planes, 64}};
    return layouts;
  }
  void tile(LinearOp op) const override {}
};

static void add(TargetRegistry &registry) {
  static const TwinStrategy strategy;
  registry.addStrategy(strategy);
}

BITNET_TARGET_PLUGIN(TWIN, add)
