//===- LinearTest.cpp - dense linear layers against f64
//--------------------===//

#include "transformer/Kernels.h"
#include "transformer/Packing.h"

using namespace bitnet::test;

namespace {
struct LinearCase {
  std::string element; ///< of the weights
  bool bias;
  int64_t tokens, rows, depth;
  int64_t blockRows = 0; ///< of packed rows; 0: weights are row-major
};

std::string linearModule(const LinearCase &c) {
  std::string n = std::to_string(c.rows), k = std::to_string(c.depth);
  std::string x = "memref<?x" + k + "xf32>", out = "memref<?x" + n + "xf32>";
  std::string w = "memref<" + n + "x" + k + "x" + c.element + ">";
  if (c.blockRows)
    w = packedMemRef(c.element, c.rows, c.depth, c.blockRows);
  std::string v = "memref<" + n + "xf32>";
  return kernelModule({x, w, v, out},
                      std::string("  transformer.linear %a0, %a1") +
                          (c.bias ? " bias(%a2)" : "") +
                          " outs(%a3) exec %exec : (" + x + ", " + w +
                          (c.bias ? " bias(" + v + ")" : "") + " outs(" + out +
                          "))");
}

/// Element [token, row] in the order that docs/architecture.md fixes.
float inFixedOrder(const float *x, const float *w, int64_t depth) {
  float lanes[16] = {};
  for (int64_t k = 0; k < depth; ++k)
    lanes[k % 16] = std::fma(w[k], x[k], lanes[k % 16]);
  for (int half = 8; half; half /= 2)
    for (int lane = 0; lane < half; ++lane)
      lanes[lane] += lanes[lane + half];
  return lanes[0];
}

void checkLinear(const LinearCase &c) {
  std::vector<float> x = randomFloats(c.tokens * c.depth, 21);
  std::vector<float> w = randomFloats(c.rows * c.depth, 22);
  std::vector<float> bias = randomFloats(c.rows, 23);
  std::vector<uint8_t> bytes = narrowTo(c.element, w);
  if (c.blockRows)
    bytes = packRows(c.element, bytes, c.rows, c.depth, c.blockRows);
  std::vector<float> want;
  for (int64_t t = 0; t < c.tokens; ++t)
    for (int64_t n = 0; n < c.rows; ++n)
      want.push_back(inFixedOrder(&x[t * c.depth], &w[n * c.depth], c.depth) +
                     (c.bias ? bias[n] : 0));
  for (const Variant &variant : variants()) {
    auto module =
        compileKernels(linearModule(c), variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(c.tokens * c.rows + 16, 77);
      JitState state;
      state.part = part;
      module->run({{x.data(), {c.tokens, c.depth}},
                   {bytes.data(), {c.rows, c.depth}},
                   {bias.data(), {c.rows}},
                   {out.data(), {c.tokens, c.rows}}},
                  state);
      for (int i = 0; i < 16; ++i)
        ASSERT_EQ(out[c.tokens * c.rows + i], 77);
      out.resize(c.tokens * c.rows);
      expectSameBits(out, want, c.element.c_str());
    }
  }
}

/// The scalar order itself is a sum: near the exact one.
TEST(Linear, FixedOrderIsASum) {
  std::vector<float> x = randomFloats(1000, 31), w = randomFloats(1000, 32);
  double sum = 0;
  for (int k = 0; k < 1000; ++k)
    sum += double(x[k]) * w[k];
  EXPECT_NEAR(inFixedOrder(x.data(), w.data(), 1000), sum, 1e-4);
}

TEST(Linear, OneToken) {
  for (const char *element : {"f32", "f16", "bf16"})
    checkLinear({element, false, 1, 37, 100});
}
TEST(Linear, SomeTokens) {
  for (int64_t tokens : {2, 3, 4, 5, 49})
    checkLinear({"f32", true, tokens, 37, 100});
}
TEST(Linear, NarrowWeightsManyTokens) {
  checkLinear({"f16", true, 7, 19, 33});
  checkLinear({"bf16", false, 7, 19, 33});
}
TEST(Linear, Depths) {
  for (int64_t depth : {1, 15, 16, 17, 32, 255})
    checkLinear({"f32", false, 4, 9, depth});
}
TEST(Linear, Rows) {
  for (int64_t rows : {1, 2, 7, 8, 9, 16})
    checkLinear({"f32", false, 3, rows, 48});
}
TEST(Linear, ManyUnits) { checkLinear({"f32", false, 1, 700, 256}); }
TEST(Linear, PackedRows) {
  for (const char *element : {"f32", "f16", "bf16"})
    for (int64_t blockRows : {4, 16})
      for (int64_t tokens : {1, 2, 7})
        checkLinear({element, true, tokens, 37, 100, blockRows});
}
TEST(Linear, PackedDepths) {
  for (int64_t depth : {1, 15, 16, 17, 31, 32, 33, 63, 64, 255})
    checkLinear({"bf16", false, 1, 9, depth, 4});
}
TEST(Linear, PackedRowCounts) {
  for (int64_t rows : {1, 3, 4, 5, 15, 16, 17, 700})
    checkLinear({"f16", false, 1, rows, 48, rows < 16 ? 4 : 16});
}
TEST(Linear, PackedManyTokens) {
  checkLinear({"bf16", false, 49, 35, 64, 16});
  checkLinear({"bf16", false, 0, 35, 64, 16});
}
TEST(Linear, NoTokens) { checkLinear({"f32", false, 0, 8, 16}); }
} // namespace
