#include "Regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cassert>
#include <cctype>

using namespace bitnet::tokenizer;

struct Regex::Code {
  pcre2_code *code = nullptr;
  pcre2_match_data *match = nullptr;
  pcre2_match_context *context = nullptr;
  ~Code() {
    pcre2_match_context_free(context);
    pcre2_match_data_free(match);
    pcre2_code_free(code);
  }
};

Regex::Regex() = default;
Regex::Regex(Regex &&) noexcept = default;
Regex &Regex::operator=(Regex &&) noexcept = default;
Regex::~Regex() = default;

static std::string messageOf(int number) {
  unsigned char buffer[256];
  pcre2_get_error_message(number, buffer, sizeof(buffer));
  return reinterpret_cast<char *>(buffer);
}

/// \s and \S as Unicode's White_Space. PCRE2's \s also holds U+180E, which has
/// not been white space since Unicode 6.3.
static std::string withWhiteSpace(std::string_view pattern) {
  static const char *const kSpaces =
      "\\t-\\r "
      "\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}"
      "\\x{205f}\\x{3000}";
  std::string out;
  bool inClass = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      char next = pattern[++i];
      if (next == 's')
        out += inClass ? kSpaces : std::string("[") + kSpaces + "]";
      else if (next == 'S' && !inClass)
        out += std::string("[^") + kSpaces + "]";
      else
        (out += c) += next;
      continue;
    }
    if (c == '[')
      inClass = true;
    else if (c == ']')
      inClass = false;
    out += c;
  }
  return out;
}

bool Regex::compile(std::string_view pattern, std::string &error) {
  std::string text = withWhiteSpace(pattern);
  auto result = std::make_unique<Code>();
  int number = 0;
  PCRE2_SIZE offset = 0;
  result->code = pcre2_compile(
      reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE, &number, &offset, nullptr);
  if (!result->code) {
    error = "regular expression '" + std::string(pattern) +
            "': " + messageOf(number);
    return false;
  }
  // Without the just-in-time compiler matching is slower, not different.
  pcre2_jit_compile(result->code, PCRE2_JIT_COMPLETE);
  result->match = pcre2_match_data_create_from_pattern(result->code, nullptr);
  result->context = pcre2_match_context_create(nullptr);
  if (!result->match || !result->context) {
    error = "out of memory for a regular expression";
    return false;
  }
  pcre2_set_match_limit(result->context, 10'000'000);
  pcre2_set_heap_limit(result->context, 100'000); // KiB
  code = std::move(result);
  return true;
}

Regex Regex::builtin(const char *pattern) {
  Regex regex;
  std::string error;
  [[maybe_unused]] bool compiled = regex.compile(pattern, error);
  assert(compiled && "a pattern of our own does not compile");
  return regex;
}

bool Regex::findAll(std::string_view text, std::vector<Span> &out,
                    std::string &error) const {
  out.clear();
  auto *subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  size_t from = 0;
  while (from <= text.size()) {
    // The caller checked the UTF-8 once; PCRE2 would check the rest each time.
    auto match = [&](uint32_t options) {
      return pcre2_match(code->code, subject, text.size(), from,
                         PCRE2_NO_UTF_CHECK | options, code->match,
                         code->context);
    };
    int count = match(0);
    // Compiled matchers have 32 KiB of stack, the interpreter has the heap.
    if (count == PCRE2_ERROR_JIT_STACKLIMIT)
      count = match(PCRE2_NO_JIT);
    if (count == PCRE2_ERROR_NOMATCH)
      return true;
    if (count < 0) {
      error = "splitting the text failed at byte " + std::to_string(from) +
              ": " + messageOf(count);
      return false;
    }
    PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(code->match);
    size_t begin = ovector[0], end = ovector[1];
    if (begin < end) {
      out.emplace_back(begin, end);
      from = end;
      continue;
    }
    // Empty, or \K put the begin behind the end: go on at the next character.
    from = std::max(end, from) + 1;
    while (from < text.size() &&
           (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80)
      ++from;
  }
  return true;
}

std::string Regex::escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (static_cast<unsigned char>(c) < 0x80 &&
        !isalnum(static_cast<unsigned char>(c)))
      out += '\\';
    out += c;
  }
  return out;
}
