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

static LogicalResult tile(LinearOp op) {
  if (!op.getLayout() || !op.getStrategy())
    return op.emitOpError("has no plan, expected the result of ternary-plan "
                          "and ternary-pack");
  const KernelStrategy &strategy = getStrategy(*op.getStrategy());
  if (!strategy.takes(*op.getLayout())) {
    InFlightDiagnostic error = op.emitOpError("has ")
                               << op.getLayoutAttr() << ", expected ";
    llvm::interleave(
        strategy.getLayouts(),
        [&](BlockLayout layout) {
          error << LayoutAttr::get(op.getContext(), layout.kind, layout.rows);
        },
        [&] { error << " or "; });
    return error << " for strategy " << strategy.getName();
  }
  if (failed(verifyTile(op, strategy)))
    return failure();
  strategy.tile(op);
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
