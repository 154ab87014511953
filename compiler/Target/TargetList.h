#ifndef COMPILER_TARGET_TARGETLIST_H
#define COMPILER_TARGET_TARGETLIST_H

#include "compiler/Target/TargetFacts.h"

namespace bitnet {

/// One of several targets whose code reads the same weights.
struct ListedTarget {
  std::string name; ///< for messages
  TargetFacts facts;
};

/// The module's attribute with all of them, `[{name = "...", facts = {...}}]`,
/// while passes see what they share.
inline constexpr llvm::StringLiteral targetListAttrName = "bitnet.targets";

mlir::ArrayAttr makeTargetList(mlir::MLIRContext *context,
                               llvm::ArrayRef<ListedTarget> targets);
/// From the attribute of `module`; empty without one. Entries that are no
/// dictionaries are left out.
llvm::SmallVector<ListedTarget> readTargetList(mlir::Operation *module);

} // namespace bitnet

#endif // COMPILER_TARGET_TARGETLIST_H
