/// What the handlers share. Each Ops*.cpp is compiled for several CPUs, in a
/// namespace of its own (STANDIN_OPS), and uses no function of a library that
/// is inline: the linker would keep one for all.
#ifndef TEST_CUDASTANDIN_OPS_H
#define TEST_CUDASTANDIN_OPS_H

#include "Program.h"

namespace standin::STANDIN_OPS {

using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using s8 = int8_t;
using s16 = int16_t;
using s32 = int32_t;
using s64 = int64_t;
using f16 = _Float16;
using f32 = float;
using f64 = double;
struct bf16 {
  u16 bits;
};

template <class T>
constexpr bool isSigned = T(-1) < T(0);
template <int Bytes>
struct Word;
template <>
struct Word<1> {
  using type = u8;
};
template <>
struct Word<2> {
  using type = u16;
};
template <>
struct Word<4> {
  using type = u32;
};
template <>
struct Word<8> {
  using type = u64;
};
/// The unsigned integer of T's size.
template <class T>
using Bits = typename Word<sizeof(T)>::type;
/// What T's sums and products are computed in: wraps, never overflows.
template <class T>
using Wide = typename Word<(sizeof(T) > 4 ? 8 : 4)>::type;

template <class T>
inline Bits<T> bitsOf(T value) {
  return __builtin_bit_cast(Bits<T>, value);
}

template <class T>
inline T *at(Warp &w, u32 offset) {
  return reinterpret_cast<T *>(w.registers + offset);
}

/// Writes the lanes that are at work.
template <class T>
inline void put(Warp &w, u32 offset, const T *values) {
  auto *to = at<Bits<T>>(w, offset);
  const auto *from = reinterpret_cast<const Bits<T> *>(values);
  if (w.whole) {
    __builtin_memcpy(to, from, sizeof(T) * kLanes);
    return;
  }
  for (int l = 0; l < kLanes; ++l)
    to[l] = w.lanes[l] ? from[l] : to[l];
}

inline void putBits(Warp &w, u32 offset, u32 bits) {
  u32 *to = at<u32>(w, offset);
  *to = (*to & ~w.mask) | (bits & w.mask);
}

template <auto F, class R, class A>
void unary(Warp &w, const Inst &i) {
  alignas(64) R out[kLanes];
  const A *a = at<A>(w, i.ops[1]);
  for (int l = 0; l < kLanes; ++l)
    out[l] = F(a[l]);
  put(w, i.ops[0], out);
}

template <auto F, class R, class A, class B>
void binary(Warp &w, const Inst &i) {
  alignas(64) R out[kLanes];
  const A *a = at<A>(w, i.ops[1]);
  const B *b = at<B>(w, i.ops[2]);
  for (int l = 0; l < kLanes; ++l)
    out[l] = F(a[l], b[l]);
  put(w, i.ops[0], out);
}

template <auto F, class R, class A, class B, class C>
void ternary(Warp &w, const Inst &i) {
  alignas(64) R out[kLanes];
  const A *a = at<A>(w, i.ops[1]);
  const B *b = at<B>(w, i.ops[2]);
  const C *c = at<C>(w, i.ops[3]);
  for (int l = 0; l < kLanes; ++l)
    out[l] = F(a[l], b[l], c[l]);
  put(w, i.ops[0], out);
}

template <auto F, class R, class A, class B, class C, class D>
void quaternary(Warp &w, const Inst &i) {
  alignas(64) R out[kLanes];
  const A *a = at<A>(w, i.ops[1]);
  const B *b = at<B>(w, i.ops[2]);
  const C *c = at<C>(w, i.ops[3]);
  const D *d = at<D>(w, i.ops[4]);
  for (int l = 0; l < kLanes; ++l)
    out[l] = F(a[l], b[l], c[l], d[l]);
  put(w, i.ops[0], out);
}

/// A predicate of two numbers.
template <auto F, class A>
void compare(Warp &w, const Inst &i) {
  const A *a = at<A>(w, i.ops[1]);
  const A *b = at<A>(w, i.ops[2]);
  u32 bits = 0;
  for (int l = 0; l < kLanes; ++l)
    bits |= u32(F(a[l], b[l])) << l;
  putBits(w, i.ops[0], bits);
}

// ---- floats -----------------------------------------------------------------

// A NaN that an operation on f32 or narrower makes is the canonical one.
inline f32 canonical(f32 v) {
  return v == v ? v : __builtin_bit_cast(f32, 0x7fffffffu);
}
inline f64 canonical(f64 v) { return v; }

/// v as f32, rounded to odd where that is inexact: a later rounding to at most
/// 22 bits is as if v were rounded at once.
inline f32 oddFloat(f64 v) {
  f32 r = f32(v);
  u32 bits = bitsOf(r);
  f64 back = r;
  if (back == v || v != v)
    return r;
  // Towards zero, then odd.
  f64 magnitude = v < 0 ? -v : v, rounded = back < 0 ? -back : back;
  if (rounded > magnitude)
    --bits;
  return __builtin_bit_cast(f32, bits | 1u);
}

inline f32 widen(f16 v) { return f32(v); }
inline f32 widen(bf16 v) { return __builtin_bit_cast(f32, u32(v.bits) << 16); }
inline f32 widen(f32 v) { return v; }
inline f64 widen(f64 v) { return v; }

inline f16 toHalf(f32 v) {
  return v == v ? f16(v) : __builtin_bit_cast(f16, u16(0x7fff));
}
inline bf16 toBrain(f32 v) {
  u32 bits = bitsOf(v);
  if (v != v)
    return {0x7fff};
  return {u16((bits + 0x7fff + ((bits >> 16) & 1)) >> 16)};
}
template <class T>
inline T nearest(f64 v);
template <>
inline f64 nearest<f64>(f64 v) {
  return v;
}
template <>
inline f32 nearest<f32>(f64 v) {
  return canonical(f32(v));
}
template <>
inline f16 nearest<f16>(f64 v) {
  return toHalf(oddFloat(v));
}
template <>
inline bf16 nearest<bf16>(f64 v) {
  return toBrain(oddFloat(v));
}

/// a * b + c of values whose product is exact in f64, rounded to odd.
inline f64 oddFma(f64 a, f64 b, f64 c) {
  f64 product = a * b, sum = product + c;
  if (sum - sum != 0)
    return sum;
  // What the sum has lost, exactly (Knuth).
  f64 back = sum - product, lost = (product - (sum - back)) + (c - back);
  u64 bits = bitsOf(sum);
  if (lost == 0 || bits & 1)
    return sum;
  // The other neighbour, which is odd, lies in the direction of what is lost.
  bits += (lost > 0) == (sum > 0) ? 1 : u64(-1);
  return __builtin_bit_cast(f64, bits);
}

/// One of a pair of 16-bit numbers in 32 bits.
template <class T>
inline T half(u32 pair, int which) {
  return __builtin_bit_cast(T, u16(pair >> (16 * which)));
}
template <class T>
inline u32 pack(T low, T high) {
  return u32(__builtin_bit_cast(u16, low)) | u32(__builtin_bit_cast(u16, high))
                                                 << 16;
}

extern const OpEntry integerOps[], floatOps[], convertOps[], memoryOps[],
    warpOps[];

} // namespace standin::STANDIN_OPS

#endif // TEST_CUDASTANDIN_OPS_H
