#include "compiler/Lab/Measure.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

using namespace llvm;
using namespace bitnet;
using namespace bitnet::lab;

Expected<std::unique_ptr<Bench>> Bench::create(const Kernel &kernel,
                                               StringRef object, Team &team,
                                               int64_t copies) {
  std::unique_ptr<Bench> bench(new Bench(kernel, team));
  auto code = JitCode::load(object, kernel.getRegions());
  if (!code)
    return code.takeError();
  bench->code = std::move(*code);
  ArrayRef<uint8_t> weights = kernel.getWeights();
  // As a weights file: pages of 4096 bytes.
  bench->stride = alignTo(std::max<size_t>(weights.size(), 1), 4096);
  bench->copies = copies;
  // Large pages, which the runtime asks for, too.
  size_t bytes = alignTo(size_t(bench->stride) * copies, 2 << 20);
  uint8_t *memory = static_cast<uint8_t *>(std::aligned_alloc(2 << 20, bytes));
  if (!memory)
    return createStringError("out of memory for " + Twine(copies) +
                             " copies of " + Twine(bench->stride) + " bytes");
  madvise(memory, bytes, MADV_HUGEPAGE);
  bench->memory.reset(memory);
  for (int64_t i = 0; i < copies; ++i) {
    std::memcpy(memory + i * bench->stride, weights.data(), weights.size());
    std::memset(memory + i * bench->stride + weights.size(), 0,
                bench->stride - weights.size());
  }
  return bench;
}

static Error runFailed(int32_t status) {
  return createStringError("the kernel gave status " + Twine(status));
}

void Bench::measureLimits(Execution &execution, Measurement &result) {
  int64_t profiled = std::max<int64_t>(copies, 10);
  for (int64_t i = 0; i < profiled; ++i)
    (void)execution.profile(getCopy(i % copies), result.regions);
  for (auto &[name, time] : result.regions)
    time /= profiled;
  result.dot = measureDotPeak();
  if (copies > 1)
    result.bandwidth = measureReadBandwidth(
        team, ArrayRef(memory.get(), size_t(stride) * copies));
}

/// A few tokens read the weights fast: a sample is one pass over all copies,
/// or none would come from memory. With many it is one run.
static constexpr int64_t mostSweptTokens = 15;

Expected<Measurement> Bench::measure(int64_t tokens, MeasureOptions options) {
  const Problem &problem = kernel.getProblem();
  std::vector<int8_t> activations = problem.makeActivations(tokens);
  std::vector<float> scales(tokens, 1.0f);
  float one = 1.0f;
  Execution execution(
      *code, team,
      {bitnet_buffer{activations.data(), {tokens, problem.getK()}},
       bitnet_buffer{scales.data(), {tokens, 1}}, bitnet_buffer{&one, {1}}});
  Measurement result;
  result.tokens = tokens;
  if (int32_t status = execution.run(getCopy(0)))
    return runFailed(status);
  if (options.check) {
    const auto *outputs =
        static_cast<const float *>(execution.getOutput(0).data);
    result.wrong = problem.findWrong(
        activations, ArrayRef(outputs, tokens * problem.getN()), tokens);
  }

  // A sample takes 20 us at least.
  int64_t sweep = tokens <= mostSweptTokens ? copies : 1, next = 0;
  auto runSweep = [&] {
    for (int64_t i = 0; i < sweep; ++i)
      (void)execution.run(getCopy(next++ % copies));
  };
  double start = now();
  runSweep();
  int64_t passes = std::max<int64_t>(1, int64_t(20e-6 / (now() - start)));
  std::vector<double> samples;
  double end = now() + options.seconds, nextProbe = 0;
  while (samples.size() < 5 || now() < end) {
    if (options.limits && now() >= nextProbe) {
      result.clock = std::max(result.clock, measureCoreClock());
      nextProbe = now() + options.seconds / 10;
    }
    start = now();
    for (int64_t pass = 0; pass < passes; ++pass)
      runSweep();
    samples.push_back((now() - start) / (passes * sweep));
  }
  result.runs = samples.size() * passes * sweep;
  result.shortest = *llvm::min_element(samples);
  std::nth_element(samples.begin(), samples.begin() + samples.size() / 2,
                   samples.end());
  result.median = samples[samples.size() / 2];
  if (options.limits)
    measureLimits(execution, result);
  return result;
}
