// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// What a token sees in attention.

// Attention by itself looks at what came before.
// CHECK: module @causal attributes {bitnet.token_local}
module @causal {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q {key_cache = @k, value_cache = @v, scale = 1.0 : f32, causal} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Keys behind a token are not hidden from it.
// CHECK: module @looks_ahead {
module @looks_ahead {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Keys up to the token's own position.
// CHECK: module @masked attributes {bitnet.token_local}
module @masked {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %keep = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Keys from the token's own position on.
// CHECK: module @masked_the_other_way {
module @masked_the_other_way {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %keep = onnx.GreaterOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The key behind a token is shown to it.
// CHECK: module @masked_one_too_far {
module @masked_one_too_far {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %next = onnx.Add %column, %one : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi64>
  %keep = onnx.LessOrEqual %row, %next : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The last three keys, by finite numbers.
// CHECK: module @window attributes {bitnet.token_local}
module @window {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %upto = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %distance = onnx.Sub %column, %row : (tensor<?x1xi64>, tensor<1x?xi64>) -> tensor<?x?xi64>
  %three = onnx.Constant dense<3> : tensor<i64>
  %near = onnx.Less %distance, %three : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %keep = onnx.And %upto, %near : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>
  %shown = onnx.Constant dense<0.0> : tensor<f32>
  %hidden = onnx.Constant dense<-1.0e4> : tensor<f32>
  %mask = onnx.Where %keep, %shown, %hidden : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A number that hides nothing.
// CHECK: module @hides_little {
module @hides_little {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %upto = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %distance = onnx.Sub %column, %row : (tensor<?x1xi64>, tensor<1x?xi64>) -> tensor<?x?xi64>
  %three = onnx.Constant dense<3> : tensor<i64>
  %near = onnx.Less %distance, %three : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %keep = onnx.And %upto, %near : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>
  %shown = onnx.Constant dense<0.0> : tensor<f32>
  %hidden = onnx.Constant dense<-10.0> : tensor<f32>
  %mask = onnx.Where %keep, %shown, %hidden : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A row may be hidden as a whole, by finite numbers: all keys weigh the same.
// CHECK: module @hides_its_own_key {
module @hides_its_own_key {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %upto = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %distance = onnx.Sub %column, %row : (tensor<?x1xi64>, tensor<1x?xi64>) -> tensor<?x?xi64>
  %three = onnx.Constant dense<0> : tensor<i64>
  %near = onnx.Less %distance, %three : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %keep = onnx.And %upto, %near : (tensor<?x?xi1>, tensor<?x?xi1>) -> tensor<?x?xi1>
  %shown = onnx.Constant dense<0.0> : tensor<f32>
  %hidden = onnx.Constant dense<-1.0e4> : tensor<f32>
  %mask = onnx.Where %keep, %shown, %hidden : (tensor<?x?xi1>, tensor<f32>, tensor<f32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Keys far from the end of the text, not from the token.
// CHECK: module @window_from_the_end {
module @window_from_the_end {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis0 = onnx.Constant dense<0> : tensor<1xi64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %past = onnx.Squeeze %p, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %total = onnx.Squeeze %t, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %keys = onnx.Range %zero, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %own = onnx.Range %past, %total, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %row = onnx.Unsqueeze %keys, %axis0 : (tensor<?xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %column = onnx.Unsqueeze %own, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %upto = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %distance = onnx.Sub %total, %row : (tensor<i64>, tensor<1x?xi64>) -> tensor<1x?xi64>
  %three = onnx.Constant dense<3> : tensor<i64>
  // expected-remark @+1 {{Less may make what a token becomes depend on other tokens of a run}}
  %near = onnx.Less %distance, %three : (tensor<1x?xi64>, tensor<i64>) -> tensor<1x?xi1>
  %keep = onnx.And %upto, %near : (tensor<?x?xi1>, tensor<1x?xi1>) -> tensor<?x?xi1>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}
