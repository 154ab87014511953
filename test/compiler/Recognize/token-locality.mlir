// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// Tokens that meet, and tokens that do not.

// [texts * tokens, 4] and back.
// CHECK: module @rows_of_all_texts attributes {bitnet.token_local}
module @rows_of_all_texts {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %flat = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %z = onnx.Reshape %x, %flat : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %e = onnx.Sin %z : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %sizes = onnx.Shape %x : (tensor<?x?x4xf32>) -> tensor<3xi64>
  %y = onnx.Reshape %e, %sizes : (tensor<?x4xf32>, tensor<3xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// [texts, tokens / 2, 8].
// CHECK: module @two_tokens_a_row {
module @two_tokens_a_row {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %two = onnx.Constant dense<[0, -1, 8]> : tensor<3xi64>
  // expected-remark @+1 {{Reshape may make what a token becomes depend on other tokens of a run}}
  %z = onnx.Reshape %x, %two : (tensor<?x?x4xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %e = onnx.Softmax %z {axis = 2 : i64} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %sizes = onnx.Shape %x : (tensor<?x?x4xf32>) -> tensor<3xi64>
  %y = onnx.Reshape %e, %sizes : (tensor<?x?x8xf32>, tensor<3xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Logits of the last token.
// CHECK: module @last_token attributes {bitnet.token_local}
module @last_token {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %last = onnx.Constant dense<-1> : tensor<i64>
  %y = onnx.Gather %x, %last {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
}

// -----

// What the last token is goes to the others.
// CHECK: module @last_token_for_all {
module @last_token_for_all {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %e = onnx.Gather %x, %last {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x4xf32>
  // expected-remark @+1 {{Add may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Logits of a run's first token.
// CHECK: module @first_token {
module @first_token {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %first = onnx.Constant dense<0> : tensor<i64>
  // expected-remark @+1 {{Gather may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Gather %x, %first {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
}

// -----

// Over all tokens of a run.
// CHECK: module @ReduceMean_of_tokens {
module @ReduceMean_of_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %axes = onnx.Constant dense<1> : tensor<1xi64>
  // expected-remark @+1 {{ReduceMean may make what a token becomes depend on other tokens of a run}}
  %e = onnx.ReduceMean %x, %axes {keepdims = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x4xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Over all tokens of a run.
// CHECK: module @ReduceMax_of_tokens {
module @ReduceMax_of_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %axes = onnx.Constant dense<1> : tensor<1xi64>
  // expected-remark @+1 {{ReduceMax may make what a token becomes depend on other tokens of a run}}
  %e = onnx.ReduceMax %x, %axes {keepdims = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x4xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Over a token's own numbers.
// CHECK: module @mean_of_features attributes {bitnet.token_local}
module @mean_of_features {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %e = onnx.ReduceMean %x, %axes {keepdims = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A quantiser of one scale for all tokens.
// CHECK: module @one_scale_for_all {
module @one_scale_for_all {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a = onnx.Abs %x : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  // expected-remark @+1 {{ReduceMax may make what a token becomes depend on other tokens of a run}}
  %m = onnx.ReduceMax %a {keepdims = 0 : i64} : (tensor<?x?x4xf32>) -> tensor<f32>
  %y = onnx.Div %x, %m : (tensor<?x?x4xf32>, tensor<f32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Sums over the tokens before, of this run alone.
// CHECK: module @sums_so_far {
module @sums_so_far {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %axis = onnx.Constant dense<1> : tensor<i64>
  // expected-remark @+1 {{CumSum may make what a token becomes depend on other tokens of a run}}
  %y = onnx.CumSum %x, %axis : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A softmax over tokens.
// CHECK: module @weights_of_tokens {
module @weights_of_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  // expected-remark @+1 {{Softmax may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Softmax %x {axis = 1 : i64} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// From the last token to the first.
// CHECK: module @reversed {
module @reversed {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %start = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<-9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %step = onnx.Constant dense<-1> : tensor<1xi64>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Slice %x, %start, %end, %axis, %step : (tensor<?x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Attention without a cache.
// CHECK: module @products_of_tokens {
module @products_of_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %turned = onnx.Transpose %x {perm = array<i64: 0, 2, 1>} : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  // expected-remark @+1 {{MatMul may make what a token becomes depend on other tokens of a run}}
  %scores = onnx.MatMul %x, %turned : (tensor<?x?x4xf32>, tensor<?x4x?xf32>) -> tensor<?x?x?xf32>
  %y = onnx.MatMul %scores, %x : (tensor<?x?x?xf32>, tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// TopK over tokens.
// CHECK: module @largest_tokens {
module @largest_tokens {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %k = onnx.Constant dense<1> : tensor<1xi64>
  // expected-remark @+1 {{TopK may make what a token becomes depend on other tokens of a run}}
  %e, %at = onnx.TopK %x, %k {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<1xi64>) -> (tensor<?x1x4xf32>, tensor<?x1x4xi64>)
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A convolution over tokens.
// CHECK: module @neighbours {
module @neighbours {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %turned = onnx.Transpose %x {perm = array<i64: 0, 2, 1>} : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %w = onnx.Constant dense<[[[1.0, 2.0]], [[1.0, 3.0]], [[1.0, 4.0]], [[1.0, 5.0]]]> : tensor<4x1x2xf32>
  // expected-remark @+1 {{Conv may make what a token becomes depend on other tokens of a run}}
  %c = onnx.Conv %turned, %w {group = 4 : i64, pads = array<i64: 1, 0>} : (tensor<?x4x?xf32>, tensor<4x1x2xf32>) -> tensor<?x4x?xf32>
  %y = onnx.Transpose %c {perm = array<i64: 0, 2, 1>} : (tensor<?x4x?xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The number of tokens as a number.
// CHECK: module @scaled_by_length {
module @scaled_by_length {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %f = onnx.Cast %t {to = 1 : i64} : (tensor<1xi64>) -> tensor<1xf32>
  // expected-remark @+1 {{Mul may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Mul %x, %f : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A run of four tokens: a text is cut in one way only.
// CHECK: module @fixed_length attributes {bitnet.token_local}
module @fixed_length {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
func.func @main(%ids: tensor<?x4xi64> {bitnet.role = "tokens"}) -> (tensor<?x4x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x4xi64>) -> tensor<?x4x4xf32>
  %y = onnx.Softmax %x {axis = 1 : i64} : (tensor<?x4x4xf32>) -> tensor<?x4x4xf32>
  return %y : tensor<?x4x4xf32>
}
}

// -----

// Without caches each step runs the whole text.
// CHECK: module @no_caches {
module @no_caches {
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %y = onnx.Softmax %x {axis = 1 : i64} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}
