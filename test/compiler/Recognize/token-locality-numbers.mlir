// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// Numbers that round, wrap or do not fit are not those of positions.

// Behind 2^24 there is not each number.
// CHECK: module @f32_rounds {
module @f32_rounds {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %rf = onnx.Cast %row {to = 1 : i64} : (tensor<1x?xi64>) -> tensor<1x?xf32>
  %cf = onnx.Cast %column {to = 1 : i64} : (tensor<?x1xi64>) -> tensor<?x1xf32>
  %big = onnx.Constant dense<1.6e7> : tensor<f32>
  %r1 = onnx.Add %rf, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %r2 = onnx.Add %r1, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %r3 = onnx.Add %r2, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %r4 = onnx.Add %r3, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %c1 = onnx.Add %cf, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %c2 = onnx.Add %c1, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %c3 = onnx.Add %c2, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %c4 = onnx.Add %c3, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %keep = onnx.LessOrEqual %r4, %c4 : (tensor<1x?xf32>, tensor<?x1xf32>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// CHECK: module @f32_holds attributes {bitnet.token_local}
module @f32_holds {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %rf = onnx.Cast %row {to = 1 : i64} : (tensor<1x?xi64>) -> tensor<1x?xf32>
  %cf = onnx.Cast %column {to = 1 : i64} : (tensor<?x1xi64>) -> tensor<?x1xf32>
  %big = onnx.Constant dense<1.0> : tensor<f32>
  %r1 = onnx.Add %rf, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %r2 = onnx.Add %r1, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %r3 = onnx.Add %r2, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %r4 = onnx.Add %r3, %big : (tensor<1x?xf32>, tensor<f32>) -> tensor<1x?xf32>
  %c1 = onnx.Add %cf, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %c2 = onnx.Add %c1, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %c3 = onnx.Add %c2, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %c4 = onnx.Add %c3, %big : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %keep = onnx.LessOrEqual %r4, %c4 : (tensor<1x?xf32>, tensor<?x1xf32>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// CHECK: module @i32_wraps {
module @i32_wraps {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %rf = onnx.Cast %row {to = 6 : i64} : (tensor<1x?xi64>) -> tensor<1x?xi32>
  %cf = onnx.Cast %column {to = 6 : i64} : (tensor<?x1xi64>) -> tensor<?x1xi32>
  %big = onnx.Constant dense<1073741824> : tensor<i32>
  %r1 = onnx.Mul %rf, %big : (tensor<1x?xi32>, tensor<i32>) -> tensor<1x?xi32>
  %c1 = onnx.Mul %cf, %big : (tensor<?x1xi32>, tensor<i32>) -> tensor<?x1xi32>
  %keep = onnx.LessOrEqual %r1, %c1 : (tensor<1x?xi32>, tensor<?x1xi32>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// CHECK: module @i32_holds attributes {bitnet.token_local}
module @i32_holds {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %rf = onnx.Cast %row {to = 6 : i64} : (tensor<1x?xi64>) -> tensor<1x?xi32>
  %cf = onnx.Cast %column {to = 6 : i64} : (tensor<?x1xi64>) -> tensor<?x1xi32>
  %big = onnx.Constant dense<2> : tensor<i32>
  %r1 = onnx.Mul %rf, %big : (tensor<1x?xi32>, tensor<i32>) -> tensor<1x?xi32>
  %c1 = onnx.Mul %cf, %big : (tensor<?x1xi32>, tensor<i32>) -> tensor<?x1xi32>
  %keep = onnx.LessOrEqual %r1, %c1 : (tensor<1x?xi32>, tensor<?x1xi32>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// 100 + 100 is -56.
// CHECK: module @i8_wraps {
module @i8_wraps {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %k0 = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %z8 = onnx.Constant dense<0> : tensor<i8>
  %h8 = onnx.Constant dense<100> : tensor<i8>
  %l8 = onnx.Constant dense<101> : tensor<i8>
  %w = onnx.Where %k0, %z8, %h8 : (tensor<?x?xi1>, tensor<i8>, tensor<i8>) -> tensor<?x?xi8>
  %w2 = onnx.Add %w, %h8 : (tensor<?x?xi8>, tensor<i8>) -> tensor<?x?xi8>
  %keep = onnx.Less %w2, %l8 : (tensor<?x?xi8>, tensor<i8>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// 255, not -1.
// CHECK: module @ui8_sign {
module @ui8_sign {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %u = onnx.ConstantOfShape %t {value = dense<255> : tensor<1xui8>} : (tensor<1xi64>) -> tensor<?xui8>
  %z8 = onnx.Constant dense<1> : tensor<ui8>
  %big = onnx.Greater %u, %z8 : (tensor<?xui8>, tensor<ui8>) -> tensor<?xi1>
  %k0 = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %keep = onnx.Or %k0, %big : (tensor<?x?xi1>, tensor<?xi1>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  // expected-remark @+1 {{attention may make what a token becomes depend on other tokens of a run}}
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// CHECK: module @ui8_holds attributes {bitnet.token_local}
module @ui8_holds {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
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
  %u = onnx.ConstantOfShape %t {value = dense<0> : tensor<1xui8>} : (tensor<1xi64>) -> tensor<?xui8>
  %z8 = onnx.Constant dense<1> : tensor<ui8>
  %big = onnx.Greater %u, %z8 : (tensor<?xui8>, tensor<ui8>) -> tensor<?xi1>
  %k0 = onnx.LessOrEqual %row, %column : (tensor<1x?xi64>, tensor<?x1xi64>) -> tensor<?x?xi1>
  %keep = onnx.Or %k0, %big : (tensor<?x?xi1>, tensor<?xi1>) -> tensor<?x?xi1>
  %q = onnx.Unsqueeze %x, %a1 : (tensor<?x?x4xf32>, tensor<1xi64>) -> tensor<?x1x?x4xf32>
  %a = transformer.attention %q, %q, %q mask(%keep) {key_cache = @k, value_cache = @v, scale = 1.0 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x?xi1>)) -> tensor<?x1x?x4xf32>
  %y = onnx.Squeeze %a, %a1 : (tensor<?x1x?x4xf32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// 2^32 - 1 is -1: all tokens but the last.
// CHECK: module @cast_min_i32 {
module @cast_min_i32 {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %m1 = onnx.Constant dense<4294967295> : tensor<1xi64>
  %e32 = onnx.Cast %m1 {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  %st = onnx.Cast %a0 {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  // expected-remark @+1 {{Slice may make what a token becomes depend on other tokens of a run}}
  %xs = onnx.Slice %x, %st, %e32, %a1 : (tensor<?x?x4xf32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  %y = onnx.Sin %xs : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}

// -----

// All tokens.
// CHECK: module @cast_max_i32 attributes {bitnet.token_local}
module @cast_max_i32 {
rt.kv_cache @k : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x1x?x4xf32> inputs [2] outputs [2]
func.func @main(%ids: tensor<?x?xi64> {bitnet.role = "tokens"}) -> (tensor<?x?x4xf32> {bitnet.role = "logits"}) {
  %table = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %x = onnx.Gather %table, %ids : (tensor<2x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %a0 = onnx.Constant dense<0> : tensor<1xi64>
  %a1 = onnx.Constant dense<1> : tensor<1xi64>
  %m1 = onnx.Constant dense<2147483647> : tensor<1xi64>
  %e32 = onnx.Cast %m1 {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  %st = onnx.Cast %a0 {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  %xs = onnx.Slice %x, %st, %e32, %a1 : (tensor<?x?x4xf32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi64>) -> tensor<?x?x4xf32>
  %y = onnx.Sin %xs : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  return %y : tensor<?x?x4xf32>
}
}
