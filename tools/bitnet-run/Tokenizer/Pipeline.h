/// What happens to text before BPE: normalizers and pre-tokenizers.
#ifndef TOOLS_BITNET_RUN_TOKENIZER_PIPELINE_H
#define TOOLS_BITNET_RUN_TOKENIZER_PIPELINE_H

#include "Regex.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace bitnet::tokenizer {

/// Changes a text. False: `error` says why it cannot be changed.
class Normalizer {
public:
  virtual ~Normalizer() = default;
  virtual bool apply(std::string &text, std::string &error) const = 0;
};

std::unique_ptr<Normalizer> makePrepend(std::string prefix);
std::unique_ptr<Normalizer> makeReplace(Regex pattern, std::string content);
std::unique_ptr<Normalizer> makeStrip(bool left, bool right);
/// Refuses text that NFC might change.
std::unique_ptr<Normalizer> makeNfcCheck();

/// A word on its way to BPE.
struct Word {
  std::string text;
  bool first = false; ///< begins where the whole text begins
};

/// Splits each word further.
class PreTokenizer {
public:
  virtual ~PreTokenizer() = default;
  virtual bool apply(std::vector<Word> &words, std::string &error) const = 0;
};

enum class SplitBehavior {
  Removed,
  Isolated,
  MergedWithPrevious,
  MergedWithNext,
  Contiguous
};
enum class PrependScheme { Always, First, Never };

/// `invert`: what the pattern matches are the words, the rest separates them.
std::unique_ptr<PreTokenizer> makeSplit(Regex pattern, SplitBehavior behavior,
                                        bool invert);
std::unique_ptr<PreTokenizer> makeByteLevel(bool addPrefixSpace, bool useRegex);
std::unique_ptr<PreTokenizer> makeMetaspace(std::string replacement,
                                            PrependScheme scheme, bool split);

} // namespace bitnet::tokenizer

#endif // TOOLS_BITNET_RUN_TOKENIZER_PIPELINE_H
