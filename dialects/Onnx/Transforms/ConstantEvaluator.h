#ifndef DIALECTS_ONNX_TRANSFORMS_CONSTANTEVALUATOR_H
#define DIALECTS_ONNX_TRANSFORMS_CONSTANTEVALUATOR_H

#include "dialects/Onnx/Transforms/HostTensor.h"

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace bitnet::onnx {

/// Computes values that depend on constants only, at their real size: the
/// chains by which exporters leave the quantisation or unpacking of weights in
/// the graph.
///
/// Arithmetic is that of ONNX in the tensor's own type: f32 is computed in
/// f32, f16 and bf16 are rounded after every op, Round is half to even,
/// integers wrap. Only sums of f32 (ReduceSum, ReduceMean, MatMul) accumulate
/// in f64.
class ConstantEvaluator {
public:
  /// Whether evaluate() can compute `value`: every producer is an op that the
  /// evaluator knows, down to constants and to shapes that types tell.
  /// Remembered for each value, so the IR behind it must not change while the
  /// evaluator lives; erasing ops needs forget() first.
  bool isConstantExpression(mlir::Value value);

  /// The value of a constant expression, aligned for its element type.
  /// Intermediate tensors are freed after their last use, or overwritten, so
  /// memory holds a few tensors of the one chain. Nothing is remembered
  /// between calls. On a value that has no meaning (an index out of range, a
  /// shape that does not fit) one error is emitted at the op's location.
  mlir::FailureOr<HostTensor> evaluate(mlir::Value value);

  /// Drops what is remembered about the results of `op`.
  void forget(mlir::Operation *op);

private:
  llvm::DenseMap<mlir::Value, bool> known;
};

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_CONSTANTEVALUATOR_H
