//===- QuantizedLinearTest.cpp - linear layers of 8 bits ------------------===//

#include "transformer/Head.h"

#include "dialects/Transformer/IR/RowQuantizer.h"

using namespace bitnet;
using namespace bitnet::test;

namespace {
struct Shape {
  int64_t tokens, rows, depth, blockRows;
  bool bias = false;
};

std::string quantizedModule(const Shape &s) {
  std::string n = std::to_string(s.rows), k = std::to_string(s.depth);
  std::string x = "memref<?x" + k + "xf32>", out = "memref<?x" + n + "xf32>";
  std::string c = packedMemRef("i8", s.rows, s.depth, s.blockRows);
  std::string v = "memref<" + n + "xf32>";
  return kernelModule(
      {x, c, v, v, out},
      std::string("  transformer.quantized_linear %a0, %a1, %a2") +
          (s.bias ? " bias(%a3)" : "") + " outs(%a4) exec %exec : (" + x +
          ", " + c + ", " + v + (s.bias ? " bias(" + v + ")" : "") + " outs(" +
          out + "))");
}

void check(const Shape &s, std::vector<float> x, std::vector<float> w) {
  std::vector<float> bias = randomFloats(s.rows, 3), want;
  for (int64_t t = 0; t < s.tokens; ++t) {
    const float *position = &x[t * s.depth];
    QuantizedPosition q = quantizePosition(position, s.depth);
    for (int64_t n = 0; n < s.rows; ++n) {
      llvm::ArrayRef<float> row(&w[n * s.depth], s.depth);
      float scale = transformer::getScale8(row);
      std::vector<int8_t> codes(s.depth);
      transformer::quantizeRow8(row, scale, codes.data());
      int64_t sum = 0;
      for (int64_t k = 0; k < s.depth; ++k)
        sum += int64_t(codes[k]) * q.values[k];
      ASSERT_EQ(sum, int32_t(sum));
      float logit = float(double(sum) * (double(scale) * double(q.scale)));
      want.push_back(s.bias ? logit + bias[n] : logit);
    }
  }
  std::vector<uint8_t> codes =
      encodeAs("codes8", w, s.rows, s.depth, s.blockRows);
  std::vector<uint8_t> scales =
      encodeAs("scales8", w, s.rows, s.depth, s.blockRows);
  for (const ByteVariant &variant : byteVariants()) {
    auto module = compileKernels(withFacts(variant.facts, quantizedModule(s)),
                                 variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(s.tokens * s.rows + 16, 77);
      JitState state;
      state.part = part;
      module->run({{x.data(), {s.tokens, s.depth}},
                   {codes.data(), {}},
                   {scales.data(), {s.rows}},
                   {bias.data(), {s.rows}},
                   {out.data(), {s.tokens, s.rows}}},
                  state);
      for (int i = 0; i < 16; ++i)
        ASSERT_EQ(out[s.tokens * s.rows + i], 77);
      for (int64_t i = 0; i < s.tokens * s.rows; ++i)
        if (std::isnan(want[i]))
          ASSERT_TRUE(std::isnan(out[i])) << out[i];
        else
          ASSERT_EQ(std::memcmp(&out[i], &want[i], 4), 0)
              << out[i] << " and " << want[i] << " at " << i << variant.facts;
    }
  }
}

void checkRandom(const Shape &s) {
  check(s, randomFloats(s.tokens * s.depth, 1),
        randomFloats(s.rows * s.depth, 2));
}

TEST(QuantizedLinear, Shapes) {
  for (int64_t tokens : {0, 1, 2, 7})
    checkRandom({tokens, 37, 100, 16, true});
  for (int64_t depth : {1, 31, 64, 65, 255})
    checkRandom({1, 9, depth, 4});
  for (int64_t rows : {1, 5, 17, 700})
    checkRandom({1, rows, 48, rows < 16 ? 4 : 16});
}

/// All products at their largest, in both directions.
TEST(QuantizedLinear, LargestSums) {
  for (int64_t depth : {64, 516, 2560, 16384})
    for (float sign : {1.0f, -1.0f})
      check({1, 4, depth, 4}, std::vector<float>(depth, 3),
            std::vector<float>(4 * depth, sign));
}

TEST(QuantizedLinear, ZerosAndNonFinite) {
  Shape s = {4, 5, 40, 4};
  std::vector<float> x = randomFloats(s.tokens * s.depth, 1),
                     w = randomFloats(s.rows * s.depth, 2);
  std::fill(x.begin(), x.begin() + s.depth, 0.0f);
  x[s.depth + 3] = INFINITY;
  x[2 * s.depth + 39] = NAN;
  std::fill(w.begin(), w.begin() + s.depth, 0.0f);
  w[s.depth + 7] = -INFINITY;
  w[2 * s.depth] = NAN;
  check(s, x, w);
}

TEST(RowQuantizer, ErrorAndNormAreUpperBounds) {
  for (int seed = 0; seed < 50; ++seed) {
    std::vector<float> row = randomFloats(1 + seed * 7, seed);
    std::vector<int8_t> codes(row.size());
    float scale = transformer::getScale8(row);
    transformer::quantizeRow8(row, scale, codes.data());
    long double error = 0, norm = 0;
    for (size_t i = 0; i < row.size(); ++i) {
      long double rest = (long double)row[i] - (long double)scale * codes[i];
      error += rest * rest;
      norm += (long double)row[i] * row[i];
      EXPECT_LE(std::fabs(rest), 0.5001 * scale);
    }
    EXPECT_GE((long double)transformer::getError8(row), sqrtl(error));
    EXPECT_GE((long double)transformer::getNorm(row), sqrtl(norm));
    EXPECT_LE(transformer::getError8(row), 1.000001 * sqrtl(error));
    EXPECT_LE(transformer::getNorm(row), 1.000001 * sqrtl(norm));
  }
}
} // namespace
