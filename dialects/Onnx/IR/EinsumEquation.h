#ifndef DIALECTS_ONNX_IR_EINSUMEQUATION_H
#define DIALECTS_ONNX_IR_EINSUMEQUATION_H

#include "mlir/Support/LLVM.h"

#include <optional>
#include <string>

namespace bitnet::onnx {

/// The equation of an Einsum: a label for each axis of each operand and of the
/// result. Letters are labels; the axes that `...` stands for are kEllipsis and
/// up, counted from the last one, so that equal labels broadcast.
struct EinsumEquation {
  static constexpr int kEllipsis = 256;

  llvm::SmallVector<llvm::SmallVector<int>> operands;
  llvm::SmallVector<int> result;

  /// Parses `text` for operands of `ranks`; nullopt and a message where it is
  /// not an equation for those.
  static std::optional<EinsumEquation> parse(llvm::StringRef text,
                                             llvm::ArrayRef<int64_t> ranks,
                                             std::string &error);
};

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_EINSUMEQUATION_H
