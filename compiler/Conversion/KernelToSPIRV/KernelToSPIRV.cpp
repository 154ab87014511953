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
    kernels.clear();
    SmallVector<rt::ForkOp> forks;
    getOperation().walk([&](rt::ForkOp op) { forks.push_back(op); });
    for (rt::ForkOp fork : forks)
      if (failed(convert(fork)))
        return signalPassFailure();
  }

  /// A kernel and its number.
  struct Kernel {
    spirv::ModuleOp module;
    int32_t number;
  };

  /// Forks of one function, all of one grain (rt-outline-parallel), dispatch
  /// one kernel.
  FailureOr<Kernel> getKernel(rt::ForkOp fork) {
    auto found = kernels.find(fork.getCalleeAttr().getAttr());
    if (found != kernels.end())
      return found->second;
    auto function =
        getOperation().lookupSymbol<func::FuncOp>(fork.getCalleeAttr());
    if (!function || function.isExternal())
      return fork.emitOpError("calls ")
             << fork.getCalleeAttr() << ", expected a function with a body";
    spirv::ModuleOp module = KernelEmitter(function, fork.getGrain()).run();
    if (!module)
      return failure();
    function.erase();
    Builder builder(&getContext());
    device::CaptureLayout layout{TypeRange(fork.getCaptures())};
    SmallVector<int32_t> addresses(layout.addresses.begin(),
                                   layout.addresses.end());
    module->setAttr(kernelWords, builder.getI64IntegerAttr(layout.numWords));
    module->setAttr(kernelAddresses, builder.getDenseI32ArrayAttr(addresses));
    Kernel kernel{module, static_cast<int32_t>(kernels.size())};
    kernels[fork.getCalleeAttr().getAttr()] = kernel;
    return kernel;
  }

  LogicalResult convert(rt::ForkOp fork) {
    FailureOr<Kernel> kernel = getKernel(fork);
    if (failed(kernel))
      return failure();
    OpBuilder builder(fork);
    device::DispatchOp::create(
        builder, fork.getLoc(), fork.getExec(), fork.getCount(), kernel->number,
        *kernel->module.getSymName(), fork.getCaptures());
    fork.erase();
    return success();
  }

  /// By the name of the function that each was.
  llvm::DenseMap<StringAttr, Kernel> kernels;
};
} // namespace
