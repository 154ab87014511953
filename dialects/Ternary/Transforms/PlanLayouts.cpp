#include "compiler/Target/TargetList.h"
#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/CostModel.h"
#include "dialects/Ternary/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <limits>

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYPLANLAYOUTSPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// Time of a kernel without figures, which loses against any with them.
static constexpr double unknownTime = std::numeric_limits<double>::infinity();

namespace {

/// A layout, and what each target makes of it.
struct LayoutOption {
  BlockLayout layout;
  /// Seconds of the target's best kernel; nullopt where it has none.
  SmallVector<std::optional<double>> times;

  bool runsEverywhere() const {
    return llvm::all_of(
        times, [](std::optional<double> time) { return time.has_value(); });
  }
};

/// One of the targets, and the time of all linears: alone, and with the layouts
/// that were chosen.
struct Target {
  std::string name;
  TargetFacts facts;
  bool fromMemory;
  double alone = 0, shared = 0;
};

struct TernaryPlanLayouts
    : ternary::impl::TernaryPlanLayoutsPassBase<TernaryPlanLayouts> {
  using TernaryPlanLayoutsPassBase::TernaryPlanLayoutsPassBase;

  void runOnOperation() override {
    if (failed(readTargets()) || failed(readOptions()))
      return signalPassFailure();
    WalkResult result = getOperation()->walk([&](LinearOp op) {
      if (!isa<TritType>(getElementTypeOrSelf(op.getWeights()[0])))
        return WalkResult::advance();
      return WalkResult(plan(op));
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    tellLosers();
  }

private:
  LogicalResult readTargets();
  LogicalResult readOptions();
  LogicalResult plan(LinearOp op);
  SmallVector<const KernelStrategy *> findStrategies(LinearOp op);
  SmallVector<LayoutOption>
  findOptions(LinearOp op, ArrayRef<const KernelStrategy *> strategies);
  LogicalResult explainNone(LinearOp op,
                            ArrayRef<const KernelStrategy *> strategies);
  void count(LinearOp op, ArrayRef<LayoutOption> options,
             const LayoutOption &best);
  void tellLosers();

  SmallVector<Target> all;
  const KernelStrategy *asked = nullptr;
  std::optional<LayoutKind> askedLayout;
};

} // namespace

/// Why `facts` cannot run `strategy` on `layout`; empty where it can.
static std::string whyNotOn(const KernelStrategy &strategy, LayoutKind layout,
                            const TargetFacts &facts) {
  std::string whyNot = strategy.whyNot(facts);
  return whyNot.empty() ? strategy.whyNotLayout(layout, facts) : whyNot;
}

LogicalResult TernaryPlanLayouts::readTargets() {
  all.clear();
  SmallVector<ListedTarget> listed = readTargetList(getOperation());
  if (!targets.empty())
    listed.clear();
  for (const std::string &name : targets) {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), name);
    if (!facts)
      return failure();
    listed.push_back({name, *facts});
  }
  if (listed.empty())
    return getOperation().emitError("has no targets, expected the attribute ")
           << targetListAttrName << " or the option 'targets'";
  for (const ListedTarget &target : listed)
    all.push_back({target.name, target.facts,
                   areWeightsInMemory(getOperation(), target.facts)});
  return success();
}

LogicalResult TernaryPlanLayouts::readOptions() {
  asked = nullptr;
  askedLayout = layout == "auto" ? std::nullopt : symbolizeLayoutKind(layout);
  if (!askedLayout && layout != "auto")
    return getOperation().emitError("unknown layout '")
           << layout << "', expected one of "
           << llvm::join(getLayoutNames(), ", ");
  if (strategy == "auto")
    return success();
  std::optional<Strategy> kind = symbolizeStrategy(strategy);
  if (!kind)
    return getOperation().emitError("unknown strategy '")
           << strategy << "', expected one of "
           << llvm::join(getStrategyNames(), ", ");
  asked = &getStrategy(*kind);
  return success();
}

