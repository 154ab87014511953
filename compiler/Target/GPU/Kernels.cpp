#include "compiler/Target/GPU/Kernels.h"

#include "compiler/Conversion/KernelToGPU/Passes.h"
#include "compiler/Target/Artifacts/Linker.h"
#include "compiler/Target/Codegen/Codegen.h"
#include "dialects/Device/Transforms/Kernels.h"

#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"

using namespace mlir;
using namespace bitnet;

namespace {

/// Compiles the kernels of one module for one GPU.
class KernelCompiler {
public:
  KernelCompiler(const GpuFamily &family, const NamedGpu &gpu, unsigned level)
      : family(family), gpu(gpu), level(level), machine(createMachine()) {}

  FailureOr<KernelDescription> compile(ModuleOp kernel);

private:
  std::unique_ptr<llvm::TargetMachine> createMachine() const;
  std::unique_ptr<llvm::Module> translate(ModuleOp kernel, int64_t workgroup,
                                          bool isFixed);
  LogicalResult emit(ModuleOp kernel, llvm::Module &module, std::string &code);

  const GpuFamily &family;
  const NamedGpu &gpu;
  unsigned level;
  std::unique_ptr<llvm::TargetMachine> machine;
  llvm::LLVMContext context;
};

} // namespace

std::unique_ptr<llvm::TargetMachine> KernelCompiler::createMachine() const {
  initializeTargets();
  llvm::Triple triple(family.getTriple());
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  assert(target && "LLVM lacks the back end of a GPU");
  llvm::TargetOptions options;
  // A float multiply and add are one rounding only where the IR says so.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, gpu.cpu, gpu.features, options, llvm::Reloc::PIC_, std::nullopt,
      getCodeGenLevel(level)));
}

std::unique_ptr<llvm::Module>
KernelCompiler::translate(ModuleOp kernel, int64_t workgroup, bool isFixed) {
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(kernel, context, *kernel.getSymName());
  if (!module)
    return nullptr;
  module->setTargetTriple(llvm::Triple(family.getTriple()));
  module->setDataLayout(machine->createDataLayout());
  for (llvm::Function &function : *module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", gpu.cpu);
    if (!gpu.features.empty())
      function.addFnAttr("target-features", gpu.features);
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
  family.makeKernel(*module->getFunction(gpuKernelName), workgroup, isFixed);
  if (llvm::verifyModule(*module)) {
    kernel.emitError("code generation made invalid LLVM IR");
    return nullptr;
  }
  optimise(*module, *machine, level);
  return module;
}

LogicalResult KernelCompiler::emit(ModuleOp kernel, llvm::Module &module,
                                   std::string &code) {
  // What is left to call is in no library of a GPU.
  for (llvm::Function &function : module)
    if (function.isDeclaration() && !function.isIntrinsic())
      return kernel.emitError("kernel calls '")
             << function.getName() << "', which a GPU lacks";
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  auto type = family.emitsText() ? llvm::CodeGenFileType::AssemblyFile
                                 : llvm::CodeGenFileType::ObjectFile;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type))
    return kernel.emitError("the code generator emits no ")
           << family.getKernelKind();
  passes.run(module);
  code.assign(bytes.begin(), bytes.end());
  if (family.emitsText()) {
    code.push_back('\0');
    return success();
  }
  llvm::Expected<std::string> linked = linkCodeObject(code);
  if (!linked)
    return kernel.emitError(llvm::toString(linked.takeError()));
  code = std::move(*linked);
  return success();
}

FailureOr<KernelDescription> KernelCompiler::compile(ModuleOp kernel) {
  KernelDescription result;
  result.name = kernel.getSymName()->str();
  auto integer = [&](StringRef name) {
    return kernel->getAttrOfType<IntegerAttr>(name).getInt();
  };
  result.grain = integer(device::kernelGrain);
  result.workgroup = integer(device::kernelWorkgroup);
  result.smallWorkgroup = integer(device::kernelSmallWorkgroup);
  result.lanes = integer(device::kernelLanes);
  result.scratchBytes = integer(device::kernelScratch);
  result.numWords = integer(device::kernelWords);
  llvm::append_range(
      result.addresses,
      kernel->getAttrOfType<DenseI32ArrayAttr>(device::kernelAddresses)
          .asArrayRef());
  if (failed(lowerKernel(kernel, family, gpu)))
    return failure();
  std::unique_ptr<llvm::Module> module = translate(
      kernel, result.workgroup, result.workgroup == result.smallWorkgroup);
  if (!module || failed(emit(kernel, *module, result.code)))
    return failure();
  return result;
}

FailureOr<std::vector<KernelDescription>>
bitnet::takeGpuKernels(ModuleOp module, const GpuFamily &family,
                       const NamedGpu &gpu, unsigned level) {
  DialectRegistry registry;
  registerAllToLLVMIRTranslations(registry);
  module.getContext()->appendDialectRegistry(registry);
  KernelCompiler compiler(family, gpu, level);
  std::vector<KernelDescription> kernels;
  for (Operation *kernel : device::getKernels(module)) {
    // It has no more to do with the host's module.
    kernel->remove();
    OwningOpRef<ModuleOp> owned(cast<ModuleOp>(kernel));
    FailureOr<KernelDescription> description = compiler.compile(*owned);
    if (failed(description))
      return failure();
    kernels.push_back(std::move(*description));
  }
  return kernels;
}
