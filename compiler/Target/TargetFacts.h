#ifndef COMPILER_TARGET_TARGETFACTS_H
#define COMPILER_TARGET_TARGETFACTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringRef.h"

#include <map>
#include <optional>
#include <string>

namespace mlir {
class Operation;
} // namespace mlir

namespace bitnet {

struct NamedGpu;
struct NamedTarget;

/// Name of the target of devices with Vulkan 1.3: kernels are SPIR-V, the code
/// around them is for a CPU.
inline constexpr llvm::StringLiteral vulkanTargetName = "spirv-vulkan1.3";

/// What cost models and kernels ask of a target. The module carries it as the
/// dictionary attribute `bitnet.target`, so that every pass sees the same.
struct TargetFacts {
  /// Widest vector register that is worth using, in bits.
  int64_t vectorBits = 128;
  /// Architectural vector registers.
  int64_t vectorRegisters = 16;
  bool x86 = false;
  bool ssse3 = false;      ///< pshufb on 128 bits
  bool avx2 = false;       ///< pshufb on 256 bits
  bool avx512bw = false;   ///< pshufb on 512 bits, byte masks (with VL)
  bool avx512vbmi = false; ///< vpermi2b: tables of 128 bytes (with BW)
  bool avx512vnni = false; ///< vpdpbusd on 512 bits (with BW)
  bool neon = false;       ///< AArch64: tbl on 128 bits
  bool dotprod = false;    ///< sdot
  bool i8mm = false;       ///< usdot, usmmla
  bool rvv = false;        ///< RISC-V: vrgather on all of vector_bits
  /// A GPU whose kernels LLVM compiles: threads in warps of 32 that exchange
  /// values and choose bytes by indices.
  bool warps = false;
  bool tiles = false; ///< its tensor cores multiply tiles of bytes
  /// Converts f16 to and from f32 by instructions.
  bool convertsHalf = true;
  /// Data caches of one core, in bytes.
  int64_t l1Bytes = 32 * 1024;
  int64_t l2Bytes = 512 * 1024;
  /// Last cache, that all cores share.
  int64_t l3Bytes = 32 * 1024 * 1024;
  /// What the cost model takes for a core's clock and for the bytes that all
  /// threads read from memory: measured on a server CPU (Zen 4, 2 cores) with
  /// the kernel lab. Never those of the machine at hand, so that a plan is the
  /// same everywhere; `--tune` measures instead.
  int64_t clockMHz = 3700;
  int64_t readMBs = 36000;
  /// Threads that the kernels' granularity is meant for; the number that runs
  /// is the session's choice and never changes a result.
  int64_t threads = 2;

  /// The plug-in's target that these are the facts of; null where they are of
  /// the compiler's own.
  const NamedTarget *plugin = nullptr;
  /// The GPU; null for CPUs and where only its facts are known.
  const NamedGpu *gpu = nullptr;
  /// Facts that only a plug-in's strategies know, by name.
  std::map<std::string, int64_t> more;

  static constexpr llvm::StringLiteral attrName = "bitnet.target";

  /// One of `names`; nullopt for others.
  static std::optional<TargetFacts> named(llvm::StringRef name);
  /// The names that `named` takes: "generic", and those of every family
  /// of CPUs and GPUs.
  static llvm::SmallVector<llvm::StringRef> names();
  /// The plug-in's target, the GPU, or the last of the compiler's own `names`
  /// whose instructions these facts have all.
  llvm::StringRef name() const;

  /// From a module's `bitnet.target`, `generic` when it has none. Entries that
  /// the dictionary lacks keep their default; what is not known goes to `more`.
  static TargetFacts of(mlir::Operation *op);
  /// The facts that a pass shall use: `name` when it is not empty, else `of`.
  /// Emits an error at `op` and gives nullopt for an unknown name, or for a
  /// module of a plug-in's target that is not loaded.
  static std::optional<TargetFacts> choose(mlir::Operation *op,
                                           llvm::StringRef name);

  mlir::DictionaryAttr toAttr(mlir::MLIRContext *context) const;
  /// Every fact by name, in a fixed order; a bool is 0 or 1. Those of plug-ins
  /// come last.
  llvm::SmallVector<std::pair<llvm::StringRef, int64_t>> list() const;

  /// Widest byte shuffle by a vector of indices, in bytes; 0 without one.
  int64_t shuffleBytes() const {
    return avx512bw && vectorBits >= 512 ? 64
           : avx2 && vectorBits >= 256   ? 32
           : ssse3 || neon               ? 16
           : rvv && vectorBits >= 128    ? std::min<int64_t>(vectorBits / 8, 64)
                                         : 0;
  }
  /// Size of vectors of bytes whose products are added by four, 0 without them:
  /// those of signed and unsigned bytes, all of them (`wide`) or below 128.
  int64_t dotBytes(bool wide) const {
    return avx512vnni && vectorBits >= 512 ? 64
           : (wide ? i8mm : dotprod)       ? 16
                                           : 0;
  }
};

} // namespace bitnet

#endif // COMPILER_TARGET_TARGETFACTS_H
