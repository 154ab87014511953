// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @bias_gelu_c2(%x: tensor<?x8xf32>, %b: tensor<4xf32>) {
  // expected-error @+2 {{operand 1 has type 'tensor<4xf32>', expected a vector of 8 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.BiasGelu %x, %b : (tensor<?x8xf32>, tensor<4xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @skip_c3(%x: tensor<?x8xf32>, %g: tensor<8xf16>) {
  // expected-error @+2 {{operand 2 has type 'tensor<8xf16>', expected a vector of 8 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.SkipLayerNormalization %x, %x, %g : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<8xf16>) -> tensor<?x8xf32>
  return
}

// -----

func.func @embed_c2(%ids: tensor<?x?xi32>, %w: tensor<9x8xf32>, %p: tensor<9x4xf32>, %g: tensor<8xf32>) {
  %none = onnx.None
  // expected-error @+2 {{table 3 has type 'tensor<9x4xf32>', expected rows as of 'tensor<9x8xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.EmbedLayerNormalization %ids, %none, %w, %p, %none, %g, %g : (tensor<?x?xi32>, none, tensor<9x8xf32>, tensor<9x4xf32>, none, tensor<8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  return
}

// -----

func.func @product_c2(%a: tensor<?x8xui8>, %b: tensor<8x3xi8>, %s: tensor<f32>, %c: tensor<4xf32>) {
  // expected-error @+2 {{scale, operand 3, has type 'tensor<4xf32>', expected one float, or one for each of 3 columns}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MatMulIntegerToFloat %a, %b, %s, %c : (tensor<?x8xui8>, tensor<8x3xi8>, tensor<f32>, tensor<4xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @gather_c1(%t: tensor<9x16xui8>, %i: tensor<?xi64>, %s: tensor<9x1xf32>) {
  // expected-error @+2 {{has block_size=24, expected a power of two, at least 16}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.GatherBlockQuantized %t, %i, %s {block_size = 24 : i64} : (tensor<9x16xui8>, tensor<?xi64>, tensor<9x1xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @gather_c2(%t: tensor<9x16xui8>, %i: tensor<?xi64>, %s: tensor<9x1xf32>) {
  // expected-error @+2 {{scales have type 'tensor<9x1xf32>', expected floats of shape 9x2}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.GatherBlockQuantized %t, %i, %s {block_size = 16 : i64} : (tensor<9x16xui8>, tensor<?xi64>, tensor<9x1xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @rotary_c3(%x: tensor<?x?x64xf32>, %p: tensor<?x?xi64>, %c: tensor<9x4xf32>) {
  // expected-error @+2 {{rotates 8 features of 0 heads, expected the number of heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.RotaryEmbedding %x, %p, %c, %c {rotary_embedding_dim = 8 : i64} : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<?x?x64xf32>
  return
}

// -----

func.func @heads_c1(%q: tensor<?x?x30xf32>) {
  // expected-error @+2 {{operand 0 has type 'tensor<?x?x30xf32>', expected 4 equal heads of 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MultiHeadAttention %q, %q, %q {num_heads = 4 : i64} : (tensor<?x?x30xf32>, tensor<?x?x30xf32>, tensor<?x?x30xf32>) -> tensor<?x?x30xf32>
  return
}

// -----

func.func @heads_packed(%q: tensor<?x?x32xf32>) {
  // expected-error @+2 {{has query, key and value in one operand, expected three}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MultiHeadAttention %q {num_heads = 4 : i64} : (tensor<?x?x32xf32>) -> tensor<?x?x32xf32>
  return
}

// -----

func.func @heads_c1_batch(%a0: tensor<2x3x32xf32>, %a1: tensor<3x3x32xf32>, %a2: tensor<3x3x32xf32>) {
  // expected-error @+2 {{key has type 'tensor<3x3x32xf32>', expected 'tensor<2x3x32xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y:3 = onnx.ms.MultiHeadAttention %a0, %a1, %a2 {num_heads = 4 : i64, num_outputs = 3 : i64} : (tensor<2x3x32xf32>, tensor<3x3x32xf32>, tensor<3x3x32xf32>) -> (tensor<2x3x32xf32>, tensor<3x4x3x8xf32>, tensor<3x4x3x8xf32>)
  return
}

// -----

func.func @heads_c1_lengths(%a0: tensor<2x3x32xf32>, %a1: tensor<2x7x32xf32>, %a2: tensor<2x6x32xf32>) {
  // expected-error @+2 {{value has type 'tensor<2x6x32xf32>', expected 'tensor<2x7x32xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y:3 = onnx.ms.MultiHeadAttention %a0, %a1, %a2 {num_heads = 4 : i64, num_outputs = 3 : i64} : (tensor<2x3x32xf32>, tensor<2x7x32xf32>, tensor<2x6x32xf32>) -> (tensor<2x3x32xf32>, tensor<2x4x7x8xf32>, tensor<2x4x6x8xf32>)
  return
}

