// RUN: bitnet-opt %s --recognize-gated-activations --split-input-file | FileCheck %s

// CHECK-LABEL: func @relu2
//       CHECK:   %[[UP:.*]] = onnx.Neg
//       CHECK:   transformer.gated_activation %arg0 up(%[[UP]]) {activation = #transformer.activation<relu2>}
//   CHECK-NOT:   onnx
func.func @relu2(%g: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %u = onnx.Neg %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %r = onnx.Relu %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %sq = onnx.Pow %r, %two : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %y = onnx.Mul %sq, %u : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func @swiglu
//       CHECK:   %[[UP:.*]] = onnx.Neg
//       CHECK:   transformer.gated_activation %arg0 up(%[[UP]]) {activation = #transformer.activation<silu>}
//   CHECK-NOT:   onnx
func.func @swiglu(%g: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %u = onnx.Neg %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %s = onnx.Sigmoid %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.Mul %s, %g : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = onnx.Mul %u, %a : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// Either may have one row, which Mul repeats: a product of its own.
// CHECK-LABEL: func @may_broadcast
//   CHECK-NOT:   up(
//       CHECK:   onnx.Mul
func.func @may_broadcast(%g: tensor<?x8xf32>, %u: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = onnx.Sigmoid %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.Mul %s, %g : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = onnx.Mul %u, %a : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// CHECK-LABEL: func @ungated
//       CHECK:   transformer.gated_activation %arg0 {activation = #transformer.activation<silu>}
func.func @ungated(%g: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %s = onnx.Sigmoid %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %a = onnx.Mul %g, %s : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %a : tensor<?x8xf32>
}

// -----

// The sigmoid of another tensor, a cube, an up that broadcasts: left alone.
// CHECK-LABEL: func @nearly
//   CHECK-NOT:   transformer
func.func @nearly(%g: tensor<4x8xf32>, %h: tensor<4x8xf32>, %u: tensor<8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) {
  %three = onnx.Constant dense<3.0> : tensor<f32>
  %s = onnx.Sigmoid %g : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %a = onnx.Mul %h, %s : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  %r = onnx.Relu %g : (tensor<4x8xf32>) -> tensor<4x8xf32>
  %b = onnx.Pow %r, %three : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %c = onnx.Mul %r, %u : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return %a, %b, %c : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>
}

// -----

// The activation has another use: the product stays.
// CHECK-LABEL: func @shared_activation
//       CHECK:   %[[A:.*]] = transformer.gated_activation %arg0 {
//       CHECK:   onnx.Mul %arg1, %[[A]]
func.func @shared_activation(%g: tensor<?x8xf32>, %u: tensor<?x8xf32>) -> (tensor<?x8xf32>, tensor<?x8xf32>) {
  %a = onnx.Gelu %g : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %y = onnx.Mul %u, %a : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  return %a, %y : tensor<?x8xf32>, tensor<?x8xf32>
}
