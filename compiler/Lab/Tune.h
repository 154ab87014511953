#ifndef COMPILER_LAB_TUNE_H
#define COMPILER_LAB_TUNE_H

#include "compiler/Target/Codegen/TargetSpec.h"
#include "dialects/Ternary/Transforms/Schedule.h"

namespace bitnet::lab {

/// What `tune` shall measure.
struct TuneTask {
  TargetSpec spec;
  std::vector<ternary::LinearShape> shapes = {};
  /// The only one to try; empty: all that the target runs.
  std::string strategy = "";
  /// The only layout to try; empty: all that a strategy reads.
  std::string layout = "";
  /// Whether strategies that multiply activations may be tried unasked.
  bool anyArithmetic = false;
  unsigned level = 2;
  int32_t threads = 1;
  /// Whether the model's weights are more than the caches hold.
  bool fromMemory = false;
  /// For all shapes together. Kernels that are compiled when it ends are
  /// measured still.
  double seconds = 40;
};

/// Measures kernels for each shape on this machine: every strategy and layout
/// with the plan's tile first, then the best of them with each entry of its
/// tile halved and doubled. Keeps what makes the weighted time of
/// `getTokenClasses` smallest. A kernel with a wrong sum is an error.
llvm::Expected<ternary::Schedule> tune(mlir::MLIRContext &context,
                                       const TuneTask &task);

} // namespace bitnet::lab

#endif // COMPILER_LAB_TUNE_H
