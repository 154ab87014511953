//===- ScreenedLinearTest.cpp - the exact head ----------------------------===//
//
// Bounds must hold for every row, also where they are nearly reached, and the
// logits that are offered are those of transformer.linear.
//
//===----------------------------------------------------------------------===//

#include "transformer/Head.h"

#include "dialects/Transformer/IR/RowQuantizer.h"
#include "internal.h"

#include <numeric>

using namespace bitnet;
using namespace bitnet::test;

namespace {
/// What one execution asked of the runtime.
struct Calls {
  std::vector<float> lower, upper; ///< of the last row
  std::vector<int64_t> candidates; ///< of each row; -1: all
  std::vector<std::vector<int32_t>> ids;
  std::vector<std::vector<float>> logits;
  bool refuse = false; ///< as if the list were too short
};
Calls calls;

int64_t screen(bitnet_exec *exec, const float *lower, const float *upper,
               int64_t count, int32_t *ids, int64_t capacity) {
  calls.lower.assign(lower, lower + count);
  calls.upper.assign(upper, upper + count);
  std::vector<int32_t> heapIds(exec->top);
  std::vector<float> heap(exec->top);
  bn_top top;
  bn_top_start(&top, exec->top, heapIds.data(), heap.data());
  int64_t found = calls.refuse
                      ? -1
                      : bn_top_screen(&top, lower, upper, count, ids, capacity);
  calls.candidates.push_back(found);
  return found;
}

void offer(bitnet_exec *exec, const int32_t *ids, const float *logits,
           int64_t count) {
  calls.ids.emplace_back(exec->top);
  calls.logits.emplace_back(exec->top);
  bn_top top;
  bn_top_start(&top, exec->top, calls.ids.back().data(),
               calls.logits.back().data());
  bn_top_add(&top, ids, logits, count);
  bn_top_finish(&top);
}

struct Head {
  int64_t tokens, rows, depth, blockRows;
  std::string element = "bf16";
};

std::string screenedModule(const Head &h) {
  std::string n = std::to_string(h.rows), k = std::to_string(h.depth);
  std::string x = "memref<?x" + k + "xf32>", out = "memref<?x" + n + "xf32>";
  std::string w = packedMemRef(h.element, h.rows, h.depth, h.blockRows);
  std::string c = packedMemRef("i8", h.rows, h.depth, h.blockRows);
  std::string v = "memref<" + n + "xf32>";
  return kernelModule({x, w, c, v, v, v, out},
                      "  transformer.screened_linear %a0, %a1, %a2, %a3, %a4, "
                      "%a5 outs(%a6) exec %exec : (" +
                          x + ", " + w + ", " + c + ", " + v + ", " + v + ", " +
                          v + " outs(" + out + "))");
}

/// Runs the head for the k best on `variant`; `out` are all logits with k 0.
void run(const Head &h, std::vector<float> &x, const std::vector<float> &w,
         int64_t k, int64_t part, const ByteVariant &variant,
         std::vector<float> &out) {
  std::vector<float> values = w;
  std::vector<uint8_t> wide = narrowTo(h.element, values);
  ASSERT_EQ(std::memcmp(values.data(), w.data(), w.size() * 4), 0);
  wide = packRows(h.element, wide, h.rows, h.depth, h.blockRows);
  auto encode = [&](const char *kind) {
    return encodeAs(kind, w, h.rows, h.depth, h.blockRows);
  };
  std::vector<uint8_t> codes = encode("codes8"), scales = encode("scales8"),
                       errors = encode("errors8"), norms = encode("norms");
  auto module = compileKernels(withFacts(variant.facts, screenedModule(h)),
                               variant.vectorBits, variant.target);
  ASSERT_TRUE(module);
  bool refuse = calls.refuse;
  calls = {};
  calls.refuse = refuse;
  out.assign(h.tokens * h.rows, 77);
  JitState state;
  state.part = part;
  state.top = k;
  state.screen = screen;
  state.offer = offer;
  module->run({{x.data(), {h.tokens, h.depth}},
               {wide.data(), {}},
               {codes.data(), {}},
               {scales.data(), {h.rows}},
               {errors.data(), {h.rows}},
               {norms.data(), {h.rows}},
               {out.data(), {h.tokens, h.rows}}},
              state);
}

/// The k best of every position, for several k, are those of the linear layer.
void check(const Head &h, std::vector<float> x, const std::vector<float> &w,
           std::vector<int64_t> ks = {1, 5}) {
  std::vector<float> all, out;
  for (int64_t t = 0; t < h.tokens; ++t)
    for (int64_t n = 0; n < h.rows; ++n)
      all.push_back(dotInFixedOrder(&x[t * h.depth], &w[n * h.depth], h.depth));
  for (const ByteVariant &variant : byteVariants()) {
    run(h, x, w, 0, 0, variant, out);
    expectSameBits(out, all, "all logits");
    ASSERT_TRUE(calls.ids.empty());
    for (int64_t k : ks)
      for (int64_t part : {0, 1}) {
        run(h, x, w, std::min(k, h.rows), part, variant, out);
        ASSERT_EQ(int64_t(calls.ids.size()), h.tokens);
        for (int64_t t = 0; t < h.tokens; ++t) {
          std::vector<int32_t> order(h.rows);
          std::iota(order.begin(), order.end(), 0);
          const float *logits = &all[t * h.rows];
          auto value = [&](int32_t i) {
            return std::isnan(logits[i]) ? -INFINITY : logits[i];
          };
          std::stable_sort(
              order.begin(), order.end(),
              [&](int32_t a, int32_t b) { return value(a) > value(b); });
          for (int64_t i = 0; i < std::min(k, h.rows); ++i) {
            ASSERT_EQ(calls.ids[t][i], order[i]) << "place " << i;
            float want = value(order[i]);
            ASSERT_EQ(std::memcmp(&calls.logits[t][i], &want, 4), 0);
          }
        }
      }
  }
}

/// The bounds of one position hold and are `within` of the logits.
void checkBounds(const Head &h, std::vector<float> x,
                 const std::vector<float> &w) {
  std::vector<float> out;
  for (const ByteVariant &variant : byteVariants()) {
    run(h, x, w, 1, 0, variant, out);
    for (int64_t n = 0; n < h.rows; ++n) {
      float logit = dotInFixedOrder(x.data(), &w[n * h.depth], h.depth);
      ASSERT_LE(calls.lower[n], logit) << "row " << n << variant.facts;
      ASSERT_GE(calls.upper[n], logit) << "row " << n << variant.facts;
    }
  }
}

std::vector<float> asBF16(std::vector<float> values) {
  narrowTo("bf16", values);
  return values;
}

/// What the codes of a row leave out.
std::vector<float> residual(const std::vector<float> &row) {
  std::vector<int8_t> codes(row.size());
  float scale = transformer::getScale8(row);
  transformer::quantizeRow8(row, scale, codes.data());
  std::vector<float> rest;
  for (size_t i = 0; i < row.size(); ++i)
    rest.push_back(float(double(row[i]) - double(scale) * codes[i]));
  return rest;
}

/// What the quantisation of a position leaves out.
std::vector<float> residualOfPosition(const std::vector<float> &x) {
  QuantizedPosition q = quantizePosition(x.data(), x.size());
  std::vector<float> rest;
  for (size_t i = 0; i < x.size(); ++i)
    rest.push_back(float(double(x[i]) - double(q.scale) * q.values[i]));
  return rest;
}

TEST(ScreenedLinear, RandomHeads) {
  check({1, 700, 100, 16}, randomFloats(100, 1),
        asBF16(randomFloats(70000, 2)));
  check({3, 37, 64, 4}, randomFloats(192, 3), asBF16(randomFloats(37 * 64, 4)),
        {1, 5, 37});
  check({1, 33, 17, 16, "f32"}, randomFloats(17, 5), randomFloats(33 * 17, 6));
}

TEST(ScreenedLinear, ScreeningLeavesFewRows) {
  Head h = {1, 2000, 512, 16};
  std::vector<float> x = randomFloats(512, 1), out;
  run(h, x, asBF16(randomFloats(2000 * 512, 2)), 1, 0, byteVariants()[0], out);
  EXPECT_GE(calls.candidates[0], 1);
  EXPECT_LE(calls.candidates[0], 40);
}

/// The hidden state points along what the codes of a row leave out: the logit
/// is as far from its approximation as the bound allows.
TEST(ScreenedLinear, BoundsHoldAlongTheCodesError) {
  for (int64_t depth : {16, 640}) {
    Head h = {1, 32, depth, 16};
    std::vector<float> w = asBF16(randomFloats(32 * depth, 7));
    for (int64_t row : {0, 5, 31}) {
      std::vector<float> x = residual(std::vector<float>(
          w.begin() + row * depth, w.begin() + (row + 1) * depth));
      checkBounds(h, x, w);
      for (float &value : x)
        value = -value;
      checkBounds(h, x, w);
      // Two rows whose order the codes do not tell.
      std::vector<float> twins = w;
      std::copy_n(w.begin() + row * depth, depth,
                  twins.begin() + (row + 1) % 32 * depth);
      check(h, x, twins, {1, 2});
    }
  }
}

/// A row points along what the quantisation of the hidden state leaves out.
TEST(ScreenedLinear, BoundsHoldAlongThePositionsError) {
  for (int64_t depth : {16, 640}) {
    Head h = {1, 4, depth, 4, "f32"};
    std::vector<float> x = randomFloats(depth, 8), w;
    std::vector<float> rest = residualOfPosition(x);
    // Rows of few distinct magnitudes have small errors of their own.
    for (float factor : {1.0f, -1.0f, 1024.0f})
      for (float value : rest)
        w.push_back(factor * value);
    for (float value : rest)
      w.push_back(value > 0 ? 1.0f : -1.0f);
    checkBounds(h, x, w);
    check(h, x, w);
  }
}

/// Nothing is lost but by the roundings of the linear layer itself.
TEST(ScreenedLinear, BoundsHoldForTheRoundings) {
  Head h = {1, 64, 2000, 16};
  std::vector<float> x, w;
  for (int64_t k = 0; k < h.depth; ++k)
    x.push_back(k % 3 ? 1.0f : 1057.0f / 1057);
  for (int64_t i = 0; i < h.rows * h.depth; ++i)
    w.push_back(float(int((i * 7919) % 255) - 127));
  for (int64_t n = 0; n < h.rows; ++n)
    w[n * h.depth] = 127;
  checkBounds(h, x, asBF16(w));
  check(h, x, asBF16(w));
}

TEST(ScreenedLinear, TiesGoByTheirIds) {
  Head h = {1, 200, 64, 16};
  std::vector<float> row = randomFloats(64, 9), w;
  for (int64_t n = 0; n < h.rows; ++n)
    w.insert(w.end(), row.begin(), row.end());
  check(h, randomFloats(64, 10), asBF16(w), {1, 3, 200});
  check(h, std::vector<float>(64, 0.0f), asBF16(w), {1, 7});
}

TEST(ScreenedLinear, ZeroRowsAndHugeRows) {
  Head h = {2, 200, 64, 16};
  std::vector<float> w = asBF16(randomFloats(200 * 64, 11));
  std::fill_n(w.begin(), 64, 0.0f);
  for (float huge : {1e6f, 1e30f, 3e38f}) {
    std::fill_n(w.begin() + 17 * 64, 64, huge);
    std::fill_n(w.begin() + 18 * 64, 64, -huge);
    check(h, randomFloats(2 * 64, 12), asBF16(w));
  }
  std::vector<float> tiny = asBF16(randomFloats(200 * 64, 13, 1e-38f));
  check(h, randomFloats(2 * 64, 14, 1e-5f), tiny);
}

TEST(ScreenedLinear, NonFiniteValues) {
  Head h = {3, 200, 64, 16};
  std::vector<float> x = randomFloats(192, 15);
  std::vector<float> w = asBF16(randomFloats(200 * 64, 16));
  x[64 + 7] = NAN;
  x[128 + 39] = INFINITY;
  check(h, x, w);
  w[5 * 64 + 1] = INFINITY;
  w[6 * 64 + 2] = NAN;
  check(h, x, w);
}

TEST(ScreenedLinear, ListThatOverflows) {
  Head h = {2, 200, 64, 16};
  calls.refuse = true;
  check(h, randomFloats(128, 17), asBF16(randomFloats(200 * 64, 18)));
  EXPECT_EQ(calls.candidates.back(), -1);
  calls.refuse = false;
}
} // namespace
