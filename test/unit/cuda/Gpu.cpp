#include "Gpu.h"

#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <random>

namespace {
/// A function of the stand-in; all of them return int.
template <class... Parameters>
int call(const char *name, Parameters... parameters) {
  static void *library =
      dlopen(BITNET_CUDA_STAND_IN, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    abort();
  }
  auto *function =
      reinterpret_cast<int (*)(Parameters...)>(dlsym(library, name));
  if (!function)
    abort();
  return function(parameters...);
}

/// A context for as long as a kernel runs.
struct Context {
  Context() {
    call("cuInit", 0u);
    call("cuDevicePrimaryCtxRetain", &handle, 0);
    call("cuCtxPushCurrent_v2", handle);
  }
  ~Context() {
    call("cuCtxPopCurrent_v2", &handle);
    call("cuDevicePrimaryCtxRelease_v2", 0);
    EXPECT_EQ(call("standInOutstanding"), 0);
  }
  void *handle = nullptr;
};

uint64_t *words(size_t count) {
  uint64_t address = 0;
  call("cuMemAllocManaged", &address, count * 8, 1u);
  auto *memory = reinterpret_cast<uint64_t *>(address);
  std::fill(memory, memory + count, 0);
  return memory;
}

std::string meaning(int code) {
  const char *text = nullptr;
  call("cuGetErrorString", code, &text);
  return text ? text : "?";
}

int launch(const std::string &ptx, const Shape &shape, uint64_t *output,
           uint64_t *input, std::string &log) {
  void *module = nullptr, *function = nullptr, *stream = nullptr;
  char buffer[512] = "";
  int options[] = {5, 6};
  void *values[] = {buffer, (void *)sizeof(buffer)};
  int code = call("cuModuleLoadDataEx", &module, (const void *)ptx.c_str(), 2u,
                  options, values);
  log = buffer;
  if (!code)
    code = call("cuModuleGetFunction", &function, module,
                (const char *)"bitnet_kernel");
  if (!code)
    code = call("cuStreamCreate", &stream, 1u);
  uint64_t first = 0, count = (uint64_t)shape.blocks * shape.threads;
  void *parameters[] = {&output, &input, &first, &count};
  if (!code)
    code = call("cuLaunchKernel", function, shape.blocks, 1u, 1u, shape.threads,
                1u, 1u, 0u, stream, parameters, (void **)nullptr);
  // Nothing runs before somebody waits.
  EXPECT_TRUE(code || output[0] == 0);
  if (!code)
    code = call("cuStreamSynchronize", stream);
  if (code && log.empty())
    log = meaning(code);
  return code;
}
} // namespace

Outcome runPtx(const std::string &ptx, const std::vector<uint64_t> &input,
               const Shape &shape) {
  Context context;
  Outcome outcome;
  uint64_t *out = words(shape.outputWords), *in = words(input.size() + 1);
  std::copy(input.begin(), input.end(), in);
  outcome.code = launch(ptx, shape, out, in, outcome.error);
  outcome.words.assign(out, out + shape.outputWords);
  return outcome;
}

std::string kernelOf(const std::string &body, const std::string &globals) {
  return ".version 8.0\n.target sm_90\n.address_size 64\n" + globals + R"(
.visible .entry bitnet_kernel(
	.param .u64 bitnet_kernel_param_0,
	.param .u64 bitnet_kernel_param_1,
	.param .u64 bitnet_kernel_param_2,
	.param .u64 bitnet_kernel_param_3
)
{
	.reg .pred %p<64>;
	.reg .b16 %h<64>;
	.reg .b32 %r<64>;
	.reg .f32 %f<64>;
	.reg .b64 %d<64>;
	.reg .b64 %out, %in, %i64, %mine;
	.reg .b32 %i;
	ld.param.b64 %out, [bitnet_kernel_param_0];
	ld.param.b64 %in, [bitnet_kernel_param_1];
	mov.u32 %r1, %ctaid.x;
	mov.u32 %r2, %ntid.x;
	mov.u32 %r3, %tid.x;
	mad.lo.s32 %i, %r1, %r2, %r3;
	cvt.u64.u32 %i64, %i;
	shl.b64 %mine, %i64, 3;
	add.s64 %mine, %mine, %out;
)" + body +
         "\n\tret;\n}\n";
}

std::string give(const std::string &value) {
  return "\tst.global.b64 [%mine], " + value + ";\n";
}

uint32_t bitsOf(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}
uint64_t bitsOf(double value) {
  uint64_t bits;
  memcpy(&bits, &value, 8);
  return bits;
}
float floatOf(uint64_t bits) {
  uint32_t low = (uint32_t)bits;
  float value;
  memcpy(&value, &low, 4);
  return value;
}
double doubleOf(uint64_t bits) {
  double value;
  memcpy(&value, &bits, 8);
  return value;
}

