#include "compiler/Conversion/TernaryToThreads/Passes.h"
#include "compiler/Conversion/TernaryToThreads/ThreadLowering.h"
#include "compiler/Target/TargetFacts.h"
#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace bitnet {
#define GEN_PASS_DEF_TERNARYLOWERTOTHREADSPASS
#include "compiler/Conversion/TernaryToThreads/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

struct TernaryLowerToThreads
    : bitnet::impl::TernaryLowerToThreadsPassBase<TernaryLowerToThreads> {
  using TernaryLowerToThreadsPassBase::TernaryLowerToThreadsPassBase;

  void runOnOperation() override {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), target);
    if (!facts)
      return signalPassFailure();
    SmallVector<LinearOp> ops;
    getOperation().walk([&](LinearOp op) {
      if (op.isBufferForm())
        ops.push_back(op);
    });
    for (LinearOp op : ops) {
      if (!op.getLayout()) {
        op.emitOpError("is not packed, expected the result of ternary-pack");
        return signalPassFailure();
      }
      if (op.getGroup()) {
        op.emitOpError("has scales in groups, expected one a row on a GPU");
        return signalPassFailure();
      }
      for (unsigned i = 0, count = op.getOuts().size(); i < count; ++i)
        if (facts->warps && WarpLowering::matches(op))
          WarpLowering(op, i).run(facts->tiles);
        else
          UnitLowering(op, i).run();
      op.erase();
    }
  }
};

} // namespace
