#ifndef COMPILER_RECOGNIZE_LINEAROPERANDS_H
#define COMPILER_RECOGNIZE_LINEAROPERANDS_H

#include "dialects/Onnx/Transforms/ConstantEvaluator.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace bitnet::recognize {

/// A product with constant weights: MatMul, Gemm or ms.FusedMatMul whose second
/// operand is a constant expression of rank 2.
struct LinearOperands {
  mlir::Operation *op;
  mlir::Value input;   // [.., K], rank >= 1
  mlir::Value weights; // [N, K] if rowsAreOutputs, else [K, N]
  mlir::Value bias;    // [N], or null
  bool rowsAreOutputs;
  int64_t n, k;
};

/// Matches `op`; nothing for other ops, and for products of two activations or
/// with factors that a linear layer has not.
std::optional<LinearOperands>
matchLinearOperands(mlir::Operation *op, onnx::ConstantEvaluator &evaluator);

/// Lets `weights` be the constant itself where only transposes and casts that
/// widen to f32 stand before it: a large matrix is then never copied.
void reachConstant(LinearOperands &linear);

/// Makes products with weights on the left, or with weights that have leading
/// axes of size 1, into products that matchLinearOperands knows.
void normalizeProducts(mlir::Block &block);

/// Computes linear layers in front of the reshapes of rows that they have in
/// front of them: on what is quantised.
void sinkReshapes(mlir::Block &block);

/// Computes quantisers behind the transposes that linear layers have in front
/// of them: over the last axis, as they are known.
void hoistTransposes(mlir::Block &block);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_LINEAROPERANDS_H
