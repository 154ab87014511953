#include "Sampler.h"
#include "Tool.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <optional>
#include <unistd.h>

using namespace bitnet::run;
using bitnet::tokenizer::TextStream;
using bitnet::tokenizer::Tokenizer;

namespace {
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Options {
  std::string prompt, promptFile, tokenizer;
  std::vector<int64_t> promptIds, eos;
  std::vector<std::string> text;
  int64_t count = 128, threads = 0, context = 0;
  uint64_t seed = 0;
  bool interactive = false, printIds = false, ignoreEos = false,
       hidePrompt = false, verify = false;
  SamplerOptions sampler;
};

/// What the stats line tells.
struct Stats {
  int64_t promptTokens = 0, generated = 0;
  double promptSeconds = 0, generateSeconds = 0;
};

class Generator {
public:
  Generator(const Invocation &invocation, Options options)
      : invocation(invocation), options(std::move(options)),
        sampler(this->options.sampler) {}
  int run();

private:
  bool open();
  bool readPrompt(std::vector<int32_t> &ids);
  bool makeSession(int64_t promptTokens);
  /// Writes text to the standard output, at once.
  bool write(const std::string &text);
  /// Writes the prompt, feeds `ids` and writes what follows. False: `error`.
  bool answerPrompt(const std::vector<int32_t> &ids);
  /// Feeds `ids` and writes what follows. False: `error`.
  bool answer(const std::vector<int32_t> &ids);
  /// Feeds tokens and chooses the next one. False: `error`.
  bool step(const int32_t *ids, int64_t count, int32_t &next);
  bool isEnd(int32_t id) const;
  int interact();
  void printStats() const;

  const Invocation &invocation;
  Options options;
  Sampler sampler;
  std::unique_ptr<Model> model;
  std::unique_ptr<Tokenizer> tokenizer;
  std::unique_ptr<Session> session;
  std::vector<int32_t> ends;
  std::optional<int32_t> pending; ///< drawn last, not yet fed to the session
  std::vector<int32_t> topIds;    ///< likeliest tokens, where those are enough
  std::vector<float> topLogits;
  Stats stats;
  std::string error;
};
} // namespace

bool Generator::write(const std::string &text) {
  if (fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
      fflush(stdout) == 0)
    return true;
  error = std::string("cannot write the text: ") + strerror(errno);
  return false;
}

bool Generator::open() {
  model = invocation.open(options.verify, error);
  if (!model)
    return false;
  if (!model->info().is_generative) {
    // A session knows what it lacks.
    std::string reason;
    Session::create(*model, {}, reason);
    error = "the model does not generate text: " + reason;
    return false;
  }
  // Ids in and ids out need no tokenizer.
  if (options.promptIds.empty() || !options.printIds || options.interactive) {
    tokenizer = model->loadTokenizer(options.tokenizer, error);
    if (!tokenizer)
      return false;
    ends = tokenizer->endTokens();
  }
  if (!options.eos.empty())
    ends.assign(options.eos.begin(), options.eos.end());
  return true;
}

bool Generator::readPrompt(std::vector<int32_t> &ids) {
  int64_t vocab = model->info().vocab_size;
  if (!options.promptIds.empty()) {
    for (int64_t id : options.promptIds)
      if (id >= vocab) {
        error = "token " + std::to_string(id) +
                " is outside the vocabulary of " + std::to_string(vocab);
        return false;
      }
    ids.assign(options.promptIds.begin(), options.promptIds.end());
    return true;
  }
  if (!tokenizer->encode(options.prompt, /*addSpecial=*/true, ids, error)) {
    error = "prompt: " + error;
    return false;
  }
  if (ids.empty())
    error = "the prompt is empty, and the tokenizer puts no token in front of "
            "a text";
  return !ids.empty();
}

bool Generator::makeSession(int64_t promptTokens) {
  int64_t limit = model->info().context_length;
  SessionOptions wanted;
  wanted.threads = options.threads;
  wanted.context = options.context;
  if (!wanted.context) {
    // Room for what is asked; a conversation gets more.
    int64_t room = options.count < 0 || options.interactive
                       ? 4096
                       : promptTokens + options.count;
    wanted.context = limit ? std::min(limit, room) : room;
  }
  if (promptTokens >
      (options.context || limit ? wanted.context : promptTokens)) {
    error = "the prompt has " + std::to_string(promptTokens) +
            " tokens, the context holds " + std::to_string(wanted.context);
    return false;
  }
  wanted.context = std::max(wanted.context, promptTokens);
  session = Session::create(*model, wanted, error);
  return session != nullptr;
}

