#ifndef COMPILER_DRIVER_KERNELOPTIONS_H
#define COMPILER_DRIVER_KERNELOPTIONS_H

#include "compiler/Lab/Problem.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace bitnet {

/// What `kernel` writes instead of measuring.
enum class KernelEmit { None, MLIR, LLVM, Asm, Object };

/// The flags of `bitnet-opt kernel`.
struct KernelOptions {
  std::vector<int64_t> tokens = {1};
  int64_t n = 6912, k = 2560, copies = 1, threads = 1;
  lab::PlanRequest choice;
  std::string target = "native", cpu, attributes, output;
  KernelEmit emit = KernelEmit::None;
  double seconds = 0.5;
  unsigned optLevel = 2;
  bool check = true, mca = false, help = false;
};

llvm::Expected<KernelOptions>
parseKernelOptions(llvm::ArrayRef<const char *> arguments);

/// The text of `kernel --help`.
void printKernelHelp(llvm::raw_ostream &out);

} // namespace bitnet

#endif // COMPILER_DRIVER_KERNELOPTIONS_H
