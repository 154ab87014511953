// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// Known shapes that fit need no check; each place in a window is one sum of
// strided views, the part of the windows that has it inside of the image.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   rt.fail_if
//       CHECK:   %[[IMAGE:.*]] = memref.alloc() : memref<1x2x7xf32>
//       CHECK:   linalg.generic
//       CHECK:   scf.for %[[K:.*]] = %c0 to %c3
//       CHECK:     memref.reinterpret_cast %[[IMAGE]] to offset: [%{{.*}}], sizes: [1, 2, %{{.*}}], strides: [14, 7, 2]
//       CHECK:     linalg.generic
//       CHECK:       arith.addf
func.func @main(%x: tensor<1x6x4xf32>) -> tensor<1x2x7xf32> {
  %image = onnx.Constant dense<7> : tensor<1xi64>
  %block = onnx.Constant dense<3> : tensor<1xi64>
  %y = onnx.Col2Im %x, %image, %block {strides = array<i64: 2>, pads = array<i64: 1, 1>} : (tensor<1x6x4xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x7xf32>
  return %y : tensor<1x2x7xf32>
}

// -----

// Sizes of the run are checked before anything is written.
// CHECK-LABEL: func.func @main
//       CHECK:   rt.fail_if %{{.*}} status 3
//       CHECK:   memref.alloc
//   CHECK-NOT:   rt.fail_if
//       CHECK:   linalg.generic
func.func @main(%x: tensor<?x?x?xf32>, %image: tensor<1xi64>, %block: tensor<1xi64>) -> tensor<?x?x?xf32> {
  %y = onnx.Col2Im %x, %image, %block : (tensor<?x?x?xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
