#include "internal.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

static uint16_t toHalf(float value, int32_t type = BITNET_FLOAT16) {
  uint16_t half;
  EXPECT_TRUE(bn_convert(type, &half, BITNET_FLOAT32, &value, 1));
  return half;
}

static float fromHalf(uint16_t half, int32_t type = BITNET_FLOAT16) {
  float value;
  EXPECT_TRUE(bn_convert(BITNET_FLOAT32, &value, type, &half, 1));
  return value;
}

TEST(Convert, EveryHalfSurvives) {
  for (int32_t type : {BITNET_FLOAT16, BITNET_BFLOAT16})
    for (uint32_t half = 0; half < 65536; ++half) {
      float value = fromHalf(uint16_t(half), type);
      if (std::isnan(value))
        EXPECT_TRUE(std::isnan(fromHalf(toHalf(value, type), type)));
      else
        ASSERT_EQ(toHalf(value, type), half);
    }
}

TEST(Convert, KnownHalves) {
  EXPECT_EQ(fromHalf(0x3c00), 1.0f);
  EXPECT_EQ(fromHalf(0xc000), -2.0f);
  EXPECT_EQ(fromHalf(0x0001), std::ldexp(1.0f, -24));
  EXPECT_EQ(fromHalf(0x8400), -std::ldexp(1.0f, -14));
  EXPECT_EQ(fromHalf(0x7bff), 65504.0f);
  EXPECT_TRUE(std::isinf(fromHalf(0x7c00)));
}

TEST(Convert, RoundsToNearestEven) {
  // Halfway between two halves the even one wins; a little more rounds up.
  for (uint32_t half = 0; half < 0x7bff; ++half) {
    double low = fromHalf(uint16_t(half)), high = fromHalf(uint16_t(half + 1));
    float middle = float((low + high) / 2);
    ASSERT_EQ(toHalf(middle), half + (half & 1)) << half;
    ASSERT_EQ(toHalf(std::nextafter(middle, 1e9f)), half + 1) << half;
    ASSERT_EQ(toHalf(std::nextafter(middle, -1e9f)), half) << half;
    ASSERT_EQ(toHalf(-middle), (half + (half & 1)) | 0x8000) << half;
  }
  EXPECT_EQ(toHalf(65519.996f), 0x7bff);
  EXPECT_EQ(toHalf(65520.0f), 0x7c00);
  EXPECT_EQ(toHalf(1e30f), 0x7c00);
  EXPECT_EQ(toHalf(1e-30f), 0);
  EXPECT_EQ(toHalf(1.00390625f, BITNET_BFLOAT16), 0x3f80)
      << "halfway, down to even";
  EXPECT_EQ(toHalf(1.01171875f, BITNET_BFLOAT16), 0x3f82)
      << "halfway, up to even";
}

TEST(Convert, IntegersOnlyToThemselves) {
  int64_t from[2] = {1, -5}, to[2] = {};
  EXPECT_TRUE(bn_convert(BITNET_INT64, to, BITNET_INT64, from, 2));
  EXPECT_EQ(to[1], -5);
  float value = 1;
  EXPECT_FALSE(bn_convert(BITNET_INT64, to, BITNET_FLOAT32, &value, 1));
  EXPECT_FALSE(bn_convert(BITNET_FLOAT32, &value, BITNET_INT8, from, 1));
}

TEST(Convert, EightBitEntries) {
  // 254 / 127 is exact: codes are halves of the numbers, rounded to even.
  const float from[6] = {254, -254, 1, 3, -5, 0};
  uint8_t entry[6 + BITNET_KV_SCALE_BYTES];
  ASSERT_EQ(bn_entry_bytes(BITNET_INT8, 6), int64_t(sizeof(entry)));
  ASSERT_TRUE(bn_convert_entry(BITNET_INT8, entry, BITNET_FLOAT32, from, 6));
  const int8_t codes[6] = {127, -127, 0, 2, -2, 0};
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(int8_t(entry[i]), codes[i]) << i;
  float to[6];
  ASSERT_TRUE(bn_convert_entry(BITNET_FLOAT32, to, BITNET_INT8, entry, 6));
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(to[i], codes[i] * 2.0f) << i;
  uint8_t copy[6 + BITNET_KV_SCALE_BYTES];
  ASSERT_TRUE(bn_convert_entry(BITNET_INT8, copy, BITNET_INT8, entry, 6));
  EXPECT_EQ(std::memcmp(copy, entry, sizeof(copy)), 0);
  const float zeros[6] = {};
  ASSERT_TRUE(bn_convert_entry(BITNET_INT8, entry, BITNET_FLOAT32, zeros, 6));
  ASSERT_TRUE(bn_convert_entry(BITNET_FLOAT32, to, BITNET_INT8, entry, 6));
  for (float value : to)
    EXPECT_EQ(value, 0);
}

TEST(Convert, HalfEntriesStayInRange) {
  const float from[3] = {1e6f, -1e6f, 1};
  uint16_t entry[3];
  ASSERT_TRUE(bn_convert_entry(BITNET_FLOAT16, entry, BITNET_FLOAT32, from, 3));
  EXPECT_EQ(entry[0], 0x7bff);
  EXPECT_EQ(entry[1], 0xfbff);
  EXPECT_EQ(entry[2], 0x3c00);
}
