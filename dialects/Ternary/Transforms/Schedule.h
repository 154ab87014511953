#ifndef DIALECTS_TERNARY_TRANSFORMS_SCHEDULE_H
#define DIALECTS_TERNARY_TRANSFORMS_SCHEDULE_H

#include "dialects/Ternary/Transforms/CostModel.h"

#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace bitnet::ternary {

/// What a schedule says about the linears of one shape.
struct ScheduleEntry {
  LinearShape shape;
  Strategy strategy;
  BlockLayout layout;
  std::vector<std::pair<std::string, int64_t>> tile;
  /// What was measured with each number of tokens; only for people.
  std::vector<std::pair<int64_t, double>> microseconds;

  /// What a planned op says.
  static ScheduleEntry of(LinearOp op);
  /// Sets strategy, layout and tile of an op as if they were written by hand.
  void apply(LinearOp op) const;
};

/// A file of plans, in JSON, for one target: written by `compile --tune` and
/// `--print-schedule`, or by hand, and read by `--schedule`. Its format is
/// described in docs/guides/add-a-kernel.md.
struct Schedule {
  /// A name of TargetFacts.
  std::string target;
  std::vector<ScheduleEntry> entries;

  /// An error says what was found and expected.
  static llvm::Expected<Schedule> parse(llvm::StringRef text);
  static llvm::Expected<Schedule> read(llvm::StringRef path);
  void print(llvm::raw_ostream &out) const;

  const ScheduleEntry *find(const LinearShape &shape) const;
  /// Adds what `op` says unless its shape is known already.
  void add(LinearOp op);
};

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_SCHEDULE_H
