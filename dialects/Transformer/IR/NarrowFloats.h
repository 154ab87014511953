/// Bits of the float types that weights are stored in.
#ifndef DIALECTS_TRANSFORMER_IR_NARROWFLOATS_H
#define DIALECTS_TRANSFORMER_IR_NARROWFLOATS_H

#include "llvm/ADT/bit.h"

#include <cstdint>

namespace bitnet::transformer {

/// Whether the f32 with these bits is a bf16.
inline bool isBF16(uint32_t bits) { return (bits & 0xffff) == 0; }

/// Whether the f32 with these bits is an f16; NaNs are taken for none.
inline bool isF16(uint32_t bits) {
  uint32_t magnitude = bits & 0x7fffffff;
  int exponent = static_cast<int>(magnitude >> 23) - 127;
  if (magnitude == 0 || magnitude == 0x7f800000)
    return true;
  if (exponent > 15 || exponent < -24)
    return false;
  // Normal numbers keep 10 bits of the mantissa, subnormal ones fewer.
  int dropped = exponent >= -14 ? 13 : 13 + (-14 - exponent);
  uint32_t mantissa = (magnitude & 0x7fffff) | 0x800000;
  return (mantissa & ((1u << dropped) - 1)) == 0;
}

/// The bf16 nearest to the f32 with these bits, ties to even.
inline uint16_t toBF16(uint32_t bits) {
  if ((bits & 0x7fffffff) > 0x7f800000)
    return static_cast<uint16_t>(bits >> 16 | 0x40); // stays a NaN
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// The f16 nearest to the f32 with these bits, ties to even.
inline uint16_t toF16(uint32_t bits) {
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000)
    return static_cast<uint16_t>(sign | 0x7c00 |
                                 (magnitude > 0x7f800000 ? 0x200 : 0));
  int exponent = static_cast<int>(magnitude >> 23) - 127;
  if (exponent < -25)
    return static_cast<uint16_t>(sign);
  uint32_t mantissa = (magnitude & 0x7fffff) | 0x800000;
  // Subnormal numbers keep fewer bits; a carry moves into the exponent.
  int dropped = exponent >= -14 ? 13 : 13 + (-14 - exponent);
  uint32_t kept = mantissa >> dropped;
  uint32_t rest = mantissa & ((1u << dropped) - 1), half = 1u << (dropped - 1);
  kept += rest > half || (rest == half && (kept & 1));
  uint32_t biased = exponent >= -14 ? static_cast<uint32_t>(exponent + 14) : 0;
  uint32_t result = (biased << 10) + kept;
  return static_cast<uint16_t>(sign | (result < 0x7c00 ? result : 0x7c00));
}

/// The f32 that equals an f16.
inline float fromF16(uint16_t half) {
  uint32_t sign = (half & 0x8000u) << 16, exponent = half >> 10 & 31;
  uint32_t mantissa = half & 1023;
  if (exponent == 0) {
    float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  exponent = exponent == 31 ? 255 : exponent + 112;
  return llvm::bit_cast<float>(sign | exponent << 23 | mantissa << 13);
}

/// The f32 that equals a bf16.
inline float fromBF16(uint16_t brain) {
  return llvm::bit_cast<float>(static_cast<uint32_t>(brain) << 16);
}

} // namespace bitnet::transformer

#endif // DIALECTS_TRANSFORMER_IR_NARROWFLOATS_H