/// What may compute `op`, on whatever target.
SmallVector<const KernelStrategy *>
TernaryPlanLayouts::findStrategies(LinearOp op) {
  if (op.getStrategy())
    return {&getStrategy(*op.getStrategy())};
  if (asked)
    return {asked};
  SmallVector<const KernelStrategy *> strategies;
  for (const KernelStrategy *strategy : getStrategies())
    // A layout that was written by hand stands for what reads it.
    if (op.getLayout() || anyArithmetic || !strategy->multiplies())
      strategies.push_back(strategy);
  return strategies;
}

/// Seconds of the best kernel of `target` that reads `layout`; nullopt where
/// there is none.
static std::optional<double>
findTime(LinearOp op, BlockLayout layout, const Target &target,
         ArrayRef<const KernelStrategy *> strategies) {
  std::optional<double> best;
  auto attr = LayoutAttr::get(op.getContext(), layout.kind, layout.rows);
  const KernelStrategy *wanted =
      strategies.size() == 1 ? strategies.front() : nullptr;
  for (const KernelStrategy *strategy : strategies) {
    bool reads = strategy->lists(layout.kind)
                     ? strategy->lists(attr)
                     : mayTake(*strategy, layout.kind, wanted);
    if (!reads || !whyNotOn(*strategy, layout.kind, target.facts).empty() ||
        (op.getGroup() && !strategy->takesGroups(layout.kind)))
      continue;
    KernelChoice choice = strategy->choose(op, target.facts, layout.kind);
    choice.layout = layout;
    std::optional<Estimate> figures =
        estimate(*strategy, choice, LinearShape::of(op), target.facts,
                 target.fromMemory);
    double time = figures ? figures->total : unknownTime;
    best = std::min(best.value_or(unknownTime), time);
  }
  return best;
}

/// The layouts that a target would choose, those of the best target first.
SmallVector<LayoutOption>
TernaryPlanLayouts::findOptions(LinearOp op,
                                ArrayRef<const KernelStrategy *> strategies) {
  SmallVector<LayoutOption> options;
  auto add = [&](BlockLayout layout) {
    bool known = llvm::any_of(options, [&](const LayoutOption &option) {
      return option.layout.kind == layout.kind &&
             option.layout.rows == layout.rows;
    });
    if (known || (askedLayout && layout.kind != *askedLayout))
      return;
    LayoutOption option{layout, {}};
    for (const Target &target : all)
      option.times.push_back(findTime(op, layout, target, strategies));
    options.push_back(std::move(option));
  };
  if (LayoutAttr own = op.getLayoutAttr()) {
    LayoutOption option{{own.getKind(), own.getRows()}, {}};
    for (const Target &target : all)
      option.times.push_back(findTime(op, option.layout, target, strategies));
    return {option};
  }
  for (const Target &target : llvm::reverse(all))
    for (const KernelStrategy *strategy : strategies) {
      for (BlockLayout known : strategy->getLayouts())
        if (whyNotOn(*strategy, known.kind, target.facts).empty())
          add(strategy->choose(op, target.facts, known.kind).layout);
      if (askedLayout && !strategy->lists(*askedLayout) &&
          mayTake(*strategy, *askedLayout, asked))
        add(strategy->choose(op, target.facts, *askedLayout).layout);
    }
  return options;
}

