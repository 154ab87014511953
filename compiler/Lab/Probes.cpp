#include "compiler/Lab/Probes.h"
#include "runtime/src/internal.h"

#include <algorithm>
#include <atomic>
#include <chrono>

using namespace bitnet::lab;

double bitnet::lab::now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Shortest of `runs` runs of `fn`, in seconds.
template <typename Fn>
static double shortest(int runs, Fn fn) {
  double best = 1e9;
  for (int i = 0; i < runs; ++i) {
    double start = now();
    fn();
    best = std::min(best, now() - start);
  }
  return best;
}

//===- Clock and dot products -------------------------------------------===//

#if defined(__x86_64__)
static void multiplyChain(uint64_t rounds) {
  uint64_t x = 3;
  for (; rounds; --rounds)
    asm volatile("imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0\n\t"
                 "imul %0, %0\n\timul %0, %0\n\timul %0, %0\n\timul %0, %0"
                 : "+r"(x));
}

double bitnet::lab::measureCoreClock() {
  constexpr uint64_t rounds = 2000;
  return 8 * 3 * rounds / shortest(20, [] { multiplyChain(rounds); });
}

// Twelve independent sums hide the latency of any of these.
#define TWELVE(op)                                                             \
  op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11)
#define VNNI512(i) "vpdpbusd %%zmm14, %%zmm15, %%zmm" #i "\n\t"
#define VNNI256(i) "%{vex%} vpdpbusd %%ymm14, %%ymm15, %%ymm" #i "\n\t"
#define MADDUBS(i) "vpmaddubsw %%ymm14, %%ymm15, %%ymm" #i "\n\t"
#define SUMS                                                                   \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",      \
      "xmm9", "xmm10", "xmm11"

__attribute__((target("avx512f,avx512vnni"))) static void
dot512(uint64_t rounds) {
  for (; rounds; --rounds)
    asm volatile(TWELVE(VNNI512)::: SUMS);
  asm volatile("vzeroupper");
}
__attribute__((target("avx2,avxvnni"))) static void dot256(uint64_t rounds) {
  for (; rounds; --rounds)
    asm volatile(TWELVE(VNNI256)::: SUMS);
  asm volatile("vzeroupper");
}
__attribute__((target("avx2"))) static void maddubs(uint64_t rounds) {
  for (; rounds; --rounds)
    asm volatile(TWELVE(MADDUBS)::: SUMS);
  asm volatile("vzeroupper");
}

DotPeak bitnet::lab::measureDotPeak() {
  constexpr uint64_t rounds = 4000;
  auto measure = [](void (*fn)(uint64_t), double macs, const char *name) {
    return DotPeak{12 * macs * rounds / shortest(20, [&] { fn(rounds); }),
                   name};
  };
  if (bn_cpu_features() & BITNET_CPU_AVX512VNNI)
    return measure(dot512, 64, "vpdpbusd zmm");
  if (__builtin_cpu_supports("avxvnni"))
    return measure(dot256, 32, "vpdpbusd ymm");
  if (bn_cpu_features() & BITNET_CPU_AVX2)
    return measure(maddubs, 32, "vpmaddubsw ymm");
  return {};
}
#else
double bitnet::lab::measureCoreClock() { return 0; }
DotPeak bitnet::lab::measureDotPeak() { return {}; }
#endif

//===- Memory -----------------------------------------------------------===//

namespace {
struct Reading {
  const uint8_t *memory;
  int64_t ahead;
  std::atomic<uint64_t> sink;
};
} // namespace

// A line by one load where there is such: a core with 16-byte loads waits for
// fewer lines at a time (33 instead of 42 GB/s on a Zen 5).
#if defined(__x86_64__)
#define BN_WIDEST_LOADS                                                        \
  __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BN_WIDEST_LOADS
#endif

/// Reads lines of 64 bytes [begin, end).
BN_WIDEST_LOADS static void readLines(void *args, int64_t begin, int64_t end) {
  auto &reading = *static_cast<Reading *>(args);
  typedef uint64_t Words __attribute__((vector_size(64), aligned(64)));
  const uint8_t *at = reading.memory + 64 * begin;
  Words sum = {};
  for (const uint8_t *last = reading.memory + 64 * end; at != last; at += 64) {
    if (reading.ahead)
      __builtin_prefetch(at + reading.ahead);
    sum |= *reinterpret_cast<const Words *>(at);
  }
  reading.sink |= sum[0] | sum[3] | sum[7];
}

double bitnet::lab::measureReadBandwidth(Team &team,
                                         llvm::ArrayRef<uint8_t> memory) {
  uintptr_t start = reinterpret_cast<uintptr_t>(memory.data());
  const uint8_t *first = memory.data() + (64 - start % 64) % 64;
  int64_t lines = (memory.end() - first) / 64;
  double best = 0;
  for (int64_t ahead : {0, 1024, 4096, 8192}) {
    Reading reading{first, ahead, {}};
    double seconds =
        shortest(4, [&] { team.run(readLines, &reading, lines, 64); });
    best = std::max(best, 64 * lines / seconds);
  }
  return best;
}
