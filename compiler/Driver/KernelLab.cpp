#include "compiler/Driver/Compile.h"
#include "compiler/Driver/DeviceKernels.h"
#include "compiler/Driver/Diagnostics.h"
#include "compiler/Driver/KernelCheck.h"
#include "compiler/Driver/KernelOptions.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Lab/Mca.h"
#include "compiler/Lab/Measure.h"
#include "compiler/Target/Artifacts/OutputFile.h"
#include "compiler/Target/Certificate/Certificate.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace bitnet;

namespace {

/// One run of `kernel`.
class KernelLab {
public:
  KernelLab(const KernelOptions &options, TargetSpec spec, MLIRContext &context)
      : options(options), context(context), problem(options.n, options.k),
        kernel(problem, std::move(spec), options.optLevel) {}

  llvm::Error run();

private:
  llvm::Error emit();
  llvm::Error emitKernels();
  llvm::Error checkElsewhere(const KernelRunner &runner);
  llvm::Error makeObject();
  llvm::Error write(llvm::StringRef text);
  llvm::Error measure();
  void printHead();
  void print(const lab::Measurement &measured, bool isTable);
  void printLimits(const lab::Measurement &measured);
  void printProof();
  void printLoops();
  double getMacs(const lab::Measurement &measured) const {
    return double(options.n) * options.k * measured.tokens;
  }

  const KernelOptions &options;
  MLIRContext &context;
  lab::Problem problem;
  lab::Kernel kernel;
  llvm::SmallVector<char, 0> object;
};

} // namespace

static llvm::raw_ostream &out() { return llvm::outs(); }

llvm::Error KernelLab::write(llvm::StringRef text) {
  if (options.output.empty() || options.output == "-") {
    out() << text;
    return llvm::Error::success();
  }
  llvm::Expected<OutputFile> file = OutputFile::create(options.output);
  if (!file)
    return file.takeError();
  file->stream() << text;
  return commitAll(*file);
}

/// What a device runs: the module with its kernels, or the kernel that
/// multiplies as a binary.
llvm::Error KernelLab::emitKernels() {
  if (options.emit != KernelEmit::MLIR && options.emit != KernelEmit::Object)
    return llvm::createStringError(
        "target '" + options.target +
        "' has kernels of a device, expected --emit=mlir or --emit=obj");
  if (failed(kernel.makeKernels()))
    return llvm::createStringError("");
  if (options.emit == KernelEmit::MLIR) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel.getModule()->print(stream);
    return write(text);
  }
  FailureOr<std::vector<KernelDescription>> kernels =
      takeDeviceKernels(kernel.getModule(), kernel.getSpec(), options.optLevel);
  if (failed(kernels))
    return llvm::createStringError("");
  for (const KernelDescription &made : *kernels)
    if (llvm::StringRef(made.name).starts_with("bitlinear_"))
      return write(getKernelFile(made, kernel.getSpec()));
  return llvm::createStringError("the device has no kernel of the linear");
}

llvm::Error KernelLab::emit() {
  if (kernel.getSpec().device != Device::CPU)
    return emitKernels();
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (options.emit == KernelEmit::MLIR) {
    OpPrintingFlags flags;
    flags.elideLargeElementsAttrs(64).elideLargeResourceString(64);
    kernel.getModule()->print(stream, flags);
    return write(text);
  }
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code = kernel.translate(llvmContext);
  if (!code)
    return llvm::createStringError("");
  if (options.emit == KernelEmit::LLVM) {
    code->print(stream, nullptr);
    return write(text);
  }
  if (llvm::Error error =
          kernel.emit(*code, options.emit == KernelEmit::Asm, object))
    return error;
  return write(llvm::StringRef(object.data(), object.size()));
}

llvm::Error KernelLab::run() {
  const TargetSpec &spec = kernel.getSpec();
  bool emits = options.emit != KernelEmit::None;
  bool isHere = spec.device == Device::CPU && lab::whyNotHere(spec).empty();
  std::optional<KernelRunner> runner;
  if (!emits && !isHere) {
    llvm::Expected<KernelRunner> found = findRunner(spec);
    if (!found)
      return found.takeError();
    runner = std::move(*found);
  }
  if (failed(kernel.lower(context, options.choice)))
    return llvm::createStringError("");
  return emits ? emit() : runner ? checkElsewhere(*runner) : measure();
}