// -----

func.func @heads_c2(%a0: tensor<2x3x32xf32>, %a1: tensor<2x3x32xf32>, %a2: tensor<2x3x32xf32>, %a6: tensor<2x4x5x8xf32>, %a7: tensor<2x4x6x8xf32>) {
  %none = onnx.None
  // expected-error @+2 {{past value has type 'tensor<2x4x6x8xf32>', expected 'tensor<2x4x5x8xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y:3 = onnx.ms.MultiHeadAttention %a0, %a1, %a2, %none, %none, %none, %a6, %a7 {num_heads = 4 : i64, num_outputs = 3 : i64} : (tensor<2x3x32xf32>, tensor<2x3x32xf32>, tensor<2x3x32xf32>, none, none, none, tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>) -> (tensor<2x3x32xf32>, tensor<2x4x8x8xf32>, tensor<2x4x9x8xf32>)
  return
}

// -----

// The new keys alone are too few.
func.func @padding_c1(%a0: tensor<2x3x32xf32>, %a1: tensor<2x3x32xf32>, %a2: tensor<2x3x32xf32>, %a4: tensor<2x3xi32>, %a6: tensor<2x4x5x8xf32>, %a7: tensor<2x4x5x8xf32>) {
  %none = onnx.None
  // expected-error @+2 {{key padding mask has type 'tensor<2x3xi32>', expected 'tensor<2x8xi32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MultiHeadAttention %a0, %a1, %a2, %none, %a4, %none, %a6, %a7 {num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<2x3x32xf32>, tensor<2x3x32xf32>, none, tensor<2x3xi32>, none, tensor<2x4x5x8xf32>, tensor<2x4x5x8xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_bias_c1(%a0: tensor<2x3x32xf32>, %a1: tensor<2x3x32xf32>, %a2: tensor<2x3x32xf32>, %a5: tensor<1x4x3x2xf32>) {
  %none = onnx.None
  // expected-error @+2 {{attention bias has type 'tensor<1x4x3x2xf32>', expected 'tensor<1x4x3x3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MultiHeadAttention %a0, %a1, %a2, %none, %none, %a5 {num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<2x3x32xf32>, tensor<2x3x32xf32>, none, none, tensor<1x4x3x2xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @unidirectional_c4(%a0: tensor<2x3x32xf32>, %a1: tensor<2x7x32xf32>, %a2: tensor<2x7x32xf32>) {
  // expected-error @+2 {{is unidirectional with 3 queries and 7 keys, expected as many of both}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MultiHeadAttention %a0, %a1, %a2 {num_heads = 4 : i64, unidirectional = 1 : i64} : (tensor<2x3x32xf32>, tensor<2x7x32xf32>, tensor<2x7x32xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @embed_c1_mask(%ids: tensor<2x6xi32>, %w: tensor<9x8xf32>, %g: tensor<8xf32>, %m: tensor<1x6xi32>) {
  %none = onnx.None
  // expected-error @+2 {{operand 7 has type 'tensor<1x6xi32>', expected i32 of two axes as ids have, 'tensor<2x6xi32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.EmbedLayerNormalization %ids, %none, %w, %w, %none, %g, %g, %m : (tensor<2x6xi32>, none, tensor<9x8xf32>, tensor<9x8xf32>, none, tensor<8xf32>, tensor<8xf32>, tensor<1x6xi32>) -> tensor<2x6x8xf32>
  return
}

// -----

func.func @gather_c3_bits(%t: tensor<9x32xi4>, %i: tensor<?xi64>, %s: tensor<9x2xf32>) {
  // expected-error @+2 {{has bits=8, expected 4, as the data have}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.GatherBlockQuantized %t, %i, %s {block_size = 16 : i64, bits = 8 : i64} : (tensor<9x32xi4>, tensor<?xi64>, tensor<9x2xf32>) -> tensor<?x32xf32>
  return
}

// -----

// ONNX Runtime takes tables of a head's width, but reads each row as two.
func.func @rotary_c4(%x: tensor<?x?x16xf32>, %p: tensor<?x?xi64>, %c: tensor<9x4xf32>) {
  // expected-error @+2 {{cache 2 has type 'tensor<9x4xf32>', expected 2 columns for 4 rotated features}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.RotaryEmbedding %x, %p, %c, %c {rotary_embedding_dim = 4 : i64, num_heads = 2 : i64} : (tensor<?x?x16xf32>, tensor<?x?xi64>, tensor<9x4xf32>, tensor<9x4xf32>) -> tensor<?x?x16xf32>
  return
}

// -----

