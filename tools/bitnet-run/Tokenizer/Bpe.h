/// Byte-pair encoding: from a word to tokens.
#ifndef TOOLS_BITNET_RUN_TOKENIZER_BPE_H
#define TOOLS_BITNET_RUN_TOKENIZER_BPE_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bitnet::tokenizer {

/// 256 strings: the characters that stand for bytes in byte-level
/// vocabularies. Printable bytes of Latin-1 stand for themselves, the others
/// for U+0100 and on.
const std::string *byteCharacters();

/// The byte that `codePoint` stands for, or -1.
int byteOfCharacter(uint32_t codePoint);

class Bpe {
public:
  /// Appends the tokens of one word, valid UTF-8.
  void encode(std::string_view word, std::vector<int32_t> &ids) const;

  std::unordered_map<std::string, int32_t> vocabulary;
  struct Merge {
    int32_t rank, id;
  };
  /// By left id << 32 | right id.
  std::unordered_map<uint64_t, Merge> merges;
  std::optional<int32_t> unknown;
  bool fuseUnknown = false, byteFallback = false, ignoreMerges = false;
  /// Put before each character of a word but the first, behind its last.
  std::string continuingPrefix, endSuffix;

  static uint64_t pair(int32_t left, int32_t right) {
    return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 |
           static_cast<uint32_t>(right);
  }

private:
  void initialTokens(std::string_view word, std::vector<int32_t> &ids) const;
  void merge(std::vector<int32_t> &ids) const;

  /// Words met before: text repeats its words.
  mutable std::unordered_map<std::string, std::vector<int32_t>> cache;
};

} // namespace bitnet::tokenizer

#endif // TOOLS_BITNET_RUN_TOKENIZER_BPE_H
