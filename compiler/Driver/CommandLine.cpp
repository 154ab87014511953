#include "compiler/Driver/CommandLine.h"
#include "compiler/Driver/Flags.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Strategy.h"

using namespace llvm;
using namespace bitnet;

template <std::string CompileOptions::*member>
static Error setString(CompileOptions &options, StringRef value) {
  options.*member = value.str();
  return Error::success();
}
template <bool CompileOptions::*member>
static Error setTrue(CompileOptions &options, StringRef) {
  options.*member = true;
  return Error::success();
}
template <unsigned level>
static Error setLevel(CompileOptions &options, StringRef) {
  options.optLevel = level;
  return Error::success();
}

static Error setEmit(CompileOptions &options, StringRef value) {
  static constexpr StringRef names[] = {"mlir", "llvm", "asm",    "obj",
                                        "lib",  "exe",  "kernels"};
  const StringRef *found = llvm::find(names, value);
  if (found == std::end(names))
    return unknownValue("--emit", value, names);
  options.emit = Emit(found - names);
  return Error::success();
}

static Error setStopAfter(CompileOptions &options, StringRef value) {
  options.stopAfter = parsePhase(value);
  if (options.stopAfter)
    return Error::success();
  SmallVector<StringRef> names;
  for (unsigned i = 0; i < numPhases; ++i)
    names.push_back(getPhaseName(Phase(i)));
  return unknownValue("--stop-after", value, names);
}

static Error setStrategy(CompileOptions &options, StringRef value) {
  SmallVector<StringRef> names = ternary::getStrategyNames();
  if (!is_contained(names, value))
    return unknownValue("--strategy", value, names);
  options.strategy = value.str();
  return Error::success();
}

static Error setHead(CompileOptions &options, StringRef value) {
  static constexpr StringRef names[] = {"auto", "graph", "bf16", "f16",
                                        "i8",   "i4",    "exact"};
  if (!is_contained(names, value))
    return unknownValue("--head", value, names);
  options.head = value.str();
  return Error::success();
}

static Error setArithmetic(CompileOptions &options, StringRef value) {
  static constexpr StringRef names[] = {"add", "any"};
  if (!is_contained(names, value))
    return unknownValue("--arithmetic", value, names);
  options.arithmetic = value.str();
  return Error::success();
}

/// Refuses flags that contradict each other about products.
static Error checkArithmetic(const CompileOptions &options) {
  bool forced = options.strategy != "auto";
  bool multiplies = forced && ternary::getStrategy(
                                  *ternary::symbolizeStrategy(options.strategy))
                                  .multiplies();
  if (multiplies && options.arithmetic == "add")
    return usageError("strategy '" + options.strategy +
                      "' multiplies activations, which --arithmetic=add "
                      "forbids");
  if (!options.certify)
    return Error::success();
  if (multiplies)
    return usageError("--certify proves kernels without products, but "
                      "strategy '" +
                      options.strategy +
                      "' multiplies activations, expected auto, masked or "
                      "another that only adds");
  if (!forced && options.anyArithmetic())
    return usageError(
        "--certify proves kernels without products, but " +
        Twine(options.arithmetic.empty() ? "-O3" : "--arithmetic=any") +
        " allows dot products, expected --arithmetic=add");
  return Error::success();
}

static Error setKV(CompileOptions &options, StringRef value) {
  static constexpr StringRef names[] = {"graph", "f32", "f16", "i8"};
  if (!is_contained(names, value))
    return unknownValue("--kv", value, names);
  options.kv = value.str();
  return Error::success();
}

static Error setLayout(CompileOptions &options, StringRef value) {
  SmallVector<StringRef> names = ternary::getLayoutNames();
  if (!is_contained(names, value))
    return unknownValue("--layout", value, names);
  options.layout = value.str();
  return Error::success();
}

static Error setInput(CompileOptions &options, StringRef value) {
  auto [name, text] = value.split('=');
  if (name.empty() || name.size() == value.size())
    return usageError("--set " + value + ": expected INPUT=VALUE[,VALUE...]");
  options.frozen.push_back({name.str(), text.str()});
  return Error::success();
}

static Error setDense(CompileOptions &options, StringRef value) {
  static constexpr StringRef names[] = {"f32", "f16", "bf16"};
  if (!is_contained(names, value))
    return unknownValue("--dense", value, names);
  options.dense = value.str();
  return Error::success();
}

