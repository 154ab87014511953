#include "Perplexity.h"

#include "Tool.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstdio>

using namespace bitnet::run;

std::vector<std::string>
bitnet::run::splitDocuments(const std::string &text,
                            const std::string &separator) {
  std::vector<std::string> documents;
  std::string document;
  size_t end = text.find_last_not_of("\r\n");
  std::string_view body(text.data(), end == std::string::npos ? 0 : end + 1);
  for (size_t at = 0; at <= body.size();) {
    size_t feed = std::min(body.find('\n', at), body.size());
    std::string_view line = body.substr(at, feed - at);
    at = feed + 1;
    if (!separator.empty() && line == separator) {
      documents.push_back(std::move(document));
      document.clear();
      continue;
    }
    document.append(document.empty() ? "" : "\n").append(line);
  }
  documents.push_back(std::move(document));
  documents.erase(std::remove(documents.begin(), documents.end(), ""),
                  documents.end());
  return documents;
}

double bitnet::run::tokenLoss(const float *logits, int64_t vocab,
                              int32_t token) {
  double highest = -INFINITY, sum = 0;
  for (int64_t i = 0; i < vocab; ++i)
    highest = std::max<double>(highest, logits[i]);
  for (int64_t i = 0; i < vocab; ++i)
    sum += std::exp(double(logits[i]) - highest);
  return highest + std::log(sum) - double(logits[token]);
}

std::vector<Window> bitnet::run::makeWindows(int64_t tokens, int64_t length,
                                             int64_t stride) {
  std::vector<Window> windows;
  for (int64_t begin = 0; begin + length < tokens; begin += stride) {
    // What the window before has scored is context here.
    int64_t scored = begin ? stride : length;
    windows.push_back({begin, length, length - scored});
  }
  // A text shorter than one window is one window.
  if (windows.empty() && tokens > 1)
    windows.push_back({0, tokens - 1, 0});
  return windows;
}

namespace {
struct Options {
  std::vector<std::string> files;
  std::string tokenizer, separator;
  int64_t window = 0, stride = 0, chunk = 0, threads = 0, most = INT_MAX;
  bool verbose = false, verify = false, printTokens = false;
};
} // namespace

/// All documents as one list of tokens, each with its special tokens and an
/// end.
static bool encodeText(const bitnet::tokenizer::Tokenizer &tokenizer,
                       const Options &o, std::vector<int32_t> &ids,
                       std::string &error) {
  std::string text;
  if (!readFile(o.files[0], 0, 0, text, error))
    return false;
  std::vector<int32_t> part;
  for (const std::string &document : splitDocuments(text, o.separator)) {
    if (!tokenizer.encode(document, /*addSpecial=*/true, part, error)) {
      error = o.files[0] + ": " + error;
      return false;
    }
    ids.insert(ids.end(), part.begin(), part.end());
    const std::vector<int32_t> &ends = tokenizer.endTokens();
    if (!ends.empty() && (part.empty() || part.back() != ends.front()))
      ids.push_back(ends.front());
  }
  if (ids.size() > 1)
    return true;
  error = o.files[0] + ": no text to score";
  return false;
}

/// Sum of the losses of the window's scored tokens.
static bool scoreWindow(Session &session, const std::vector<int32_t> &ids,
                        const Window &window, int64_t chunk, int64_t vocab,
                        double &loss, std::string &error) {
  session.reset();
  loss = 0;
  for (int64_t at = 0; at < window.length; at += chunk) {
    int64_t count = std::min(chunk, window.length - at);
    const float *logits =
        session.step(&ids[window.begin + at], count, count, error);
    if (!logits)
      return false;
    for (int64_t i = std::max<int64_t>(0, window.skipped - at); i < count; ++i)
      loss +=
          tokenLoss(logits + i * vocab, vocab, ids[window.begin + at + i + 1]);
  }
  return true;
}

