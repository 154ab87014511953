#include "compiler/Conversion/TernaryToVector/Passes.h"
#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace bitnet {
#define GEN_PASS_DEF_TERNARYLOWERTOVECTORPASS
#include "compiler/Conversion/TernaryToVector/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// How one op becomes vector code.
struct Lowering {
  StringRef name;
  void (*lower)(Operation *op, const TargetFacts &facts);
  /// Why the target cannot run it, empty where it can; null: any target can.
  std::string (*whyNot)(const TargetFacts &facts) = nullptr;
};

} // namespace

template <typename Op, void (*lowerOp)(Op, const TargetFacts &)>
static Lowering lowering(std::string (*whyNot)(const TargetFacts &) = nullptr) {
  return {Op::getOperationName(),
          [](Operation *op, const TargetFacts &facts) {
            lowerOp(cast<Op>(op), facts);
          },
          whyNot};
}

template <Strategy strategy>
static std::string whyNot(const TargetFacts &facts) {
  return getStrategy(strategy).whyNot(facts);
}

template <LayoutKind layout>
static std::string whyNotOn(const TargetFacts &facts) {
  return getStrategy(Strategy::Lookup).whyNotLayout(layout, facts);
}

/// Every op that this pass lowers.
static const Lowering *findLowering(StringRef name) {
  static const Lowering lowerings[] = {
      lowering<QuantizeOp, lowerQuantize>(),
      lowering<RescaleOp, lowerRescale>(),
      lowering<MaskedRowsOp, lowerMaskedRows>(),
      lowering<CodeTablesOp, lowerCodeTables>(),
      lowering<LookupRowsOp, lowerLookupRows>(whyNot<Strategy::Lookup>),
      lowering<QuadTablesOp, lowerQuadTables>(whyNotOn<LayoutKind::Quads>),
      lowering<LookupQuadsOp, lowerLookupQuads>(whyNotOn<LayoutKind::Quads>),
      lowering<QuintTablesOp, lowerQuintTables>(whyNotOn<LayoutKind::Quints>),
      lowering<LookupQuintsOp, lowerLookupQuints>(whyNotOn<LayoutKind::Quints>),
      lowering<QuintsToPairsOp, lowerQuintsToPairs>(
          whyNotOn<LayoutKind::Quints>),
      lowering<TokenPanelOp, lowerTokenPanel>(),
      lowering<TokenTablesOp, lowerTokenTables>(),
      lowering<LookupTokensOp, lowerLookupTokens>(),
      lowering<ClearOp, lowerClear>(),
      lowering<CarryOp, lowerCarry>(),
      lowering<TransposeSumsOp, lowerTransposeSums>(),
      lowering<LookupRowGroupsOp, lowerLookupRowGroups>(
          whyNot<Strategy::Lookup>),
      lowering<AddRowGroupOp, lowerAddRowGroup>(),
      lowering<TokenScalesOp, lowerTokenScales>(),
      lowering<AddTokenGroupOp, lowerAddTokenGroup>(),
      lowering<TransposeTotalsOp, lowerTransposeTotals>(),
      lowering<WriteTotalsOp, lowerWriteTotals>(),
      lowering<CodeTotalsOp, lowerCodeTotals>(),
      lowering<DotRowsOp, lowerDotRows>(),
  };
  const Lowering *found = llvm::find_if(
      lowerings, [&](const Lowering &known) { return known.name == name; });
  return found == std::end(lowerings) ? nullptr : found;
}

/// Lowers `op` if it is one of ours. Fails, with an error, where the target
/// cannot run it.
static LogicalResult lower(Operation *op, const TargetFacts &facts) {
  const Lowering *lowering = findLowering(op->getName().getStringRef());
  if (!lowering)
    return success();
  if (lowering->whyNot)
    if (std::string reason = lowering->whyNot(facts); !reason.empty())
      return op->emitOpError(reason)
             << "; strategy 'masked' runs on any target";
  lowering->lower(op, facts);
  op->erase();
  return success();
}

namespace {

struct TernaryLowerToVector
    : bitnet::impl::TernaryLowerToVectorPassBase<TernaryLowerToVector> {
  using TernaryLowerToVectorPassBase::TernaryLowerToVectorPassBase;

  void runOnOperation() override {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), target);
    if (!facts)
      return signalPassFailure();
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      auto form = dyn_cast<rt::DestinationFormOpInterface>(op);
      if (isa_and_nonnull<TernaryDialect>(op->getDialect()) &&
          (!form || form.isBufferForm()))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      if (failed(lower(op, *facts)))
        return signalPassFailure();
  }
};

} // namespace
