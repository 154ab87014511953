#include "Machine.h"
#include "Worker.h"

#include <atomic>
#include <mutex>
#include <thread>

using namespace standin;

void Memory::add(void *host, uint64_t bytes, uint64_t window, bool writable) {
  uint64_t base = (uint64_t)(uintptr_t)host + window;
  all[base] = {base, bytes, 0 - window, writable};
}

bool Memory::remove(uint64_t base) { return all.erase(base) != 0; }

const Allocation *Memory::find(uint64_t address) const {
  auto behind = all.upper_bound(address);
  if (behind == all.begin())
    return nullptr;
  const Allocation &a = std::prev(behind)->second;
  return address - a.base < a.bytes ? &a : nullptr;
}

Machine::Machine(unsigned threads) {
  for (unsigned i = 0; i < std::max(threads, 1u); ++i)
    workers.push_back(std::make_unique<Worker>());
}

Machine::~Machine() = default;

uint64_t Machine::executed() const {
  uint64_t sum = 0;
  for (const auto &worker : workers)
    sum += worker->executed;
  return sum;
}

Failure Machine::run(const Launch &launch, const Memory &memory) {
  // Threads of the host cost more than a few small blocks.
  size_t count = std::min<size_t>(workers.size(), launch.blocks);
  if ((uint64_t)launch.blocks * launch.threads <= 128)
    count = 1;
  uint64_t order = seed ? seed + ++launches * 0x9e3779b97f4a7c15 : 0;
  std::atomic<uint32_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex lock;
  Failure failure;
  auto work = [&](Worker &worker) {
    worker.begin(launch, memory, order);
    for (uint32_t block; !stop && (block = next++) < launch.blocks;) {
      Failure found = worker.block(block);
      if (found.kind == FaultKind::None)
        continue;
      std::lock_guard<std::mutex> guard(lock);
      if (!stop)
        failure = found;
      stop = true;
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < count; ++i)
    threads.emplace_back(work, std::ref(*workers[i]));
  work(*workers[0]);
  for (std::thread &thread : threads)
    thread.join();
  return failure;
}
