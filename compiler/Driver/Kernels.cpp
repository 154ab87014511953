//===- Kernels.cpp - what a device runs
//------------------------------------===//

#include "compiler/Target/GPU/Kernels.h"
#include "compiler/Driver/Compilation.h"
#include "compiler/Driver/DeviceKernels.h"
#include "compiler/Target/SPIRV/Kernels.h"

using namespace mlir;
using namespace bitnet;

/// What is only for a device, or only for a CPU.
LogicalResult Compilation::checkDevice() {
  auto refuse = [&](const llvm::Twine &what) {
    return check(
        llvm::createStringError("target '" + options.target + "' " + what));
  };
  bool isGpu = spec.device == Device::GPU;
  if (spec.device != Device::CPU) {
    if (options.certify)
      return refuse("has kernels of " +
                    (isGpu ? spec.gpuFamily->getKernelKind() : "SPIR-V") +
                    ", which --certify cannot read, expected a CPU");
    if (!options.tune.empty())
      return refuse("has kernels that --tune cannot measure, expected a CPU");
    bool makesHostCode = !options.stopAfter && options.emit != Emit::MLIR &&
                         options.emit != Emit::Kernels;
    if (isGpu && spec.gpuFamily->getDriver().empty() && makesHostCode)
      return refuse("has no runtime yet, expected --emit=kernels for the "
                    "kernels alone, or spirv-vulkan1.3, which runs on such "
                    "GPUs");
    return success();
  }
  llvm::StringRef expected =
      ", expected spirv-vulkan1.3, or a name of --list-targets that begins "
      "with nvptx or amdgcn";
  if (options.stopAfter == Phase::Device)
    return refuse("has no phase 'device'" + expected);
  if (options.emit == Emit::Kernels)
    return refuse("has no kernels of a device" + expected);
  return success();
}

LogicalResult Compilation::makeKernels() {
  OpPassManager passes(ModuleOp::getOperationName());
  buildDevice(passes, /*shaders=*/spec.device == Device::Vulkan);
  return runPasses(getPhaseName(Phase::Device), passes);
}

FailureOr<std::vector<KernelDescription>>
bitnet::takeDeviceKernels(ModuleOp module, const TargetSpec &spec,
                          unsigned level) {
  return spec.device == Device::GPU
             ? takeGpuKernels(module, *spec.gpuFamily, *spec.gpu, level)
             : takeSPIRVKernels(module);
}

llvm::StringRef bitnet::getKernelFile(const KernelDescription &kernel,
                                      const TargetSpec &spec) {
  llvm::StringRef code = kernel.code;
  if (spec.device == Device::GPU && spec.gpuFamily->emitsText())
    code.consume_back(llvm::StringRef("", 1));
  return code;
}

LogicalResult Compilation::takeKernels() {
  bool isGpu = spec.device == Device::GPU;
  if (isGpu)
    progress.phase("kernels");
  FailureOr<std::vector<KernelDescription>> kernels =
      takeDeviceKernels(*module, spec, options.optLevel);
  if (failed(kernels))
    return failure();
  description.kernels = std::move(*kernels);
  description.driver =
      isGpu ? spec.gpuFamily->getDriver() : "bitnet_vulkan_driver";
  return success();
}

LogicalResult Compilation::writeKernelFiles() {
  llvm::StringRef ending =
      spec.device == Device::GPU ? spec.gpuFamily->getFileEnding() : "spv";
  for (const KernelDescription &kernel : description.kernels) {
    OutputFile *file =
        open(outputBase() + "." + kernel.name + "." + ending.str());
    if (!file)
      return failure();
    file->stream() << getKernelFile(kernel, spec);
    if (failed(check(file->flush())))
      return failure();
  }
  return success();
}
