// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s
// RUN: bitnet-opt %s --recognize-bit-linear=integer-groups=false --split-input-file | FileCheck %s --check-prefix=FLOAT

// Where the graph lets blocks of the input be quantised, they are: a scale for
// each 16 terms. The rows' scales are applied to the whole sum.
// CHECK: group = 0 : i64, input_group = 16 : i64, {{.*}}qmax = 127 : i64, qmin = -127 : i64, {{.*}}rescale = "mul_prod", {{.*}}ternary = true{{.*}}weight_scale = "row"
// CHECK-LABEL: func @blocks
//       CHECK:   %[[Q:.*]]:2 = ternary.quantize %arg0 {eps = 1.49287783E-36 : f32, form = #ternary.scale_form<step>, group = 16 : i64, qmin = -127 : i64, range = 1.270000e+02 : f32} : tensor<?x20xf32> -> tensor<?x20xi8>, tensor<?x2xf32>
//       CHECK:   %[[S:.*]] = onnx.Constant dense<[5.000000e-01, 2.500000e-01]>
//       CHECK:   ternary.linear %[[Q]]#0, %[[Q]]#1 weights(%{{.*}}) scales(%[[S]]) {group = 16 : i64, rescale = #ternary.rescale_form<mul_prod>}
//   CHECK-NOT:   onnx.MatMul
// FLOAT-LABEL: func @blocks
//       FLOAT:   ternary.float_linear
func.func @blocks(%x: tensor<?x20xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0], [0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25]]> : tensor<2x20xf32>
  %t = onnx.Transpose %w {perm = array<i64: 1, 0>} : (tensor<2x20xf32>) -> tensor<20x2xf32>
  %y = onnx.MatMul %x, %t {bitnet.input_block = 16 : i64} : (tensor<?x20xf32>, tensor<20x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Blocks of a whole row are a quantiser by tokens.
// CHECK: input_group = 0 : i64
// CHECK-LABEL: func @one_block
//       CHECK:   ternary.quantize {{.*}} -> tensor<?x4xi8>, tensor<?x1xf32>
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_prod>}
func.func @one_block(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.5], [0.0, -0.5], [-0.5, 0.0], [0.5, 0.5]]> : tensor<4x2xf32>
  %y = onnx.MatMul %x, %w {bitnet.input_block = 16 : i64} : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Weights have scales for each 16 terms, the input of a block of 32 is quantised
// by those: 64 rows' scales lie side by side, those behind the last are 0.
// CHECK: group = 16 : i64, input_group = 16 : i64, {{.*}}weight_scale = "group"
// CHECK-LABEL: func @finer_weights
//       CHECK:   ternary.quantize {{.*}}group = 16 : i64{{.*}} -> tensor<?x32xi8>, tensor<?x2xf32>
//       CHECK:   %[[S:.*]] = onnx.Constant {{.*}} : tensor<1x2x64xf32>
//       CHECK:   ternary.linear {{.*}} scales(%[[S]]) {group = 16 : i64
func.func @finer_weights(%x: tensor<?x32xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -0.5, 0.5, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0, -2.0, 2.0, 0.0], [0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -1.0, 1.0, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25, 0.25, 0.0, -0.25]]> : tensor<2x32xf32>
  %t = onnx.Transpose %w {perm = array<i64: 1, 0>} : (tensor<2x32xf32>) -> tensor<32x2xf32>
  %y = onnx.MatMul %x, %t {bitnet.input_block = 32 : i64} : (tensor<?x32xf32>, tensor<32x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Weights that are not ternary stay dense.
// CHECK-LABEL: func @not_ternary
//       CHECK:   onnx.MatMul
func.func @not_ternary(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.3], [-0.5, 0.25]]> : tensor<2x2xf32>
  %y = onnx.MatMul %x, %w {bitnet.input_block = 16 : i64} : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
