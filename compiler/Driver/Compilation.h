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
  mlir::LogicalResult runPhases();
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
  mlir::LogicalResult printIR();
  /// The kernels that were chosen, as a schedule.
  std::string describeSchedule();
  mlir::LogicalResult writeReportFile();
  mlir::LogicalResult generate();
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
  TargetSpec spec;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ModuleDescription description;
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
