#include "compiler/Target/Codegen/Codegen.h"

#include "compiler/Target/Codegen/ModuleConstant.h"
#include "compiler/Target/Codegen/MoveBFloats.h"

#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace bitnet;

/// Code generation reads CPU, features and vector width from each function.
static void setFunctionAttributes(llvm::Module &module, const TargetSpec &spec,
                                  const llvm::TargetMachine &machine) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", spec.features);
    if (!spec.tuneCpu.empty())
      function.addFnAttr("tune-cpu", spec.tuneCpu);
    if (spec.has("avx512f"))
      function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr(llvm::Attribute::NoUnwind);
  }
}

void bitnet::optimise(llvm::Module &module, llvm::TargetMachine &machine,
                      unsigned level) {
  if (level == 0)
    return;
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager sccs;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  llvm::OptimizationLevel levels[] = {
      llvm::OptimizationLevel::O0, llvm::OptimizationLevel::O1,
      llvm::OptimizationLevel::O2, llvm::OptimizationLevel::O3};
  builder.buildPerModuleDefaultPipeline(levels[level]).run(module, modules);
}

std::unique_ptr<llvm::Module>
bitnet::translate(ModuleOp module, const ModuleDescription &description,
                  const TargetSpec &spec, unsigned level,
                  llvm::LLVMContext &context) {
  DialectRegistry registry;
  registerAllToLLVMIRTranslations(registry);
  module.getContext()->appendDialectRegistry(registry);
  std::unique_ptr<llvm::Module> result =
      translateModuleToLLVMIR(module, context, description.name);
  if (!result)
    return nullptr;
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(spec, level);
  result->setTargetTriple(spec.triple);
  result->setDataLayout(machine->createDataLayout());
  addModuleConstant(*result, description);
  setFunctionAttributes(*result, spec, *machine);
  if (llvm::verifyModule(*result)) {
    module.emitError("code generation made invalid LLVM IR");
    return nullptr;
  }
  optimise(*result, *machine, level);
  moveBFloatsAsIntegers(*result);
  return result;
}

void bitnet::nameFunctions(llvm::Module &code, llvm::StringRef target) {
  for (llvm::Function &function : code)
    if (!function.isDeclaration() && function.hasLocalLinkage())
      function.setName(function.getName() + "." + target);
}

llvm::Error bitnet::mergeCode(llvm::Module &to,
                              std::unique_ptr<llvm::Module> from,
                              llvm::StringRef symbol) {
  if (llvm::Linker::linkModules(to, std::move(from)))
    return llvm::createStringError("the code for several targets cannot be "
                                   "joined at " +
                                   symbol);
  to.getNamedValue(symbol)->setLinkage(llvm::GlobalValue::InternalLinkage);
  return llvm::Error::success();
}

llvm::Error bitnet::emitCode(llvm::Module &module, const TargetSpec &spec,
                             unsigned level, bool assembly,
                             llvm::raw_pwrite_stream &out) {
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(spec, level);
  llvm::legacy::PassManager passes;
  auto type = assembly ? llvm::CodeGenFileType::AssemblyFile
                       : llvm::CodeGenFileType::ObjectFile;
  if (machine->addPassesToEmitFile(passes, out, nullptr, type))
    return llvm::createStringError("target " + spec.triple.str() +
                                   " emits no " +
                                   (assembly ? "assembly" : "objects"));
  passes.run(module);
  return llvm::Error::success();
}
