// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// Axes of the run: one out of range or named twice ends it; a loop for each
// axis folds, or runs once.
// CHECK-LABEL: func.func @main
//       CHECK:   rt.fail_if %{{.*}} status 3
//       CHECK:   rt.fail_if %{{.*}} status 3
//       CHECK:   %[[OUT:.*]] = memref.alloc
//       CHECK:   scf.for
//       CHECK:     scf.for
//       CHECK:       scf.for {{.*}} iter_args
//       CHECK:         scf.for {{.*}} iter_args
func.func @main(%x: tensor<?x5xf32>, %axes: tensor<2xi64>) -> tensor<?x?xf32> {
  %r = onnx.ReduceSum %x, %axes : (tensor<?x5xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
}

// -----

// Known axes need no check, and no loop along what is not there.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   rt.fail_if
//       CHECK:   scf.for
//   CHECK-NOT:   scf.for
//       CHECK:     scf.for {{.*}} iter_args
//   CHECK-NOT:   scf.for
func.func @main(%x: tensor<4x5xf32>) -> tensor<4xf32> {
  %r = onnx.ReduceL1 %x {axes = array<i64: 1>, keepdims = 0 : i64} : (tensor<4x5xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// A step of the run may be 0.
// CHECK-LABEL: func.func @main
//       CHECK:   memref.load
//       CHECK:   memref.load
//       CHECK:   %[[LOADED:.*]] = memref.load
//       CHECK:   %[[STEP:.*]] = arith.index_cast %[[LOADED]] : i64 to index
//       CHECK:   %[[ZERO:.*]] = arith.cmpi eq, %[[STEP]], %c0
//       CHECK:   rt.fail_if %[[ZERO]] status 3
func.func @main(%x: tensor<4xf32>, %start: tensor<1xi64>, %end: tensor<1xi64>, %step: tensor<1xi64>) -> tensor<?xf32> {
  %axes = onnx.Constant dense<0> : tensor<1xi64>
  %r = onnx.Slice %x, %start, %end, %axes, %step : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// What a constant pads is filled, then copied over: no loop over elements.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   scf.for
//       CHECK:   linalg.generic {{.*}} outs(%[[OUT:.*]] : memref<6x5xf32>)
//       CHECK:   %[[IN:.*]] = memref.reinterpret_cast %[[OUT]] to offset: [6], sizes: [3, 4], strides: [5, 1]
//       CHECK:   linalg.generic {{.*}} outs(%[[IN]]
func.func @main(%x: tensor<3x4xf32>) -> tensor<6x5xf32> {
  %pads = onnx.Constant dense<[1, 1, 2, 0]> : tensor<4xi64>
  %r = onnx.Pad %x, %pads : (tensor<3x4xf32>, tensor<4xi64>) -> tensor<6x5xf32>
  return %r : tensor<6x5xf32>
}

// -----

// Codes of floats and integers of 4 bits stand in bytes.
// CHECK-LABEL: func.func @main
//       CHECK:   rt.input %{{.*}}[0] : memref<?xi8>
//       CHECK:   rt.input %{{.*}}[1] : memref<?xi8>
//       CHECK:   rt.output %{{.*}}[0], %{{.*}} : memref<?xi8>
func.func @main(%x: tensor<?xf8E4M3FN>, %y: tensor<?xui4>) -> (tensor<?xf8E5M2>, tensor<?xf32>) {
  %a = onnx.Cast %x {to = 19 : i64} : (tensor<?xf8E4M3FN>) -> tensor<?xf8E5M2>
  %b = onnx.Cast %y {to = 1 : i64} : (tensor<?xui4>) -> tensor<?xf32>
  return %a, %b : tensor<?xf8E5M2>, tensor<?xf32>
}
