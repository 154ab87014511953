// Loads, stores, atomic operations, addresses. Every access is checked.
#include "Ops.h"

namespace standin::STANDIN_OPS {
namespace {
enum Space { Global, Shared, Local, Generic };

[[gnu::cold]] u8 *fault(Warp &w, FaultKind kind, int lane, u64 address) {
  if (w.fault.kind == FaultKind::None)
    w.fault = {kind, lane, address};
  return nullptr;
}

u8 *inside(Warp &w, int lane, u64 address, u64 offset, u64 bytes, u8 *memory,
           u64 size) {
  if (offset > size || size - offset < bytes)
    return fault(w, FaultKind::OutOfBounds, lane, address);
  return memory + offset;
}

/// Where `bytes` bytes at the address of a lane lie; null: w.fault says why
/// not.
u8 *place(Warp &w, Space space, int lane, u64 address, u64 bytes, bool write) {
  if (address & (bytes - 1))
    return fault(w, FaultKind::Misaligned, lane, address);
  u64 offset = address;
  if (space == Generic) {
    u64 window = address & ~kWindow;
    space = window == kShared ? Shared : window == kLocal ? Local : Global;
    offset &= kWindow;
  }
  if (space == Shared)
    return inside(w, lane, address, offset, bytes, w.shared, w.sharedBytes);
  if (space == Local)
    return inside(w, lane, address, offset, bytes,
                  w.local + u64(lane) * w.localStride, w.localBytes);
  const Allocation *a = w.find(w.memory, address);
  if (!a || a->bytes - (address - a->base) < bytes)
    return fault(w, FaultKind::OutOfBounds, lane, address);
  if (write && !a->writable)
    return fault(w, FaultKind::ReadOnly, lane, address);
  return reinterpret_cast<u8 *>(address + a->toHost);
}

/// Where each lane's bytes lie; lanes that are not at work get those of one
/// that is. False: w.fault says why not.
template <Space S, u32 Bytes>
bool places(Warp &w, const Inst &i, const u64 *base, bool write,
            u8 *(&out)[kLanes]) {
  alignas(64) u64 address[kLanes];
  for (int l = 0; l < kLanes; ++l)
    address[l] = base[l] + u64(i.imm);
  int first = __builtin_ctz(w.mask);
  if (S == Global) {
    Allocation &c =
        w.cache[reinterpret_cast<uintptr_t>(&i) / sizeof(Inst) % 16];
    u64 limit = c.bytes - Bytes, start = c.base, toHost = c.toHost;
    u64 bad = c.bytes < Bytes || (write && !c.writable);
    for (int l = 0; l < kLanes; ++l)
      bad |= u64(s64(w.lanes[l])) &
             (u64(address[l] - start > limit) | (address[l] & (Bytes - 1)));
    if (!bad) {
      for (int l = 0; l < kLanes; ++l)
        out[l] = reinterpret_cast<u8 *>(
            (w.lanes[l] ? address[l] : address[first]) + toHost);
      return true;
    }
    if (const Allocation *a = w.find(w.memory, address[first]))
      c = *a;
  }
  for (int l = 0; l < kLanes; ++l)
    if (w.lanes[l] && !(out[l] = place(w, S, l, address[l], Bytes, write)))
      return false;
  for (int l = 0; l < kLanes; ++l)
    if (!w.lanes[l])
      out[l] = out[first];
  return true;
}

template <Space S, class T, int N>
void load(Warp &w, const Inst &i) {
  u8 *from[kLanes];
  if (!places<S, sizeof(T) * N>(w, i, at<u64>(w, i.ops[N]), false, from))
    return;
  alignas(64) T out[N][kLanes];
  for (int l = 0; l < kLanes; ++l) {
    T values[N];
    __builtin_memcpy(values, from[l], sizeof(values));
    for (int k = 0; k < N; ++k)
      out[k][l] = values[k];
  }
  for (int k = 0; k < N; ++k)
    if (i.ops[k] != kNone)
      put(w, i.ops[k], out[k]);
}

template <Space S, class T, int N>
void store(Warp &w, const Inst &i) {
  u8 *to[kLanes];
  if (!places<S, sizeof(T) * N>(w, i, at<u64>(w, i.ops[0]), true, to))
    return;
  const T *values[N];
  for (int k = 0; k < N; ++k)
    values[k] = at<T>(w, i.ops[1 + k]);
  for (int l = 0; l < kLanes; ++l) {
    if (!w.lanes[l])
      continue;
    T together[N];
    for (int k = 0; k < N; ++k)
      together[k] = values[k][l];
    __builtin_memcpy(to[l], together, sizeof(together));
  }
}

/// A kernel's parameter.
template <class T, int N>
void parameter(Warp &w, const Inst &i) {
  for (int k = 0; k < N; ++k) {
    alignas(64) T out[kLanes];
    T value;
    __builtin_memcpy(&value, w.parameters + i.imm + k * sizeof(T), sizeof(T));
    for (int l = 0; l < kLanes; ++l)
      out[l] = value;
    if (i.ops[k] != kNone)
      put(w, i.ops[k], out);
  }
}

// ---- atomic operations ------------------------------------------------------

template <class T>
T plus(T a, T b) {
  if constexpr (__is_same(T, f32) || __is_same(T, f64))
    return canonical(a + b);
  else
    return T(Wide<T>(a) + Wide<T>(b));
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
T exchange(T, T b) {
  return b;
}
u32 increment(u32 a, u32 b) { return a >= b ? 0 : a + 1; }
u32 decrement(u32 a, u32 b) { return a == 0 || a > b ? b : a - 1; }

/// ops: result or kNone, address, operand. Lanes follow each other.
template <Space S, class T, auto F>
void atomic(Warp &w, const Inst &i) {
  u8 *to[kLanes];
  if (!places<S, sizeof(T)>(w, i, at<u64>(w, i.ops[1]), true, to))
    return;
  alignas(64) T out[kLanes];
  const T *b = at<T>(w, i.ops[2]);
  for (int l = 0; l < kLanes; ++l) {
    if (!w.lanes[l])
      continue;
    auto *word = reinterpret_cast<Bits<T> *>(to[l]);
    Bits<T> old = __atomic_load_n(word, __ATOMIC_RELAXED), value;
    do
      value = bitsOf(F(__builtin_bit_cast(T, old), b[l]));
    while (!__atomic_compare_exchange_n(word, &old, value, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
    out[l] = __builtin_bit_cast(T, old);
  }
  if (i.ops[0] != kNone)
    put(w, i.ops[0], out);
}

/// ops: result, address, what is expected, what it becomes.
template <Space S, class T>
void compareAndSwap(Warp &w, const Inst &i) {
  u8 *to[kLanes];
  if (!places<S, sizeof(T)>(w, i, at<u64>(w, i.ops[1]), true, to))
    return;
  alignas(64) T out[kLanes];
  for (int l = 0; l < kLanes; ++l) {
    if (!w.lanes[l])
      continue;
    out[l] = at<T>(w, i.ops[2])[l];
    __atomic_compare_exchange_n(reinterpret_cast<T *>(to[l]), &out[l],
                                at<T>(w, i.ops[3])[l], false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
  }
  if (i.ops[0] != kNone)
    put(w, i.ops[0], out);
}

// ---- addresses --------------------------------------------------------------

template <u64 Window>
u64 toGeneric(u64 a) {
  return a + Window;
}
template <u64 Window>
u64 toSpace(u64 a) {
  return a - Window;
}
void nothing(Warp &, const Inst &) {}
} // namespace

#define ACCESS(s, S, bits, T)                                                  \
  {"ld." s "." bits ".1", load<S, T, 1>},                                      \
      {"ld." s "." bits ".2", load<S, T, 2>},                                  \
      {"ld." s "." bits ".4", load<S, T, 4>},                                  \
      {"st." s "." bits ".1", store<S, T, 1>},                                 \
      {"st." s "." bits ".2", store<S, T, 2>}, {                               \
    "st." s "." bits ".4", store<S, T, 4>                                      \
  }
#define ATOMIC(s, S, t, T, name, f)                                            \
  {"atom." s "." name "." t, atomic<S, T, f<T>>}
#define ATOMIC_INTEGER(s, S, t, T)                                             \
  ATOMIC(s, S, t, T, "add", plus), ATOMIC(s, S, t, T, "min", least),           \
      ATOMIC(s, S, t, T, "max", most)
#define ATOMIC_BITS(s, S, t, T)                                                \
  ATOMIC(s, S, t, T, "and", bitAnd), ATOMIC(s, S, t, T, "or", bitOr),          \
      ATOMIC(s, S, t, T, "xor", bitXor), ATOMIC(s, S, t, T, "exch", exchange), \
  {                                                                            \
    "atom." s ".cas." t, compareAndSwap<S, T>                                  \
  }
#define ATOMICS(s, S)                                                          \
  ATOMIC_INTEGER(s, S, "u32", u32), ATOMIC_INTEGER(s, S, "s32", s32),          \
      ATOMIC_INTEGER(s, S, "u64", u64), ATOMIC_INTEGER(s, S, "s64", s64),      \
      ATOMIC_BITS(s, S, "b32", u32), ATOMIC_BITS(s, S, "b64", u64),            \
      ATOMIC(s, S, "f32", f32, "add", plus),                                   \
      ATOMIC(s, S, "f64", f64, "add", plus),                                   \
      {"atom." s ".inc.u32", atomic<S, u32, increment>}, {                     \
    "atom." s ".dec.u32", atomic<S, u32, decrement>                            \
  }
#define SPACE(s, S)                                                            \
  ACCESS(s, S, "8", u8), ACCESS(s, S, "16", u16), ACCESS(s, S, "32", u32),     \
      ACCESS(s, S, "64", u64)
#define PARAMETER(bits, T)                                                     \
  {"ld.param." bits ".1", parameter<T, 1>},                                    \
      {"ld.param." bits ".2", parameter<T, 2>}, {                              \
    "ld.param." bits ".4", parameter<T, 4>                                     \
  }

const OpEntry memoryOps[] = {
    SPACE("global", Global),
    SPACE("shared", Shared),
    SPACE("local", Local),
    SPACE("generic", Generic),
    ATOMICS("global", Global),
    ATOMICS("shared", Shared),
    ATOMICS("generic", Generic),
    PARAMETER("8", u8),
    PARAMETER("16", u16),
    PARAMETER("32", u32),
    PARAMETER("64", u64),
    {"cvta.shared.u64", unary<toGeneric<kShared>, u64, u64>},
    {"cvta.local.u64", unary<toGeneric<kLocal>, u64, u64>},
    {"cvta.global.u64", unary<toGeneric<0>, u64, u64>},
    {"cvta.const.u64", unary<toGeneric<0>, u64, u64>},
    {"cvta.to.shared.u64", unary<toSpace<kShared>, u64, u64>},
    {"cvta.to.local.u64", unary<toSpace<kLocal>, u64, u64>},
    {"cvta.to.global.u64", unary<toSpace<0>, u64, u64>},
    {"cvta.to.const.u64", unary<toSpace<0>, u64, u64>},
    {"membar.cta", nothing},
    {"membar.gl", nothing},
    {"membar.sys", nothing},
    {"fence.acq_rel.cta", nothing},
    {"fence.acq_rel.gpu", nothing},
    {"fence.acq_rel.sys", nothing},
    {"fence.sc.cta", nothing},
    {"fence.sc.gpu", nothing},
    {"fence.sc.sys", nothing},
    {"nanosleep.u32", nothing},
    {nullptr, nullptr}};
} // namespace standin::STANDIN_OPS
