#include "Npy.h"

#include "bitnet/bitnet.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace bitnet::run;

/// A .npy file with that header and data.
static std::string npy(std::string header, const std::string &data,
                       char major = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += major;
  bytes += '\0';
  for (size_t i = 0; i < (major == 1 ? 2u : 4u); ++i)
    bytes += static_cast<char>(header.size() >> (8 * i));
  return bytes + header + data;
}

static std::string failure(const std::string &bytes) {
  Array array;
  std::string error;
  EXPECT_FALSE(parseNpy(bytes, array, error));
  return error;
}

static Array parsed(const std::string &bytes) {
  Array array;
  std::string error;
  EXPECT_TRUE(parseNpy(bytes, array, error)) << error;
  return array;
}

TEST(Npy, WhatIsWrittenIsRead) {
  for (int32_t dtype :
       {BITNET_FLOAT32, BITNET_FLOAT16, BITNET_FLOAT64, BITNET_INT8,
        BITNET_INT16, BITNET_INT32, BITNET_INT64, BITNET_UINT8, BITNET_UINT16,
        BITNET_UINT32, BITNET_UINT64, BITNET_BOOL})
    for (std::vector<int64_t> shape :
         {std::vector<int64_t>{}, {3}, {2, 3}, {0, 4}, {1, 2, 3, 1}}) {
      Array array = {dtype, shape, ""};
      size_t count = bitnet_dtype_size(dtype);
      for (int64_t dim : shape)
        count *= size_t(dim);
      for (size_t i = 0; i < count; ++i)
        array.data += char(i % 2);
      std::string bytes = formatNpy(array);
      EXPECT_EQ((bytes.size() - count) % 64, 0u);
      Array back = parsed(bytes);
      EXPECT_EQ(back.dtype, dtype);
      EXPECT_EQ(back.shape, shape);
      EXPECT_EQ(back.data, array.data);
    }
}

TEST(Npy, HeaderIsNumpys) {
  EXPECT_EQ(formatNpy({BITNET_FLOAT32, {3}, std::string(12, 0)}).substr(10, 60),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }   ");
  EXPECT_EQ(formatNpy({BITNET_BOOL, {}, "\1"}).substr(10, 57),
            "{'descr': '|b1', 'fortran_order': False, 'shape': (), }  ");
}

TEST(Npy, ColumnMajorIsTransposed) {
  Array array =
      parsed(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }\n",
                 std::string("\1\4\2\5\3\6", 6)));
  EXPECT_EQ(array.data, std::string("\1\2\3\4\5\6", 6));
}

TEST(Npy, Versions) {
  std::string header =
      "{\"shape\": (2, ), 'fortran_order': False, 'descr': '<i2'}";
  for (char version : {1, 2, 3})
    EXPECT_EQ(parsed(npy(header, "abcd", version)).shape,
              std::vector<int64_t>{2});
  EXPECT_EQ(failure(npy(header, "abcd", 4)),
            "version 4 of .npy, expected 1 to 3");
}

TEST(Npy, Bfloat16) {
  Array array =
      parsed(npy("{'descr': '<V2', 'fortran_order': False, 'shape': (2,)}",
                 std::string("\x80\x3f\0\xc0", 4)));
  EXPECT_EQ(array.dtype, BITNET_BFLOAT16);
  Array written = parsed(formatNpy(array));
  ASSERT_EQ(written.dtype, BITNET_FLOAT32);
  float values[2];
  memcpy(values, written.data.data(), 8);
  EXPECT_EQ(values[0], 1.0f);
  EXPECT_EQ(values[1], -2.0f);
  EXPECT_EQ(toBfloat16(written).data, array.data);
}

TEST(Npy, BytesStandForNarrowTypes) {
  EXPECT_EQ(npyType(BITNET_INT4), BITNET_INT8);
  EXPECT_EQ(npyType(BITNET_FLOAT8E5M2), BITNET_UINT8);
  EXPECT_EQ(npyType(BITNET_FLOAT32), BITNET_FLOAT32);
  EXPECT_EQ(parsed(formatNpy({BITNET_INT2, {2}, "\xfe\x01"})).dtype,
            BITNET_INT8);
  auto check = [](int32_t dtype, std::string bytes) {
    std::string error;
    Array array{npyType(dtype), {1}, std::move(bytes)};
    EXPECT_EQ(checkBytes(array, dtype, error), error.empty());
    return error;
  };
  EXPECT_EQ(check(BITNET_INT4, "\xf8\x07"), "");
  EXPECT_EQ(check(BITNET_INT4, "\x07\x08"), "element 1 is 8, expected -8 to 7");
  EXPECT_EQ(check(BITNET_INT4, "\xf7"), "element 0 is -9, expected -8 to 7");
  EXPECT_EQ(check(BITNET_INT2, "\xfd"), "element 0 is -3, expected -2 to 1");
  EXPECT_EQ(check(BITNET_UINT4, "\x10"), "element 0 is 16, expected 0 to 15");
  EXPECT_EQ(check(BITNET_UINT2, "\x04"), "element 0 is 4, expected 0 to 3");
  EXPECT_EQ(check(BITNET_FLOAT4E2M1, "\xff"),
            "element 0 is 255, expected 0 to 15");
  EXPECT_EQ(check(BITNET_FLOAT8E8M0, "\xff"), "");
}

TEST(Npy, Errors) {
  std::string data(8, 0);
  EXPECT_EQ(failure(""), "not a .npy file");
  EXPECT_EQ(failure(std::string(100, 'x')), "not a .npy file");
  auto with = [&](const std::string &header) {
    return failure(npy(header, data));
  };
  EXPECT_EQ(with("[]"), "its header is not a dict");
  EXPECT_EQ(with("{'descr': '<f4'}"),
            "its header lacks descr, fortran_order or shape");
  EXPECT_EQ(with("{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}"),
            "elements are '>f4', expected a little-endian number or bool");
  EXPECT_EQ(with("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}"),
            "elements are '<c8', expected a little-endian number or bool");
  EXPECT_EQ(
      with("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}"),
      "arrays of records are not supported");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}"),
            "its shape needs 12 bytes of data, found 8");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}"),
            "its shape is not a tuple of numbers");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': False, 'shape': "
                 "(4611686018427387904, 4611686018427387904)}"),
            "its shape exceeds memory");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': False, 'shape': "
                 "(99999999999999999999,)}"),
            "its shape is not a tuple of numbers");
  EXPECT_EQ(with("{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2,)}"),
            "fortran_order is neither True nor False");
  std::string good =
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", data);
  parsed(good);
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(failure(good.substr(0, length)), "") << length;
}
