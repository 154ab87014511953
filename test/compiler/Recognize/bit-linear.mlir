// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// The checkpoint's form: codes / s, weights in {-1, 0, 1}, then the scale.
// CHECK: module attributes {bitnet.report = [{bias = false, eps = {{.*}}, k = 4 : i64, n = 2 : i64,
// CHECK-SAME: rescale = "div_mul", scale_form = "mul_reciprocal", ternary = true, weight_scale = "tensor", zeros = 2.500000e-01 : f64}]}
// CHECK-LABEL: func @dequantised_then_scaled
//  CHECK-SAME:   %[[X:.*]]: tensor<?x?x4xf32>
//       CHECK:   %[[Q:.*]]:2 = ternary.quantize %[[X]] {eps = 9.99999974E-6 : f32, form = #ternary.scale_form<mul_reciprocal>, range = 1.270000e+02 : f32}
//       CHECK:   %[[W:.*]] = ternary.constant dense<[34, 105]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
//       CHECK:   %[[S:.*]] = onnx.Constant dense<1.700000e+00> : tensor<1xf32>
//       CHECK:   %[[Y:.*]] = ternary.linear %[[Q]]#0, %[[Q]]#1 weights(%[[W]]) scales(%[[S]]) {rescale = #ternary.rescale_form<div_mul>}
//       CHECK:   return %[[Y]]
func.func @dequantised_then_scaled(%x: tensor<?x?x4xf32>) -> tensor<?x?x2xf32> {
  %none = onnx.None
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<1.7> : tensor<1xf32>
  %abs = onnx.Abs %x : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: -1>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %m = onnx.Clip %max, %eps, %none : (tensor<?x?x1xf32>, tensor<f32>, none) -> tensor<?x?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %round = onnx.Round %xs : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %mm = onnx.MatMul %dq, %w : (tensor<?x?x4xf32>, tensor<4x2xf32>) -> tensor<?x?x2xf32>
  %y = onnx.Mul %mm, %ws : (tensor<?x?x2xf32>, tensor<1xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}
