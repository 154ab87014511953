#ifndef DIALECTS_ONNX_IR_CONVOLUTIONWINDOW_H
#define DIALECTS_ONNX_IR_CONVOLUTIONWINDOW_H

#include "dialects/Onnx/IR/Inference.h"

namespace bitnet::onnx {

/// How a kernel moves along one spatial axis.
struct Window {
  int64_t kernel, stride, dilation, before, after;
  /// Whether a last window may stand out behind the pads (`ceil_mode`).
  bool ceil;

  /// Places from the kernel's first to its last one.
  int64_t getReach() const { return dilation * (kernel - 1) + 1; }
  /// Places of the result for an axis of `size`, which may be dynamic; negative
  /// where the kernel does not fit.
  int64_t getResultSize(int64_t size) const;
};

/// `count` numbers of an attribute, each at least `least`, which they are where
/// it is absent; or an error.
llvm::FailureOr<llvm::SmallVector<int64_t>>
getExtents(Inference &in, llvm::StringRef name, size_t count, int64_t least);

/// One window for each spatial axis of operand 0, [N, C, d1, ...], with kernels
/// of the sizes `kernel`, from strides, dilations, pads, auto_pad and
/// ceil_mode; or an error.
llvm::FailureOr<llvm::SmallVector<Window>>
getWindows(Inference &in, llvm::ArrayRef<int64_t> kernel);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_IR_CONVOLUTIONWINDOW_H
