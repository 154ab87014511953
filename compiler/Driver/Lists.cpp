#include "compiler/Driver/Compile.h"
#include "compiler/Target/Codegen/TargetSpec.h"
#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace bitnet;
using namespace bitnet::ternary;

static void printStrategy(raw_ostream &out, const KernelStrategy &strategy) {
  out << strategy.getName() << ": " << strategy.getSummary() << "\n  layouts: ";
  interleaveComma(strategy.getLayouts(), out, [&](BlockLayout layout) {
    out << stringifyLayoutKind(layout.kind) << " (blocks of " << layout.rows
        << " rows)";
  });
  if (strategy.takesEveryLayout())
    out << ", any other, which it unpacks";
  out << "\n  arithmetic: "
      << (strategy.multiplies()
              ? "multiplies (auto takes it with -O3 or --arithmetic=any)"
              : "additions only")
      << '\n';
  for (const TokenRange &range : strategy.getTokenRanges())
    out << "  tokens, " << range.tokens << ": " << range.microOp << '\n';
  for (const TileParameter &parameter : strategy.getTileParameters())
    out << "  tile entry " << parameter.name << " (" << parameter.fallback
        << "): " << parameter.summary << '\n';
  for (StringRef name : TargetFacts::names()) {
    std::string whyNot = strategy.whyNot(*TargetFacts::named(name));
    out << "  on " << name << ": " << (whyNot.empty() ? "runs" : whyNot)
        << '\n';
  }
}

int bitnet::listStrategiesMain() {
  for (const KernelStrategy *strategy : getStrategies())
    printStrategy(outs(), *strategy);
  return 0;
}

int bitnet::listLayoutsMain() {
  for (const LayoutInfo *layout : getLayouts()) {
    outs() << layout->name << ": " << layout->summary << "\n  "
           << format("%g", layout->bitsPerTrit())
           << " bits a trit; K padded to a multiple of " << layout->group
           << ", N to blocks of a multiple of " << layout->rowMultiple
           << " rows\n  strategies: ";
    StringRef separator = "";
    for (const KernelStrategy *strategy : getStrategies())
      for (BlockLayout taken : strategy->getLayouts())
        if (taken.kind == layout->kind()) {
          outs() << separator << strategy->getName()
                 << " (rows = " << taken.rows << ')';
          separator = ", ";
        }
    for (const KernelStrategy *strategy : getStrategies())
      if (separator.empty() && strategy->takesEveryLayout())
        outs() << strategy->getName() << ", which unpacks it";
    outs() << '\n';
  }
  return 0;
}

int bitnet::listTargetsMain() {
  auto print = [](StringRef name, const TargetFacts &facts) {
    outs() << name << ':';
    for (auto [fact, value] : facts.list())
      outs() << ' ' << fact << '=' << value;
    outs() << '\n';
  };
  for (StringRef name : TargetFacts::names())
    print(name, *TargetFacts::named(name));
  if (Expected<TargetSpec> gpu = parseTarget(vulkanTargetName, "", ""))
    print(vulkanTargetName, gpu->facts());
  else
    consumeError(gpu.takeError());
  if (Expected<TargetSpec> native = parseTarget("native", "", ""))
    print(("native (" + native->facts().name() + ")").str(), native->facts());
  else
    consumeError(native.takeError());
  return 0;
}
