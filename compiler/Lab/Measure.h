#ifndef COMPILER_LAB_MEASURE_H
#define COMPILER_LAB_MEASURE_H

#include "compiler/Lab/Kernel.h"
#include "compiler/Lab/Probes.h"

namespace bitnet::lab {

/// What one number of tokens took.
struct Measurement {
  int64_t tokens = 0, runs = 0;
  /// One execution over one copy of the weights, making of tables included.
  double shortest = 0, median = 0;
  /// Mean seconds of each parallel region.
  RegionTimes regions;
  /// [token, row] of the first wrong sum, [-1, -1]: all equal the reference.
  std::pair<int64_t, int64_t> wrong = {-1, -1};
  /// Core clock in Hz and the dot-product peak, measured between the runs.
  double clock = 0;
  DotPeak dot;
  /// Bytes a second that the team read from all copies; 0 with one copy, which
  /// stays in the caches.
  double bandwidth = 0;
};

/// How long and what to measure.
struct MeasureOptions {
  double seconds = 0.5;
  /// Whether the sums are compared with the reference.
  bool check = true;
  /// Whether clock, dot products, bandwidth and regions are measured too.
  bool limits = true;
};

/// A kernel in this process, with its weights copied `copies` times so that a
/// run finds them in memory and not in a cache.
class Bench {
public:
  static llvm::Expected<std::unique_ptr<Bench>> create(const Kernel &kernel,
                                                       llvm::StringRef object,
                                                       Team &team,
                                                       int64_t copies);

  llvm::Expected<Measurement> measure(int64_t tokens, MeasureOptions options);

private:
  Bench(const Kernel &kernel, Team &team) : kernel(kernel), team(team) {}
  void measureLimits(Execution &execution, Measurement &result);
  const uint8_t *getCopy(int64_t i) const { return memory.get() + i * stride; }

  const Kernel &kernel;
  Team &team;
  std::unique_ptr<JitCode> code;
  std::unique_ptr<uint8_t[], void (*)(void *)> memory{nullptr, std::free};
  int64_t copies = 1, stride = 0;
};

} // namespace bitnet::lab

#endif // COMPILER_LAB_MEASURE_H
