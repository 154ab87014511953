#ifndef COMPILER_LAB_KERNEL_H
#define COMPILER_LAB_KERNEL_H

#include "compiler/Lab/Jit.h"
#include "compiler/Lab/Problem.h"
#include "compiler/Target/Codegen/TargetSpec.h"
#include "dialects/Ternary/Transforms/Schedule.h"

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace bitnet::lab {

/// One linear layer taken through the phases of `compile`.
class Kernel {
public:
  Kernel(const Problem &problem, TargetSpec spec, unsigned level)
      : problem(problem), spec(std::move(spec)), level(level) {}

  /// plan, pack, bufferize, lower: `getModule` is vector code then. Errors are
  /// diagnostics of `context`.
  mlir::LogicalResult lower(mlir::MLIRContext &context,
                            const PlanRequest &choice);
  /// For a device, after `lower`: its parallel regions as kernels of it.
  mlir::LogicalResult makeKernels();
  /// The rest, after `lower`: packed weights and LLVM IR.
  std::unique_ptr<llvm::Module> translate(llvm::LLVMContext &context);
  /// The object or the assembly of `translate`'s module.
  llvm::Error emit(llvm::Module &code, bool assembly,
                   llvm::SmallVectorImpl<char> &out) const;

  mlir::ModuleOp getModule() { return *module; }
  const Problem &getProblem() const { return problem; }
  const TargetSpec &getSpec() const { return spec; }
  /// What the plan chose.
  const ternary::ScheduleEntry &getPlan() const { return plan; }
  /// The same, to ask for it again.
  PlanRequest getRequest() const;
  /// Names of the parallel regions, and the data section of the weights file.
  llvm::ArrayRef<std::string> getRegions() const { return regions; }
  llvm::ArrayRef<uint8_t> getWeights() const {
    return llvm::ArrayRef(weights).drop_front(weightsOffset);
  }
  /// Bytes of the packed trits alone.
  int64_t getPackedBytes() const {
    return ternary::getPackedBytes(plan.shape, plan.layout);
  }

private:
  const Problem &problem;
  TargetSpec spec;
  unsigned level;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ternary::ScheduleEntry plan;
  std::vector<std::string> regions;
  std::vector<uint8_t> weights;
  int64_t weightsOffset = 0;
};

} // namespace bitnet::lab

#endif // COMPILER_LAB_KERNEL_H
