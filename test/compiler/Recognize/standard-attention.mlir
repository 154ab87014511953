// RUN: bitnet-opt %s --recognize-attention --split-input-file | FileCheck %s

// CHECK-LABEL: func @joined_heads_with_past
//       CHECK:   %[[K:.*]] = onnx.Concat %arg1, %{{.*}} {axis = 2 : i64}
//       CHECK:   %[[V:.*]] = onnx.Concat %arg2, %{{.*}} {axis = 2 : i64}
//       CHECK:   %[[Y:.*]] = transformer.attention %{{.*}}, %[[K]], %[[V]] {causal, scale = 2.500000e-01 : f32}
//       CHECK:   onnx.Transpose %[[Y]]
//   CHECK-NOT:   onnx.Softmax
func.func @joined_heads_with_past(%x: tensor<?x?x32xf32>, %pk: tensor<?x4x?x8xf32>, %pv: tensor<?x4x?x8xf32>)
    -> (tensor<?x?x32xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
  %none = onnx.None
  %y:3 = onnx.Attention %x, %x, %x, %none, %pk, %pv {is_causal = 1 : i64, q_num_heads = 4 : i64, kv_num_heads = 4 : i64, scale = 0.25 : f32, num_outputs = 3 : i64}
      : (tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>)
      -> (tensor<?x?x32xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>)
  return %y#0, %y#1, %y#2 : tensor<?x?x32xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
}

// -----

// CHECK-LABEL: func @masked
//       CHECK:   %[[M:.*]] = onnx.Unsqueeze %arg1 {axes = array<i64: 0, 1>}
//       CHECK:   transformer.attention %arg0, %arg0, %arg0 mask(%[[M]]) {scale = 0.353553385 : f32}
func.func @masked(%x: tensor<?x4x?x8xf32>, %m: tensor<?x?xi1>) -> tensor<?x4x?x8xf32> {
  %y = onnx.Attention %x, %x, %x, %m : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x?xi1>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Causal over other keys than the queries' own: key j of query i is j <= i, not
// the last ones. Spelled out.
// CHECK-LABEL: func @causal_over_others
//   CHECK-NOT:   transformer.attention{{.*}}causal
//       CHECK:   onnx.LessOrEqual
//       CHECK:   return
func.func @causal_over_others(%x: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  %y = onnx.Attention %x, %k, %k {is_causal = 1 : i64} : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// CHECK-LABEL: func @softcap
//       CHECK:   transformer.attention %arg0, %arg0, %arg0 {scale = 0.353553385 : f32, softcap = 5.000000e+00 : f32}
func.func @softcap(%x: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  %y = onnx.Attention %x, %x, %x {softcap = 5.0 : f32} : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// Heads that were repeated for the queries' groups are read once.
// CHECK-LABEL: func @repeated_heads
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 {{.*}} : (tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
func.func @repeated_heads(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x8xf32>, %b: tensor<1xi64>, %t: tensor<1xi64>) -> tensor<?x4x?x8xf32> {
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %c8 = onnx.Constant dense<8> : tensor<1xi64>
  %s5 = onnx.Concat %b, %c2, %c2, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xi64>
  %s4 = onnx.Concat %b, %c4, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %k5 = onnx.Unsqueeze %k {axes = array<i64: 2>} : (tensor<?x2x?x8xf32>) -> tensor<?x2x1x?x8xf32>
  %ke = onnx.Expand %k5, %s5 : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %kr = onnx.Reshape %ke, %s4 : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %v5 = onnx.Unsqueeze %v {axes = array<i64: 2>} : (tensor<?x2x?x8xf32>) -> tensor<?x2x1x?x8xf32>
  %ve = onnx.Expand %v5, %s5 : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %vr = onnx.Reshape %ve, %s4 : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %y = onnx.Attention %q, %kr, %vr : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}
