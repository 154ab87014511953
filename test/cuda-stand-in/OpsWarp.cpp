// What the lanes of a warp do together. The lanes of the member mask, which
// w.mask is, have all come.
#include "Ops.h"

namespace standin::STANDIN_OPS {
namespace {
enum Direction { Up, Down, Butterfly, Index };

/// ops: result, predicate or kNone, source, b, c, members.
template <Direction D>
void shuffle(Warp &w, const Inst &i) {
  alignas(64) u32 out[kLanes];
  const u32 *a = at<u32>(w, i.ops[2]), *b = at<u32>(w, i.ops[3]),
            *c = at<u32>(w, i.ops[4]);
  u32 inRange = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    if (!w.lanes[lane])
      continue;
    int by = int(b[lane] & 31), clamp = int(c[lane] & 31),
        segment = int(c[lane] >> 8 & 31);
    int most = (lane & segment) | (clamp & ~segment), least = lane & segment;
    int from = D == Up      ? lane - by
               : D == Down  ? lane + by
               : D == Index ? (least | (by & ~segment))
                            : lane ^ by;
    bool ok = D == Up ? from >= most : from <= most;
    if (!ok)
      from = lane;
    inRange |= u32(ok) << lane;
    if (!(w.mask >> from & 1) && w.fault.kind == FaultKind::None)
      w.fault = {FaultKind::BadSource, lane, u64(from)};
    out[lane] = a[from];
  }
  put(w, i.ops[0], out);
  if (i.ops[1] != kNone)
    putBits(w, i.ops[1], inRange);
}

/// ops: result, predicate, members.
enum Vote { Any, All, Uniform };
template <Vote V>
void vote(Warp &w, const Inst &i) {
  u32 votes = *at<u32>(w, i.ops[1]) & w.mask;
  bool yes = V == Any   ? votes != 0
             : V == All ? votes == w.mask
                        : votes == 0 || votes == w.mask;
  putBits(w, i.ops[0], yes ? ~0u : 0);
}
void broadcast(Warp &w, u32 offset, u32 value) {
  alignas(64) u32 out[kLanes];
  for (int l = 0; l < kLanes; ++l)
    out[l] = value;
  put(w, offset, out);
}
void ballot(Warp &w, const Inst &i) {
  broadcast(w, i.ops[0], *at<u32>(w, i.ops[1]) & w.mask);
}
void activeMask(Warp &w, const Inst &i) { broadcast(w, i.ops[0], w.mask); }

/// ops: result, source, members: the lanes of the same value.
template <class T>
void matchAny(Warp &w, const Inst &i) {
  alignas(64) u32 out[kLanes] = {};
  const T *a = at<T>(w, i.ops[1]);
  for (int l = 0; l < kLanes; ++l)
    for (int m = 0; m < kLanes; ++m)
      out[l] |= u32(w.lanes[m] && a[l] == a[m]) << m;
  put(w, i.ops[0], out);
}

/// ops: result, source, members.
template <class T, auto F>
void reduce(Warp &w, const Inst &i) {
  const T *a = at<T>(w, i.ops[1]);
  int first = __builtin_ctz(w.mask);
  T value = a[first];
  for (int l = first + 1; l < kLanes; ++l)
    if (w.lanes[l])
      value = F(value, a[l]);
  broadcast(w, i.ops[0], u32(value));
}
template <class T>
T least(T a, T b) {
  return b < a ? b : a;
}
template <class T>
T most(T a, T b) {
  return a < b ? b : a;
}
u32 sum(u32 a, u32 b) { return a + b; }
u32 bitAnd(u32 a, u32 b) { return a & b; }
u32 bitOr(u32 a, u32 b) { return a | b; }
u32 bitXor(u32 a, u32 b) { return a ^ b; }

void nothing(Warp &, const Inst &) {}

// ---- matrices ---------------------------------------------------------------

/// D = A * B + C of M x K and K x 8 bytes. Registers hold four terms of a row
/// of A or a column of B; lane l has row (or column) l / 4 and terms
/// 4 * (l % 4) and on, then row + 8, then terms + 16.
template <int M, int K, class A, class B>
void multiply(Warp &w, const Inst &i) {
  constexpr int kC = M / 4, kA = M * K / 128, kB = K / 16, rows = M / 8;
  if (w.mask != ~0u) {
    w.fault = {FaultKind::BadMask, 0, w.mask};
    return;
  }
  s32 a[M][K], b[8][K];
  for (int l = 0; l < kLanes; ++l)
    for (int k = 0; k < 4; ++k) {
      int term = l % 4 * 4 + k;
      for (int r = 0; r < kA; ++r)
        a[l / 4 + 8 * (r % rows)][term + 16 * (r / rows)] =
            A(at<u32>(w, i.ops[kC + r])[l] >> (8 * k));
      for (int r = 0; r < kB; ++r)
        b[l / 4][term + 16 * r] =
            B(at<u32>(w, i.ops[kC + kA + r])[l] >> (8 * k));
    }
  alignas(64) u32 out[kC][kLanes];
  for (int l = 0; l < kLanes; ++l)
    for (int r = 0; r < kC; ++r) {
      int row = l / 4 + 8 * (r / 2), column = l % 4 * 2 + r % 2;
      u32 value = at<u32>(w, i.ops[kC + kA + kB + r])[l];
      for (int k = 0; k < K; ++k)
        value += u32(a[row][k] * b[column][k]);
      out[r][l] = value;
    }
  for (int r = 0; r < kC; ++r)
    put(w, i.ops[r], out[r]);
}
} // namespace

#define SHUFFLE(name, d) {"shfl." name ".b32", shuffle<d>}
#define REDUCE(name, T, f) {"redux." name, reduce<T, f>}
#define MMA(shape, M, K, a, A, b, B)                                           \
  {"mma.aligned." shape ".row.col.s32." a "." b ".s32", multiply<M, K, A, B>}
#define MMA_TYPES(shape, M, K)                                                 \
  MMA(shape, M, K, "s8", s8, "s8", s8), MMA(shape, M, K, "s8", s8, "u8", u8),  \
      MMA(shape, M, K, "u8", u8, "s8", s8),                                    \
      MMA(shape, M, K, "u8", u8, "u8", u8)

const OpEntry warpOps[] = {SHUFFLE("up", Up),
                           SHUFFLE("down", Down),
                           SHUFFLE("bfly", Butterfly),
                           SHUFFLE("idx", Index),
                           {"vote.any.pred", vote<Any>},
                           {"vote.all.pred", vote<All>},
                           {"vote.uni.pred", vote<Uniform>},
                           {"vote.ballot.b32", ballot},
                           {"activemask.b32", activeMask},
                           {"match.any.b32", matchAny<u32>},
                           {"match.any.b64", matchAny<u64>},
                           {"bar.warp", nothing},
                           REDUCE("add.u32", u32, sum),
                           REDUCE("add.s32", u32, sum),
                           REDUCE("min.u32", u32, least<u32>),
                           REDUCE("max.u32", u32, most<u32>),
                           REDUCE("min.s32", s32, least<s32>),
                           REDUCE("max.s32", s32, most<s32>),
                           REDUCE("and.b32", u32, bitAnd),
                           REDUCE("or.b32", u32, bitOr),
                           REDUCE("xor.b32", u32, bitXor),
                           MMA_TYPES("m8n8k16", 8, 16),
                           MMA_TYPES("m16n8k16", 16, 16),
                           MMA_TYPES("m16n8k32", 16, 32),
                           {nullptr, nullptr}};
} // namespace standin::STANDIN_OPS
