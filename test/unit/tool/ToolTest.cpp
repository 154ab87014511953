// The commands on a model made by hand, through its shared library.
#include "Tool.h"
#include "Npy.h"

#include "bitnet/bitnet.h"

#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace bitnet::run;

namespace {
/// Letters a to k are tokens 0 to 10, the vocabulary of the fake model.
const char *const kTokenizer =
    R"({"added_tokens": [{"id": 9, "content": "</s>", "special": true}],
  "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}, "decoder": {"type": "ByteLevel"},
  "post_processor": null,
  "model": {"type": "BPE", "merges": [], "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6,
    "h": 7, "i": 8, "k": 10}}})";

class Tool : public testing::Test {
protected:
  void SetUp() override {
    char name[] = "/tmp/bitnet-tool-XXXXXX";
    ASSERT_TRUE(mkdtemp(name));
    folder = name;
    ASSERT_EQ(symlink(BITNET_BUILD_DIR "/test/unit/models/libfakelm.so",
                      (folder + "/libm.so").c_str()),
              0);
    void *library = dlopen((folder + "/libm.so").c_str(), RTLD_NOW);
    ASSERT_TRUE(library) << dlerror();
    auto *weights = reinterpret_cast<const void *(*)(size_t *)>(
        dlsym(library, "fakeWeights"));
    size_t size;
    const void *bytes = weights(&size);
    write("m.weights", std::string(static_cast<const char *>(bytes), size));
    write("m.tokenizer.json", kTokenizer);
  }
  void TearDown() override {
    ASSERT_EQ(system(("rm -r " + folder).c_str()), 0);
  }

  void write(const std::string &name, const std::string &bytes) {
    std::ofstream(folder + "/" + name, std::ios::binary) << bytes;
  }
  std::string read(const std::string &name) {
    std::stringstream text;
    text << std::ifstream(folder + "/" + name, std::ios::binary).rdbuf();
    return text.str();
  }
  /// Runs the tool on the model; stdout and stderr land in `out` and `err`.
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), folder + "/m");
    return runRaw(std::move(arguments));
  }
  /// stdout of a conversation with `lines` on stdin.
  std::string talk(const std::string &lines,
                   std::vector<std::string> arguments) {
    write("lines", lines);
    EXPECT_TRUE(freopen((folder + "/lines").c_str(), "r", stdin));
    arguments.insert(arguments.begin(), "--interactive");
    EXPECT_EQ(run(std::move(arguments)), 0) << err;
    return out;
  }
  int runRaw(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bitnet-run");
    std::vector<char *> argv;
    for (std::string &argument : arguments)
      argv.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int code = runTool(int(argv.size()), argv.data(), nullptr);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return code;
  }
  /// stderr of a run that fails, without the program's name.
  std::string failure(const std::vector<std::string> &arguments) {
    EXPECT_EQ(run(arguments), 1);
    EXPECT_EQ(out, "");
    size_t at = err.find("error: ");
    EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
    return at == std::string::npos ? err
                                   : err.substr(at + 7, err.size() - at - 8);
  }
  void npy(const std::string &name, const std::vector<int64_t> &shape,
           const std::vector<int64_t> &values) {
    Array array = {BITNET_INT64, shape, std::string(values.size() * 8, 0)};
    memcpy(&array.data[0], values.data(), array.data.size());
    write(name, formatNpy(array));
  }

  std::string folder, out, err;
};
} // namespace

TEST_F(Tool, Generate) {
  ASSERT_EQ(run({"generate", "--prompt", "bad", "-n", "3", "-t", "1"}), 0)
      << err;
  EXPECT_EQ(out, "badkkk\n");
  EXPECT_NE(err.find("prompt: 3 tokens"), std::string::npos) << err;
  EXPECT_NE(err.find("generated: 3 tokens"), std::string::npos) << err;
  ASSERT_EQ(run({"bad", "-n", "3", "--no-prompt"}), 0);
  EXPECT_EQ(out, "kkk\n") << "generate is the default";
  ASSERT_EQ(run({"bad", "-n", "3", "--print-token-ids"}), 0);
  EXPECT_EQ(out, "10 10 10\n");
  ASSERT_EQ(run({"--prompt-ids=1,0,3", "-n", "2", "--print-token-ids"}), 0);
  EXPECT_EQ(out, "10 10\n");
  ASSERT_EQ(run({"bad", "-n", "9", "--eos=10", "--print-token-ids"}), 0);
  EXPECT_EQ(out, "10\n");
  ASSERT_EQ(run({"bad", "-n", "0"}), 0);
  EXPECT_EQ(out, "bad\n");
}

