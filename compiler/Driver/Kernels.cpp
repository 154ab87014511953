//===- Kernels.cpp - what a device runs
//------------------------------------===//

#include "compiler/Target/SPIRV/Kernels.h"
#include "compiler/Driver/Compilation.h"

using namespace mlir;
using namespace bitnet;

/// What is only for a device, or only for a CPU.
LogicalResult Compilation::checkDevice() {
  auto refuse = [&](const llvm::Twine &what) {
    return check(
        llvm::createStringError("target '" + options.target + "' " + what));
  };
  if (spec.device != Device::CPU) {
    if (options.certify)
      return refuse("has kernels of SPIR-V, which --certify cannot read, "
                    "expected a CPU");
    if (!options.tune.empty())
      return refuse("has kernels that --tune cannot measure, expected a CPU");
    return success();
  }
  if (options.stopAfter == Phase::Device)
    return refuse("has no phase 'device', expected " + vulkanTargetName);
  if (options.emit == Emit::Kernels)
    return refuse("has no kernels of a device, expected " + vulkanTargetName);
  return success();
}

LogicalResult Compilation::makeKernels() {
  OpPassManager passes(ModuleOp::getOperationName());
  buildDevice(passes);
  return runPasses(getPhaseName(Phase::Device), passes);
}

LogicalResult Compilation::takeKernels() {
  FailureOr<std::vector<KernelDescription>> kernels = takeSPIRVKernels(*module);
  if (failed(kernels))
    return failure();
  description.kernels = std::move(*kernels);
  description.driver = "bitnet_vulkan_driver";
  return success();
}

LogicalResult Compilation::writeKernelFiles() {
  for (const KernelDescription &kernel : description.kernels) {
    OutputFile *file = open(outputBase() + "." + kernel.name + ".spv");
    if (!file)
      return failure();
    file->stream().write(reinterpret_cast<const char *>(kernel.code.data()),
                         kernel.code.size() * sizeof(uint32_t));
    if (failed(check(file->flush())))
      return failure();
  }
  return success();
}
