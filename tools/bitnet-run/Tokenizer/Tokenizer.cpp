#include "Tokenizer.h"

#include "Utf8.h"

#include <algorithm>

using namespace bitnet::tokenizer;

/// First match in `text`; an empty span where there is none.
static Span firstMatch(const Regex &pattern, std::string_view text) {
  std::vector<Span> found;
  std::string error;
  if (!pattern.findAll(text, found, error) || found.empty())
    return {0, 0};
  return found.front();
}

/// Bytes of white space at the end (front) of `text`.
static size_t spaceAtEnd(std::string_view text) {
  static const Regex pattern = Regex::builtin("\\s+\\z");
  auto [begin, end] = firstMatch(pattern, text);
  return end - begin;
}

static size_t spaceAtFront(std::string_view text) {
  static const Regex pattern = Regex::builtin("\\A\\s+");
  auto [begin, end] = firstMatch(pattern, text);
  return end - begin;
}

static bool isWordEnd(std::string_view text) {
  static const Regex pattern = Regex::builtin("\\w\\z");
  return firstMatch(pattern, text).second != 0;
}

static bool isWordFront(std::string_view text) {
  static const Regex pattern = Regex::builtin("\\A\\w");
  return firstMatch(pattern, text).second != 0;
}

void Tokenizer::splitAdded(const Piece &piece, bool normalized,
                           std::vector<Piece> &out) const {
  std::string_view text = piece.text;
  size_t begin = 0, at = 0;
  auto flush = [&](size_t end) {
    if (begin < end)
      out.push_back({piece.text.substr(begin, end - begin), -1,
                     piece.first && begin == 0});
  };
  while (at < text.size()) {
    const auto &candidates =
        needles[normalized][static_cast<unsigned char>(text[at])];
    auto found = std::find_if(
        candidates.begin(), candidates.end(), [&](const auto &candidate) {
          return text.compare(at, candidate.first.size(), candidate.first) == 0;
        });
    if (found == candidates.end()) {
      ++at;
      continue;
    }
    const AddedToken &token = added[found->second];
    size_t start = at, stop = at + found->first.size();
    at = stop;
    if (token.singleWord &&
        (isWordEnd(text.substr(0, start)) || isWordFront(text.substr(stop))))
      continue;
    if (token.leftStrip)
      start -= std::min(spaceAtEnd(text.substr(0, start)), start - begin);
    if (token.rightStrip)
      stop += spaceAtFront(text.substr(stop));
    flush(start);
    out.push_back({"", token.id, false});
    begin = at = stop;
  }
  flush(text.size());
}

bool Tokenizer::encode(std::string_view text, bool addSpecial,
                       std::vector<int32_t> &ids, std::string &error) const {
  ids.clear();
  if (size_t valid = utf8ValidPrefix(text); valid != text.size()) {
    error = "the text is not UTF-8 at byte " + std::to_string(valid);
    return false;
  }
  if (text.size() > 0x7fffffff / 4) {
    error = "the text has " + std::to_string(text.size()) +
            " bytes, expected at most 2^29";
    return false;
  }
  if (addSpecial)
    ids = before;
  std::vector<Piece> raw, pieces;
  splitAdded({std::string(text), -1, true}, /*normalized=*/false, raw);
  for (Piece &piece : raw) {
    if (piece.token >= 0) {
      pieces.push_back(std::move(piece));
      continue;
    }
    for (const auto &normalizer : normalizers)
      if (!normalizer->apply(piece.text, error))
        return false;
    splitAdded(piece, /*normalized=*/true, pieces);
  }
  for (Piece &piece : pieces) {
    if (piece.token >= 0) {
      ids.push_back(piece.token);
      continue;
    }
    std::vector<Word> words = {{std::move(piece.text), piece.first}};
    for (const auto &preTokenizer : preTokenizers)
      if (!preTokenizer->apply(words, error))
        return false;
    for (const Word &word : words)
      bpe.encode(word.text, ids);
  }
  if (addSpecial)
    ids.insert(ids.end(), after.begin(), after.end());
  return true;
}

std::string Tokenizer::decode(const std::vector<int32_t> &ids,
                              bool skipSpecial) const {
  std::vector<std::string> strings;
  for (int32_t id : ids)
    if (const std::string *text = token(id))
      if (!skipSpecial || !isSpecial(id))
        strings.push_back(*text);
  return textDecoder.decode(std::move(strings));
}

const std::string *Tokenizer::token(int32_t id) const {
  if (id < 0 || id >= idLimit() || !known[id])
    return nullptr;
  return &tokens[id];
}

std::optional<int32_t> Tokenizer::id(std::string_view token) const {
  for (const AddedToken &candidate : added)
    if (candidate.content == token)
      return candidate.id;
  auto found = bpe.vocabulary.find(std::string(token));
  if (found == bpe.vocabulary.end())
    return std::nullopt;
  return found->second;
}

bool Tokenizer::isSpecial(int32_t id) const {
  return id >= 0 && id < idLimit() && special[id];
}

// ---------------------------------------------------------------------------
// TextStream
// ---------------------------------------------------------------------------

/// Text that ends in U+FFFD may be an unfinished character. After so many
/// tokens it is shown all the same: no character has more bytes.
static constexpr size_t kLongestHeld = 16;

TextStream::TextStream(const Tokenizer &tokenizer, std::vector<int32_t> context)
    : tokenizer(tokenizer), ids(std::move(context)) {
  // A few tokens are context enough.
  if (ids.size() > 4)
    ids.erase(ids.begin(), ids.end() - 4);
  shown = ids.size();
}

std::string TextStream::take() {
  std::string before =
      tokenizer.decode(std::vector<int32_t>(ids.begin(), ids.begin() + shown),
                       /*skipSpecial=*/true);
  std::string all = tokenizer.decode(ids, /*skipSpecial=*/true);
  ids.erase(ids.begin(), ids.begin() + shown);
  shown = ids.size();
  return all.size() > before.size() ? all.substr(before.size()) : "";
}

std::string TextStream::push(int32_t id) {
  ids.push_back(id);
  std::string all = tokenizer.decode(ids, /*skipSpecial=*/true);
  static const std::string kReplacement = "\xef\xbf\xbd";
  bool unfinished =
      all.size() >= 3 && all.compare(all.size() - 3, 3, kReplacement) == 0;
  if (unfinished && ids.size() - shown < kLongestHeld)
    return "";
  return take();
}

std::string TextStream::finish() { return shown < ids.size() ? take() : ""; }