TEST_F(Tool, GenerateStopsAtTheContext) {
  ASSERT_EQ(run({"bad", "-n", "-1", "-c", "6", "--print-token-ids"}), 0) << err;
  EXPECT_EQ(out, "10 10 10 10\n") << "the last token need not be fed";
  EXPECT_NE(err.find("note: the context of 6 tokens is full"),
            std::string::npos)
      << err;
  EXPECT_EQ(failure({std::string(65, 'a')}),
            "the prompt has 65 tokens, the context holds 64");
  EXPECT_EQ(failure({"badbad", "-c", "5"}),
            "the prompt has 6 tokens, the context holds 5");
  EXPECT_EQ(failure({"bad", "-c", "65"}),
            "context length is 65, expected 1 to 64");
}

TEST_F(Tool, Interactive) {
  // What was printed last is part of the text: "bad" and then "k", "k".
  EXPECT_EQ(talk("bad\n\n", {"-n", "1"}), "k\nk\n");
  EXPECT_NE(err.find("prompt: 4 tokens"), std::string::npos)
      << "3 of the line, and the k that was not fed yet\n"
      << err;
  EXPECT_EQ(err.find(">"), std::string::npos) << err;
  // Nothing to continue yet.
  EXPECT_EQ(talk("\n", {"-n", "1"}), "");
  EXPECT_EQ(talk("", {"--prompt", "bad", "-n", "2"}), "badkk\n");
  EXPECT_EQ(talk("\nab\n", {"--prompt", "bad", "-n", "1"}), "badk\nk\nk\n");
  EXPECT_NE(err.find("prompt: 7 tokens"), std::string::npos) << err;
  EXPECT_EQ(talk("b\xff\nbad\n", {"-n", "1"}), "k\n");
  EXPECT_NE(err.find("error: the text is not UTF-8 at byte 1"),
            std::string::npos)
      << err;
}

TEST_F(Tool, SamplingIsRepeatable) {
  ASSERT_EQ(run({"a", "-n", "8", "--temp", "1e6", "--seed", "5",
                 "--print-token-ids"}),
            0);
  std::string first = out;
  ASSERT_EQ(run({"a", "-n", "8", "--temp", "1e6", "--seed", "5",
                 "--print-token-ids"}),
            0);
  EXPECT_EQ(out, first);
  ASSERT_EQ(run({"a", "-n", "8", "--temp", "1e6", "--seed",
                 "18446744073709551615", "--print-token-ids"}),
            0);
  EXPECT_NE(out, first);
}

TEST_F(Tool, GenerateErrors) {
  EXPECT_EQ(failure({"bad", "--prompt", "x"}),
            "two prompts: 'bad' and --prompt");
  EXPECT_EQ(failure({""}), "the prompt is empty, and the tokenizer puts no "
                           "token in front of a text");
  EXPECT_EQ(failure({"--prompt-ids=11", "--print-token-ids"}),
            "token 11 is outside the vocabulary of 11");
  EXPECT_EQ(failure({"b\xff"}), "prompt: the text is not UTF-8 at byte 1");
  EXPECT_EQ(failure({"--tmep", "1"}),
            "unknown flag '--tmep', did you mean '--temp'?");
  EXPECT_EQ(failure({"bad", "--seed", "18446744073709551616"}),
            "flag '--seed' is 18446744073709551616, expected 0 to "
            "18446744073709551615");
  EXPECT_EQ(failure({"bad", "--seed=-1"}),
            "flag '--seed' is '-1', expected a whole number, 0 or more");
  EXPECT_EQ(failure({"bad", "--tokenizer=/no/such"}),
            "/no/such: cannot open: No such file or directory");
}

TEST_F(Tool, TokenizerThatDoesNotFit) {
  std::string larger = kTokenizer;
  larger.replace(larger.find("\"k\": 10"), 7, "\"k\": 11");
  write("m.tokenizer.json", larger);
  EXPECT_EQ(failure({"bad"}), folder + "/m.tokenizer.json: does not fit the "
                                       "model: its largest id is 11, the "
                                       "model's vocabulary has 11");
  write("m.tokenizer.json", "{}");
  EXPECT_EQ(
      failure({"bad"}),
      folder +
          "/m.tokenizer.json: the file: has no 'model': not a tokenizer.json");
  unlink((folder + "/m.tokenizer.json").c_str());
  EXPECT_EQ(failure({"bad"}),
            "the model has no tokenizer: give one with --tokenizer=FILE");
}

