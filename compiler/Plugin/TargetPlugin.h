#ifndef COMPILER_PLUGIN_TARGETPLUGIN_H
#define COMPILER_PLUGIN_TARGETPLUGIN_H

#include "compiler/Target/Family.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace bitnet {

/// Changes with every change of a class or function that plug-ins use.
inline constexpr uint32_t targetPluginVersion = 3;

/// What a plug-in adds to. Errors are collected and name what they are of.
class TargetRegistry {
public:
  /// A layout, its blocks, and how trits lie in it.
  void addLayout(const ternary::LayoutInfo &layout);
  /// A strategy; layouts that it reads must have been added.
  void addStrategy(const ternary::KernelStrategy &strategy);
  /// Named targets: of a new architecture, or of one that is there
  /// (`DerivedFamily`).
  void addTarget(const TargetFamily &family);

  /// What was wrong with any of them.
  llvm::Error takeError();

private:
  void add(llvm::StringRef what, llvm::StringRef name, llvm::Error error);

  std::string errors;
};

/// What a plug-in's `bitnetTargetPlugin` points to. The first member stays the
/// first in all versions.
struct TargetPluginInfo {
  uint32_t version; ///< targetPluginVersion
  const char *llvm; ///< LLVM_VERSION_STRING
  const char *name; ///< for messages
  /// Called once. What it adds must live as long as the process.
  void (*add)(TargetRegistry &registry);
};

/// Takes `--load-target=FILE`, or `--load-target FILE`, off the arguments of a
/// program and loads what they name, in order. Nothing must have read IR yet.
/// An error names the file, what was found and what was expected.
llvm::Expected<std::vector<const char *>>
loadTargets(llvm::ArrayRef<const char *> arguments);

/// Loads one plug-in.
llvm::Error loadTarget(llvm::StringRef path);

} // namespace bitnet

/// Defines what the compiler looks for in a plug-in:
///   BITNET_TARGET_PLUGIN("name", [](bitnet::TargetRegistry &registry) {...})
#define BITNET_TARGET_PLUGIN(NAME, ...)                                        \
  extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT const                           \
      bitnet::TargetPluginInfo *                                               \
      bitnetTargetPlugin() {                                                   \
    static const bitnet::TargetPluginInfo info = {                             \
        bitnet::targetPluginVersion, LLVM_VERSION_STRING, NAME, __VA_ARGS__};  \
    return &info;                                                              \
  }

#endif // COMPILER_PLUGIN_TARGETPLUGIN_H
