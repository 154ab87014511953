#ifndef COMPILER_RECOGNIZE_PATTERNS_H
#define COMPILER_RECOGNIZE_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

/// One family of patterns each; recognize-<family> applies it alone.
namespace bitnet::recognize {

/// transformer.rms_norm and layer_norm: spelled out, or ONNX's own ops.
void populateNormPatterns(mlir::RewritePatternSet &patterns);

/// transformer.rotary: x * cos + concat(-x2, x1) * sin.
void populateRotaryPatterns(mlir::RewritePatternSet &patterns);

/// transformer.attention: softmax(q k^T * scale + mask) v, with repeated keys
/// and values taken back to their groups, and ms.GroupQueryAttention.
void populateAttentionPatterns(mlir::RewritePatternSet &patterns);
void populateGroupQueryAttentionPatterns(mlir::RewritePatternSet &patterns);

/// On an onnx.Attention: the step has as many keys as queries.
inline constexpr llvm::StringLiteral kOneLengthAttr = "bitnet.one_length";

/// onnx.Attention: transformer.attention, or spelled out where that cannot say
/// it.
void populateStandardAttentionPatterns(mlir::RewritePatternSet &patterns);

/// transformer.gated_activation: SwiGLU and relu2; then, without an up, the
/// activations that no product took.
void populateGatedActivationPatterns(mlir::RewritePatternSet &patterns);
void populateActivationPatterns(mlir::RewritePatternSet &patterns);

} // namespace bitnet::recognize

#endif // COMPILER_RECOGNIZE_PATTERNS_H
