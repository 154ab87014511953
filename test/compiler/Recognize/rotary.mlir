// RUN: bitnet-opt %s --recognize-rotary --split-input-file | FileCheck %s

// CHECK-LABEL: func @slices
//       CHECK:   %[[Y:.*]] = transformer.rotary %arg0, %arg1, %arg2
//       CHECK:   return %[[Y]]
func.func @slices(%x: tensor<?x4x?x8xf32>, %cos: tensor<?x1x?x8xf32>, %sin: tensor<?x1x?x8xf32>) -> tensor<?x4x?x8xf32> {
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %half = onnx.Constant dense<4> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<3> : tensor<1xi64>
  %step = onnx.Constant dense<1> : tensor<1xi64>
  %a = onnx.Mul %x, %cos : (tensor<?x4x?x8xf32>, tensor<?x1x?x8xf32>) -> tensor<?x4x?x8xf32>
  %x1 = onnx.Slice %x, %zero, %half, %axis, %step : (tensor<?x4x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x4x?x4xf32>
  %x2 = onnx.Slice %x, %half, %end, %axis, %step : (tensor<?x4x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x4x?x4xf32>
  %n = onnx.Neg %x2 : (tensor<?x4x?x4xf32>) -> tensor<?x4x?x4xf32>
  %r = onnx.Concat %n, %x1 {axis = -1 : i64} : (tensor<?x4x?x4xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x8xf32>
  %b = onnx.Mul %sin, %r : (tensor<?x1x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %y = onnx.Add %b, %a : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// CHECK-LABEL: func @split
//       CHECK:   transformer.rotary %arg0, %arg1, %arg2
func.func @split(%x: tensor<?x4x?x8xf32>, %cos: tensor<?x8xf32>, %sin: tensor<?x8xf32>) -> tensor<?x4x?x8xf32> {
  %a = onnx.Mul %x, %cos : (tensor<?x4x?x8xf32>, tensor<?x8xf32>) -> tensor<?x4x?x8xf32>
  %h:2 = onnx.Split %x {axis = 3 : i64, num_outputs = 2 : i64} : (tensor<?x4x?x8xf32>) -> (tensor<?x4x?x4xf32>, tensor<?x4x?x4xf32>)
  %n = onnx.Neg %h#1 : (tensor<?x4x?x4xf32>) -> tensor<?x4x?x4xf32>
  %r = onnx.Concat %n, %h#0 {axis = -1 : i64} : (tensor<?x4x?x4xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x8xf32>
  %b = onnx.Mul %r, %sin : (tensor<?x4x?x8xf32>, tensor<?x8xf32>) -> tensor<?x4x?x8xf32>
  %y = onnx.Add %a, %b : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// The first half negated instead of the second.
// CHECK-LABEL: func @wrong_half
//   CHECK-NOT:   transformer.rotary
func.func @wrong_half(%x: tensor<?x4x?x8xf32>, %cos: tensor<?x8xf32>, %sin: tensor<?x8xf32>) -> tensor<?x4x?x8xf32> {
  %a = onnx.Mul %x, %cos : (tensor<?x4x?x8xf32>, tensor<?x8xf32>) -> tensor<?x4x?x8xf32>
  %h:2 = onnx.Split %x {axis = 3 : i64, num_outputs = 2 : i64} : (tensor<?x4x?x8xf32>) -> (tensor<?x4x?x4xf32>, tensor<?x4x?x4xf32>)
  %n = onnx.Neg %h#0 : (tensor<?x4x?x4xf32>) -> tensor<?x4x?x4xf32>
  %r = onnx.Concat %n, %h#1 {axis = -1 : i64} : (tensor<?x4x?x4xf32>, tensor<?x4x?x4xf32>) -> tensor<?x4x?x8xf32>
  %b = onnx.Mul %r, %sin : (tensor<?x4x?x8xf32>, tensor<?x8xf32>) -> tensor<?x4x?x8xf32>
  %y = onnx.Add %a, %b : (tensor<?x4x?x8xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}
