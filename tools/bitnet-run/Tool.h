/// The commands of bitnet-run and of self-contained executables.
#ifndef TOOLS_BITNET_RUN_TOOL_H
#define TOOLS_BITNET_RUN_TOOL_H

#include "CommandLine.h"
#include "Model.h"

#include <memory>
#include <string>
#include <vector>

namespace bitnet::run {

/// What a command knows of how the program was called.
struct Invocation {
  std::string program; ///< "bitnet-run MODEL" or "./story", for messages
  std::string model;   ///< MODEL; empty in a self-contained executable
  const bitnet_module *linked;        ///< its code; nullptr in bitnet-run
  std::vector<std::string> arguments; ///< behind the command's name

  /// Opens MODEL or what the program carries.
  std::unique_ptr<Model> open(bool verify, std::string &error) const;
  /// False: what was printed did not reach stdout; `error` says why.
  bool flush(std::string &error) const;
  /// Prints "program: error: message"; returns the exit code 1.
  int fail(const std::string &message) const;
  /// Parses the flags. True: the command is done (help, or a wrong flag) with
  /// exit code `code`.
  bool parse(CommandLine &line, int &code) const;
};

int runGenerate(const Invocation &invocation);
int runBench(const Invocation &invocation);
int runPerplexity(const Invocation &invocation);
int runInvoke(const Invocation &invocation);

/// The whole program; the result is main's. `linked` is the model that was
/// linked in, or nullptr: then the first argument names one.
int runTool(int argc, char **argv, const bitnet_module *linked);

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_TOOL_H
