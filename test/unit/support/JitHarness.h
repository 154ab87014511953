#ifndef TEST_UNIT_SUPPORT_JITHARNESS_H
#define TEST_UNIT_SUPPORT_JITHARNESS_H

#include "bitnet/module.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bitnet::test {

/// How a module is compiled and how its parallel regions run.
struct JitOptions {
  /// Passes that run before parallel regions are outlined.
  std::string passes;
  /// CPU as LLVM names it, "" for this one; features like "-avx512f".
  std::string cpu, features;
};

/// A memref argument: `rt.input %exec[i]` of the test's module. Outputs are
/// inputs that the code writes.
struct JitBuffer {
  void *data;
  std::vector<int64_t> dims;
};

/// What one execution sees besides its inputs.
struct JitState {
  std::vector<void *> kv;
  int64_t kvCapacity = 0, kvBatch = 1, pastLength = 0;
  /// Iterations that one call of a parallel region gets at most, rounded up to
  /// its grain; 0: all in one call.
  int64_t part = 0;
  /// Weights of rt.get_global.
  const uint8_t *weights = nullptr;
  /// rt.top, rt.screen and rt.offer.
  int64_t top = 0;
  decltype(bitnet_exec::screen) screen = nullptr;
  decltype(bitnet_exec::offer) offer = nullptr;
};

/// A module `func.func @main(%exec: !rt.exec)` of rt, scf, memref, vector,
/// arith and math after `passes`, compiled into this process.
class JitModule {
public:
  /// Null, with the diagnostics on stderr, if a pass fails.
  static std::unique_ptr<JitModule> compile(const std::string &mlir,
                                            const JitOptions &options);
  ~JitModule();

  /// The status that @main gave.
  int32_t run(const std::vector<JitBuffer> &inputs, const JitState &state = {});

  struct Impl;

private:
  JitModule();
  std::unique_ptr<Impl> impl;
};

/// CPUs of x86-64 to try beside this one: cpu and features, so that code for
/// short and long vectors is compared. Empty elsewhere.
std::vector<JitOptions> otherTargets();

/// Deterministic numbers of about a normal distribution.
std::vector<float> randomFloats(size_t count, uint32_t seed, float scale = 1);

} // namespace bitnet::test

#endif // TEST_UNIT_SUPPORT_JITHARNESS_H
