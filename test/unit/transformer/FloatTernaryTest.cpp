//===- FloatTernaryTest.cpp - ternary.float_linear against its definition -===//

#include "transformer/Kernels.h"

using namespace bitnet::test;

namespace {
struct FloatTernaryCase {
  bool bias;
  int64_t tokens, rows, depth, group;

  int64_t blocks() const { return (rows + 15) / 16; }
  int64_t groups() const { return (depth + group - 1) / group; }
};

std::string moduleOf(const FloatTernaryCase &c) {
  auto text = [](int64_t number) { return std::to_string(number); };
  std::string x = "memref<?x" + text(c.depth) + "xf32>";
  std::string out = "memref<?x" + text(c.rows) + "xf32>";
  std::string planes = "memref<" + text(c.blocks() * c.depth * 4) + "xi8>";
  std::string padded = text(c.blocks() * 16);
  std::string scales = "memref<" + text(c.groups()) + "x" + padded + "xf32>";
  std::string bias = "memref<" + padded + "xf32>";
  return kernelModule({x, planes, scales, bias, out},
                      std::string("  ternary.float_linear %a0, %a1, %a2") +
                          (c.bias ? " bias(%a3)" : "") +
                          " outs(%a4) exec %exec {rows = " + text(c.rows) +
                          " : i64, group = " + text(c.group) + " : i64} : (" +
                          x + ", " + planes + ", " + scales +
                          (c.bias ? " bias(" + bias + ")" : "") + " outs(" +
                          out + "))");
}

/// The op's description, word by word.
float reference(const FloatTernaryCase &c, const float *x, const int8_t *trits,
                const std::vector<float> &scales, int64_t row) {
  float total = 0;
  for (int64_t g = 0; g < c.groups(); ++g) {
    float plus = 0, minus = 0;
    int64_t end = std::min((g + 1) * c.group, c.depth);
    for (int64_t k = g * c.group; k < end; ++k) {
      if (trits[k] > 0)
        plus += x[k];
      if (trits[k] < 0)
        minus += x[k];
    }
    volatile float scaled = (plus - minus) * scales[g * c.blocks() * 16 + row];
    total += scaled;
  }
  return total;
}

void check(const FloatTernaryCase &c) {
  std::vector<float> x = randomFloats(c.tokens * c.depth, 1);
  std::vector<float> scales = randomFloats(c.groups() * c.blocks() * 16, 2);
  std::vector<float> bias = randomFloats(c.blocks() * 16, 3);
  std::vector<float> numbers = randomFloats(c.rows * c.depth, 4);
  std::vector<int8_t> trits;
  std::vector<uint8_t> planes(c.blocks() * c.depth * 4);
  for (int64_t row = 0; row < c.rows; ++row)
    for (int64_t k = 0; k < c.depth; ++k) {
      float number = numbers[row * c.depth + k];
      int8_t trit = number > 0.5f ? 1 : number < -0.5f ? -1 : 0;
      trits.push_back(trit);
      int64_t word = 2 * (row / 16 * c.depth + k) + (trit < 0);
      if (trit)
        planes[2 * word + row % 16 / 8] |= 1 << (row % 8);
    }
  std::vector<float> want;
  for (int64_t t = 0; t < c.tokens; ++t)
    for (int64_t row = 0; row < c.rows; ++row)
      want.push_back(
          reference(c, &x[t * c.depth], &trits[row * c.depth], scales, row) +
          (c.bias ? bias[row] : 0));
  for (const Variant &variant : variants()) {
    auto module =
        compileKernels(moduleOf(c), variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(c.tokens * c.rows + 16, 77);
      JitState state;
      state.part = part;
      module->run({{x.data(), {c.tokens, c.depth}},
                   {planes.data(), {int64_t(planes.size())}},
                   {scales.data(), {c.groups(), c.blocks() * 16}},
                   {bias.data(), {c.blocks() * 16}},
                   {out.data(), {c.tokens, c.rows}}},
                  state);
      for (int i = 0; i < 16; ++i)
        ASSERT_EQ(out[c.tokens * c.rows + i], 77);
      out.resize(c.tokens * c.rows);
      expectSameBits(out, want, "float_linear");
    }
  }
}

TEST(FloatTernary, OneToken) { check({false, 1, 37, 100, 100}); }
TEST(FloatTernary, Groups) {
  for (int64_t group : {1, 16, 32, 99, 100})
    check({true, 3, 37, 100, group});
}
TEST(FloatTernary, Tokens) {
  for (int64_t tokens : {0, 2, 4, 5, 9})
    check({false, tokens, 20, 33, 16});
}
TEST(FloatTernary, Rows) {
  for (int64_t rows : {1, 15, 16, 17, 64, 80, 129})
    check({true, 5, rows, 24, 16});
}
TEST(FloatTernary, Depths) {
  for (int64_t depth : {1, 2, 255})
    check({false, 4, 18, depth, depth});
}
} // namespace
