#include "Decoder.h"

#include "Bpe.h"
#include "Utf8.h"

#include <cstdlib>

using namespace bitnet::tokenizer;

using Strings = std::vector<std::string>;

static std::string join(const Strings &strings, const char *between = "") {
  std::string out;
  for (size_t i = 0; i < strings.size(); ++i)
    (out += i ? between : "") += strings[i];
  return out;
}

static void replaceAll(std::string &text, const std::string &from,
                       const std::string &to) {
  if (from.empty())
    return;
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
}

/// The bytes that a token's characters stand for; of a token that is no
/// byte-level one, its own.
static std::string bytesOf(const std::string &token) {
  std::string out;
  for (size_t at = 0; at < token.size();) {
    Utf8Head head = utf8Head(std::string_view(token).substr(at));
    int byte = byteOfCharacter(head.codePoint);
    if (head.kind != Utf8Head::Character || byte < 0)
      return token;
    out += static_cast<char>(byte);
    at += head.bytes;
  }
  return out;
}

static Strings byteLevel(const Strings &tokens) {
  std::string bytes;
  for (const std::string &token : tokens)
    bytes += bytesOf(token);
  return {utf8TakeComplete(bytes, /*flush=*/true)};
}

/// The byte of a token like <0x0A>, or -1.
static int fallbackByte(const std::string &token) {
  if (token.size() != 6 || token.compare(0, 3, "<0x") != 0 || token[5] != '>' ||
      !isxdigit(static_cast<unsigned char>(token[3])) ||
      !isxdigit(static_cast<unsigned char>(token[4])))
    return -1;
  return static_cast<int>(strtol(token.c_str() + 3, nullptr, 16));
}

static Strings byteFallback(const Strings &tokens) {
  Strings out;
  std::string run;
  auto endRun = [&] {
    // A run that is no UTF-8 as a whole gives one U+FFFD for each byte.
    if (utf8ValidPrefix(run) == run.size())
      out.push_back(run);
    else
      for (size_t i = 0; i < run.size(); ++i)
        out.push_back("\xef\xbf\xbd");
    run.clear();
  };
  for (const std::string &token : tokens) {
    int byte = fallbackByte(token);
    if (byte >= 0) {
      run += static_cast<char>(byte);
      continue;
    }
    if (!run.empty())
      endRun();
    out.push_back(token);
  }
  if (!run.empty())
    endRun();
  return out;
}

static void strip(std::string &text, const Decoder::Step &step) {
  const std::string &what = step.from;
  for (size_t i = 0; i < step.start && text.compare(0, what.size(), what) == 0;
       ++i)
    text.erase(0, what.size());
  for (size_t i = 0;
       i < step.stop && text.size() >= what.size() &&
       text.compare(text.size() - what.size(), what.size(), what) == 0;
       ++i)
    text.erase(text.size() - what.size());
}

std::string Decoder::decode(Strings tokens) const {
  if (spaced)
    return join(tokens, " ");
  for (const Step &step : steps) {
    switch (step.kind) {
    case Step::ByteLevel:
      tokens = byteLevel(tokens);
      break;
    case Step::Replace:
      for (std::string &token : tokens)
        replaceAll(token, step.from, step.to);
      break;
    case Step::ByteFallback:
      tokens = byteFallback(tokens);
      break;
    case Step::Fuse:
      tokens = {join(tokens)};
      break;
    case Step::Strip:
      for (std::string &token : tokens)
        strip(token, step);
      break;
    case Step::Metaspace:
      for (size_t i = 0; i < tokens.size(); ++i) {
        if (i == 0 && step.start &&
            tokens[i].compare(0, step.from.size(), step.from) == 0)
          tokens[i].erase(0, step.from.size());
        replaceAll(tokens[i], step.from, " ");
      }
      break;
    }
  }
  return join(tokens);
}
