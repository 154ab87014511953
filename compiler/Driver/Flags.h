#ifndef COMPILER_DRIVER_FLAGS_H
#define COMPILER_DRIVER_FLAGS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace bitnet {

/// One flag of a command: `value` is what --help calls its value, empty for a
/// switch. Not llvm::cl: LLD resets that when it links.
template <typename Options>
struct Flag {
  llvm::StringLiteral name, value, help;
  llvm::Error (*set)(Options &options, llvm::StringRef value);
};

inline llvm::Error usageError(const llvm::Twine &message) {
  return llvm::createStringError(message);
}

/// ", did you mean 'x'?" when a candidate is near.
std::string suggest(llvm::StringRef given,
                    llvm::ArrayRef<llvm::StringRef> candidates);

/// The error of a flag whose value is none of `candidates`.
llvm::Error unknownValue(llvm::StringRef flag, llvm::StringRef given,
                         llvm::ArrayRef<llvm::StringRef> candidates);

/// Reads a number in [least, most] as the value of `flag`.
llvm::Expected<int64_t> parseNumber(llvm::StringRef flag, llvm::StringRef value,
                                    int64_t least, int64_t most);

/// A flag as given: its index among the known ones, and its value.
struct FlagUse {
  size_t index;
  llvm::StringRef value;
};
/// Takes a flag and its value, which may be the next argument, off `rest`.
/// `values` is empty where a name is a switch.
llvm::Expected<FlagUse> takeFlag(llvm::ArrayRef<llvm::StringRef> names,
                                 llvm::ArrayRef<llvm::StringRef> values,
                                 llvm::ArrayRef<const char *> &rest);

/// Applies the flag that `rest` begins with. "-h" is the last of `flags`.
template <typename Options>
llvm::Error applyFlag(llvm::ArrayRef<Flag<Options>> flags, Options &options,
                      llvm::ArrayRef<const char *> &rest) {
  llvm::SmallVector<llvm::StringRef> names, values;
  for (const Flag<Options> &flag : flags) {
    names.push_back(flag.name);
    values.push_back(flag.value);
  }
  llvm::Expected<FlagUse> use = takeFlag(names, values, rest);
  if (!use)
    return use.takeError();
  return flags[use->index].set(options, use->value);
}

/// A line for each flag.
template <typename Options>
void printFlags(llvm::ArrayRef<Flag<Options>> flags, llvm::raw_ostream &out) {
  for (const Flag<Options> &flag : flags) {
    std::string name = flag.name.str();
    if (!flag.value.empty())
      name += (flag.name == "-o" ? " " : "=") + flag.value.str();
    out << "  " << llvm::left_justify(name, 22) << "  " << flag.help << '\n';
  }
}

} // namespace bitnet

#endif // COMPILER_DRIVER_FLAGS_H
