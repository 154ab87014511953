/// Byte-level and SentencePiece-like BPE from a tokenizer.json of Hugging Face.
///
/// What is read: model BPE (byte fallback, ignore_merges, unknown tokens);
/// normalizers Sequence, Prepend, Replace, Strip, NFC (text that NFC might
/// change is refused, not normalised); pre-tokenizers Sequence, ByteLevel,
/// Split, Metaspace, Digits, WhitespaceSplit; post-processors
/// TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing, Sequence;
/// decoders ByteLevel, Sequence, Replace, ByteFallback, Fuse, Strip, Metaspace.
/// Anything else is an error that names it.
#ifndef TOOLS_BITNET_RUN_TOKENIZER_TOKENIZER_H
#define TOOLS_BITNET_RUN_TOKENIZER_TOKENIZER_H

#include "Bpe.h"
#include "Decoder.h"
#include "Pipeline.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bitnet::tokenizer {

/// A token that is found in the text as it stands, before BPE.
struct AddedToken {
  int32_t id = -1;
  std::string content;
  bool singleWord = false, leftStrip = false, rightStrip = false;
  bool normalized = false, special = false;
};

class Tokenizer {
public:
  /// Reads the text of a tokenizer.json; nullptr: `error` says what it is that
  /// cannot be used, with its place in the file.
  static std::unique_ptr<Tokenizer> parse(std::string_view json,
                                          std::string &error);

  /// Ids of `text`, with the special tokens that the post-processor puts around
  /// it where `addSpecial`. False: not UTF-8, or text that this tokenizer
  /// cannot take; `error` says where.
  bool encode(std::string_view text, bool addSpecial, std::vector<int32_t> &ids,
              std::string &error) const;

  /// Text of `ids`; bytes that are no UTF-8 become U+FFFD. Unknown ids give
  /// nothing.
  std::string decode(const std::vector<int32_t> &ids, bool skipSpecial) const;

  /// The token as it stands in the vocabulary; nullptr: no such id.
  const std::string *token(int32_t id) const;
  std::optional<int32_t> id(std::string_view token) const;
  bool isSpecial(int32_t id) const;

  /// One more than the largest id: the model's vocabulary must be as large.
  int64_t idLimit() const { return static_cast<int64_t>(tokens.size()); }

  /// Tokens that end a text: known by the names under which model families have
  /// them (</s>, <|end_of_text|>, <|eot_id|>, ...).
  const std::vector<int32_t> &endTokens() const { return ends; }

private:
  friend class Loader;
  /// A stretch of text, or a token found in it.
  struct Piece {
    std::string text;
    int32_t token = -1;
    bool first = false; ///< begins where the text begins
  };
  void splitAdded(const Piece &piece, bool normalized,
                  std::vector<Piece> &out) const;

  Bpe bpe;
  std::vector<std::unique_ptr<Normalizer>> normalizers;
  std::vector<std::unique_ptr<PreTokenizer>> preTokenizers;
  Decoder textDecoder;
  std::vector<AddedToken> added;
  /// Positions in `added` by the first byte of what is looked for, longest
  /// first; [0] in the raw text, [1] in the normalized one.
  std::vector<std::pair<std::string, size_t>> needles[2][256];
  std::vector<int32_t> before, after; ///< special tokens around a text
  std::vector<std::string> tokens;    ///< by id; empty: none
  std::vector<bool> known, special;
  std::vector<int32_t> ends;
};

/// Turns tokens into text as they come: whole characters only.
class TextStream {
public:
  /// `tokenizer` must live longer. `context` are tokens before the first one,
  /// whose text is known: a space belongs to the word that it leads.
  explicit TextStream(const Tokenizer &tokenizer,
                      std::vector<int32_t> context = {});
  /// The characters that `id` completes; often none where it is a part of one.
  /// Special tokens give no text.
  std::string push(int32_t id);
  /// What is left, an unfinished character as U+FFFD.
  std::string finish();

private:
  std::string take();

  const Tokenizer &tokenizer;
  std::vector<int32_t> ids; ///< context, then tokens whose text is not out
  size_t shown;             ///< ids whose text is out
};

} // namespace bitnet::tokenizer

#endif // TOOLS_BITNET_RUN_TOKENIZER_TOKENIZER_H
