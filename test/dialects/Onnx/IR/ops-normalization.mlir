// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// The example of each op, as its description gives it.

// CHECK-LABEL: func @log_softmax(
//       CHECK:   onnx.LogSoftmax{{ }}
func.func @log_softmax(%x: tensor<?x?xf32>) {
  %r = onnx.LogSoftmax %x {axis = -1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @hardmax(
//       CHECK:   onnx.Hardmax{{ }}
func.func @hardmax(%x: tensor<?x?xf32>) {
  %r = onnx.Hardmax %x {axis = -1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @lp_normalization(
//       CHECK:   onnx.LpNormalization{{ }}
func.func @lp_normalization(%x: tensor<?x64xf32>) {
  %r = onnx.LpNormalization %x {axis = -1 : i64, p = 2 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @mean_variance_normalization(
//       CHECK:   onnx.MeanVarianceNormalization{{ }}
func.func @mean_variance_normalization(%x: tensor<?x8x?x?xf32>) {
  %r = onnx.MeanVarianceNormalization %x {axes = array<i64: 0, 2, 3>} : (tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32>
  return
}

// CHECK-LABEL: func @instance_normalization(
//       CHECK:   onnx.InstanceNormalization{{ }}
func.func @instance_normalization(%x: tensor<?x8x?xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) {
  %r = onnx.InstanceNormalization %x, %s, %b {epsilon = 1.0e-5 : f32} : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @group_normalization(
//       CHECK:   onnx.GroupNormalization{{ }}
func.func @group_normalization(%x: tensor<?x8x?xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>) {
  %r = onnx.GroupNormalization %x, %s, %b {num_groups = 2 : i64} : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @batch_normalization(
//       CHECK:   onnx.BatchNormalization{{ }}
func.func @batch_normalization(%x: tensor<?x8x?xf32>, %s: tensor<8xf32>, %b: tensor<8xf32>, %m: tensor<8xf32>, %v: tensor<8xf32>) {
  %r = onnx.BatchNormalization %x, %s, %b, %m, %v : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
  return
}

// CHECK-LABEL: func @swi_glu(
//       CHECK:   onnx.SwiGLU{{ }}
func.func @swi_glu(%a: tensor<?x64xf32>, %b: tensor<?x64xf32>) {
  %r = onnx.SwiGLU %a, %b {alpha = 1.0 : f32} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @q_linear_mat_mul(
//       CHECK:   onnx.QLinearMatMul{{ }}
func.func @q_linear_mat_mul(%a: tensor<?x64xui8>, %as: tensor<f32>, %az: tensor<ui8>, %b: tensor<64x32xi8>, %bs: tensor<f32>, %bz: tensor<i8>, %ys: tensor<f32>, %yz: tensor<ui8>) {
  %r = onnx.QLinearMatMul %a, %as, %az, %b, %bs, %bz, %ys, %yz
      : (tensor<?x64xui8>, tensor<f32>, tensor<ui8>, tensor<64x32xi8>, tensor<f32>, tensor<i8>, tensor<f32>, tensor<ui8>) -> tensor<?x32xui8>
  return
}

// CHECK-LABEL: func @negative_log_likelihood_loss(
//       CHECK:   onnx.NegativeLogLikelihoodLoss{{ }}
func.func @negative_log_likelihood_loss(%x: tensor<?x5xf32>, %t: tensor<?xi64>) {
  %r = onnx.NegativeLogLikelihoodLoss %x, %t {reduction = "sum"} : (tensor<?x5xf32>, tensor<?xi64>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @softmax_cross_entropy_loss(
//       CHECK:   onnx.SoftmaxCrossEntropyLoss{{ }}
func.func @softmax_cross_entropy_loss(%x: tensor<?x5xf32>, %t: tensor<?xi64>) {
  %r = onnx.SoftmaxCrossEntropyLoss %x, %t : (tensor<?x5xf32>, tensor<?xi64>) -> tensor<f32>
  return
}

// CHECK-LABEL: func @check_sizes(
//       CHECK:   onnx.CheckSizes{{ }}
func.func @check_sizes(%x: tensor<?x?xf32>, %n: tensor<1xi64>) {
  %r = onnx.CheckSizes %x, %n {axes = array<i64: 1>} : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  return
}
