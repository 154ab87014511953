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
