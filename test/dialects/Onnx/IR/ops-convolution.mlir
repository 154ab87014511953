// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// The example of each op, as its description gives it.

// CHECK-LABEL: func @conv(
//       CHECK:   onnx.Conv{{ }}
func.func @conv(%x: tensor<?x8x?xf32>, %w: tensor<16x8x3xf32>) {
  %y = onnx.Conv %x, %w {strides = array<i64: 2>} : (tensor<?x8x?xf32>, tensor<16x8x3xf32>) -> tensor<?x16x?xf32>
  return
}

// CHECK-LABEL: func @causal_conv_with_state(
//       CHECK:   onnx.CausalConvWithState{{ }}
func.func @causal_conv_with_state(%x: tensor<?x8x?xf32>, %w: tensor<8x1x4xf32>) {
  %y, %s = onnx.CausalConvWithState %x, %w : (tensor<?x8x?xf32>, tensor<8x1x4xf32>) -> (tensor<?x8x?xf32>, tensor<?x8x3xf32>)
  return
}

// CHECK-LABEL: func @conv_integer(
//       CHECK:   onnx.ConvInteger{{ }}
func.func @conv_integer(%x: tensor<?x8x?xui8>, %w: tensor<16x8x3xi8>) {
  %y = onnx.ConvInteger %x, %w : (tensor<?x8x?xui8>, tensor<16x8x3xi8>) -> tensor<?x16x?xi32>
  return
}

// CHECK-LABEL: func @average_pool(
//       CHECK:   onnx.AveragePool{{ }}
func.func @average_pool(%x: tensor<?x8x?xf32>) {
  %y = onnx.AveragePool %x {kernel_shape = array<i64: 2>} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @max_pool(
//       CHECK:   onnx.MaxPool{{ }}
func.func @max_pool(%x: tensor<?x8x?xf32>) {
  %y = onnx.MaxPool %x {kernel_shape = array<i64: 2>} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @lp_pool(
//       CHECK:   onnx.LpPool{{ }}
func.func @lp_pool(%x: tensor<?x8x?xf32>) {
  %y = onnx.LpPool %x {kernel_shape = array<i64: 2>} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @global_average_pool(
//       CHECK:   onnx.GlobalAveragePool{{ }}
func.func @global_average_pool(%x: tensor<?x8x?xf32>) {
  %y = onnx.GlobalAveragePool %x : (tensor<?x8x?xf32>) -> tensor<?x8x1xf32>
  return
}

// CHECK-LABEL: func @global_max_pool(
//       CHECK:   onnx.GlobalMaxPool{{ }}
func.func @global_max_pool(%x: tensor<?x8x?xf32>) {
  %y = onnx.GlobalMaxPool %x : (tensor<?x8x?xf32>) -> tensor<?x8x1xf32>
  return
}

// CHECK-LABEL: func @global_lp_pool(
//       CHECK:   onnx.GlobalLpPool{{ }}
func.func @global_lp_pool(%x: tensor<?x8x?xf32>) {
  %y = onnx.GlobalLpPool %x : (tensor<?x8x?xf32>) -> tensor<?x8x1xf32>
  return
}