namespace {
constexpr size_t kCases = 2048;

uint64_t cut(uint64_t bits, int width) {
  return width >= 64 ? bits : bits & ((1ull << width) - 1);
}

/// Small and large integers, floats of several sizes, special ones.
std::vector<uint64_t> operandsOf(int width, int floatBits, unsigned seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  const uint64_t rare[] = {0,
                           1,
                           2,
                           7,
                           8,
                           31,
                           32,
                           33,
                           63,
                           64,
                           65,
                           127,
                           128,
                           255,
                           0x7fff,
                           0x8000,
                           0xffff,
                           0x7fffffff,
                           0x80000000,
                           0xffffffff,
                           0x7fffffffffffffff,
                           0x8000000000000000,
                           ~0ull};
  const double rareFloats[] = {0.0,       -0.0,  1.0,         -1.0,  0.5,
                               1.5,       2.5,   -2.5,        1e-40, -1e-45,
                               6e-8,      65504, 65520,       3e38,  INFINITY,
                               -INFINITY, NAN,   4294967296.0};
  std::vector<uint64_t> result(kCases);
  for (size_t i = 0; i < kCases; ++i) {
    uint64_t bits = random();
    if (i % 3 == 1)
      bits = rare[random() % std::size(rare)];
    if (floatBits && width >= 16 && i % 2) {
      double v = i % 4 == 1 ? normal(random) *
                                  std::ldexp(1.0, (int)(random() % 30) - 12)
                            : rareFloats[random() % std::size(rareFloats)];
      if (width == 64)
        bits = bitsOf(v);
      else if (width == 32)
        bits = bitsOf((float)v);
      else // of f16 by its fields, bf16 by the upper half of f32
        bits = floatBits == 17 ? bitsOf((float)v) >> 16 : random();
    }
    result[i] = cut(bits, width);
  }
  return result;
}

bool isNaN(uint64_t bits, int floatBits) {
  switch (floatBits) {
  case 16:
    return (bits & 0x7fff) > 0x7c00;
  case 17:
    return (bits & 0x7fff) > 0x7f80;
  case 32:
    return (bits & 0x7fffffff) > 0x7f800000;
  case 64:
    return (bits & ~(1ull << 63)) > 0x7ff0000000000000;
  default:
    return false;
  }
}

std::string typed(const Operation &operation) {
  std::string declarations, loads;
  const char *names[] = {"%x", "%a", "%b", "%c"};
  for (size_t k = 0; k < operation.widths.size(); ++k) {
    int width = operation.widths[k];
    std::string type = width == 1 ? "pred" : "b" + std::to_string(width);
    declarations += "\t.reg ." + type + " " + names[k] + ";\n";
    std::string place = "[%d10+" + std::to_string(8 * (k ? k - 1 : 0)) + "]";
    if (!k)
      continue;
    if (width == 1)
      loads += "\tld.global.b32 %r10, " + place + ";\n\tsetp.ne.u32 " +
               names[k] + ", %r10, 0;\n";
    else
      loads += "\tld.global." + type + " " + names[k] + ", " + place + ";\n";
  }
  int width = operation.widths[0];
  std::string none = width == 1
                         ? "\tsetp.ne.u32 %x, 0, 0;\n"
                         : "\tmov.b" + std::to_string(width) + " %x, 0;\n";
  std::string result =
      width == 1 ? "\tselp.b64 %d11, 1, 0, %x;\n" + give("%d11")
                 : "\tst.global.b" + std::to_string(width) + " [%mine], %x;\n";
  // The second half of the threads takes every other lane only.
  return kernelOf(declarations +
                  "\tmul.wide.u32 %d10, %i, 24;\n"
                  "\tadd.s64 %d10, %d10, %in;\n" +
                  loads + none +
                  "\tand.b32 %r11, %i, 1025;\n\tsetp.ne.u32 %p1, %r11, 1025;\n"
                  "\t@%p1 " +
                  operation.text + "\n" + result);
}
} // namespace

void expectOperation(const Operation &operation, const Reference &reference,
                     int floatBits) {
  std::vector<uint64_t> in(3 * kCases);
  for (size_t k = 0; k + 1 < operation.widths.size(); ++k) {
    auto operands =
        operandsOf(operation.widths[k + 1], floatBits, 17 + (unsigned)k);
    for (size_t i = 0; i < kCases; ++i)
      in[3 * i + k] =
          operation.widths[k + 1] == 1 ? operands[i] & 1 : operands[i];
  }
  Shape shape = {kCases / 64, 64, kCases};
  Outcome got = runPtx(typed(operation), in, shape);
  ASSERT_EQ(got.code, 0) << operation.text << ": " << got.error;
  int width = operation.widths[0];
  for (size_t i = 0; i < kCases; ++i) {
    bool taken = (i & 1025) != 1025;
    uint64_t want =
        taken ? cut(reference(in[3 * i], in[3 * i + 1], in[3 * i + 2]), width)
              : 0;
    uint64_t have = cut(got.words[i], width);
    bool same = have == want || (width >= 16 && isNaN(have, floatBits) &&
                                 isNaN(want, floatBits));
    ASSERT_TRUE(same) << operation.text << std::hex << " of " << in[3 * i]
                      << ", " << in[3 * i + 1] << ", " << in[3 * i + 2]
                      << ": found " << have << ", expected " << want;
  }
}