TEST_F(Tool, FilesOfTheModel) {
  // NAME, libNAME.so and NAME.weights all name it.
  for (const char *name : {"/m", "/libm.so", "/m.weights"}) {
    ASSERT_EQ(runRaw({folder + name, "bad", "-n", "1"}), 0) << err;
    EXPECT_EQ(out, "badk\n");
  }
  ASSERT_EQ(run({"bad", "-n", "1", "--verify"}), 0) << err;
  EXPECT_EQ(runRaw({folder + "/other", "bad"}), 1);
  EXPECT_EQ(err, "bitnet-run " + folder + "/other: error: no model '" + folder +
                     "/other': " + folder + "/libother.so does not exist\n");
  std::string weights = read("m.weights");
  write("m.weights", weights.substr(0, 100));
  EXPECT_NE(failure({"bad"}).find("m.weights: truncated: 100 bytes"),
            std::string::npos);
  weights[20] = char(weights[20] ^ 1);
  write("m.weights", weights);
  EXPECT_NE(failure({"bad"}).find("m.weights: damaged: the header"),
            std::string::npos);
  write("libx.so", "not a library");
  EXPECT_EQ(runRaw({folder + "/x", "bad"}), 1);
  EXPECT_NE(err.find("libx.so: cannot load: "), std::string::npos) << err;
}

TEST_F(Tool, Perplexity) {
  write("text.txt", "abc\n<|doc|>\nddk\n");
  ASSERT_EQ(run({"perplexity", folder + "/text.txt", "--separator", "<|doc|>",
                 "-t", "1"}),
            0)
      << err;
  // abc</s>ddk</s> is shorter than the context: one window of 7 predictions.
  EXPECT_NE(out.find(" over 7 tokens in 1 windows of 7 (8 tokens in the text)"),
            std::string::npos)
      << out;
  std::string whole = out;
  for (const char *chunk : {"1", "3", "7"}) {
    ASSERT_EQ(run({"perplexity", folder + "/text.txt", "--separator", "<|doc|>",
                   "--chunk", chunk}),
              0)
        << err;
    EXPECT_EQ(out, whole);
  }
  ASSERT_EQ(run({"perplexity", folder + "/text.txt", "--separator", "<|doc|>",
                 "--window", "3", "--stride", "2", "-v"}),
            0)
      << err;
  EXPECT_NE(out.find("over 7 tokens in 3 windows of 3"), std::string::npos)
      << out;
  EXPECT_NE(out.find("window 2: loss "), std::string::npos) << out;
  EXPECT_EQ(failure({"perplexity", folder + "/text.txt", "--separator",
                     "<|doc|>", "--window", "3", "--stride", "4"}),
            "flag '--stride' is 4, expected at most the window of 3");
  write("empty.txt", "\n");
  EXPECT_EQ(failure({"perplexity", folder + "/empty.txt"}),
            folder + "/empty.txt: no text to score");
  EXPECT_EQ(failure({"perplexity"}), "perplexity needs a FILE");
}

