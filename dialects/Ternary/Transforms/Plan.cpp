#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/CostModel.h"
#include "dialects/Ternary/Transforms/Passes.h"
#include "dialects/Ternary/Transforms/Schedule.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <functional>

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYPLANPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// One way to compute a linear, and what the figures say about it.
struct Candidate {
  const KernelStrategy *strategy;
  KernelChoice choice;
  std::optional<Estimate> estimate;

  std::string describe() const {
    return (strategy->getName() + " on " +
            stringifyLayoutKind(choice.layout.kind))
        .str();
  }
};

struct TernaryPlan : ternary::impl::TernaryPlanPassBase<TernaryPlan> {
  using TernaryPlanPassBase::TernaryPlanPassBase;

  void runOnOperation() override {
    std::optional<TargetFacts> chosen =
        TargetFacts::choose(getOperation(), target);
    if (!chosen)
      return signalPassFailure();
    facts = *chosen;
    if (failed(readOptions()))
      return signalPassFailure();
    fromMemory = areWeightsInMemory(getOperation(), facts);
    WalkResult result = getOperation()->walk([&](LinearOp op) {
      bool packed = !isa<TritType>(getElementTypeOrSelf(op.getWeights()[0]));
      // Packed ones are planned, but where their layout serves several targets.
      if (packed && (!givenLayouts || op.getStrategy()))
        return WalkResult::advance();
      return WalkResult(plan(op));
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  LogicalResult readOptions();
  LogicalResult readSchedule();
  LogicalResult plan(LinearOp op);
  void applySchedule(LinearOp op);
  FailureOr<const KernelStrategy *> findWanted(LinearOp op);
  SmallVector<Candidate> findCandidates(LinearOp op,
                                        const KernelStrategy *wanted);
  void setTile(LinearOp op, KernelStrategy const &strategy,
               KernelChoice &choice);
  void remark(LinearOp op, ArrayRef<Candidate> candidates, StringRef because);

  LogicalResult checkRuns(Operation *at, const KernelStrategy &strategy,
                          std::optional<LayoutKind> layout);
  LogicalResult checkLayout();
  /// Whether `auto` may take it.
  bool isAllowed(const KernelStrategy &strategy) const {
    return anyArithmetic || !strategy.multiplies();
  }

  TargetFacts facts;
  /// What the options ask for; null and none for auto.
  const KernelStrategy *asked = nullptr;
  std::optional<LayoutKind> askedLayout;
  std::optional<Schedule> schedule;
  bool fromMemory = false;
};

} // namespace

/// Why `facts` cannot run `strategy` on `layout`, empty where it can.
static std::string whyNotOn(const KernelStrategy &strategy,
                            std::optional<LayoutKind> layout,
                            const TargetFacts &facts) {
  std::string whyNot = strategy.whyNot(facts);
  if (!whyNot.empty() || !layout)
    return whyNot;
  if (strategy.takes(*layout))
    return strategy.whyNotLayout(*layout, facts);
  return ("does not read layout '" + stringifyLayoutKind(*layout) + "'").str();
}

LogicalResult TernaryPlan::checkRuns(Operation *at,
                                     const KernelStrategy &strategy,
                                     std::optional<LayoutKind> layout) {
  std::string whyNot = whyNotOn(strategy, layout, facts);
  if (whyNot.empty())
    return success();
  return at->emitError("strategy '") << strategy.getName() << "' " << whyNot
                                     << "; 'masked' runs on any target";
}

/// A layout that is asked for needs a strategy that is allowed and runs.
LogicalResult TernaryPlan::checkLayout() {
  std::string reason = "is read by no strategy";
  for (const KernelStrategy *candidate : getStrategies()) {
    if (!mayTake(*candidate, *askedLayout, nullptr))
      continue;
    reason = isAllowed(*candidate)
                 ? whyNotOn(*candidate, askedLayout, facts)
                 : "is of strategy '" + candidate->getName().str() +
                       "', which multiplies activations";
    if (reason.empty())
      return success();
  }
  return getOperation()->emitError("layout '") << layout << "' " << reason;
}

LogicalResult TernaryPlan::readOptions() {
  askedLayout = layout == "auto" ? std::nullopt : symbolizeLayoutKind(layout);
  if (!askedLayout && layout != "auto")
    return getOperation()->emitError("unknown layout '")
           << layout << "', expected one of "
           << llvm::join(getLayoutNames(), ", ");
  if (strategy != "auto") {
    std::optional<Strategy> kind = symbolizeStrategy(strategy);
    if (!kind)
      return getOperation()->emitError("unknown strategy '")
             << strategy << "', expected one of "
             << llvm::join(getStrategyNames(), ", ");
    asked = &getStrategy(*kind);
    if (failed(checkRuns(getOperation(), *asked, askedLayout)))
      return failure();
  } else if (askedLayout && failed(checkLayout())) {
    return failure();
  }
  return scheduleFile.empty() ? success() : readSchedule();
}

LogicalResult TernaryPlan::readSchedule() {
  Location place = FileLineColLoc::get(&getContext(), scheduleFile, 0, 0);
  llvm::Expected<Schedule> read = Schedule::read(scheduleFile);
  if (!read)
    return emitError(place, llvm::toString(read.takeError()));
  if (read->target != facts.name())
    return emitError(place, "schedule is for target '")
           << read->target << "', expected '" << facts.name() << "'";
  schedule = std::move(*read);
  return success();
}

/// What the schedule says about an op that says nothing by hand.
void TernaryPlan::applySchedule(LinearOp op) {
  LinearShape shape = LinearShape::of(op);
  if (const ScheduleEntry *entry = schedule->find(shape))
    return entry->apply(op);
  InFlightDiagnostic warning = op.emitWarning("schedule '")
                               << scheduleFile << "' has no linear of [";
  llvm::interleaveComma(shape.rows, warning);
  warning << "] rows and " << shape.k
          << " terms, its kernel is chosen by the cost model";
}

/// The strategy that an op or the option wants; null where any will do.
FailureOr<const KernelStrategy *> TernaryPlan::findWanted(LinearOp op) {
  const KernelStrategy *wanted = asked;
  if (std::optional<Strategy> own = op.getStrategy()) {
    wanted = &getStrategy(*own);
    if (failed(checkRuns(op, *wanted, std::nullopt)))
      return failure();
  }
  LayoutAttr layout = op.getLayoutAttr();
  if (wanted && layout && !wanted->takes(layout)) {
    op.emitError("strategy '")
        << wanted->getName() << "' does not read " << layout;
    return failure();
  }
  if (wanted && layout && failed(checkRuns(op, *wanted, layout.getKind())))
    return failure();
  return wanted;
}

/// Entries of the op's tile stand, the figures say from how many tokens on a
/// padded tile is worth it, and the strategy says the rest.
void TernaryPlan::setTile(LinearOp op, const KernelStrategy &strategy,
                          KernelChoice &choice) {
  std::optional<int64_t> least =
      getLeastTile(strategy, choice.layout.kind, LinearShape::of(op), facts);
  DictionaryAttr own = op.getTileAttr();
  for (auto &[name, value] : choice.tile) {
    if (name == "min_tokens" && least)
      value = *least;
    if (auto attr = own ? own.getAs<IntegerAttr>(name) : IntegerAttr())
      value = attr.getInt();
  }
  if (!own)
    return;
  for (NamedAttribute entry : own)
    if (auto value = dyn_cast<IntegerAttr>(entry.getValue());
        value && !llvm::is_contained(llvm::make_first_range(choice.tile),
                                     entry.getName().getValue()))
      choice.tile.emplace_back(entry.getName().getValue(), value.getInt());
}

/// The layouts that a strategy reads, each kind once: those that it lists, and
/// one that was asked for.
static SmallVector<LayoutKind> getKinds(const KernelStrategy &strategy,
                                        std::optional<LayoutKind> asked,
                                        const KernelStrategy *wanted) {
  SmallVector<LayoutKind> kinds;
  if (asked && !strategy.lists(*asked) && mayTake(strategy, *asked, wanted))
    kinds.push_back(*asked);
  for (BlockLayout layout : strategy.getLayouts())
    if (!llvm::is_contained(kinds, layout.kind))
      kinds.push_back(layout.kind);
  return kinds;
}

SmallVector<Candidate>
TernaryPlan::findCandidates(LinearOp op, const KernelStrategy *wanted) {
  SmallVector<Candidate> candidates;
  LayoutAttr own = op.getLayoutAttr();
  auto consider = [&](const KernelStrategy &strategy, LayoutKind kind) {
    if (!whyNotOn(strategy, kind, facts).empty() ||
        (op.getGroup() && !strategy.takesGroups(kind)) ||
        (own && own.getKind() != kind) ||
        (!own && askedLayout && kind != *askedLayout))
      return;
    Candidate candidate{&strategy, strategy.choose(op, facts, kind),
                        std::nullopt};
    if (own)
      candidate.choice.layout = {own.getKind(), own.getRows()};
    setTile(op, strategy, candidate.choice);
    candidate.estimate = estimate(strategy, candidate.choice,
                                  LinearShape::of(op), facts, fromMemory);
    candidates.push_back(std::move(candidate));
  };
  for (const KernelStrategy *strategy : getStrategies()) {
    // A layout that was written by hand stands for what reads it.
    if (wanted ? strategy != wanted : !own && !isAllowed(*strategy))
      continue;
    if (own && !strategy->takes(own))
      continue;
    std::optional<LayoutKind> kind =
        own ? std::optional(own.getKind()) : askedLayout;
    for (LayoutKind known : getKinds(*strategy, kind, wanted))
      consider(*strategy, known);
  }
  // There a layout says nothing of what may read it.
  auto allowed = [&](const Candidate &c) { return isAllowed(*c.strategy); };
  if (givenLayouts && !wanted && llvm::any_of(candidates, allowed))
    llvm::erase_if(candidates, std::not_fn(allowed));
  // Those without figures go last, in the order of the list.
  llvm::stable_sort(candidates, [](const Candidate &a, const Candidate &b) {
    double infinite = std::numeric_limits<double>::infinity();
    return (a.estimate ? a.estimate->total : infinite) <
           (b.estimate ? b.estimate->total : infinite);
  });
  return candidates;
}

/// Why the first candidate is the best, where the figures decide.
static StringRef explain(ArrayRef<Candidate> candidates, LinearOp op) {
  const Candidate &best = candidates.front();
  if (candidates.size() == 1 || !best.estimate || !candidates[1].estimate)
    return best.strategy->getReason();
  LinearShape shape = LinearShape::of(op);
  bool isSmaller = getPackedBytes(shape, best.choice.layout) <
                   getPackedBytes(shape, candidates[1].choice.layout);
  return isSmaller && candidates[1].estimate->memoryBound
             ? "it reads the fewest bytes"
             : "it takes the fewest cycles";
}

LogicalResult TernaryPlan::plan(LinearOp op) {
  bool given = givenLayouts && op.getLayout() && !op.getStrategy();
  bool byHand = op.getStrategy() || op.getLayout() || op.getTileAttr();
  // Schedules are made of linears with one scale a row.
  if (schedule && !byHand && !op.getGroup())
    applySchedule(op);
  bool scheduled = !byHand && op.getStrategy();
  if (scheduled && !isAllowed(getStrategy(*op.getStrategy())))
    return op.emitError("schedule '")
           << scheduleFile << "' names strategy '"
           << stringifyStrategy(*op.getStrategy())
           << "', which multiplies activations, expected one that only adds";
  FailureOr<const KernelStrategy *> wanted = findWanted(op);
  if (failed(wanted))
    return failure();
  SmallVector<Candidate> candidates = findCandidates(op, *wanted);
  if (candidates.empty() && op.getGroup())
    return op.emitError("no strategy that may be taken has kernels for scales "
                        "in groups of ")
           << *op.getGroup()
           << " terms, expected 'lookup' on pairs, 'dot' on "
              "rows4 or 'masked'";
  if (candidates.empty())
    return op.emitError("no strategy that the target runs reads ")
           << op.getLayoutAttr();
  const Candidate &best = candidates.front();
  if (failed(verifyTile(op, *best.strategy)))
    return failure();
  StringRef because = given       ? "every target reads its layout"
                      : byHand    ? "the op says so"
                      : scheduled ? "the schedule says so"
                      : asked     ? "asked for"
                                  : explain(candidates, op);
  Builder builder(op.getContext());
  op.setLayoutAttr(LayoutAttr::get(op.getContext(), best.choice.layout.kind,
                                   best.choice.layout.rows));
  op.setStrategy(best.strategy->getKind());
  op.setRowsOf(LinearShape::of(op).rows);
  SmallVector<NamedAttribute> tile;
  for (auto [name, value] : best.choice.tile)
    tile.push_back(
        builder.getNamedAttr(name, builder.getI64IntegerAttr(value)));
  op.setTileAttr(builder.getDictionaryAttr(tile));
  remark(op, candidates, because);
  return success();
}

void TernaryPlan::remark(LinearOp op, ArrayRef<Candidate> candidates,
                         StringRef because) {
  const Candidate &best = candidates.front();
  auto remark = mlir::remark::passed(
      op.getLoc(), remark::RemarkOpts::name("TernaryPlan").category("ternary"));
  remark << remark::metric("Strategy", best.strategy->getName())
         << remark::metric("Layout",
                           stringifyLayoutKind(best.choice.layout.kind))
         << remark::metric("Because", because)
         << remark::metric("K", op.getK());
  for (auto [name, value] : best.choice.tile)
    remark << remark::metric(name, value);
  if (!best.estimate)
    return;
  std::string predicted;
  for (auto [tokens, seconds] :
       llvm::zip_equal(getTokenClasses(), best.estimate->seconds))
    predicted += (predicted.empty() ? "" : ", ") +
                 std::to_string(tokens.tokens) + ": " +
                 llvm::formatv("{0:f1}", seconds * 1e6).str();
  remark << remark::metric("PredictedMicroseconds", predicted);
  if (candidates.size() < 2 || !candidates[1].estimate)
    return;
  double slower = candidates[1].estimate->total / best.estimate->total - 1;
  remark << remark::metric("RunnerUp", candidates[1].describe())
         << remark::metric("RunnerUpSlower",
                           llvm::formatv("{0:f0} %", 100 * slower).str());
}
