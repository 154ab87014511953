#ifndef DIALECTS_ONNX_TRANSFORMS_ELEMENTTYPES_H
#define DIALECTS_ONNX_TRANSFORMS_ELEMENTTYPES_H

#include "llvm/ADT/bit.h"

#include <cstdint>
#include <limits>
#include <type_traits>

namespace bitnet::onnx {

/// Storage of an f16. Arithmetic is done in float and rounded to nearest even
/// on the way back. Free of branches, so that loops over it vectorise.
struct Half {
  uint16_t bits = 0;

  Half() = default;
  explicit Half(float value) {
    uint32_t word = llvm::bit_cast<uint32_t>(value);
    uint32_t sign = word >> 16 & 0x8000;
    uint32_t magnitude = word & 0x7fffffff;
    // Normal: move the exponent from bias 127 to 15 and round off 13 bits.
    uint32_t odd = magnitude >> 13 & 1;
    uint32_t normal = (magnitude - (112u << 23) + 0xfff + odd) >> 13;
    // Subnormal: adding 0.5 aligns the last place of f16 with that of float.
    float shifted = llvm::bit_cast<float>(magnitude) + 0.5f;
    uint32_t subnormal = llvm::bit_cast<uint32_t>(shifted) - 0x3f000000;
    uint32_t special = magnitude > 0x7f800000 ? 0x7e00 : 0x7c00;
    uint32_t result = magnitude < (113u << 23) ? subnormal : normal;
    // 65520, half way from the largest f16 to the next power, and above.
    result = magnitude >= 0x477ff000 ? special : result;
    bits = static_cast<uint16_t>(sign | result);
  }
  operator float() const {
    uint32_t sign = (bits & 0x8000u) << 16;
    uint32_t magnitude = bits & 0x7fffu;
    // Exact: the multiplication moves the exponent and normalises.
    float scaled = llvm::bit_cast<float>(magnitude << 13) * 0x1p112f;
    uint32_t word = magnitude >= 0x7c00 ? 0x7f800000 | (magnitude & 0x3ff) << 13
                                        : llvm::bit_cast<uint32_t>(scaled);
    return llvm::bit_cast<float>(sign | word);
  }
};

/// Storage of a bf16, likewise.
struct BFloat {
  uint16_t bits = 0;

  BFloat() = default;
  explicit BFloat(float value) {
    uint32_t word = llvm::bit_cast<uint32_t>(value);
    uint32_t rounded = (word + 0x7fff + (word >> 16 & 1)) >> 16;
    // Rounding could carry a NaN into infinity.
    uint32_t quiet = word >> 16 | 0x40;
    bits = static_cast<uint16_t>((word & 0x7fffffff) > 0x7f800000 ? quiet
                                                                  : rounded);
  }
  operator float() const {
    return llvm::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
};

/// Storage of an i1: any byte but 0 counts as true.
struct Bool {
  uint8_t bits = 0;

  Bool() = default;
  explicit Bool(bool value) : bits(value) {}
  operator bool() const { return bits != 0; }
};

/// A float or double as an integer, as compiled code converts it
/// (ScalarMath::fromFloat) and ONNX Runtime on x86: truncated to i32, or to i64
/// where that is needed, whose low bits are kept; what that does not hold, and
/// NaN, are its least number.
template <typename To, typename Float>
To truncateToInteger(Float value) {
  constexpr bool isWide =
      sizeof(To) == 8 || (sizeof(To) == 4 && !std::is_signed_v<To>);
  using Through = std::conditional_t<isWide, int64_t, int32_t>;
  constexpr Float bound = isWide ? Float(0x1p63) : Float(0x1p31);
  auto convert = [](Float number) {
    return number >= -bound && number < bound
               ? static_cast<Through>(number)
               : std::numeric_limits<Through>::min();
  };
  // The upper half of u64.
  if constexpr (sizeof(To) == 8 && !std::is_signed_v<To>)
    if (value >= bound)
      return static_cast<To>(convert(value - bound)) ^ To(1) << 63;
  return static_cast<To>(convert(value));
}

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_ELEMENTTYPES_H
