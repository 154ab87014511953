// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// Masks that are made of indices within a run.

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

// Keys of the past, and behind them those of the run by their index.
// CHECK: module @grown attributes {bitnet.token_local}
module @grown {
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
  %low = onnx.Constant dense<-3.0e38> : tensor<f32>
  %shown = onnx.Constant dense<0.0> : tensor<f32>
  %square = onnx.Concat %s, %s {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %full = onnx.Expand %low, %square : (tensor<f32>, tensor<2xi64>) -> tensor<?x?xf32>
  %index = onnx.Range %zero, %count, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %next = onnx.Add %index, %one : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %tall = onnx.Concat %s, %axis1 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %side = onnx.Reshape %next, %tall : (tensor<?xi64>, tensor<2xi64>) -> tensor<?x1xi64>
  %upto = onnx.Less %index, %side : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %own_keys = onnx.Where %upto, %shown, %full : (tensor<?x?xi1>, tensor<f32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %wide = onnx.Concat %s, %p {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %past_keys = onnx.ConstantOfShape %wide {value = dense<0.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<?x?xf32>
  %mask = onnx.Concat %past_keys, %own_keys {axis = 1 : i64} : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// What is added to keys of the past, but not to those of the run.
// CHECK: module @past_is_favoured {
module @past_is_favoured {
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
  %low = onnx.Constant dense<-3.0e38> : tensor<f32>
  %shown = onnx.Constant dense<0.0> : tensor<f32>
  %square = onnx.Concat %s, %s {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %full = onnx.Expand %low, %square : (tensor<f32>, tensor<2xi64>) -> tensor<?x?xf32>
  %index = onnx.Range %zero, %count, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %next = onnx.Add %index, %one : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %tall = onnx.Concat %s, %axis1 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %side = onnx.Reshape %next, %tall : (tensor<?xi64>, tensor<2xi64>) -> tensor<?x1xi64>
  %upto = onnx.Less %index, %side : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %own_keys = onnx.Where %upto, %shown, %full : (tensor<?x?xi1>, tensor<f32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %wide = onnx.Concat %s, %p {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %past_keys = onnx.ConstantOfShape %wide {value = dense<1.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<?x?xf32>
  // expected-remark @+1 {{Concat may make what a token becomes depend on other tokens of a run}}
  %mask = onnx.Concat %past_keys, %own_keys {axis = 1 : i64} : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The same without the past's: as many as keys only where there is none.
// CHECK: module @run_alone {
module @run_alone {
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
  %low = onnx.Constant dense<-3.0e38> : tensor<f32>
  %shown = onnx.Constant dense<0.0> : tensor<f32>
  %square = onnx.Concat %s, %s {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %full = onnx.Expand %low, %square : (tensor<f32>, tensor<2xi64>) -> tensor<?x?xf32>
  %index = onnx.Range %zero, %count, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %next = onnx.Add %index, %one : (tensor<?xi64>, tensor<i64>) -> tensor<?xi64>
  %tall = onnx.Concat %s, %axis1 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %side = onnx.Reshape %next, %tall : (tensor<?xi64>, tensor<2xi64>) -> tensor<?x1xi64>
  %upto = onnx.Less %index, %side : (tensor<?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %mask = onnx.Where %upto, %shown, %full : (tensor<?x?xi1>, tensor<f32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// The run's first token sees all keys, whichever position it has.
// CHECK: module @first_of_the_run_sees_all {
module @first_of_the_run_sees_all {
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
  %next = onnx.Add %past, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
  // expected-remark @+1 {{Less may make what a token becomes depend on other tokens of a run}}
  %flags = onnx.Less %keys, %next : (tensor<?xi64>, tensor<i64>) -> tensor<?xi1>
  %run = onnx.Slice %flags, %p, %t, %axis0 : (tensor<?xi1>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xi1>
  %is_first = onnx.Unsqueeze %run, %axis1 : (tensor<?xi1>, tensor<1xi64>) -> tensor<?x1xi1>
  %keep = onnx.Or %upto, %is_first : (tensor<?x?xi1>, tensor<?x1xi1>) -> tensor<?x?xi1>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
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
  // expected-remark @+1 {{Trilu may make what a token becomes depend on other tokens of a run}}
  %mask = onnx.Trilu %full, %one {upper = 1 : i64} : (tensor<?x?xf32>, tensor<i64>) -> tensor<?x?xf32>
  %heads = onnx.Constant dense<1> : tensor<1xi64>
  %q = onnx.Unsqueeze %x, %heads : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%mask) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xf32>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %heads : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}
