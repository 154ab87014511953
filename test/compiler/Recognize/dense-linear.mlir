// RUN: bitnet-opt %s --recognize-dense-linear --split-input-file | FileCheck %s

// An LM head tied to the embedding reads the same constant.
// CHECK-LABEL: func @tied
//       CHECK:   %[[W:.*]] = onnx.Constant
//       CHECK:   onnx.Gather %[[W]]
//       CHECK:   transformer.linear %arg1, %[[W]]
//   CHECK-NOT:   onnx.Constant
func.func @tied(%ids: tensor<?xi64>, %x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x3xf32>) {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %e = onnx.Gather %w, %ids : (tensor<3x2xf32>, tensor<?xi64>) -> tensor<?x2xf32>
  %t = onnx.Transpose %w {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %y = onnx.MatMul %x, %t : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %e, %y : tensor<?x2xf32>, tensor<?x3xf32>
}

// -----

// Tied by content: the exporter stored the transposed table.
// CHECK-LABEL: func @tied_by_content
//       CHECK:   %[[W:.*]] = onnx.Constant dense<{{.*}}> : tensor<3x2xf32>
//       CHECK:   onnx.Gather %[[W]]
//       CHECK:   transformer.linear %arg1, %[[W]]
func.func @tied_by_content(%ids: tensor<?xi64>, %x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x3xf32>) {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %t = onnx.Constant dense<[[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]]> : tensor<2x3xf32>
  %e = onnx.Gather %w, %ids : (tensor<3x2xf32>, tensor<?xi64>) -> tensor<?x2xf32>
  %y = onnx.MatMul %x, %t : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %e, %y : tensor<?x2xf32>, tensor<?x3xf32>
}

// -----

// Equal at the first place only: no table.
// CHECK-LABEL: func @not_tied_by_content
//       CHECK:   transformer.linear %arg1, %[[W:.*]] :
func.func @not_tied_by_content(%ids: tensor<?xi64>, %x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x3xf32>) {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %t = onnx.Constant dense<[[1.0, 3.0, 5.0], [2.0, 4.0, 7.0]]> : tensor<2x3xf32>
  %e = onnx.Gather %w, %ids : (tensor<3x2xf32>, tensor<?xi64>) -> tensor<?x2xf32>
  // CHECK: return %{{.*}}, %{{.*}}
  %y = onnx.MatMul %x, %t : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %e, %y : tensor<?x2xf32>, tensor<?x3xf32>
}

// -----

// Tied through casts: the narrow table is gathered from, and its rows are cast.
// CHECK-LABEL: func @tied_through_casts
//       CHECK:   %[[W:.*]] = onnx.Constant dense<{{.*}}> : tensor<3x2xbf16>
//       CHECK:   %[[R:.*]] = onnx.Gather %[[W]], %arg0 : (tensor<3x2xbf16>, tensor<?xi64>) -> tensor<?x2xbf16>
//       CHECK:   %[[E:.*]] = onnx.Cast %[[R]] {to = 1 : i64} : (tensor<?x2xbf16>) -> tensor<?x2xf32>
//       CHECK:   %[[Y:.*]] = transformer.linear %arg1, %[[W]] : (tensor<?x2xf32>, tensor<3x2xbf16>)
//       CHECK:   return %[[E]], %[[Y]]
func.func @tied_through_casts(%ids: tensor<?xi64>, %x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x3xf32>) {
  %b = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xbf16>
  %w = onnx.Cast %b {to = 1 : i64} : (tensor<3x2xbf16>) -> tensor<3x2xf32>
  %e = onnx.Gather %w, %ids : (tensor<3x2xf32>, tensor<?xi64>) -> tensor<?x2xf32>
  %t = onnx.Transpose %w {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %y = onnx.MatMul %x, %t : (tensor<?x2xf32>, tensor<2x3xf32>) -> tensor<?x3xf32>
  return %e, %y : tensor<?x2xf32>, tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func @half_with_bias
//       CHECK:   %[[X:.*]] = onnx.Cast %arg0 {to = 1 : i64} : (tensor<?x2xf16>) -> tensor<?x2xf32>
//       CHECK:   %[[B:.*]] = onnx.Cast %{{.*}} {to = 1 : i64} : (tensor<3xf16>) -> tensor<3xf32>
//       CHECK:   %[[Y:.*]] = transformer.linear %[[X]], %{{.*}} bias(%[[B]]) : (tensor<?x2xf32>, tensor<3x2xf16> bias(tensor<3xf32>)) -> tensor<?x3xf32>
//       CHECK:   onnx.Cast %[[Y]] {to = 10 : i64}
func.func @half_with_bias(%x: tensor<?x2xf16>) -> tensor<?x3xf16> {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf16>
  %b = onnx.Constant dense<[1.0, 2.0, 3.0]> : tensor<3xf16>
  %y = onnx.Gemm %x, %w, %b {transB = 1 : i64} : (tensor<?x2xf16>, tensor<3x2xf16>, tensor<3xf16>) -> tensor<?x3xf16>
  return %y : tensor<?x3xf16>
}

// -----

// Products of activations, with a factor, or of a transposed left operand.
// CHECK-LABEL: func @no_linear
//   CHECK-NOT:   transformer.linear
func.func @no_linear(%x: tensor<2x2xf32>, %z: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %a = onnx.MatMul %x, %z : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %b = onnx.Gemm %x, %w {alpha = 2.0 : f32} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %c = onnx.Gemm %x, %w {transA = 1 : i64} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %a, %b, %c : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}
