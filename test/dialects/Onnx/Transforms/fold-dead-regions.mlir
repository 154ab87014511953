// What an op holds goes with it, constants that the same run made included: a memory checker sees what is read behind its end.
// RUN: bitnet-opt %s --onnx-fold-constants | FileCheck %s
// RUN: bitnet-opt %s --onnx-fold-shapes | FileCheck %s --check-prefix=SHAPES

// CHECK-LABEL: func @branch
//  CHECK-NEXT:   %[[SIZE:.*]] = onnx.Constant dense<[2, 3]> : tensor<2xi64>
//  CHECK-NEXT:   return %[[SIZE]]
func.func @branch(%c: tensor<i1>) -> tensor<2xi64> {
  %0 = onnx.Constant dense<1.0> : tensor<2x3xf32>
  %1 = onnx.If %c {
    %2 = onnx.Neg %0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = onnx.Abs %2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %4 = onnx.Add %3, %0 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    onnx.Yield %4 : tensor<2x3xf32>
  } else {
    onnx.Yield %0 : tensor<2x3xf32>
  } : (tensor<i1>) -> tensor<2x3xf32>
  %5 = onnx.Shape %1 : (tensor<2x3xf32>) -> tensor<2xi64>
  return %5 : tensor<2xi64>
}

// SHAPES-LABEL: func @sizes
//  SHAPES-NEXT:   %[[COLUMNS:.*]] = onnx.Constant dense<3> : tensor<i64>
//  SHAPES-NEXT:   return %[[COLUMNS]]
func.func @sizes(%x: tensor<?x3xf32>, %c: tensor<i1>) -> tensor<i64> {
  %0 = onnx.Constant dense<1> : tensor<i64>
  %1 = onnx.If %c {
    %4 = onnx.Shape %x : (tensor<?x3xf32>) -> tensor<2xi64>
    %5 = onnx.Gather %4, %0 : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
    %6 = onnx.Cast %5 {to = 1 : i64} : (tensor<i64>) -> tensor<f32>
    %7 = onnx.Mul %x, %6 : (tensor<?x3xf32>, tensor<f32>) -> tensor<?x3xf32>
    onnx.Yield %7 : tensor<?x3xf32>
  } else {
    onnx.Yield %x : tensor<?x3xf32>
  } : (tensor<i1>) -> tensor<?x3xf32>
  %2 = onnx.Shape %1 : (tensor<?x3xf32>) -> tensor<2xi64>
  %3 = onnx.Gather %2, %0 : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  return %3 : tensor<i64>
}
