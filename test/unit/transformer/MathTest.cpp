//===- MathTest.cpp - accuracy of math-to-polynomial against libm
//----------===//

#include "support/JitHarness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace bitnet::test;

namespace {
/// A module that applies `op` to 16 lanes of `element` at a time.
std::string unaryModule(const std::string &op, const std::string &element) {
  std::string memref = "memref<?x" + element + ">";
  std::string vector = "vector<16x" + element + ">";
  return "func.func @main(%exec: !rt.exec) {\n"
         "  %c0 = arith.constant 0 : index\n"
         "  %c16 = arith.constant 16 : index\n"
         "  %x = rt.input %exec[0] : " +
         memref +
         "\n"
         "  %y = rt.input %exec[1] : " +
         memref +
         "\n"
         "  %o = rt.input %exec[2] : " +
         memref +
         "\n"
         "  %n = memref.dim %x, %c0 : " +
         memref +
         "\n"
         "  scf.for %i = %c0 to %n step %c16 {\n"
         "    %a = vector.load %x[%i] : " +
         memref + ", " + vector +
         "\n"
         "    %b = vector.load %y[%i] : " +
         memref + ", " + vector +
         "\n"
         "    %r = " +
         op + " : " + vector +
         "\n"
         "    vector.store %r, %o[%i] : " +
         memref + ", " + vector +
         "\n"
         "  }\n  return\n}\n";
}

template <typename T>
std::vector<T> apply(const std::string &op, std::vector<T> x,
                     std::vector<T> y = {}, JitOptions target = {}) {
  size_t size = x.size(), padded = (size + 15) / 16 * 16;
  x.resize(padded);
  y.resize(padded);
  std::vector<T> out(padded);
  target.passes = "math-to-polynomial,canonicalize,cse";
  auto module = JitModule::compile(
      unaryModule(op, sizeof(T) == 4 ? "f32" : "f64"), target);
  EXPECT_TRUE(module) << op;
  if (!module)
    return {};
  int64_t n = padded;
  module->run({{x.data(), {n}}, {y.data(), {n}}, {out.data(), {n}}});
  out.resize(size);
  return out;
}

/// Distance of `value` from the exact `expected` in units of the last place of
/// T at `expected`; 0 where both are NaN or the same infinity.
template <typename T>
double ulps(T value, long double expected) {
  if (std::isnan(expected) || std::isnan(value))
    return std::isnan(expected) && std::isnan(value) ? 0 : 1e30;
  T rounded = T(expected);
  if (std::isinf(rounded) || std::isinf(value))
    return rounded == value ? 0 : 1e30;
  T magnitude = std::max(std::abs(rounded), std::numeric_limits<T>::min());
  T unit =
      std::nextafter(magnitude, std::numeric_limits<T>::infinity()) - magnitude;
  return std::abs(double((value - expected) / unit));
}

/// Floats of every exponent, both signs, with special values.
template <typename T>
std::vector<T> samples() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (T special : {T(0), T(1), T(0.5), T(2), T(10), T(88), T(104), T(709),
                    Limits::min(), Limits::denorm_min(), Limits::max(),
                    Limits::infinity(), Limits::quiet_NaN()}) {
    values.push_back(special);
    values.push_back(-special);
  }
  std::vector<float> mantissa = randomFloats(40, 1);
  for (int exponent = Limits::min_exponent - 20;
       exponent < Limits::max_exponent; exponent += sizeof(T) == 4 ? 1 : 9)
    for (float m : mantissa)
      values.push_back(std::ldexp(T(m), exponent));
  // Where functions are steep and arguments are usual.
  for (int i = -4000; i <= 4000; ++i)
    values.push_back(T(i * 0.0273));
  return values;
}

struct Function {
  const char *op;
  long double (*exact)(long double);
  double ulpsF32, ulpsF64;
};

/// libm in long double, the reference.
#define EXACT(name) [](long double x) -> long double { return name(x); }

const Function kFunctions[] = {
    {"math.exp %a", EXACT(std::exp), 1.0, 2.0},
    {"math.exp2 %a", EXACT(std::exp2), 0.51, 800.0},
    {"math.expm1 %a", EXACT(std::expm1), 0.51, 3.0},
    {"math.log %a", EXACT(std::log), 0.51, 2.0},
    {"math.log2 %a", EXACT(std::log2), 0.51, 3.0},
    {"math.log10 %a", EXACT(std::log10), 0.51, 3.0},
    {"math.log1p %a", EXACT(std::log1p), 0.51, 3.0},
    {"math.sin %a", EXACT(std::sin), 0.51, 2.0},
    {"math.cos %a", EXACT(std::cos), 0.51, 2.0},
    {"math.tan %a", EXACT(std::tan), 0.51, 4.0},
    {"math.asin %a", EXACT(std::asin), 0.51, 4.0},
    {"math.acos %a", EXACT(std::acos), 0.51, 4.0},
    {"math.atan %a", EXACT(std::atan), 0.51, 4.0},
    {"math.sinh %a", EXACT(std::sinh), 0.51, 4.0},
    {"math.cosh %a", EXACT(std::cosh), 0.51, 4.0},
    {"math.tanh %a", EXACT(std::tanh), 0.51, 4.0},
    {"math.asinh %a", EXACT(std::asinh), 0.51, 4.0},
    {"math.acosh %a", EXACT(std::acosh), 0.51, 4.0},
    {"math.atanh %a", EXACT(std::atanh), 0.51, 4.0},
    {"math.erf %a", EXACT(std::erf), 0.51, 4.0},
    {"math.erfc %a", EXACT(std::erfc), 0.51, 6.0},
    {"math.cbrt %a", EXACT(std::cbrt), 0.51, 2.0},
    {"math.rsqrt %a", [](long double x) { return 1 / std::sqrt(x); }, 1.5, 1.5},
};

