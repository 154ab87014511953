// RUN: bitnet-opt %s --recognize-attention --split-input-file | FileCheck %s

// CHECK-LABEL: func @rotated_with_past
//  CHECK-SAME:   %[[Q:.*]]: tensor<?x?x32xf32>, %[[K:.*]]: tensor<?x?x16xf32>, %[[V:.*]]: tensor<?x?x16xf32>, %[[PK:.*]]: tensor<?x2x?x8xf32>, %[[PV:.*]]: tensor<?x2x?x8xf32>
//       CHECK:   %[[Q4:.*]] = transformer.rotary {{.*}} : (tensor<?x4x?x8xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
//       CHECK:   %[[K4:.*]] = transformer.rotary {{.*}} : (tensor<?x2x?x8xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>)
//       CHECK:   %[[KEYS:.*]] = onnx.Concat %[[PK]], %[[K4]] {axis = 2 : i64}
//       CHECK:   %[[VALUES:.*]] = onnx.Concat %[[PV]], %{{.*}} {axis = 2 : i64}
//       CHECK:   %[[Y:.*]] = transformer.attention %[[Q4]], %[[KEYS]], %[[VALUES]] {causal, scale = 0.353553385 : f32}
//       CHECK:   return %{{.*}}, %[[KEYS]], %[[VALUES]]
func.func @rotated_with_past(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>,
    %pk: tensor<?x2x?x8xf32>, %pv: tensor<?x2x?x8xf32>, %cos: tensor<16x4xf32>, %sin: tensor<16x4xf32>, %pos: tensor<?x?xi64>)
    -> (tensor<?x?x32xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %size = onnx.Shape %pk {start = 2 : i64, end = 3 : i64} : (tensor<?x2x?x8xf32>) -> tensor<1xi64>
  %total = onnx.Cast %size {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  %y:3 = onnx.ms.GroupQueryAttention %q, %k, %v, %pk, %pv, %total, %total, %cos, %sin, %pos
      {num_heads = 4 : i64, kv_num_heads = 2 : i64, do_rotary = 1 : i64, num_outputs = 3 : i64}
      : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<1xi32>, tensor<1xi32>, tensor<16x4xf32>, tensor<16x4xf32>, tensor<?x?xi64>)
      -> (tensor<?x?x32xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
  return %y#0, %y#1, %y#2 : tensor<?x?x32xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// Lengths that come from data may differ within the batch: a run must show that
// they do not.
// CHECK-LABEL: func @lengths_from_data
//       CHECK:   %[[P:.*]] = onnx.Shape %arg3 {end = 3 : i64, start = 2 : i64}
//       CHECK:   %[[ALL:.*]] = onnx.Add %[[P]]
//       CHECK:   %[[LAST:.*]] = onnx.Sub %[[ALL]]
//       CHECK:   %[[K:.*]] = transformer.check_lengths %{{.*}}, %arg5, %[[LAST]]
//       CHECK:   %[[KEYS:.*]] = onnx.Concat %arg3, %[[K]]
//       CHECK:   transformer.attention %{{.*}}, %[[KEYS]], %{{.*}} {causal
func.func @lengths_from_data(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>,
    %pk: tensor<?x2x?x8xf32>, %pv: tensor<?x2x?x8xf32>, %lengths: tensor<?xi32>, %total: tensor<1xi32>) -> tensor<?x?x32xf32> {
  %y:3 = onnx.ms.GroupQueryAttention %q, %k, %v, %pk, %pv, %lengths, %total {num_heads = 4 : i64, kv_num_heads = 2 : i64, num_outputs = 3 : i64}
      : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?xi32>, tensor<1xi32>)
      -> (tensor<?x?x32xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
  return %y#0 : tensor<?x?x32xf32>
}

// -----

// So may those that a graph in a node computes, whatever the node's operands.
// CHECK-LABEL: func @lengths_from_a_branch
//       CHECK:   transformer.check_lengths
//       CHECK:   transformer.attention
func.func @lengths_from_a_branch(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>,
    %pk: tensor<?x2x?x8xf32>, %pv: tensor<?x2x?x8xf32>, %lengths: tensor<?xi32>, %total: tensor<1xi32>) -> tensor<?x?x32xf32> {
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %size = onnx.Shape %q {start = 1 : i64, end = 2 : i64} : (tensor<?x?x32xf32>) -> tensor<1xi64>
  %many = onnx.Greater %size, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %own = onnx.If %many {
    %n = onnx.Neg %lengths : (tensor<?xi32>) -> tensor<?xi32>
    onnx.Yield %n : tensor<?xi32>
  } else {
    onnx.Yield %lengths : tensor<?xi32>
  } : (tensor<1xi1>) -> tensor<?xi32>
  %y:3 = onnx.ms.GroupQueryAttention %q, %k, %v, %pk, %pv, %own, %total {num_heads = 4 : i64, kv_num_heads = 2 : i64, num_outputs = 3 : i64}
      : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?xi32>, tensor<1xi32>)
      -> (tensor<?x?x32xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
  return %y#0 : tensor<?x?x32xf32>
}

// -----

// Heads cannot be split where a width is not known.
// CHECK-LABEL: func @unknown_key_width
//       CHECK:   onnx.ms.GroupQueryAttention
//   CHECK-NOT:   transformer.attention
func.func @unknown_key_width(%q: tensor<?x?x32xf32>, %k: tensor<?x?x?xf32>, %v: tensor<?x?x16xf32>) -> tensor<?x?x32xf32> {
  %total = onnx.Constant dense<1> : tensor<1xi32>
  %none = onnx.None
  %y = onnx.ms.GroupQueryAttention %q, %k, %v, %none, %none, %total, %total {num_heads = 4 : i64, kv_num_heads = 2 : i64, num_outputs = 1 : i64}
      : (tensor<?x?x32xf32>, tensor<?x?x?xf32>, tensor<?x?x16xf32>, none, none, tensor<1xi32>, tensor<1xi32>) -> tensor<?x?x32xf32>
  return %y : tensor<?x?x32xf32>
}

// -----

// CHECK-LABEL: func @positions_of_one_axis
//       CHECK:   onnx.ms.GroupQueryAttention
//   CHECK-NOT:   transformer.attention
func.func @positions_of_one_axis(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>,
    %cos: tensor<16x4xf32>, %sin: tensor<16x4xf32>, %pos: tensor<?xi64>) -> tensor<?x?x32xf32> {
  %total = onnx.Constant dense<1> : tensor<1xi32>
  %none = onnx.None
  %y = onnx.ms.GroupQueryAttention %q, %k, %v, %none, %none, %total, %total, %cos, %sin, %pos
      {num_heads = 4 : i64, kv_num_heads = 2 : i64, do_rotary = 1 : i64, num_outputs = 1 : i64}
      : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>, none, none, tensor<1xi32>, tensor<1xi32>, tensor<16x4xf32>, tensor<16x4xf32>, tensor<?xi64>) -> tensor<?x?x32xf32>
  return %y : tensor<?x?x32xf32>
}
