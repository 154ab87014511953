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

// -----

func.func @linear_attention_c1(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf16>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{operand 1 has element type 'f16', expected 'f32' as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x16xf16>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c1_state(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>, %s: tensor<?x2x8x8xi32>) {
  // expected-error @+2 {{past state has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v, %s {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x2x8x8xi32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_rank(%q: tensor<?x4x?x8xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{operand 0 has type 'tensor<?x4x?x8xf32>', expected 3 axes, the last one of 4 equal heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x4x?x8xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_dynamic(%q: tensor<?x?x32xf32>, %k: tensor<?x?x?xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{operand 1 has type 'tensor<?x?x?xf32>', expected 3 axes, the last one of 2 equal heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x?xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_part(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x15xf32>) {
  // expected-error @+2 {{operand 2 has type 'tensor<?x?x15xf32>', expected 3 axes, the last one of 2 equal heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x15xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_features(%q: tensor<?x?x32xf32>, %k: tensor<?x?x8xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{query and key have heads of 8 and 4 features, expected as many}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x8xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_groups(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{has 4 heads and 3 key/value heads, expected a multiple}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 3 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_none(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{has -4 heads and 2 key/value heads, expected a multiple}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = -4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_huge(%q: tensor<?x?x4294967296xf32>, %k: tensor<?x?x1xf32>, %v: tensor<?x?x4294967296xf32>) {
  // expected-error @+2 {{has 4294967296 heads of 4294967296 features, which are more than an i64 can count}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4294967296 : i64, kv_num_heads = 1 : i64, update_rule = "linear"} : (tensor<?x?x4294967296xf32>, tensor<?x?x1xf32>, tensor<?x?x4294967296xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c2_state(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>, %s: tensor<?x4x8x8xf32>) {
  // expected-error @+2 {{past state has type 'tensor<?x4x8x8xf32>', expected ?x2x8x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v, %s {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x4x8x8xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c3(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{`update_rule` is "rwkv", expected "linear", "gated", "delta" or "gated_delta"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "rwkv"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c3_decay(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{has no decay, which update rule "gated_delta" reads}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c3_beta(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>, %d: tensor<?x?x16xf32>, %b: tensor<?x?x2xf32>) {
  %none = onnx.None
  // expected-error @+2 {{has a beta, which update rule "gated" does not read}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v, %none, %d, %b {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "gated"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, none, tensor<?x?x16xf32>, tensor<?x?x2xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c3_width(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>, %d: tensor<?x?x8xf32>) {
  %none = onnx.None
  // expected-error @+2 {{decay has type 'tensor<?x?x8xf32>', expected 3 axes, the last one of 2 or 16}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v, %none, %d {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "gated"} : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, none, tensor<?x?x8xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c4(%q: tensor<?x4x32xf32>, %k: tensor<?x5x16xf32>, %v: tensor<?x?x16xf32>) {
  // expected-error @+2 {{operand 1 has type 'tensor<?x5x16xf32>', expected batch and seq of 'tensor<?x4x32xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<?x4x32xf32>, tensor<?x5x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// -----

func.func @linear_attention_c4_batch(%q: tensor<2x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>, %s: tensor<3x2x8x8xf32>) {
  // expected-error @+2 {{operand 3 has type 'tensor<3x2x8x8xf32>', expected batch and seq of 'tensor<2x?x32xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y, %t = onnx.LinearAttention %q, %k, %v, %s {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"} : (tensor<2x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<3x2x8x8xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}