/// An error that names a target and why it reads no layout that all others
/// read.
LogicalResult
TernaryPlanLayouts::explainNone(LinearOp op,
                                ArrayRef<const KernelStrategy *> strategies) {
  InFlightDiagnostic error = op.emitError("no layout");
  if (askedLayout)
    error << " '" << layout << "'";
  error << " has kernels for every target";
  if (askedLayout && strategies.size() == 1 &&
      !strategies.front()->takes(*askedLayout))
    return error << ": '" << strategies.front()->getName()
                 << "' does not read it";
  for (const Target &target : all)
    for (const KernelStrategy *strategy : strategies)
      for (BlockLayout known : strategy->getLayouts()) {
        if (askedLayout ? known.kind != *askedLayout
                        : known.kind != strategy->getLayouts().front().kind)
          continue;
        std::string whyNot = whyNotOn(*strategy, known.kind, target.facts);
        if (whyNot.empty())
          continue;
        return error << ": '" << strategy->getName() << "' on " << target.name
                     << " " << whyNot;
      }
  return error;
}

/// `time` against the least, 1 where nothing is known of either.
static double getRatio(double time, double least) {
  return time == least ? 1 : time / least;
}

/// The least time of target `i`.
static double getLeast(ArrayRef<LayoutOption> options, size_t i) {
  double least = unknownTime;
  for (const LayoutOption &option : options)
    least = std::min(least, option.times[i].value_or(unknownTime));
  return least;
}

static double getScore(ArrayRef<LayoutOption> options,
                       const LayoutOption &option) {
  double score = 0;
  for (auto [i, time] : llvm::enumerate(option.times))
    score += getRatio(*time, getLeast(options, i));
  return score;
}

LogicalResult TernaryPlanLayouts::plan(LinearOp op) {
  SmallVector<const KernelStrategy *> strategies = findStrategies(op);
  SmallVector<LayoutOption> options = findOptions(op, strategies);
  const LayoutOption *best = nullptr;
  for (const LayoutOption &option : options)
    if (option.runsEverywhere() &&
        (!best || getScore(options, option) < getScore(options, *best)))
      best = &option;
  if (!best)
    return explainNone(op, strategies);
  LinearShape shape = LinearShape::of(op);
  op.setLayoutAttr(
      LayoutAttr::get(op.getContext(), best->layout.kind, best->layout.rows));
  op.setRowsOf(shape.rows);
  count(op, options, *best);
  return success();
}

/// How often the op runs: once for each layer of its weights.
static int64_t getLayers(LinearOp op) {
  auto get = op.getWeights()[0].getDefiningOp<rt::GetGlobalOp>();
  auto global = get ? SymbolTable::lookupNearestSymbolFrom<rt::GlobalOp>(
                          get, get.getGlobalAttr())
                    : rt::GlobalOp();
  return global ? global.getValues().size() : 1;
}

/// Adds what each target loses, and says it.
void TernaryPlanLayouts::count(LinearOp op, ArrayRef<LayoutOption> options,
                               const LayoutOption &best) {
  auto remark = mlir::remark::passed(
      op.getLoc(),
      remark::RemarkOpts::name("TernaryPlanLayouts").category("ternary"));
  remark << remark::metric("Layout", stringifyLayoutKind(best.layout.kind))
         << remark::metric("Rows", best.layout.rows)
         << remark::metric("K", op.getK());
  int64_t layers = getLayers(op);
  for (auto [i, target] : llvm::enumerate(all)) {
    double least = getLeast(options, i), time = *best.times[i];
    remark << remark::metric(target.name,
                             llvm::formatv("{0:f0} % slower than alone",
                                           100 * (getRatio(time, least) - 1))
                                 .str());
    if (least == unknownTime || time == unknownTime)
      continue;
    target.alone += layers * least;
    target.shared += layers * time;
  }
}

void TernaryPlanLayouts::tellLosers() {
  for (const Target &target : all) {
    if (target.shared < 1.25 * target.alone || target.alone == 0)
      continue;
    Location loc = getOperation().getLoc();
    InFlightDiagnostic message =
        target.shared < 1.5 * target.alone ? emitRemark(loc) : emitWarning(loc);
    message << "linear layers on " << target.name << " are predicted to take "
            << llvm::formatv("{0:f1}", target.shared / target.alone).str()
            << " times as long as in code for that target alone: they have "
               "layouts that every target of the list reads";
  }
}
