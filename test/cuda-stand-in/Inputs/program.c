/* A program of what kernels are made of, for the CPU and as PTX: integers of all
   widths, floats, a switch, local memory, a table of constants, calls with
   structures, loops that threads leave at different times. */
typedef unsigned char u8;
typedef short s16;
typedef unsigned u32;
typedef int s32;
typedef unsigned long u64;
typedef long s64;

struct Parts {
  s64 sum;
  float scale;
  s32 bits;
};

static __attribute__((noinline)) struct Parts mix(struct Parts p, s32 k) {
  p.sum += k * 3;
  p.scale = p.scale * 2.5f + k;
  p.bits ^= (s32)p.sum;
  return p;
}

static const s32 table[16] = {3, -1, 4, 1, -5, 9, 2, 6, 5, 3, -5, 8, 9, 7, 9, -3};

static s64 bits_of(double d) {
  union {
    double d;
    s64 i;
  } u = {d};
  return u.i;
}

static s64 floats(u32 s, s64 r, int n, const float *f) {
  float a = f[s & 63], b = f[s >> 7 & 63];
  switch (s >> 4 & 7) {
  case 0:
    return r + bits_of(__builtin_sqrt((double)a * a + 0.5) / (1.0 + n));
  case 1:
    return r + (s32)a + (s64)(b * 100.0f);
  case 2:
    return r ^ (s64)((float)(s32)s / 3.0f);
  case 3:
    return r + (s64)(float)((_Float16)a * (_Float16)1.5 + (_Float16)0.25);
  case 4:
    return r + (s64)(__builtin_fabsf(a < b ? a : b) * 8) + (__builtin_roundevenf(a) > b);
  case 5:
    return r + (s64)__builtin_floorf(b) + (__builtin_fmaf(a, b, -a * b) != 0);
  case 6:
    return r + bits_of((double)(u64)r * b);
  default:
    return r + (s64)__builtin_copysignf(b, a) + (a >= b) + !(a < b);
  }
}

s64 program(s64 i, const s32 *x, const float *f) {
  u32 s = (u32)x[i & 63] * 2654435761u;
  s64 r = 0;
  s32 local[12];
  for (int k = 0; k < 12; ++k)
    local[k] = x[(i + k) & 63] >> (k & 7);
  for (int n = 0; n < 60; ++n) {
    s = s * 1664525u + 1013904223u;
    switch (s >> 28) {
    case 0:
      r += local[s % 12];
      break;
    case 1:
      r ^= (s64)s << 13;
      break;
    case 2:
      local[(s >> 4) % 12] = (s32)r;
      break;
    case 3:
      r -= table[s >> 8 & 15];
      break;
    case 4: {
      s32 d = (s32)(s & 1023) - 500;
      if (d)
        r = (r + (s32)s / d) ^ (s32)s % (s64)d;
      break;
    }
    case 5:
      r += __builtin_popcount(s) + __builtin_clz(s | 1) + __builtin_ctzll(s | 256);
      break;
    case 6:
      r += (s64)((u64)r / (s | 1));
      r ^= (s64)((u64)r % (s | 1));
      break;
    case 7: {
      struct Parts p = {r, f[s & 63], (s32)s};
      p = mix(p, n);
      r += p.sum + p.bits + (s64)p.scale;
      break;
    }
    case 8: {
      s16 a = (s16)s, b = (s16)(s >> 16);
      r += a * b - (u8)a + (signed char)b;
      break;
    }
    case 9:
      r = (s64)((u64)r << 7 | (u64)r >> 57);
      break;
    case 10:
      r += __builtin_bswap32(s) + (s64)__builtin_bitreverse32(s);
      break;
    case 11:
      r = (s64)((unsigned __int128)(u64)r * s >> 32);
      break;
    default:
      r = floats(s, r, n, f);
      break;
    }
    if ((s & 255) == 7)
      continue;
    if ((s & 4095) == 9)
      break;
  }
  for (int k = 0; k < 12; ++k)
    r = r * 31 + local[k];
  return r;
}

#ifdef __NVPTX__
__attribute__((nvptx_kernel)) void bitnet_kernel(u64 captures, u64 scratch, s64 first, s64 count) {
  const u64 *words = (const u64 *)captures;
  s64 i = first + (s64)__nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() +
          __nvvm_read_ptx_sreg_tid_x();
  if (i < count)
    ((s64 *)words[0])[i] = program(i, (const s32 *)words[1], (const float *)words[2]);
}
#endif
