#include "tools/bitnet-run/Tokenizer/Bpe.h"

#include <gtest/gtest.h>

using namespace bitnet::tokenizer;

static Bpe abc() {
  Bpe bpe;
  for (const char *token : {"a", "b", "c", "ab", "bc", "abc"})
    bpe.vocabulary.emplace(token, int32_t(bpe.vocabulary.size()));
  return bpe;
}

static std::vector<int32_t> encode(const Bpe &bpe, const char *word) {
  std::vector<int32_t> ids;
  bpe.encode(word, ids);
  return ids;
}

TEST(Bpe, LowerRanksMergeFirst) {
  Bpe bpe = abc();
  bpe.merges[Bpe::pair(1, 2)] = {0, 4}; // b c
  bpe.merges[Bpe::pair(0, 1)] = {1, 3}; // a b
  EXPECT_EQ(encode(bpe, "abc"), (std::vector<int32_t>{0, 4}));
  bpe.merges[Bpe::pair(0, 4)] = {2, 5}; // a bc
  Bpe whole = abc();
  whole.merges = bpe.merges;
  EXPECT_EQ(encode(whole, "abc"), (std::vector<int32_t>{5}));
}

TEST(Bpe, EqualRanksMergeFromTheLeft) {
  Bpe bpe;
  bpe.vocabulary = {{"a", 0}, {"aa", 1}};
  bpe.merges[Bpe::pair(0, 0)] = {0, 1};
  EXPECT_EQ(encode(bpe, "aaa"), (std::vector<int32_t>{1, 0}));
}

TEST(Bpe, IgnoreMergesTakesWholeWords) {
  Bpe bpe = abc();
  bpe.ignoreMerges = true;
  EXPECT_EQ(encode(bpe, "abc"), (std::vector<int32_t>{5}));
}

TEST(Bpe, UnknownCharacters) {
  Bpe bpe = abc();
  EXPECT_EQ(encode(bpe, "axxb"), (std::vector<int32_t>{0, 1}))
      << "dropped without a token for them";
  Bpe one = abc();
  one.unknown = 9;
  EXPECT_EQ(encode(one, "axxb"), (std::vector<int32_t>{0, 9, 9, 1}));
  Bpe fused = abc();
  fused.unknown = 9;
  fused.fuseUnknown = true;
  EXPECT_EQ(encode(fused, "axxbx"), (std::vector<int32_t>{0, 9, 1, 9}));
  Bpe bytes = abc();
  bytes.unknown = 9;
  bytes.byteFallback = true;
  bytes.vocabulary["<0xC3>"] = 20;
  EXPECT_EQ(encode(bytes, "\xc3\xa9"), (std::vector<int32_t>{9}))
      << "all bytes or none";
  Bpe all = bytes;
  all.vocabulary["<0xA9>"] = 21;
  EXPECT_EQ(encode(all, "b\xc3\xa9"), (std::vector<int32_t>{1, 20, 21}));
}

TEST(Bpe, PrefixAndSuffixOfWordParts) {
  Bpe bpe;
  bpe.vocabulary = {{"a", 0}, {"##b", 1}, {"##c</w>", 2}};
  bpe.continuingPrefix = "##";
  bpe.endSuffix = "</w>";
  EXPECT_EQ(encode(bpe, "abc"), (std::vector<int32_t>{0, 1, 2}));
}

TEST(Bpe, LongWordsTakeLinearithmicTime) {
  // A megabyte of one word: quadratic work would take minutes.
  Bpe bpe;
  bpe.vocabulary = {{"a", 0}, {"aa", 1}, {"aaaa", 2}};
  bpe.merges[Bpe::pair(0, 0)] = {0, 1};
  bpe.merges[Bpe::pair(1, 1)] = {1, 2};
  std::vector<int32_t> ids;
  bpe.encode(std::string(1 << 20, 'a'), ids);
  EXPECT_EQ(ids.size(), size_t(1) << 18);
}

TEST(ByteLevel, EachByteHasOneCharacter) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string &text = byteCharacters()[byte];
    uint32_t codePoint = text.size() == 1
                             ? static_cast<unsigned char>(text[0])
                             : (text[0] & 0x1fu) << 6 | (text[1] & 0x3fu);
    EXPECT_EQ(byteOfCharacter(codePoint), byte);
  }
  EXPECT_EQ(byteOfCharacter(' '), -1);
  EXPECT_EQ(byteOfCharacter(0x10ffff), -1);
}
