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
  using KernelToSPIRVPassBase::KernelToSPIRVPassBase;

  void runOnOperation() override {
    kernels.clear();
    numKernels = 0;
    SmallVector<rt::ForkOp> forks;
    getOperation().walk([&](rt::ForkOp op) { forks.push_back(op); });
    for (rt::ForkOp fork : forks)
      if (failed(convert(fork)))
        return signalPassFailure();
  }

private:
  /// A kernel and its number; no module for a region that stays on the CPU.
  struct Kernel {
    spirv::ModuleOp module;
    int32_t number = 0;
  };

  FailureOr<Kernel> getKernel(rt::ForkOp fork);
  spirv::ModuleOp emit(rt::ForkOp fork, func::FuncOp function);
  LogicalResult convert(rt::ForkOp fork);

  /// By the name of the function that each was.
  llvm::DenseMap<StringAttr, Kernel> kernels;
  int32_t numKernels = 0;
};
} // namespace

/// Null where the kernel has no form in SPIR-V: that is an error, or said in a
/// warning with its reason.
spirv::ModuleOp KernelToSPIRV::emit(rt::ForkOp fork, func::FuncOp function) {
  KernelEmitter emitter(function, fork.getGrain());
  if (!hostFallback)
    return emitter.run();
  std::string reason;
  Location place = fork.getLoc();
  spirv::ModuleOp module;
  {
    ScopedDiagnosticHandler handler(&getContext(), [&](Diagnostic &found) {
      if (found.getSeverity() == DiagnosticSeverity::Error && reason.empty()) {
        reason = found.str();
        place = found.getLocation();
      }
      return success();
    });
    module = emitter.run();
  }
  if (!module)
    emitWarning(place) << "a region stays on the CPU: " << reason;
  return module;
}

/// Forks of one function, all of one grain (rt-outline-parallel), dispatch one
/// kernel.
FailureOr<KernelToSPIRV::Kernel> KernelToSPIRV::getKernel(rt::ForkOp fork) {
  auto found = kernels.find(fork.getCalleeAttr().getAttr());
  if (found != kernels.end())
    return found->second;
  auto function =
      getOperation().lookupSymbol<func::FuncOp>(fork.getCalleeAttr());
  if (!function || function.isExternal())
    return fork.emitOpError("calls ")
           << fork.getCalleeAttr() << ", expected a function with a body";
  Kernel kernel{emit(fork, function), numKernels};
  if (!kernel.module && !hostFallback)
    return failure();
  if (kernel.module) {
    ++numKernels;
    function.erase();
    Builder builder(&getContext());
    device::CaptureLayout layout{TypeRange(fork.getCaptures())};
    SmallVector<int32_t> addresses(layout.addresses.begin(),
                                   layout.addresses.end());
    kernel.module->setAttr(kernelWords,
                           builder.getI64IntegerAttr(layout.numWords));
    kernel.module->setAttr(kernelAddresses,
                           builder.getDenseI32ArrayAttr(addresses));
  }
  kernels[fork.getCalleeAttr().getAttr()] = kernel;
  return kernel;
}

LogicalResult KernelToSPIRV::convert(rt::ForkOp fork) {
  FailureOr<Kernel> kernel = getKernel(fork);
  if (failed(kernel))
    return failure();
  if (!kernel->module)
    return success();
  OpBuilder builder(fork);
  device::DispatchOp::create(builder, fork.getLoc(), fork.getExec(),
                             fork.getCount(), kernel->number,
                             *kernel->module.getSymName(), fork.getCaptures());
  fork.erase();
  return success();
}