static constexpr Flag<CompileOptions> flags[] = {
    {"-o", "OUT", "name of the output; default: the model's without .onnx",
     setString<&CompileOptions::output>},
    {"--emit", "KIND",
     "mlir, llvm, asm, obj, lib (libOUT.so, OUT.weights, OUT.h), exe "
     "(default) or kernels (of a GPU: OUT.NAME.spv, .ptx or .hsaco)",
     setEmit},
    {"--tokenizer", "FILE",
     "tokenizer.json to put in; default: the one beside the model",
     setString<&CompileOptions::tokenizer>},
    {"--target", "TARGET",
     "native (default), a name of bitnet-opt --list-targets, "
     "TRIPLE[+FEATURE...], e.g. aarch64-linux-gnu+dotprod, or spirv-vulkan1.3 "
     "(a GPU, as nvptx-sm_80; -mcpu and -mattr are of the CPU beside it); several CPUs with "
     "commas between: code for each, the best is taken when it is loaded",
     setString<&CompileOptions::target>},
    {"--load-target", "FILE",
     "plug-in with layouts, strategies or targets (repeatable)",
     // Taken before every other argument: they name what it brings.
     [](CompileOptions &, StringRef) -> Error { return Error::success(); }},
    {"-mcpu", "CPU", "CPU to compile for, e.g. x86-64-v3, znver4, native",
     setString<&CompileOptions::cpu>},
    {"-mattr", "LIST", "features to add or take away, e.g. +avx2,-avx512f",
     setString<&CompileOptions::attributes>},
    {"-O0", "", "no optimisation", setLevel<0>},
    {"-O1", "", "little optimisation", setLevel<1>},
    {"-O2", "", "add/sub only kernels, optimised (default)", setLevel<2>},
    {"-O3", "", "more optimisation, and kernels may multiply (dot products)",
     setLevel<3>},
    {"--strategy", "NAME",
     "kernels: auto (default), or one of bitnet-opt --list-strategies",
     setStrategy},
    {"--layout", "NAME",
     "bytes of packed weights: auto (default), or one of bitnet-opt "
     "--list-layouts",
     setLayout},
    {"--head", "TYPE",
     "LM head: auto (default; the narrowest lossless type, exact for a large "
     "one), graph, bf16, f16, i8, i4 (scales by group), or exact: the same "
     "tokens through an i8 copy",
     setHead},
    {"--arithmetic", "KIND",
     "of BitLinear kernels: add (additions only) or any; default: any with "
     "-O3, else add",
     setArithmetic},
    {"--kv", "TYPE",
     "key/value cache of sessions: graph (default: the graph's type), f32, f16 "
     "or i8",
     setKV},
    {"--set", "INPUT=VALUES",
     "an input of the graph is this constant, elements apart by commas; once "
     "for each input",
     setInput},
    {"--dense", "TYPE",
     "ternary layers as dense ones in f32, f16 or bf16 on unquantised input, "
     "for comparison",
     setDense},
    {"--tune", "FILE",
     "measure kernels on this machine, write a schedule to FILE and use it",
     setString<&CompileOptions::tune>},
    {"--schedule", "FILE", "kernels for each size of linear layers, see --tune",
     setString<&CompileOptions::schedule>},
    {"--print-schedule", "", "print the kernels chosen as a schedule, no more",
     setTrue<&CompileOptions::printSchedule>},
    {"--certify", "",
     "prove that no BitLinear kernel multiplies, print the certificate",
     setTrue<&CompileOptions::certify>},
    {"--require-ternary", "", "a linear layer that is not ternary is an error",
     setTrue<&CompileOptions::requireTernary>},
    {"--report", "FILE",
     "what was recognised, for each linear layer: text, .json; .html: energy, "
     "roofline and predicted times",
     setString<&CompileOptions::report>},
    {"--stop-after", "PHASE",
     "print the IR after import, normalize, recognize, plan, pack, bufferize, "
     "lower, device (of a GPU) or codegen",
     setStopAfter},
    {"--resource-dir", "DIR", "where the runtime's archives lie",
     setString<&CompileOptions::resourceDir>},
    {"-v", "", "say more: phases, times, every error",
     setTrue<&CompileOptions::verbose>},
    {"--help", "", "this text", setTrue<&CompileOptions::help>},
};

Expected<CompileOptions>
bitnet::parseCommandLine(ArrayRef<const char *> arguments) {
  CompileOptions options;
  bool onlyFiles = false;
  while (!arguments.empty()) {
    StringRef argument = arguments.front();
    if (!onlyFiles && argument == "--") {
      onlyFiles = true;
      arguments = arguments.drop_front();
    } else if (!onlyFiles && argument.starts_with("-") && argument != "-") {
      if (Error error = applyFlag<CompileOptions>(flags, options, arguments))
        return std::move(error);
    } else {
      if (!options.input.empty())
        return usageError("two models are given, '" + options.input +
                          "' and '" + argument + "', expected one");
      options.input = argument.str();
      arguments = arguments.drop_front();
    }
  }
  if (options.input.empty() && !options.help)
    return usageError("no model is given: bitnet-opt compile MODEL.onnx");
  if (Error error = checkArithmetic(options))
    return std::move(error);
  if (!options.tune.empty() && !options.schedule.empty())
    return usageError("--tune makes a schedule and --schedule takes one, "
                      "expected one of them");
  if (options.printSchedule)
    options.stopAfter = Phase::Plan;
  return options;
}

void bitnet::printHelp(raw_ostream &out) {
  out << "usage: bitnet-opt compile MODEL.onnx [-o OUT] [flags]\n\n"
         "Compiles a ternary transformer to native code. MODEL may also be an "
         ".mlir file.\n\n";
  printFlags<CompileOptions>(flags, out);
}
