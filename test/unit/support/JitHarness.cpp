#include "support/JitHarness.h"

#include "compiler/Driver/Registration.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>

using namespace bitnet::test;

namespace {
/// From rt, scf, vector, memref, arith, math to the llvm dialect.
const char *const kToLLVM =
    "rt-plan-arena,canonicalize,cse,rt-outline-parallel,func.func(rt-hoist-"
    "stack),convert-vector-to-scf,"
    "convert-scf-to-cf,expand-strided-metadata,lower-affine,"
    "convert-vector-to-llvm,convert-rt-to-llvm,canonicalize,"
    "finalize-memref-to-llvm,convert-math-to-llvm,convert-arith-to-llvm,"
    "convert-index-to-llvm,convert-cf-to-llvm,convert-func-to-llvm,"
    "reconcile-unrealized-casts";

mlir::DialectRegistry &registry() {
  static mlir::DialectRegistry *registry = [] {
    auto *made = new mlir::DialectRegistry;
    bitnet::registerAllDialects(*made);
    bitnet::registerAllPasses();
    mlir::registerAllToLLVMIRTranslations(*made);
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return made;
  }();
  return *registry;
}

/// Ends the test run: only a broken harness gets here.
template <typename T>
T orDie(llvm::Expected<T> value, const char *what) {
  if (value)
    return std::move(*value);
  llvm::errs() << what << ": " << llvm::toString(value.takeError()) << '\n';
  std::abort();
}

/// The execution's view of the partition that a test wants.
struct Runtime {
  int64_t part;
};

void runParallel(bitnet_exec *exec, bitnet_range_fn fn, void *args,
                 int64_t count, int64_t grain) {
  int64_t part = static_cast<Runtime *>(exec->runtime)->part;
  if (part == 0)
    return fn(args, 0, count);
  part = (part + grain - 1) / grain * grain;
  // Last parts first: no region may rely on the order.
  for (int64_t begin = (count - 1) / part * part; count && begin >= 0;
       begin -= part)
    fn(args, begin, std::min(begin + part, count));
}
} // namespace

struct JitModule::Impl {
  std::unique_ptr<llvm::orc::LLJIT> jit;
  int32_t (*run)(bitnet_exec *) = nullptr;
  int64_t (*arenaBytes)(const bitnet_exec *) = nullptr;
};

JitModule::JitModule() : impl(new Impl) {}
JitModule::~JitModule() = default;

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager calls;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(calls);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, calls, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

std::unique_ptr<JitModule> JitModule::compile(const std::string &mlir,
                                              const JitOptions &options) {
  mlir::MLIRContext context(registry(), mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(mlir, &context);
  if (!module)
    return nullptr;
  std::string text = options.passes;
  if (!text.empty())
    text += ",";
  text += kToLLVM;
  mlir::PassManager passes(&context);
  if (mlir::failed(mlir::parsePassPipeline(text, passes)) ||
      mlir::failed(passes.run(*module)))
    return nullptr;

  auto llvmContext = std::make_unique<llvm::LLVMContext>();
  auto llvmModule = mlir::translateModuleToLLVMIR(*module, *llvmContext);
  if (!llvmModule)
    return nullptr;
  for (const char *entry : {"bitnet_run", "bitnet_arena_bytes"})
    llvmModule->getFunction(entry)->setLinkage(
        llvm::GlobalValue::ExternalLinkage);

  auto builder = orDie(llvm::orc::JITTargetMachineBuilder::detectHost(),
                       "host of the JIT");
  if (!options.cpu.empty()) {
    builder.setCPU(options.cpu);
    builder.getFeatures() = llvm::SubtargetFeatures();
  }
  if (!options.features.empty())
    builder.addFeatures({options.features});
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  auto machine = orDie(builder.createTargetMachine(), "target of the JIT");
  llvmModule->setDataLayout(machine->createDataLayout());
  llvmModule->setTargetTriple(machine->getTargetTriple());
  for (llvm::Function &function : *llvmModule) {
    function.addFnAttr("target-cpu", machine->getTargetCPU());
    function.addFnAttr("target-features", machine->getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr("min-legal-vector-width", "512");
  }
  optimize(*llvmModule, *machine);

  std::unique_ptr<JitModule> result(new JitModule);
  result->impl->jit = orDie(llvm::orc::LLJITBuilder()
                                .setJITTargetMachineBuilder(std::move(builder))
                                .create(),
                            "JIT");
  llvm::orc::ThreadSafeModule threadSafe(std::move(llvmModule),
                                         std::move(llvmContext));
  llvm::cantFail(result->impl->jit->addIRModule(std::move(threadSafe)));
  // Not orDie: an undefined symbol is a call that the code may not have.
  auto symbol = result->impl->jit->lookup("bitnet_run");
  if (!symbol) {
    llvm::errs() << llvm::toString(symbol.takeError()) << '\n';
    return nullptr;
  }
  result->impl->run = symbol->toPtr<int32_t (*)(bitnet_exec *)>();
  result->impl->arenaBytes =
      orDie(result->impl->jit->lookup("bitnet_arena_bytes"), "arena_bytes")
          .toPtr<int64_t (*)(const bitnet_exec *)>();
  return result;
}

int32_t JitModule::run(const std::vector<JitBuffer> &inputs,
                       const JitState &state) {
  std::vector<bitnet_buffer> buffers;
  for (const JitBuffer &input : inputs) {
    bitnet_buffer buffer = {input.data, {}};
    std::copy(input.dims.begin(), input.dims.end(), buffer.dims);
    buffers.push_back(buffer);
  }
  std::vector<void *> kv(state.kv);
  std::vector<bitnet_buffer> outputs(BITNET_MAX_RANK);
  Runtime runtime = {state.part};
  bitnet_exec exec = {};
  exec.weights = state.weights;
  exec.inputs = buffers.data();
  exec.outputs = outputs.data();
  exec.kv = kv.data();
  exec.kv_capacity = state.kvCapacity;
  exec.kv_batch = state.kvBatch;
  exec.past_length = state.pastLength;
  exec.top = state.top;
  exec.screen = state.screen;
  exec.offer = state.offer;
  exec.parallel = runParallel;
  exec.runtime = &runtime;
  // Filled with bytes that are no number: code must not read what it has not
  // written.
  std::vector<uint8_t> arena(impl->arenaBytes(&exec) + 64, 0xff);
  auto address = reinterpret_cast<uintptr_t>(arena.data());
  exec.arena = arena.data() + (64 - address % 64) % 64;
  return impl->run(&exec);
}

std::vector<JitOptions> bitnet::test::otherTargets() {
#if defined(__x86_64__)
  std::vector<JitOptions> targets;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    targets.push_back({"", "x86-64-v3", ""});
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    targets.push_back({"", "x86-64-v4", ""});
  return targets;
#else
  return {};
#endif
}

std::vector<float> bitnet::test::randomFloats(size_t count, uint32_t seed,
                                              float scale) {
  std::mt19937 engine(seed);
  std::vector<float> values(count);
  for (float &value : values) {
    float sum = 0;
    for (int i = 0; i < 4; ++i)
      sum += float(engine() >> 8) * 0x1p-24f - 0.5f;
    value = sum * 1.7320508f * scale;
  }
  return values;
}
