// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// Shape arithmetic needs no memory: the reshape is a view, sizes of one name
// are one number and are checked once.
// CHECK-LABEL: func.func @main
//   CHECK-DAG:   %[[C0:.*]] = arith.constant 0 : index
//       CHECK:   %[[X:.*]] = rt.input %{{.*}}[0] : memref<?x?x64xf32>
//       CHECK:   %[[B:.*]] = memref.dim %[[X]], %[[C0]]
//       CHECK:   rt.fail_if %{{.*}} status 3
//   CHECK-NOT:   memref.load
//   CHECK-NOT:   rt.fail_if
//       CHECK:   memref.alloc(%[[B]], %{{.*}}) : memref<?x?x64xf32>
//       CHECK:   linalg.generic
//       CHECK:   arith.addf
//   CHECK-NOT:   memref.alloc
//       CHECK:   memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[B]], %{{.*}}, 4, 16]
func.func @main(%x: tensor<?x?x64xf32> {onnx.dims = ["batch", "seq", ""]},
                %y: tensor<?x1x64xf32> {onnx.dims = ["batch", "", ""]}) -> tensor<?x?x4x16xf32> {
  %sum = onnx.Add %x, %y : (tensor<?x?x64xf32>, tensor<?x1x64xf32>) -> tensor<?x?x64xf32>
  %shape = onnx.Shape %x {start = 0 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %heads = onnx.Constant dense<[4, 16]> : tensor<2xi64>
  %all = onnx.Concat %shape, %heads {axis = 0 : i64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %r = onnx.Reshape %sum, %all : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  return %r : tensor<?x?x4x16xf32>
}

// -----

// A size that is read from data marks its buffer.
// CHECK-LABEL: func.func @main
//       CHECK:   memref.load
//       CHECK:   memref.alloc(%{{.*}}) {rt.dynamic} : memref<?xi64>
func.func @main(%n: tensor<i64>) -> tensor<?xi64> {
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %r = onnx.Range %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %r : tensor<?xi64>
}

// -----

// A size that follows from the cache's length does not.
// CHECK-LABEL: func.func @main
//       CHECK:   %[[P:.*]] = rt.past_length
//   CHECK-NOT:   rt.dynamic
//       CHECK:   memref.alloc(%[[P]]) : memref<?xi64>
func.func @main() -> tensor<?xi64> {
  %n = rt.past_length : tensor<i64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %r = onnx.Range %zero, %n, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return %r : tensor<?xi64>
}
