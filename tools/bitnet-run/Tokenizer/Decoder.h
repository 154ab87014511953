/// From tokens back to text.
#ifndef TOOLS_BITNET_RUN_TOKENIZER_DECODER_H
#define TOOLS_BITNET_RUN_TOKENIZER_DECODER_H

#include <cstddef>
#include <string>
#include <vector>

namespace bitnet::tokenizer {

/// A chain of steps over a list of strings, one for each token.
class Decoder {
public:
  struct Step {
    enum Kind {
      ByteLevel,    ///< joins; each character is a byte
      Replace,      ///< `from` by `to` in each string
      ByteFallback, ///< runs of <0xNN> become the characters they spell
      Fuse,         ///< joins
      Strip,    ///< up to `start` times `from` in front of, `stop` behind each
                ///< string
      Metaspace ///< `from` becomes a space, none before the first token where
                ///< `start`
    } kind;
    std::string from = {}, to = {};
    size_t start = 0, stop = 0;
  };
  std::vector<Step> steps;
  bool spaced = true; ///< no decoder at all: tokens with spaces between

  std::string decode(std::vector<std::string> tokens) const;
};

} // namespace bitnet::tokenizer

#endif // TOOLS_BITNET_RUN_TOKENIZER_DECODER_H
