// The tokenizer against Hugging Face's `tokenizers`: fixtures that
// make_fixtures.py wrote, and the shipped model's golden.json.
#include "TestTokenizers.h"

#include "internal.h"

#include <gtest/gtest.h>

using namespace bitnet::tokenizer;
using nlohmann::json;

class Fixture : public testing::TestWithParam<const char *> {};

TEST_P(Fixture, EncodesAndDecodesLikeTheReference) {
  std::string name = GetParam();
  auto tokenizer =
      name == "shipped" ? shippedTokenizer() : fixtureTokenizer(name);
  ASSERT_TRUE(tokenizer);
  json cases = json::parse(fileText(fixtureFolder() + name + ".cases.json"));
  ASSERT_GT(cases.size(), 50u);
  for (const json &entry : cases) {
    std::string text = entry["text"], error;
    std::vector<int32_t> ids;
    ASSERT_TRUE(tokenizer->encode(text, /*addSpecial=*/true, ids, error))
        << entry;
    EXPECT_EQ(ids, entry["ids"].get<std::vector<int32_t>>()) << entry;
    EXPECT_EQ(tokenizer->decode(ids, /*skipSpecial=*/true),
              entry["decoded"].get<std::string>())
        << entry;
  }
}

INSTANTIATE_TEST_SUITE_P(Tokenizers, Fixture,
                         testing::Values("shipped", "gpt2-like", "llama3-like",
                                         "llama2-normalizer",
                                         "llama2-metaspace", "splits"));

TEST(Golden, PromptsOfTheShippedModel) {
  auto tokenizer = shippedTokenizer();
  ASSERT_TRUE(tokenizer);
  json golden = json::parse(fileText(modelFolder() + "golden.json"));
  for (const json &prompt : golden["prompts"]) {
    std::vector<int32_t> ids;
    std::string error;
    ASSERT_TRUE(
        tokenizer->encode(prompt["text"].get<std::string>(), true, ids, error));
    EXPECT_EQ(ids, prompt["tokens"].get<std::vector<int32_t>>());
  }
}

TEST(Golden, HeldOutText) {
  auto tokenizer = shippedTokenizer();
  ASSERT_TRUE(tokenizer);
  std::string text = fileText(modelFolder() + "heldout.txt");
  const std::string separator = "\n<|doc|>\n";
  text.resize(text.find_last_not_of('\n') + 1);
  std::vector<int32_t> ids, part;
  std::string error;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find(separator, at), text.size());
    ASSERT_TRUE(
        tokenizer->encode(text.substr(at, end - at), true, part, error));
    ids.insert(ids.end(), part.begin(), part.end());
    ids.push_back(tokenizer->endTokens().at(0));
    at = end + separator.size();
  }
  std::string bytes;
  for (int32_t id : ids) {
    bytes += static_cast<char>(id & 0xff);
    bytes += static_cast<char>(id >> 8);
  }
  uint8_t hash[32];
  bn_sha256(bytes.data(), bytes.size(), hash);
  std::string hex;
  for (uint8_t byte : hash) {
    char digits[3];
    snprintf(digits, sizeof(digits), "%02x", byte);
    hex += digits;
  }
  json golden = json::parse(fileText(modelFolder() + "golden.json"));
  EXPECT_EQ(
      hex,
      golden["perplexity"]["sha256_of_tokens_as_uint16"].get<std::string>());
}
