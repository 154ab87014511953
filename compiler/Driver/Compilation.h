#ifndef COMPILER_DRIVER_COMPILATION_H
#define COMPILER_DRIVER_COMPILATION_H

#include "compiler/Driver/CommandLine.h"
#include "compiler/Driver/Diagnostics.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Target/Artifacts/OutputFile.h"
#include "compiler/Target/Artifacts/WeightsFile.h"
#include "compiler/Target/Codegen/Codegen.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace bitnet {

/// One run of `compile`: model in, files out.
class Compilation {
public:
  Compilation(const char *argv0, CompileOptions options,
              mlir::MLIRContext &context);

  /// Errors were printed when it fails; no file has changed then.
  mlir::LogicalResult run();

private:
  mlir::LogicalResult load();
  /// Reads --target and checks it against the other flags.
  mlir::LogicalResult readTargets();
  mlir::LogicalResult checkSeveral();
  bool hasSeveral() const { return specs.size() > 1; }
  /// The phases that are the same for all targets.
  mlir::LogicalResult runSharedPhases();
  /// What phases are told of the flags and `spec`.
  void fillOptions(PipelineOptions &phaseOptions);
  /// Those from `first` to `last`, for `spec`.
  mlir::LogicalResult runPhases(Phase first, Phase last);
  /// Prints the module, or makes code of it.
  mlir::LogicalResult produce();
  /// Calls `body` for each target, with `spec`, and in `module` a copy of what
  /// they share.
  mlir::LogicalResult
  forEachTarget(llvm::function_ref<mlir::LogicalResult()> body);
  mlir::LogicalResult runPasses(llvm::StringRef name,
                                mlir::OpPassManager &passes);
  /// Counts linear layers; fails on the first that is not ternary when
  /// --require-ternary is given.
  mlir::LogicalResult checkLinears();
  /// Tells report and summary how dense weights are stored.
  void recordStorage();
  /// The page of --report=FILE.html, from the planned module.
  void describeCosts(const TargetFacts &facts);
  void measureWeights();
  /// Phase plan with kernels measured on this machine (--tune).
  mlir::LogicalResult planTuned(PipelineOptions &phaseOptions);
  /// Whether what is printed is the module after some phase.
  bool printsIR() const {
    return options.stopAfter.has_value() || options.emit == Emit::MLIR;
  }
  Phase lastPhase() const { return options.stopAfter.value_or(Phase::Lower); }
  mlir::LogicalResult printIR();
  /// Where text goes that `-o` names a file for; null after an error.
  llvm::raw_ostream *textOutput();
  /// The kernels that were chosen, as a schedule.
  std::string describeSchedule();
  mlir::LogicalResult printSchedules();
  mlir::LogicalResult writeReportFile();
  mlir::LogicalResult generate();
  /// LLVM IR of `module` for `spec`, added to `code`; null where it is printed.
  mlir::LogicalResult generateCode(llvm::LLVMContext &llvmContext,
                                   std::unique_ptr<llvm::Module> &code);
  mlir::LogicalResult describe();
  /// Writes the weights, or checks that they are those that were written.
  mlir::LogicalResult placeWeights();
  mlir::LogicalResult checkDevice();
  /// Phase device, and its kernels as binaries.
  mlir::LogicalResult makeKernels();
  mlir::LogicalResult takeKernels();
  mlir::LogicalResult writeKernelFiles();
  mlir::LogicalResult writeWeightsFile();
  mlir::LogicalResult emitText(llvm::Module &module);
  mlir::LogicalResult certifyObject();
  mlir::LogicalResult link();
  mlir::LogicalResult linkLibraryFiles();
  mlir::LogicalResult linkExecutableFile();
  void printSummary();

  /// Reports `error` at `place`; success when there is none.
  mlir::LogicalResult check(llvm::Error error, llvm::StringRef place = "");
  OutputFile *open(llvm::StringRef path, bool executable = false);
  mlir::LogicalResult readTokenizer();
  /// OUT, or the model's name without its ending.
  std::string outputBase() const;

  const char *argv0;
  CompileOptions options;
  mlir::MLIRContext &context;
  DiagnosticPrinter diagnostics;
  Progress progress;
  /// The targets, the one that needs least of a CPU first.
  std::vector<TargetSpec> specs;
  /// The one that is being worked on, else the first.
  TargetSpec spec;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Of `spec`.
  ModuleDescription description;
  /// The globals that were written, in their order.
  mlir::ArrayAttr writtenGlobals;
  llvm::raw_ostream *text = nullptr;
  WeightsInfo weights;
  llvm::SmallVector<char, 0> object;
  std::string tokenizerText, certificate, headStorage, costPage;
  /// Of the tokenizer; -1 without one.
  int64_t largestTokenId = -1;
  unsigned linears = 0, ternaryLinears = 0;
  /// Of one layer each where layers are rolled: the ratio is that of all.
  double ternaryWeights = 0, ternaryBits = 0;
  /// Written to temporary names until everything has succeeded.
  std::vector<OutputFile> files;
  /// Of an earlier model, which would be taken for this one's; removed then.
  std::string staleFile;
  /// The weights of an executable, before they are appended.
  std::optional<OutputFile> weightsScratch;
};

} // namespace bitnet

#endif // COMPILER_DRIVER_COMPILATION_H
