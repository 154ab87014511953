#define _GNU_SOURCE
#include "internal.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>

/// Register states that the operating system saves: XCR0.
static uint64_t enabledStates(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

uint32_t bn_cpu_features(void) {
  uint32_t a, b, c, d, result = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d))
    return 0;
  if (c & (1u << 9))
    result |= BITNET_CPU_SSSE3;
  if (c & (1u << 19))
    result |= BITNET_CPU_SSE41;
  if (c & (1u << 20))
    result |= BITNET_CPU_SSE42;
  if (c & (1u << 23))
    result |= BITNET_CPU_POPCNT;
  uint64_t states = c & (1u << 27) ? enabledStates() : 0;
  bool ymm = (states & 0x6) == 0x6, zmm = (states & 0xe6) == 0xe6;
  if (ymm) {
    if (c & (1u << 28))
      result |= BITNET_CPU_AVX;
    if (c & (1u << 12))
      result |= BITNET_CPU_FMA;
    if (c & (1u << 29))
      result |= BITNET_CPU_F16C;
  }
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
    return result;
  if (b & (1u << 8))
    result |= BITNET_CPU_BMI2;
  if (ymm && (b & (1u << 5)))
    result |= BITNET_CPU_AVX2;
  if (zmm) {
    if (b & (1u << 16))
      result |= BITNET_CPU_AVX512F;
    if (b & (1u << 17))
      result |= BITNET_CPU_AVX512DQ;
    if (b & (1u << 28))
      result |= BITNET_CPU_AVX512CD;
    if (b & (1u << 30))
      result |= BITNET_CPU_AVX512BW;
    if (b & (1u << 31))
      result |= BITNET_CPU_AVX512VL;
    if (c & (1u << 1))
      result |= BITNET_CPU_AVX512VBMI;
    if (c & (1u << 11))
      result |= BITNET_CPU_AVX512VNNI;
  }
  return result;
}

static const char *const names[] = {
    "ssse3",    "avx2",     "fma",        "f16c",       "avx512f", "avx512bw",
    "avx512vl", "avx512dq", "avx512vnni", "avx512vbmi", "bmi2",    "sse4.1",
    "sse4.2",   "avx",      "popcnt",     "avx512cd"};
const char *const bn_cpu_target_list = "x86-avx2,x86-avx512vbmi";

#elif defined(__aarch64__)
#include <sys/auxv.h>

/// Linux's numbers of the bits of AT_HWCAP and AT_HWCAP2: its header may be
/// older than the CPU.
uint32_t bn_cpu_features(void) {
  unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  bool fp16 = (first >> 9 & 1) && (first >> 10 & 1);
  uint32_t result = 0;
  result |= first >> 20 & 1 ? BITNET_CPU_DOTPROD : 0;
  result |= second >> 13 & 1 ? BITNET_CPU_I8MM : 0;
  result |= fp16 ? BITNET_CPU_FULLFP16 : 0;
  return result;
}

static const char *const names[] = {"dotprod", "i8mm", "fullfp16"};
const char *const bn_cpu_target_list = "aarch64-neon,aarch64-dotprod";

#elif defined(__riscv)
#include <sys/auxv.h>

/// AT_HWCAP has a bit for each extension of one letter. Where there are
/// vectors, a register says how long they are.
uint32_t bn_cpu_features(void) {
  if (!(getauxval(AT_HWCAP) >> ('V' - 'A') & 1))
    return 0;
  unsigned long bytes; // vlenb, by its number: assemblers know it with +v only
  __asm__("csrr %0, 0xc22" : "=r"(bytes));
  uint32_t result = BITNET_CPU_V;
  result |= bytes >= 32 ? BITNET_CPU_ZVL256B : 0;
  result |= bytes >= 64 ? BITNET_CPU_ZVL512B : 0;
  return result;
}

static const char *const names[] = {"v", "zvl256b", "zvl512b"};
const char *const bn_cpu_target_list = "riscv64-linux-gnu,riscv64-rvv";

#else
uint32_t bn_cpu_features(void) { return 0; }

static const char *const names[] = {"none"};
const char *const bn_cpu_target_list = "A,B";
#endif

const char *bn_cpu_feature_names(uint32_t features, char *buffer, size_t size) {
  size_t used = 0;
  buffer[0] = 0;
  for (uint32_t bit = 0; bit < 32 && used < size; ++bit) {
    if (!(features & (1u << bit)))
      continue;
    const char *comma = used ? ", " : "";
    if (bit < sizeof(names) / sizeof(*names))
      used += (size_t)snprintf(buffer + used, size - used, "%s%s", comma,
                               names[bit]);
    else
      used += (size_t)snprintf(buffer + used, size - used, "%sfeature %u",
                               comma, bit);
  }
  return buffer;
}

int32_t bn_cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
    return CPU_COUNT(&set);
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int32_t)count : 1;
}
