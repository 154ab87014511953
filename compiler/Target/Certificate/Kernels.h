#ifndef COMPILER_TARGET_CERTIFICATE_KERNELS_H
#define COMPILER_TARGET_CERTIFICATE_KERNELS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace bitnet {

/// What runs behind an instruction.
enum class Flow { Next, Branch, Call, Return };

/// One machine instruction of a kernel.
struct Instruction {
  uint64_t address = 0;
  std::string mnemonic, text;
  Flow flow = Flow::Next;
  /// Where a direct branch or call goes.
  std::optional<uint64_t> target;
  /// Called function, empty when it is not known.
  std::string callee;
  /// The linker fills in a part of it, so that its text says less than it does.
  bool isRelocated = false;
  /// Any instruction of the kernel may run behind it: where it goes is not
  /// known, or to what may come back.
  bool goesAnywhere = false;
  /// The first operand is a general register of 64 bits.
  bool isScalar64 = false;
  /// In a loop that holds no other loop.
  bool inInnermostLoop = false;
  /// Of a product: one of its factors is a constant of the code that no weight
  /// is.
  bool hasConstantFactor = false;
};

/// One BitLinear kernel: a function whose name begins with `bitlinear_`.
struct Kernel {
  std::string name;
  std::vector<Instruction> instructions;
};

inline constexpr llvm::StringLiteral kernelPrefix = "bitlinear_";

/// Whether `name` is a function of the C library that kernels call: it knows no
/// weight, runs no kernel, and keeps the registers that it has to.
bool isLibraryFunction(llvm::StringRef name);

/// Disassembles every kernel of an object, library or executable. Bytes that
/// are no instruction are an error.
llvm::Expected<std::vector<Kernel>>
disassembleKernels(const llvm::object::ELFObjectFileBase &file);

} // namespace bitnet

#endif // COMPILER_TARGET_CERTIFICATE_KERNELS_H
