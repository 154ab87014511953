#ifndef DIALECTS_ONNX_TRANSFORMS_DECOMPOSE_H
#define DIALECTS_ONNX_TRANSFORMS_DECOMPOSE_H

#include "mlir/IR/PatternMatch.h"

namespace bitnet::onnx {

/// Of a MatMul: each so many elements of a row of its first operand may be
/// quantised to 8 bits.
inline constexpr llvm::StringLiteral inputBlockAttr = "bitnet.input_block";

/// Swish, RotaryEmbedding, and what quantises or dequantises: as simpler ops.
void populateDecomposePatterns(mlir::RewritePatternSet &patterns);
void populateDecomposeQuantizationPatterns(mlir::RewritePatternSet &patterns);
/// LogSoftmax, Hardmax and the normalisations that no other pass knows.
void populateDecomposeNormalizationPatterns(mlir::RewritePatternSet &patterns);
void populateDecomposeLossPatterns(mlir::RewritePatternSet &patterns);
/// Conv, ConvInteger, CausalConvWithState and pooling.
void populateDecomposeConvolutionPatterns(mlir::RewritePatternSet &patterns);
/// LinearAttention, as a loop over the tokens.
void populateDecomposeLinearAttentionPatterns(
    mlir::RewritePatternSet &patterns);
/// Operators of com.microsoft, as standard ones.
void populateDecomposeMicrosoftPatterns(mlir::RewritePatternSet &patterns);
/// OneHot, EyeLike, DepthToSpace, SpaceToDepth, Dropout, CenterCropPad,
/// windows, ReduceLogSum, ReduceLogSumExp; and Einsum.
void populateDecomposeIndexingPatterns(mlir::RewritePatternSet &patterns);
void populateDecomposeEinsumPatterns(mlir::RewritePatternSet &patterns);

/// Attention as products, masks and Softmax; for what recognition does not take
/// whole.
void populateDecomposeAttentionPatterns(mlir::RewritePatternSet &patterns);

class OpEmitter;

/// The codes of `bits` bits in each byte of `packed`, ui8, low bits first, on a
/// new last axis.
mlir::Value unpackBits(mlir::Value packed, int64_t bits, OpEmitter &emit);

} // namespace bitnet::onnx

#endif // DIALECTS_ONNX_TRANSFORMS_DECOMPOSE_H
