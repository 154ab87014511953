#include "CommandLine.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>

using namespace bitnet::run;

static size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string bitnet::run::nearestOf(const std::string &word,
                                   const std::vector<std::string> &words) {
  std::string best;
  // Further away it would be a guess.
  size_t bestDistance = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string &candidate : words)
    if (size_t distance = editDistance(word, candidate);
        distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  return best;
}

static bool parseInteger(const std::string &text, int64_t &out) {
  char *end = nullptr;
  errno = 0;
  out = strtoll(text.c_str(), &end, 10);
  return !text.empty() && !isspace(static_cast<unsigned char>(text[0])) &&
         !*end && errno == 0;
}

static std::string checkRange(const std::string &text, int64_t value,
                              int64_t low, int64_t high) {
  if (value >= low && value <= high)
    return "";
  return "is " + text + ", expected " + std::to_string(low) + " to " +
         std::to_string(high);
}

void CommandLine::flag(std::vector<std::string> names, std::string help,
                       bool &out) {
  flags.push_back(
      {std::move(names), "", std::move(help), [&out](const std::string &) {
         out = true;
         return std::string();
       }});
}

void CommandLine::integer(std::vector<std::string> names, std::string metavar,
                          std::string help, int64_t &out, int64_t low,
                          int64_t high) {
  flags.push_back({std::move(names), std::move(metavar), std::move(help),
                   [&out, low, high](const std::string &text) -> std::string {
                     int64_t value;
                     if (!parseInteger(text, value))
                       return "is '" + text + "', expected a whole number";
                     out = value;
                     return checkRange(text, value, low, high);
                   }});
}

void CommandLine::natural(std::vector<std::string> names, std::string metavar,
                          std::string help, uint64_t &out) {
  flags.push_back({std::move(names), std::move(metavar), std::move(help),
                   [&out](const std::string &text) -> std::string {
                     if (text.empty() || text.find_first_not_of("0123456789") !=
                                             std::string::npos)
                       return "is '" + text +
                              "', expected a whole number, 0 or more";
                     errno = 0;
                     out = strtoull(text.c_str(), nullptr, 10);
                     return errno ? "is " + text + ", expected 0 to " +
                                        std::to_string(UINT64_MAX)
                                  : "";
                   }});
}

void CommandLine::real(std::vector<std::string> names, std::string metavar,
                       std::string help, double &out, double low, double high) {
  flags.push_back({std::move(names), std::move(metavar), std::move(help),
                   [&out, low, high](const std::string &text) -> std::string {
                     char *end = nullptr;
                     double value = strtod(text.c_str(), &end);
                     if (text.empty() || *end || std::isnan(value))
                       return "is '" + text + "', expected a number";
                     out = value;
                     if (value >= low && value <= high)
                       return "";
                     char range[96];
                     snprintf(range, sizeof(range), ", expected %g to %g", low,
                              high);
                     return "is " + text + range;
                   }});
}

void CommandLine::text(std::vector<std::string> names, std::string metavar,
                       std::string help, std::string &out) {
  flags.push_back({std::move(names), std::move(metavar), std::move(help),
                   [&out](const std::string &text) {
                     out = text;
                     return std::string();
                   }});
}

void CommandLine::texts(std::vector<std::string> names, std::string metavar,
                        std::string help, std::vector<std::string> &out) {
  flags.push_back({std::move(names), std::move(metavar), std::move(help),
                   [&out](const std::string &text) {
                     out.push_back(text);
                     return std::string();
                   }});
}

void CommandLine::integers(std::vector<std::string> names, std::string metavar,
                           std::string help, std::vector<int64_t> &out,
                           int64_t low, int64_t high) {
  flags.push_back({std::move(names), std::move(metavar), std::move(help),
                   [&out, low, high](const std::string &text) -> std::string {
                     out.clear();
                     for (size_t at = 0; at <= text.size();) {
                       size_t comma = std::min(text.find(',', at), text.size());
                       std::string part = text.substr(at, comma - at);
                       int64_t value;
                       if (!parseInteger(part, value))
                         return "is '" + text +
                                "', expected whole numbers with commas between";
                       if (std::string wrong =
                               checkRange(part, value, low, high);
                           !wrong.empty())
                         return wrong;
                       out.push_back(value);
                       at = comma + 1;
                     }
                     return "";
                   }});
}