bool Generator::isEnd(int32_t id) const {
  return !options.ignoreEos &&
         std::find(ends.begin(), ends.end(), id) != ends.end();
}

bool Generator::step(const int32_t *ids, int64_t count, int32_t &next) {
  int64_t vocab = model->info().vocab_size, wanted = sampler.countWanted(vocab);
  if (!wanted) {
    const float *logits = session->step(ids, count, 1, error);
    if (logits)
      next = sampler.sample(logits, vocab);
    return logits != nullptr;
  }
  topIds.resize(wanted);
  topLogits.resize(wanted);
  if (!session->stepTop(ids, count, wanted, topIds.data(), topLogits.data(),
                        error))
    return false;
  next = sampler.sampleTop(topIds.data(), topLogits.data(), wanted);
  return true;
}

bool Generator::answer(const std::vector<int32_t> &ids) {
  pending.reset();
  auto start = Clock::now();
  int32_t id;
  if (!step(ids.data(), static_cast<int64_t>(ids.size()), id))
    return false;
  stats.promptSeconds += since(start);
  stats.promptTokens += static_cast<int64_t>(ids.size());
  start = Clock::now();
  int64_t context = session->info().context_length;
  std::unique_ptr<TextStream> stream;
  if (tokenizer)
    stream = std::make_unique<TextStream>(*tokenizer, ids);
  int64_t produced = 0;
  while (options.count < 0 || produced < options.count) {
    ++produced;
    pending = id;
    if (options.printIds &&
        !write((produced > 1 ? " " : "") + std::to_string(id)))
      return false;
    if (isEnd(id))
      break;
    if (!options.printIds && !write(stream->push(id)))
      return false;
    if (produced == options.count)
      break;
    if (session->info().length == context) {
      fprintf(stderr, "\n%s: note: the context of %lld tokens is full\n",
              invocation.program.c_str(), static_cast<long long>(context));
      break;
    }
    int32_t next;
    if (!step(&id, 1, next))
      return false;
    pending.reset();
    id = next;
  }
  if (!options.printIds && stream && !write(stream->finish()))
    return false;
  if (!write("\n"))
    return false;
  stats.generated += produced;
  stats.generateSeconds += since(start);
  return true;
}

void Generator::printStats() const {
  auto rate = [](int64_t count, double seconds) {
    return seconds > 0 ? double(count) / seconds : 0;
  };
  // The first token comes with the prompt's logits.
  fprintf(stderr,
          "prompt: %lld tokens, %.1f tokens/s; generated: %lld tokens, %.1f "
          "tokens/s; %d threads\n",
          static_cast<long long>(stats.promptTokens),
          rate(stats.promptTokens, stats.promptSeconds),
          static_cast<long long>(stats.generated),
          rate(stats.generated, stats.generateSeconds),
          session->info().threads);
}

bool Generator::answerPrompt(const std::vector<int32_t> &ids) {
  if (!options.printIds && !options.hidePrompt && !write(options.prompt))
    return false;
  return answer(ids);
}

/// Each line read continues the text, behind the prompt if there is one; an
/// empty line asks for more of it.
int Generator::interact() {
  std::vector<int32_t> prompt;
  bool first = options.prompt.empty() && options.promptIds.empty();
  if (!first && !readPrompt(prompt))
    return invocation.fail(error);
  if (!makeSession(std::max<int64_t>(1, int64_t(prompt.size()))) ||
      (!first && !answerPrompt(prompt)))
    return invocation.fail(error);
  const char *mark = isatty(STDIN_FILENO) ? "> " : "";
  char *line = nullptr;
  size_t capacity = 0;
  ssize_t length;
  int code = 0;
  fputs(mark, stderr);
  while (code == 0 && (length = getline(&line, &capacity, stdin)) >= 0) {
    if (length && line[length - 1] == '\n')
      --length;
    std::vector<int32_t> ids;
    if (!tokenizer->encode(std::string(line, length), /*addSpecial=*/first, ids,
                           error)) {
      invocation.fail(error); // the next line may be better
      ids.clear();
    } else {
      if (pending)
        ids.insert(ids.begin(), *pending);
      if (!ids.empty() && !answer(ids))
        code = invocation.fail(error);
    }
    first = first && ids.empty();
    fputs(mark, stderr);
  }
  free(line);
  if (*mark)
    fputs("\n", stderr);
  if (code == 0 && stats.generated)
    printStats();
  return code;
}

