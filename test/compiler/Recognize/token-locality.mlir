// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s

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

// -----

// Hidden by index, and then by position: what the index hides the position hides, too.
// CHECK: module @triangle attributes {bitnet.token_local}
module @triangle {
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
  %low = onnx.Constant dense<-3.0e38> : tensor<f32>
  %sizes = onnx.Concat %s, %t {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %full = onnx.Expand %low, %sizes : (tensor<f32>, tensor<2xi64>) -> tensor<?x?xf32>
  %upper = onnx.Trilu %full, %one {upper = 1 : i64} : (tensor<?x?xf32>, tensor<i64>) -> tensor<?x?xf32>
  %after = onnx.Greater %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %factor = onnx.Cast %after {to = 1 : i64} : (tensor<?x?xi1>) -> tensor<?x?xf32>
  %mask = onnx.Mul %upper, %factor : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// An index within the run is no position.
// CHECK: module @triangle_alone {
module @triangle_alone {
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
  %low = onnx.Constant dense<-3.0e38> : tensor<f32>
  %sizes = onnx.Concat %s, %t {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %full = onnx.Expand %low, %sizes : (tensor<f32>, tensor<2xi64>) -> tensor<?x?xf32>
  %mask = onnx.Trilu %full, %one {upper = 1 : i64} : (tensor<?x?xf32>, tensor<i64>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// A position is the index and the past.
// CHECK: module @positions attributes {bitnet.token_local}
module @positions {
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
  %f = onnx.Cast %column {to = 1 : i64} : (tensor<?x1xi64>) -> tensor<?x1xf32>
  %e = onnx.Sin %f : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// An index within the run is none.
// CHECK: module @index_in_the_run {
module @index_in_the_run {
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
  %count = onnx.Squeeze %s, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %index = onnx.Range %zero, %count, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %side = onnx.Unsqueeze %index, %axis1 : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %f = onnx.Cast %side {to = 1 : i64} : (tensor<?x1xi64>) -> tensor<?x1xf32>
  // expected-remark @+1 {{Sin may make what a token becomes depend on other tokens of a run}}
  %e = onnx.Sin %f : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The same where the past is added to it.
// CHECK: module @index_and_past attributes {bitnet.token_local}
module @index_and_past {
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
  %count = onnx.Squeeze %s, %axis0 : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %index = onnx.Range %zero, %count, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %at = onnx.Add %index, %past : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %places = onnx.Constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %e = onnx.Gather %places, %at : (tensor<3x1xf32>, tensor<?xi64>) -> tensor<?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Rows of a table, from the past on.
// CHECK: module @table_by_position attributes {bitnet.token_local}
module @table_by_position {
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
  %places = onnx.Constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %e = onnx.Slice %places, %p, %t, %axis0 : (tensor<3x1xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Rows of a table, from its first one on.
// CHECK: module @table_from_its_start {
module @table_from_its_start {
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
  %places = onnx.Constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %e = onnx.Slice %places, %axis0, %s, %axis0 : (tensor<3x1xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Factors of long texts and others (longrope).
// CHECK: module @chosen_by_length {
module @chosen_by_length {
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
  %limit = onnx.Constant dense<4096> : tensor<i64>
  %long = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %short = onnx.Constant dense<[1.0, 1.0, 1.0, 2.0]> : tensor<4xf32>
  %isLong = onnx.Greater %total, %limit : (tensor<i64>, tensor<i64>) -> tensor<i1>
  // expected-remark @+1 {{Where may make what a token becomes depend on other tokens of a run}}
  %e = onnx.Where %isLong, %long, %short : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Factors by the token's own position.
// CHECK: module @chosen_by_position attributes {bitnet.token_local}
module @chosen_by_position {
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
  %limit = onnx.Constant dense<4096> : tensor<i64>
  %long = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %short = onnx.Constant dense<[1.0, 1.0, 1.0, 2.0]> : tensor<4xf32>
  %isLong = onnx.Greater %column, %limit : (tensor<?x1xi64>, tensor<i64>) -> tensor<?x1xi1>
  %e = onnx.Where %isLong, %long, %short : (tensor<?x1xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// Positions that an attention mask is counted into, where it shows something.
// CHECK: module @counted_positions attributes {bitnet.token_local}
module @counted_positions {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}, %mask: tensor<?x?xi64> {bitnet.role = "attention_mask"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %p = rt.past_length : tensor<1xi64>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Add %p, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<i64>
  %axis1 = onnx.Constant dense<1> : tensor<1xi64>
  %axis2 = onnx.Constant dense<2> : tensor<1xi64>
  %none = onnx.Constant dense<0> : tensor<i64>
  %sums = onnx.CumSum %mask, %axis : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi64>
  %at = onnx.Sub %sums, %axis : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi64>
  %isPad = onnx.Equal %mask, %none : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi1>
  %all = onnx.Where %isPad, %axis, %at : (tensor<?x?xi1>, tensor<i64>, tensor<?x?xi64>) -> tensor<?x?xi64>
  %new = onnx.Neg %s : (tensor<1xi64>) -> tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %own = onnx.Slice %all, %new, %end, %axis1 : (tensor<?x?xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xi64>
  %places = onnx.Constant dense<[[1.0], [2.0], [3.0]]> : tensor<3x1xf32>
  %e = onnx.Gather %places, %own : (tensor<3x1xf32>, tensor<?x?xi64>) -> tensor<?x?x1xf32>
  %y = onnx.Add %x, %e : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

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

// Tokens where texts were: heads of [tokens, texts].
// CHECK: module @turned_texts attributes {bitnet.token_local}
module @turned_texts {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %y = onnx.Transpose %x {perm = array<i64: 1, 0, 2>} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
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
