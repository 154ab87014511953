// RUN: bitnet-opt %s --recognize-token-locality --split-input-file --verify-diagnostics | FileCheck %s
// Positions, lengths and indices within a run.

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
