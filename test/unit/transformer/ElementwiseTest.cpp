//===- ElementwiseTest.cpp - rotary and gated_activation against f64
//-------===//

#include "transformer/Kernels.h"

using namespace bitnet::test;

namespace {
//===- gated_activation
//----------------------------------------------------===//

double activate(const std::string &name, double x) {
  if (name == "silu")
    return x / (1 + std::exp(-x));
  if (name == "gelu")
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  double positive = std::max(x, 0.0);
  return name == "relu" ? positive : positive * positive;
}

void checkActivation(const std::string &name, bool up, int64_t rows,
                     int64_t size) {
  std::string type = "memref<?x" + std::to_string(size) + "xf32>";
  std::string text = kernelModule(
      {type, type, type},
      std::string("  transformer.gated_activation %a0") +
          (up ? " up(%a1)" : "") +
          " outs(%a2) exec %exec {activation = #transformer.activation<" +
          name + ">} : (" + type + (up ? " up(" + type + ")" : "") + " outs(" +
          type + "))");
  std::vector<float> x = randomFloats(rows * size, 7, 3);
  std::vector<float> other = randomFloats(rows * size, 8);
  std::vector<double> want;
  for (size_t i = 0; i < x.size(); ++i)
    want.push_back(activate(name, x[i]) * (up ? other[i] : 1));
  std::vector<float> first;
  for (const Variant &variant : variants()) {
    auto module = compileKernels(text, variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      // Elements behind the end must stay.
      std::vector<float> out(x.size() + 16, 77);
      JitState state;
      state.part = part;
      module->run({{x.data(), {rows, size}},
                   {other.data(), {rows, size}},
                   {out.data(), {rows, size}}},
                  state);
      for (int i = 0; i < 16; ++i)
        ASSERT_EQ(out[x.size() + i], 77);
      out.resize(x.size());
      if (first.empty())
        first = out;
      expectSameBits(out, first, name.c_str());
    }
  }
  expectNear(first, want, 1e-6);
}

TEST(GatedActivation, All) {
  for (const char *name : {"silu", "relu2", "relu", "gelu"})
    for (bool up : {false, true}) {
      checkActivation(name, up, 3, 37);
      checkActivation(name, up, 1, 16);
    }
}
TEST(GatedActivation, Sizes) {
  checkActivation("relu2", true, 1, 1);
  checkActivation("relu2", true, 0, 5);
  checkActivation("relu2", true, 300, 333);
}

/// What is far from 0 neither overflows to NaN nor loses its limit.
TEST(GatedActivation, Extremes) {
  std::vector<float> x = {-1e30f, -200, -88.8f, 0, 88.8f, 200, 1e30f};
  x.resize(16);
  std::vector<float> out(16);
  auto module = compileKernels(kernelModule(
      {"memref<?xf32>", "memref<?xf32>"},
      "  transformer.gated_activation %a0 outs(%a1) exec %exec {activation = "
      "#transformer.activation<silu>} : (memref<?xf32> outs(memref<?xf32>))"));
  ASSERT_TRUE(module);
  module->run({{x.data(), {16}}, {out.data(), {16}}});
  EXPECT_EQ(out[0], 0);
  EXPECT_EQ(out[1], 0);
  EXPECT_EQ(out[3], 0);
  EXPECT_EQ(out[4], 88.8f);
  EXPECT_EQ(out[6], 1e30f);
}

//===- rotary
//--------------------------------------------------------------===//

struct RotaryCase {
  int64_t batch, heads, length, size;
  std::string cosType, sinType; ///< as `?x1x?x`, without columns
  std::vector<int64_t> cosDims, sinDims;
  int64_t columns; ///< of the tables
};

/// table[.., c] of a right-aligned, broadcast table.
double tableAt(const std::vector<float> &table,
               const std::vector<int64_t> &dims,
               std::vector<int64_t> position) {
  int64_t offset = 0;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    int64_t index = position[axis + 4 - dims.size()];
    offset = offset * dims[axis] + (dims[axis] == 1 ? 0 : index);
  }
  return table[offset];
}

