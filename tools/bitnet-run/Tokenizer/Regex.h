/// Regular expressions of tokenizer.json, on PCRE2.
#ifndef TOOLS_BITNET_RUN_TOKENIZER_REGEX_H
#define TOOLS_BITNET_RUN_TOKENIZER_REGEX_H

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bitnet::tokenizer {

/// [begin, end) in bytes.
using Span = std::pair<size_t, size_t>;

class Regex {
public:
  Regex();
  Regex(Regex &&) noexcept;
  Regex &operator=(Regex &&) noexcept;
  ~Regex();

  /// Compiles `pattern` (Unicode classes); false: `error` says why not.
  bool compile(std::string_view pattern, std::string &error);

  /// A pattern of our own, which compiles.
  static Regex builtin(const char *pattern);

  /// All matches in `text`, valid UTF-8, left to right, without empty ones.
  /// False: the match needed more steps or memory than allowed.
  bool findAll(std::string_view text, std::vector<Span> &out,
               std::string &error) const;

  /// The pattern that matches `text` itself.
  static std::string escape(std::string_view text);

private:
  struct Code;
  std::unique_ptr<Code> code;
};

} // namespace bitnet::tokenizer

#endif // TOOLS_BITNET_RUN_TOKENIZER_REGEX_H
