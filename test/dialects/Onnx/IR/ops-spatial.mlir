// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// The example of each op, as its description gives it.

// CHECK-LABEL: func @resize(
//       CHECK:   onnx.Resize{{ }}
func.func @resize(%x: tensor<2x8x16xf32>) {
  %none = onnx.None
  %sizes = onnx.Constant dense<[2, 8, 32]> : tensor<3xi64>
  %y = onnx.Resize %x, %none, %none, %sizes : (tensor<2x8x16xf32>, none, none, tensor<3xi64>) -> tensor<2x8x32xf32>
  return
}

// CHECK-LABEL: func @upsample(
//       CHECK:   onnx.Upsample{{ }}
func.func @upsample(%x: tensor<?x8x16xf32>) {
  %y = onnx.Upsample %x {scales = array<f32: 1.0, 1.0, 2.0>} : (tensor<?x8x16xf32>) -> tensor<?x8x32xf32>
  return
}

// CHECK-LABEL: func @grid_sample(
//       CHECK:   onnx.GridSample{{ }}
func.func @grid_sample(%x: tensor<?x8x?x?xf32>, %grid: tensor<?x4x5x2xf32>) {
  %y = onnx.GridSample %x, %grid : (tensor<?x8x?x?xf32>, tensor<?x4x5x2xf32>) -> tensor<?x8x4x5xf32>
  return
}

// CHECK-LABEL: func @affine_grid(
//       CHECK:   onnx.AffineGrid{{ }}
func.func @affine_grid(%theta: tensor<2x2x3xf32>) {
  %size = onnx.Constant dense<[2, 8, 4, 5]> : tensor<4xi64>
  %grid = onnx.AffineGrid %theta, %size : (tensor<2x2x3xf32>, tensor<4xi64>) -> tensor<2x4x5x2xf32>
  return
}

// CHECK-LABEL: func @conv_transpose(
//       CHECK:   onnx.ConvTranspose{{ }}
func.func @conv_transpose(%x: tensor<?x8x?xf32>, %w: tensor<8x16x3xf32>) {
  %y = onnx.ConvTranspose %x, %w {strides = array<i64: 2>} : (tensor<?x8x?xf32>, tensor<8x16x3xf32>) -> tensor<?x16x?xf32>
  return
}

// CHECK-LABEL: func @max_unpool(
//       CHECK:   onnx.MaxUnpool{{ }}
func.func @max_unpool(%x: tensor<?x8x4xf32>, %i: tensor<?x8x4xi64>) {
  %y = onnx.MaxUnpool %x, %i {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<?x8x4xf32>, tensor<?x8x4xi64>) -> tensor<?x8x8xf32>
  return
}

// CHECK-LABEL: func @lrn(
//       CHECK:   onnx.LRN{{ }}
func.func @lrn(%x: tensor<?x8x?xf32>) {
  %y = onnx.LRN %x {size = 3 : i64} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @col2im(
//       CHECK:   onnx.Col2Im{{ }}
func.func @col2im(%x: tensor<?x10x5xf32>) {
  %image = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  %block = onnx.Constant dense<[1, 5]> : tensor<2xi64>
  %y = onnx.Col2Im %x, %image, %block : (tensor<?x10x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x2x5x5xf32>
  return
}
