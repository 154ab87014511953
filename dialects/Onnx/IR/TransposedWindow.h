#ifndef DIALECTS_ONNX_IR_TRANSPOSEDWINDOW_H
#define DIALECTS_ONNX_IR_TRANSPOSEDWINDOW_H

#include "dialects/Onnx/IR/Inference.h"

namespace bitnet::onnx {

/// How a ConvTranspose makes one spatial axis.
struct TransposedWindow {
  int64_t kernel, stride, dilation;
  /// What is taken away from the sum of the kernels at its beginning and its
  /// end; added there where it is negative.
  int64_t before, after;
  /// The size that the result has, whatever that takes away: from the beginning
  /// half, and with `isUpper` not the odd one.
  std::optional<int64_t> size;
  bool isUpper;

  /// Places from the kernel's first to its last one.
  int64_t getReach() const { return dilation * (kernel - 1) + 1; }
  /// Size of the sum of the kernels, and of the result, for an axis of `places`
  /// elements, which may be dynamic.
  int64_t getFullSize(int64_t places) const;
  int64_t getResultSize(int64_t places) const;
};

/// One for each spatial axis of operand 0, [N, C, d1, ...], with kernels of the
/// sizes `kernel`; or an error.
llvm::FailureOr<llvm::SmallVector<TransposedWindow>>
getTransposedWindows(Inference &in, llvm::ArrayRef<int64_t> kernel);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_TRANSPOSEDWINDOW_H
