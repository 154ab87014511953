#include "internal.h"

#include <string.h>

static float bitsToFloat(uint32_t bits) {
  float result;
  memcpy(&result, &bits, 4);
  return result;
}

static uint32_t floatToBits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}

static float halfToFloat(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent == 0x1f)
    return bitsToFloat(sign | 0x7f800000 | fraction << 13);
  if (exponent)
    return bitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
  // Subnormal: fraction * 2^-24 is exact in float32.
  float value = (float)fraction * 5.9604644775390625e-8f;
  return sign ? -value : value;
}

static uint16_t floatToHalf(float value) {
  uint32_t bits = floatToBits(value);
  uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) // a NaN stays one
    return (uint16_t)(sign | 0x7e00 | (bits >> 13 & 0x3ff));
  if (bits >= 0x477ff000) // 65520 and above round to infinity
    return sign | 0x7c00;
  if (bits < 0x38800000) {
    // Below 2^-14: adding 0.5 leaves the value in units of 2^-24, rounded.
    float shifted = bitsToFloat(bits) + 0.5f;
    return (uint16_t)(sign | (floatToBits(shifted) - 0x3f000000));
  }
  uint32_t odd = bits >> 13 & 1;
  return (uint16_t)(sign | ((bits - 0x38000000 + 0xfff + odd) >> 13));
}

static uint16_t floatToBrain(float value) {
  uint32_t bits = floatToBits(value);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static double load(int32_t dtype, const void *data, int64_t i) {
  switch (dtype) {
  case BITNET_FLOAT32:
    return ((const float *)data)[i];
  case BITNET_FLOAT16:
    return halfToFloat(((const uint16_t *)data)[i]);
  case BITNET_BFLOAT16:
    return bitsToFloat((uint32_t)((const uint16_t *)data)[i] << 16);
  default:
    return ((const double *)data)[i];
  }
}

static void store(int32_t dtype, void *data, int64_t i, double value) {
  switch (dtype) {
  case BITNET_FLOAT32:
    ((float *)data)[i] = (float)value;
    break;
  case BITNET_FLOAT16:
    ((uint16_t *)data)[i] = floatToHalf((float)value);
    break;
  case BITNET_BFLOAT16:
    ((uint16_t *)data)[i] = floatToBrain((float)value);
    break;
  default:
    ((double *)data)[i] = value;
    break;
  }
}

static bool isFloat(int32_t dtype) {
  return dtype == BITNET_FLOAT32 || dtype == BITNET_FLOAT16 ||
         dtype == BITNET_BFLOAT16 || dtype == BITNET_FLOAT64;
}

bool bn_convert(int32_t to, void *out, int32_t from, const void *in,
                int64_t count) {
  if (to == from) {
    if (count)
      memcpy(out, in, (size_t)count * bitnet_dtype_size(to));
    return true;
  }
  if (!isFloat(to) || !isFloat(from))
    return false;
  for (int64_t i = 0; i < count; ++i)
    store(to, out, i, load(from, in, i));
  return true;
}

int64_t bn_entry_bytes(int32_t dtype, int64_t head_dim) {
  int64_t scale = dtype == BITNET_INT8 ? BITNET_KV_SCALE_BYTES : 0;
  return head_dim * (int64_t)bitnet_dtype_size(dtype) + scale;
}

/// As compiled code appends an entry (AttentionCache.cpp): scale max|x| / 127, codes rounded to
/// nearest even. NaN and infinity make the entry NaN.
static void quantizeEntry(uint8_t *out, int32_t from, const void *in,
                          int64_t head_dim) {
  uint32_t most = 0;
  for (int64_t i = 0; i < head_dim; ++i) {
    uint32_t magnitude = floatToBits((float)load(from, in, i)) & 0x7fffffff;
    most = magnitude > most ? magnitude : most;
  }
  float largest = bitsToFloat(most);
  bool tiny = largest < 0x1p-120f;
  float scale = tiny ? 0 : largest / 127, inverse = tiny ? 0 : 127 / largest;
  for (int64_t i = 0; i < head_dim; ++i) {
    float product = (float)load(from, in, i) * inverse;
    // Adding 1.5 * 2^23 rounds to an integer, which the low bits then are.
    out[i] = (uint8_t)floatToBits(product + 0x1.8p23f);
  }
  memcpy(out + head_dim, &scale, sizeof(scale));
}

bool bn_convert_entry(int32_t to, void *out, int32_t from, const void *in,
                      int64_t head_dim) {
  if (to == from) {
    memcpy(out, in, (size_t)bn_entry_bytes(to, head_dim));
    return true;
  }
  if (to == BITNET_INT8 && isFloat(from)) {
    quantizeEntry((uint8_t *)out, from, in, head_dim);
    return true;
  }
  if (from == BITNET_INT8 && isFloat(to)) {
    float scale;
    memcpy(&scale, (const uint8_t *)in + head_dim, sizeof(scale));
    for (int64_t i = 0; i < head_dim; ++i)
      store(to, out, i, (double)((const int8_t *)in)[i] * scale);
    return true;
  }
  if (to == BITNET_FLOAT16 && isFloat(from)) {
    for (int64_t i = 0; i < head_dim; ++i) {
      double value = load(from, in, i);
      value = value > 65504 ? 65504 : value < -65504 ? -65504 : value;
      store(to, out, i, value);
    }
    return true;
  }
  return bn_convert(to, out, from, in, head_dim);
}
