#ifndef COMPILER_TARGET_CODEGEN_TARGETSPEC_H
#define COMPILER_TARGET_CODEGEN_TARGETSPEC_H

#include "compiler/Target/TargetFacts.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace bitnet {

class TargetFamily;
class GpuFamily;
struct NamedGpu;

/// What runs the parallel regions of a model: the CPU, shaders of Vulkan, or
/// kernels that LLVM compiles for a GPU.
enum class Device { CPU, Vulkan, GPU };

/// The CPU that code is made for, and the device beside it.
struct TargetSpec {
  /// What `--target` called it.
  std::string name;
  Device device = Device::CPU;
  /// Of Device::GPU.
  const GpuFamily *gpuFamily = nullptr;
  const NamedGpu *gpu = nullptr;
  llvm::Triple triple;
  /// What the compiler, or a plug-in, knows of such CPUs; null for others.
  const TargetFamily *family = nullptr;
  /// The plug-in's target that was asked for; null for the compiler's own.
  const NamedTarget *plugin = nullptr;
  /// Scheduling and costs only: what code needs is in `features`.
  std::string tuneCpu;
  /// LLVM feature string, e.g. "+avx2,+fma". It names only features that
  /// every CPU of the family has or the runtime checks when it loads the code.
  std::string features;
  /// Bits of enum bitnet_cpu.
  uint32_t requiredCpu = 0;
  /// Sizes of the data caches where they are known, else 0: those of the
  /// machine at hand for `native`.
  int64_t l1Bytes = 0, l2Bytes = 0, l3Bytes = 0;

  bool has(llvm::StringRef feature) const;
  /// What cost models and kernels ask.
  TargetFacts facts() const;
  /// For messages: triple, CPU and features.
  std::string describe() const;
  /// The name that `--target` took for the device; empty for a CPU alone.
  llvm::StringRef deviceName() const;
  /// What decides the weights' layout, for the weights file's header.
  std::string layoutFamily() const;
};

/// Reads `--target` ("native", a name of TargetFacts such as "x86-avx2", or
/// TRIPLE[+FEATURE][,-FEATURE]..., or vulkanTargetName, or a name of a
/// GpuFamily), `-mcpu` and `-mattr` (both may be empty; for the CPU beside a
/// device, too). An unknown triple, CPU or feature is an error.
llvm::Expected<TargetSpec> parseTarget(llvm::StringRef target,
                                       llvm::StringRef cpu,
                                       llvm::StringRef attributes);

/// Reads a list of such targets with commas between, where several make code
/// for CPUs of one architecture: the one that needs least of a CPU comes first,
/// whatever the order in the list. Then there is neither a device, nor `cpu`,
/// nor `attributes`.
llvm::Expected<std::vector<TargetSpec>>
parseTargets(llvm::StringRef targets, llvm::StringRef cpu,
             llvm::StringRef attributes);

/// LLVM's name of `level`, 0 to 3.
llvm::CodeGenOptLevel getCodeGenLevel(unsigned level);

/// A machine for `spec`; `level` is 0 to 3.
std::unique_ptr<llvm::TargetMachine> createMachine(const TargetSpec &spec,
                                                   unsigned level);

/// Makes every target of the LLVM library known. Idempotent.
void initializeTargets();

} // namespace bitnet

#endif // COMPILER_TARGET_CODEGEN_TARGETSPEC_H
