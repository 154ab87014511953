/// Runs short PTX kernels on the stand-in.
#ifndef TEST_UNIT_CUDA_GPU_H
#define TEST_UNIT_CUDA_GPU_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

/// What comes of a kernel: the words that it wrote, or what was said of it.
struct Outcome {
  int code = 0; ///< of CUDA's driver
  std::string error;
  std::vector<uint64_t> words;
};

struct Shape {
  unsigned blocks = 1, threads = 32;
  size_t outputWords = 32; ///< zero before the run
};

/// Runs the entry of `ptx`, which gets the addresses of the output words, of
/// `input` and of nothing, and the number of threads.
Outcome runPtx(const std::string &ptx, const std::vector<uint64_t> &input,
               const Shape &shape = {});

/// A module for PTX 8.0 and sm_90 with one kernel. Its body finds %out and %in,
/// the number of its thread in %i and %i64, and may use %p, %h, %r, %f (32
/// bits), %d (64 bits) with the numbers 0 to 63; `globals` go before it.
std::string kernelOf(const std::string &body, const std::string &globals = "");
/// Stores the 64 bits of `value` as the thread's word: "%d1".
std::string give(const std::string &value);

/// Up to three operands of the given widths in %a, %b and %c, and a result %x.
struct Operation {
  std::string text;        ///< "add.s32 %x, %a, %b;"
  std::vector<int> widths; ///< of the result, then of the operands
};
using Reference = std::function<uint64_t(uint64_t a, uint64_t b, uint64_t c)>;
/// Holds an instruction to C++ on many operands, whole and under a guard.
/// Floats of `floatBits` bits: any NaN is equal to any other.
void expectOperation(const Operation &operation, const Reference &reference,
                     int floatBits = 0);

/// Bits of a float and back.
uint32_t bitsOf(float value);
uint64_t bitsOf(double value);
float floatOf(uint64_t bits);
double doubleOf(uint64_t bits);

#endif // TEST_UNIT_CUDA_GPU_H
