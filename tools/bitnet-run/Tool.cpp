#include "Tool.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <unistd.h>

#ifndef BITNET_VERSION
#define BITNET_VERSION "unknown"
#endif

using namespace bitnet::run;

namespace {
struct Command {
  const char *name;
  int (*run)(const Invocation &);
  const char *about;
};

const Command kCommands[] = {
    {"generate", runGenerate, "continue a prompt (the default)"},
    {"bench", runBench, "measure tokens per second"},
    {"perplexity", runPerplexity, "score a text"},
    {"invoke", runInvoke, "run the graph once on .npy files, as ONNX would"},
};
} // namespace

std::unique_ptr<Model> Invocation::open(bool verify, std::string &error) const {
  return linked ? Model::openLinked(linked, verify, error)
                : Model::open(model, verify, error);
}

bool Invocation::flush(std::string &error) const {
  if (fflush(stdout) == 0 && !ferror(stdout))
    return true;
  error = std::string("cannot write the result: ") + strerror(errno);
  return false;
}

int Invocation::fail(const std::string &message) const {
  fprintf(stderr, "%s: error: %s\n", program.c_str(), message.c_str());
  return 1;
}

bool Invocation::parse(CommandLine &line, int &code) const {
  std::string error;
  if (!line.parse(arguments, error)) {
    code = fail(error);
    return true;
  }
  if (line.wantsHelp())
    fputs(line.helpText().c_str(), stdout);
  code = 0;
  return line.wantsHelp();
}

static void printHelp(const std::string &name, bool linked) {
  printf("usage: %s%s [COMMAND] [FLAGS]\n\n", name.c_str(),
         linked ? "" : " MODEL");
  puts(linked ? "Runs the language model that this program carries."
              : "Runs a model compiled by `bitnet-opt compile --emit=lib -o "
                "MODEL`: MODEL names\n"
                "libMODEL.so, with MODEL.weights and MODEL.tokenizer.json "
                "beside it.");
  puts("\ncommands:");
  for (const Command &command : kCommands)
    printf("  %-12s %s\n", command.name, command.about);
  printf("\n`%s%s COMMAND --help` lists the flags of a command.\n",
         name.c_str(), linked ? "" : " MODEL");
  printf("`%s --version` prints the version.\n", name.c_str());
  puts("Of a model with code for several CPUs the best is taken; the "
       "environment "
       "variable\nBITNET_TARGET=NAME takes the code for the target NAME.");
}

/// Nothing can be allocated here.
static void onOutOfMemory() {
  static const char kMessage[] = "error: out of memory\n";
  [[maybe_unused]] ssize_t written =
      write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  _exit(1);
}

int bitnet::run::runTool(int argc, char **argv, const bitnet_module *linked) {
  std::set_new_handler(onOutOfMemory);
  // A file beyond the limit of its size is an error of the write.
  signal(SIGXFSZ, SIG_IGN);
  std::string name = argc ? argv[0] : "bitnet-run";
  if (!linked)
    name = name.substr(name.rfind('/') + 1);
  std::vector<std::string> arguments(argv + (argc ? 1 : 0), argv + argc);
  Invocation invocation = {name, "", linked, {}};
  // `bitnet-run MODEL --version` too: MODEL need not exist.
  bool named = !linked && arguments.size() == 2 && arguments[0][0] != '-';
  if ((arguments.size() == 1 || named) && arguments.back() == "--version") {
    printf("%s %s\n", linked ? linked->name : "bitnet-run", BITNET_VERSION);
    return 0;
  }
  if (arguments.size() == 1 &&
      (arguments[0] == "--help" || arguments[0] == "-h")) {
    printHelp(name, linked);
    return 0;
  }
  if (!linked) {
    if (arguments.empty() || arguments[0].empty() || arguments[0][0] == '-')
      return invocation.fail("expected a MODEL first; see " + name + " --help");
    invocation.model = arguments[0];
    invocation.program += " " + arguments[0];
    arguments.erase(arguments.begin());
  }
  const Command *chosen = &kCommands[0];
  for (const Command &command : kCommands)
    if (!arguments.empty() && arguments[0] == command.name) {
      chosen = &command;
      arguments.erase(arguments.begin());
      break;
    }
  invocation.arguments = std::move(arguments);
  return chosen->run(invocation);
}
