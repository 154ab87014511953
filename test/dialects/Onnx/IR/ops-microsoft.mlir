// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// The example of each op, as its description gives it.

// CHECK-LABEL: func @ms_gelu(
//       CHECK:   onnx.ms.Gelu{{ }}
func.func @ms_gelu(%x: tensor<?x64xf32>) {
  %r = onnx.ms.Gelu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @ms_quick_gelu(
//       CHECK:   onnx.ms.QuickGelu{{ }}
func.func @ms_quick_gelu(%x: tensor<?x64xf32>) {
  %r = onnx.ms.QuickGelu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @ms_bias_gelu(
//       CHECK:   onnx.ms.BiasGelu{{ }}
func.func @ms_bias_gelu(%x: tensor<?x64xf32>, %b: tensor<64xf32>) {
  %r = onnx.ms.BiasGelu %x, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @ms_fast_gelu(
//       CHECK:   onnx.ms.FastGelu{{ }}
func.func @ms_fast_gelu(%x: tensor<?x64xf32>, %b: tensor<64xf32>) {
  %r = onnx.ms.FastGelu %x, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @ms_skip_layer_normalization(
//       CHECK:   onnx.ms.SkipLayerNormalization{{ }}
func.func @ms_skip_layer_normalization(%x: tensor<?x?x64xf32>, %skip: tensor<?x?x64xf32>, %g: tensor<64xf32>) {
  %y = onnx.ms.SkipLayerNormalization %x, %skip, %g {epsilon = 1.0e-5 : f32}
      : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @ms_embed_layer_normalization(
//       CHECK:   onnx.ms.EmbedLayerNormalization{{ }}
func.func @ms_embed_layer_normalization(%ids: tensor<?x?xi32>, %w: tensor<100x64xf32>, %p: tensor<32x64xf32>, %g: tensor<64xf32>, %b: tensor<64xf32>) {
  %none = onnx.None
  %y = onnx.ms.EmbedLayerNormalization %ids, %none, %w, %p, %none, %g, %b
      : (tensor<?x?xi32>, none, tensor<100x64xf32>, tensor<32x64xf32>, none, tensor<64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @ms_quantize_linear(
//       CHECK:   onnx.ms.QuantizeLinear{{ }}
func.func @ms_quantize_linear(%x: tensor<?x64xf32>, %s: tensor<f32>, %z: tensor<ui16>) {
  %r = onnx.ms.QuantizeLinear %x, %s, %z : (tensor<?x64xf32>, tensor<f32>, tensor<ui16>) -> tensor<?x64xui16>
  return
}

// CHECK-LABEL: func @ms_dequantize_linear(
//       CHECK:   onnx.ms.DequantizeLinear{{ }}
func.func @ms_dequantize_linear(%x: tensor<?x64xui16>, %s: tensor<f32>) {
  %r = onnx.ms.DequantizeLinear %x, %s : (tensor<?x64xui16>, tensor<f32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @ms_mat_mul_integer_to_float(
//       CHECK:   onnx.ms.MatMulIntegerToFloat{{ }}
func.func @ms_mat_mul_integer_to_float(%a: tensor<?x64xui8>, %b: tensor<64x32xi8>, %as: tensor<f32>, %bs: tensor<32xf32>) {
  %r = onnx.ms.MatMulIntegerToFloat %a, %b, %as, %bs
      : (tensor<?x64xui8>, tensor<64x32xi8>, tensor<f32>, tensor<32xf32>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @ms_dynamic_quantize_mat_mul(
//       CHECK:   onnx.ms.DynamicQuantizeMatMul{{ }}
func.func @ms_dynamic_quantize_mat_mul(%a: tensor<?x64xf32>, %b: tensor<64x32xi8>, %bs: tensor<f32>) {
  %r = onnx.ms.DynamicQuantizeMatMul %a, %b, %bs
      : (tensor<?x64xf32>, tensor<64x32xi8>, tensor<f32>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @ms_gather_block_quantized(
//       CHECK:   onnx.ms.GatherBlockQuantized{{ }}
func.func @ms_gather_block_quantized(%t: tensor<100x32xui8>, %ids: tensor<?x?xi64>, %s: tensor<100x2xf32>) {
  %r = onnx.ms.GatherBlockQuantized %t, %ids, %s {block_size = 32 : i64}
      : (tensor<100x32xui8>, tensor<?x?xi64>, tensor<100x2xf32>) -> tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @ms_rotary_embedding(
//       CHECK:   onnx.ms.RotaryEmbedding{{ }}
func.func @ms_rotary_embedding(%x: tensor<?x?x64xf32>, %pos: tensor<?x?xi64>, %cos: tensor<128x8xf32>, %sin: tensor<128x8xf32>) {
  %r = onnx.ms.RotaryEmbedding %x, %pos, %cos, %sin
      : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<128x8xf32>, tensor<128x8xf32>) -> tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @ms_multi_head_attention(
//       CHECK:   onnx.ms.MultiHeadAttention{{ }}
func.func @ms_multi_head_attention(%q: tensor<?x?x64xf32>, %k: tensor<?x?x64xf32>, %v: tensor<?x?x64xf32>) {
  %y = onnx.ms.MultiHeadAttention %q, %k, %v {num_heads = 4 : i64}
      : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @ms_fused_gemm(
//       CHECK:   onnx.ms.FusedGemm{{ }}
func.func @ms_fused_gemm(%a: tensor<?x64xf32>, %b: tensor<64x32xf32>, %c: tensor<32xf32>) {
  %r = onnx.ms.FusedGemm %a, %b, %c {activation = "LeakyRelu", activation_alpha = 0.1 : f32}
      : (tensor<?x64xf32>, tensor<64x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @ms_fused_conv(
//       CHECK:   onnx.ms.FusedConv{{ }}
func.func @ms_fused_conv(%x: tensor<?x8x?xf32>, %w: tensor<16x8x3xf32>) {
  %y = onnx.ms.FusedConv %x, %w {activation = "Relu"} : (tensor<?x8x?xf32>, tensor<16x8x3xf32>) -> tensor<?x16x?xf32>
  return
}

// CHECK-LABEL: func @ms_attention(
//       CHECK:   onnx.ms.Attention{{ }}
func.func @ms_attention(%x: tensor<?x?x64xf32>, %w: tensor<64x192xf32>, %b: tensor<192xf32>) {
  %y = onnx.ms.Attention %x, %w, %b {num_heads = 4 : i64}
      : (tensor<?x?x64xf32>, tensor<64x192xf32>, tensor<192xf32>) -> tensor<?x?x64xf32>
  return
}
