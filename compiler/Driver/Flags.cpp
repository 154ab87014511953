#include "compiler/Driver/Flags.h"

using namespace llvm;
using namespace bitnet;

std::string bitnet::suggest(StringRef given, ArrayRef<StringRef> candidates) {
  StringRef best;
  unsigned distance = std::max<size_t>(2, given.size() / 3) + 1;
  for (StringRef candidate : candidates)
    if (unsigned d = given.edit_distance(candidate, true, distance);
        d < distance)
      std::tie(best, distance) = std::make_pair(candidate, d);
  return best.empty() ? "" : (", did you mean '" + best + "'?").str();
}

Error bitnet::unknownValue(StringRef flag, StringRef given,
                           ArrayRef<StringRef> candidates) {
  return usageError("unknown value '" + given + "' of " + flag + ", expected " +
                    join(candidates, ", ") + suggest(given, candidates));
}

Expected<int64_t> bitnet::parseNumber(StringRef flag, StringRef value,
                                      int64_t least, int64_t most) {
  int64_t number = 0;
  if (value.getAsInteger(10, number) || number < least || number > most)
    return usageError("found " + flag + "=" + value +
                      ", expected a number from " + Twine(least) + " to " +
                      Twine(most));
  return number;
}

Expected<FlagUse> bitnet::takeFlag(ArrayRef<StringRef> names,
                                   ArrayRef<StringRef> values,
                                   ArrayRef<const char *> &rest) {
  StringRef argument = rest.front();
  rest = rest.drop_front();
  auto [name, value] = argument.split('=');
  bool hasValue = argument.contains('=');
  size_t index = find(names, name) - names.begin();
  if (name == "-h" || name == "-help")
    index = names.size() - 1;
  if (index == names.size())
    return usageError("unknown flag '" + name + "'" + suggest(name, names));
  bool takesValue = !values[index].empty();
  if (!takesValue && hasValue)
    return usageError("flag '" + name + "' takes no value");
  if (takesValue && !hasValue) {
    if (rest.empty())
      return usageError("flag '" + name + "' needs a value: " + name +
                        (name.starts_with("--") ? "=" : " ") + values[index]);
    value = rest.front();
    rest = rest.drop_front();
  }
  if (takesValue && value.empty())
    return usageError("flag '" + name + "' has an empty value");
  return FlagUse{index, value};
}
