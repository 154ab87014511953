// RUN: bitnet-opt %s --onnx-fold-constants --split-input-file | FileCheck %s
// RUN: bitnet-opt %s --onnx-fold-constants="max-elements=3" --split-input-file | FileCheck %s --check-prefix=SMALL

// CHECK-LABEL: func @chain
//  CHECK-NEXT:   %[[C:.*]] = onnx.Constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
//  CHECK-NEXT:   return %[[C]]
func.func @chain() -> tensor<2xf32> {
  %x = onnx.Constant dense<[-2.0, 4.0]> : tensor<2xf32>
  %a = onnx.Abs %x : (tensor<2xf32>) -> tensor<2xf32>
  %r = onnx.Reciprocal %a : (tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

// The result has as many elements as may be: 3. One more stays.
// SMALL-LABEL: func @three_fit
//  SMALL-NEXT:   %[[C:.*]] = onnx.Constant dense<[1, 2, 3]>
//  SMALL-NEXT:   return %[[C]]
func.func @three_fit() -> tensor<3xi64> {
  %x = onnx.Constant dense<[-1, -2, -3]> : tensor<3xi64>
  %a = onnx.Neg %x : (tensor<3xi64>) -> tensor<3xi64>
  return %a : tensor<3xi64>
}
// SMALL-LABEL: func @four_stay
//       SMALL:   onnx.Neg
func.func @four_stay() -> tensor<4xi64> {
  %x = onnx.Constant dense<[-1, -2, -3, -4]> : tensor<4xi64>
  %a = onnx.Neg %x : (tensor<4xi64>) -> tensor<4xi64>
  return %a : tensor<4xi64>
}

// -----

// A small value is computed from large ones, which stay for others.
// SMALL-LABEL: func @mean_of_large
//   SMALL-DAG:   %[[MEAN:.*]] = onnx.Constant dense<2.500000e+00> : tensor<f32>
//   SMALL-DAG:   %[[X:.*]] = onnx.Constant dense<{{.*}}-4.0
//       SMALL:   onnx.Mul %[[X]], %[[MEAN]]
//   SMALL-NOT:   onnx.Abs
func.func @mean_of_large() -> tensor<4xf32> {
  %x = onnx.Constant dense<[-1.0, 2.0, -3.0, -4.0]> : tensor<4xf32>
  %a = onnx.Abs %x : (tensor<4xf32>) -> tensor<4xf32>
  %m = onnx.ReduceMean %a {keepdims = 0 : i64} : (tensor<4xf32>) -> tensor<f32>
  %r = onnx.Mul %x, %m : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----

// CHECK-LABEL: func @static_part_of_a_shape
//  CHECK-SAME:   %[[X:.*]]: tensor<?x64xf32>
//       CHECK:   %[[C:.*]] = onnx.Constant dense<64> : tensor<1xi64>
//       CHECK:   %[[S:.*]] = onnx.Shape %[[X]]
//       CHECK:   return %[[C]], %[[S]]
func.func @static_part_of_a_shape(%x: tensor<?x64xf32>) -> (tensor<1xi64>, tensor<1xi64>) {
  %a = onnx.Shape %x {start = 1 : i64} : (tensor<?x64xf32>) -> tensor<1xi64>
  %b = onnx.Shape %x {end = 1 : i64} : (tensor<?x64xf32>) -> tensor<1xi64>
  return %a, %b : tensor<1xi64>, tensor<1xi64>
}

// -----

// CHECK-LABEL: func @not_constant
//       CHECK:   onnx.Constant
//       CHECK:   onnx.Add
func.func @not_constant(%x: tensor<2xf32>) -> tensor<2xf32> {
  %c = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %r = onnx.Add %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
}

// -----

// More than 64 elements become a resource.
// CHECK-LABEL: func @large_result
//       CHECK:   onnx.Constant dense_resource<ConstantOfShape> : tensor<65xi8>
func.func @large_result() -> tensor<65xi8> {
  %s = onnx.Constant dense<65> : tensor<1xi64>
  %r = onnx.ConstantOfShape %s {value = dense<3> : tensor<1xi8>} : (tensor<1xi64>) -> tensor<65xi8>
  return %r : tensor<65xi8>
}

// -----

// CHECK-LABEL: func @all_zero_weights
//       CHECK:   onnx.Constant dense<0.000000e+00> : tensor<2x2xf32>
func.func @all_zero_weights() -> tensor<2x2xf32> {
  %w = onnx.Constant dense<0.0> : tensor<2x2xf32>
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %a = onnx.Abs %w : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %m = onnx.ReduceMean %a {keepdims = 0 : i64} : (tensor<2x2xf32>) -> tensor<f32>
  %none = onnx.None
  %c = onnx.Clip %m, %eps, %none : (tensor<f32>, tensor<f32>, none) -> tensor<f32>
  %s = onnx.Reciprocal %c : (tensor<f32>) -> tensor<f32>
  %q = onnx.Mul %w, %s : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %r = onnx.Round %q : (tensor<2x2xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}

// -----

// Over no axes the norms are those of each element, a sum is the element.
// CHECK-LABEL: func @norms
//   CHECK-DAG:   onnx.Constant dense<[2.000000e+00, 3.000000e+00]>
//   CHECK-DAG:   onnx.Constant dense<[4.000000e+00, 9.000000e+00]>
//   CHECK-DAG:   onnx.Constant dense<5.000000e+00> : tensor<1xf32>
//   CHECK-DAG:   onnx.Constant dense<5.000000e+00> : tensor<f32>
//   CHECK-DAG:   onnx.Constant dense<-6.000000e+00> : tensor<1xf32>
func.func @norms() -> (tensor<2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<f32>, tensor<1xf32>) {
  %x = onnx.Constant dense<[-2.0, 3.0]> : tensor<2xf32>
  %y = onnx.Constant dense<[3.0, 4.0]> : tensor<2xf32>
  %a = onnx.ReduceL1 %x {noop_with_empty_axes = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  %b = onnx.ReduceSumSquare %x {noop_with_empty_axes = 1 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  %c = onnx.ReduceL1 %x : (tensor<2xf32>) -> tensor<1xf32>
  %d = onnx.ReduceL2 %y {keepdims = 0 : i64} : (tensor<2xf32>) -> tensor<f32>
  %e = onnx.ReduceProd %x : (tensor<2xf32>) -> tensor<1xf32>
  return %a, %b, %c, %d, %e : tensor<2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<f32>, tensor<1xf32>
}

// -----

// Floats of 8 and 4 bits are moved and read; nothing becomes one before the
// run.
// CHECK-LABEL: func @narrow_floats
//   CHECK-DAG:   %[[A:.*]] = onnx.Constant dense<{{\[}}[1.000000e+00, -2.000000e+00]]> : tensor<1x2xf8E4M3FN>
//   CHECK-DAG:   %[[B:.*]] = onnx.Constant dense<{{\[}}[1.000000e+00], [-2.000000e+00]]> : tensor<2x1xf32>
//   CHECK-DAG:   %[[C:.*]] = onnx.Constant dense<[6, -1]> : tensor<2xi8>
//       CHECK:   %[[D:.*]] = onnx.Cast %{{.*}} {to = 17 : i64}
//       CHECK:   return %[[A]], %[[B]], %[[C]], %[[D]]
func.func @narrow_floats() -> (tensor<1x2xf8E4M3FN>, tensor<2x1xf32>, tensor<2xi8>, tensor<2xf8E4M3FN>) {
  %x = onnx.Constant dense<[[1.0], [-2.0]]> : tensor<2x1xf8E4M3FN>
  %y = onnx.Constant dense<[6.0, -1.5]> : tensor<2xf4E2M1FN>
  %a = onnx.Transpose %x : (tensor<2x1xf8E4M3FN>) -> tensor<1x2xf8E4M3FN>
  %b = onnx.Cast %x {to = 1 : i64} : (tensor<2x1xf8E4M3FN>) -> tensor<2x1xf32>
  %c = onnx.Cast %y {to = 3 : i64} : (tensor<2xf4E2M1FN>) -> tensor<2xi8>
  %d = onnx.Cast %y {to = 17 : i64} : (tensor<2xf4E2M1FN>) -> tensor<2xf8E4M3FN>
  return %a, %b, %c, %d : tensor<1x2xf8E4M3FN>, tensor<2x1xf32>, tensor<2xi8>, tensor<2xf8E4M3FN>
}