class MathFunctions : public testing::TestWithParam<Function> {};

template <typename T>
void checkFunction(const Function &function, double allowed) {
  std::vector<T> x = samples<T>();
  std::vector<T> out = apply<T>(function.op, x);
  ASSERT_EQ(out.size(), x.size());
  double worst = 0;
  T at = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    double error = ulps<T>(out[i], function.exact(x[i]));
    if (error > worst) {
      worst = error;
      at = x[i];
    }
  }
  EXPECT_LE(worst, allowed) << function.op << " at " << at << ": gives "
                            << apply<T>(function.op, {at})[0] << ", expected "
                            << T(function.exact(at));
}

TEST_P(MathFunctions, F32) {
  checkFunction<float>(GetParam(), GetParam().ulpsF32);
}
TEST_P(MathFunctions, F64) {
  checkFunction<double>(GetParam(), GetParam().ulpsF64);
}

std::string nameOf(const testing::TestParamInfo<Function> &info) {
  std::string op = info.param.op;
  return op.substr(5, op.find(' ') - 5);
}
INSTANTIATE_TEST_SUITE_P(Math, MathFunctions, testing::ValuesIn(kFunctions),
                         nameOf);

/// Pairs of special and usual values.
template <typename T>
void checkBinary(const char *op, long double (*exact)(long double, long double),
                 double allowed) {
  const double values[] = {0,
                           -0.0,
                           1,
                           -1,
                           2,
                           -2,
                           3,
                           -3,
                           0.5,
                           -0.5,
                           1.5,
                           -1.5,
                           7.25,
                           1e4,
                           -1e4,
                           1e-4,
                           33.3,
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()};
  std::vector<T> x, y;
  for (double a : values)
    for (double b : values) {
      x.push_back(T(a));
      y.push_back(T(b));
    }
  std::vector<float> more = randomFloats(4000, 5, 4);
  for (size_t i = 0; i + 1 < more.size(); i += 2) {
    x.push_back(more[i]);
    y.push_back(more[i + 1]);
  }
  std::vector<T> out = apply<T>(op, x, y);
  ASSERT_EQ(out.size(), x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    long double expected = exact(x[i], y[i]);
    EXPECT_LE(ulps<T>(out[i], expected), allowed)
        << op << " of " << x[i] << " and " << y[i] << " gives " << out[i]
        << ", expected " << T(expected);
    if (!std::isnan(out[i]))
      EXPECT_EQ(std::signbit(out[i]), std::signbit(expected))
          << op << " of " << x[i] << " and " << y[i] << " gives " << out[i];
  }
}
long double exactPow(long double x, long double y) { return std::pow(x, y); }
long double exactAtan2(long double y, long double x) {
  return std::atan2(y, x);
}

TEST(Math, PowF32) { checkBinary<float>("math.powf %a, %b", exactPow, 0.51); }
TEST(Math, PowF64) { checkBinary<double>("math.powf %a, %b", exactPow, 500); }
TEST(Math, Atan2F32) {
  checkBinary<float>("math.atan2 %a, %b", exactAtan2, 0.51);
}
TEST(Math, Atan2F64) {
  checkBinary<double>("math.atan2 %a, %b", exactAtan2, 4);
}

/// Floats of all magnitudes that come closest to a multiple of pi / 2: of each
/// exponent, what a continued fraction of 2^e 2 / pi gives.
std::vector<float> nearQuarterTurns() {
  std::vector<float> values;
  for (int exponent = 0; exponent <= 104; ++exponent) {
    float best[4] = {};
    double distances[4] = {1, 1, 1, 1};
    for (uint32_t m = 1u << 23; m < 1u << 24; m += 1009) {
      float x = std::ldexp(float(m), exponent);
      double distance = std::min(std::abs(std::sin(double(x))),
                                 std::abs(std::cos(double(x))));
      auto *worst = std::max_element(distances, distances + 4);
      if (distance < *worst) {
        *worst = distance;
        best[worst - distances] = x;
      }
    }
    values.insert(values.end(), best, best + 4);
  }
  return values;
}

/// Angles of f32 are right to the largest one.
TEST(Math, HugeAngles) {
  std::vector<float> x = nearQuarterTurns();
  // The closest of all.
  for (float value : {16367173.0f * 0x1p72f, -0x1.f9cbe2p+7f, 0x1.6ac5b2p+107f})
    x.push_back(value);
  for (const char *op : {"math.sin %a", "math.cos %a", "math.tan %a"}) {
    std::vector<float> out = apply<float>(op, x);
    for (size_t i = 0; i < x.size(); ++i) {
      long double angle = x[i];
      long double exact = op[5] == 's'   ? std::sin(angle)
                          : op[5] == 'c' ? std::cos(angle)
                                         : std::tan(angle);
      EXPECT_LE(ulps<float>(out[i], exact), 0.51) << op << " of " << x[i];
    }
  }
}

/// Every target gives the same bits.
TEST(Math, SameOnAllTargets) {
  std::vector<float> x = samples<float>();
  for (const Function &function : kFunctions) {
    std::vector<float> here = apply<float>(function.op, x);
    for (const JitOptions &target : otherTargets()) {
      std::vector<float> there = apply<float>(function.op, x, {}, target);
      ASSERT_EQ(there.size(), here.size());
      for (size_t i = 0; i < x.size(); ++i)
        if (!std::isnan(here[i]))
          EXPECT_EQ(std::memcmp(&here[i], &there[i], sizeof(float)), 0)
              << function.op << " of " << x[i] << " on " << target.cpu;
    }
  }
}
} // namespace
