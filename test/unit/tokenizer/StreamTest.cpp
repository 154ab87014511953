// Text as it comes: whole characters, nothing lost, nothing twice.
#include "TestTokenizers.h"

#include "tools/bitnet-run/Tokenizer/Utf8.h"

using namespace bitnet::tokenizer;

static std::string streamed(const Tokenizer &tokenizer,
                            const std::vector<int32_t> &ids,
                            std::vector<std::string> *pieces = nullptr) {
  TextStream stream(tokenizer);
  std::string text;
  for (int32_t id : ids) {
    std::string piece = stream.push(id);
    EXPECT_EQ(utf8ValidPrefix(piece), piece.size())
        << "piece of an unfinished character";
    if (pieces)
      pieces->push_back(piece);
    text += piece;
  }
  return text + stream.finish();
}

TEST(Stream, GivesTheTextOfDecode) {
  for (const char *name :
       {"gpt2-like", "llama3-like", "llama2-normalizer", "llama2-metaspace"}) {
    auto tokenizer = fixtureTokenizer(name);
    for (const char *text : {"plain words", "日本語 🙂🙃 naïve", " leading",
                             "trailing ", "a\nb"}) {
      std::vector<int32_t> ids;
      std::string error;
      ASSERT_TRUE(tokenizer->encode(text, true, ids, error));
      EXPECT_EQ(streamed(*tokenizer, ids), tokenizer->decode(ids, true))
          << name << ": " << text;
    }
  }
}

TEST(Stream, HoldsACharacterUntilItIsWhole) {
  auto tokenizer = fixtureTokenizer("gpt2-like");
  std::vector<int32_t> ids;
  std::string error;
  // Four tokens of one byte each: the vocabulary knows no emoji.
  ASSERT_TRUE(tokenizer->encode("\xf0\x9f\x99\x82", false, ids, error));
  std::vector<int32_t> last(ids.end() - 4, ids.end());
  std::vector<std::string> pieces;
  EXPECT_EQ(streamed(*tokenizer, last, &pieces), "\xf0\x9f\x99\x82");
  EXPECT_EQ(pieces, (std::vector<std::string>{"", "", "", "\xf0\x9f\x99\x82"}));
}

TEST(Stream, UnfinishedCharacterBecomesAReplacement) {
  auto tokenizer = fixtureTokenizer("gpt2-like");
  std::vector<int32_t> ids;
  std::string error;
  ASSERT_TRUE(tokenizer->encode("\xf0\x9f\x99\x82", false, ids, error));
  ids.pop_back();
  EXPECT_EQ(streamed(*tokenizer, {ids.end() - 3, ids.end()}), "\xef\xbf\xbd");
}

TEST(Stream, BytesThatAreNoTextDoNotPileUp) {
  auto tokenizer = fixtureTokenizer("gpt2-like");
  auto id = tokenizer->id("\xc4\xa2"); // U+0122 stands for byte 0x80
  ASSERT_TRUE(id);
  TextStream stream(*tokenizer);
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += stream.push(*id);
  EXPECT_GT(text.size(), 150u) << "held back";
  text += stream.finish();
  EXPECT_EQ(text.size(), 300u);
}

TEST(Stream, SpaceBehindThePromptStays) {
  auto tokenizer = fixtureTokenizer("llama2-normalizer");
  std::vector<int32_t> prompt, all;
  std::string error;
  ASSERT_TRUE(tokenizer->encode("Mr. Darcy", true, prompt, error));
  ASSERT_TRUE(tokenizer->encode("Mr. Darcy and the", true, all, error));
  ASSERT_TRUE(std::equal(prompt.begin(), prompt.end(), all.begin()));
  TextStream stream(*tokenizer, prompt);
  std::string text;
  for (size_t i = prompt.size(); i < all.size(); ++i)
    text += stream.push(all[i]);
  EXPECT_EQ(text + stream.finish(), " and the");
}

TEST(Utf8, RefusesWhatIsNoCharacter) {
  for (const char *bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                          "\x80", "\xf8", "\xe0\x80\x80", "\xc3"})
    EXPECT_EQ(utf8ValidPrefix(bad), 0u) << bad;
  for (const char *good : {"\xc2\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80"})
    EXPECT_EQ(utf8ValidPrefix(good), strlen(good)) << good;
}

TEST(Utf8, TakesCompleteCharactersOnly) {
  std::string pending = "a\xe2\x82";
  EXPECT_EQ(utf8TakeComplete(pending, false), "a");
  EXPECT_EQ(pending, "\xe2\x82");
  pending += "\xac";
  EXPECT_EQ(utf8TakeComplete(pending, false), "\xe2\x82\xac");
  pending = "\xe2\x82";
  EXPECT_EQ(utf8TakeComplete(pending, true), "\xef\xbf\xbd");
  EXPECT_TRUE(pending.empty());
}
