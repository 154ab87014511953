#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"
#include "compiler/Conversion/KernelToSPIRV/Passes.h"

#include "dialects/Device/IR/CaptureLayout.h"
#include "dialects/Device/IR/DeviceOps.h"

namespace bitnet {
#define GEN_PASS_DEF_KERNELTOSPIRVPASS
#include "compiler/Conversion/KernelToSPIRV/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

namespace {
struct KernelToSPIRV : bitnet::impl::KernelToSPIRVPassBase<KernelToSPIRV> {
  void runOnOperation() override {
    numKernels = 0;
    SmallVector<rt::ForkOp> forks;
    getOperation().walk([&](rt::ForkOp op) { forks.push_back(op); });
    for (rt::ForkOp fork : forks)
      if (failed(convert(fork)))
        return signalPassFailure();
  }

  /// Each function has one fork: rt-outline-parallel makes both.
  LogicalResult convert(rt::ForkOp fork) {
    auto kernel =
        getOperation().lookupSymbol<func::FuncOp>(fork.getCalleeAttr());
    if (!kernel || kernel.isExternal())
      return fork.emitOpError("calls ")
             << fork.getCalleeAttr() << ", expected a function with a body";
    spirv::ModuleOp module =
        KernelEmitter(kernel, fork.getGrain()).run();
    if (!module)
      return failure();
    kernel.erase();
    OpBuilder builder(fork);
    device::CaptureLayout layout{TypeRange(fork.getCaptures())};
    SmallVector<int32_t> addresses(layout.addresses.begin(),
                                   layout.addresses.end());
    module->setAttr(kernelWords, builder.getI64IntegerAttr(layout.numWords));
    module->setAttr(kernelAddresses, builder.getDenseI32ArrayAttr(addresses));
    device::DispatchOp::create(builder, fork.getLoc(), fork.getExec(),
                           fork.getCount(), numKernels++, *module.getSymName(),
                           fork.getCaptures());
    fork.erase();
    return success();
  }

  int32_t numKernels = 0;
};
} // namespace
