#ifndef COMPILER_TARGET_ARTIFACTS_WEIGHTSFILE_H
#define COMPILER_TARGET_ARTIFACTS_WEIGHTSFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <array>

namespace llvm {
class raw_pwrite_stream;
} // namespace llvm

namespace bitnet {

/// SHA-256 of a weights file's data section, and its bytes.
struct WeightsInfo {
  std::array<uint8_t, 32> hash = {};
  uint64_t dataBytes = 0, fileBytes = 0;
};

/// Writes the values of every rt.global, placed by rt-assign-weights, as a
/// weights file (bitnet_weights_header in runtime/include/bitnet/module.h) at
/// the start of `out`. Values are streamed one after the other; the same module
/// gives the same bytes. `progress` is told the bytes written so far.
llvm::Expected<WeightsInfo>
writeWeights(mlir::ModuleOp module, llvm::StringRef layoutFamily,
             llvm::raw_pwrite_stream &out,
             llvm::function_ref<void(uint64_t)> progress);

} // namespace bitnet

#endif // COMPILER_TARGET_ARTIFACTS_WEIGHTSFILE_H