llvm::Error KernelLab::makeObject() {
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> code = kernel.translate(llvmContext);
  if (!code)
    return llvm::createStringError("");
  return kernel.emit(*code, /*assembly=*/false, object);
}

/// Times of an emulator mean nothing, and a device has others.
llvm::Error KernelLab::checkElsewhere(const KernelRunner &runner) {
  printHead();
  if (options.check) {
    if (llvm::Error error = checkByExecutable(options, kernel.getRequest(),
                                              problem, runner, context))
      return error;
    out() << "exact  every sum equals the scalar reference, run by "
          << runner.name << "; not timed\n";
  }
  if (kernel.getSpec().device != Device::CPU)
    return llvm::Error::success();
  if (llvm::Error error = makeObject())
    return error;
  printProof();
  printLoops();
  return llvm::Error::success();
}

static double percent(double part, double whole) { return 100 * part / whole; }

void KernelLab::printHead() {
  const ternary::ScheduleEntry &plan = kernel.getPlan();
  out() << "kernel " << stringifyStrategy(plan.strategy) << " on "
        << stringifyLayoutKind(plan.layout.kind) << ", N " << options.n
        << ", K " << options.k << ", " << options.threads
        << (options.threads == 1 ? " thread" : " threads") << ", "
        << options.copies << (options.copies == 1 ? " copy" : " copies")
        << " of " << formatBytes(kernel.getPackedBytes())
        << llvm::format(" (%.2f bits a weight)\n",
                        8.0 * kernel.getPackedBytes() /
                            (double(options.n) * options.k));
  if (plan.tile.empty())
    return;
  out() << "tile   ";
  llvm::interleave(
      plan.tile, out(),
      [](const auto &entry) { out() << entry.first << '=' << entry.second; },
      ",");
  out() << '\n';
}

void KernelLab::printLimits(const lab::Measurement &measured) {
  double rate = getMacs(measured) / measured.shortest;
  if (measured.clock > 0)
    out() << llvm::format("clock  %.2f GHz measured\n", measured.clock / 1e9);
  if (measured.dot.macsPerSecond > 0) {
    double peak = measured.dot.macsPerSecond;
    out() << llvm::format("dot    %.1f MAC/cycle a core (",
                          peak / measured.clock)
          << measured.dot.instruction
          << llvm::format("): the kernel has %.0f %% of it\n",
                          percent(rate, peak * options.threads));
  }
  if (measured.bandwidth > 0)
    out() << llvm::format(
        "memory %.1f GB/s of weights, %.0f %% of %.1f GB/s read\n",
        kernel.getPackedBytes() / measured.shortest / 1e9,
        percent(kernel.getPackedBytes() / measured.shortest,
                measured.bandwidth),
        measured.bandwidth / 1e9);
  double total = 0;
  for (const auto &[name, seconds] : measured.regions)
    total += seconds;
  for (const auto &[name, seconds] : measured.regions)
    out() << llvm::format("region %5.1f %%  ", percent(seconds, total)) << name
          << '\n';
}

void KernelLab::print(const lab::Measurement &measured, bool isTable) {
  double rate = getMacs(measured) / measured.shortest;
  double perCycle = measured.clock > 0 ? rate / measured.clock : 0;
  double core = perCycle / options.threads;
  if (!isTable) {
    out() << llvm::format("time   %.2f us shortest, %.2f us median of %lld "
                          "runs, M %lld\n",
                          measured.shortest * 1e6, measured.median * 1e6,
                          (long long)measured.runs, (long long)measured.tokens);
    out() << llvm::format("rate   %.1f GMAC/s, %.1f MAC/cycle", rate / 1e9,
                          perCycle)
          << (options.threads == 1 ? "\n" : "");
    if (options.threads > 1)
      out() << llvm::format(" (%.1f a core)\n", core);
    return printLimits(measured);
  }
  out() << llvm::format(
      "%6lld %10.2f %10.2f %8.1f %8.1f %6.0f", (long long)measured.tokens,
      measured.shortest * 1e6, measured.median * 1e6, rate / 1e9, core,
      measured.dot.macsPerSecond > 0
          ? percent(rate, measured.dot.macsPerSecond * options.threads)
          : 0);
  if (measured.bandwidth > 0)
    out() << llvm::format(" %6.0f",
                          percent(kernel.getPackedBytes() / measured.shortest,
                                  measured.bandwidth));
  out() << '\n';
}