int Generator::run() {
  if (!open())
    return invocation.fail(error);
  if (options.interactive)
    return interact();
  std::vector<int32_t> ids;
  if (!readPrompt(ids) || !makeSession(static_cast<int64_t>(ids.size())))
    return invocation.fail(error);
  if (!answerPrompt(ids))
    return invocation.fail(error);
  printStats();
  return 0;
}

int bitnet::run::runGenerate(const Invocation &invocation) {
  Options o;
  CommandLine line(invocation.program + " [generate] [TEXT] [FLAGS]",
                   "Continues a text, by the likeliest token each time, or "
                   "drawn at random with --temp. "
                   "The text goes to stdout as it comes, speed to stderr.");
  line.positional(o.text, 1);
  line.text({"-p", "--prompt"}, "TEXT",
            "what to continue; also as an argument without a flag", o.prompt);
  line.text({"-f", "--file"}, "FILE", "read the prompt from a file",
            o.promptFile);
  line.integers({"--prompt-ids"}, "ID,...",
                "token ids as the prompt, without a tokenizer", o.promptIds, 0,
                INT_MAX);
  line.integer({"-n", "--tokens"}, "N",
               "tokens to generate, -1: until the context is full (128)",
               o.count, -1, INT_MAX);
  line.real({"--temp"}, "T", "temperature; 0: always the likeliest token (0)",
            o.sampler.temperature, 0, 1e6);
  line.integer({"--top-k"}, "K",
               "draw only from the K likeliest tokens; 0: all (0)",
               o.sampler.topK, 0, INT_MAX);
  line.real({"--top-p"}, "P",
            "draw only from the likeliest tokens that together reach P (1)",
            o.sampler.topP, 0, 1);
  line.natural({"--seed"}, "S",
               "seed of the draws, up to 2^64 - 1: the same seed gives the "
               "same text (0)",
               o.seed);
  line.integer({"-t", "--threads"}, "N", "threads; 0: as many as CPUs (0)",
               o.threads, 0, 1024);
  line.integer({"-c", "--context"}, "N",
               "tokens that the session holds; 0: as many as needed (0)",
               o.context, 0, INT_MAX);
  line.flag({"-i", "--interactive"},
            "read lines from stdin, each continues the text", o.interactive);
  line.flag({"--print-token-ids"},
            "print the ids of the generated tokens instead of text",
            o.printIds);
  line.flag({"--no-prompt"}, "do not repeat the prompt before the continuation",
            o.hidePrompt);
  line.integers({"--eos"}, "ID,...",
                "ids that end the text, instead of the tokenizer's", o.eos, 0,
                INT_MAX);
  line.flag({"--ignore-eos"}, "go on behind the end of the text", o.ignoreEos);
  line.text({"--tokenizer"}, "FILE", "tokenizer.json, instead of the model's",
            o.tokenizer);
  line.flag({"--verify"}, "check the hash of all weights first", o.verify);
  int code;
  if (invocation.parse(line, code))
    return code;
  if (!o.text.empty() && !o.prompt.empty())
    return invocation.fail("two prompts: '" + o.text[0] + "' and --prompt");
  if (!o.text.empty())
    o.prompt = o.text[0];
  std::string error;
  if (!o.promptFile.empty()) {
    if (!o.prompt.empty())
      return invocation.fail("two prompts: a text and --file");
    if (!readFile(o.promptFile, 0, 0, o.prompt, error))
      return invocation.fail(error);
  }
  o.sampler.seed = o.seed;
  return Generator(invocation, std::move(o)).run();
}
