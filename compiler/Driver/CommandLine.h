#ifndef COMPILER_DRIVER_COMMANDLINE_H
#define COMPILER_DRIVER_COMMANDLINE_H

#include "compiler/Import/FrozenInput.h"
#include "compiler/Pipelines/Pipelines.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace bitnet {

/// What `compile` writes.
enum class Emit { MLIR, LLVM, Asm, Object, Library, Executable, Kernels };

/// The flags of `bitnet-opt compile`.
struct CompileOptions {
  std::string input, output, tokenizer, report, resourceDir, schedule, tune;
  std::string target = "native", cpu, attributes, dense;
  std::string strategy = "auto", layout = "auto", head = "auto";
  /// "add", "any", or empty: the latter with -O3, else the former.
  std::string arithmetic;
  std::string kv = "graph"; ///< element type of caches
  std::vector<FrozenInput> frozen; ///< inputs that are constants
  Emit emit = Emit::Executable;
  std::optional<Phase> stopAfter;
  unsigned optLevel = 2;
  bool certify = false, requireTernary = false, verbose = false, help = false;
  bool printSchedule = false;
  bool quiet = false; ///< no summary; only for callers within the compiler

  /// Whether `auto` may take kernels that multiply activations.
  bool anyArithmetic() const {
    return arithmetic.empty() ? optLevel == 3 : arithmetic == "any";
  }
};

/// Reads the arguments behind `compile`. An unknown flag is an error that names
/// the nearest known one. Not llvm::cl: LLD resets that when it links.
llvm::Expected<CompileOptions>
parseCommandLine(llvm::ArrayRef<const char *> arguments);

/// The text of `compile --help`.
void printHelp(llvm::raw_ostream &out);

} // namespace bitnet

#endif // COMPILER_DRIVER_COMMANDLINE_H
