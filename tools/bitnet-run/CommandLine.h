/// Flags of the tool's commands, and the help that lists them.
#ifndef TOOLS_BITNET_RUN_COMMANDLINE_H
#define TOOLS_BITNET_RUN_COMMANDLINE_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace bitnet::run {

class CommandLine {
public:
  /// `usage` is the line behind "usage: ", `about` a paragraph.
  CommandLine(std::string usage, std::string about)
      : usage(std::move(usage)), about(std::move(about)) {}

  /// Declares a flag by its names ("-n", "--tokens"). The value is written to
  /// `out` when the flag is met; numbers outside [low, high] are errors.
  void flag(std::vector<std::string> names, std::string help, bool &out);
  void integer(std::vector<std::string> names, std::string metavar,
               std::string help, int64_t &out, int64_t low, int64_t high);
  /// From 0 to 2^64 - 1.
  void natural(std::vector<std::string> names, std::string metavar,
               std::string help, uint64_t &out);
  void real(std::vector<std::string> names, std::string metavar,
            std::string help, double &out, double low, double high);
  void text(std::vector<std::string> names, std::string metavar,
            std::string help, std::string &out);
  /// May be given several times.
  void texts(std::vector<std::string> names, std::string metavar,
             std::string help, std::vector<std::string> &out);
  /// Comma-separated integers, e.g. "1,2".
  void integers(std::vector<std::string> names, std::string metavar,
                std::string help, std::vector<int64_t> &out, int64_t low,
                int64_t high);
  /// What stands without a flag; more than `most` are an error.
  void positional(std::vector<std::string> &out, size_t most);

  /// False: `error` names the argument. "--help" sets wantsHelp().
  bool parse(const std::vector<std::string> &arguments, std::string &error);
  bool wantsHelp() const { return help; }
  std::string helpText() const;

private:
  struct Flag {
    std::vector<std::string> names;
    std::string metavar; ///< empty: takes no value
    std::string help;
    /// Returns what is wrong with the value, or an empty string.
    std::function<std::string(const std::string &)> set;
  };
  const Flag *find(const std::string &name) const;
  std::string nearest(const std::string &name) const;

  std::string usage, about;
  std::vector<Flag> flags;
  std::vector<std::string> *positionals = nullptr;
  size_t mostPositionals = 0;
  bool help = false;
};

/// The one of `words` that is the fewest edits from `word`; empty: none is
/// near.
std::string nearestOf(const std::string &word,
                      const std::vector<std::string> &words);

} // namespace bitnet::run

#endif // TOOLS_BITNET_RUN_COMMANDLINE_H
