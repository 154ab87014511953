#include "dialects/Onnx/IR/ConstantData.h"
#include "dialects/Onnx/IR/OnnxOps.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using bitnet::onnx::ConstantReader;

namespace {
class ConstantData : public ::testing::Test {
protected:
  /// A resource over `bytes`, which start at an odd address.
  DenseResourceElementsAttr makeResource(Type elements, int64_t count,
                                         ArrayRef<unsigned char> bytes) {
    storage.assign(bytes.size() + 64, 0);
    char *at = storage.data();
    at += reinterpret_cast<uintptr_t>(at) % 2 == 0;
    std::copy(bytes.begin(), bytes.end(), at);
    return DenseResourceElementsAttr::get(
        RankedTensorType::get({count}, elements), "data",
        UnmanagedAsmResourceBlob::allocateWithAlign(
            ArrayRef<char>(at, bytes.size()), /*align=*/1));
  }

  ElementsAttr makeFloats(ArrayRef<float> values) {
    return DenseElementsAttr::get(
        RankedTensorType::get({(int64_t)values.size()}, builder.getF32Type()),
        values);
  }

  MLIRContext context;
  Builder builder{&context};
  std::vector<char> storage;
};

TEST_F(ConstantData, DenseFloats) {
  auto reader = ConstantReader::get(makeFloats({1.5f, -2.0f}));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->size(), 2);
  EXPECT_FALSE(reader->isSplat());
  EXPECT_EQ(reader->getFloat(0), 1.5);
  EXPECT_EQ(reader->getFloat(1), -2.0);
  EXPECT_EQ(reader->getInt(1), -2);
}

TEST_F(ConstantData, SplatsHoldOneElement) {
  auto type = RankedTensorType::get({1000, 1000}, builder.getF64Type());
  auto reader = ConstantReader::get(DenseElementsAttr::get(type, 0.25));
  ASSERT_TRUE(reader);
  EXPECT_TRUE(reader->isSplat());
  EXPECT_EQ(reader->getFloat(999999), 0.25);
  EXPECT_EQ(reader->getRawBytes().size(), 8u);
}

TEST_F(ConstantData, DenseBoolsOfEachLength) {
  // One byte of bits, several, and the splats of either value.
  for (int64_t count : {1, 2, 7, 8, 9, 17, 64})
    for (int pattern = 0; pattern < 3; ++pattern) {
      SmallVector<bool> values;
      for (int64_t i = 0; i < count; ++i)
        values.push_back(pattern == 2 ? i % 3 == 0 : pattern);
      auto reader = ConstantReader::get(builder.getBoolVectorAttr(values));
      ASSERT_TRUE(reader);
      for (int64_t i = 0; i < count; ++i)
        EXPECT_EQ(reader->getInt(i), values[i]) << count << " " << pattern;
    }
}

TEST_F(ConstantData, ResourceBoolsAreBytes) {
  auto reader =
      ConstantReader::get(makeResource(builder.getI1Type(), 3, {0, 1, 255}));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->getInt(0), 0);
  EXPECT_EQ(reader->getInt(1), 1);
  EXPECT_EQ(reader->getInt(2), 1);
}

TEST_F(ConstantData, ResourceSigns) {
  auto byte = [&](Type type) {
    auto reader = ConstantReader::get(makeResource(type, 2, {0x80, 0x7f}));
    return std::make_pair(reader->getInt(0), reader->getFloat(1));
  };
  EXPECT_EQ(byte(builder.getI8Type()), std::make_pair(int64_t(-128), 127.0));
  EXPECT_EQ(byte(builder.getIntegerType(8, false)),
            std::make_pair(int64_t(128), 127.0));
}

TEST_F(ConstantData, ResourceIntegersBelowAByte) {
  // Low bits first.
  auto nibbles =
      ConstantReader::get(makeResource(builder.getI4Type(), 3, {0x7f, 0x08}));
  ASSERT_TRUE(nibbles);
  EXPECT_EQ(nibbles->getInt(0), -1);
  EXPECT_EQ(nibbles->getInt(1), 7);
  EXPECT_EQ(nibbles->getInt(2), -8);
  auto pairs = ConstantReader::get(
      makeResource(builder.getIntegerType(2, false), 4, {0b11100100}));
  ASSERT_TRUE(pairs);
  for (int64_t i = 0; i < 4; ++i)
    EXPECT_EQ(pairs->getInt(i), i);
}

TEST_F(ConstantData, ResourceFloats) {
  auto half = ConstantReader::get(makeResource(
      builder.getF16Type(), 5,
      {0x00, 0x3c, 0x01, 0x80, 0xff, 0x7b, 0x00, 0xfc, 0x00, 0x7e}));
  ASSERT_TRUE(half);
  EXPECT_EQ(half->getFloat(0), 1.0);
  EXPECT_EQ(half->getFloat(1), -0x1p-24);
  EXPECT_EQ(half->getFloat(2), 65504.0);
  EXPECT_EQ(half->getFloat(3), -INFINITY);
  EXPECT_TRUE(std::isnan(half->getFloat(4)));
  auto brain = ConstantReader::get(
      makeResource(builder.getBF16Type(), 2, {0x80, 0x3f, 0x00, 0xc0}));
  ASSERT_TRUE(brain);
  EXPECT_EQ(brain->getFloat(0), 1.0);
  EXPECT_EQ(brain->getFloat(1), -2.0);
  auto eight = ConstantReader::get(
      makeResource(Float8E4M3FNType::get(&context), 2, {0x38, 0xb8}));
  ASSERT_TRUE(eight);
  EXPECT_EQ(eight->getFloat(0), 1.0);
  EXPECT_EQ(eight->getFloat(1), -1.0);
}

TEST_F(ConstantData, IntegersOfFloatsSaturate) {
  auto reader = ConstantReader::get(makeFloats({1e30f, -1e30f, NAN, -1.75f}));
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->getInt(0), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(reader->getInt(1), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(reader->getInt(2), 0);
  EXPECT_EQ(reader->getInt(3), -1);
}

TEST_F(ConstantData, ResourceThatIsTooShort) {
  EXPECT_TRUE(
      ConstantReader::get(makeResource(builder.getF32Type(), 1, {0, 0, 0, 0})));
  EXPECT_FALSE(
      ConstantReader::get(makeResource(builder.getF32Type(), 1, {0, 0, 0})));
  EXPECT_FALSE(ConstantReader::get(
      makeResource(builder.getF32Type(), int64_t(1) << 62, {0, 0, 0, 0})));
}

TEST_F(ConstantData, OtherAttributes) {
  EXPECT_FALSE(ConstantReader::get(Attribute()));
  EXPECT_FALSE(ConstantReader::get(builder.getI64IntegerAttr(1)));
  EXPECT_FALSE(ConstantReader::get(DenseStringElementsAttr::get(
      RankedTensorType::get({1}, builder.getNoneType()), {"a"})));
}
} // namespace
