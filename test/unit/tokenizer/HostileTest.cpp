// A tokenizer.json is input: whatever it holds, one error that names the place.
#include "TestTokenizers.h"

using namespace bitnet::tokenizer;
using nlohmann::json;

static json smallest() {
  return json::parse(
      R"({"added_tokens": [{"id": 3, "content": "<s>", "special": true}],
    "normalizer": null, "pre_tokenizer": {"type": "ByteLevel"}, "decoder": {"type": "ByteLevel"},
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [3]}}},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})");
}

static std::string errorOf(const std::string &text) {
  std::string error;
  EXPECT_FALSE(Tokenizer::parse(text, error)) << text.substr(0, 200);
  EXPECT_FALSE(error.empty());
  return error;
}

/// The error after `value` was put at `pointer` of a good file.
static std::string errorWith(const char *pointer, const json &value) {
  json file = smallest();
  file[json::json_pointer(pointer)] = value;
  return errorOf(file.dump());
}

TEST(Hostile, TheSmallestFileIsGood) {
  EXPECT_TRUE(parseTokenizer(smallest().dump()));
}

TEST(Hostile, NotJson) {
  EXPECT_EQ(errorOf(""), "the file is not JSON");
  EXPECT_EQ(errorOf("{\"model\": "), "the file is not JSON");
  EXPECT_EQ(errorOf("[1]"), "the file: is array, expected an object");
  EXPECT_EQ(errorOf("{}"), "the file: has no 'model': not a tokenizer.json");
}

TEST(Hostile, Depth) {
  auto nested = [](int depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(errorOf(nested(65)),
            "the file is nested 65 deep, expected at most 64");
  EXPECT_EQ(errorOf(nested(64)), "the file: is array, expected an object");
  EXPECT_NE(errorOf(std::string(10'000'000, '[')).find("nested"),
            std::string::npos);
  // Brackets in strings are no depth.
  json file = smallest();
  file["version"] = std::string(1000, '[') + "\\\"[[";
  EXPECT_TRUE(parseTokenizer(file.dump()));
}

TEST(Hostile, EveryTruncationOfAGoodFile) {
  std::string text = smallest().dump();
  std::string error;
  for (size_t length = 0; length < text.size(); ++length)
    EXPECT_FALSE(Tokenizer::parse(text.substr(0, length), error)) << length;
}

TEST(Hostile, WrongTypesAnywhere) {
  // Whatever stands where, the answer is a tokenizer or an error.
  const json values[] = {nullptr,
                         true,
                         -1,
                         1.5,
                         1e300,
                         4194304,
                         "text",
                         json::array(),
                         json::object(),
                         json::array({1, 2}),
                         {{"type", "Nothing"}},
                         {{"type", 3}}};
  json flat = smallest().flatten();
  std::vector<std::string> places;
  for (const auto &[pointer, value] : flat.items())
    for (std::string at = pointer; !at.empty(); at.resize(at.rfind('/')))
      places.push_back(at);
  for (const std::string &place : places)
    for (const json &value : values) {
      json file = smallest();
      file[json::json_pointer(place)] = value;
      std::string error;
      auto tokenizer = Tokenizer::parse(file.dump(), error);
      EXPECT_TRUE(tokenizer || !error.empty()) << place << " = " << value;
      std::vector<int32_t> ids;
      if (tokenizer && tokenizer->encode("ab <s> b", true, ids, error))
        tokenizer->decode(ids, false);
    }
}

TEST(Hostile, Ids) {
  EXPECT_EQ(errorWith("/model/vocab/a", -1),
            "model.vocab['a']: id is -1, expected 0 to 4194303");
  EXPECT_EQ(errorWith("/model/vocab/a", 4194304),
            "model.vocab['a']: id is 4194304, expected 0 to 4194303");
  EXPECT_EQ(errorWith("/added_tokens/0/id", 4194304),
            "added_tokens[0].id: id is 4194304, expected 0 to 4194303");
  EXPECT_EQ(
      errorWith("/post_processor/special_tokens/<s>/ids/0", 77),
      "post_processor: special token '<s>' has id 77, which is no token's");
}

TEST(Hostile, Merges) {
  EXPECT_EQ(errorWith("/model/merges/0", "a c"),
            "model.merges[0]: token 'c' is not in the vocabulary");
  EXPECT_EQ(errorWith("/model/merges/0", "b a"),
            "model.merges[0]: token 'ba' is not in the vocabulary");
  EXPECT_EQ(
      errorWith("/model/merges/0", "a b c"),
      "model.merges[0]: is 'a b c', expected two tokens with a space between");
  EXPECT_EQ(errorWith("/model/merges/0", json::array({"a"})),
            "model.merges[0]: expected a pair of tokens");
}

TEST(Hostile, UnsupportedPartsAreNamed) {
  EXPECT_EQ(errorWith("/model/type", "WordPiece"),
            "model: type 'WordPiece' is not supported, expected one of BPE");
  EXPECT_EQ(errorWith("/normalizer", {{"type", "Lowercase"}}),
            "normalizer: type 'Lowercase' is not supported, expected one of "
            "Sequence, Prepend, Replace, Strip, NFC");
  EXPECT_EQ(
      errorWith("/model/dropout", 0.1),
      "model.dropout: is 0.1, expected null: encoding must not be random");
}

TEST(Hostile, Patterns) {
  json split = {{"type", "Split"},
                {"pattern", {{"Regex", "(a"}}},
                {"behavior", "Isolated"}};
  EXPECT_EQ(errorWith("/pre_tokenizer", split)
                .find("pre_tokenizer.pattern: regular expression '(a': "),
            0u);
  // Exponential backtracking ends in an error, not in an afternoon.
  json file = smallest();
  split["pattern"]["Regex"] = "(a+)+$";
  file["pre_tokenizer"] = split;
  auto tokenizer = parseTokenizer(file.dump());
  std::vector<int32_t> ids;
  std::string error;
  EXPECT_FALSE(tokenizer->encode(std::string(60, 'a') + "!", true, ids, error));
  EXPECT_NE(error.find("splitting the text failed at byte 0"),
            std::string::npos)
      << error;
}

TEST(Hostile, TextThatIsNoUtf8) {
  auto tokenizer = parseTokenizer(smallest().dump());
  std::vector<int32_t> ids;
  std::string error;
  EXPECT_FALSE(tokenizer->encode("ab\xff", true, ids, error));
  EXPECT_EQ(error, "the text is not UTF-8 at byte 2");
}

TEST(Hostile, NfcRefusesWhatItWouldChange) {
  json file = smallest();
  file["normalizer"] = {{"type", "NFC"}};
  auto tokenizer = parseTokenizer(file.dump());
  std::vector<int32_t> ids;
  std::string error;
  EXPECT_TRUE(tokenizer->encode("caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac", true,
                                ids, error))
      << error;
  EXPECT_FALSE(tokenizer->encode("cafe\xcc\x81", true, ids, error));
  EXPECT_NE(error.find("at byte 4"), std::string::npos) << error;
}

TEST(Hostile, UnknownIdsDecodeToNothing) {
  auto tokenizer = parseTokenizer(smallest().dump());
  EXPECT_EQ(tokenizer->decode({-1, 0, 99, INT32_MAX, 1}, false), "ab");
}
