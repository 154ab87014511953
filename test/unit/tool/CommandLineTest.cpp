#include "CommandLine.h"

#include <gtest/gtest.h>

using namespace bitnet::run;

namespace {
struct Line {
  Line() {
    line.flag({"-v", "--verbose"}, "say more", verbose);
    line.integer({"-n", "--tokens"}, "N", "how many", count, -1, 100);
    line.real({"--temp"}, "T", "temperature", temperature, 0, 2);
    line.text({"--prompt"}, "TEXT", "what", prompt);
    line.texts({"--input"}, "NAME=FILE", "inputs", inputs);
    line.integers({"-t", "--threads"}, "N,...", "threads", threads, 0, 64);
    line.positional(rest, 1);
  }
  std::string parse(const std::vector<std::string> &arguments) {
    std::string error;
    EXPECT_EQ(line.parse(arguments, error), error.empty());
    return error;
  }
  CommandLine line{"tool [FLAGS]", "Does things."};
  bool verbose = false;
  int64_t count = 7;
  double temperature = 0;
  std::string prompt;
  std::vector<std::string> inputs, rest;
  std::vector<int64_t> threads;
};
} // namespace

TEST(CommandLine, ReadsEachKind) {
  Line l;
  EXPECT_EQ(l.parse({"-v", "-n", "-1", "--temp=0.5", "--prompt", "-x y",
                     "--input", "a=b", "--input=c=d", "-t", "1,2,16", "text"}),
            "");
  EXPECT_TRUE(l.verbose);
  EXPECT_EQ(l.count, -1);
  EXPECT_EQ(l.temperature, 0.5);
  EXPECT_EQ(l.prompt, "-x y");
  EXPECT_EQ(l.inputs, (std::vector<std::string>{"a=b", "c=d"}));
  EXPECT_EQ(l.threads, (std::vector<int64_t>{1, 2, 16}));
  EXPECT_EQ(l.rest, (std::vector<std::string>{"text"}));
}

TEST(CommandLine, DoubleDashEndsTheFlags) {
  Line l;
  EXPECT_EQ(l.parse({"--", "--verbose"}), "");
  EXPECT_FALSE(l.verbose);
  EXPECT_EQ(l.rest, (std::vector<std::string>{"--verbose"}));
}

TEST(CommandLine, MisspeltFlagsNameTheNearest) {
  EXPECT_EQ(Line().parse({"--tempp", "1"}),
            "unknown flag '--tempp', did you mean '--temp'?");
  EXPECT_EQ(Line().parse({"--verbos"}),
            "unknown flag '--verbos', did you mean '--verbose'?");
  EXPECT_EQ(Line().parse({"--hlep"}),
            "unknown flag '--hlep', did you mean '--help'?");
  EXPECT_EQ(Line().parse({"--something-else"}),
            "unknown flag '--something-else'");
}

TEST(CommandLine, NumbersOutOfRange) {
  EXPECT_EQ(Line().parse({"-n", "100"}), "");
  EXPECT_EQ(Line().parse({"-n", "101"}),
            "flag '-n' is 101, expected -1 to 100");
  EXPECT_EQ(Line().parse({"-n", "-2"}), "flag '-n' is -2, expected -1 to 100");
  EXPECT_EQ(Line().parse({"-n", "99999999999999999999"}),
            "flag '-n' is '99999999999999999999', expected a whole number");
  for (const char *bad : {"", "1x", "x", " 1", "1.5"})
    EXPECT_EQ(Line().parse({"-n", bad}), "flag '-n' is '" + std::string(bad) +
                                             "', expected a whole number");
  EXPECT_EQ(Line().parse({"--temp", "2"}), "");
  EXPECT_EQ(Line().parse({"--temp", "2.01"}),
            "flag '--temp' is 2.01, expected 0 to 2");
  EXPECT_EQ(Line().parse({"--temp", "nan"}),
            "flag '--temp' is 'nan', expected a number");
  EXPECT_EQ(Line().parse({"-t", "1,"}),
            "flag '-t' is '1,', expected whole numbers with commas between");
  EXPECT_EQ(Line().parse({"-t", "1,65"}), "flag '-t' is 65, expected 0 to 64");
}

TEST(CommandLine, WrongUse) {
  EXPECT_EQ(Line().parse({"-n"}), "flag '-n' needs a value: N");
  EXPECT_EQ(Line().parse({"--verbose=1"}), "flag '--verbose' takes no value");
  EXPECT_EQ(Line().parse({"a", "b"}), "unexpected argument 'b'");
}

TEST(CommandLine, HelpListsEveryFlag) {
  Line l;
  EXPECT_EQ(l.parse({"--help", "--nonsense"}), "");
  EXPECT_TRUE(l.line.wantsHelp());
  std::string help = l.line.helpText();
  for (const char *part : {"usage: tool [FLAGS]", "Does things.",
                           "-n, --tokens N", "--input NAME=FILE", "-h, --help"})
    EXPECT_NE(help.find(part), std::string::npos) << help;
}
