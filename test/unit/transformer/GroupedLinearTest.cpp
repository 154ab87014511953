//===- GroupedLinearTest.cpp - linear layers of 4 bits --------------------===//

#include "transformer/Head.h"

#include "dialects/Transformer/IR/GroupQuantizer.h"
#include "dialects/Transformer/IR/NarrowFloats.h"

using namespace bitnet;
using namespace bitnet::test;
using transformer::GroupCodes;
using transformer::GroupWeights;
using transformer::PackedGroups;

namespace {
struct Shape {
  int64_t tokens, rows, depth;
  bool bias = false;
};

std::vector<ByteVariant> groupVariants() {
  std::vector<ByteVariant> all = byteVariants();
#if defined(__x86_64__)
  if (all.size() == 3 && __builtin_cpu_supports("avx512vnni")) {
    JitOptions dots = all.back().target;
    dots.features = "+avx512vnni";
    all.push_back({"avx2 = true, avx512bw = true, avx512vnni = true, "
                   "vector_bits = 512 : i64",
                   512, dots});
  }
#endif
  return all;
}

std::string groupedModule(const Shape &s) {
  std::string n = std::to_string(s.rows), k = std::to_string(s.depth);
  std::string x = "memref<?x" + k + "xf32>", out = "memref<?x" + n + "xf32>";
  PackedGroups packed = {s.rows, s.depth};
  std::string w = "memref<" + std::to_string(packed.blocks()) + "x" +
                  std::to_string(packed.chunks()) + "x9x64xi8>";
  std::string v = "memref<" + n + "xf32>";
  return kernelModule({x, w, v, out},
                      std::string("  transformer.grouped_linear %a0, %a1") +
                          (s.bias ? " bias(%a2)" : "") +
                          " outs(%a3) exec %exec : (" + x + ", " + w +
                          (s.bias ? " bias(" + v + ")" : "") + " outs(" + out +
                          "))");
}

GroupWeights groupOf(const float *row, int64_t depth, int64_t first) {
  GroupWeights weights = {};
  for (int64_t i = 0; i < PackedGroups::group && first + i < depth; ++i)
    weights[i] = row[first + i];
  return weights;
}

/// What transformer.grouped_linear says, one product after the other.
float reference(const float *x, const float *w, int64_t depth) {
  float result = 0;
  for (int64_t first = 0; first < depth; first += PackedGroups::group) {
    GroupWeights inputs = groupOf(x, depth, first);
    GroupCodes own = transformer::quantizeGroup4(groupOf(w, depth, first));
    float largest = 0;
    for (float value : inputs)
      largest =
          std::isfinite(value) ? std::max(largest, std::fabs(value)) : NAN;
    float factor = largest > 0 ? 127 / largest : 0;
    int32_t sum = 0;
    for (int64_t i = 0; i < PackedGroups::group && !std::isnan(largest); ++i)
      sum += own.codes[i] *
             int32_t(std::nearbyint(
                 std::max(-127.0f, std::min(127.0f, inputs[i] * factor))));
    float scale = transformer::fromBF16(own.scale) * (largest / 127);
    result = std::fma(float(sum), scale, result);
  }
  return result;
}

void check(const Shape &s, std::vector<float> x, std::vector<float> w) {
  std::vector<float> bias = randomFloats(s.rows, 3), want;
  for (int64_t t = 0; t < s.tokens; ++t)
    for (int64_t n = 0; n < s.rows; ++n) {
      float logit = reference(&x[t * s.depth], &w[n * s.depth], s.depth);
      want.push_back(s.bias ? logit + bias[n] : logit);
    }
  std::vector<uint8_t> weights = encodeAs("groups4", w, s.rows, s.depth, 16);
  for (const ByteVariant &variant : groupVariants()) {
    auto module = compileKernels(withFacts(variant.facts, groupedModule(s)),
                                 variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(s.tokens * s.rows + 16, 77);
      JitState state;
      state.part = part;
      module->run({{x.data(), {s.tokens, s.depth}},
                   {weights.data(), {}},
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
              << out[i] << " and " << want[i] << " at " << i << ' '
              << variant.facts;
    }
  }
}

void checkRandom(const Shape &s) {
  check(s, randomFloats(s.tokens * s.depth, 1),
        randomFloats(s.rows * s.depth, 2));
}

TEST(GroupedLinear, Shapes) {
  for (int64_t tokens : {0, 1, 2, 4, 8, 13})
    checkRandom({tokens, 37, 100, true});
  for (int64_t depth : {1, 17, 64, 225})
    checkRandom({1, 9, depth});
  for (int64_t rows : {1, 13, 700})
    checkRandom({rows == 13 ? 9 : 1, rows, 48});
}

/// All products at their largest, in both directions.
TEST(GroupedLinear, LargestSums) {
  for (float sign : {1.0f, -1.0f})
    for (float other : {1.0f, -1.0f}) {
      std::vector<float> w(16 * 96, sign), x(96, other);
      check({1, 16, 96}, x, w);
      // Codes of both signs in a group.
      for (size_t i = 0; i < w.size(); i += 2)
        w[i] = -w[i];
      for (size_t i = 0; i < x.size(); i += 2)
        x[i] = -x[i];
      check({1, 16, 96}, x, w);
    }
}

TEST(GroupedLinear, ZerosAndNonFinite) {
  Shape s = {5, 5, 70};
  std::vector<float> x = randomFloats(s.tokens * s.depth, 1),
                     w = randomFloats(s.rows * s.depth, 2);
  std::fill(x.begin(), x.begin() + s.depth, 0.0f);
  x[s.depth + 3] = INFINITY;
  x[2 * s.depth + 69] = NAN;
  std::fill(&x[3 * s.depth + 32], &x[3 * s.depth + 64], 0.0f);
  std::fill(w.begin(), w.begin() + s.depth, 0.0f);
  w[s.depth + 7] = -INFINITY;
  w[2 * s.depth + 69] = NAN;
  check(s, x, w);
}

double errorOf(const GroupWeights &weights, const GroupCodes &group) {
  double squares = 0, scale = transformer::fromBF16(group.scale);
  for (size_t i = 0; i < weights.size(); ++i)
    squares += std::pow(weights[i] - scale * group.codes[i], 2);
  return squares;
}

/// No worse than the largest magnitude mapped to 7, and better by far together.
TEST(GroupQuantizer, LeastSquaredError) {
  double sum = 0, plain = 0;
  for (int seed = 0; seed < 500; ++seed) {
    std::vector<float> values = randomFloats(PackedGroups::group, seed);
    GroupWeights weights = groupOf(values.data(), values.size(), 0);
    float peak = 0;
    for (float weight : weights)
      peak = std::max(peak, std::fabs(weight));
    GroupCodes simple;
    float scale = peak / 7;
    simple.scale = transformer::toBF16(llvm::bit_cast<uint32_t>(scale));
    for (size_t i = 0; i < weights.size(); ++i)
      simple.codes[i] = int8_t(
          std::nearbyint(std::max(-8.0f, std::min(7.0f, weights[i] / scale))));
    GroupCodes group = transformer::quantizeGroup4(weights);
    for (int8_t code : group.codes)
      EXPECT_TRUE(code >= -8 && code <= 7);
    EXPECT_LE(errorOf(weights, group), errorOf(weights, simple) * 1.001);
    sum += errorOf(weights, group);
    plain += errorOf(weights, simple);
  }
  EXPECT_LT(sum, 0.75 * plain);
}

/// Powers of two move the scale and nothing else.
TEST(GroupQuantizer, Magnitudes) {
  std::vector<float> values = randomFloats(PackedGroups::group, 1);
  GroupWeights weights = groupOf(values.data(), values.size(), 0);
  GroupCodes whole = transformer::quantizeGroup4(weights);
  for (int exponent : {-120, -20, 20, 120}) {
    GroupWeights scaled;
    for (size_t i = 0; i < weights.size(); ++i)
      scaled[i] = std::ldexp(weights[i], exponent);
    GroupCodes group = transformer::quantizeGroup4(scaled);
    EXPECT_EQ(group.codes, whole.codes);
    EXPECT_EQ(transformer::fromBF16(group.scale),
              std::ldexp(transformer::fromBF16(whole.scale), exponent));
  }
  GroupWeights tiny = {};
  tiny[5] = -0x1p-149f;
  EXPECT_EQ(transformer::fromBF16(transformer::quantizeGroup4(tiny).scale), 0);
}

/// Multiples of a scale that bf16 holds are kept.
TEST(GroupQuantizer, ExactGrids) {
  GroupWeights weights;
  for (size_t i = 0; i < weights.size(); ++i)
    weights[i] = 0.375f * (int(i % 16) - 8);
  EXPECT_EQ(errorOf(weights, transformer::quantizeGroup4(weights)), 0);
  for (float &weight : weights)
    weight = -weight;
  EXPECT_EQ(errorOf(weights, transformer::quantizeGroup4(weights)), 0);
}
} // namespace
