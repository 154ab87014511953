#include "Utf8.h"

using namespace bitnet::tokenizer;

static const char *const kReplacement = "\xef\xbf\xbd";

Utf8Head bitnet::tokenizer::utf8Head(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned first = byte(0);
  if (first < 0x80)
    return {Utf8Head::Character, 1, first};
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4)
    return {Utf8Head::Invalid, 1, 0};
  // Only the second byte has a range that depends on the first (Unicode, D92).
  unsigned low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  unsigned high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  uint32_t codePoint = first & (0x7f >> length);
  for (size_t i = 1; i < length; ++i) {
    if (i == text.size())
      return {Utf8Head::Incomplete, i, 0};
    if (byte(i) < low || byte(i) > high)
      return {Utf8Head::Invalid, i, 0};
    codePoint = codePoint << 6 | (byte(i) & 0x3f);
    low = 0x80, high = 0xbf;
  }
  return {Utf8Head::Character, length, codePoint};
}

size_t bitnet::tokenizer::utf8ValidPrefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    Utf8Head head = utf8Head(text.substr(at));
    if (head.kind != Utf8Head::Character)
      break;
    at += head.bytes;
  }
  return at;
}

void bitnet::tokenizer::utf8Append(std::string &out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (c & 0x3f));
  }
}

std::string bitnet::tokenizer::utf8TakeComplete(std::string &pending,
                                                bool flush) {
  std::string out;
  size_t at = 0;
  while (at < pending.size()) {
    Utf8Head head = utf8Head(std::string_view(pending).substr(at));
    if (head.kind == Utf8Head::Incomplete && !flush)
      break;
    if (head.kind == Utf8Head::Character)
      out.append(pending, at, head.bytes);
    else
      out += kReplacement;
    at += head.bytes;
  }
  pending.erase(0, at);
  return out;
}
