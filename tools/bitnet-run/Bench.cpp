#include "Tool.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <cmath>
#include <cstdio>

using namespace bitnet::run;

namespace {
struct Row {
  std::string test; ///< "pp512" or "tg128"
  int64_t tokens, threads;
  std::vector<double> speeds; ///< tokens per second, one for each repetition
};

struct Summary {
  double mean, deviation, median;
};
} // namespace

static Summary summarize(std::vector<double> values) {
  double sum = 0, squares = 0;
  for (double value : values)
    sum += value;
  double mean = sum / double(values.size());
  for (double value : values)
    squares += (value - mean) * (value - mean);
  std::sort(values.begin(), values.end());
  size_t half = values.size() / 2;
  double median =
      values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
  double deviation =
      values.size() > 1 ? std::sqrt(squares / double(values.size() - 1)) : 0;
  return {mean, deviation, median};
}

/// Runs `tokens` tokens through a session behind the first `depth` ones, which
/// it holds, all at once or one by one, and takes the likeliest next one each
/// time, as greedy generation does; seconds, or a negative number on failure.
static double measure(Session &session, int64_t depth, int64_t tokens,
                      bool oneByOne, int64_t vocab, std::string &error) {
  std::vector<int32_t> ids(tokens);
  uint32_t random = 1;
  for (int32_t &id : ids) {
    random = random * 1664525 + 1013904223;
    id = static_cast<int32_t>((random >> 8) % uint64_t(vocab));
  }
  if (!session.rewind(depth, error))
    return -1;
  auto start = std::chrono::steady_clock::now();
  for (int64_t at = 0; at < tokens;) {
    int64_t count = oneByOne ? 1 : tokens;
    int32_t likeliest;
    float logit;
    if (!session.stepTop(&ids[at], count, 1, &likeliest, &logit, error))
      return -1;
    at += count;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

static void printMarkdown(const Model &model, const std::vector<Row> &rows) {
  printf("| model | weights | threads | test | tok/s | median |\n| --- | ---: "
         "| ---: | ---: | ---: | ---: |\n");
  for (const Row &row : rows) {
    Summary s = summarize(row.speeds);
    printf("| %s | %.2f MiB | %lld | %s | %.2f ± %.2f | %.2f |\n",
           model.info().name, double(model.info().weights_bytes) / 1048576,
           static_cast<long long>(row.threads), row.test.c_str(), s.mean,
           s.deviation, s.median);
  }
}

static std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out + "\"";
}

static void printJson(const Model &model, const std::vector<Row> &rows) {
  puts("[");
  for (size_t i = 0; i < rows.size(); ++i) {
    const Row &row = rows[i];
    Summary s = summarize(row.speeds);
    printf("  {\"model\": %s, \"target\": %s, \"target_name\": %s, "
           "\"weights_bytes\": %llu, \"test\": \"%s\", \"tokens\": %lld, "
           "\"threads\": %lld, \"avg_ts\": %.3f, \"stddev_ts\": %.3f, "
           "\"median_ts\": %.3f, \"samples_ts\": [",
           quoted(model.info().name).c_str(),
           quoted(model.info().target).c_str(),
           quoted(model.info().target_name).c_str(),
           static_cast<unsigned long long>(model.info().weights_bytes),
           row.test.c_str(), static_cast<long long>(row.tokens),
           static_cast<long long>(row.threads), s.mean, s.deviation, s.median);
    for (size_t j = 0; j < row.speeds.size(); ++j)
      printf(j ? ", %.3f" : "%.3f", row.speeds[j]);
    printf("]}%s\n", i + 1 < rows.size() ? "," : "");
  }
  puts("]");
}

int bitnet::run::runBench(const Invocation &invocation) {
  int64_t prompt = 512, generate = 128, repetitions = 5, chunk = 0, context = 0;
  int64_t depth = 0;
  std::vector<int64_t> threads = {0};
  std::string format = "md", error;
  bool verify = false;
  CommandLine line(
      invocation.program + " bench [FLAGS]",
      "Measures prompt processing (pp: all tokens at once) and generation (tg: "
      "token by token) on "
      "random tokens, each from an empty context or behind --depth tokens, "
      "after one run to warm up.");
  line.integer({"-p", "--prompt"}, "N",
               "tokens of the prompt test; 0: leave it out (512)", prompt, 0,
               INT_MAX);
  line.integer({"-n", "--tokens"}, "N",
               "tokens of the generation test; 0: leave it out (128)", generate,
               0, INT_MAX);
  line.integer({"-r", "--repetitions"}, "N", "measurements of each test (5)",
               repetitions, 1, 10000);
  line.integer({"-d", "--depth"}, "N",
               "tokens that the context holds before each test (0)", depth, 0,
               INT_MAX);
  line.integers({"-t", "--threads"}, "N,...",
                "threads to measure with; 0: as many as CPUs (0)", threads, 0,
                1024);
  line.integer({"--chunk"}, "N",
               "tokens of the prompt run at once; 0: the session's choice (0)",
               chunk, 0, INT_MAX);
  line.integer({"-c", "--context"}, "N",
               "tokens that the session holds; 0: as many as needed (0)",
               context, 0, INT_MAX);
  line.text({"-o", "--output"}, "FORMAT", "md or json (md)", format);
  line.flag({"--verify"}, "check the hash of all weights first", verify);
  int code;
  if (invocation.parse(line, code))
    return code;
  if (format != "md" && format != "json")
    return invocation.fail("flag '--output' is '" + format +
                           "', expected md or json");
  auto model = invocation.open(verify, error);
  if (!model)
    return invocation.fail(error);
  // A test that the model's context cannot hold is shortened, aloud.
  int64_t limit = context ? context : model->info().context_length;
  if (limit && depth >= limit)
    return invocation.fail("flag '--depth' is " + std::to_string(depth) +
                           ", expected less than the context of " +
                           std::to_string(limit));
  for (auto [tokens, name] :
       {std::pair(&prompt, "pp"), std::pair(&generate, "tg")})
    if (limit && *tokens > limit - depth) {
      fprintf(stderr, "%s: note: %s%lld is shortened to the context of %lld\n",
              invocation.program.c_str(), name, static_cast<long long>(*tokens),
              static_cast<long long>(limit));
      *tokens = limit - depth;
    }
  std::vector<Row> rows;
  for (int64_t count : threads) {
    SessionOptions wanted;
    wanted.threads = count;
    wanted.chunk = chunk;
    wanted.context =
        context ? context : depth + std::max<int64_t>({prompt, generate, 1});
    auto session = Session::create(*model, wanted, error);
    if (!session)
      return invocation.fail(error);
    if (depth && measure(*session, 0, depth, /*oneByOne=*/false,
                         model->info().vocab_size, error) < 0)
      return invocation.fail(error);
    for (bool oneByOne : {false, true}) {
      int64_t tokens = oneByOne ? generate : prompt;
      if (!tokens)
        continue;
      Row row = {(oneByOne ? "tg" : "pp") + std::to_string(tokens) +
                     (depth ? " @ d" + std::to_string(depth) : ""),
                 tokens,
                 session->info().threads,
                 {}};
      for (int64_t i = 0; i <= repetitions; ++i) {
        double seconds = measure(*session, depth, tokens, oneByOne,
                                 model->info().vocab_size, error);
        if (seconds < 0)
          return invocation.fail(error);
        if (i)
          row.speeds.push_back(double(tokens) / std::max(seconds, 1e-9));
      }
      rows.push_back(std::move(row));
    }
  }
  if (format == "md")
    printMarkdown(*model, rows);
  else
    printJson(*model, rows);
  return invocation.flush(error) ? 0 : invocation.fail(error);
}
