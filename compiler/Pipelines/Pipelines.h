#ifndef COMPILER_PIPELINES_PIPELINES_H
#define COMPILER_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

#include <optional>

namespace bitnet {

/// The phases of docs/architecture.md, in order. `--stop-after` takes their
/// names.
enum class Phase {
  Import,
  Normalize,
  Recognize,
  Plan,
  Pack,
  Bufferize,
  Lower,
  Device, ///< only where a device runs the parallel regions
  Codegen
};
inline constexpr unsigned numPhases = 9;

llvm::StringRef getPhaseName(Phase phase);
std::optional<Phase> parsePhase(llvm::StringRef name);

/// What the phases are told; each passes on what concerns it.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string> strategy{*this, "strategy",
                               llvm::cl::desc("auto or a kernel strategy"),
                               llvm::cl::init("auto")};
  Option<bool> anyArithmetic{
      *this, "any-arithmetic",
      llvm::cl::desc("auto may take kernels that multiply activations"),
      llvm::cl::init(false)};
  Option<std::string> layout{
      *this, "layout", llvm::cl::desc("auto or a layout of packed weights"),
      llvm::cl::init("auto")};
  Option<std::string> dense{
      *this, "dense",
      llvm::cl::desc("Element type to make ternary layers dense in"),
      llvm::cl::init("")};
  Option<bool> integerGroups{
      *this, "integer-groups",
      llvm::cl::desc("All targets have kernels for 8-bit inputs with a scale "
                     "for each group of terms"),
      llvm::cl::init(true)};
  Option<std::string> schedule{*this, "schedule",
                               llvm::cl::desc("Schedule of kernels"),
                               llvm::cl::init("")};
  Option<bool> planKernels{
      *this, "plan-kernels",
      llvm::cl::desc("Whether phase plan ends with ternary-plan"),
      llvm::cl::init(true)};
  Option<bool> severalTargets{
      *this, "several-targets",
      llvm::cl::desc("Weights are for all of the module's `bitnet.targets`: "
                     "phase plan chooses layouts only, phase lower begins with "
                     "the kernels of one"),
      llvm::cl::init(false)};
  Option<int64_t> vectorBits{*this, "vector-bits",
                             llvm::cl::desc("Width of vector registers"),
                             llvm::cl::init(256)};
  Option<std::string> head{
      *this, "head", llvm::cl::desc("auto, graph, bf16, f16, i8, i4 or exact"),
      llvm::cl::init("auto")};
  Option<std::string> kv{*this, "kv",
                         llvm::cl::desc("Element type of key/value caches: "
                                        "graph, f32, f16 or i8"),
                         llvm::cl::init("graph")};
  Option<bool> threads{*this, "threads",
                       llvm::cl::desc("The lanes of the target are threads, "
                                      "as those of a GPU"),
                       llvm::cl::init(false)};
  Option<bool> shaders{*this, "shaders",
                       llvm::cl::desc("A device's kernels are shaders of "
                                      "Vulkan, else LLVM compiles them"),
                       llvm::cl::init(true)};
  Option<bool> certify{*this, "certify",
                       llvm::cl::desc("Refuse multiplies in BitLinear loops"),
                       llvm::cl::init(false)};
};

/// Appends a phase's passes to a pass manager of builtin.module. Import has
/// none; codegen's are split in two, because the weights file is written in
/// between.
void buildPhase(Phase phase, mlir::OpPassManager &passes,
                const PipelineOptions &options);

/// The end of phase plan, where `planKernels` left it out.
void buildPlanKernels(mlir::OpPassManager &passes,
                      const PipelineOptions &options);

/// First half of codegen: buffers into one arena, parallel regions into
/// functions, globals to their places in the weights file, small constants too
/// where a device must read them.
void buildPlanMemory(mlir::OpPassManager &passes, bool forDevice = false);

/// Parallel regions to kernels of a device, after buildPlanMemory: they are
/// `spirv.module`s (`shaders`) or modules of kernel-to-gpu then.
/// `buildPlanMemory` must run with `forDevice`.
void buildDevice(mlir::OpPassManager &passes, bool shaders);

/// Second half of codegen: everything to the LLVM dialect.
void buildToLLVM(mlir::OpPassManager &passes);

/// Registers the phases as `--bitnet-<phase>`.
void registerPipelines();

} // namespace bitnet

#endif // COMPILER_PIPELINES_PIPELINES_H
