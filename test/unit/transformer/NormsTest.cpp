//===- NormsTest.cpp - rms_norm and layer_norm against f64
//-----------------===//

#include "transformer/Kernels.h"

using namespace bitnet::test;

namespace {
struct NormCase {
  bool layer, gain, bias;
  int64_t rows, size;
};

std::string normModule(const NormCase &c) {
  std::string k = std::to_string(c.size);
  std::string x = "memref<?x" + k + "xf32>", v = "memref<" + k + "xf32>";
  std::string op = c.layer ? "transformer.layer_norm" : "transformer.rms_norm";
  std::string operands, types;
  if (c.gain) {
    operands += " gain(%a1)";
    types += " gain(" + v + ")";
  }
  if (c.bias) {
    operands += " bias(%a2)";
    types += " bias(" + v + ")";
  }
  return kernelModule({x, v, v, x},
                      "  " + op + " %a0" + operands +
                          " outs(%a3) exec %exec {eps = 1.0e-5 : f32} : (" + x +
                          types + " outs(" + x + "))");
}

std::vector<double> reference(const NormCase &c, const std::vector<float> &x,
                              const std::vector<float> &gain,
                              const std::vector<float> &bias) {
  std::vector<double> out;
  for (int64_t row = 0; row < c.rows; ++row) {
    const float *in = x.data() + row * c.size;
    double mean = 0, squares = 0;
    for (int64_t k = 0; k < c.size && c.layer; ++k)
      mean += in[k];
    mean /= c.size;
    for (int64_t k = 0; k < c.size; ++k)
      squares += (in[k] - mean) * (in[k] - mean);
    double root = std::sqrt(squares / c.size + 1e-5);
    for (int64_t k = 0; k < c.size; ++k)
      out.push_back((in[k] - mean) / root * (c.gain ? gain[k] : 1) +
                    (c.bias ? bias[k] : 0));
  }
  return out;
}

void checkNorm(const NormCase &c) {
  std::vector<float> x = randomFloats(c.rows * c.size, 1, 3);
  std::vector<float> gain = randomFloats(c.size, 2),
                     bias = randomFloats(c.size, 3);
  for (float &value : x)
    value += 1.5f;
  std::vector<float> first;
  for (const Variant &variant : variants()) {
    auto module =
        compileKernels(normModule(c), variant.vectorBits, variant.target);
    ASSERT_TRUE(module);
    for (int64_t part : {0, 1}) {
      std::vector<float> out(x.size());
      JitState state;
      state.part = part;
      module->run({{x.data(), {c.rows, c.size}},
                   {gain.data(), {c.size}},
                   {bias.data(), {c.size}},
                   {out.data(), {c.rows, c.size}}},
                  state);
      if (first.empty())
        first = out;
      expectSameBits(out, first, "norm");
    }
  }
  expectNear(first, reference(c, x, gain, bias), 1e-6);
}

// One lane, one vector, tails on both sides of a vector, many vectors.
TEST(Norms, RMS) {
  for (int64_t size : {1, 15, 16, 17, 31, 100, 640})
    checkNorm({false, true, false, 5, size});
  checkNorm({false, false, false, 3, 100});
}
TEST(Norms, Layer) {
  for (int64_t size : {1, 15, 16, 17, 31, 100, 640})
    checkNorm({true, true, true, 5, size});
  checkNorm({true, false, false, 3, 100});
  checkNorm({true, true, false, 3, 33});
}
TEST(Norms, ManyRows) { checkNorm({false, true, false, 1000, 100}); }
TEST(Norms, NoRows) { checkNorm({false, true, false, 0, 100}); }
} // namespace