int bitnet::run::runPerplexity(const Invocation &invocation) {
  Options o;
  CommandLine line(invocation.program + " perplexity FILE [FLAGS]",
                   "Scores a text: the exponential of the mean negative "
                   "log-likelihood of its tokens. Each document "
                   "is encoded with its special tokens and an end; all are "
                   "joined and cut into windows, which "
                   "begin with an empty context. Tokens behind the last whole "
                   "window are left out.");
  line.positional(o.files, 1);
  line.integer(
      {"--window"}, "N",
      "tokens of a window; 0: 256, or the model's context if shorter (0)",
      o.window, 0, INT_MAX);
  line.integer({"--stride"}, "N",
               "tokens from window to window; 0: its length (0)", o.stride, 0,
               INT_MAX);
  line.integer({"--windows"}, "N", "score only the first N windows", o.most, 1,
               INT_MAX);
  line.integer({"--chunk"}, "N",
               "tokens run at once; 0: 64, or a window where that "
               "is not the same (0)",
               o.chunk, 0, INT_MAX);
  line.text({"--separator"}, "LINE",
            "line between documents; none: the file is one document",
            o.separator);
  line.integer({"-t", "--threads"}, "N", "threads; 0: as many as CPUs (0)",
               o.threads, 0, 1024);
  line.text({"--tokenizer"}, "FILE", "tokenizer.json, instead of the model's",
            o.tokenizer);
  line.flag({"-v", "--verbose"}, "print the loss of each window", o.verbose);
  line.flag({"--verify"}, "check the hash of all weights first", o.verify);
  int code;
  if (invocation.parse(line, code))
    return code;
  std::string error;
  if (o.files.empty())
    return invocation.fail("perplexity needs a FILE");
  auto model = invocation.open(o.verify, error);
  auto tokenizer = model ? model->loadTokenizer(o.tokenizer, error) : nullptr;
  std::vector<int32_t> ids;
  if (!tokenizer || !encodeText(*tokenizer, o, ids, error))
    return invocation.fail(error);
  int64_t limit = model->info().context_length,
          vocab = model->info().vocab_size;
  int64_t length = o.window ? o.window
                   : limit  ? std::min<int64_t>(limit, 256)
                            : 256;
  int64_t stride = o.stride ? o.stride : length;
  if (stride > length)
    return invocation.fail("flag '--stride' is " + std::to_string(stride) +
                           ", expected at most the window of " +
                           std::to_string(length));
  std::vector<Window> windows =
      makeWindows(static_cast<int64_t>(ids.size()), length, stride);
  windows.resize(std::min<size_t>(windows.size(), o.most));
  SessionOptions wanted;
  wanted.threads = o.threads;
  wanted.context = length;
  bool inPieces = model->info().token_local || !model->info().num_caches;
  int64_t usual = inPieces ? 64 : length;
  wanted.chunk = wanted.rows = std::min(length, o.chunk ? o.chunk : usual);
  auto session = Session::create(*model, wanted, error);
  if (!session && !o.chunk && inPieces) {
    // A graph may give the logits of a step's last position only.
    wanted.chunk = wanted.rows = 1;
    std::string ignored;
    session = Session::create(*model, wanted, ignored);
  }
  if (!session && !o.chunk && !inPieces)
    error += "; '--chunk 1' takes tokens one by one, which is not the same "
             "for this model";
  if (!session)
    return invocation.fail(error);
  double total = 0;
  int64_t scored = 0;
  for (size_t i = 0; i < windows.size(); ++i) {
    double loss;
    if (!scoreWindow(*session, ids, windows[i], wanted.chunk, vocab, loss,
                     error))
      return invocation.fail(error);
    int64_t count = windows[i].length - windows[i].skipped;
    total += loss;
    scored += count;
    if (o.verbose)
      printf("window %zu: loss %.6f, perplexity so far %.4f\n", i,
             loss / double(count), std::exp(total / double(scored)));
  }
  printf("perplexity: %.6f over %lld tokens in %zu windows of %lld (%zu tokens "
         "in the text)\n",
         std::exp(total / double(scored)), static_cast<long long>(scored),
         windows.size(), static_cast<long long>(windows.front().length),
         ids.size());
  return invocation.flush(error) ? 0 : invocation.fail(error);
}
