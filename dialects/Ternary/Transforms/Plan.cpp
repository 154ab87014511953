#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/Passes.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/StringExtras.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYPLANPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

struct TernaryPlan : ternary::impl::TernaryPlanPassBase<TernaryPlan> {
  using TernaryPlanPassBase::TernaryPlanPassBase;

  void runOnOperation() override {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), target);
    const KernelStrategy *chosen = facts ? findStrategy(*facts) : nullptr;
    if (!chosen)
      return signalPassFailure();
    WalkResult result = getOperation()->walk([&](LinearOp op) {
      if (!isa<TritType>(getElementTypeOrSelf(op.getWeights()[0])))
        return WalkResult::advance();
      return WalkResult(plan(op, *chosen, *facts));
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  /// The layout asked for, none for auto.
  std::optional<LayoutKind> asked;

  /// The layout asked for, if any. Fails, with an error, for an unknown one.
  LogicalResult findLayout() {
    asked = layout == "auto" ? std::nullopt : symbolizeLayoutKind(layout);
    if (asked || layout == "auto")
      return success();
    return getOperation()->emitError("unknown layout '")
           << layout << "', expected one of "
           << llvm::join(getLayoutNames(), ", ");
  }

  /// The strategy asked for, or the first one that the target can run with the
  /// layout asked for. Null, with an error, for an unknown one and one that the
  /// target cannot run.
  const KernelStrategy *findStrategy(const TargetFacts &facts) {
    if (failed(findLayout()))
      return nullptr;
    if (strategy == "auto") {
      std::string reason;
      for (const KernelStrategy *s : getStrategies()) {
        if (s->multiplies() && !anyArithmetic) {
          if (asked && s->takes(*asked))
            reason = "is of strategy '" + s->getName().str() +
                     "', which multiplies activations";
          continue;
        }
        std::string whyNot = this->whyNot(*s, asked, facts);
        if (whyNot.empty())
          return s;
        if (asked && s->takes(*asked))
          reason = whyNot;
      }
      assert(asked && "masked runs on any target");
      getOperation()->emitError("layout '") << layout << "' " << reason;
      return nullptr;
    }
    std::optional<Strategy> kind = symbolizeStrategy(strategy);
    if (!kind) {
      getOperation()->emitError("unknown strategy '")
          << strategy << "', expected one of "
          << llvm::join(getStrategyNames(), ", ");
      return nullptr;
    }
    const KernelStrategy &wanted = getStrategy(*kind);
    return succeeded(checkRuns(getOperation(), wanted, asked, facts)) ? &wanted
                                                                      : nullptr;
  }

  /// Why `facts` cannot run `strategy` on `layout`, empty where it can.
  static std::string whyNot(const KernelStrategy &strategy,
                            std::optional<LayoutKind> layout,
                            const TargetFacts &facts) {
    std::string whyNot = strategy.whyNot(facts);
    if (!whyNot.empty() || !layout)
      return whyNot;
    if (strategy.takes(*layout))
      return strategy.whyNotLayout(*layout, facts);
    return ("does not read layout '" + stringifyLayoutKind(*layout) + "'")
        .str();
  }

  LogicalResult checkRuns(Operation *at, const KernelStrategy &strategy,
                          std::optional<LayoutKind> layout,
                          const TargetFacts &facts) {
    std::string whyNot = this->whyNot(strategy, layout, facts);
    if (whyNot.empty())
      return success();
    return at->emitError("strategy '") << strategy.getName() << "' " << whyNot
                                       << "; 'masked' runs on any target";
  }

  /// What the op says by hand, where it fits together: a strategy, or a layout
  /// that stands for the first strategy that reads it; else `chosen`. Null,
  /// with an error, where it does not fit.
  const KernelStrategy *findStrategy(LinearOp op, const KernelStrategy &chosen,
                                     const TargetFacts &facts) {
    const KernelStrategy *strategy = &chosen;
    LayoutAttr layout = op.getLayoutAttr();
    if (std::optional<Strategy> own = op.getStrategy()) {
      strategy = &getStrategy(*own);
    } else if (layout && !chosen.takes(layout)) {
      const auto *reads =
          llvm::find_if(getStrategies(), [&](const KernelStrategy *s) {
            return s->takes(layout) && s->whyNot(facts).empty();
          });
      if (reads != getStrategies().end())
        strategy = *reads;
    }
    if (failed(checkRuns(op, *strategy, std::nullopt, facts)))
      return nullptr;
    if (layout && !strategy->takes(layout)) {
      op.emitError("strategy '")
          << strategy->getName() << "' does not read " << layout;
      return nullptr;
    }
    if (layout && failed(checkRuns(op, *strategy, layout.getKind(), facts)))
      return nullptr;
    return succeeded(checkTile(op, *strategy)) ? strategy : nullptr;
  }

  /// Entries of a tile that was written by hand are the strategy's.
  LogicalResult checkTile(LinearOp op, const KernelStrategy &strategy) {
    DictionaryAttr tile = op.getTileAttr();
    if (!tile)
      return success();
    for (NamedAttribute entry : tile) {
      bool known = llvm::any_of(
          strategy.getTileParameters(),
          [&](const TileParameter &p) { return p.name == entry.getName(); });
      if (!known)
        return op.emitError("strategy '")
               << strategy.getName() << "' has no tile entry '"
               << entry.getName().getValue() << "'";
      auto value = dyn_cast<IntegerAttr>(entry.getValue());
      if (!value || !value.getType().isInteger(64) || value.getInt() < 0)
        return op.emitError("has tile entry ")
               << entry.getName().getValue() << " = " << entry.getValue()
               << ", expected an i64 of at least 0";
    }
    return success();
  }

  LogicalResult plan(LinearOp op, const KernelStrategy &chosen,
                     const TargetFacts &facts) {
    const KernelStrategy *strategy = findStrategy(op, chosen, facts);
    if (!strategy)
      return failure();
    std::optional<LayoutKind> kind;
    if (LayoutAttr own = op.getLayoutAttr())
      kind = own.getKind();
    else if (asked && strategy->takes(*asked))
      kind = asked;
    KernelChoice choice = strategy->choose(op, facts, kind);
    Builder builder(op.getContext());
    if (!op.getLayout())
      op.setLayoutAttr(LayoutAttr::get(op.getContext(), choice.layout.kind,
                                       choice.layout.rows));
    bool byHand = op.getStrategy().has_value();
    op.setStrategy(strategy->getKind());
    SmallVector<int64_t> rows;
    for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i)
      rows.push_back(op.getN(i));
    op.setRowsOf(rows);
    NamedAttrList tile(op.getTileAttr());
    for (auto [name, value] : choice.tile)
      if (!tile.get(name))
        tile.set(name, builder.getI64IntegerAttr(value));
    op.setTileAttr(tile.getDictionary(op.getContext()));
    remark(op, *strategy, byHand);
    return success();
  }

  void remark(LinearOp op, const KernelStrategy &chosen, bool byHand) {
    StringRef because = byHand               ? "the op says so"
                        : strategy == "auto" ? chosen.getReason()
                                             : "asked for";
    auto remark = mlir::remark::passed(
        op.getLoc(),
        remark::RemarkOpts::name("TernaryPlan").category("ternary"));
    remark << remark::metric("Strategy", chosen.getName())
           << remark::metric("Layout",
                             stringifyLayoutKind(op.getLayout()->getKind()))
           << remark::metric("Because", because)
           << remark::metric("K", op.getK());
    for (NamedAttribute entry : op.getTileAttr())
      remark << remark::metric(entry.getName().getValue(),
                               cast<IntegerAttr>(entry.getValue()).getInt());
  }
};

} // namespace
