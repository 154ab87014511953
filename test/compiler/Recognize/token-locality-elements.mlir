// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// Elements that look the same and are others, or of other tokens.

// Heads of one query with other keys.
// CHECK: module @attention_heads2 {
module @attention_heads2 {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %q1 = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %one4 = onnx.Constant dense<[1, 2, 1, 1]> : tensor<4xi64>
  %q = onnx.Expand %q1, %one4 : (tensor<?x1x?x4xf32>, tensor<4xi64>) -> tensor<?x2x?x4xf32>
  %hw = onnx.Constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %kv = onnx.Mul %q1, %hw : (tensor<?x1x?x4xf32>, tensor<1x2x1x1xf32>) -> tensor<?x2x?x4xf32>
  %a = transformer.attention %q, %kv, %kv {key_cache = @k, value_cache = @v, scale = 1.0 : f32, causal} : (tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x2x?x4xf32>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %mn = onnx.Min %S, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %st = onnx.Sub %mn, %a1 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %h = onnx.Slice %a, %st, %mn, %a1 : (tensor<?x2x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x?x4xf32>
  %y = onnx.Squeeze %h, %a1 : (tensor<?x?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>

  return %y : tensor<?x?x4xf32>
}
}

// -----

// A scale for each channel.
// CHECK: module @dequant_channels {
module @dequant_channels {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %sh4 = onnx.Constant dense<4> : tensor<1xi64>
  %c8 = onnx.ConstantOfShape %sh4 {value = dense<1> : tensor<1xi8>} : (tensor<1xi64>) -> tensor<4xi8>
  %sc = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %dq = onnx.DequantizeLinear %c8, %sc {axis = 0 : i64} : (tensor<4xi8>, tensor<4xf32>) -> tensor<4xf32>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %mn = onnx.Min %S, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %big = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %h = onnx.Slice %dq, %mn, %big, %a0 : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  %r = onnx.Slice %h, %a0, %a1, %a0 : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// What a Gemm adds to each row.
// CHECK: module @gemm_c {
module @gemm_c {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %s34 = onnx.Constant dense<[4, 3]> : tensor<2xi64>
  %A = onnx.ConstantOfShape %s34 {value = dense<1.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<4x3xf32>
  %s31 = onnx.Constant dense<[3, 1]> : tensor<2xi64>
  %Bm = onnx.ConstantOfShape %s31 {value = dense<1.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<3x1xf32>
  %C = onnx.Constant dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %g = onnx.Gemm %A, %Bm, %C : (tensor<4x3xf32>, tensor<3x1xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %mn = onnx.Min %S, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %big = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %h = onnx.Slice %g, %mn, %big, %a0 : (tensor<4x1xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x1xf32>
  %r = onnx.Slice %h, %a0, %a1, %a0 : (tensor<?x1xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Halves that are turned.
// CHECK: module @rotary_same_features {
module @rotary_same_features {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %s4 = onnx.Constant dense<[1, 1, 1, 4]> : tensor<4xi64>
  %o = onnx.ConstantOfShape %s4 {value = dense<1.0> : tensor<1xf32>} : (tensor<4xi64>) -> tensor<1x1x1x4xf32>
  %s2 = onnx.Constant dense<[1, 1, 1, 4]> : tensor<4xi64>
  %c = onnx.ConstantOfShape %s2 {value = dense<0.5> : tensor<1xf32>} : (tensor<4xi64>) -> tensor<1x1x1x4xf32>
  %ro = transformer.rotary %o, %c, %c : (tensor<1x1x1x4xf32>, tensor<1x1x1x4xf32>, tensor<1x1x1x4xf32>) -> tensor<1x1x1x4xf32>
  %three = onnx.Constant dense<3> : tensor<1xi64>
  %i3 = onnx.Constant dense<3> : tensor<1xi64>
  %mn = onnx.Min %S, %three : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %mn1 = onnx.Add %mn, %a1 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %h = onnx.Slice %ro, %mn, %mn1, %i3 : (tensor<1x1x1x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x1x?xf32>
  %ax = onnx.Constant dense<[0, 3]> : tensor<2xi64>
  %sq = onnx.Squeeze %h, %ax : (tensor<1x1x1x?xf32>, tensor<2xi64>) -> tensor<1x1xf32>
  %y = onnx.Add %x, %sq : (tensor<?x?x4xf32>, tensor<1x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Heads in place of tokens.
// CHECK: module @attention_over_heads_as_tokens {
module @attention_over_heads_as_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %q1 = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %hw = onnx.Constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %kv = onnx.Mul %q1, %hw : (tensor<?x1x?x4xf32>, tensor<1x2x1x1xf32>) -> tensor<?x2x?x4xf32>
  %m = onnx.Constant dense<[0, 1, -1, 4]> : tensor<4xi64>
  %f = onnx.Reshape %kv, %m : (tensor<?x2x?x4xf32>, tensor<4xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %f, %f, %f {key_cache = @k, value_cache = @v, scale = 1.0 : f32, causal} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %m2 = onnx.Constant dense<[0, 2, -1, 4]> : tensor<4xi64>
  %g = onnx.Reshape %a, %m2 : (tensor<?x1x?x4xf32>, tensor<4xi64>) -> tensor<?x2x?x4xf32>
  %y = onnx.ReduceSum %g, %a1 {keepdims = 0 : i64} : (tensor<?x2x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>

  return %y : tensor<?x?x4xf32>
}
}

// -----

// Keys of the last token for the others.
// CHECK: module @last_to_tokens {
module @last_to_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %i0 = onnx.Constant dense<0> : tensor<i64>
  %i1 = onnx.Constant dense<1> : tensor<i64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p = rt.past_length : tensor<1xi64>
  %t = onnx.Add %p, %S : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %past = onnx.Squeeze %p, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %i0, %total, %i1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %i1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %a0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %a1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %d = onnx.Sub %column, %row : (tensor<?x1xi64>, tensor<1x?xi64>) -> tensor<?x?xi64>
  %f = onnx.Cast %d {to = 1 : i64} : (tensor<?x?xi64>) -> tensor<?x?xf32>
  %n1 = onnx.Constant dense<-1> : tensor<i64>
  %l = onnx.Gather %f, %n1 {axis = 0 : i64} : (tensor<?x?xf32>, tensor<i64>) -> tensor<?xf32>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %o = onnx.Slice %l, %p, %t, %a0 : (tensor<?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  %ax = onnx.Constant dense<[0, 2]> : tensor<2xi64>
  %u = onnx.Unsqueeze %o, %ax : (tensor<?xf32>, tensor<2xi64>) -> tensor<1x?x1xf32>
  %e4 = onnx.Constant dense<[1, 1, 4]> : tensor<3xi64>
  %y0 = onnx.Expand %u, %e4 : (tensor<1x?x1xf32>, tensor<3xi64>) -> tensor<1x?x4xf32>
  %y = tensor.cast %y0 : tensor<1x?x4xf32> to tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Tokens along two axes.
// CHECK: module @triangle_of_tokens_twice {
module @triangle_of_tokens_twice {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x?xf32> {bitnet.role = "logits"}) {
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %i1 = onnx.Constant dense<1> : tensor<i64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p = rt.past_length : tensor<1xi64>
  %t = onnx.Add %p, %S : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %past = onnx.Squeeze %p, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %own = onnx.Range %past, %total, %i1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %column = onnx.Unsqueeze %own, %a1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %to = onnx.Concat %S, %S, %t {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ones = onnx.ConstantOfShape %to {value = dense<1.0> : tensor<1xf32>} : (tensor<3xi64>) -> tensor<?x?x?xf32>
  %cube = onnx.Unsqueeze %column, %a1 : (tensor<?x1xi64>, tensor<1xi64>) -> tensor<?x1x1xi64>
  %f = onnx.Cast %cube {to = 1 : i64} : (tensor<?x1x1xi64>) -> tensor<?x1x1xf32>
  %m = onnx.Mul %f, %ones : (tensor<?x1x1xf32>, tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %k1 = onnx.Add %past, %i1 : (tensor<i64>, tensor<i64>) -> tensor<i64>
  // expected-remark @+1 {{Trilu may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Trilu %m, %k1 {upper = 0 : i64} : (tensor<?x?x?xf32>, tensor<i64>) -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
}

// -----

// Tokens as no session gives them.
// CHECK: module @tokens_of_rank_1 {
module @tokens_of_rank_1 {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?xi64> {bitnet.role = "tokens"}) -> (tensor<?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  // expected-remark @+1 {{Gather may make what a token becomes depend on other tokens of a run}}
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?xi64>) -> tensor<?x4xf32>
  %m = onnx.ReduceMean %x, %a0 : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<1x4xf32>
  %y = onnx.Add %x, %m : (tensor<?x4xf32>, tensor<1x4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
}
