#include "Pipeline.h"

#include "Bpe.h"
#include "Utf8.h"

using namespace bitnet::tokenizer;

// ---------------------------------------------------------------------------
// Normalizers
// ---------------------------------------------------------------------------

namespace {
class Prepend : public Normalizer {
public:
  explicit Prepend(std::string prefix) : prefix(std::move(prefix)) {}
  bool apply(std::string &text, std::string &) const override {
    if (!text.empty())
      text.insert(0, prefix);
    return true;
  }

private:
  std::string prefix;
};

class Replace : public Normalizer {
public:
  Replace(Regex pattern, std::string content)
      : pattern(std::move(pattern)), content(std::move(content)) {}
  bool apply(std::string &text, std::string &error) const override {
    std::vector<Span> matches;
    if (!pattern.findAll(text, matches, error))
      return false;
    if (matches.empty())
      return true;
    std::string out;
    size_t at = 0;
    for (auto [begin, end] : matches) {
      out.append(text, at, begin - at) += content;
      at = end;
    }
    out.append(text, at);
    text = std::move(out);
    return true;
  }

private:
  Regex pattern;
  std::string content;
};

class Strip : public Normalizer {
public:
  Strip(bool left, bool right)
      : pattern(Regex::builtin(left && right ? "\\A\\s+|\\s+\\z"
                               : left        ? "\\A\\s+"
                                             : "\\s+\\z")),
        active(left || right) {}
  bool apply(std::string &text, std::string &error) const override {
    if (!active)
      return true;
    std::vector<Span> matches;
    if (!pattern.findAll(text, matches, error))
      return false;
    for (auto it = matches.rbegin(); it != matches.rend(); ++it)
      text.erase(it->first, it->second - it->first);
    return true;
  }

private:
  Regex pattern;
  bool active;
};

/// Whatever NFC can change holds a mark, a conjoining Jamo, or one of the
/// characters with a canonical decomposition that it never composes again.
class NfcCheck : public Normalizer {
public:
  NfcCheck()
      : changeable(Regex::builtin(
            "[\\p{M}\\x{1100}-\\x{11ff}\\x{a960}-\\x{a97f}\\x{d7b0}-\\x{d7ff}"
            "\\x{340}\\x{341}\\x{374}\\x{37e}\\x{387}\\x{958}-\\x{95f}\\x{9dc}-"
            "\\x{9df}"
            "\\x{a33}\\x{a36}\\x{a59}-\\x{a5e}\\x{b5c}\\x{b5d}\\x{f43}-\\x{fb9}"
            "\\x{1f71}-\\x{1fff}\\x{2000}\\x{2001}\\x{2126}\\x{212a}\\x{212b}"
            "\\x{2329}\\x{232a}\\x{2adc}\\x{f900}-\\x{faff}\\x{fb1d}-\\x{fb4e}"
            "\\x{11000}-\\x{11fff}\\x{16100}-\\x{16dff}\\x{1d15e}-\\x{1d1c0}"
            "\\x{2f800}-\\x{2fa1f}]")) {}
  bool apply(std::string &text, std::string &error) const override {
    std::vector<Span> matches;
    if (!changeable.findAll(text, matches, error))
      return false;
    if (matches.empty())
      return true;
    error = "the tokenizer wants text in Unicode form NFC, and the character "
            "at byte " +
            std::to_string(matches.front().first) +
            " might change in it; normalise the text first";
    return false;
  }

private:
  Regex changeable;
};
} // namespace

std::unique_ptr<Normalizer> bitnet::tokenizer::makePrepend(std::string prefix) {
  return std::make_unique<Prepend>(std::move(prefix));
}
std::unique_ptr<Normalizer>
bitnet::tokenizer::makeReplace(Regex pattern, std::string content) {
  return std::make_unique<Replace>(std::move(pattern), std::move(content));
}
std::unique_ptr<Normalizer> bitnet::tokenizer::makeStrip(bool left,
                                                         bool right) {
  return std::make_unique<Strip>(left, right);
}
std::unique_ptr<Normalizer> bitnet::tokenizer::makeNfcCheck() {
  return std::make_unique<NfcCheck>();
}

// ---------------------------------------------------------------------------
// Pre-tokenizers
// ---------------------------------------------------------------------------

