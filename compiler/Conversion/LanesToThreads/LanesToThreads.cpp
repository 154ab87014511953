#include "compiler/Conversion/KernelToGPU/CheckKernel.h"
#include "compiler/Conversion/LanesToThreads/LaneEmitter.h"
#include "compiler/Conversion/LanesToThreads/Passes.h"

#include "dialects/Device/IR/DeviceOps.h"

#include "mlir/IR/Remarks.h"

namespace bitnet {
#define GEN_PASS_DEF_LANESTOTHREADSPASS
#include "compiler/Conversion/LanesToThreads/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

static bool hasVectors(func::FuncOp function) {
  return function
      .walk([](Operation *op) {
        return llvm::any_of(op->getResultTypes(), llvm::IsaPred<VectorType>)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Sixteen threads for each part of `function`, or a remark that says why not.
static LogicalResult convert(func::FuncOp function) {
  LaneEmitter emitter(function);
  if (succeeded(emitter.run()))
    return success();
  Operation *obstacle = emitter.getObstacle();
  StringRef what = obstacle ? obstacle->getName().getStringRef()
                            : StringRef("several blocks");
  remark::missed(obstacle ? obstacle->getLoc() : function.getLoc(),
                 remark::RemarkOpts::name("LanesToThreads").category("device"))
      << remark::metric("Kernel", function.getSymName())
      << remark::metric("Threads", 1) << remark::metric("Because", what);
  return failure();
}

namespace {
struct LanesToThreads : bitnet::impl::LanesToThreadsPassBase<LanesToThreads> {
  using LanesToThreadsPassBase::LanesToThreadsPassBase;

  void runOnOperation() override {
    llvm::MapVector<StringAttr, SmallVector<rt::ForkOp>> forks;
    getOperation().walk([&](rt::ForkOp op) {
      if (device::getLanes(op) == 1)
        forks[op.getCalleeAttr().getAttr()].push_back(op);
    });
    Builder builder(&getContext());
    for (auto &[name, uses] : forks) {
      auto function = getOperation().lookupSymbol<func::FuncOp>(name);
      if (!function || function.isExternal() || !hasVectors(function) ||
          !isExactOnGpu(function) || failed(convert(function)))
        continue;
      for (rt::ForkOp fork : uses)
        fork->setAttr(device::lanesAttr,
                      builder.getI64IntegerAttr(LaneEmitter::lanes));
    }
  }
};
} // namespace
