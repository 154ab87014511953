// RUN: bitnet-opt %s --onnx-decompose --split-input-file | FileCheck %s

// Shared axes that the result has are batch axes; the heads move before.
// CHECK-LABEL: func @attention_scores
//       CHECK:   %[[Q:.*]] = onnx.Transpose %arg0 {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x8xf32>) -> tensor<?x4x?x8xf32>
//       CHECK:   %[[K:.*]] = onnx.Transpose %arg1 {perm = array<i64: 0, 2, 3, 1>} : (tensor<?x?x4x8xf32>) -> tensor<?x4x8x?xf32>
//       CHECK:   %[[P:.*]] = onnx.MatMul %[[Q]], %[[K]]
//   CHECK-NOT:   onnx
//       CHECK:   return %[[P]]
func.func @attention_scores(%q: tensor<?x?x4x8xf32>, %k: tensor<?x?x4x8xf32>) -> tensor<?x4x?x?xf32> {
  %r = onnx.Einsum %q, %k {equation = "bqhd,bkhd->bhqk"} : (tensor<?x?x4x8xf32>, tensor<?x?x4x8xf32>) -> tensor<?x4x?x?xf32>
  return %r : tensor<?x4x?x?xf32>
}

// -----

// What only one operand has and nothing needs is summed before.
// CHECK-LABEL: func @sums_early
//       CHECK:   %[[A:.*]] = onnx.ReduceSum %arg0 {axes = array<i64: 0>, keepdims = 0 : i64} : (tensor<3x4x5xf32>) -> tensor<4x5xf32>
//       CHECK:   onnx.MatMul %[[A]], %{{.*}} : (tensor<4x5xf32>, tensor<5x6xf32>) -> tensor<4x6xf32>
func.func @sums_early(%a: tensor<3x4x5xf32>, %b: tensor<5x6xf32>) -> tensor<4x6xf32> {
  %r = onnx.Einsum %a, %b {equation = "hij,jk->ik"} : (tensor<3x4x5xf32>, tensor<5x6xf32>) -> tensor<4x6xf32>
  return %r : tensor<4x6xf32>
}

// -----

// Several axes of one kind are one axis of the product.
// CHECK-LABEL: func @groups
//       CHECK:   onnx.MatMul %{{.*}}, %{{.*}} : (tensor<2x12xf32>, tensor<12x5xf32>) -> tensor<2x5xf32>
func.func @groups(%a: tensor<2x3x4xf32>, %b: tensor<3x4x5xf32>) -> tensor<2x5xf32> {
  %r = onnx.Einsum %a, %b {equation = "ijk,jkl->il"} : (tensor<2x3x4xf32>, tensor<3x4x5xf32>) -> tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}

// -----

// An ellipsis broadcasts, and a MatMul does.
// CHECK-LABEL: func @ellipsis
//       CHECK:   onnx.MatMul %arg0, %arg1 : (tensor<?x3x4xf32>, tensor<4x5xf32>) -> tensor<?x3x5xf32>
func.func @ellipsis(%a: tensor<?x3x4xf32>, %b: tensor<4x5xf32>) -> tensor<?x3x5xf32> {
  %r = onnx.Einsum %a, %b {equation = "...ij,jk->...ik"} : (tensor<?x3x4xf32>, tensor<4x5xf32>) -> tensor<?x3x5xf32>
  return %r : tensor<?x3x5xf32>
}

// -----

// Nothing is contracted: a product of outer axes, without MatMul.
// CHECK-LABEL: func @outer
//   CHECK-NOT:   onnx.MatMul
//       CHECK:   onnx.Mul %{{.*}}, %{{.*}} : (tensor<3x1xi64>, tensor<1x4xi64>) -> tensor<3x4xi64>
//   CHECK-NOT:   onnx.MatMul
func.func @outer(%a: tensor<3xi64>, %b: tensor<4xi64>) -> tensor<3x4xi64> {
  %r = onnx.Einsum %a, %b {equation = "i,j"} : (tensor<3xi64>, tensor<4xi64>) -> tensor<3x4xi64>
  return %r : tensor<3x4xi64>
}

// -----

// A letter twice in one term keeps the diagonal, whatever is off it; a run's
// sizes are compared.
// CHECK-LABEL: func @trace
//       CHECK:   %[[N:.*]] = onnx.Shape %arg0 {end = 1 : i64}
//       CHECK:   %[[A:.*]] = onnx.CheckSizes %arg0, %{{.*}} {axes = array<i64: 1>}
//       CHECK:   %[[E:.*]] = onnx.Equal
//       CHECK:   %[[D:.*]] = onnx.Where %[[E]], %[[A]], %{{.*}}
//       CHECK:   %[[S:.*]] = onnx.ReduceSum %[[D]] {axes = array<i64: 1>, keepdims = 0 : i64}
//       CHECK:   onnx.ReduceSum %[[S]] {axes = array<i64: 0>, keepdims = 0 : i64}
func.func @trace(%a: tensor<?x?xf32>) -> tensor<f32> {
  %r = onnx.Einsum %a {equation = "ii"} : (tensor<?x?xf32>) -> tensor<f32>
  return %r : tensor<f32>
}

// -----

// Known sizes need no comparison.
// CHECK-LABEL: func @diagonals
//   CHECK-NOT:   onnx.CheckSizes
//       CHECK:   onnx.Where
func.func @diagonals(%a: tensor<2x3x3xf32>) -> tensor<2x3xf32> {
  %r = onnx.Einsum %a {equation = "bii->bi"} : (tensor<2x3x3xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}

// -----

// Two contracted axes that a run may know to be 2 and 3 of one operand and 3
// and 2 of the other are not one axis of 6.
// CHECK-LABEL: func @sizes_of_two
//       CHECK:   %[[B:.*]] = onnx.CheckSizes %arg1, %{{.*}} {axes = array<i64: 0, 1>}
//       CHECK:   onnx.Reshape %[[B]], %{{.*}}
//       CHECK:   onnx.MatMul
func.func @sizes_of_two(%a: tensor<?x?x?xf32>, %b: tensor<?x?x?xf32>) -> tensor<?x?xf32> {
  %r = onnx.Einsum %a, %b {equation = "ijk,jkl->il"} : (tensor<?x?x?xf32>, tensor<?x?x?xf32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}
