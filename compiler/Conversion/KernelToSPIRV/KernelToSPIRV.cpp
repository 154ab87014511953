#include "compiler/Conversion/KernelToSPIRV/KernelEmitter.h"
#include "compiler/Conversion/KernelToSPIRV/Passes.h"

#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Device/Transforms/Kernels.h"

namespace bitnet {
#define GEN_PASS_DEF_KERNELTOSPIRVPASS
#include "compiler/Conversion/KernelToSPIRV/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

/// Null where the kernel has no form in SPIR-V, after an error.
static Operation *emit(rt::ForkOp fork, func::FuncOp function) {
  if (device::getLanes(fork) != 1) {
    fork.emitOpError("has parts of several lanes, which shaders lack");
    return nullptr;
  }
  spirv::ModuleOp kernel = KernelEmitter(function, fork.getGrain()).run();
  return kernel ? kernel.getOperation() : nullptr;
}

namespace {
struct KernelToSPIRV : bitnet::impl::KernelToSPIRVPassBase<KernelToSPIRV> {
  using KernelToSPIRVPassBase::KernelToSPIRVPassBase;

  void runOnOperation() override {
    if (failed(device::convertForks(getOperation(), hostFallback, emit)))
      signalPassFailure();
  }
};
} // namespace
