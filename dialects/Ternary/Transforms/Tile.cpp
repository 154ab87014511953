#include "dialects/Ternary/Transforms/LoweringUtils.h"
#include "dialects/Ternary/Transforms/Passes.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/STLExtras.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYTILEPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// The certificate looks at regions by their names: a strategy must not make
/// others, between `before` and the linear `op`. Marks those that it looks at
/// in any case.
static LogicalResult checkRegions(Operation *before, LinearOp op,
                                  const KernelStrategy &strategy) {
  Operation *made = before ? before->getNextNode() : &op->getBlock()->front();
  for (; made != op.getOperation(); made = made->getNextNode()) {
    WalkResult result = made->walk([&](rt::ParallelOp region) {
      StringRef name = region.getKernel().value_or("");
      if (name.starts_with(linearPrefix) || name.starts_with(unpackPrefix)) {
        if (needsProof(*op.getStrategy()))
          region->setDiscardableAttr(proofMark, UnitAttr::get(op.getContext()));
        return WalkResult::advance();
      }
      op.emitError("strategy '")
          << strategy.getName() << "' makes a region '" << name
          << "', expected a name that begins with " << linearPrefix << " or "
          << unpackPrefix;
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return failure();
  }
  return success();
}

static LogicalResult tile(LinearOp op) {
  if (!op.getLayout() || !op.getStrategy())
    return op.emitOpError("has no plan, expected the result of ternary-plan "
                          "and ternary-pack");
  const KernelStrategy &strategy = getStrategy(*op.getStrategy());
  auto isTiled = [&](BlockLayout layout) {
    return !strategy.isForWarps(layout.kind);
  };
  if (!strategy.takes(*op.getLayout()) ||
      strategy.isForWarps(op.getLayout()->getKind())) {
    InFlightDiagnostic error = op.emitOpError("has ")
                               << op.getLayoutAttr() << ", expected ";
    llvm::interleave(
        llvm::make_filter_range(strategy.getLayouts(), isTiled),
        [&](BlockLayout layout) {
          error << LayoutAttr::get(op.getContext(), layout.kind, layout.rows);
        },
        [&] { error << " or "; });
    return error << " for strategy " << strategy.getName();
  }
  if (op.getGroup() && !strategy.takesGroups(op.getLayout()->getKind()))
    return op.emitOpError("has scales in groups, which strategy ")
           << strategy.getName() << " does not compute on "
           << op.getLayoutAttr();
  if (failed(verifyTile(op, strategy)))
    return failure();
  Operation *before = op->getPrevNode();
  strategy.tile(op);
  if (failed(checkRegions(before, op, strategy)))
    return failure();
  op.erase();
  return success();
}

namespace {

struct TernaryTile : ternary::impl::TernaryTilePassBase<TernaryTile> {
  void runOnOperation() override {
    SmallVector<LinearOp> linears;
    getOperation()->walk([&](LinearOp op) {
      if (op.isBufferForm())
        linears.push_back(op);
    });
    for (LinearOp op : linears)
      if (failed(tile(op)))
        return signalPassFailure();
  }
};

} // namespace
