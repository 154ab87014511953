#ifndef COMPILER_TARGET_CODEGEN_MODULEDESCRIPTION_H
#define COMPILER_TARGET_CODEGEN_MODULEDESCRIPTION_H

#include "mlir/IR/BuiltinOps.h"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace bitnet {

/// A graph input or output, as bitnet_value_desc has it.
struct ValueDescription {
  std::string name;
  int32_t dtype = 0, role = 0, kv = -1;
  std::vector<int64_t> dims;
};

/// A cache, as bitnet_kv_desc has it.
struct CacheDescription {
  int32_t input = 0, output = 0, dtype = 0, lengthFirst = 0;
  int64_t heads = 0, headDim = 0;
  int64_t inputPart = 0, outputPart = 0;
  int32_t newOnly = 0;
};

/// A kernel of the device, as bitnet_kernel has it.
struct KernelDescription {
  std::string name;
  /// SPIR-V in the order of this machine's bytes, PTX with its closing NUL, or
  /// a code object.
  std::string code;
  std::vector<int32_t> addresses;
  int32_t numWords = 0;
  int64_t grain = 1, workgroup = 1, smallWorkgroup = 1, lanes = 1;
  int64_t scratchBytes = 0;
};

/// What the constant `bitnet_module` says of a model.
struct ModuleDescription {
  std::string name, target, targetName;
  uint32_t requiredCpu = 0;
  std::array<uint8_t, 32> weightsHash = {};
  uint64_t weightsBytes = 0;
  std::vector<ValueDescription> inputs, outputs;
  std::vector<CacheDescription> caches;
  std::vector<std::string> symbols;
  int64_t contextLength = 0, vocabSize = 0;
  /// An input and its axis; where the input is -1, a number or nothing.
  std::array<int64_t, 2> appended = {-1, 0}, cacheBatch = {-1, 0};
  /// A text may be run in pieces.
  bool tokenLocal = false;
  /// The runtime's variable that drives the device; empty without one.
  std::string driver;
  std::vector<KernelDescription> kernels;
  /// Name of the constant.
  std::string symbol = "bitnet_module";
  /// Names of the constants of more code for the same weights, the best last.
  std::vector<std::string> better;
};

/// Reads the module attributes of rt-describe-signature, the recognizer and
/// rt-assign-weights, and the caches. Emits an error for what the runtime
/// cannot take (rank, element type).
std::optional<ModuleDescription> describeModule(mlir::ModuleOp module);

} // namespace bitnet

#endif // COMPILER_TARGET_CODEGEN_MODULEDESCRIPTION_H
