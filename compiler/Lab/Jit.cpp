#include "compiler/Lab/Jit.h"
#include "runtime/src/internal.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"

#include <chrono>

using namespace llvm;
using namespace bitnet;
using namespace bitnet::lab;

//===- Team -------------------------------------------------------------===//

struct Team::Impl {
  bn_pool *pool = nullptr;
};

Expected<std::unique_ptr<Team>> Team::create(int32_t threads) {
  std::unique_ptr<Team> team(new Team);
  team->impl = std::make_unique<Impl>();
  bitnet_allocator allocator = bn_allocator_or_default(nullptr);
  bitnet_error error = {};
  if (bn_pool_create(&allocator, threads, &team->impl->pool, &error) !=
      BITNET_OK)
    return createStringError(error.message);
  return team;
}

Team::~Team() { bn_pool_destroy(impl->pool); }

int32_t Team::getThreads() const { return bn_pool_threads(impl->pool); }

void Team::run(bitnet_range_fn fn, void *args, int64_t count, int64_t grain) {
  bn_pool_run(impl->pool, fn, args, count, grain);
}

std::string bitnet::lab::whyNotHere(const TargetSpec &spec) {
  Triple host(sys::getProcessTriple());
  if (spec.triple.getArch() != host.getArch())
    return ("code for " + spec.triple.getArchName() + " on " +
            host.getArchName())
        .str();
  uint32_t missing = spec.requiredCpu & ~bn_cpu_features();
  char names[256] = "";
  if (!missing)
    return "";
  return std::string("this CPU lacks ") +
         bn_cpu_feature_names(missing, names, sizeof(names));
}

//===- Code -------------------------------------------------------------===//

struct JitCode::Impl {
  std::unique_ptr<orc::LLJIT> jit;
  std::vector<std::pair<bitnet_range_fn, std::string>> kernels;
};

JitCode::JitCode() : impl(new Impl) {}
JitCode::~JitCode() = default;

Expected<std::unique_ptr<JitCode>>
JitCode::load(StringRef object, ArrayRef<std::string> kernels) {
  std::unique_ptr<JitCode> code(new JitCode);
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  code->impl->jit = std::move(*jit);
  if (Error error = code->impl->jit->addObjectFile(
          MemoryBuffer::getMemBufferCopy(object, "kernel")))
    return std::move(error);
  auto symbol = code->impl->jit->lookup("bitnet_module");
  if (!symbol)
    return symbol.takeError();
  code->module = symbol->toPtr<const bitnet_module *>();
  for (const std::string &kernel : kernels) {
    auto address = code->impl->jit->lookup(kernel);
    if (!address)
      return address.takeError();
    code->impl->kernels.emplace_back(address->toPtr<bitnet_range_fn>(), kernel);
  }
  return code;
}

StringRef JitCode::getName(bitnet_range_fn fn) const {
  for (const auto &[address, name] : impl->kernels)
    if (address == fn)
      return name;
  return "";
}

//===- Execution --------------------------------------------------------===//

Execution::Execution(const JitCode &code, Team &team,
                     std::vector<bitnet_buffer> given)
    : code(code), team(team), inputs(std::move(given)),
      outputs(code.getModule().num_outputs) {
  exec.inputs = inputs.data();
  exec.outputs = outputs.data();
  exec.runtime = this;
  exec.parallel = runParallel;
  int64_t bytes = code.getModule().arena_bytes(&exec);
  memory.resize(bytes + BN_ALIGNMENT);
  exec.arena = memory.data() + BN_ALIGNMENT -
               reinterpret_cast<uintptr_t>(memory.data()) % BN_ALIGNMENT;
}

int32_t Execution::run(const uint8_t *weights) {
  exec.weights = weights;
  return code.getModule().run(&exec);
}

int32_t Execution::profile(const uint8_t *weights, RegionTimes &into) {
  times = &into;
  exec.parallel = profileParallel;
  int32_t status = run(weights);
  exec.parallel = runParallel;
  return status;
}

void Execution::runParallel(bitnet_exec *exec, bitnet_range_fn fn, void *args,
                            int64_t count, int64_t grain) {
  static_cast<Execution *>(exec->runtime)->team.run(fn, args, count, grain);
}

void Execution::profileParallel(bitnet_exec *exec, bitnet_range_fn fn,
                                void *args, int64_t count, int64_t grain) {
  auto *self = static_cast<Execution *>(exec->runtime);
  auto start = std::chrono::steady_clock::now();
  self->team.run(fn, args, count, grain);
  std::chrono::duration<double> taken =
      std::chrono::steady_clock::now() - start;
  StringRef name = self->code.getName(fn);
  for (auto &[known, seconds] : *self->times)
    if (known == name) {
      seconds += taken.count();
      return;
    }
  self->times->emplace_back(name.str(), taken.count());
}
