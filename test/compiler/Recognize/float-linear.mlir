// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// Ternary weights whose activations are no 8-bit integers, or that have several
// scales in a row, are added and subtracted as floats.

// Row 0 is (1, -1), row 1 is (0, 1): bit r of the first word of a term is set
// where row r is 1, of the second where it is -1.
// CHECK: float_reason = "the activation is not quantised", group = 0 : i64, {{.*}}ternary = true{{.*}}weight_scale = "row"
// CHECK-LABEL: func @rows
//       CHECK:   %[[P:.*]] = onnx.Constant dense<[1, 0, 0, 0, 2, 0, 1, 0]> : tensor<8xi8>
//       CHECK:   %[[S:.*]] = onnx.Constant dense<{{\[\[}}5.000000e-01, 2.500000e-01, 0.0{{.*}}> : tensor<1x16xf16>
//       CHECK:   %[[Y:.*]] = ternary.float_linear %arg0, %[[P]], %[[S]] {group = 2 : i64, rows = 2 : i64} : (tensor<?x2xf32>, tensor<8xi8>, tensor<1x16xf16>) -> tensor<?x2xf32>
//       CHECK:   return %[[Y]]
func.func @rows(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.25]]> : tensor<2x2xf32>
  %y = onnx.MatMul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// A scale for each 16 terms; the bias of Gemm.
// CHECK: group = 16 : i64, {{.*}}weight_scale = "group"
// CHECK-LABEL: func @groups
//       CHECK:   onnx.Constant dense<{{\[\[}}5.000000e-01, 1.000000e+00, 0.0{{.*}}], [2.000000e+00, 2.500000e-01, 0.0{{.*}}> : tensor<2x16xf16>
//       CHECK:   %[[B:.*]] = onnx.Constant dense<[1.000000e+00, -1.000000e+00, 0.0{{.*}}> : tensor<16xf32>
//       CHECK:   ternary.float_linear %arg0, {{.*}} bias(%[[B]]) {group = 16 : i64, rows = 2 : i64}
func.func @groups(%x: tensor<?x32xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0], [0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25]]> : tensor<2x32xf32>
  %b = onnx.Constant dense<[1.0, -1.0]> : tensor<2xf32>
  %y = onnx.Gemm %x, %w, %b {transB = 1 : i64} : (tensor<?x32xf32>, tensor<2x32xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// A model in f16: widened before, rounded after.
// CHECK-LABEL: func @half
//       CHECK:   %[[X:.*]] = onnx.Cast %arg0 {to = 1 : i64}
//       CHECK:   %[[Y:.*]] = ternary.float_linear %[[X]]
//       CHECK:   onnx.Cast %[[Y]] {to = 10 : i64}
func.func @half(%x: tensor<?x2xf16>) -> tensor<?x2xf16> {
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.25]]> : tensor<2x2xf16>
  %y = onnx.MatMul %x, %w : (tensor<?x2xf16>, tensor<2x2xf16>) -> tensor<?x2xf16>
  return %y : tensor<?x2xf16>
}
