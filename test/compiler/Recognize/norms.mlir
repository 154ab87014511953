// RUN: bitnet-opt %s --recognize-norms --split-input-file | FileCheck %s

// CHECK-LABEL: func @spelled_out
//  CHECK-SAME:   %[[X:.*]]: tensor<?x?x8xf32>
//       CHECK:   %[[G:.*]] = onnx.Constant dense<2.000000e+00> : tensor<8xf32>
//       CHECK:   %[[Y:.*]] = transformer.rms_norm %[[X]] gain(%[[G]]) {eps = 9.99999974E-6 : f32}
//       CHECK:   return %[[Y]]
func.func @spelled_out(%x: tensor<?x?x8xf32>) -> tensor<?x?x8xf32> {
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %g = onnx.Constant dense<2.0> : tensor<8xf32>
  %sq = onnx.Pow %x, %two : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %mean = onnx.ReduceMean %sq {axes = array<i64: -1>} : (tensor<?x?x8xf32>) -> tensor<?x?x1xf32>
  %sum = onnx.Add %mean, %eps : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %root = onnx.Sqrt %sum : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %inv = onnx.Reciprocal %root : (tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %n = onnx.Mul %x, %inv : (tensor<?x?x8xf32>, tensor<?x?x1xf32>) -> tensor<?x?x8xf32>
  %y = onnx.Mul %g, %n : (tensor<8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  return %y : tensor<?x?x8xf32>
}

// -----

// x * x for the square, 1 / root, operands exchanged.
// CHECK-LABEL: func @variants
//       CHECK:   transformer.rms_norm %arg0 {eps = 9.99999997E-7 : f32}
//       CHECK:   transformer.rms_norm %arg0 {eps = 9.99999997E-7 : f32}
func.func @variants(%x: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %eps = onnx.Constant dense<1.0e-6> : tensor<1xf32>
  %sq = onnx.Mul %x, %x : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %mean = onnx.ReduceMean %sq {axes = array<i64: 1>} : (tensor<?x8xf32>) -> tensor<?x1xf32>
  %sum = onnx.Add %eps, %mean : (tensor<1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %root = onnx.Sqrt %sum : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %inv = onnx.Div %one, %root : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %a = onnx.Mul %inv, %x : (tensor<?x1xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %b = onnx.Div %x, %root : (tensor<?x8xf32>, tensor<?x1xf32>) -> tensor<?x8xf32>
  return %a, %b : tensor<?x8xf32>, tensor<?x8xf32>
}

// -----

// A cube, another axis, the root of another tensor: none is a norm.
// CHECK-LABEL: func @nearly
//   CHECK-NOT:   transformer.rms_norm
func.func @nearly(%x: tensor<8x8xf32>, %z: tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>) {
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %three = onnx.Constant dense<3.0> : tensor<f32>
  %eps = onnx.Constant dense<1.0e-6> : tensor<f32>
  %cube = onnx.Pow %x, %three : (tensor<8x8xf32>, tensor<f32>) -> tensor<8x8xf32>
  %mean0 = onnx.ReduceMean %cube {axes = array<i64: 1>} : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %sum0 = onnx.Add %mean0, %eps : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %root0 = onnx.Sqrt %sum0 : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %a = onnx.Div %x, %root0 : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>
  %sq = onnx.Pow %x, %two : (tensor<8x8xf32>, tensor<f32>) -> tensor<8x8xf32>
  %mean1 = onnx.ReduceMean %sq {axes = array<i64: 0>} : (tensor<8x8xf32>) -> tensor<1x8xf32>
  %sum1 = onnx.Add %mean1, %eps : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %root1 = onnx.Sqrt %sum1 : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %b = onnx.Div %x, %root1 : (tensor<8x8xf32>, tensor<1x8xf32>) -> tensor<8x8xf32>
  %mean2 = onnx.ReduceMean %sq {axes = array<i64: 1>} : (tensor<8x8xf32>) -> tensor<8x1xf32>
  %sum2 = onnx.Add %mean2, %eps : (tensor<8x1xf32>, tensor<f32>) -> tensor<8x1xf32>
  %root2 = onnx.Sqrt %sum2 : (tensor<8x1xf32>) -> tensor<8x1xf32>
  %c = onnx.Div %z, %root2 : (tensor<8x8xf32>, tensor<8x1xf32>) -> tensor<8x8xf32>
  return %a, %b, %c : tensor<8x8xf32>, tensor<8x8xf32>, tensor<8x8xf32>
}

// -----

// CHECK-LABEL: func @onnx_norms
//       CHECK:   %[[A:.*]] = transformer.rms_norm %arg0 gain(%arg1) {eps = 9.99999974E-6 : f32}
//       CHECK:   transformer.layer_norm %[[A]] gain(%arg1) bias(%arg2) {eps = 9.99999974E-6 : f32}
func.func @onnx_norms(%x: tensor<?x8xf32>, %g: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<?x8xf32> {
  %a = onnx.SimplifiedLayerNormalization %x, %g {epsilon = 1.0e-5 : f32} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %y = onnx.LayerNormalization %a, %g, %b : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// A gain that is computed stays a product.
// CHECK-LABEL: func @computed_gain
//       CHECK:   transformer.rms_norm %arg0 {eps
//       CHECK:   onnx.Mul
func.func @computed_gain(%x: tensor<?x8xf32>, %g: tensor<8xf32>) -> tensor<?x8xf32> {
  %n = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = onnx.Mul %g, %n : (tensor<8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
