#include "dialects/Onnx/IR/OperatorInfo.h"

#include <gtest/gtest.h>

using bitnet::onnx::getOperatorInfo;

namespace {
TEST(OperatorInfo, DefaultDomainHasTwoNames) {
  for (const char *domain : {"", "ai.onnx"}) {
    auto info = getOperatorInfo(domain, "MatMul");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->opName, "onnx.MatMul");
    EXPECT_EQ(info->sinceVersion, 1);
    EXPECT_EQ(info->requiredInputs, 2);
    EXPECT_EQ(info->maxInputs, 2);
  }
}

TEST(OperatorInfo, FormsThatOlderModelsHave) {
  auto clip = getOperatorInfo("", "Clip");
  ASSERT_TRUE(clip);
  EXPECT_EQ(clip->sinceVersion, 1);
  EXPECT_EQ(clip->minVersion, 6);
  EXPECT_EQ(getOperatorInfo("", "Concat")->maxInputs, -1);
}

TEST(OperatorInfo, OtherDomains) {
  EXPECT_EQ(getOperatorInfo("com.microsoft", "FusedMatMul")->opName,
            "onnx.ms.FusedMatMul");
  EXPECT_FALSE(getOperatorInfo("com.microsoft", "MatMul"));
  EXPECT_FALSE(getOperatorInfo("", "FusedMatMul"));
  EXPECT_FALSE(getOperatorInfo("ai.onnx.ml", "MatMul"));
}

TEST(OperatorInfo, KnownButNotSupported) {
  auto convolution = getOperatorInfo("", "DeformConv");
  ASSERT_TRUE(convolution);
  EXPECT_TRUE(convolution->opName.empty());
  EXPECT_EQ(convolution->sinceVersion, 19);
}

TEST(OperatorInfo, NoOperators) {
  EXPECT_FALSE(getOperatorInfo("", ""));
  EXPECT_FALSE(getOperatorInfo("", "matmul"));
  EXPECT_FALSE(getOperatorInfo("", "None"));
  EXPECT_FALSE(getOperatorInfo("", "CheckSizes"));
  EXPECT_FALSE(getOperatorInfo("", "None"));
  EXPECT_FALSE(getOperatorInfo("", "ms.FusedMatMul"));
  EXPECT_FALSE(getOperatorInfo("com.microsoft", "MatMulNBit"));
}
} // namespace