void checkRotary(RotaryCase c) {
  std::string d = std::to_string(c.size), columns = std::to_string(c.columns);
  std::string type =
      "memref<?x" + std::to_string(c.heads) + "x?x" + d + "xf32>";
  std::string cosType = "memref<" + c.cosType + columns + "xf32>";
  std::string sinType = "memref<" + c.sinType + columns + "xf32>";
  std::string text = kernelModule(
      {type, cosType, sinType, type},
      "  transformer.rotary %a0, %a1, %a2 outs(%a3) exec %exec : (" + type +
          ", " + cosType + ", " + sinType + " outs(" + type + "))");
  c.cosDims.push_back(c.columns);
  c.sinDims.push_back(c.columns);
  auto count = [](const std::vector<int64_t> &dims) {
    int64_t product = 1;
    for (int64_t size : dims)
      product *= size;
    return product;
  };
  std::vector<float> x =
      randomFloats(c.batch * c.heads * c.length * c.size, 11);
  std::vector<float> cos = randomFloats(count(c.cosDims), 12);
  std::vector<float> sin = randomFloats(count(c.sinDims), 13);
  std::vector<double> want(x.size());
  int64_t half = c.size / 2;
  for (size_t i = 0; i < x.size(); ++i) {
    int64_t k = i % c.size, s = i / c.size % c.length;
    int64_t h = i / c.size / c.length % c.heads;
    int64_t b = i / c.size / c.length / c.heads;
    double turned = k < half ? -x[i + half] : x[i - half];
    want[i] = x[i] * tableAt(cos, c.cosDims, {b, h, s, k % c.columns}) +
              turned * tableAt(sin, c.sinDims, {b, h, s, k % c.columns});
  }
  std::vector<float> first;
  for (const Variant &variant : variants()) {
    auto module = compileKernels(text, variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(x.size());
      JitState state;
      state.part = part;
      std::vector<int64_t> dims = {c.batch, c.heads, c.length, c.size};
      module->run({{x.data(), dims},
                   {cos.data(), c.cosDims},
                   {sin.data(), c.sinDims},
                   {out.data(), dims}},
                  state);
      if (first.empty())
        first = out;
      expectSameBits(out, first, "rotary");
    }
  }
  expectNear(first, want, 1e-6);
}

TEST(Rotary, FullTables) {
  checkRotary({2, 3, 5, 32, "?x1x?x", "?x1x?x", {2, 1, 5}, {2, 1, 5}, 32});
}
TEST(Rotary, HalfTables) {
  checkRotary({2, 3, 5, 32, "?x", "?x", {5}, {5}, 16});
}
TEST(Rotary, MixedRanks) {
  checkRotary({2, 3, 5, 64, "1x?x", "?x1x?x", {1, 5}, {1, 1, 5}, 64});
}
// Batch is 1 at run time only.
TEST(Rotary, DynamicBroadcast) {
  checkRotary({3, 2, 4, 16, "?x?x?x", "?x?x?x", {1, 1, 4}, {3, 2, 1}, 16});
}
TEST(Rotary, Tails) {
  for (int64_t size : {2, 6, 20, 36, 66}) {
    checkRotary({1, 2, 3, size, "?x", "?x", {3}, {3}, size});
    checkRotary({1, 2, 3, size, "?x", "?x", {3}, {3}, size / 2});
  }
}
TEST(Rotary, Empty) {
  checkRotary({0, 2, 3, 8, "?x", "?x", {3}, {3}, 8});
  checkRotary({1, 2, 0, 8, "?x", "?x", {0}, {0}, 8});
}
TEST(Rotary, LongPrompt) {
  checkRotary(
      {1, 4, 300, 64, "?x1x?x", "?x1x?x", {1, 1, 300}, {1, 1, 300}, 64});
}
} // namespace
