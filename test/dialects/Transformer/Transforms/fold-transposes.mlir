// RUN: bitnet-opt %s --transformer-fold-transposes --split-input-file | FileCheck %s

// CHECK-LABEL: func @around_attention_and_rotary
//  CHECK-SAME:   %[[Q:[a-z0-9]+]]: tensor<?x?x4x16xf32>, %[[K:[a-z0-9]+]]: tensor<?x?x2x16xf32>, %[[V:[a-z0-9]+]]: tensor<?x?x2x16xf32>
//   CHECK-NOT:   onnx.Transpose
//       CHECK:   %[[RQ:.*]] = transformer.rotary %[[Q]], {{.*}} {token_major} : (tensor<?x?x4x16xf32>
//       CHECK:   %[[RK:.*]] = transformer.rotary %[[K]], {{.*}} {token_major} : (tensor<?x?x2x16xf32>
//       CHECK:   %[[Y:.*]] = transformer.attention %[[RQ]], %[[RK]], %[[V]] {{.*}}token_major{{.*}} -> tensor<?x?x4x16xf32>
//   CHECK-NOT:   onnx.Transpose
//       CHECK:   return %[[Y]]
func.func @around_attention_and_rotary(%q: tensor<?x?x4x16xf32>, %k: tensor<?x?x2x16xf32>, %v: tensor<?x?x2x16xf32>, %c: tensor<?x1x?x16xf32>) -> tensor<?x?x4x16xf32> {
  %tq = onnx.Transpose %q {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32>
  %tk = onnx.Transpose %k {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x16xf32>) -> tensor<?x2x?x16xf32>
  %tv = onnx.Transpose %v {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x16xf32>) -> tensor<?x2x?x16xf32>
  %rq = transformer.rotary %tq, %c, %c : (tensor<?x4x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) -> tensor<?x4x?x16xf32>
  %rk = transformer.rotary %tk, %c, %c : (tensor<?x2x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) -> tensor<?x2x?x16xf32>
  %y = transformer.attention %rq, %rk, %tv {scale = 0.25 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> tensor<?x4x?x16xf32>
  %ty = onnx.Transpose %y {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x16xf32>) -> tensor<?x?x4x16xf32>
  return %ty : tensor<?x?x4x16xf32>
}

// -----

// The result is wanted as it is.
// CHECK-LABEL: func @result_stays
//       CHECK:   onnx.Transpose
//   CHECK-NOT:   token_major
func.func @result_stays(%q: tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32> {
  %t = onnx.Transpose %q {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32>
  %y = transformer.attention %t, %t, %t {scale = 0.25 : f32} : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %y : tensor<?x4x?x16xf32>
}

// -----

// Another order of axes.
// CHECK-LABEL: func @other_permutation
//   CHECK-NOT:   token_major
func.func @other_permutation(%q: tensor<?x4x16x?xf32>) -> tensor<?x?x4x16xf32> {
  %t = onnx.Transpose %q {perm = array<i64: 0, 1, 3, 2>} : (tensor<?x4x16x?xf32>) -> tensor<?x4x?x16xf32>
  %y = transformer.attention %t, %t, %t {scale = 0.25 : f32} : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  %ty = onnx.Transpose %y {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x16xf32>) -> tensor<?x?x4x16xf32>
  return %ty : tensor<?x?x4x16xf32>
}

// -----

// Casts around attention and rotary, as models of f16 have them; one tensor is key and value.
// CHECK-LABEL: func @casts
//  CHECK-SAME:   %[[Q:.*]]: tensor<?x?x4x16xf16>, %[[K:.*]]: tensor<?x?x2x16xf16>
//   CHECK-NOT:   onnx.Transpose
//   CHECK-DAG:   %[[QW:.*]] = onnx.Cast %[[Q]] {to = 1 : i64} : (tensor<?x?x4x16xf16>) -> tensor<?x?x4x16xf32>
//       CHECK:   %[[R:.*]] = transformer.rotary %[[QW]], {{.*}} {token_major}
//       CHECK:   %[[N:.*]] = onnx.Cast %[[R]] {to = 10 : i64} : (tensor<?x?x4x16xf32>) -> tensor<?x?x4x16xf16>
//       CHECK:   %[[W:.*]] = onnx.Cast %[[N]] {to = 1 : i64} : (tensor<?x?x4x16xf16>) -> tensor<?x?x4x16xf32>
//       CHECK:   %[[Y:.*]] = transformer.attention %[[W]], {{.*}} {scale = 2.500000e-01 : f32, token_major}
//       CHECK:   %[[O:.*]] = onnx.Cast %[[Y]] {to = 10 : i64} : (tensor<?x?x4x16xf32>) -> tensor<?x?x4x16xf16>
//       CHECK:   return %[[O]]
func.func @casts(%q: tensor<?x?x4x16xf16>, %k: tensor<?x?x2x16xf16>, %c: tensor<?x1x?x16xf32>) -> tensor<?x?x4x16xf16> {
  %tq = onnx.Transpose %q {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf16>) -> tensor<?x4x?x16xf16>
  %wq = onnx.Cast %tq {to = 1 : i64} : (tensor<?x4x?x16xf16>) -> tensor<?x4x?x16xf32>
  %rq = transformer.rotary %wq, %c, %c : (tensor<?x4x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) -> tensor<?x4x?x16xf32>
  %nq = onnx.Cast %rq {to = 10 : i64} : (tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf16>
  %vq = onnx.Cast %nq {to = 1 : i64} : (tensor<?x4x?x16xf16>) -> tensor<?x4x?x16xf32>
  %tk = onnx.Transpose %k {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x16xf16>) -> tensor<?x2x?x16xf16>
  %wk = onnx.Cast %tk {to = 1 : i64} : (tensor<?x2x?x16xf16>) -> tensor<?x2x?x16xf32>
  %y = transformer.attention %vq, %wk, %wk {scale = 0.25 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> tensor<?x4x?x16xf32>
  %n = onnx.Cast %y {to = 10 : i64} : (tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf16>
  %ty = onnx.Transpose %n {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x16xf16>) -> tensor<?x?x4x16xf16>
  return %ty : tensor<?x?x4x16xf16>
}
