//===- limits.cpp - what the machine can do at most -----------------------===//
//
// Prints, as JSON, the read bandwidth from DRAM and the peak of 8-bit dot
// products, for 1..T threads. Build: clang++ -O3 -march=native -pthread.
//
// usage: limits [THREADS] [SECONDS for each figure]
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <immintrin.h>
#include <sys/mman.h>
#include <thread>
#include <vector>

namespace {

constexpr size_t kBufferBytes = size_t(1) << 30;

double now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// Runs body(thread) on `threads` threads, all started together; seconds.
double timeParallel(int threads, const std::function<void(int)> &body) {
  std::atomic<int> waiting{threads};
  std::vector<double> begin(threads), end(threads);
  auto run = [&](int thread) {
    --waiting;
    while (waiting > 0)
      _mm_pause();
    begin[thread] = now();
    body(thread);
    end[thread] = now();
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread)
    others.emplace_back(run, thread);
  run(0);
  for (std::thread &other : others)
    other.join();
  return *std::max_element(end.begin(), end.end()) -
         *std::min_element(begin.begin(), begin.end());
}

std::atomic<uint64_t> sink;

/// Adds up `bytes` bytes, four streams of a page's width apart prefetched.
void readAll(const char *data, size_t bytes) {
  typedef uint64_t Vector __attribute__((vector_size(64), aligned(64)));
  Vector sums[4] = {};
  for (size_t at = 0; at + 256 <= bytes; at += 256) {
    const auto *v = reinterpret_cast<const Vector *>(data + at);
    for (int i = 0; i < 4; ++i) {
      __builtin_prefetch(data + at + 4096 + 64 * i, 0, 3);
      sums[i] ^= v[i];
    }
  }
  Vector all = sums[0] ^ sums[1] ^ sums[2] ^ sums[3];
  sink += all[0] ^ all[3] ^ all[7];
}

/// Bytes a second that `threads` threads read from a buffer no cache holds.
double readBandwidth(const char *data, int threads, double seconds) {
  double best = 0, stop = now() + seconds;
  size_t part = kBufferBytes / threads / 4096 * 4096;
  do {
    double time =
        timeParallel(threads, [&](int t) { readAll(data + t * part, part); });
    best = std::max(best, double(part) * threads / time);
  } while (now() < stop);
  return best;
}

#if defined(__AVX512VNNI__)
const char *const dotName = "vpdpbusd zmm";
constexpr double kDotProductsPerStep = 12 * 64;
__attribute__((noinline)) void dotSteps(int64_t steps) {
  __m512i sums[12], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(1);
  for (__m512i &sum : sums)
    sum = _mm512_setzero_si512();
  for (int64_t i = 0; i < steps; ++i) {
#pragma clang loop unroll(full)
    for (int j = 0; j < 12; ++j)
      sums[j] = _mm512_dpbusd_epi32(sums[j], a, b);
    asm volatile("" : "+v"(a), "+v"(b));
  }
  __m512i all = sums[0];
  for (int j = 1; j < 12; ++j)
    all = _mm512_add_epi32(all, sums[j]);
  sink += _mm512_reduce_add_epi32(all);
}
#else
const char *const dotName = "vpmaddubsw ymm";
constexpr double kDotProductsPerStep = 12 * 32;
__attribute__((noinline)) void dotSteps(int64_t steps) {
  __m256i sums[12], a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(1);
  for (__m256i &sum : sums)
    sum = _mm256_setzero_si256();
  for (int64_t i = 0; i < steps; ++i) {
#pragma clang loop unroll(full)
    for (int j = 0; j < 12; ++j) {
      sums[j] = _mm256_add_epi16(sums[j], _mm256_maddubs_epi16(a, b));
      asm volatile("" : "+x"(a), "+x"(b));
    }
  }
  __m256i all = sums[0];
  for (int j = 1; j < 12; ++j)
    all = _mm256_add_epi16(all, sums[j]);
  sink += _mm256_extract_epi16(all, 0);
}
#endif

/// 8-bit multiply-adds a second of `threads` threads, operands in registers.
double dotPeak(int threads, double seconds) {
  constexpr int64_t steps = 4000000;
  double best = 0, stop = now() + seconds;
  do {
    double time = timeParallel(threads, [&](int) { dotSteps(steps); });
    best = std::max(best, steps * kDotProductsPerStep * threads / time);
  } while (now() < stop);
  return best;
}

} // namespace

int main(int argc, char **argv) {
  int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  double seconds = argc > 2 ? std::atof(argv[2]) : 1.5;
  if (threads < 1 || threads > 1024 || !(seconds > 0)) {
    std::fprintf(stderr, "usage: limits [THREADS] [SECONDS]\n");
    return 2;
  }
  void *mapped = mmap(nullptr, kBufferBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    std::perror("limits: mmap");
    return 1;
  }
  madvise(mapped, kBufferBytes, MADV_HUGEPAGE);
  auto *data = static_cast<char *>(mapped);
  for (size_t at = 0; at < kBufferBytes; at += 4096)
    data[at] = char(at >> 12);
  std::printf("{\"dot\": \"%s\", \"threads\": [", dotName);
  for (int t = 1; t <= threads; ++t)
    std::printf("%s{\"threads\": %d, \"read_bytes_s\": %.4g, "
                "\"dot_macs_s\": %.4g}",
                t == 1 ? "" : ", ", t, readBandwidth(data, t, seconds),
                dotPeak(t, seconds));
  std::printf("]}\n");
}
