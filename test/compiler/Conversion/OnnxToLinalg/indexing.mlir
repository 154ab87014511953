// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// An index from data is checked before it is used.
// CHECK-LABEL: func.func @main
//       CHECK:   scf.for
//       CHECK:     memref.load
//       CHECK:     rt.fail_if %{{.*}} status 2
//       CHECK:     linalg.generic
func.func @main(%table: tensor<9x4xf32>, %i: tensor<?xi64>) -> tensor<?x4xf32> {
  %r = onnx.Gather %table, %i : (tensor<9x4xf32>, tensor<?xi64>) -> tensor<?x4xf32>
  return %r : tensor<?x4xf32>
}

// -----

// A known index needs neither a check nor a loop.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   rt.fail_if
//   CHECK-NOT:   scf.for
//       CHECK:   memref.reinterpret_cast %{{.*}} to offset: [32], sizes: [4]
func.func @main(%table: tensor<9x4xf32>) -> tensor<4xf32> {
  %i = onnx.Constant dense<-1> : tensor<i64>
  %r = onnx.Gather %table, %i : (tensor<9x4xf32>, tensor<i64>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// A step of the least integer takes one element; it is no dynamic stride.
// CHECK-LABEL: func.func @main
//       CHECK:   memref.reinterpret_cast %{{.*}} to offset: [8], sizes: [1],
func.func @main(%table: tensor<9xf32>) -> tensor<1xf32> {
  %start = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<-9223372036854775808> : tensor<1xi64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %r = onnx.Slice %table, %start, %end, %axis, %end : (tensor<9xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xf32>
  return %r : tensor<1xf32>
}
