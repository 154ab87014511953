#include "compiler/Conversion/TernaryToVector/Passes.h"
#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace bitnet {
#define GEN_PASS_DEF_TERNARYLOWERTOVECTORPASS
#include "compiler/Conversion/TernaryToVector/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// Lowers `op` if it is one of ours. Fails, with an error, where the target
/// cannot run it.
static LogicalResult lower(Operation *op, const TargetFacts &facts) {
  if (isa<LookupRowsOp>(op) && !facts.shuffleBytes())
    return op->emitOpError("needs a byte shuffle, which the target lacks; "
                           "strategy 'masked' runs on any target");
  bool known =
      llvm::TypeSwitch<Operation *, bool>(op)
          .Case([&](QuantizeOp op) { return lowerQuantize(op, facts), true; })
          .Case([&](RescaleOp op) { return lowerRescale(op, facts), true; })
          .Case(
              [&](MaskedRowsOp op) { return lowerMaskedRows(op, facts), true; })
          .Case(
              [&](CodeTablesOp op) { return lowerCodeTables(op, facts), true; })
          .Case(
              [&](LookupRowsOp op) { return lowerLookupRows(op, facts), true; })
          .Case(
              [&](TokenPanelOp op) { return lowerTokenPanel(op, facts), true; })
          .Case([&](TokenTablesOp op) {
            return lowerTokenTables(op, facts), true;
          })
          .Case([&](LookupTokensOp op) {
            return lowerLookupTokens(op, facts), true;
          })
          .Case([&](ClearOp op) { return lowerClear(op, facts), true; })
          .Case([&](WidenOp op) { return lowerWiden(op, facts), true; })
          .Case([&](TransposeSumsOp op) {
            return lowerTransposeSums(op, facts), true;
          })
          .Default(false);
  if (known)
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
