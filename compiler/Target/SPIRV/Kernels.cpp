#include "compiler/Target/SPIRV/Kernels.h"

#include "dialects/Device/Transforms/Kernels.h"

#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Target/SPIRV/Serialization.h"

using namespace mlir;
using namespace bitnet;

static FailureOr<KernelDescription> describe(spirv::ModuleOp kernel) {
  KernelDescription result;
  result.name = kernel.getSymName().value_or("kernel").str();
  auto integer = [&](StringRef name) {
    return kernel->getAttrOfType<IntegerAttr>(name).getInt();
  };
  result.grain = integer(device::kernelGrain);
  result.workgroup = integer(device::kernelWorkgroup);
  result.smallWorkgroup = result.workgroup;
  result.scratchBytes = integer(device::kernelScratch);
  result.numWords = integer(device::kernelWords);
  llvm::append_range(
      result.addresses,
      kernel->getAttrOfType<DenseI32ArrayAttr>(device::kernelAddresses)
          .asArrayRef());
  SmallVector<uint32_t, 0> code;
  spirv::SerializationOptions options;
  options.emitSymbolName = false;
  if (failed(spirv::serialize(kernel, code, options)))
    return kernel.emitError("kernel '")
           << result.name << "' cannot be written as SPIR-V";
  result.code.assign(reinterpret_cast<const char *>(code.data()),
                     code.size() * sizeof(uint32_t));
  return result;
}

FailureOr<std::vector<KernelDescription>>
bitnet::takeSPIRVKernels(ModuleOp module) {
  std::vector<KernelDescription> kernels;
  for (Operation *kernel : device::getKernels(module)) {
    FailureOr<KernelDescription> description =
        describe(cast<spirv::ModuleOp>(kernel));
    if (failed(description))
      return failure();
    kernels.push_back(std::move(*description));
    kernel->erase();
  }
  return kernels;
}
