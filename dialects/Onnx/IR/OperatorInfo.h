#ifndef DIALECTS_ONNX_IR_OPERATORINFO_H
#define DIALECTS_ONNX_IR_OPERATORINFO_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

namespace bitnet::onnx {

/// What is known of an operator of ONNX or of `com.microsoft`.
struct OperatorInfo {
  /// Name of our op ("onnx.MatMul"); empty where the operator exists in ONNX
  /// but is not supported.
  llvm::StringRef opName;
  /// Operator set that introduced the operator.
  int sinceVersion;
  /// Oldest operator set whose form of the operator the op has: an older model
  /// spells it otherwise, or means something else by it.
  int minVersion;
  /// Newest operator set whose form of the operator the op has.
  int maxVersion;
  /// Operands that must be given, and the most that may be (-1: any number).
  int requiredInputs, maxInputs;
  /// The op's description, which labels its constraints; empty with `opName`.
  llvm::StringRef description;
};

/// Looks an operator up. `domain` is "" or "ai.onnx" for the default one; a
/// domain's operators are known by their ONNX names (`MatMul`). nullopt where
/// no operator of that name was ever defined there.
std::optional<OperatorInfo> getOperatorInfo(llvm::StringRef domain,
                                            llvm::StringRef opType);

/// Calls `use` for the operators of a domain ("" or "com.microsoft") that we
/// have, by name.
void forEachOperator(
    llvm::StringRef domain,
    llvm::function_ref<void(llvm::StringRef, const OperatorInfo &)> use);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_OPERATORINFO_H
