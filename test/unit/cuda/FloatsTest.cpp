// Floats against C++: what it rounds, and for 16 bits what lies nearest among
// all there are.
#include "Gpu.h"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <gtest/gtest.h>

namespace {
/// A type of 16 bits by its numbers in order.
class Narrow {
public:
  explicit Narrow(int mantissa) : mantissa(mantissa) {
    for (uint32_t bits = 0; bits < 0x7fffu >> mantissa << mantissa; ++bits)
      numbers.push_back(value((uint16_t)bits));
  }
  double value(uint16_t bits) const {
    int exponents = 15 - mantissa, bias = (1 << (exponents - 1)) - 1;
    int e = bits >> mantissa & ((1 << exponents) - 1);
    int m = bits & ((1 << mantissa) - 1);
    double v = e == (1 << exponents) - 1
                   ? (m ? NAN : INFINITY)
                   : std::ldexp(e ? m + (1 << mantissa) : m,
                                std::max(e, 1) - bias - mantissa);
    return bits >> 15 ? -v : v;
  }
  /// mode: 'n'earest even, 'z'ero, 'm'inus, 'p'lus. T holds the numbers of the
  /// type and v exactly.
  template <class T>
  uint16_t round(T v, char mode, bool negativeZero = false) const {
    if (v != v)
      return 0x7fff;
    bool negative = v < 0 || (v == 0 && negativeZero);
    T size = negative ? -v : v;
    size_t low =
        (size_t)(std::upper_bound(numbers.begin(), numbers.end(), size,
                                  [](T a, double b) { return a < (T)b; }) -
                 numbers.begin()) -
        1;
    // Behind the largest comes infinity, as far away as the next would be.
    T below = (T)numbers[low];
    size_t last = numbers.size() - 1;
    T above =
        low < last ? (T)numbers[low + 1] : below + below - (T)numbers[low - 1];
    bool away = mode == 'n' ? size - below > above - size ||
                                  (size - below == above - size && low % 2)
                            : below != size && (mode == 'm'   ? negative
                                                : mode == 'p' ? !negative
                                                              : false);
    if (low == last && v - v != 0) // infinite
      away = true;
    return (uint16_t)((low + away) | (negative ? 0x8000 : 0));
  }

private:
  int mantissa;
  std::vector<double> numbers;
};

const Narrow &f16() {
  static const Narrow type(10);
  return type;
}
const Narrow &bf16() {
  static const Narrow type(7);
  return type;
}
double half(uint64_t bits) { return f16().value((uint16_t)bits); }
double brain(uint64_t bits) { return bf16().value((uint16_t)bits); }

void in32(const std::string &text, size_t operands,
          float (*f)(float, float, float)) {
  expectOperation(
      {text, std::vector<int>(operands + 1, 32)},
      [=](auto a, auto b, auto c) {
        return bitsOf(f(floatOf(a), floatOf(b), floatOf(c)));
      },
      32);
}
void in64(const std::string &text, size_t operands,
          double (*f)(double, double, double)) {
  expectOperation(
      {text, std::vector<int>(operands + 1, 64)},
      [=](auto a, auto b, auto c) {
        return bitsOf(f(doubleOf(a), doubleOf(b), doubleOf(c)));
      },
      64);
}

/// What a computation gives in another rounding mode of C++.
template <class F>
auto rounding(char mode, F f) {
  int old = fegetround();
  fesetround(mode == 'z'   ? FE_TOWARDZERO
             : mode == 'm' ? FE_DOWNWARD
             : mode == 'p' ? FE_UPWARD
                           : FE_TONEAREST);
  auto result = f();
  fesetround(old);
  return result;
}

template <class T>
T smaller(T a, T b) {
  return a != a   ? b
         : b != b ? a
         : a == b ? (std::signbit(a) ? a : b)
                  : std::min(a, b);
}
template <class T>
T larger(T a, T b) {
  return a != a   ? b
         : b != b ? a
         : a == b ? (std::signbit(a) ? b : a)
                  : std::max(a, b);
}
} // namespace