void CommandLine::positional(std::vector<std::string> &out, size_t most) {
  positionals = &out;
  mostPositionals = most;
}

const CommandLine::Flag *CommandLine::find(const std::string &name) const {
  for (const Flag &flag : flags)
    if (std::find(flag.names.begin(), flag.names.end(), name) !=
        flag.names.end())
      return &flag;
  return nullptr;
}

std::string CommandLine::nearest(const std::string &name) const {
  std::vector<std::string> names = {"--help"};
  for (const Flag &flag : flags)
    names.insert(names.end(), flag.names.begin(), flag.names.end());
  return nearestOf(name, names);
}

bool CommandLine::parse(const std::vector<std::string> &arguments,
                        std::string &error) {
  bool onlyPositionals = false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string &argument = arguments[i];
    if (onlyPositionals || argument.size() < 2 || argument[0] != '-') {
      if (!positionals || positionals->size() == mostPositionals) {
        error = "unexpected argument '" + argument + "'";
        return false;
      }
      positionals->push_back(argument);
      continue;
    }
    if (argument == "--") {
      onlyPositionals = true;
      continue;
    }
    if (argument == "--help" || argument == "-h") {
      help = true;
      return true;
    }
    size_t equals = argument[1] == '-' ? argument.find('=') : std::string::npos;
    std::string name = argument.substr(0, equals);
    const Flag *flag = find(name);
    if (!flag) {
      std::string near = nearest(name);
      error = "unknown flag '" + name + "'" +
              (near.empty() ? "" : ", did you mean '" + near + "'?");
      return false;
    }
    std::string value;
    if (flag->metavar.empty()) {
      if (equals != std::string::npos) {
        error = "flag '" + name + "' takes no value";
        return false;
      }
    } else if (equals != std::string::npos) {
      value = argument.substr(equals + 1);
    } else if (++i < arguments.size()) {
      value = arguments[i];
    } else {
      error = "flag '" + name + "' needs a value: " + flag->metavar;
      return false;
    }
    if (std::string wrong = flag->set(value); !wrong.empty()) {
      error = "flag '" + name + "' " + wrong;
      return false;
    }
  }
  return true;
}

/// `text` in lines of at most `width` characters, behind `indent` spaces but
/// for the first.
static std::string wrap(const std::string &text, size_t indent, size_t width) {
  std::string out;
  size_t column = 0;
  for (size_t at = 0; at < text.size();) {
    size_t space = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, space - at);
    if (column && column + 1 + word.size() > width) {
      out += "\n" + std::string(indent, ' ');
      column = 0;
    }
    out += (column ? " " : "") + word;
    column += word.size() + (column != 0);
    at = space + 1;
  }
  return out;
}

std::string CommandLine::helpText() const {
  std::string out =
      "usage: " + usage + "\n\n" + wrap(about, 0, 80) + "\n\nflags:\n";
  constexpr size_t kColumn = 26;
  auto line = [&](std::string names, const std::string &text) {
    names.insert(0, "  ");
    if (names.size() + 2 > kColumn)
      names += "\n" + std::string(kColumn, ' ');
    else
      names.resize(kColumn, ' ');
    out += names + wrap(text, kColumn, 80 - kColumn) + "\n";
  };
  for (const Flag &flag : flags) {
    std::string names;
    for (const std::string &name : flag.names)
      names += (names.empty() ? "" : ", ") + name;
    line(names + (flag.metavar.empty() ? "" : " " + flag.metavar), flag.help);
  }
  line("-h, --help", "this text");
  return out;
}
