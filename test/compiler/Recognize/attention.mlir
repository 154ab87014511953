// RUN: bitnet-opt %s --recognize-attention --split-input-file | FileCheck %s

// Both sides scaled, an added mask, a guard against rows without keys.
// CHECK-LABEL: func @added_mask
//  CHECK-SAME:   %[[Q:.*]]: tensor<?x4x?x8xf32>, %[[K:.*]]: tensor<?x4x?x8xf32>, %[[V:.*]]: tensor<?x4x?x8xf32>, %[[M:.*]]: tensor<?x1x?x?xf32>
//       CHECK:   %[[Y:.*]] = transformer.attention %[[Q]], %[[K]], %[[V]] mask(%[[M]]) {scale = 2.500000e-01 : f32}
//       CHECK:   return %[[Y]]
func.func @added_mask(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>, %v: tensor<?x4x?x8xf32>, %m: tensor<?x1x?x?xf32>) -> tensor<?x4x?x8xf32> {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %qs = onnx.Mul %q, %half : (tensor<?x4x?x8xf32>, tensor<f32>) -> tensor<?x4x?x8xf32>
  %ks = onnx.Mul %kt, %half : (tensor<?x4x8x?xf32>, tensor<f32>) -> tensor<?x4x8x?xf32>
  %s = onnx.MatMul %qs, %ks : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %sm = onnx.Add %s, %m : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %sm {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %nan = onnx.IsNaN %p : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xi1>
  %g = onnx.Where %nan, %zero, %p : (tensor<?x4x?x?xi1>, tensor<f32>, tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %g, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Where with -infinity becomes a mask of bools, true where a key is seen.
// CHECK-LABEL: func @replaced_scores
//       CHECK:   %[[KEEP:.*]] = onnx.Not %arg3 : (tensor<?x?xi1>) -> tensor<?x?xi1>
//       CHECK:   %[[M:.*]] = onnx.Unsqueeze %[[KEEP]] {axes = array<i64: 0, 1>} : (tensor<?x?xi1>) -> tensor<1x1x?x?xi1>
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 mask(%[[M]]) {scale = 2.500000e-01 : f32}
func.func @replaced_scores(%q: tensor<?x4x?x16xf32>, %k: tensor<?x4x?x16xf32>, %v: tensor<?x4x?x16xf32>, %hide: tensor<?x?xi1>) -> tensor<?x4x?x16xf32> {
  %root = onnx.Constant dense<4.0> : tensor<f32>
  %inf = onnx.Constant dense<0xFF800000> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x16xf32>) -> tensor<?x4x16x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x16xf32>, tensor<?x4x16x?xf32>) -> tensor<?x4x?x?xf32>
  %sc = onnx.Div %s, %root : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %sm = onnx.Where %hide, %inf, %sc : (tensor<?x?xi1>, tensor<f32>, tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %sm {axis = 3 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}

// -----

// Keys and values repeated for the query heads of their group.
// CHECK-LABEL: func @grouped
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 {scale = 1.000000e+00 : f32} : (tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
func.func @grouped(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x8xf32>, %b: tensor<1xi64>, %t: tensor<1xi64>) -> tensor<?x4x?x8xf32> {
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
  %kt = onnx.Transpose %kr {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %s {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %vr : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// The target of Expand behind a guard whose condition was folded, as torch's older
// exporter leaves it.
// CHECK-LABEL: func @guarded_target
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 {scale = 1.000000e+00 : f32} : (tensor<?x4x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
func.func @guarded_target(%q: tensor<?x4x?x8xf32>, %k: tensor<?x2x?x8xf32>, %v: tensor<?x2x?x8xf32>, %b: tensor<1xi64>, %t: tensor<1xi64>) -> tensor<?x4x?x8xf32> {
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %c8 = onnx.Constant dense<8> : tensor<1xi64>
  %s5 = onnx.Concat %b, %c2, %c2, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xi64>
  %s4 = onnx.Concat %b, %c4, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %none = onnx.Constant dense<false> : tensor<5xi1>
  %ones = onnx.Constant dense<1> : tensor<5xi64>
  %w5 = onnx.Where %none, %ones, %s5 : (tensor<5xi1>, tensor<5xi64>, tensor<5xi64>) -> tensor<5xi64>
  %k5 = onnx.Unsqueeze %k {axes = array<i64: 2>} : (tensor<?x2x?x8xf32>) -> tensor<?x2x1x?x8xf32>
  %ke = onnx.Expand %k5, %w5 : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %kr = onnx.Reshape %ke, %s4 : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %v5 = onnx.Unsqueeze %v {axes = array<i64: 2>} : (tensor<?x2x?x8xf32>) -> tensor<?x2x1x?x8xf32>
  %ve = onnx.Expand %v5, %w5 : (tensor<?x2x1x?x8xf32>, tensor<5xi64>) -> tensor<?x2x2x?x8xf32>
  %vr = onnx.Reshape %ve, %s4 : (tensor<?x2x2x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  %kt = onnx.Transpose %kr {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %s {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %vr : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// With one batch entry the Reshapes around the keys' Transpose take in that of the
// repeated heads.
// CHECK-LABEL: func @joined
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 {scale = 1.000000e+00 : f32} : (tensor<1x4x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>)
// CHECK-LABEL: func @joined_open
//       CHECK:   transformer.attention %arg0, %arg1, %arg2
// CHECK-LABEL: func @joined_otherwise
//   CHECK-NOT:   transformer.attention
//       CHECK:   return
func.func @joined(%q: tensor<1x4x?x8xf32>, %k: tensor<1x2x?x8xf32>, %v: tensor<1x2x?x8xf32>) -> tensor<1x4x?x8xf32> {
  %t = onnx.Shape %k {start = 2 : i64, end = 3 : i64} : (tensor<1x2x?x8xf32>) -> tensor<1xi64>
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %c8 = onnx.Constant dense<8> : tensor<1xi64>
  %s5 = onnx.Concat %c1, %c2, %c2, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xi64>
  %s4 = onnx.Concat %c1, %c4, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %s3 = onnx.Concat %c4, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %back = onnx.Concat %c1, %c4, %c8, %t {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %k5 = onnx.Unsqueeze %k {axes = array<i64: 2>} : (tensor<1x2x?x8xf32>) -> tensor<1x2x1x?x8xf32>
  %ke = onnx.Expand %k5, %s5 : (tensor<1x2x1x?x8xf32>, tensor<5xi64>) -> tensor<1x2x2x?x8xf32>
  %kr = onnx.Reshape %ke, %s3 : (tensor<1x2x2x?x8xf32>, tensor<3xi64>) -> tensor<4x?x8xf32>
  %v5 = onnx.Unsqueeze %v {axes = array<i64: 2>} : (tensor<1x2x?x8xf32>) -> tensor<1x2x1x?x8xf32>
  %ve = onnx.Expand %v5, %s5 : (tensor<1x2x1x?x8xf32>, tensor<5xi64>) -> tensor<1x2x2x?x8xf32>
  %vr = onnx.Reshape %ve, %s4 : (tensor<1x2x2x?x8xf32>, tensor<4xi64>) -> tensor<1x4x?x8xf32>
  %kt3 = onnx.Transpose %kr {perm = array<i64: 0, 2, 1>} : (tensor<4x?x8xf32>) -> tensor<4x8x?xf32>
  %kt = onnx.Reshape %kt3, %back : (tensor<4x8x?xf32>, tensor<4xi64>) -> tensor<1x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<1x4x?x8xf32>, tensor<1x4x8x?xf32>) -> tensor<1x4x?x?xf32>
  %p = onnx.Softmax %s {axis = -1 : i64} : (tensor<1x4x?x?xf32>) -> tensor<1x4x?x?xf32>
  %y = onnx.MatMul %p, %vr : (tensor<1x4x?x?xf32>, tensor<1x4x?x8xf32>) -> tensor<1x4x?x8xf32>
  return %y : tensor<1x4x?x8xf32>
}
func.func @joined_open(%q: tensor<1x4x?x8xf32>, %k: tensor<1x2x?x8xf32>, %v: tensor<1x2x?x8xf32>) -> tensor<1x4x?x8xf32> {
  %t = onnx.Shape %k {start = 2 : i64, end = 3 : i64} : (tensor<1x2x?x8xf32>) -> tensor<1xi64>
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %open = onnx.Constant dense<-1> : tensor<1xi64>
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %c8 = onnx.Constant dense<8> : tensor<1xi64>
  %s5 = onnx.Concat %c1, %c2, %c2, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xi64>
  %s4 = onnx.Concat %c1, %c4, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %s3 = onnx.Concat %c4, %open, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %back = onnx.Concat %c1, %c4, %c8, %t {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %k5 = onnx.Unsqueeze %k {axes = array<i64: 2>} : (tensor<1x2x?x8xf32>) -> tensor<1x2x1x?x8xf32>
  %ke = onnx.Expand %k5, %s5 : (tensor<1x2x1x?x8xf32>, tensor<5xi64>) -> tensor<1x2x2x?x8xf32>
  %kr = onnx.Reshape %ke, %s3 : (tensor<1x2x2x?x8xf32>, tensor<3xi64>) -> tensor<4x?x8xf32>
  %v5 = onnx.Unsqueeze %v {axes = array<i64: 2>} : (tensor<1x2x?x8xf32>) -> tensor<1x2x1x?x8xf32>
  %ve = onnx.Expand %v5, %s5 : (tensor<1x2x1x?x8xf32>, tensor<5xi64>) -> tensor<1x2x2x?x8xf32>
  %vr = onnx.Reshape %ve, %s4 : (tensor<1x2x2x?x8xf32>, tensor<4xi64>) -> tensor<1x4x?x8xf32>
  %kt3 = onnx.Transpose %kr {perm = array<i64: 0, 2, 1>} : (tensor<4x?x8xf32>) -> tensor<4x8x?xf32>
  %kt = onnx.Reshape %kt3, %back : (tensor<4x8x?xf32>, tensor<4xi64>) -> tensor<1x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<1x4x?x8xf32>, tensor<1x4x8x?xf32>) -> tensor<1x4x?x?xf32>
  %p = onnx.Softmax %s {axis = -1 : i64} : (tensor<1x4x?x?xf32>) -> tensor<1x4x?x?xf32>
  %y = onnx.MatMul %p, %vr : (tensor<1x4x?x?xf32>, tensor<1x4x?x8xf32>) -> tensor<1x4x?x8xf32>
  return %y : tensor<1x4x?x8xf32>
}
func.func @joined_otherwise(%q: tensor<1x4x?x8xf32>, %k: tensor<1x2x?x8xf32>, %v: tensor<1x2x?x8xf32>) -> tensor<1x4x?x8xf32> {
  %t = onnx.Shape %k {start = 2 : i64, end = 3 : i64} : (tensor<1x2x?x8xf32>) -> tensor<1xi64>
  %c1 = onnx.Constant dense<1> : tensor<1xi64>
  %c2 = onnx.Constant dense<2> : tensor<1xi64>
  %c4 = onnx.Constant dense<4> : tensor<1xi64>
  %c8 = onnx.Constant dense<8> : tensor<1xi64>
  %s5 = onnx.Concat %c1, %c2, %c2, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<5xi64>
  %s4 = onnx.Concat %c1, %c4, %t, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %s3 = onnx.Concat %t, %c4, %c8 {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %back = onnx.Concat %c1, %c4, %c8, %t {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %k5 = onnx.Unsqueeze %k {axes = array<i64: 2>} : (tensor<1x2x?x8xf32>) -> tensor<1x2x1x?x8xf32>
  %ke = onnx.Expand %k5, %s5 : (tensor<1x2x1x?x8xf32>, tensor<5xi64>) -> tensor<1x2x2x?x8xf32>
  %kr = onnx.Reshape %ke, %s3 : (tensor<1x2x2x?x8xf32>, tensor<3xi64>) -> tensor<?x4x8xf32>
  %v5 = onnx.Unsqueeze %v {axes = array<i64: 2>} : (tensor<1x2x?x8xf32>) -> tensor<1x2x1x?x8xf32>
  %ve = onnx.Expand %v5, %s5 : (tensor<1x2x1x?x8xf32>, tensor<5xi64>) -> tensor<1x2x2x?x8xf32>
  %vr = onnx.Reshape %ve, %s4 : (tensor<1x2x2x?x8xf32>, tensor<4xi64>) -> tensor<1x4x?x8xf32>
  %kt3 = onnx.Transpose %kr {perm = array<i64: 0, 2, 1>} : (tensor<?x4x8xf32>) -> tensor<?x8x4xf32>
  %kt = onnx.Reshape %kt3, %back : (tensor<?x8x4xf32>, tensor<4xi64>) -> tensor<1x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<1x4x?x8xf32>, tensor<1x4x8x?xf32>) -> tensor<1x4x?x?xf32>
  %p = onnx.Softmax %s {axis = -1 : i64} : (tensor<1x4x?x?xf32>) -> tensor<1x4x?x?xf32>
  %y = onnx.MatMul %p, %vr : (tensor<1x4x?x?xf32>, tensor<1x4x?x8xf32>) -> tensor<1x4x?x8xf32>
  return %y : tensor<1x4x?x8xf32>
}

// -----

// Softmax over another axis is none. A fill that scores could exceed takes their
// place.
// CHECK-LABEL: func @nearly
//   CHECK-NOT:   transformer.attention
//       CHECK:   onnx.Softmax {{.*}} {axis = 2 : i64}
//       CHECK:   %[[KEEP:.*]] = onnx.Not %arg3
//       CHECK:   %[[MASK:.*]] = onnx.Unsqueeze %[[KEEP]]
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 mask(%[[MASK]]) {fill = -1.000000e+02 : f32, scale = 1.000000e+00 : f32}
func.func @nearly(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>, %v: tensor<?x4x?x8xf32>, %hide: tensor<?x?xi1>) -> (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) {
  %fill = onnx.Constant dense<-100.0> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %p0 = onnx.Softmax %s {axis = 2 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y0 = onnx.MatMul %p0, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %sm = onnx.Where %hide, %fill, %s : (tensor<?x?xi1>, tensor<f32>, tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %p1 = onnx.Softmax %sm {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y1 = onnx.MatMul %p1, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y0, %y1 : tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>
}

// -----

// A number in place of a score that another mask adds to: left to the graph.
// CHECK-LABEL: func @fill_below_another_mask
//   CHECK-NOT:   transformer.attention
func.func @fill_below_another_mask(%q: tensor<?x4x?x8xf32>, %k: tensor<?x4x?x8xf32>, %v: tensor<?x4x?x8xf32>, %keep: tensor<?x?xi1>, %bias: tensor<?x?xf32>) -> tensor<?x4x?x8xf32> {
  %fill = onnx.Constant dense<-1.0e+04> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %sm = onnx.Where %keep, %s, %fill : (tensor<?x?xi1>, tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %sb = onnx.Add %sm, %bias : (tensor<?x4x?x?xf32>, tensor<?x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %sb {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Keys [B, T, H, D], transposed at once.
// CHECK-LABEL: func @keys_transposed_at_once
//       CHECK:   %[[K:.*]] = onnx.Transpose %arg1 {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x8xf32>) -> tensor<?x4x?x8xf32>
//       CHECK:   transformer.attention %arg0, %[[K]], %arg2 {scale = 1.000000e+00 : f32}
func.func @keys_transposed_at_once(%q: tensor<?x4x?x8xf32>, %k: tensor<?x?x4x8xf32>, %v: tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32> {
  %kt = onnx.Transpose %k {perm = array<i64: 0, 2, 3, 1>} : (tensor<?x?x4x8xf32>) -> tensor<?x4x8x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %s {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// In f16 as exporters write it: every step rounds there, here the result alone.
// CHECK-LABEL: func @narrow
//       CHECK:   %[[Q:.*]] = onnx.Cast %arg0 {to = 1 : i64} : (tensor<?x4x?x16xf16>) -> tensor<?x4x?x16xf32>
//       CHECK:   %[[K:.*]] = onnx.Cast %arg1 {to = 1 : i64} : (tensor<?x4x?x16xf16>) -> tensor<?x4x?x16xf32>
//       CHECK:   %[[V:.*]] = onnx.Cast %arg2 {to = 1 : i64} : (tensor<?x4x?x16xf16>) -> tensor<?x4x?x16xf32>
//       CHECK:   %[[M:.*]] = onnx.Cast %arg3 {to = 1 : i64} : (tensor<?x1x?x?xf16>) -> tensor<?x1x?x?xf32>
//       CHECK:   %[[Y:.*]] = transformer.attention %[[Q]], %[[K]], %[[V]] mask(%[[M]]) {scale = 2.500000e-01 : f32}
//       CHECK:   onnx.Cast %[[Y]] {to = 10 : i64} : (tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf16>
func.func @narrow(%q: tensor<?x4x?x16xf16>, %k: tensor<?x4x?x16xf16>, %v: tensor<?x4x?x16xf16>, %m: tensor<?x1x?x?xf16>) -> tensor<?x4x?x16xf16> {
  %root = onnx.Constant dense<4.0> : tensor<f16>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x16xf16>) -> tensor<?x4x16x?xf16>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x16xf16>, tensor<?x4x16x?xf16>) -> tensor<?x4x?x?xf16>
  %sc = onnx.Div %s, %root : (tensor<?x4x?x?xf16>, tensor<f16>) -> tensor<?x4x?x?xf16>
  %sm = onnx.Add %sc, %m : (tensor<?x4x?x?xf16>, tensor<?x1x?x?xf16>) -> tensor<?x4x?x?xf16>
  %w = onnx.Cast %sm {to = 1 : i64} : (tensor<?x4x?x?xf16>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %w {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %n = onnx.Cast %p {to = 10 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf16>
  %y = onnx.MatMul %n, %v : (tensor<?x4x?x?xf16>, tensor<?x4x?x16xf16>) -> tensor<?x4x?x16xf16>
  return %y : tensor<?x4x?x16xf16>
}

// -----

// A cap before the mask is the op's; c need not be the number that divides.
// CHECK-LABEL: func @softcap
//       CHECK:   transformer.attention %arg0, %arg1, %arg2 mask(%arg3) {scale = 2.500000e-01 : f32, softcap = 5.000000e+01 : f32}
// CHECK-LABEL: func @softcap_of_another_scale
//       CHECK:   transformer.attention {{.*}} {scale = 5.000000e-01 : f32, softcap = 2.000000e+01 : f32}
// CHECK-LABEL: func @masked_before_the_cap
//   CHECK-NOT:   transformer.attention
//       CHECK:   return
func.func @softcap(%q: tensor<?x4x?x16xf32>, %k: tensor<?x4x?x16xf32>, %v: tensor<?x4x?x16xf32>, %m: tensor<?x1x?x?xf32>) -> tensor<?x4x?x16xf32> {
  %quarter = onnx.Constant dense<0.25> : tensor<f32>
  %cap = onnx.Constant dense<50.0> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x16xf32>) -> tensor<?x4x16x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x16xf32>, tensor<?x4x16x?xf32>) -> tensor<?x4x?x?xf32>
  %sc = onnx.Mul %s, %quarter : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %d = onnx.Div %sc, %cap : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %t = onnx.Tanh %d : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %c = onnx.Mul %t, %cap : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %sm = onnx.Add %c, %m : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %sm {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}
func.func @softcap_of_another_scale(%q: tensor<?x4x?x16xf32>, %k: tensor<?x4x?x16xf32>, %v: tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32> {
  %forty = onnx.Constant dense<40.0> : tensor<f32>
  %twenty = onnx.Constant dense<20.0> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x16xf32>) -> tensor<?x4x16x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x16xf32>, tensor<?x4x16x?xf32>) -> tensor<?x4x?x?xf32>
  %d = onnx.Div %s, %forty : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %t = onnx.Tanh %d : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %c = onnx.Mul %twenty, %t : (tensor<f32>, tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %c {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}
func.func @masked_before_the_cap(%q: tensor<?x4x?x16xf32>, %k: tensor<?x4x?x16xf32>, %v: tensor<?x4x?x16xf32>, %m: tensor<?x1x?x?xf32>) -> tensor<?x4x?x16xf32> {
  %cap = onnx.Constant dense<50.0> : tensor<f32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x?x16xf32>) -> tensor<?x4x16x?xf32>
  %s = onnx.MatMul %q, %kt : (tensor<?x4x?x16xf32>, tensor<?x4x16x?xf32>) -> tensor<?x4x?x?xf32>
  %sm = onnx.Add %s, %m : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %d = onnx.Div %sm, %cap : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %t = onnx.Tanh %d : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %c = onnx.Mul %t, %cap : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %p = onnx.Softmax %c {axis = -1 : i64} : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul %p, %v : (tensor<?x4x?x?xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}
