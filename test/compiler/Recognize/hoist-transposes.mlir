// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// A quantiser over channels, which a Transpose makes the last axis.
// CHECK-LABEL: func @of_channels(
//       CHECK:   %[[T:.*]] = onnx.Transpose %arg0 {perm = array<i64: 0, 2, 1>} : (tensor<?x4x?xf32>) -> tensor<?x?x4xf32>
//       CHECK:   %[[Q:.*]]:2 = ternary.quantize %[[T]] {{.*}}form = #ternary.scale_form<div>
//       CHECK:   ternary.linear %[[Q]]#0
//   CHECK-NOT:   onnx.Abs
func.func @of_channels(%x: tensor<?x4x?xf32>) -> tensor<?x?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4x?xf32>) -> tensor<?x1x?xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1x?xf32>, tensor<f32>) -> tensor<?x1x?xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1x?xf32>) -> tensor<?x1x?xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4x?xf32>, tensor<?x1x?xf32>) -> tensor<?x4x?xf32>
  %round = onnx.Round %xs : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4x?xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4x?xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4x?xf32>, tensor<?x1x?xf32>) -> tensor<?x4x?xf32>
  %t = onnx.Transpose %dq {perm = array<i64: 0, 2, 1>} : (tensor<?x4x?xf32>) -> tensor<?x?x4xf32>
  %y = onnx.MatMul %t, %w : (tensor<?x?x4xf32>, tensor<4x2xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}

// -----

// Of the other axis it has a scale for each of a row's terms.
// CHECK-LABEL: func @of_places(
//   CHECK-NOT:   ternary.quantize
//       CHECK:   %[[T:.*]] = onnx.Transpose
//       CHECK:   ternary.float_linear %[[T]]
func.func @of_places(%x: tensor<?x4x?xf32>) -> tensor<?x?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 2>} : (tensor<?x4x?xf32>) -> tensor<?x4x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x4x1xf32>, tensor<f32>) -> tensor<?x4x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4x?xf32>, tensor<?x4x1xf32>) -> tensor<?x4x?xf32>
  %round = onnx.Round %xs : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4x?xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4x?xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4x?xf32>, tensor<?x4x1xf32>) -> tensor<?x4x?xf32>
  %t = onnx.Transpose %dq {perm = array<i64: 0, 2, 1>} : (tensor<?x4x?xf32>) -> tensor<?x?x4xf32>
  %y = onnx.MatMul %t, %w : (tensor<?x?x4xf32>, tensor<4x2xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}

// -----

// What is transposed and not quantised stays where it is.
// CHECK-LABEL: func @not_quantised(
//       CHECK:   %[[D:.*]] = onnx.Div %arg0
//       CHECK:   %[[T:.*]] = onnx.Transpose %[[D]]
//       CHECK:   ternary.float_linear %[[T]]
func.func @not_quantised(%x: tensor<?x4x?xf32>) -> tensor<?x?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4x?xf32>) -> tensor<?x1x?xf32>
  %n = onnx.Div %x, %max : (tensor<?x4x?xf32>, tensor<?x1x?xf32>) -> tensor<?x4x?xf32>
  %t = onnx.Transpose %n {perm = array<i64: 0, 2, 1>} : (tensor<?x4x?xf32>) -> tensor<?x?x4xf32>
  %y = onnx.MatMul %t, %w : (tensor<?x?x4xf32>, tensor<4x2xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}
