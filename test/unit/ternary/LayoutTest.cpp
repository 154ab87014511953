#include "dialects/Ternary/IR/Layout.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>
#include <random>

using namespace bitnet::ternary;

namespace {

struct Case {
  LayoutKind kind;
  int64_t rows;
};

class Layouts : public testing::TestWithParam<Case> {
protected:
  Layouts() { context.loadDialect<TernaryDialect>(); }
  LayoutAttr layout() {
    return LayoutAttr::get(&context, GetParam().kind, GetParam().rows);
  }
  mlir::MLIRContext context;
};

std::vector<uint8_t> randomCodes(int64_t n, int64_t k) {
  std::mt19937 random(n * 1000 + k);
  std::vector<uint8_t> codes(getCodeBytes(n, k));
  for (int64_t i = 0; i < n * k; ++i)
    codes[i / 4] |= (random() % 3) << (2 * (i % 4));
  return codes;
}

} // namespace

TEST_P(Layouts, UnpackInvertsPack) {
  for (int64_t n : {1, 2, 37, 63, 64, 65, 130})
    for (int64_t k : {1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101, 255, 257}) {
      std::vector<uint8_t> codes = randomCodes(n, k);
      std::vector<uint8_t> packed(layout().getPackedBytes(n, k), 0xee);
      packTrits(layout(), codes, n, k, packed);
      std::vector<uint8_t> back(codes.size(), 0xee);
      unpackTrits(layout(), packed, n, k, back);
      ASSERT_EQ(codes, back) << "n " << n << " k " << k;
    }
}

TEST_P(Layouts, PaddingIsZeroTrits) {
  // [1, 1] padded to a block of rows and a group of terms is that matrix with
  // zeros around it.
  int64_t rows = GetParam().rows, group = layout().getGroup();
  std::vector<uint8_t> one = {2}, wide(getCodeBytes(rows, group), 0x55);
  wide[0] = (wide[0] & ~3) | 2;
  std::vector<uint8_t> packedOne(layout().getPackedBytes(1, 1));
  std::vector<uint8_t> packedWide(layout().getPackedBytes(rows, group));
  ASSERT_EQ(packedOne.size(), packedWide.size());
  packTrits(layout(), one, 1, 1, packedOne);
  packTrits(layout(), wide, rows, group, packedWide);
  EXPECT_EQ(packedOne, packedWide);
}

/// Every kind with its smallest blocks and with larger ones.
static std::vector<Case> getCases() {
  std::vector<Case> cases;
  for (const LayoutInfo *layout : getLayouts())
    for (int64_t factor : {1, 3})
      cases.push_back({layout->kind(), layout->rowMultiple * factor});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(All, Layouts, testing::ValuesIn(getCases()),
                         [](const testing::TestParamInfo<Case> &info) {
                           return getLayoutInfo(info.param.kind).name.str() +
                                  std::to_string(info.param.rows);
                         });

TEST(Layout, BytesAreThoseOfTheDescription) {
  mlir::MLIRContext context;
  context.loadDialect<TernaryDialect>();
  // Row 0: +1 0 -1 +1 | -1, row 1: all -1. Two groups of 8 rows.
  std::vector<uint8_t> codes = {0x86, 0x00, 0x00};
  codes[0] = 2 | 1 << 2 | 0 << 4 | 2 << 6;
  auto pairs = LayoutAttr::get(&context, LayoutKind::Pairs, 8);
  std::vector<uint8_t> packed(pairs.getPackedBytes(2, 5));
  packTrits(pairs, codes, 2, 5, packed);
  EXPECT_EQ(packed[0], (2 + 3 * 1) | (0 + 3 * 2) << 4);
  EXPECT_EQ(packed[1], 0);
  EXPECT_EQ(packed[2], 4 | 4 << 4) << "a row of padding";
  EXPECT_EQ(packed[8], (0 + 3 * 1) | 4 << 4) << "terms of padding";

  auto planes = LayoutAttr::get(&context, LayoutKind::Planes, 8);
  packed.resize(planes.getPackedBytes(2, 5));
  packTrits(planes, codes, 2, 5, packed);
  EXPECT_EQ(packed[0], 1);
  EXPECT_EQ(packed[1], 2);
  EXPECT_EQ(packed[2], 0);
  EXPECT_EQ(packed[3], 2);

  auto quads = LayoutAttr::get(&context, LayoutKind::Quads, 8);
  packed.resize(quads.getPackedBytes(2, 5));
  packTrits(quads, codes, 2, 5, packed);
  EXPECT_EQ(packed[0], 2 + 3 * 1 + 9 * 0 + 32 * 2) << "1 0 -1 1";
  EXPECT_EQ(packed[1], 0);
  EXPECT_EQ(packed[2], 13 + 32) << "a row of padding";
  EXPECT_EQ(packed[8], 0 + 3 + 9 + 32) << "terms of padding";

  auto quints = LayoutAttr::get(&context, LayoutKind::Quints, 8);
  packed.resize(quints.getPackedBytes(2, 5));
  packTrits(quints, codes, 2, 5, packed);
  EXPECT_EQ(packed[0], 0x80 | (81 - 27 + 9 - 1)) << "1 0 -1 1 -1";
  EXPECT_EQ(packed[1], 0x80 | 121);
  EXPECT_EQ(packed[2], 0) << "a row of padding";
  packed.resize(quints.getPackedBytes(2, 3));
  packTrits(quints, codes, 2, 3, packed);
  EXPECT_EQ(packed[0], 0x80 | (9 - 1)) << "1 0 -1 and terms of padding";
}

TEST(Layout, FindsTheFirstBadCode) {
  std::vector<uint8_t> codes = {0x55, 0xd5, 0xff};
  EXPECT_EQ(findBadCode(codes, 12), 7);
  EXPECT_EQ(findBadCode(codes, 7), -1);
}
