// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @nbits_c1(%a: tensor<?x64xf32>, %b: tensor<32x2x12xui8>, %s: tensor<64xf32>) {
  // expected-error @+2 {{has bits=3, expected 2, 4 or 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MatMulNBits %a, %b, %s {K = 64 : i64, N = 32 : i64, bits = 3 : i64, block_size = 32 : i64}
      : (tensor<?x64xf32>, tensor<32x2x12xui8>, tensor<64xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @nbits_c2(%a: tensor<?x64xf32>, %b: tensor<32x1x8xui8>, %s: tensor<64xf32>) {
  // expected-error @+2 {{B has type 'tensor<32x1x8xui8>', expected ui8 of shape [32x2x8] for K=64 block_size=32 bits=2}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ms.MatMulNBits %a, %b, %s {K = 64 : i64, N = 32 : i64, bits = 2 : i64, block_size = 32 : i64}
      : (tensor<?x64xf32>, tensor<32x1x8xui8>, tensor<64xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @dequantize_c3(%x: tensor<4x40xi8>, %s: tensor<4x2xf32>) {
  // expected-error @+2 {{scale has type 'tensor<4x2xf32>', expected shape [4x3]}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.DequantizeLinear %x, %s {axis = 1 : i64, block_size = 16 : i64} : (tensor<4x40xi8>, tensor<4x2xf32>) -> tensor<4x40xf32>
  return
}

// -----

func.func @quantize_c2(%x: tensor<4xf32>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @+2 {{quantises to ONNX type 6, expected an integer of 2 to 16 bits or a float of 4 or 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.QuantizeLinear %x, %s, %z : (tensor<4xf32>, tensor<f32>, tensor<i32>) -> tensor<4xi32>
  return
}

// -----

func.func @attention_c1(%q: tensor<?x3x?x8xf32>, %k: tensor<?x2x?x8xf32>) {
  // expected-error @+2 {{has 3 heads and 2 key/value heads, expected a multiple}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Attention %q, %k, %k : (tensor<?x3x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x3x?x8xf32>
  return
}

// -----

func.func @rotary_c2(%x: tensor<?x?x60xf32>, %c: tensor<?x?x4xf32>) {
  // expected-error @+2 {{expected a last axis of 7 equal heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.RotaryEmbedding %x, %c, %c {num_heads = 7 : i64} : (tensor<?x?x60xf32>, tensor<?x?x4xf32>, tensor<?x?x4xf32>) -> tensor<?x?x60xf32>
  return
}

// -----

func.func @rotary_c3(%x: tensor<?x2x?x8xf32>, %c: tensor<?x?x5xf32>) {
  // expected-error @+2 {{rotates 10 of 8 features, expected an even number}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.RotaryEmbedding %x, %c, %c {rotary_embedding_dim = 10 : i64} : (tensor<?x2x?x8xf32>, tensor<?x?x5xf32>, tensor<?x?x5xf32>) -> tensor<?x2x?x8xf32>
  return
}

// -----

func.func @rotary_c4(%x: tensor<?x2x?x8xf32>, %c: tensor<?x?x4xf32>, %s: tensor<?x?x8xf32>) {
  // expected-error @+2 {{cache 2 has type 'tensor<?x?x8xf32>', expected a last axis of 4 for 8 rotated features}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.RotaryEmbedding %x, %c, %s : (tensor<?x2x?x8xf32>, tensor<?x?x4xf32>, tensor<?x?x8xf32>) -> tensor<?x2x?x8xf32>
  return
}
