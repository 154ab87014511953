#include "dialects/Onnx/Transforms/HostTensor.h"
#include "dialects/Onnx/Transforms/ElementTypes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <limits>

using namespace mlir;
using namespace bitnet::onnx;

namespace {

TEST(HostTensor, CountsElementsWithoutOverflow) {
  constexpr int64_t huge = int64_t(1) << 40;
  EXPECT_EQ(checkedElementCount({}), 1);
  EXPECT_EQ(checkedElementCount({3, 5}), 15);
  EXPECT_EQ(checkedElementCount({huge, huge}), -1);
  EXPECT_EQ(checkedElementCount({huge, huge, 0}), 0);
  EXPECT_EQ(checkedElementCount({int64_t(1) << 62, 1}), int64_t(1) << 62);
  EXPECT_EQ(checkedElementCount({int64_t(1) << 62, 2}), -1);
}

TEST(HostTensor, ExpandsSplatsAndBools) {
  MLIRContext context;
  Builder b(&context);
  auto splat = HostTensor::get(
      DenseElementsAttr::get(RankedTensorType::get({3}, b.getF32Type()), 2.5f));
  ASSERT_TRUE(succeeded(splat));
  EXPECT_EQ(splat->values<float>(), ArrayRef<float>({2.5f, 2.5f, 2.5f}));
  auto type = RankedTensorType::get({9}, b.getI1Type());
  bool bits[] = {true, false, true, true, false, false, false, true, true};
  auto bools =
      HostTensor::get(DenseElementsAttr::get(type, ArrayRef<bool>(bits)));
  ASSERT_TRUE(succeeded(bools));
  EXPECT_EQ(bools->values<uint8_t>(),
            ArrayRef<uint8_t>({1, 0, 1, 1, 0, 0, 0, 1, 1}));
  EXPECT_EQ(bools->toAttr("x"),
            DenseElementsAttr::get(type, ArrayRef<bool>(bits)));
}

// 64 elements stand in the attribute, 65 in a resource that shares the bytes
// and keeps them.
TEST(HostTensor, BecomesAResourceFrom65Elements) {
  MLIRContext context;
  Builder b(&context);
  for (int64_t count : {64, 65}) {
    char *data;
    HostTensor tensor = HostTensor::allocate(
        RankedTensorType::get({count}, b.getI64Type()), data);
    for (int64_t i = 0; i < count; ++i)
      std::memcpy(data + i * 8, &i, 8);
    ElementsAttr attr = tensor.toAttr("numbers");
    EXPECT_EQ(isa<DenseResourceElementsAttr>(attr), count == 65);
    std::weak_ptr<const void> bytes = tensor.owner;
    tensor = {};
    EXPECT_EQ(bytes.expired(), count == 64);
    auto again = HostTensor::get(attr);
    ASSERT_TRUE(succeeded(again));
    EXPECT_EQ(again->values<int64_t>().back(), count - 1);
  }
}

TEST(HostTensor, CopiesUnalignedResources) {
  MLIRContext context;
  Builder b(&context);
  alignas(8) char file[9 * 8] = {};
  for (float value : {1.0f, 2.0f})
    std::memcpy(file + 1 + (value == 2.0f ? 4 : 0), &value, 4);
  auto type = RankedTensorType::get({2}, b.getF32Type());
  auto attr = DenseResourceElementsAttr::get(
      type, "file",
      UnmanagedAsmResourceBlob::allocateWithAlign({file + 1, 8}, 1));
  auto tensor = HostTensor::get(attr);
  ASSERT_TRUE(succeeded(tensor));
  EXPECT_EQ(tensor->values<float>(), ArrayRef<float>({1.0f, 2.0f}));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor->bytes.data()) % 4, 0u);
}

TEST(HostTensor, RefusesWrongResourceSizes) {
  MLIRContext context;
  Builder b(&context);
  static const char file[16] = {};
  auto type = RankedTensorType::get({3}, b.getF32Type());
  for (size_t size : {0, 8, 11, 13, 16}) {
    auto attr = DenseResourceElementsAttr::get(
        type, "file",
        UnmanagedAsmResourceBlob::allocateWithAlign({file, size}, 1));
    EXPECT_TRUE(failed(HostTensor::get(attr))) << size;
  }
}

// Rounding at the edges of f16: half way, overflow, subnormals.
TEST(ElementTypes, RoundToNearestEven) {
  EXPECT_EQ(Half(65519.996f).bits, 0x7bff);
  EXPECT_EQ(Half(65520.0f).bits, 0x7c00);
  EXPECT_EQ(Half(0x1p-25f).bits, 0);
  EXPECT_EQ(Half(0x1.000002p-25f).bits, 1);
  EXPECT_EQ(Half(0x1.ff8p-15f).bits, 0x03ff);
  EXPECT_EQ(Half(0x1.ffbp-15f).bits, 0x03ff);
  EXPECT_EQ(Half(0x1.ffcp-15f).bits, 0x0400);
  EXPECT_EQ(Half(-0.0f).bits, 0x8000);
  EXPECT_EQ(Half(std::numeric_limits<float>::quiet_NaN()).bits, 0x7e00);
  EXPECT_EQ(BFloat(1.00390625f).bits, 0x3f80);
  EXPECT_EQ(BFloat(1.01171875f).bits, 0x3f82);
  EXPECT_EQ(BFloat(std::numeric_limits<float>::infinity()).bits, 0x7f80);
  EXPECT_EQ(BFloat(std::numeric_limits<float>::max()).bits, 0x7f80);
  EXPECT_NE(BFloat(std::numeric_limits<float>::quiet_NaN()).bits & 0x7f, 0);
}

} // namespace