func.func @group_query_bias(%q: tensor<1x3x64xf32>, %k: tensor<1x3x32xf32>, %l: tensor<1xi32>, %b: tensor<1x4x3x2xf32>) {
  %none = onnx.None
  // expected-error @+2 {{attention bias has type 'tensor<1x4x3x2xf32>', expected 'tensor<1x4x3x3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.GroupQueryAttention %q, %k, %k, %none, %none, %l, %l, %none, %none, %none, %b {num_heads = 4 : i64, kv_num_heads = 2 : i64, num_outputs = 1 : i64} : (tensor<1x3x64xf32>, tensor<1x3x32xf32>, tensor<1x3x32xf32>, none, none, tensor<1xi32>, tensor<1xi32>, none, none, none, tensor<1x4x3x2xf32>) -> tensor<1x3x64xf32>
  return
}

// -----

func.func @fused_gemm_c1(%a: tensor<?x8xi32>, %b: tensor<8x4xi32>) {
  // expected-error @+2 {{operand has element type 'i32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.FusedGemm %a, %b {activation = "Relu"} : (tensor<?x8xi32>, tensor<8x4xi32>) -> tensor<?x4xi32>
  return
}

// -----

func.func @fused_gemm_c2(%a: tensor<?x8xf32>, %b: tensor<8x4xf32>) {
  // expected-error @+2 {{`activation` is 'Gelu', expected one that a Gemm of ONNX Runtime has}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.FusedGemm %a, %b {activation = "Gelu"} : (tensor<?x8xf32>, tensor<8x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @fused_conv_c1(%x: tensor<1x8x9xf32>, %w: tensor<16x8x3xf32>, %z: tensor<1x16x9xf32>) {
  // expected-error @+3 {{addend has type 'tensor<1x16x9xf32>', expected 'tensor<1x16x7xf32>'}}
  // expected-error @+2 {{failed to infer returned types}}
  %none = onnx.None
  %y = onnx.ms.FusedConv %x, %w, %none, %z : (tensor<1x8x9xf32>, tensor<16x8x3xf32>, none, tensor<1x16x9xf32>) -> tensor<1x16x7xf32>
  return
}

// -----

func.func @fused_conv_c2_name(%x: tensor<1x8x9xf32>, %w: tensor<16x8x3xf32>) {
  // expected-error @+2 {{`activation` is 'Elu', expected one that a Conv of ONNX Runtime has}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.FusedConv %x, %w {activation = "Elu"} : (tensor<1x8x9xf32>, tensor<16x8x3xf32>) -> tensor<1x16x7xf32>
  return
}

// -----

func.func @fused_conv_c2_params(%x: tensor<1x8x9xf32>, %w: tensor<16x8x3xf32>) {
  // expected-error @+2 {{has 1 parameters of its activation, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.FusedConv %x, %w {activation = "Clip", activation_params = array<f32: 0.0>} : (tensor<1x8x9xf32>, tensor<16x8x3xf32>) -> tensor<1x16x7xf32>
  return
}

// -----

func.func @attention_c1(%x: tensor<2x3x32xf32>, %w: tensor<32x97xf32>) {
  // expected-error @+2 {{expected columns for query, key and value, each of equal heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.Attention %x, %w {num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<32x97xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_c1_sizes(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>) {
  // expected-error @+2 {{expected columns for query, key and value, each of equal heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.Attention %x, %w {num_heads = 4 : i64, qkv_hidden_sizes = array<i64: 32, 32, 64>} : (tensor<2x3x32xf32>, tensor<32x96xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_c1_bias(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>, %b: tensor<32xf32>) {
  // expected-error @+2 {{operand 2 has type 'tensor<32xf32>', expected a vector of 96 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.Attention %x, %w, %b {num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<32x96xf32>, tensor<32xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_c2(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>, %n: none, %m: tensor<4xi32>) {
  // expected-error @+2 {{mask has type 'tensor<4xi32>', expected 'tensor<2xi32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.Attention %x, %w, %n, %m {num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<32x96xf32>, none, tensor<4xi32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_c3(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>, %n: none, %p: tensor<2x2x8x5x4xf32>) {
  // expected-error @+2 {{past has type 'tensor<2x2x8x5x4xf32>', expected 'tensor<2x2x4x5x8xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.Attention %x, %w, %n, %n, %p {num_heads = 4 : i64} : (tensor<2x3x32xf32>, tensor<32x96xf32>, none, none, tensor<2x2x8x5x4xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_c4(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>) {
  // expected-error @+2 {{rotates, or writes present into past, expected neither}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.Attention %x, %w {num_heads = 4 : i64, do_rotary = 1 : i64} : (tensor<2x3x32xf32>, tensor<32x96xf32>) -> tensor<2x3x32xf32>
  return
}

// -----

func.func @attention_c5(%x: tensor<2x3x32xf32>, %w: tensor<32x96xf32>) {
  // expected-error @+2 {{3 results}}
  // expected-error @+1 {{failed to infer returned types}}
  %y:3 = onnx.ms.Attention %x, %w {num_heads = 4 : i64, num_outputs = 3 : i64} : (tensor<2x3x32xf32>, tensor<32x96xf32>) -> (tensor<2x3x32xf32>, tensor<2x3x32xf32>, tensor<2x3x32xf32>)
  return
}
