/// Runs kernels: blocks one after another on each thread of the host, the warps
/// of a block in turns.
#ifndef TEST_CUDASTANDIN_MACHINE_H
#define TEST_CUDASTANDIN_MACHINE_H

#include "Kernel.h"

#include <memory>

namespace standin {

/// What kernels may access. Not changed while a kernel runs.
class Memory {
public:
  /// `bytes` bytes at `host`, for kernels at host + window.
  void add(void *host, uint64_t bytes, uint64_t window, bool writable = true);
  /// False: nothing begins there.
  bool remove(uint64_t base);
  const Allocation *find(uint64_t address) const;
  size_t size() const { return all.size(); }

private:
  std::map<uint64_t, Allocation> all;
};

struct Launch {
  std::shared_ptr<const Kernel> kernel;
  uint32_t blocks = 0, threads = 0;
  std::vector<uint8_t> parameters;
};

/// Why a launch ended early.
struct Failure {
  FaultKind kind = FaultKind::None;
  std::string text;
};

class Worker;

class Machine {
public:
  explicit Machine(unsigned threads);
  ~Machine();
  Failure run(const Launch &launch, const Memory &memory);
  /// From now on lanes part at any time, and lanes and warps go on in any
  /// order, another one for each seed; 0: as they stand.
  void shuffle(uint64_t seed) { this->seed = seed; }
  /// Instructions of whole warps so far.
  uint64_t executed() const;

private:
  std::vector<std::unique_ptr<Worker>> workers;
  uint64_t seed = 0, launches = 0;
};

} // namespace standin

#endif // TEST_CUDASTANDIN_MACHINE_H
