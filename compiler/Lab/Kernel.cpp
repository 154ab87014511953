#include "compiler/Lab/Kernel.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Target/Artifacts/WeightsFile.h"
#include "compiler/Target/Codegen/Codegen.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::lab;

static LogicalResult runPasses(ModuleOp module, OpPassManager &passes) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  static_cast<OpPassManager &>(manager) = passes;
  return manager.run(module);
}

LogicalResult Kernel::lower(MLIRContext &context, const PlanRequest &choice) {
  module = problem.buildModule(context, choice);
  TargetFacts facts = spec.facts();
  (*module)->setAttr(TargetFacts::attrName, facts.toAttr(&context));
  PipelineOptions options;
  options.vectorBits = facts.vectorBits;
  options.threads = spec.device != Device::CPU;
  options.shaders = spec.device == Device::Vulkan;
  // A layout alone leaves its blocks to the strategy, or to any that reads it.
  if (!choice.layout.empty() && !choice.rows) {
    options.layout = choice.layout;
    options.strategy = choice.strategy.empty() ? "auto" : choice.strategy;
    options.anyArithmetic = choice.strategy.empty();
  }
  for (Phase phase :
       {Phase::Plan, Phase::Pack, Phase::Bufferize, Phase::Lower}) {
    OpPassManager passes(ModuleOp::getOperationName());
    buildPhase(phase, passes, options);
    if (failed(runPasses(*module, passes)))
      return failure();
    if (phase == Phase::Plan)
      module->walk(
          [&](ternary::LinearOp op) { plan = ternary::ScheduleEntry::of(op); });
  }
  return success();
}

PlanRequest Kernel::getRequest() const {
  PlanRequest request;
  request.strategy = stringifyStrategy(plan.strategy).str();
  request.layout = stringifyLayoutKind(plan.layout.kind).str();
  request.rows = plan.layout.rows;
  request.tile = plan.tile;
  return request;
}

LogicalResult Kernel::makeKernels() {
  OpPassManager passes(ModuleOp::getOperationName());
  buildPlanMemory(passes, /*forDevice=*/true);
  buildDevice(passes, /*shaders=*/spec.device == Device::Vulkan);
  return runPasses(*module, passes);
}

std::unique_ptr<llvm::Module> Kernel::translate(llvm::LLVMContext &context) {
  OpPassManager planMemory(ModuleOp::getOperationName());
  buildPlanMemory(planMemory);
  if (failed(runPasses(*module, planMemory)))
    return nullptr;
  std::optional<ModuleDescription> description = describeModule(*module);
  if (!description)
    return nullptr;
  description->name = "kernel";
  description->target = spec.describe();
  description->requiredCpu = spec.requiredCpu;

  llvm::SmallVector<char, 0> file;
  llvm::raw_svector_ostream stream(file);
  llvm::Expected<WeightsInfo> written =
      writeWeights(*module, spec.layoutFamily(), stream, [](uint64_t) {});
  if (!written) {
    module->emitError(llvm::toString(written.takeError()));
    return nullptr;
  }
  weights.assign(file.begin(), file.end());
  weightsOffset = written->fileBytes - written->dataBytes;

  OpPassManager toLLVM(ModuleOp::getOperationName());
  buildToLLVM(toLLVM);
  if (failed(runPasses(*module, toLLVM)))
    return nullptr;
  std::unique_ptr<llvm::Module> code =
      bitnet::translate(*module, *description, spec, level, context);
  if (!code)
    return nullptr;
  // The linker of the process finds regions by name, to time each.
  regions.clear();
  for (llvm::Function &function : *code)
    if (function.getName().starts_with("bitlinear_") &&
        !function.isDeclaration()) {
      function.setLinkage(llvm::GlobalValue::ExternalLinkage);
      regions.push_back(function.getName().str());
    }
  return code;
}

llvm::Error Kernel::emit(llvm::Module &code, bool assembly,
                         llvm::SmallVectorImpl<char> &out) const {
  llvm::raw_svector_ostream stream(out);
  return emitCode(code, spec, level, assembly, stream);
}
