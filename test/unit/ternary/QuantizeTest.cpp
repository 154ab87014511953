// ternary.quantize and the rescale forms, vector code against plain loops.

#include "support/JitHarness.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>

using namespace bitnet;
using namespace bitnet::test;

namespace {

struct Quantized {
  std::vector<int8_t> codes;
  std::vector<float> scales;
};

Quantized quantize(const std::string &passes, const std::string &attributes,
                   std::vector<float> input, int64_t tokens) {
  int64_t k = input.size() / tokens;
  std::string size = std::to_string(k);
  std::string mlir = "func.func @main(%exec: !rt.exec) {\n"
                     "  %x = rt.input %exec[0] : memref<?x1x" +
                     size +
                     "xf32>\n"
                     "  %q = rt.input %exec[1] : memref<?x1x" +
                     size +
                     "xi8>\n"
                     "  %s = rt.input %exec[2] : memref<?x1x1xf32>\n"
                     "  ternary.quantize %x outs(%q, %s : memref<?x1x" +
                     size + "xi8>, memref<?x1x1xf32>) exec %exec {" +
                     attributes + "} : memref<?x1x" + size +
                     "xf32>\n  return\n}\n";
  JitOptions options;
  options.passes = passes + ",canonicalize,cse";
  Quantized result{std::vector<int8_t>(input.size()),
                   std::vector<float>(tokens)};
  auto code = JitModule::compile(mlir, options);
  EXPECT_TRUE(code) << mlir;
  if (code)
    EXPECT_EQ(code->run({{input.data(), {tokens, 1, k}},
                         {result.codes.data(), {tokens, 1, k}},
                         {result.scales.data(), {tokens, 1, 1}}}),
              BITNET_RUN_OK);
  return result;
}

const char *const loops = "ternary-lower-to-loops";
const char *const vectors = "ternary-lower-to-vector{target=x86-avx2}";
const char *const usual =
    "form = #ternary.scale_form<mul_reciprocal>, range = 127.0 : f32, eps = "
    "1.0e-5 : f32, qmin = -128 : i64, qmax = 127 : i64";

} // namespace

TEST(Quantize, VectorsGiveTheBitsOfLoops) {
  for (const char *attributes :
       {usual, "form = #ternary.scale_form<div>, range = 127.0 : f32, eps = "
               "1.0e-5 : f32, qmin = -127 : i64, qmax = 127 : i64"})
    for (int64_t k : {1, 7, 8, 37, 64}) {
      std::vector<float> input = randomFloats(5 * k, k, 3.0f);
      Quantized want = quantize(loops, attributes, input, 5);
      Quantized got = quantize(vectors, attributes, input, 5);
      EXPECT_EQ(got.codes, want.codes) << k;
      EXPECT_EQ(std::memcmp(got.scales.data(), want.scales.data(), 20), 0);
    }
}

TEST(Quantize, RoundsHalvesToEvenAndClamps) {
  // The largest magnitude is 127, so the scale is 1.
  std::vector<float> input = {127.0f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -127.0f};
  for (const char *passes : {loops, vectors}) {
    Quantized got = quantize(
        passes,
        "form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : "
        "f32, qmin = -100 : i64, qmax = 120 : i64",
        input, 1);
    EXPECT_EQ(got.codes, (std::vector<int8_t>{120, 0, 2, 2, 0, -2, -100}));
  }
}

TEST(Quantize, NaNAndInfinityHaveOneDefinedResult) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  float inf = std::numeric_limits<float>::infinity();
  std::vector<float> input = {nan, 2.0f, -1.0f, nan, inf, 1.0f, 0.0f, 0.0f};
  for (const char *passes : {loops, vectors}) {
    Quantized got = quantize(passes, usual, input, 4);
    // A NaN makes its token's scale NaN, and so the layer's output; the codes
    // are 0, as they are beside an infinity.
    EXPECT_EQ(got.codes, (std::vector<int8_t>{0, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_TRUE(std::isnan(got.scales[0]));
    EXPECT_TRUE(std::isnan(got.scales[1]));
    EXPECT_EQ(got.scales[2], 0.0f);
    EXPECT_EQ(got.scales[3], 1.0f / 1e-5f * 127.0f);
  }
}
