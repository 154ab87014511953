// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// Reshape, Gemm and Reshape back of what is quantised in three axes.
// CHECK-LABEL: func @gemm(
//   CHECK-NOT:   onnx.Reshape
//       CHECK:   %[[Q:.*]]:2 = ternary.quantize %arg0 {{.*}} : tensor<?x?x4xf32>
//       CHECK:   %[[Y:.*]] = ternary.linear %[[Q]]#0, {{.*}} biases({{.*}} -> tensor<?x?x2xf32>
//   CHECK-NOT:   onnx.Reshape
//       CHECK:   return %[[Y]]
func.func @gemm(%x: tensor<?x?x4xf32>) -> tensor<?x?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %w = onnx.Constant dense<[[0.5, 0.0, -0.5, 0.5], [0.5, 0.5, -0.5, 0.0]]> : tensor<2x4xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %abs = onnx.Abs %x : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 2>} : (tensor<?x?x4xf32>) -> tensor<?x?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x?x1xf32>, tensor<f32>) -> tensor<?x?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x?x1xf32>) -> tensor<?x?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %round = onnx.Round %xs : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  %flat = onnx.Reshape %dq, %rows : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %y = onnx.Gemm %flat, %w, %b {transB = 1 : i64} : (tensor<?x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %shape = onnx.Shape %dq : (tensor<?x?x4xf32>) -> tensor<3xi64>
  %leading = onnx.Slice %shape, %zero, %two, %zero : (tensor<3xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %target = onnx.Concat %leading, %two {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  %back = onnx.Reshape %y, %target : (tensor<?x2xf32>, tensor<3xi64>) -> tensor<?x?x2xf32>
  return %back : tensor<?x?x2xf32>
}

// -----

// Codes alone in the product: their scale is behind the Reshape back.
// CHECK-LABEL: func @codes(
//   CHECK-NOT:   onnx.Reshape
//       CHECK:   %[[Q:.*]]:2 = ternary.quantize %arg0 {{.*}} : tensor<2x3x4xf32>
//       CHECK:   %[[Y:.*]] = ternary.linear %[[Q]]#0, {{.*}} {rescale = #ternary.rescale_form<{{.*}}>} {{.*}} -> tensor<2x3x2xf32>
//   CHECK-NOT:   onnx.Div
//       CHECK:   return %[[Y]]
func.func @codes(%x: tensor<2x3x4xf32>) -> tensor<2x3x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 2>} : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<2x3x1xf32>, tensor<f32>) -> tensor<2x3x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<2x3x1xf32>) -> tensor<2x3x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<2x3x4xf32>, tensor<2x3x1xf32>) -> tensor<2x3x4xf32>
  %round = onnx.Round %xs : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<2x3x4xf32>, tensor<f32>, tensor<f32>) -> tensor<2x3x4xf32>
  %flat = onnx.Reshape %codes, %rows : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  %y = onnx.MatMul %flat, %w : (tensor<6x4xf32>, tensor<4x2xf32>) -> tensor<6x2xf32>
  %target = onnx.Constant dense<[2, 3, 2]> : tensor<3xi64>
  %back = onnx.Reshape %y, %target : (tensor<6x2xf32>, tensor<3xi64>) -> tensor<2x3x2xf32>
  %result = onnx.Div %back, %s : (tensor<2x3x2xf32>, tensor<2x3x1xf32>) -> tensor<2x3x2xf32>
  return %result : tensor<2x3x2xf32>
}

// -----

// What goes on with rows has them made of the result.
// CHECK-LABEL: func @rows(
//   CHECK-DAG:   %[[S:.*]] = onnx.Constant dense<[-1, 2]> : tensor<2xi64>
//   CHECK-DAG:   %[[Y:.*]] = ternary.float_linear %arg0, {{.*}} -> tensor<?x?x2xf32>
//       CHECK:   %[[R:.*]] = onnx.Reshape %[[Y]], %[[S]] {{.*}} -> tensor<?x2xf32>
//       CHECK:   return %[[R]]
func.func @rows(%x: tensor<?x?x4xf32>) -> tensor<?x2xf32> {
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %flat = onnx.Reshape %x, %rows : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %y = onnx.MatMul %flat, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Rows of another length are other rows.
// CHECK-LABEL: func @other_rows(
//       CHECK:   %[[R:.*]] = onnx.Reshape %arg0
//       CHECK:   ternary.float_linear %[[R]]
func.func @other_rows(%x: tensor<?x3x8xf32>) -> tensor<?x2xf32> {
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %flat = onnx.Reshape %x, %rows : (tensor<?x3x8xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %y = onnx.MatMul %flat, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Nor is a last axis that may be of another size.
// CHECK-LABEL: func @unknown_rows(
//       CHECK:   %[[R:.*]] = onnx.Reshape %arg0
//       CHECK:   ternary.float_linear %[[R]]
func.func @unknown_rows(%x: tensor<?x3x?xf32>) -> tensor<?x2xf32> {
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %flat = onnx.Reshape %x, %rows : (tensor<?x3x?xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %y = onnx.MatMul %flat, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// With two unknown axes the result's shape is no constant.
// CHECK-LABEL: func @two_axes(
//       CHECK:   %[[R:.*]] = onnx.Reshape %arg0
//       CHECK:   ternary.float_linear %[[R]]
func.func @two_axes(%x: tensor<?x4xf32>, %shape: tensor<3xi64>) -> tensor<?x?x2xf32> {
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %some = onnx.Reshape %x, %shape : (tensor<?x4xf32>, tensor<3xi64>) -> tensor<?x?x4xf32>
  %y = onnx.MatMul %some, %w : (tensor<?x?x4xf32>, tensor<4x2xf32>) -> tensor<?x?x2xf32>
  return %y : tensor<?x?x2xf32>
}
