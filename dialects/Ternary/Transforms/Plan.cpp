#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYPLANPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// What the plan says about one linear, with the reason for its remark.
struct Choice {
  Strategy strategy;
  LayoutKind layout;
  int64_t tokens = 0, minTokens = 0, groups = 0, passRows = 0, rowBlocks = 1;
  StringRef reason;
};

struct TernaryPlan : ternary::impl::TernaryPlanPassBase<TernaryPlan> {
  using TernaryPlanPassBase::TernaryPlanPassBase;

  void runOnOperation() override {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), target);
    if (!facts || failed(checkStrategy(*facts)))
      return signalPassFailure();
    getOperation()->walk([&](LinearOp op) {
      if (!op.getLayout())
        plan(op, *facts);
    });
  }

private:
  /// Refuses an unknown strategy and one that the target cannot run.
  LogicalResult checkStrategy(const TargetFacts &facts) {
    if (strategy != "auto" && !symbolizeStrategy(strategy))
      return getOperation()->emitError("unknown strategy '")
             << strategy << "', expected auto, masked or lookup";
    if (strategy == "lookup" && !facts.shuffleBytes())
      return getOperation()->emitError(
          "strategy 'lookup' needs byte shuffles (ssse3), which the target "
          "lacks; 'masked' runs on any target");
    return success();
  }

  Choice choose(LinearOp op, const TargetFacts &facts) {
    bool lookup =
        strategy == "auto" ? facts.shuffleBytes() != 0 : strategy == "lookup";
    if (!lookup) {
      Choice choice{Strategy::Masked, LayoutKind::Planes};
      choice.reason =
          strategy == "auto" ? "the target has no byte shuffle" : "asked for";
      return choice;
    }
    Choice choice{Strategy::Lookup, LayoutKind::Pairs};
    choice.reason =
        strategy == "auto" ? "the target shuffles bytes" : "asked for";
    // A lane holds one token as i16.
    choice.tokens = facts.vectorBits / 16;
    // Measured: a tile costs as much as 24 of 32 tokens by rows with AVX-512,
    // as 8 of 16 with AVX2.
    choice.minTokens = choice.tokens * (facts.avx512bw ? 3 : 2) / 4;
    // Two blocks share the loads of the tables where registers last.
    choice.rowBlocks = facts.vectorRegisters >= 32 ? 2 : 1;
    // 81 vectors for each group of 4 terms, for as long as they fit in L1.
    int64_t tableBytes = 81 * facts.vectorBits / 8;
    choice.groups = std::clamp<int64_t>(facts.l1Bytes / tableBytes, 1, 12);
    // i16 and i32 sums of a pass take half of L2.
    int64_t rowBytes = choice.tokens * (2 + 4);
    choice.passRows =
        std::clamp<int64_t>(facts.l2Bytes / 2 / rowBytes / 64, 1, 16) * 64;
    return choice;
  }

  void plan(LinearOp op, const TargetFacts &facts) {
    Choice choice = choose(op, facts);
    Builder builder(op.getContext());
    // Lanes of one code word: every kernel takes blocks of 64 rows.
    op.setLayoutAttr(LayoutAttr::get(op.getContext(), choice.layout, 64));
    op.setStrategy(choice.strategy);
    SmallVector<int64_t> rows;
    for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i)
      rows.push_back(op.getN(i));
    op.setRowsOf(rows);
    SmallVector<NamedAttribute> tile;
    auto add = [&](StringRef name, int64_t value) {
      tile.push_back(
          builder.getNamedAttr(name, builder.getI64IntegerAttr(value)));
    };
    add("tokens", choice.tokens);
    add("min_tokens", choice.minTokens);
    add("groups", choice.groups);
    add("pass_rows", choice.passRows);
    add("row_blocks", choice.rowBlocks);
    op.setTileAttr(builder.getDictionaryAttr(tile));
    remark::passed(op.getLoc(),
                   remark::RemarkOpts::name("TernaryPlan").category("ternary"))
        << remark::metric("Strategy", stringifyStrategy(choice.strategy))
        << remark::metric("Layout", stringifyLayoutKind(choice.layout))
        << remark::metric("Because", choice.reason)
        << remark::metric("K", op.getK())
        << remark::metric("Tokens", choice.tokens);
  }
};

} // namespace