TEST(Floats, Arithmetic) {
  in32("add.rn.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return a + b; });
  in32("sub.rn.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return a - b; });
  in32("mul.rn.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return a * b; });
  in32("div.rn.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return a / b; });
  in32("rcp.rn.f32 %x, %a;", 1, [](float a, float, float) { return 1 / a; });
  in32("sqrt.rn.f32 %x, %a;", 1,
       [](float a, float, float) { return std::sqrt(a); });
  in32("fma.rn.f32 %x, %a, %b, %c;", 3,
       [](float a, float b, float c) { return std::fma(a, b, c); });
  in64("add.rn.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return a + b; });
  in64("sub.rn.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return a - b; });
  in64("mul.rn.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return a * b; });
  in64("div.rn.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return a / b; });
  in64("rcp.rn.f64 %x, %a;", 1, [](double a, double, double) { return 1 / a; });
  in64("sqrt.rn.f64 %x, %a;", 1,
       [](double a, double, double) { return std::sqrt(a); });
  in64("fma.rn.f64 %x, %a, %b, %c;", 3,
       [](double a, double b, double c) { return std::fma(a, b, c); });
}

TEST(Floats, SignsAndExtremes) {
  in32("abs.f32 %x, %a;", 1,
       [](float a, float, float) { return std::fabs(a); });
  in32("neg.f32 %x, %a;", 1, [](float a, float, float) { return -a; });
  in32("copysign.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return std::copysign(b, a); });
  in64("copysign.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return std::copysign(b, a); });
  in32("min.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return smaller(a, b); });
  in32("max.f32 %x, %a, %b;", 2,
       [](float a, float b, float) { return larger(a, b); });
  in64("min.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return smaller(a, b); });
  in64("max.f64 %x, %a, %b;", 2,
       [](double a, double b, double) { return larger(a, b); });
  in32("min.NaN.f32 %x, %a, %b;", 2, [](float a, float b, float) {
    return a != a || b != b ? NAN : smaller(a, b);
  });
  in32("max.NaN.f32 %x, %a, %b;", 2, [](float a, float b, float) {
    return a != a || b != b ? NAN : larger(a, b);
  });
}

TEST(Floats, Comparisons) {
  struct {
    const char *name;
    bool (*holds)(double, double);
  } all[] = {
      {"eq", [](double a, double b) { return a == b; }},
      {"ne", [](double a, double b) { return a < b || a > b; }},
      {"lt", [](double a, double b) { return a < b; }},
      {"le", [](double a, double b) { return a <= b; }},
      {"gt", [](double a, double b) { return a > b; }},
      {"ge", [](double a, double b) { return a >= b; }},
      {"equ", [](double a, double b) { return a == b || a != a || b != b; }},
      {"neu", [](double a, double b) { return a != b; }},
      {"ltu", [](double a, double b) { return a < b || a != a || b != b; }},
      {"leu", [](double a, double b) { return a <= b || a != a || b != b; }},
      {"gtu", [](double a, double b) { return a > b || a != a || b != b; }},
      {"geu", [](double a, double b) { return a >= b || a != a || b != b; }},
      {"num", [](double a, double b) { return a == a && b == b; }},
      {"nan", [](double a, double b) { return a != a || b != b; }}};
  for (auto &c : all) {
    auto text = [&](const char *type) {
      return std::string("setp.") + c.name + "." + type + " %x, %a, %b;";
    };
    auto holds = c.holds;
    expectOperation(
        {text("f32"), {1, 32, 32}},
        [=](auto a, auto b, auto) { return holds(floatOf(a), floatOf(b)); },
        32);
    expectOperation(
        {text("f64"), {1, 64, 64}},
        [=](auto a, auto b, auto) { return holds(doubleOf(a), doubleOf(b)); },
        64);
    expectOperation(
        {text("f16"), {1, 16, 16}},
        [=](auto a, auto b, auto) { return holds(half(a), half(b)); }, 16);
    expectOperation(
        {text("bf16"), {1, 16, 16}},
        [=](auto a, auto b, auto) { return holds(brain(a), brain(b)); }, 17);
  }
  expectOperation(
      {"testp.finite.f32 %x, %a;", {1, 32}},
      [](auto a, auto, auto) { return std::isfinite(floatOf(a)); }, 32);
  expectOperation(
      {"testp.notanumber.f64 %x, %a;", {1, 64}},
      [](auto a, auto, auto) { return std::isnan(doubleOf(a)); }, 64);
}

// Sums and products of 16 bits, and a product and a sum, rounded once.
TEST(Floats, Halves) {
  struct {
    std::string name;
    const Narrow &type;
    int bits;
  } types[] = {{"f16", f16(), 16}, {"bf16", bf16(), 17}};
  for (auto &t : types) {
    const Narrow &type = t.type;
    auto number = [&](uint64_t bits) { return type.value((uint16_t)bits); };
    // Of the sign of a zero C++ knows: double has the one that f16 has.
    auto rounded = [&](double v) {
      return type.round(v, 'n', std::signbit(v));
    };
    auto two = [&](const char *op, double (*f)(double, double)) {
      expectOperation(
          {std::string(op) + t.name + " %x, %a, %b;", {16, 16, 16}},
          [&, f](auto a, auto b, auto) {
            return rounded(f(number(a), number(b)));
          },
          t.bits);
      expectOperation(
          {std::string(op) + t.name + "x2 %x, %a, %b;", {32, 32, 32}},
          [&, f](auto a, auto b, auto) {
            uint64_t low = rounded(f(number(a), number(b))),
                     high = rounded(f(number(a >> 16), number(b >> 16)));
            // One NaN there is.
            return low | high << 16;
          });
    };
    if (t.bits == 16) {
      two("add.rn.", [](double a, double b) { return a + b; });
      two("sub.rn.", [](double a, double b) { return a - b; });
    }
    two("mul.rn.", [](double a, double b) { return a * b; });
    two("min.", [](double a, double b) { return smaller(a, b); });
    two("max.", [](double a, double b) { return larger(a, b); });
  }
  // All of f16 are multiples of 2^-24.
  expectOperation(
      {"fma.rn.f16 %x, %a, %b, %c;", {16, 16, 16, 16}},
      [](auto a, auto b, auto c) -> uint64_t {
        double x = half(a), y = half(b), z = half(c), plain = x * y + z;
        if (!std::isfinite(plain) || plain == 0)
          return f16().round(plain, 'n', std::signbit(plain));
        auto fixed = [](double v, int bits) {
          return (__int128)std::ldexp(v, bits);
        };
        __int128 exact = fixed(x, 24) * fixed(y, 24) + fixed(z, 48);
        if (exact == 0)
          return 0;
        // Nearest among the numbers, times 2^48.
        bool negative = exact < 0;
        __int128 size = negative ? -exact : exact;
        uint64_t best = 0;
        __int128 least = -1;
        for (uint64_t k = 0; k <= 0x7c00; ++k) {
          __int128 there =
              k == 0x7c00 ? (__int128)65536 << 48 : fixed(half(k), 24) << 24;
          __int128 away = there > size ? there - size : size - there;
          if (least < 0 || away < least || (away == least && k % 2 == 0))
            best = k, least = away;
        }
        return best | (negative ? 0x8000 : 0);
      },
      16);
}

TEST(Floats, NarrowerFloats) {
  for (char mode : {'n', 'z', 'm', 'p'}) {
    std::string cvt = std::string("cvt.r") + mode + ".";
    expectOperation(
        {cvt + "f32.f64 %x, %a;", {32, 64}},
        [=](auto a, auto, auto) {
          volatile double v = doubleOf(a);
          return bitsOf(rounding(mode, [&] { return (float)v; }));
        },
        32);
    expectOperation(
        {cvt + "f16.f32 %x, %a;", {16, 32}},
        [=](auto a, auto, auto) {
          return f16().round<double>(floatOf(a), mode, a >> 31);
        },
        16);
    expectOperation(
        {cvt + "f16.f64 %x, %a;", {16, 64}},
        [=](auto a, auto, auto) {
          return f16().round<double>(doubleOf(a), mode, a >> 63);
        },
        16);
    expectOperation(
        {cvt + "bf16.f32 %x, %a;", {16, 32}},
        [=](auto a, auto, auto) {
          return bf16().round<double>(floatOf(a), mode, a >> 31);
        },
        17);
  }
  expectOperation(
      {"cvt.f32.f16 %x, %a;", {32, 16}},
      [](auto a, auto, auto) { return bitsOf((float)half(a)); }, 32);
  expectOperation(
      {"cvt.f64.f32 %x, %a;", {64, 32}},
      [](auto a, auto, auto) { return bitsOf((double)floatOf(a)); }, 64);
  expectOperation(
      {"cvt.f64.bf16 %x, %a;", {64, 16}},
      [](auto a, auto, auto) { return bitsOf(brain(a)); }, 64);
  expectOperation(
      {"cvt.rn.f16x2.f32 %x, %a, %b;", {32, 32, 32}}, [](auto a, auto b, auto) {
        uint64_t high = f16().round<double>(floatOf(a), 'n', a >> 31),
                 low = f16().round<double>(floatOf(b), 'n', b >> 31);
        return high << 16 | low;
      });
}

TEST(Floats, FromIntegers) {
  for (char mode : {'n', 'z', 'm', 'p'}) {
    std::string cvt = std::string("cvt.r") + mode + ".";
    expectOperation({cvt + "f32.s32 %x, %a;", {32, 32}},
                    [=](auto a, auto, auto) {
                      volatile int32_t v = (int32_t)a;
                      return bitsOf(rounding(mode, [&] { return (float)v; }));
                    });
    expectOperation({cvt + "f32.u64 %x, %a;", {32, 64}},
                    [=](auto a, auto, auto) {
                      volatile uint64_t v = a;
                      return bitsOf(rounding(mode, [&] { return (float)v; }));
                    });
    expectOperation({cvt + "f64.s64 %x, %a;", {64, 64}},
                    [=](auto a, auto, auto) {
                      volatile int64_t v = (int64_t)a;
                      return bitsOf(rounding(mode, [&] { return (double)v; }));
                    });
    expectOperation({cvt + "f16.s32 %x, %a;", {16, 32}},
                    [=](auto a, auto, auto) {
                      return f16().round<double>((int32_t)a, mode);
                    });
  }
  expectOperation({"cvt.rn.f32.s8 %x, %a;", {32, 16}},
                  [](auto a, auto, auto) { return bitsOf((float)(int8_t)a); });
  expectOperation({"cvt.rn.f64.u32 %x, %a;", {64, 32}},
                  [](auto a, auto, auto) { return bitsOf((double)a); });
}

// Numbers out of range give the nearest integer there is, NaN gives 0 or, with
// 64 bits on a side, the highest bit alone.
TEST(Floats, ToIntegers) {
  struct {
    std::string name;
    int bits;
    double low, high; // the first that are out of range
  } all[] = {{"s8", 8, -129, 128},
             {"u8", 8, -1, 256},
             {"u16", 16, -1, 65536},
             {"s32", 32, -2147483649.0, 2147483648.0},
             {"u32", 32, -1, 4294967296.0},
             {"s64", 64, -9223372036854777856.0, 9223372036854775808.0},
             {"u64", 64, -1, 18446744073709551616.0}};
  struct {
    const char *name;
    double (*whole)(double);
  } modes[] = {{"rni", [](double v) { return std::nearbyint(v); }},
               {"rzi", [](double v) { return std::trunc(v); }},
               {"rmi", [](double v) { return std::floor(v); }},
               {"rpi", [](double v) { return std::ceil(v); }}};
  for (auto &t : all)
    for (auto &m : modes)
      for (int width : {16, 32, 64}) {
        int to = std::max(t.bits, 16);
        bool isSigned = t.name[0] == 's';
        auto reference = [&, width](uint64_t a, uint64_t, uint64_t) {
          double v = width == 64   ? doubleOf(a)
                     : width == 32 ? floatOf(a)
                                   : half(a);
          uint64_t top = 1ull << (t.bits - 1), r;
          double w = m.whole(v);
          if (v != v)
            r = width < 64 && t.bits < 64 ? 0 : top;
          else if (w >= t.high)
            r = isSigned ? top - 1 : 2 * top - 1;
          else if (w <= t.low)
            r = isSigned ? top : 0;
          else
            r = w < 0 ? (uint64_t)(int64_t)w : (uint64_t)w;
          r <<= 64 - t.bits;
          return isSigned ? (uint64_t)((int64_t)r >> (64 - t.bits))
                          : r >> (64 - t.bits);
        };
        expectOperation({std::string("cvt.") + m.name + "." + t.name + ".f" +
                             std::to_string(width) + " %x, %a;",
                         {to, width}},
                        reference, width);
        // expectOperation's own comparison knows no NaN of an integer.
      }
}

TEST(Floats, WholeNumbers) {
  in32("cvt.rni.f32.f32 %x, %a;", 1,
       [](float a, float, float) { return std::nearbyint(a); });
  in32("cvt.rzi.f32.f32 %x, %a;", 1,
       [](float a, float, float) { return std::trunc(a); });
  in64("cvt.rmi.f64.f64 %x, %a;", 1,
       [](double a, double, double) { return std::floor(a); });
  in64("cvt.rpi.f64.f64 %x, %a;", 1,
       [](double a, double, double) { return std::ceil(a); });
  in32("cvt.sat.f32.f32 %x, %a;", 1,
       [](float a, float, float) { return a > 0 ? std::min(a, 1.0f) : 0.0f; });
  in32("add.rn.sat.f32 %x, %a, %b;", 2, [](float a, float b, float) {
    return a + b > 0 ? std::min(a + b, 1.0f) : 0.0f;
  });
  expectOperation(
      {"cvt.rni.f16.f16 %x, %a;", {16, 16}},
      [](auto a, auto, auto) {
        double v = std::nearbyint(half(a));
        return f16().round(v, 'n', std::signbit(v));
      },
      16);
}
