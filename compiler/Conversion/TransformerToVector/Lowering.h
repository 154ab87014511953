#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_LOWERING_H
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_LOWERING_H

#include "compiler/Conversion/TransformerToVector/LaneBuilder.h"
#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"

namespace bitnet::transformer {

/// How many vectors of 16 floats stay in registers: tiles are cut by it.
struct Registers {
  /// Accumulators of 16 floats, leaving room for operands.
  int64_t accumulators;

  /// Of a thread of a GPU: its vectors are scalar code, so tiles are the
  /// smallest there are.
  static Registers ofThreads() { return {1}; }
  static Registers ofVectorBits(int64_t bits) {
    // 32 registers of one accumulator each, or 16 of half of one.
    return {bits >= 512 ? 24 : 6};
  }
  /// Where each needs a weight and a value beside it.
  int64_t valueAccumulators() const {
    return accumulators >= 16 ? 16 : accumulators;
  }
  /// A tile of a linear layer for many tokens: all accumulators.
  int64_t tileRows() const {
    return accumulators >= 16 ? 8 : isSingle() ? 1 : 2;
  }
  int64_t tileTokens() const { return isSingle() ? 1 : 3; }
  bool isSingle() const { return accumulators == 1; }
};

// Each emits the code of one op in memref form before it. The op stays.
mlir::LogicalResult lower(RMSNormOp op, LaneBuilder &b);
mlir::LogicalResult lower(LayerNormOp op, LaneBuilder &b);
mlir::LogicalResult lower(RotaryOp op, LaneBuilder &b);
mlir::LogicalResult lower(GatedActivationOp op, LaneBuilder &b);
mlir::LogicalResult lower(QuantizeRowsOp op, LaneBuilder &b);
mlir::LogicalResult lower(LinearOp op, LaneBuilder &b, Registers registers);
/// The same where the weights are packed rows.
mlir::LogicalResult lowerPacked(LinearOp op, LaneBuilder &b,
                                Registers registers);
/// Outputs of tokens [first, last) of x [M, K] to out [M, N].
void emitPackedLinear(LaneBuilder &b, mlir::Value exec, mlir::Value x,
                      mlir::Value weights, mlir::Value bias, mlir::Value out,
                      mlir::Value first, mlir::Value last, Registers registers);
mlir::LogicalResult lower(EmbeddingOp op, LaneBuilder &b);
mlir::LogicalResult lower(QuantizedLinearOp op, LaneBuilder &b,
                          Registers registers, const TargetFacts &facts);
mlir::LogicalResult lower(GroupedLinearOp op, LaneBuilder &b,
                          const TargetFacts &facts);
mlir::LogicalResult lower(ScreenedLinearOp op, LaneBuilder &b,
                          Registers registers, const TargetFacts &facts);
mlir::LogicalResult lower(AttentionOp op, LaneBuilder &b, Registers registers);
mlir::LogicalResult lower(ternary::FloatLinearOp op, LaneBuilder &b,
                          Registers registers);

/// 1 / sqrt(sum / size + eps), the factor of a root mean square norm.
mlir::Value emitNormFactor(LaneBuilder &b, mlir::Value sum, int64_t size,
                           const mlir::APFloat &eps);

/// activation(x) of 16 lanes.
mlir::Value emitActivation(LaneBuilder &b, Activation activation,
                           mlir::Value x);

/// Index along an axis that may be of size 1 and is then repeated.
mlir::Value broadcastIndex(LaneBuilder &b, mlir::Value memref, int64_t axis,
                           mlir::Value index);

} // namespace bitnet::transformer

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_LOWERING_H
