// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// What a broadcast makes longer has another length in each call.

// Texts of ones, as many as tokens where there is one.
// CHECK: module @same_s_plus_same_b {
module @same_s_plus_same_b {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %B = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %oS = onnx.ConstantOfShape %S {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %oB = onnx.ConstantOfShape %B {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %m = onnx.Add %oS, %oB : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  // expected-remark @+1 {{ReduceSum may make what a token becomes depend on other tokens of a run}}
  %r = onnx.ReduceSum %m, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Numbers of texts.
// CHECK: module @same_s_plus_plain_b {
module @same_s_plus_plain_b {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %i0 = onnx.Constant dense<0> : tensor<i64>
  %i1 = onnx.Constant dense<1> : tensor<i64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %B = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %oS = onnx.ConstantOfShape %S {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %b0 = onnx.Squeeze %B, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %rb = onnx.Range %i0, %b0, %i1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %rf = onnx.Cast %rb {to = 1 : i64} : (tensor<?xi64>) -> tensor<?xf32>
  // expected-remark @+1 {{Add may make what a token becomes depend on other tokens of a run}}
  %m = onnx.Add %oS, %rf : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %r = onnx.ReduceSum %m, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// An Expand to one keeps the size.
// CHECK: module @expand_to_one {
module @expand_to_one {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %oS = onnx.ConstantOfShape %S {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %m = onnx.Expand %oS, %a1 : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  // expected-remark @+1 {{ReduceSum may make what a token becomes depend on other tokens of a run}}
  %r = onnx.ReduceSum %m, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// CHECK: module @expand_s_to_b {
module @expand_s_to_b {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %B = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %oS = onnx.ConstantOfShape %S {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %m = onnx.Expand %oS, %B : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  // expected-remark @+1 {{ReduceSum may make what a token becomes depend on other tokens of a run}}
  %r = onnx.ReduceSum %m, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Its size is no constant.
// CHECK: module @size_from_expand {
module @size_from_expand {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %oS = onnx.ConstantOfShape %S {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %m = onnx.Expand %oS, %a1 : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  %n = onnx.Shape %m : (tensor<?xf32>) -> tensor<1xi64>
  %f = onnx.Cast %n {to = 1 : i64} : (tensor<1xi64>) -> tensor<1xf32>
  // expected-remark @+1 {{Mul may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Mul %x, %f : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The condition is known, and longer than what it chooses.
// CHECK: module @where_known {
module @where_known {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %i0 = onnx.Constant dense<0> : tensor<i64>
  %i1 = onnx.Constant dense<1> : tensor<i64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %B = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %b0 = onnx.Squeeze %B, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %rb = onnx.Range %i0, %b0, %i1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %rf = onnx.Cast %rb {to = 1 : i64} : (tensor<?xi64>) -> tensor<?xf32>
  %cS = onnx.ConstantOfShape %S {value = dense<true> : tensor<1xi1>} : (tensor<1xi64>) -> tensor<?xi1>
  // expected-remark @+1 {{Where may make what a token becomes depend on other tokens of a run}}
  %m = onnx.Where %cS, %rf, %rf : (tensor<?xi1>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %r = onnx.ReduceSum %m, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// As long.
// CHECK: module @where_for_each_text attributes {bitnet.token_local}
module @where_for_each_text {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %i0 = onnx.Constant dense<0> : tensor<i64>
  %i1 = onnx.Constant dense<1> : tensor<i64>
  %B = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %b0 = onnx.Squeeze %B, %a0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %rb = onnx.Range %i0, %b0, %i1 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %rf = onnx.Cast %rb {to = 1 : i64} : (tensor<?xi64>) -> tensor<?xf32>
  %cS = onnx.ConstantOfShape %B {value = dense<true> : tensor<1xi1>} : (tensor<1xi64>) -> tensor<?xi1>
  %m = onnx.Where %cS, %rf, %rf : (tensor<?xi1>, tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %r = onnx.ReduceSum %m, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Add %x, %r : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Keys in place of tokens.
// CHECK: module @tokens_plus_total {
module @tokens_plus_total {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %p = rt.past_length : tensor<1xi64>
  %t = onnx.Add %p, %S : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %oT = onnx.ConstantOfShape %t {value = dense<1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  %o2 = onnx.Unsqueeze %oT, %a1 : (tensor<?xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  // expected-remark @+1 {{Mul may make what a token becomes depend on other tokens of a run}}
  %y = onnx.Mul %x, %o2 : (tensor<?x?x4xf32>, tensor<?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Rows as many as tokens, up to 2.
// CHECK: module @reshape_by_run {
module @reshape_by_run {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %four = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %mn = onnx.Min %S, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %m1 = onnx.Constant dense<-1> : tensor<1xi64>
  %to = onnx.Concat %mn, %m1 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // expected-remark @+1 {{Reshape may make what a token becomes depend on other tokens of a run}}
  %r = onnx.Reshape %four, %to : (tensor<4xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %s = onnx.ReduceMax %r, %a0 {keepdims = 1 : i64} : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<1x?xf32>
  %t1 = onnx.ReduceSum %s, %a1 {keepdims = 1 : i64} : (tensor<1x?xf32>, tensor<1xi64>) -> tensor<1x1xf32>
  %y = onnx.Mul %x, %t1 : (tensor<?x?x4xf32>, tensor<1x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Parts by the number of tokens.
// CHECK: module @split_by_run {
module @split_by_run {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %S = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %four = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %mn = onnx.Min %S, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %left = onnx.Sub %c4, %mn : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %to = onnx.Concat %mn, %left {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // expected-remark @+1 {{Split may make what a token becomes depend on other tokens of a run}}
  %r:2 = onnx.Split %four, %to {axis = 0 : i64} : (tensor<4xf32>, tensor<2xi64>) -> (tensor<?xf32>, tensor<?xf32>)
  %s = onnx.ReduceSum %r#0, %a0 {keepdims = 1 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<1xf32>
  %y = onnx.Mul %x, %s : (tensor<?x?x4xf32>, tensor<1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}
