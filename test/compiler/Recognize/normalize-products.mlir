// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// Products that are linear layers but for where their weights stand.

// CHECK: bitnet.report = [{{.*}}k = 4 : i64, n = 2 : i64{{.*}}ternary = true
// CHECK-LABEL: func @left_of_a_vector
//       CHECK:   ternary.float_linear %arg0, {{.*}} {group = 4 : i64, rows = 2 : i64} : (tensor<4xf32>, {{.*}}) -> tensor<2xf32>
func.func @left_of_a_vector(%x: tensor<4xf32>) -> tensor<2xf32> {
  %w = onnx.Constant dense<[[1.0, 0.0, -1.0, 1.0], [0.0, 1.0, 1.0, -1.0]]> : tensor<2x4xf32>
  %y = onnx.MatMul %w, %x : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// -----

// The Transpose of the input is undone.
// CHECK-LABEL: func @left_of_a_transpose
//       CHECK:   %[[Y:.*]] = ternary.float_linear %arg0
//       CHECK:   onnx.Transpose %[[Y]] {perm = array<i64: 0, 2, 1>} : (tensor<?x?x2xf32>) -> tensor<?x2x?xf32>
func.func @left_of_a_transpose(%x: tensor<?x?x4xf32>) -> tensor<?x2x?xf32> {
  %w = onnx.Constant dense<[[1.0, 0.0, -1.0, 1.0], [0.0, 1.0, 1.0, -1.0]]> : tensor<2x4xf32>
  %t = onnx.Transpose %x {perm = array<i64: 0, 2, 1>} : (tensor<?x?x4xf32>) -> tensor<?x4x?xf32>
  %y = onnx.MatMul %w, %t : (tensor<2x4xf32>, tensor<?x4x?xf32>) -> tensor<?x2x?xf32>
  return %y : tensor<?x2x?xf32>
}

// -----

// CHECK-LABEL: func @leading_ones
//       CHECK:   %[[Y:.*]] = ternary.float_linear %arg0, {{.*}} -> tensor<?x2xf32>
//       CHECK:   onnx.Unsqueeze %[[Y]] {axes = array<i64: 0, 1>} : (tensor<?x2xf32>) -> tensor<1x1x?x2xf32>
func.func @leading_ones(%x: tensor<?x4xf32>) -> tensor<1x1x?x2xf32> {
  %w = onnx.Constant dense<[[[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]]]> : tensor<1x1x4x2xf32>
  %y = onnx.MatMul %x, %w : (tensor<?x4xf32>, tensor<1x1x4x2xf32>) -> tensor<1x1x?x2xf32>
  return %y : tensor<1x1x?x2xf32>
}

// -----

// A batch of matrices is none.
// CHECK-LABEL: func @batch_of_weights
//       CHECK:   onnx.MatMul %arg0
func.func @batch_of_weights(%x: tensor<2x3x2xf32>) -> tensor<2x3x2xf32> {
  %w = onnx.Constant dense<[[[1.0, 0.0], [-1.0, 1.0]], [[1.0, 1.0], [-1.0, 0.0]]]> : tensor<2x2x2xf32>
  %y = onnx.MatMul %x, %w : (tensor<2x3x2xf32>, tensor<2x2x2xf32>) -> tensor<2x3x2xf32>
  return %y : tensor<2x3x2xf32>
}
