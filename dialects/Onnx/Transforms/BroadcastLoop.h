#ifndef DIALECTS_ONNX_TRANSFORMS_BROADCASTLOOP_H
#define DIALECTS_ONNX_TRANSFORMS_BROADCASTLOOP_H

// Internal to the constant evaluator: loops over broadcast operands.

#include "dialects/Onnx/Transforms/EvaluationKernels.h"

#include <array>

/// The loop's iterations are independent even where an operand is the result:
/// each reads only the element that it writes.
#if defined(__clang__)
#define BITNET_INDEPENDENT_LOOP                                                \
  _Pragma("clang loop vectorize(assume_safety) interleave(enable)")
#else
#define BITNET_INDEPENDENT_LOOP _Pragma("GCC ivdep")
#endif

namespace bitnet::onnx {

/// How N operands are read for a row-major result: axes that all operands step
/// through alike are one axis. Innermost strides are 0 or 1.
template <size_t N>
class BroadcastLoop {
public:
  BroadcastLoop(llvm::ArrayRef<int64_t> shape,
                std::array<llvm::ArrayRef<int64_t>, N> operands) {
    std::array<llvm::SmallVector<int64_t>, N> steps;
    for (size_t k = 0; k < N; ++k)
      steps[k] = operandStrides(shape, operands[k]);
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      count *= shape[axis];
      if (shape[axis] != 1)
        addAxis(shape[axis], steps, axis);
    }
  }

  /// Number of elements of the result.
  int64_t size() const { return count; }
  /// Step of operand `k` along a row.
  int64_t step(size_t k) const {
    return axes.empty() ? 0 : axes.back().steps[k];
  }

  /// Calls `row(offsets, at, length)` for runs of the result from element `at`;
  /// operand k starts at offsets[k] and steps by step(k). Runs concurrently.
  template <typename Fn>
  void forEachRow(Fn row) const {
    forEachPiece(count, [&](int64_t begin, int64_t end) {
      int64_t length = axes.empty() ? 1 : axes.back().size;
      while (begin != end) {
        int64_t take = std::min(end - begin, length - begin % length);
        row(offsetsOf(begin), begin, take);
        begin += take;
      }
    });
  }

  /// Where the operands' elements for element `at` of the result stand.
  std::array<int64_t, N> offsetsOf(int64_t at) const {
    std::array<int64_t, N> offsets{};
    for (const Axis &axis : llvm::reverse(axes)) {
      int64_t index = at % axis.size;
      at /= axis.size;
      for (size_t k = 0; k < N; ++k)
        offsets[k] += index * axis.steps[k];
    }
    return offsets;
  }

private:
  struct Axis {
    int64_t size;
    std::array<int64_t, N> steps;
  };

  static llvm::SmallVector<int64_t>
  operandStrides(llvm::ArrayRef<int64_t> shape,
                 llvm::ArrayRef<int64_t> operand) {
    llvm::SmallVector<int64_t> strides(shape.size(), 0);
    llvm::SmallVector<int64_t> own = rowMajorStrides(operand);
    size_t missing = shape.size() - operand.size();
    for (size_t axis = 0; axis < operand.size(); ++axis)
      if (operand[axis] != 1)
        strides[missing + axis] = own[axis];
    return strides;
  }

  void addAxis(int64_t size,
               const std::array<llvm::SmallVector<int64_t>, N> &steps,
               size_t axis) {
    Axis added{size, {}};
    bool merges = !axes.empty();
    for (size_t k = 0; k < N; ++k) {
      added.steps[k] = steps[k][axis];
      merges = merges && axes.back().steps[k] == steps[k][axis] * size;
    }
    if (merges) {
      added.size *= axes.back().size;
      axes.pop_back();
    }
    axes.push_back(added);
  }

  int64_t count = 1;
  llvm::SmallVector<Axis> axes;
};

/// The shape that `a` and `b` broadcast to, or an error at the op.
mlir::FailureOr<llvm::SmallVector<int64_t>>
broadcastShapes(Evaluation &evaluation, llvm::ArrayRef<int64_t> a,
                llvm::ArrayRef<int64_t> b);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_BROADCASTLOOP_H
