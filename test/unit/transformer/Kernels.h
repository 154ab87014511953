#ifndef TEST_UNIT_TRANSFORMER_KERNELS_H
#define TEST_UNIT_TRANSFORMER_KERNELS_H

#include "support/JitHarness.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

namespace bitnet::test {

/// Compiles a module with transformer ops for registers of `vectorBits`; once
/// for each text, as most tests only change sizes that are known at run time.
inline JitModule *compileKernels(const std::string &mlir, int vectorBits = 256,
                                 JitOptions target = {}) {
  static std::map<std::string, std::unique_ptr<JitModule>> modules;
  auto &module =
      modules[mlir + std::to_string(vectorBits) + target.cpu + target.features];
  if (!module) {
    target.passes = "transformer-lower-to-vector{vector-bits=" +
                    std::to_string(vectorBits) +
                    "},math-to-polynomial,canonicalize,cse";
    module = JitModule::compile(mlir, target);
  }
  EXPECT_TRUE(module) << mlir;
  return module.get();
}

/// `body` as @main; operands are `%0 = rt.input %exec[0] : types[0]` and so on,
/// named %a0, %a1, ...
inline std::string kernelModule(const std::vector<std::string> &types,
                                const std::string &body,
                                const std::string &symbols = "") {
  std::string text = symbols + "func.func @main(%exec: !rt.exec) {\n";
  for (size_t i = 0; i < types.size(); ++i)
    text += "  %a" + std::to_string(i) + " = rt.input %exec[" +
            std::to_string(i) + "] : " + types[i] + "\n";
  return text + body + "\n  return\n}\n";
}

/// One way of compiling and running that must not change a bit.
struct Variant {
  int vectorBits;
  JitOptions target;
};

/// Tiles for short and long registers, each for a CPU that has them.
inline std::vector<Variant> variants() {
  std::vector<JitOptions> targets = otherTargets();
  std::vector<Variant> all = {
      {256, targets.empty() ? JitOptions() : targets[0]}};
  all.push_back({512, targets.size() < 2 ? JitOptions() : targets[1]});
  return all;
}

inline void expectSameBits(const std::vector<float> &got,
                           const std::vector<float> &want, const char *what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(std::memcmp(&got[i], &want[i], sizeof(float)), 0)
        << what << ": " << got[i] << " and " << want[i] << " at " << i;
}

/// Within `tolerance` of the largest magnitude.
inline void expectNear(const std::vector<float> &got,
                       const std::vector<double> &want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  double largest = 1e-30;
  for (double value : want)
    largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], want[i], tolerance * largest) << "at " << i;
}

} // namespace bitnet::test

#endif // TEST_UNIT_TRANSFORMER_KERNELS_H
