#ifndef COMPILER_LAB_MCA_H
#define COMPILER_LAB_MCA_H

#include "compiler/Target/Codegen/TargetSpec.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace bitnet::lab {

/// llvm-mca's view of one innermost loop.
struct LoopView {
  std::string kernel;
  unsigned instructions = 0;
  /// Cycles of an iteration: simulated, and as resources alone bound them.
  double cycles = 0, bound = 0;
  /// All that llvm-mca prints.
  std::string text;
};

/// The two longest innermost loops of each kernel of `object`, of 8
/// instructions or more, the longest first; empty where llvm-mca is not found.
llvm::Expected<std::vector<LoopView>> viewLoops(llvm::StringRef object,
                                                const TargetSpec &spec);

} // namespace bitnet::lab

#endif // COMPILER_LAB_MCA_H
