// Integers, bits, predicates and moves.
#include "Ops.h"

namespace standin::STANDIN_OPS {
namespace {
template <class T>
T add(T a, T b) {
  return T(Wide<T>(a) + Wide<T>(b));
}
template <class T>
T sub(T a, T b) {
  return T(Wide<T>(a) - Wide<T>(b));
}
template <class T>
T mul(T a, T b) {
  return T(Wide<T>(a) * Wide<T>(b));
}
template <class T>
T mad(T a, T b, T c) {
  return T(Wide<T>(a) * Wide<T>(b) + Wide<T>(c));
}
template <class T>
T high(T a, T b) {
  if constexpr (sizeof(T) == 8) {
    if constexpr (isSigned<T>)
      return T(((__int128)a * b) >> 64);
    else
      return T(((unsigned __int128)a * b) >> 64);
  } else {
    if constexpr (isSigned<T>)
      return T((s64(a) * b) >> (8 * sizeof(T)));
    else
      return T((u64(a) * b) >> (8 * sizeof(T)));
  }
}
template <class T>
T madHigh(T a, T b, T c) {
  return add(high(a, b), c);
}
template <class R, class T>
R wide(T a, T b) {
  return mul<R>(R(a), R(b));
}
template <class R, class T>
R madWide(T a, T b, R c) {
  return add<R>(wide<R>(a, b), c);
}
// A division by zero gives what NVIDIA's code for it gives: all bits set.
template <class T>
T divide(T a, T b) {
  if (b == 0)
    return T(-1);
  if (isSigned<T> && b == T(-1))
    return sub<T>(0, a);
  return a / b;
}
template <class T>
T remainder(T a, T b) {
  if (b == 0)
    return a;
  if (isSigned<T> && b == T(-1))
    return 0;
  return a % b;
}
template <class T>
T least(T a, T b) {
  return b < a ? b : a;
}
template <class T>
T most(T a, T b) {
  return a < b ? b : a;
}
template <class T>
T negative(T a) {
  return sub<T>(0, a);
}
template <class T>
T absolute(T a) {
  return a < 0 ? negative(a) : a;
}
s32 clampSum(s64 v) {
  return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : s32(v);
}
s32 addSat(s32 a, s32 b) { return clampSum(s64(a) + b); }
s32 subSat(s32 a, s32 b) { return clampSum(s64(a) - b); }

/// Both halves of 32 bits.
template <auto F, class T>
u32 pairs(u32 a, u32 b) {
  return pack<T>(F(half<T>(a, 0), half<T>(b, 0)),
                 F(half<T>(a, 1), half<T>(b, 1)));
}

// ---- bits -------------------------------------------------------------------

template <class T>
T bitAnd(T a, T b) {
  return a & b;
}
template <class T>
T bitOr(T a, T b) {
  return a | b;
}
template <class T>
T bitXor(T a, T b) {
  return a ^ b;
}
template <class T>
T bitNot(T a) {
  return ~a;
}
template <class T>
T logicalNot(T a) {
  return a == 0;
}
// Amounts beyond the width shift everything out.
template <class T>
T shiftLeft(T a, u32 n) {
  constexpr u32 width = 8 * sizeof(T);
  return n >= width ? T(0) : T(Wide<T>(a) << n);
}
template <class T>
T shiftRight(T a, u32 n) {
  constexpr u32 width = 8 * sizeof(T);
  if constexpr (isSigned<T>)
    return T(a >> (n >= width ? width - 1 : n));
  else
    return n >= width ? T(0) : T(a >> n);
}
template <bool Left, bool Wrap>
u32 funnel(u32 low, u32 high, u32 n) {
  n = Wrap ? n & 31 : (n > 32 ? 32 : n);
  u64 both = u64(high) << 32 | low;
  return Left ? u32((both << n) >> 32) : u32(both >> n);
}
u32 population32(u32 a) { return u32(__builtin_popcount(a)); }
u32 population64(u64 a) { return u32(__builtin_popcountll(a)); }
u32 leading32(u32 a) { return a ? u32(__builtin_clz(a)) : 32; }
u32 leading64(u64 a) { return a ? u32(__builtin_clzll(a)) : 64; }
u32 reverse32(u32 a) { return __builtin_bitreverse32(a); }
u64 reverse64(u64 a) { return __builtin_bitreverse64(a); }
/// Place of the first bit that differs from the sign, from below.
template <class T, bool Shift>
u32 findHighest(T a) {
  if (isSigned<T> && a < 0)
    a = ~a;
  u32 zeros = sizeof(T) == 8 ? leading64(u64(a)) : leading32(u32(a));
  if (zeros == 8 * sizeof(T))
    return ~0u;
  return Shift ? zeros : 8 * sizeof(T) - 1 - zeros;
}
template <class T>
T extract(T a, u32 place, u32 length) {
  constexpr u32 msb = 8 * sizeof(T) - 1;
  u32 p = place & 255, n = length & 255;
  using U = Bits<T>;
  U bits = p > msb ? 0 : U(a) >> p;
  bool sign = false;
  if (isSigned<T> && n) {
    u32 top = p + n - 1;
    sign = (U(a) >> (top > msb ? msb : top)) & 1;
  }
  if (n > msb && p == 0)
    return a;
  // From bit n on, or from where the value ends, the sign.
  u32 kept = p > msb ? 0 : (n < msb + 1 - p ? n : msb + 1 - p);
  U mask = kept > msb ? ~U(0) : (U(1) << kept) - 1;
  return T((bits & mask) | (sign ? ~mask : U(0)));
}
template <class T>
T insert(T a, T b, u32 place, u32 length) {
  constexpr u32 msb = 8 * sizeof(T) - 1;
  u32 p = place & 255, n = length & 255;
  if (p > msb || !n)
    return b;
  T mask = n > msb ? T(~T(0)) : T((T(1) << n) - 1);
  mask = T(mask << p);
  return T((b & ~mask) | (T(a << p) & mask));
}
u32 permute(u32 a, u32 b, u32 selector) {
  u64 bytes = u64(b) << 32 | a;
  u32 result = 0;
  for (int k = 0; k < 4; ++k) {
    u32 s = selector >> (4 * k);
    u32 byte = u32(bytes >> (8 * (s & 7))) & 255;
    if (s & 8)
      byte = byte & 128 ? 255 : 0;
    result |= byte << (8 * k);
  }
  return result;
}
u32 logic3(u32 a, u32 b, u32 c, u32 table) {
  u32 result = 0;
  for (u32 k = 0; k < 8; ++k)
    if (table >> k & 1)
      result |= (k & 4 ? a : ~a) & (k & 2 ? b : ~b) & (k & 1 ? c : ~c);
  return result;
}
template <class A, class B>
s32 dot4(u32 a, u32 b, s32 c) {
  u32 sum = u32(c);
  for (int k = 0; k < 4; ++k)
    sum += u32(s32(A(a >> (8 * k))) * s32(B(b >> (8 * k))));
  return s32(sum);
}

// ---- predicates, moves ------------------------------------------------------

template <class T>
void move(Warp &w, const Inst &i) {
  put(w, i.ops[0], at<T>(w, i.ops[1]));
}
template <auto F>
void predicates(Warp &w, const Inst &i) {
  putBits(w, i.ops[0], F(*at<u32>(w, i.ops[1]), *at<u32>(w, i.ops[2])));
}
void movePredicate(Warp &w, const Inst &i) {
  putBits(w, i.ops[0], *at<u32>(w, i.ops[1]));
}
void invertPredicate(Warp &w, const Inst &i) {
  putBits(w, i.ops[0], ~*at<u32>(w, i.ops[1]));
}
template <class T>
void select(Warp &w, const Inst &i) {
  alignas(64) T out[kLanes];
  const T *a = at<T>(w, i.ops[1]), *b = at<T>(w, i.ops[2]);
  u32 p = *at<u32>(w, i.ops[3]);
  for (int l = 0; l < kLanes; ++l)
    out[l] = p >> l & 1 ? a[l] : b[l];
  put(w, i.ops[0], out);
}
void selectPredicate(Warp &w, const Inst &i) {
  u32 p = *at<u32>(w, i.ops[3]);
  putBits(w, i.ops[0],
          (*at<u32>(w, i.ops[1]) & p) | (*at<u32>(w, i.ops[2]) & ~p));
}
/// ops[0], of type T, from parts of type P, the lowest first.
template <class T, class P>
void join(Warp &w, const Inst &i) {
  alignas(64) T out[kLanes] = {};
  for (unsigned k = 0; k < sizeof(T) / sizeof(P); ++k) {
    const P *part = at<P>(w, i.ops[1 + k]);
    for (int l = 0; l < kLanes; ++l)
      out[l] |= T(T(part[l]) << (8 * sizeof(P) * k));
  }
  put(w, i.ops[0], out);
}
/// The opposite: the source behind the parts; kNone is a part of no interest.
template <class T, class P>
void split(Warp &w, const Inst &i) {
  constexpr unsigned count = sizeof(T) / sizeof(P);
  alignas(64) P out[count][kLanes];
  const T *from = at<T>(w, i.ops[count]);
  for (unsigned k = 0; k < count; ++k)
    for (int l = 0; l < kLanes; ++l)
      out[k][l] = P(from[l] >> (8 * sizeof(P) * k));
  for (unsigned k = 0; k < count; ++k)
    if (i.ops[k] != kNone)
      put(w, i.ops[k], out[k]);
}
template <class R, class A>
R resize(A a) {
  return R(a);
}

// ---- comparisons ------------------------------------------------------------

#define COMPARISON(name, expression)                                           \
  template <class T>                                                           \
  bool name(T a, T b) {                                                        \
    return expression;                                                         \
  }
COMPARISON(isEqual, a == b)
COMPARISON(isOther, a != b)
COMPARISON(isLess, a < b)
COMPARISON(isAtMost, a <= b)
COMPARISON(isMore, a > b)
COMPARISON(isAtLeast, a >= b)
#undef COMPARISON
} // namespace

#define BINARY(name, f, T) {name, binary<f<T>, T, T, T>}
#define UNARY(name, f, T) {name, unary<f<T>, T, T>}
#define COMPARE(op, f, t, T) {"setp." op "." t, compare<f<T>, T>}

#define ANY_INTEGER(t, T)                                                      \
  BINARY("add." t, add, T), BINARY("sub." t, sub, T),                          \
      BINARY("mul.lo." t, mul, T), BINARY("mul.hi." t, high, T),               \
      {"mad.lo." t, ternary<mad<T>, T, T, T, T>},                              \
      {"mad.hi." t, ternary<madHigh<T>, T, T, T, T>},                          \
      BINARY("div." t, divide, T), BINARY("rem." t, remainder, T),             \
      BINARY("min." t, least, T), BINARY("max." t, most, T),                   \
      {"shr." t, binary<shiftRight<T>, T, T, u32>},                            \
      COMPARE("eq", isEqual, t, T), COMPARE("ne", isOther, t, T),              \
      COMPARE("lt", isLess, t, T), COMPARE("le", isAtMost, t, T),              \
      COMPARE("gt", isMore, t, T), COMPARE("ge", isAtLeast, t, T),             \
      {"selp." t, select<T>}, {                                                \
    "mov." t, move<T>                                                          \
  }
#define UNSIGNED(t, T)                                                         \
  COMPARE("lo", isLess, t, T), COMPARE("ls", isAtMost, t, T),                  \
      COMPARE("hi", isMore, t, T), COMPARE("hs", isAtLeast, t, T)
#define SIGNED(t, T) UNARY("abs." t, absolute, T), UNARY("neg." t, negative, T)
#define WIDER(t, T, R)                                                         \
  {"mul.wide." t, binary<wide<R, T>, R, T, T>}, {                              \
    "mad.wide." t, ternary<madWide<R, T>, R, T, T, R>                          \
  }
#define UNTYPED(t, T)                                                          \
  BINARY("and." t, bitAnd, T), BINARY("or." t, bitOr, T),                      \
      BINARY("xor." t, bitXor, T), UNARY("not." t, bitNot, T),                 \
      UNARY("cnot." t, logicalNot, T),                                         \
      {"shl." t, binary<shiftLeft<T>, T, T, u32>},                             \
      {"shr." t, binary<shiftRight<T>, T, T, u32>},                            \
      COMPARE("eq", isEqual, t, T), COMPARE("ne", isOther, t, T),              \
      {"selp." t, select<T>}, {                                                \
    "mov." t, move<T>                                                          \
  }
#define PAIRS(t, T)                                                            \
  {"add." t, binary<pairs<add<T>, T>, u32, u32, u32>},                         \
      {"min." t, binary<pairs<least<T>, T>, u32, u32, u32>}, {                 \
    "max." t, binary<pairs<most<T>, T>, u32, u32, u32>                         \
  }
#define FIELD(t, T)                                                            \
  {"bfe." t, ternary<extract<T>, T, T, u32, u32>},                             \
      {"bfind." t, unary<findHighest<T, false>, u32, T>}, {                    \
    "bfind.shiftamt." t, unary<findHighest<T, true>, u32, T>                   \
  }
#define RESIZE(name, R, A) {name, unary<resize<R, A>, R, A>}

const OpEntry integerOps[] = {
    ANY_INTEGER("u16", u16),
    ANY_INTEGER("s16", s16),
    ANY_INTEGER("u32", u32),
    ANY_INTEGER("s32", s32),
    ANY_INTEGER("u64", u64),
    ANY_INTEGER("s64", s64),
    UNSIGNED("u16", u16),
    UNSIGNED("u32", u32),
    UNSIGNED("u64", u64),
    SIGNED("s16", s16),
    SIGNED("s32", s32),
    SIGNED("s64", s64),
    WIDER("u16", u16, u32),
    WIDER("s16", s16, s32),
    WIDER("u32", u32, u64),
    WIDER("s32", s32, s64),
    UNTYPED("b16", u16),
    UNTYPED("b32", u32),
    UNTYPED("b64", u64),
    PAIRS("u16x2", u16),
    PAIRS("s16x2", s16),
    FIELD("u32", u32),
    FIELD("s32", s32),
    FIELD("u64", u64),
    FIELD("s64", s64),
    {"add.sat.s32", binary<addSat, s32, s32, s32>},
    {"sub.sat.s32", binary<subSat, s32, s32, s32>},
    {"selp.f16", select<u16>},
    {"selp.f32", select<u32>},
    {"selp.f64", select<u64>},
    {"mov.f16", move<u16>},
    {"mov.f32", move<u32>},
    {"mov.f64", move<u64>},
    {"mov.b8", move<u8>},
    {"bfi.b32", quaternary<insert<u32>, u32, u32, u32, u32, u32>},
    {"bfi.b64", quaternary<insert<u64>, u64, u64, u64, u32, u32>},
    {"popc.b32", unary<population32, u32, u32>},
    {"popc.b64", unary<population64, u32, u64>},
    {"clz.b32", unary<leading32, u32, u32>},
    {"clz.b64", unary<leading64, u32, u64>},
    {"brev.b32", unary<reverse32, u32, u32>},
    {"brev.b64", unary<reverse64, u64, u64>},
    {"prmt.b32", ternary<permute, u32, u32, u32, u32>},
    {"lop3.b32", quaternary<logic3, u32, u32, u32, u32, u32>},
    {"shf.l.wrap.b32", ternary<funnel<true, true>, u32, u32, u32, u32>},
    {"shf.l.clamp.b32", ternary<funnel<true, false>, u32, u32, u32, u32>},
    {"shf.r.wrap.b32", ternary<funnel<false, true>, u32, u32, u32, u32>},
    {"shf.r.clamp.b32", ternary<funnel<false, false>, u32, u32, u32, u32>},
    {"dp4a.s32.s32", ternary<dot4<s8, s8>, s32, u32, u32, s32>},
    {"dp4a.s32.u32", ternary<dot4<s8, u8>, s32, u32, u32, s32>},
    {"dp4a.u32.s32", ternary<dot4<u8, s8>, s32, u32, u32, s32>},
    {"dp4a.u32.u32", ternary<dot4<u8, u8>, s32, u32, u32, s32>},
    {"and.pred", predicates<bitAnd<u32>>},
    {"or.pred", predicates<bitOr<u32>>},
    {"xor.pred", predicates<bitXor<u32>>},
    {"mov.pred", movePredicate},
    {"not.pred", invertPredicate},
    {"selp.pred", selectPredicate},
    {"join.b32.2", join<u32, u16>},
    {"join.b32.4", join<u32, u8>},
    {"join.b64.2", join<u64, u32>},
    {"join.b64.4", join<u64, u16>},
    {"join.b64.8", join<u64, u8>},
    {"join.b16.2", join<u16, u8>},
    {"split.b32.2", split<u32, u16>},
    {"split.b32.4", split<u32, u8>},
    {"split.b64.2", split<u64, u32>},
    {"split.b64.4", split<u64, u16>},
    {"split.b64.8", split<u64, u8>},
    {"split.b16.2", split<u16, u8>},
    // Between a register and the narrower type of an instruction.
    RESIZE("trunc.16.8", u8, u16),
    RESIZE("trunc.32.8", u8, u32),
    RESIZE("trunc.64.8", u8, u64),
    RESIZE("trunc.32.16", u16, u32),
    RESIZE("trunc.64.16", u16, u64),
    RESIZE("trunc.64.32", u32, u64),
    RESIZE("zext.8.16", u16, u8),
    RESIZE("zext.8.32", u32, u8),
    RESIZE("zext.8.64", u64, u8),
    RESIZE("zext.16.32", u32, u16),
    RESIZE("zext.16.64", u64, u16),
    RESIZE("zext.32.64", u64, u32),
    RESIZE("sext.8.16", s16, s8),
    RESIZE("sext.8.32", s32, s8),
    RESIZE("sext.8.64", s64, s8),
    RESIZE("sext.16.32", s32, s16),
    RESIZE("sext.16.64", s64, s16),
    RESIZE("sext.32.64", s64, s32),
    {nullptr, nullptr}};
} // namespace standin::STANDIN_OPS
