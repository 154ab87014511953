#ifndef TEST_UNIT_TOKENIZER_TESTTOKENIZERS_H
#define TEST_UNIT_TOKENIZER_TESTTOKENIZERS_H

#include "tools/bitnet-run/Tokenizer/Tokenizer.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sstream>

inline std::string fileText(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string fixtureFolder() {
  return BITNET_TEST_DIR "/unit/tokenizer/fixtures/";
}
inline std::string modelFolder() { return BITNET_TEST_DIR "/models/tinylm/"; }

inline std::unique_ptr<bitnet::tokenizer::Tokenizer>
parseTokenizer(const std::string &text) {
  std::string error;
  auto result = bitnet::tokenizer::Tokenizer::parse(text, error);
  EXPECT_TRUE(result) << error;
  return result;
}

inline std::unique_ptr<bitnet::tokenizer::Tokenizer>
fixtureTokenizer(const std::string &name) {
  return parseTokenizer(fileText(fixtureFolder() + name + ".json"));
}

inline std::unique_ptr<bitnet::tokenizer::Tokenizer> shippedTokenizer() {
  return parseTokenizer(fileText(modelFolder() + "tokenizer.json"));
}

#endif // TEST_UNIT_TOKENIZER_TESTTOKENIZERS_H
