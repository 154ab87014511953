#include "compiler/Support/Json.h"

using namespace llvm;

/// As many levels as bitnet-run takes in a tokenizer.json.
static constexpr size_t deepest = 64;

/// How deep objects and arrays are nested. Quotes that do not match are the
/// parser's affair.
static size_t depthOf(StringRef text) {
  size_t depth = 0, most = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '{' || c == '['))
      most = std::max(most, ++depth);
    else if (!quoted && (c == '}' || c == ']') && depth)
      --depth;
  }
  return most;
}

Expected<json::Value> bitnet::parseJson(StringRef text) {
  if (size_t depth = depthOf(text); depth > deepest)
    return createStringError(
        "found " + Twine(depth) +
        " levels of objects and arrays, expected at most " + Twine(deepest));
  return json::parse(text);
}
