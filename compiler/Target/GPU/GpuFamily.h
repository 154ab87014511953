#ifndef COMPILER_TARGET_GPU_GPUFAMILY_H
#define COMPILER_TARGET_GPU_GPUFAMILY_H

#include "mlir/IR/Builders.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace llvm {
class Function;
} // namespace llvm

namespace bitnet {

/// A name that `--target` and passes take, e.g. "nvptx-sm_80".
struct NamedGpu {
  llvm::StringLiteral name;
  /// LLVM's name of the processor, and features beyond it.
  llvm::StringLiteral cpu, features;
  /// Tensor cores that multiply bytes (device.multiply_tiles).
  bool multipliesTiles = false;
};

/// What the compiler knows of the GPUs of one maker, whose kernels LLVM
/// compiles. `getGpuFamilies` is the only list of them.
class GpuFamily {
public:
  using Value = mlir::Value;
  using Builder = mlir::OpBuilder;
  using Location = mlir::Location;

  virtual ~GpuFamily() = default;

  virtual llvm::StringRef getTriple() const = 0;
  virtual llvm::ArrayRef<NamedGpu> getNames() const = 0;
  /// What its kernels are called in messages.
  virtual llvm::StringRef getKernelKind() const = 0;
  /// Ending of a kernel's file.
  virtual llvm::StringRef getFileEnding() const = 0;
  /// The runtime's variable that drives such devices; empty: none does.
  virtual llvm::StringRef getDriver() const { return ""; }
  /// Whether kernels are assembly text, else linked objects.
  virtual bool emitsText() const = 0;
  /// Makes `function` a kernel whose workgroups have at most that many threads;
  /// `isFixed`: all of them.
  virtual void makeKernel(llvm::Function &function, int64_t workgroup,
                          bool isFixed) const = 0;

  // The ops of the device dialect: i32 unless it is said otherwise.

  /// Number of the workgroup in the grid, and of the thread in its workgroup.
  virtual Value workgroupNumber(Builder &b, Location loc) const = 0;
  virtual Value threadInWorkgroup(Builder &b, Location loc) const = 0;
  /// Threads of the workgroup; null: a launch cannot choose, they are always
  /// most.
  virtual Value workgroupThreads(Builder &b, Location loc) const { return {}; }
  /// Waits for the lanes of a part: those within each 32 threads, or the
  /// workgroup.
  virtual void sync(Builder &b, Location loc, int64_t lanes) const = 0;
  /// `value` of the lane whose number differs by `mask`; the lanes of each
  /// `lanes` neighbours (at most 32) arrive together.
  virtual Value exchange(Builder &b, Location loc, Value value, int64_t mask,
                         int64_t lanes) const = 0;
  /// `value` of the lane `lane` among `width` neighbours.
  virtual Value pick(Builder &b, Location loc, Value value, Value lane,
                     int64_t width, int64_t lanes) const = 0;
  virtual Value permuteBytes(Builder &b, Location loc, Value low, Value high,
                             Value selector) const = 0;
  virtual Value dot4(Builder &b, Location loc, Value sum, Value codes,
                     Value elements, llvm::StringRef cpu) const = 0;
  /// Of GPUs with multipliesTiles.
  virtual llvm::SmallVector<Value> multiplyTiles(Builder &b, Location loc,
                                                 mlir::ValueRange words) const {
    return {};
  }
};

llvm::ArrayRef<const GpuFamily *> getGpuFamilies();
/// The family and the processor that a name stands for; nulls for others.
std::pair<const GpuFamily *, const NamedGpu *> findGpu(llvm::StringRef name);

const GpuFamily &getNVPTXFamily();
const GpuFamily &getAMDGPUFamily();

} // namespace bitnet

#endif // COMPILER_TARGET_GPU_GPUFAMILY_H
