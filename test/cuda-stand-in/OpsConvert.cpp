// cvt: between integers, between floats, and from one to the other, in every
// rounding mode.
#include "Ops.h"

namespace standin::STANDIN_OPS {
namespace {
enum Mode { Nearest, Zero, Down, Up };

template <class T>
constexpr T largest = isSigned<T> ? T(Bits<T>(~Bits<T>(0)) >> 1) : T(~T(0));
template <class T>
constexpr T smallest = isSigned<T> ? T(-largest<T> - 1) : T(0);

// ---- integers ---------------------------------------------------------------

template <class R, class A>
R resize(A a) {
  return R(a);
}
template <class R, class A>
R clamp(A a) {
  __int128 v = a;
  return v > largest<R> ? largest<R> : v < smallest<R> ? smallest<R> : R(v);
}

// ---- to narrower floats -----------------------------------------------------

/// The next float above (below) of what is no NaN.
template <class T>
T step(T v, bool up) {
  auto bits = bitsOf(v);
  constexpr auto sign = Bits<T>(1) << (8 * sizeof(T) - 1);
  if (!(bits & Bits<T>(~sign)))
    bits = up ? 1 : Bits<T>(sign | 1);
  else
    bits = Bits<T>(bits + (((bits & sign) != 0) == up ? -1 : 1));
  return __builtin_bit_cast(T, bits);
}

/// `nearest` of what is exactly `sign` away from it: -1, 0 or 1 where the exact
/// value lies below, at or above.
template <Mode M, class T>
T direct(T rounded, int side) {
  // Also of a zero: what it was rounded from has its sign.
  bool negative = bitsOf(rounded) >> (8 * sizeof(T) - 1);
  bool down = M == Down || (M == Zero && !negative);
  bool up = M == Up || (M == Zero && negative);
  if (down && side < 0)
    return step(rounded, false);
  if (up && side > 0)
    return step(rounded, true);
  return rounded;
}

template <Mode M, class R, class A>
R narrow(A a) {
  f64 v = widen(a);
  R r;
  // Shorter than the way through f64.
  if constexpr (sizeof(A) < 8 && sizeof(R) == 2) {
    if constexpr (__is_same(R, f16))
      r = toHalf(widen(a));
    else
      r = toBrain(widen(a));
  } else {
    r = nearest<R>(v);
  }
  if (M == Nearest || v != v)
    return r;
  f64 back = widen(r);
  return direct<M>(r, v < back ? -1 : v > back);
}
template <class R, class A>
R wider(A a) {
  f64 v = widen(a);
  return sizeof(R) == 4 ? R(canonical(f32(v))) : R(v);
}

template <Mode M, class R, class A>
R fromInteger(A a) {
  R r;
  if constexpr (sizeof(R) >= 4)
    r = R(a);
  else
    r = nearest<R>(f64(a)); // what f64 has to round is infinite in f16
  if constexpr (M == Nearest) {
    return r;
  } else {
    f64 magnitude = widen(r) < 0 ? -f64(widen(r)) : f64(widen(r));
    // Infinite, or 2^64: the exact value is nearer to 0.
    if (magnitude > 1e30)
      return direct<M>(r, widen(r) > 0 ? -1 : 1);
    __int128 back = __int128(widen(r)), v = a;
    return direct<M>(r, v < back ? -1 : v > back);
  }
}

// ---- to whole numbers -------------------------------------------------------

template <Mode M>
f64 whole(f64 v) {
  if (M == Nearest)
    return __builtin_roundeven(v);
  if (M == Zero)
    return __builtin_trunc(v);
  return M == Down ? __builtin_floor(v) : __builtin_ceil(v);
}
template <Mode M>
f32 whole(f32 v) {
  if (M == Nearest)
    return canonical(__builtin_roundevenf(v));
  if (M == Zero)
    return canonical(__builtin_truncf(v));
  return canonical(M == Down ? __builtin_floorf(v) : __builtin_ceilf(v));
}
template <Mode M, class T>
T integral(T v) {
  if constexpr (sizeof(T) == 2)
    return nearest<T>(f64(whole<M>(f32(widen(v)))));
  else
    return whole<M>(v);
}
template <class T>
T saturate(T v) {
  auto x = widen(v);
  return nearest<T>(x > 0 ? (x < 1 ? f64(x) : 1.0) : 0.0);
}
template <Mode M, class T>
T integralSaturated(T v) {
  return saturate(integral<M>(v));
}
/// Out of range: the nearest that there is.
template <Mode M, class R, class A>
R toInteger(A a) {
  auto v = whole<M>(widen(a));
  if (v != v)
    return sizeof(A) < 8 && sizeof(R) < 8
               ? R(0)
               : R(Bits<R>(1) << (8 * sizeof(R) - 1));
  // 2^n, one above the largest, has an exact form in all types.
  constexpr f64 limit = 2.0 * f64(u64(largest<R>) / 2 + 1);
  if (f64(v) >= limit)
    return largest<R>;
  if (f64(v) < f64(smallest<R>))
    return smallest<R>;
  return R(v);
}

template <class T>
u32 narrowPair(f32 high, f32 low) {
  return pack<T>(narrow<Nearest, T>(low), narrow<Nearest, T>(high));
}
} // namespace

#define CVT(name, f, R, A) {"cvt." name, unary<f, R, A>}
#define COMMA ,

#define INTEGERS(r, R, a, A)                                                   \
  CVT(r "." a, resize<R COMMA A>, R, A),                                       \
      CVT("sat." r "." a, clamp<R COMMA A>, R, A)
#define FROM_INTEGER(r, R, a, A)                                               \
  CVT("rn." r "." a, fromInteger<Nearest COMMA R COMMA A>, R, A),              \
      CVT("rz." r "." a, fromInteger<Zero COMMA R COMMA A>, R, A),             \
      CVT("rm." r "." a, fromInteger<Down COMMA R COMMA A>, R, A),             \
      CVT("rp." r "." a, fromInteger<Up COMMA R COMMA A>, R, A)
#define TO_INTEGER(r, R, a, A)                                                 \
  CVT("rni." r "." a, toInteger<Nearest COMMA R COMMA A>, R, A),               \
      CVT("rzi." r "." a, toInteger<Zero COMMA R COMMA A>, R, A),              \
      CVT("rmi." r "." a, toInteger<Down COMMA R COMMA A>, R, A),              \
      CVT("rpi." r "." a, toInteger<Up COMMA R COMMA A>, R, A)
#define EACH_INTEGER(X, t, T)                                                  \
  X(t, T, "u8", u8), X(t, T, "s8", s8), X(t, T, "u16", u16),                   \
      X(t, T, "s16", s16), X(t, T, "u32", u32), X(t, T, "s32", s32),           \
      X(t, T, "u64", u64), X(t, T, "s64", s64)
#define EACH_FLOAT(X, t, T)                                                    \
  X(t, T, "f16", f16), X(t, T, "f32", f32), X(t, T, "f64", f64)
#define NARROW(r, R, a, A)                                                     \
  CVT("rn." r "." a, narrow<Nearest COMMA R COMMA A>, R, A),                   \
      CVT("rz." r "." a, narrow<Zero COMMA R COMMA A>, R, A),                  \
      CVT("rm." r "." a, narrow<Down COMMA R COMMA A>, R, A),                  \
      CVT("rp." r "." a, narrow<Up COMMA R COMMA A>, R, A)
#define WHOLE(t, T)                                                            \
  CVT("rni." t "." t, integral<Nearest COMMA T>, T, T),                        \
      CVT("rzi." t "." t, integral<Zero COMMA T>, T, T),                       \
      CVT("rmi." t "." t, integral<Down COMMA T>, T, T),                       \
      CVT("rpi." t "." t, integral<Up COMMA T>, T, T),                         \
      CVT("rni.sat." t "." t, integralSaturated<Nearest COMMA T>, T, T),       \
      CVT("sat." t "." t, saturate<T>, T, T)

const OpEntry convertOps[] = {
    EACH_INTEGER(INTEGERS, "u8", u8),
    EACH_INTEGER(INTEGERS, "s8", s8),
    EACH_INTEGER(INTEGERS, "u16", u16),
    EACH_INTEGER(INTEGERS, "s16", s16),
    EACH_INTEGER(INTEGERS, "u32", u32),
    EACH_INTEGER(INTEGERS, "s32", s32),
    EACH_INTEGER(INTEGERS, "u64", u64),
    EACH_INTEGER(INTEGERS, "s64", s64),
    EACH_INTEGER(FROM_INTEGER, "f16", f16),
    EACH_INTEGER(FROM_INTEGER, "f32", f32),
    EACH_INTEGER(FROM_INTEGER, "f64", f64),
    EACH_FLOAT(TO_INTEGER, "u8", u8),
    EACH_FLOAT(TO_INTEGER, "s8", s8),
    EACH_FLOAT(TO_INTEGER, "u16", u16),
    EACH_FLOAT(TO_INTEGER, "s16", s16),
    EACH_FLOAT(TO_INTEGER, "u32", u32),
    EACH_FLOAT(TO_INTEGER, "s32", s32),
    EACH_FLOAT(TO_INTEGER, "u64", u64),
    EACH_FLOAT(TO_INTEGER, "s64", s64),
    WHOLE("f16", f16),
    WHOLE("f32", f32),
    WHOLE("f64", f64),
    NARROW("f32", f32, "f64", f64),
    NARROW("f16", f16, "f64", f64),
    NARROW("f16", f16, "f32", f32),
    NARROW("bf16", bf16, "f32", f32),
    NARROW("bf16", bf16, "f64", f64),
    CVT("f32.f16", wider<f32 COMMA f16>, f32, f16),
    CVT("f64.f16", wider<f64 COMMA f16>, f64, f16),
    CVT("f64.f32", wider<f64 COMMA f32>, f64, f32),
    CVT("f32.bf16", wider<f32 COMMA bf16>, f32, bf16),
    CVT("f64.bf16", wider<f64 COMMA bf16>, f64, bf16),
    {"cvt.rn.f16x2.f32", binary<narrowPair<f16>, u32, f32, f32>},
    {"cvt.rn.bf16x2.f32", binary<narrowPair<bf16>, u32, f32, f32>},
    {nullptr, nullptr}};
} // namespace standin::STANDIN_OPS