/// What the certificate of machine code says of a kernel that shall only add.
void KernelLab::printProof() {
  out() << "proof  ";
  if (ternary::getStrategy(kernel.getPlan().strategy).multiplies()) {
    out() << "none: the strategy multiplies activations\n";
    return;
  }
  llvm::Expected<std::string> certificate =
      certifyMachineCode(llvm::StringRef(object.data(), object.size()),
                         "kernel", /*requireKernels=*/true);
  if (certificate)
    out() << "no multiplication by a weight in the machine code\n";
  else
    out() << "none: " << llvm::toString(certificate.takeError()) << '\n';
}

/// What llvm-mca cannot do is no failure of the kernel.
void KernelLab::printLoops() {
  auto loops = lab::viewLoops(llvm::StringRef(object.data(), object.size()),
                              kernel.getSpec());
  if (!loops) {
    out() << "mca    " << llvm::toString(loops.takeError()) << '\n';
    return;
  }
  if (loops->empty())
    out() << "mca    llvm-mca-22 is not found\n";
  for (const lab::LoopView &loop : *loops)
    out() << llvm::format("mca    %5.1f cycles (bound %.1f), %u instructions: ",
                          loop.cycles, loop.bound, loop.instructions)
          << "inner loop of " << loop.kernel << '\n';
  if (options.mca && !loops->empty())
    out() << loops->front().text;
}

llvm::Error KernelLab::measure() {
  if (llvm::Error error = makeObject())
    return error;
  auto team = lab::Team::create(options.threads);
  if (!team)
    return team.takeError();
  auto bench =
      lab::Bench::create(kernel, llvm::StringRef(object.data(), object.size()),
                         **team, options.copies);
  if (!bench)
    return bench.takeError();
  printHead();
  bool isTable = options.tokens.size() > 1;
  if (isTable)
    out() << "     M     min us  median us   GMAC/s MAC/cycle  % dot"
          << (options.copies > 1 ? "  % mem\n" : "\n");
  for (int64_t tokens : options.tokens) {
    auto measured = (*bench)->measure(
        tokens, {options.seconds, options.check, /*limits=*/true});
    if (!measured)
      return measured.takeError();
    print(*measured, isTable);
    if (measured->wrong.first >= 0)
      return llvm::createStringError(
          "the kernel is wrong: row " + llvm::Twine(measured->wrong.second) +
          " of token " + llvm::Twine(measured->wrong.first) + " of " +
          llvm::Twine(tokens) + " has another sum than the reference");
    out().flush();
  }
  if (options.check)
    out() << "exact  every sum equals the scalar reference\n";
  printProof();
  printLoops();
  return llvm::Error::success();
}

int bitnet::kernelMain(llvm::ArrayRef<const char *> arguments,
                       const DialectRegistry &registry) {
  auto fail = [](llvm::Error error) {
    // An empty text: diagnostics were printed.
    if (std::string text = llvm::toString(std::move(error)); !text.empty())
      llvm::errs() << "error: " << text << '\n';
    return 1;
  };
  llvm::Expected<KernelOptions> options = parseKernelOptions(arguments);
  if (!options)
    return fail(options.takeError());
  if (options->help) {
    printKernelHelp(llvm::outs());
    return 0;
  }
  llvm::Expected<std::vector<TargetSpec>> specs =
      parseTargets(options->target, options->cpu, options->attributes);
  if (!specs)
    return fail(specs.takeError());
  if (specs->size() != 1)
    return fail(llvm::createStringError("--target has " +
                                        llvm::Twine(specs->size()) +
                                        ", expected one: a kernel is of one"));
  MLIRContext context(registry);
  DiagnosticPrinter diagnostics(context, llvm::errs(), /*verbose=*/false);
  if (llvm::Error error =
          KernelLab(*options, std::move(specs->front()), context).run())
    return fail(std::move(error));
  return 0;
}
