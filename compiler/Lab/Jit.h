#ifndef COMPILER_LAB_JIT_H
#define COMPILER_LAB_JIT_H

#include "compiler/Target/Codegen/TargetSpec.h"

#include "bitnet/module.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace bitnet::lab {

/// The team of threads that compiled models run on.
class Team {
public:
  static llvm::Expected<std::unique_ptr<Team>> create(int32_t threads);
  ~Team();

  int32_t getThreads() const;
  void run(bitnet_range_fn fn, void *args, int64_t count, int64_t grain);

private:
  Team() = default;
  struct Impl;
  std::unique_ptr<Impl> impl;
};

/// Why this CPU cannot run code for `spec`; empty: it can.
std::string whyNotHere(const TargetSpec &spec);

/// An object of `compile`, linked into this process.
class JitCode {
public:
  static llvm::Expected<std::unique_ptr<JitCode>>
  load(llvm::StringRef object, llvm::ArrayRef<std::string> kernels);
  ~JitCode();

  const bitnet_module &getModule() const { return *module; }
  /// Name of the kernel that starts at `fn`, or "".
  llvm::StringRef getName(bitnet_range_fn fn) const;

private:
  JitCode();
  struct Impl;
  std::unique_ptr<Impl> impl;
  const bitnet_module *module = nullptr;
};

/// Seconds that each parallel region took, by the kernel's name.
using RegionTimes = std::vector<std::pair<std::string, double>>;

/// One execution's memory: inputs, arena and the team.
class Execution {
public:
  Execution(const JitCode &code, Team &team, std::vector<bitnet_buffer> inputs);

  /// Runs once over `weights`; BITNET_RUN_OK or what went wrong.
  int32_t run(const uint8_t *weights);
  /// The same, timing each region; adds to `times` in the order of execution.
  int32_t profile(const uint8_t *weights, RegionTimes &times);
  const bitnet_buffer &getOutput(unsigned i) const { return outputs[i]; }

private:
  static void runParallel(bitnet_exec *exec, bitnet_range_fn fn, void *args,
                          int64_t count, int64_t grain);
  static void profileParallel(bitnet_exec *exec, bitnet_range_fn fn, void *args,
                              int64_t count, int64_t grain);

  const JitCode &code;
  Team &team;
  std::vector<bitnet_buffer> inputs, outputs;
  std::vector<uint8_t> memory;
  bitnet_exec exec = {};
  RegionTimes *times = nullptr;
};

} // namespace bitnet::lab

#endif // COMPILER_LAB_JIT_H
