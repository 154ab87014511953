#include "compiler/Driver/KernelOptions.h"
#include "compiler/Driver/Flags.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Strategy.h"

using namespace llvm;
using namespace bitnet;

template <std::string KernelOptions::*member>
static Error setString(KernelOptions &options, StringRef value) {
  options.*member = value.str();
  return Error::success();
}
template <bool KernelOptions::*member, bool value>
static Error setSwitch(KernelOptions &options, StringRef) {
  options.*member = value;
  return Error::success();
}
template <unsigned level>
static Error setLevel(KernelOptions &options, StringRef) {
  options.optLevel = level;
  return Error::success();
}

static Error setNumber(StringRef flag, StringRef value, int64_t most,
                       int64_t &out) {
  Expected<int64_t> number = parseNumber(flag, value, 1, most);
  if (!number)
    return number.takeError();
  out = *number;
  return Error::success();
}

static Error setName(StringRef flag, StringRef value, ArrayRef<StringRef> names,
                     std::string &out) {
  if (!is_contained(names, value))
    return unknownValue(flag, value, names);
  out = value.str();
  return Error::success();
}

static Error setStrategy(KernelOptions &options, StringRef value) {
  SmallVector<StringRef> names = ternary::getStrategyNames();
  if (value == "auto") {
    options.choice.strategy.clear();
    return Error::success();
  }
  return setName("--strategy", value, names, options.choice.strategy);
}

static Error setLayout(KernelOptions &options, StringRef value) {
  SmallVector<StringRef> names;
  for (const ternary::LayoutInfo *layout : ternary::getLayouts())
    names.push_back(layout->name);
  return setName("--layout", value, names, options.choice.layout);
}

static Error setTile(KernelOptions &options, StringRef value) {
  SmallVector<StringRef> entries;
  value.split(entries, ',');
  for (StringRef entry : entries) {
    auto [name, text] = entry.split('=');
    Expected<int64_t> number = parseNumber(name, text, 0, 1 << 20);
    if (!number)
      return number.takeError();
    options.choice.tile.emplace_back(name.str(), *number);
  }
  return Error::success();
}

static Error setTokens(KernelOptions &options, StringRef value) {
  SmallVector<StringRef> entries;
  value.split(entries, ',');
  options.tokens.clear();
  for (StringRef entry : entries)
    if (Error error =
            setNumber("--m", entry, 1 << 16, options.tokens.emplace_back()))
      return error;
  return Error::success();
}

static Error setSeconds(KernelOptions &options, StringRef value) {
  if (value.getAsDouble(options.seconds) || !(options.seconds > 0) ||
      options.seconds > 60)
    return usageError("found --seconds=" + value +
                      ", expected a number above 0, 60 at most");
  return Error::success();
}

static Error setEmit(KernelOptions &options, StringRef value) {
  static constexpr StringRef names[] = {"mlir", "llvm", "asm", "obj"};
  const StringRef *found = find(names, value);
  if (found == std::end(names))
    return unknownValue("--emit", value, names);
  options.emit = KernelEmit(1 + (found - names));
  return Error::success();
}

static constexpr Flag<KernelOptions> flags[] = {
    {"--m", "M,...", "tokens; a list gives a table (default 1)", setTokens},
    {"--n", "N", "rows of the weights (default 6912)",
     [](KernelOptions &options, StringRef value) {
       return setNumber("--n", value, 1 << 24, options.n);
     }},
    {"--k", "K", "terms of each sum (default 2560)",
     [](KernelOptions &options, StringRef value) {
       return setNumber("--k", value, (1 << 23) - 1, options.k);
     }},
    {"--strategy", "NAME",
     "one of bitnet-opt --list-strategies; default: as ternary-plan says",
     setStrategy},
    {"--layout", "NAME",
     "one of bitnet-opt --list-layouts; default: the strategy's", setLayout},
    {"--tile", "NAME=V,...", "entries of the tile, e.g. tokens=32,groups=8",
     setTile},
    {"--target", "TARGET",
     "one, as in compile; what this CPU cannot run is emitted, or run by "
     "qemu and not timed",
     setString<&KernelOptions::target>},
    {"--load-target", "FILE",
     "plug-in with layouts, strategies or targets (repeatable)",
     // Taken before every other argument: they name what it brings.
     [](KernelOptions &, StringRef) -> Error { return Error::success(); }},
    {"-mcpu", "CPU", "CPU to compile for", setString<&KernelOptions::cpu>},
    {"-mattr", "LIST", "features to add or take away",
     setString<&KernelOptions::attributes>},
    {"-O0", "", "no optimisation", setLevel<0>},
    {"-O1", "", "little optimisation", setLevel<1>},
    {"-O2", "", "optimised (default)", setLevel<2>},
    {"-O3", "", "more optimisation around the kernels", setLevel<3>},
    {"--threads", "T", "threads that run it (default 1)",
     [](KernelOptions &options, StringRef value) {
       return setNumber("--threads", value, 1024, options.threads);
     }},
    {"--copies", "C",
     "copies of the weights, read in turn: 60 for the speed from memory",
     [](KernelOptions &options, StringRef value) {
       return setNumber("--copies", value, 1 << 16, options.copies);
     }},
    {"--seconds", "S", "time for each number of tokens (default 0.5)",
     setSeconds},
    {"--no-check", "", "do not compare with the scalar reference",
     setSwitch<&KernelOptions::check, false>},
    {"--mca", "", "all that llvm-mca says of the longest inner loop",
     setSwitch<&KernelOptions::mca, true>},
    {"--emit", "KIND", "print mlir, llvm, asm or obj instead of measuring",
     setEmit},
    {"-o", "OUT", "where --emit writes; default: standard output",
     setString<&KernelOptions::output>},
    {"--help", "", "this text", setSwitch<&KernelOptions::help, true>},
};

Expected<KernelOptions>
bitnet::parseKernelOptions(ArrayRef<const char *> arguments) {
  KernelOptions options;
  while (!arguments.empty()) {
    StringRef argument = arguments.front();
    if (!argument.starts_with("-"))
      return usageError("found '" + argument +
                        "', expected a flag: see bitnet-opt kernel --help");
    if (Error error = applyFlag<KernelOptions>(flags, options, arguments))
      return std::move(error);
  }
  constexpr int64_t mostTrits = int64_t(1) << 33;
  if (options.n > mostTrits / options.k)
    return usageError("found " + Twine(options.n) + " rows of " +
                      Twine(options.k) + " terms, expected 2^33 trits at most");
  if (options.emit == KernelEmit::None && !options.output.empty())
    return usageError("flag '-o' needs --emit");
  return options;
}

void bitnet::printKernelHelp(raw_ostream &out) {
  out << "usage: bitnet-opt kernel [flags]\n\n"
         "Makes one BitLinear kernel as compile does, checks its sums against "
         "a scalar\nreference, times it and compares it with the limits of "
         "this CPU.\n\n";
  printFlags<KernelOptions>(flags, out);
}
