// Arithmetic of floats, rounded to nearest.
#include "Ops.h"

namespace standin::STANDIN_OPS {
namespace {
// Results of f16 and bf16 are computed in f32 or f64, where one operation is
// exact enough to be rounded again.
template <class T>
T rounded(f32 v);
template <>
f16 rounded<f16>(f32 v) {
  return toHalf(v);
}
template <>
bf16 rounded<bf16>(f32 v) {
  return toBrain(v);
}
template <>
f32 rounded<f32>(f32 v) {
  return canonical(v);
}
template <class T>
T rounded(f64 v) {
  return nearest<T>(v);
}

template <class T>
T add(T a, T b) {
  if constexpr (sizeof(T) == 2)
    return nearest<T>(f64(widen(a)) + f64(widen(b)));
  else
    return rounded<T>(a + b);
}
template <class T>
T sub(T a, T b) {
  if constexpr (sizeof(T) == 2)
    return nearest<T>(f64(widen(a)) - f64(widen(b)));
  else
    return rounded<T>(a - b);
}
template <class T>
T mul(T a, T b) {
  return rounded<T>(widen(a) * widen(b));
}
template <class T>
T fma(T a, T b, T c) {
  if constexpr (sizeof(T) == 8)
    return __builtin_fma(a, b, c);
  else if constexpr (sizeof(T) == 4)
    return canonical(__builtin_fmaf(a, b, c));
  else
    return nearest<T>(oddFma(widen(a), widen(b), widen(c)));
}
template <auto F, class T>
T saturated(T a, T b) {
  T r = F(a, b);
  return r > 0 ? (r < 1 ? r : 1) : 0;
}
template <class T>
T fmaSaturated(T a, T b, T c) {
  T r = fma(a, b, c);
  return r > 0 ? (r < 1 ? r : 1) : 0;
}
template <class T>
T divide(T a, T b) {
  return rounded<T>(a / b);
}
template <class T>
T inverse(T a) {
  return rounded<T>(1 / a);
}
f32 root32(f32 a) { return canonical(__builtin_sqrtf(a)); }
f64 root64(f64 a) { return __builtin_sqrt(a); }

template <class T>
constexpr Bits<T> signBit = Bits<T>(1) << (8 * sizeof(T) - 1);
template <class T>
T absolute(T a) {
  return __builtin_bit_cast(T, Bits<T>(bitsOf(a) & Bits<T>(~signBit<T>)));
}
template <class T>
T negative(T a) {
  return __builtin_bit_cast(T, Bits<T>(bitsOf(a) ^ signBit<T>));
}
/// b with the sign of a.
template <class T>
T copySign(T a, T b) {
  return __builtin_bit_cast(T, Bits<T>((bitsOf(b) & Bits<T>(~signBit<T>)) |
                                       (bitsOf(a) & signBit<T>)));
}
template <class T>
T canonicalNaN() {
  if constexpr (sizeof(T) == 8)
    return __builtin_bit_cast(f64, 0x7ff8000000000000ull);
  else if constexpr (sizeof(T) == 4)
    return __builtin_bit_cast(f32, 0x7fffffffu);
  else
    return __builtin_bit_cast(T, u16(0x7fff));
}
/// -0 is less than 0; of a number and NaN the number, or NaN.
template <bool Max, bool NaN, class T>
T extreme(T a, T b) {
  auto x = widen(a), y = widen(b);
  Bits<T> other = Max ? bitsOf(a) & bitsOf(b) : bitsOf(a) | bitsOf(b);
  T r = (Max ? x > y : x < y) ? a : b;
  if (x == y)
    r = __builtin_bit_cast(T, other);
  if (x != x)
    r = NaN || y != y ? canonicalNaN<T>() : b;
  else if (y != y)
    r = NaN ? canonicalNaN<T>() : a;
  return r;
}

/// Both halves of 32 bits.
template <auto F, class T>
u32 one(u32 a) {
  return pack<T>(F(half<T>(a, 0)), F(half<T>(a, 1)));
}
template <auto F, class T>
u32 two(u32 a, u32 b) {
  return pack<T>(F(half<T>(a, 0), half<T>(b, 0)),
                 F(half<T>(a, 1), half<T>(b, 1)));
}
template <auto F, class T>
u32 three(u32 a, u32 b, u32 c) {
  return pack<T>(F(half<T>(a, 0), half<T>(b, 0), half<T>(c, 0)),
                 F(half<T>(a, 1), half<T>(b, 1), half<T>(c, 1)));
}

// ---- comparisons ------------------------------------------------------------

#define COMPARISON(name, expression)                                           \
  template <class T>                                                           \
  bool name(T p, T q) {                                                        \
    auto a = widen(p), b = widen(q);                                           \
    return expression;                                                         \
  }
COMPARISON(eq, a == b)
COMPARISON(ne, a<b || a> b)
COMPARISON(lt, a < b)
COMPARISON(le, a <= b)
COMPARISON(gt, a > b)
COMPARISON(ge, a >= b)
COMPARISON(equ, !(a < b || a > b))
COMPARISON(neu, a != b)
COMPARISON(ltu, !(a >= b))
COMPARISON(leu, !(a > b))
COMPARISON(gtu, !(a <= b))
COMPARISON(geu, !(a < b))
COMPARISON(num, a == a && b == b)
COMPARISON(nan, a != a || b != b)
#undef COMPARISON

template <class T>
bool finite(T a, T) {
  return a - a == 0;
}
template <class T>
bool infinite(T a, T) {
  return a == a && a - a != 0;
}
template <class T>
bool number(T a, T) {
  return a == a;
}
template <class T>
bool noNumber(T a, T) {
  return a != a;
}
/// testp has one source.
template <auto F, class T>
void test(Warp &w, const Inst &i) {
  Inst twice = i;
  twice.ops[2] = i.ops[1];
  compare<F, T>(w, twice);
}
} // namespace

#define COMPARE(op, t, T) {"setp." #op "." t, compare<op<T>, T>}
#define COMPARISONS(t, T)                                                      \
  COMPARE(eq, t, T), COMPARE(ne, t, T), COMPARE(lt, t, T), COMPARE(le, t, T),  \
      COMPARE(gt, t, T), COMPARE(ge, t, T), COMPARE(equ, t, T),                \
      COMPARE(neu, t, T), COMPARE(ltu, t, T), COMPARE(leu, t, T),              \
      COMPARE(gtu, t, T), COMPARE(geu, t, T), COMPARE(num, t, T),              \
      COMPARE(nan, t, T)
#define ANY_FLOAT(t, T)                                                        \
  {"add.rn." t, binary<add<T>, T, T, T>},                                      \
      {"sub.rn." t, binary<sub<T>, T, T, T>},                                  \
      {"mul.rn." t, binary<mul<T>, T, T, T>},                                  \
      {"fma.rn." t, ternary<fma<T>, T, T, T, T>},                              \
      {"min." t, binary<extreme<false, false, T>, T, T, T>},                   \
      {"max." t, binary<extreme<true, false, T>, T, T, T>},                    \
      {"min.NaN." t, binary<extreme<false, true, T>, T, T, T>},                \
      {"max.NaN." t, binary<extreme<true, true, T>, T, T, T>},                 \
      {"abs." t, unary<absolute<T>, T, T>},                                    \
      {"neg." t, unary<negative<T>, T, T>}, COMPARISONS(t, T)
#define LARGE_FLOAT(t, T)                                                      \
  {"div.rn." t, binary<divide<T>, T, T, T>},                                   \
      {"rcp.rn." t, unary<inverse<T>, T, T>},                                  \
      {"copysign." t, binary<copySign<T>, T, T, T>},                           \
      {"add.rn.sat." t, binary<saturated<add<T>, T>, T, T, T>},                \
      {"mul.rn.sat." t, binary<saturated<mul<T>, T>, T, T, T>},                \
      {"fma.rn.sat." t, ternary<fmaSaturated<T>, T, T, T, T>},                 \
      {"testp.finite." t, test<finite<T>, T>},                                 \
      {"testp.infinite." t, test<infinite<T>, T>},                             \
      {"testp.number." t, test<number<T>, T>}, {                               \
    "testp.notanumber." t, test<noNumber<T>, T>                                \
  }
#define PAIRS(t, T)                                                            \
  {"add.rn." t, binary<two<add<T>, T>, u32, u32, u32>},                        \
      {"sub.rn." t, binary<two<sub<T>, T>, u32, u32, u32>},                    \
      {"mul.rn." t, binary<two<mul<T>, T>, u32, u32, u32>},                    \
      {"fma.rn." t, ternary<three<fma<T>, T>, u32, u32, u32, u32>},            \
      {"min." t, binary<two<extreme<false, false, T>, T>, u32, u32, u32>},     \
      {"max." t, binary<two<extreme<true, false, T>, T>, u32, u32, u32>},      \
      {"min.NaN." t, binary<two<extreme<false, true, T>, T>, u32, u32, u32>},  \
      {"max.NaN." t, binary<two<extreme<true, true, T>, T>, u32, u32, u32>},   \
      {"abs." t, unary<one<absolute<T>, T>, u32, u32>}, {                      \
    "neg." t, unary<one<negative<T>, T>, u32, u32>                             \
  }

const OpEntry floatOps[] = {ANY_FLOAT("f16", f16),
                            ANY_FLOAT("bf16", bf16),
                            ANY_FLOAT("f32", f32),
                            ANY_FLOAT("f64", f64),
                            LARGE_FLOAT("f32", f32),
                            LARGE_FLOAT("f64", f64),
                            PAIRS("f16x2", f16),
                            PAIRS("bf16x2", bf16),
                            {"sqrt.rn.f32", unary<root32, f32, f32>},
                            {"sqrt.rn.f64", unary<root64, f64, f64>},
                            {nullptr, nullptr}};
} // namespace standin::STANDIN_OPS
