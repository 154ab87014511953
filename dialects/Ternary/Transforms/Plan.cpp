#include "compiler/Target/TargetFacts.h"
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
    getOperation()->walk([&](LinearOp op) {
      if (!op.getLayout())
        plan(op, *chosen, *facts);
    });
  }

private:
  /// The strategy asked for, or the first one that the target can run. Null,
  /// with an error, for an unknown one and one that the target cannot run.
  const KernelStrategy *findStrategy(const TargetFacts &facts) {
    if (strategy == "auto") {
      const auto *first =
          llvm::find_if(getStrategies(), [&](const KernelStrategy *s) {
            return s->whyNot(facts).empty();
          });
      assert(first != getStrategies().end() && "masked runs on any target");
      return *first;
    }
    std::optional<Strategy> kind = symbolizeStrategy(strategy);
    if (!kind) {
      getOperation()->emitError("unknown strategy '")
          << strategy << "', expected one of "
          << llvm::join(getStrategyNames(), ", ");
      return nullptr;
    }
    const KernelStrategy &asked = getStrategy(*kind);
    std::string whyNot = asked.whyNot(facts);
    if (whyNot.empty())
      return &asked;
    getOperation()->emitError("strategy '")
        << strategy << "' " << whyNot << "; 'masked' runs on any target";
    return nullptr;
  }

  void plan(LinearOp op, const KernelStrategy &chosen,
            const TargetFacts &facts) {
    KernelChoice choice = chosen.choose(op, facts);
    Builder builder(op.getContext());
    op.setLayoutAttr(LayoutAttr::get(op.getContext(), choice.layout.kind,
                                     choice.layout.rows));
    op.setStrategy(chosen.getKind());
    SmallVector<int64_t> rows;
    for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i)
      rows.push_back(op.getN(i));
    op.setRowsOf(rows);
    SmallVector<NamedAttribute> tile;
    for (auto [name, value] : choice.tile)
      tile.push_back(
          builder.getNamedAttr(name, builder.getI64IntegerAttr(value)));
    op.setTileAttr(builder.getDictionaryAttr(tile));
    remark(op, chosen, choice);
  }

  void remark(LinearOp op, const KernelStrategy &chosen,
              const KernelChoice &choice) {
    auto remark = mlir::remark::passed(
        op.getLoc(),
        remark::RemarkOpts::name("TernaryPlan").category("ternary"));
    remark << remark::metric("Strategy", chosen.getName())
           << remark::metric("Layout", stringifyLayoutKind(choice.layout.kind))
           << remark::metric("Because", strategy == "auto" ? chosen.getReason()
                                                           : "asked for")
           << remark::metric("K", op.getK());
    for (auto [name, value] : choice.tile)
      remark << remark::metric(name, value);
  }
};

} // namespace
