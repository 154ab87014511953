#ifndef DIALECTS_ONNX_TRANSFORMS_DECOMPOSE_H
#define DIALECTS_ONNX_TRANSFORMS_DECOMPOSE_H

#include "mlir/IR/PatternMatch.h"

namespace bitnet::onnx {

/// Swish, RotaryEmbedding, and what quantises or dequantises: as simpler ops.
void populateDecomposePatterns(mlir::RewritePatternSet &patterns);
void populateDecomposeQuantizationPatterns(mlir::RewritePatternSet &patterns);

/// Attention as products, masks and Softmax; for what recognition does not take
/// whole.
void populateDecomposeAttentionPatterns(mlir::RewritePatternSet &patterns);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_DECOMPOSE_H