namespace {
/// A stretch of a word, and whether the pattern matched it.
struct Stretch {
  size_t begin, end;
  bool match;
};

/// Cuts [0, size) into matches and what lies between them.
std::vector<Stretch> stretches(const std::vector<Span> &matches, size_t size,
                               bool invert) {
  std::vector<Stretch> out;
  size_t at = 0;
  for (auto [begin, end] : matches) {
    if (at < begin)
      out.push_back({at, begin, invert});
    out.push_back({begin, end, !invert});
    at = end;
  }
  if (at < size)
    out.push_back({at, size, invert});
  return out;
}

/// Joins or drops the matches.
std::vector<Stretch> behave(const std::vector<Stretch> &in,
                            SplitBehavior behavior) {
  std::vector<Stretch> out;
  bool previousMatch = false;
  switch (behavior) {
  case SplitBehavior::Removed:
    for (const Stretch &s : in)
      if (!s.match)
        out.push_back(s);
    return out;
  case SplitBehavior::Isolated:
    return in;
  case SplitBehavior::Contiguous:
    for (const Stretch &s : in) {
      if (!out.empty() && s.match == previousMatch)
        out.back().end = s.end;
      else
        out.push_back(s);
      previousMatch = s.match;
    }
    return out;
  case SplitBehavior::MergedWithPrevious:
    for (const Stretch &s : in) {
      if (s.match && !previousMatch && !out.empty())
        out.back().end = s.end;
      else
        out.push_back(s);
      previousMatch = s.match;
    }
    return out;
  case SplitBehavior::MergedWithNext:
    for (auto it = in.rbegin(); it != in.rend(); ++it) {
      if (it->match && !previousMatch && !out.empty())
        out.back().begin = it->begin;
      else
        out.push_back(*it);
      previousMatch = it->match;
    }
    return {out.rbegin(), out.rend()};
  }
  return out;
}

bool splitWords(std::vector<Word> &words, const Regex &pattern,
                SplitBehavior behavior, bool invert, std::string &error) {
  std::vector<Word> out;
  std::vector<Span> matches;
  for (Word &word : words) {
    if (!pattern.findAll(word.text, matches, error))
      return false;
    for (const Stretch &s :
         behave(stretches(matches, word.text.size(), invert), behavior))
      out.push_back({word.text.substr(s.begin, s.end - s.begin),
                     word.first && s.begin == 0});
  }
  words = std::move(out);
  return true;
}

class Split : public PreTokenizer {
public:
  Split(Regex pattern, SplitBehavior behavior, bool invert)
      : pattern(std::move(pattern)), behavior(behavior), invert(invert) {}
  bool apply(std::vector<Word> &words, std::string &error) const override {
    return splitWords(words, pattern, behavior, invert, error);
  }

private:
  Regex pattern;
  SplitBehavior behavior;
  bool invert;
};

class ByteLevel : public PreTokenizer {
public:
  ByteLevel(bool addPrefixSpace, bool useRegex)
      : pattern(Regex::builtin(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+"
            "|\\s+(?!\\S)|\\s+")),
        addPrefixSpace(addPrefixSpace), useRegex(useRegex) {}
  bool apply(std::vector<Word> &words, std::string &error) const override {
    for (Word &word : words)
      if (addPrefixSpace && (word.text.empty() || word.text.front() != ' '))
        word.text.insert(0, " ");
    if (useRegex &&
        !splitWords(words, pattern, SplitBehavior::Isolated, false, error))
      return false;
    const std::string *characters = byteCharacters();
    for (Word &word : words) {
      std::string mapped;
      for (unsigned char byte : word.text)
        mapped += characters[byte];
      word.text = std::move(mapped);
    }
    return true;
  }

private:
  Regex pattern;
  bool addPrefixSpace, useRegex;
};

class Metaspace : public PreTokenizer {
public:
  Metaspace(std::string replacement, PrependScheme scheme, bool split)
      : replacement(std::move(replacement)), scheme(scheme), split(split),
        pattern(Regex::builtin(Regex::escape(this->replacement).c_str())) {}
  bool apply(std::vector<Word> &words, std::string &error) const override {
    for (Word &word : words) {
      std::string text;
      for (char c : word.text) {
        if (c == ' ')
          text += replacement;
        else
          text += c;
      }
      bool prepend = scheme == PrependScheme::Always ||
                     (scheme == PrependScheme::First && word.first);
      if (prepend && text.compare(0, replacement.size(), replacement) != 0)
        text.insert(0, replacement);
      word.text = std::move(text);
    }
    return !split || splitWords(words, pattern, SplitBehavior::MergedWithNext,
                                false, error);
  }

private:
  std::string replacement;
  PrependScheme scheme;
  bool split;
  Regex pattern;
};
} // namespace

std::unique_ptr<PreTokenizer>
bitnet::tokenizer::makeSplit(Regex pattern, SplitBehavior behavior,
                             bool invert) {
  return std::make_unique<Split>(std::move(pattern), behavior, invert);
}
std::unique_ptr<PreTokenizer>
bitnet::tokenizer::makeByteLevel(bool addPrefixSpace, bool useRegex) {
  return std::make_unique<ByteLevel>(addPrefixSpace, useRegex);
}
std::unique_ptr<PreTokenizer>
bitnet::tokenizer::makeMetaspace(std::string replacement, PrependScheme scheme,
                                 bool split) {
  return std::make_unique<Metaspace>(std::move(replacement), scheme, split);
}
