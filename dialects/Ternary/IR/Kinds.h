#ifndef DIALECTS_TERNARY_IR_KINDS_H
#define DIALECTS_TERNARY_IR_KINDS_H

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

namespace bitnet::ternary {

/// Number of a layout of packed weights: these, which the compiler has, and
/// others in the order in which plug-ins register them. Numbers live as long
/// as the process: IR and files have names.
enum class LayoutKind : uint32_t { Pairs, Planes, Quads, Quints, Rows4, Rows5 };

/// Number of a kernel strategy, likewise.
enum class Strategy : uint32_t { Dot, Lookup, Masked };

llvm::StringRef stringifyLayoutKind(LayoutKind kind);
/// nullopt where nobody registered the name.
std::optional<LayoutKind> symbolizeLayoutKind(llvm::StringRef name);

llvm::StringRef stringifyStrategy(Strategy strategy);
std::optional<Strategy> symbolizeStrategy(llvm::StringRef name);
/// A number for the name of a strategy that the IR does not know yet. Before
/// any thread reads IR, as all registrations.
Strategy addStrategyName(llvm::StringRef name);

/// Whether a layout or a strategy can have this name: small letters, digits
/// and '_', a letter first. It becomes part of the names of kernels.
bool isKernelName(llvm::StringRef name);

/// What the parser and the printer of attributes call.
mlir::FailureOr<LayoutKind> parseLayoutKind(mlir::AsmParser &parser);
mlir::FailureOr<Strategy> parseStrategy(mlir::AsmParser &parser);

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_IR_KINDS_H
