/// UTF-8, strict: no surrogates, no overlong forms, at most U+10FFFF.
#ifndef TOOLS_BITNET_RUN_TOKENIZER_UTF8_H
#define TOOLS_BITNET_RUN_TOKENIZER_UTF8_H

#include <cstdint>
#include <string>
#include <string_view>

namespace bitnet::tokenizer {

/// What stands at the front of some bytes.
struct Utf8Head {
  enum Kind { Character, Invalid, Incomplete } kind;
  size_t bytes; ///< of the character, or of the part that can be no character
  uint32_t codePoint;
};

/// `text` must not be empty.
Utf8Head utf8Head(std::string_view text);

/// Bytes of the longest valid prefix.
size_t utf8ValidPrefix(std::string_view text);

void utf8Append(std::string &out, uint32_t codePoint);

/// Moves all complete characters from the front of `pending` to the result,
/// U+FFFD for each part that can be none; an unfinished character stays, unless
/// `flush`.
std::string utf8TakeComplete(std::string &pending, bool flush);

} // namespace bitnet::tokenizer

#endif // TOOLS_BITNET_RUN_TOKENIZER_UTF8_H
