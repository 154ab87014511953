#include "compiler/Target/SPIRV/Kernels.h"

#include "compiler/Conversion/KernelToSPIRV/Passes.h"

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
  result.grain = integer(kernelGrain);
  result.workgroup = integer(kernelWorkgroup);
  result.scratchBytes = integer(kernelScratch);
  result.numWords = integer(kernelWords);
  llvm::append_range(
      result.addresses,
      kernel->getAttrOfType<DenseI32ArrayAttr>(kernelAddresses).asArrayRef());
  SmallVector<uint32_t, 0> code;
  spirv::SerializationOptions options;
  options.emitSymbolName = false;
  if (failed(spirv::serialize(kernel, code, options)))
    return kernel.emitError("kernel '")
           << result.name << "' cannot be written as SPIR-V";
  result.code.assign(code.begin(), code.end());
  return result;
}

FailureOr<std::vector<KernelDescription>>
bitnet::takeSPIRVKernels(ModuleOp module) {
  std::vector<KernelDescription> kernels;
  SmallVector<spirv::ModuleOp> modules(module.getOps<spirv::ModuleOp>());
  for (spirv::ModuleOp kernel : modules) {
    FailureOr<KernelDescription> description = describe(kernel);
    if (failed(description))
      return failure();
    kernels.push_back(std::move(*description));
    kernel.erase();
  }
  return kernels;
}