TEST_F(Tool, Bench) {
  ASSERT_EQ(run({"bench", "-p", "70", "-n", "2", "-r", "2", "-t", "1,2"}), 0);
  EXPECT_NE(err.find("note: pp70 is shortened to the context of 64"),
            std::string::npos)
      << err;
  // Behind 62 tokens there is room for 2.
  ASSERT_EQ(run({"bench", "-d", "62", "-p", "3", "-n", "2", "-r", "1"}), 0);
  EXPECT_NE(err.find("note: pp3 is shortened to the context of 64"),
            std::string::npos)
      << err;
  for (const char *part : {"| pp2 @ d62 |", "| tg2 @ d62 |"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
  EXPECT_EQ(failure({"bench", "-d", "64"}),
            "flag '--depth' is 64, expected less than the context of 64");
}

TEST_F(Tool, BenchFormats) {
  ASSERT_EQ(run({"bench", "-p", "70", "-n", "2", "-r", "2", "-t", "1,2"}), 0);
  for (const char *part : {"| fake |", "| 1 | pp64 |", "| 1 | tg2 |",
                           "| 2 | pp64 |", "| 2 | tg2 |"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
  ASSERT_EQ(
      run({"bench", "-p", "4", "-n", "0", "-r", "1", "-t", "1", "-o", "json"}),
      0);
  EXPECT_EQ(out.find("[\n  {\"model\": \"fake\""), 0u) << out;
  for (const char *part :
       {"\"test\": \"pp4\"", "\"threads\": 1",
        "\"median_ts\": ", "\"avg_ts\": ", "\"stddev_ts\": 0.000"})
    EXPECT_NE(out.find(part), std::string::npos) << part << " in\n" << out;
  EXPECT_EQ(failure({"bench", "-o", "xml"}),
            "flag '--output' is 'xml', expected md or json");
  EXPECT_EQ(failure({"bench", "-r", "0"}),
            "flag '-r' is 0, expected 1 to 10000");
}

TEST_F(Tool, Invoke) {
  npy("tokens.npy", {1, 2}, {3, 1});
  npy("mask.npy", {1, 2}, {1, 1});
  npy("positions.npy", {1, 2}, {0, 1});
  write("past.npy", formatNpy({BITNET_FLOAT32, {1, 2, 0, 3}, ""}));
  auto input = [&](const std::string &name, const std::string &file) {
    return name + "=" + folder + "/" + file;
  };
  std::vector<std::string> arguments = {"invoke",
                                        "-t",
                                        "2",
                                        "--input",
                                        input("tokens", "tokens.npy"),
                                        "--input",
                                        input("mask", "mask.npy"),
                                        "--input",
                                        input("positions", "positions.npy"),
                                        "--input",
                                        input("past_k", "past.npy"),
                                        "--input",
                                        input("past_v", "past.npy")};
  auto with = [&](std::vector<std::string> more) {
    std::vector<std::string> all = arguments;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  ASSERT_EQ(run(with({"--output", input("present_v", "out.npy"),
                      "--all-outputs", folder + "/all"})),
            0)
      << err;
  Array present, logits;
  std::string error;
  ASSERT_TRUE(parseNpy(read("out.npy"), present, error)) << error;
  EXPECT_EQ(present.shape, (std::vector<int64_t>{1, 2, 2, 3}));
  float first;
  memcpy(&first, present.data.data(), 4);
  EXPECT_EQ(first, 1.5f);
  ASSERT_TRUE(parseNpy(read("all/logits.npy"), logits, error)) << error;
  EXPECT_EQ(logits.shape, (std::vector<int64_t>{1, 2, 11}));
  EXPECT_EQ(failure(with({"--output", "x=y.npy"})),
            "the model has no output 'x'; its outputs are 'logits', "
            "'present_k', 'present_v'");
  EXPECT_EQ(failure(with({"--output", "logits"})),
            "--output is 'logits', expected NAME=FILE.npy");
  EXPECT_EQ(failure(with({"--output", "logits=/no/such/folder/x.npy"})),
            "/no/such/folder/x.npy: cannot write: No such file or directory");
  EXPECT_EQ(failure(with({"--all-outputs", folder + "/all", "--input",
                          input("tokens", "tokens.npy")})),
            "input 'tokens' is given twice");
  EXPECT_EQ(failure({"invoke", "--all-outputs", folder + "/all", "--input",
                     input("token", "tokens.npy")}),
            "the model has no input 'token'; its inputs are 'tokens', 'mask', "
            "'positions', 'past_k', 'past_v'");
  npy("mask.npy", {2, 1}, {1, 1});
  EXPECT_NE(failure(with({"--all-outputs", folder + "/all"}))
                .find("input 'mask' has shape [2, 1], expected "
                      "[batch, total]: 'batch' is 2"),
            std::string::npos);
  ASSERT_EQ(run({"invoke", "--list"}), 0);
  EXPECT_NE(out.find("input past_k: float32 [batch, 2, past, 3]\n"),
            std::string::npos)
      << out;
}

TEST_F(Tool, HelpAndVersion) {
  EXPECT_EQ(runRaw({"--version"}), 0);
  EXPECT_EQ(out.find("bitnet-run "), 0u);
  std::string version = out;
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(out, version);
  EXPECT_EQ(runRaw({"--help"}), 0);
  for (const char *command : {"generate", "bench", "perplexity", "invoke"}) {
    EXPECT_NE(out.find(command), std::string::npos);
    std::string overview = out;
    EXPECT_EQ(run({command, "--help"}), 0);
    EXPECT_EQ(out.find("usage: bitnet-run "), 0u) << out;
    out = overview;
  }
  EXPECT_EQ(runRaw({}), 1);
  EXPECT_NE(err.find("expected a MODEL first"), std::string::npos);
}

TEST(Bundle, Damaged) {
  std::string path = "/tmp/bitnet-bundle-" + std::to_string(getpid()), error;
  bitnet_bundle bundle = {64, 32, 96, 4, 1, sizeof(bitnet_bundle), "BITNETX"},
                found;
  auto write = [&](const bitnet_bundle &footer) {
    std::ofstream file(path, std::ios::binary);
    file << std::string(100, 'x');
    file.write(reinterpret_cast<const char *>(&footer), sizeof(footer));
  };
  write(bundle);
  ASSERT_TRUE(readBundle(path, found, error)) << error;
  EXPECT_EQ(found.tokenizer_offset, 96u);
  bitnet_bundle wrong = bundle;
  wrong.weights_bytes = UINT64_MAX;
  write(wrong);
  EXPECT_FALSE(readBundle(path, found, error));
  EXPECT_EQ(error, path + ": the description of its weights is damaged");
  wrong = bundle;
  wrong.version = 2;
  write(wrong);
  EXPECT_FALSE(readBundle(path, found, error));
  std::ofstream(path) << "short";
  EXPECT_FALSE(readBundle(path, found, error));
  EXPECT_EQ(error,
            path + ": carries no weights: they were stripped or cut off");
  unlink(path.c_str());
}
