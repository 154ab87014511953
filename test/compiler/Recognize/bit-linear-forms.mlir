// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// Packed form: codes through i8, then / (w * s).
// CHECK-LABEL: func @packed
//       CHECK:   %[[Q:.*]]:2 = ternary.quantize %arg0
//       CHECK:   %[[S:.*]] = onnx.Constant dense<2.500000e+00> : tensor<1xf32>
//       CHECK:   %[[Y:.*]] = ternary.linear %[[Q]]#0, %[[Q]]#1 weights(%{{.*}}) scales(%[[S]]) {rescale = #ternary.rescale_form<div_prod>}
//       CHECK:   return %[[Y]]
func.func @packed(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %i8 = onnx.Cast %codes {to = 3 : i64} : (tensor<?x4xf32>) -> tensor<?x4xi8>
  %f = onnx.Cast %i8 {to = 1 : i64} : (tensor<?x4xi8>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<2.5> : tensor<1xf32>
  %mm = onnx.MatMul %f, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %p = onnx.Mul %ws, %s : (tensor<1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %y = onnx.Div %mm, %p : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// / w, then / s.
// CHECK-LABEL: func @divided_twice
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<div_div>}
//   CHECK-NOT:   onnx.Div
func.func @divided_twice(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<31.25> : tensor<f32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %d = onnx.Div %mm, %ws : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  %y = onnx.Div %d, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// * w, then / s.
// CHECK-LABEL: func @multiplied_then_divided
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_div>}
//   CHECK-NOT:   onnx.Div
func.func @multiplied_then_divided(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<0.5> : tensor<f32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %d = onnx.Mul %ws, %mm : (tensor<f32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %y = onnx.Div %d, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// An order without a form: the sum leaves, the graph keeps the rest.
// CHECK-LABEL: func @scale_applied_elsewhere
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul>}
//       CHECK:   onnx.Add %[[Y]], %[[Y]]
//       CHECK:   onnx.Div
func.func @scale_applied_elsewhere(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %d = onnx.Add %mm, %mm : (tensor<?x2xf32>, tensor<?x2xf32>) -> tensor<?x2xf32>
  %y = onnx.Div %d, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// x + (q(x) - x), range / max, Max for the clamp of max, Min and Max for that
// of the codes; weights as the straight-through sum leaves them; a bias.
// CHECK-LABEL: func @straight_through
//       CHECK:   ternary.quantize %arg0 {{{.*}}form = #ternary.scale_form<div>
//       CHECK:   %[[W:.*]] = ternary.constant dense<[34, 105]> : tensor<2xi8>
//       CHECK:   %[[S:.*]] = onnx.Constant dense<5.000000e-01> : tensor<1xf32>
//       CHECK:   %[[B:.*]] = onnx.Constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} weights(%[[W]]) scales(%[[S]]) biases(%[[B]]) {rescale = #ternary.rescale_form<div_mul>}
//       CHECK:   return %[[Y]]
func.func @straight_through(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Max %eps, %max : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %s, %x : (tensor<?x1xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %above = onnx.Max %round, %low : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %codes = onnx.Min %above, %range : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %diff = onnx.Sub %dq, %x : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %st = onnx.Add %x, %diff : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.50000006, 0.49999997], [-0.5, 0.0]]> : tensor<4x2xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %mm = onnx.MatMul %st, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = onnx.Add %mm, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Gemm with [N, K] weights, a scale for each row and a bias in it.
// CHECK-LABEL: func @gemm
//       CHECK:   %[[S:.*]] = onnx.Constant dense<[5.000000e-01, 2.500000e-01]> : tensor<2xf32>
//       CHECK:   ternary.linear {{.*}} scales(%[[S]]) biases(%{{.*}}) {rescale = #ternary.rescale_form<div_mul>}
//   CHECK-NOT:   onnx.Gemm
func.func @gemm(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[0.5, 0.0, -0.5, 0.5], [0.25, 0.25, 0.0, 0.0]]> : tensor<2x4xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = onnx.Gemm %dq, %w, %b {transB = 1 : i64} : (tensor<?x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK-LABEL: func @all_zero_weights
//       CHECK:   ternary.constant dense<85> : tensor<2xi8>
//       CHECK:   ternary.linear
func.func @all_zero_weights(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<0.0> : tensor<4x2xf32>
  %mm = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// Siblings packed into one product, then split.
// CHECK-LABEL: func @split_siblings
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<div_mul>} {{.*}} -> tensor<?x1xf32>
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<div_mul>} {{.*}} -> tensor<?x1xf32>
//   CHECK-NOT:   onnx.Split
func.func @split_siblings(%x: tensor<?x4xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>) {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %two = onnx.Constant dense<2.0> : tensor<1xf32>
  %three = onnx.Constant dense<3.0> : tensor<1xf32>
  %mm = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %p:2 = onnx.Split %mm {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<?x2xf32>) -> (tensor<?x1xf32>, tensor<?x1xf32>)
  %a = onnx.Mul %p#0, %two : (tensor<?x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
  %b = onnx.Mul %p#1, %three : (tensor<?x1xf32>, tensor<1xf32>) -> tensor<?x1xf32>
  return %a, %b : tensor<?x1xf32>, tensor<?x1xf32>
}

// -----

// Codes of x / step, dequantised before the product.
// CHECK-LABEL: func @step_dequantized(
//       CHECK:   ternary.quantize %arg0 {{{.*}}form = #ternary.scale_form<step>, range = 1.270000e+02
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
//   CHECK-NOT:   onnx.Div
func.func @step_dequantized(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %m, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// The step after the sum, and then the weight's scale.
// CHECK-LABEL: func @step_after(
//       CHECK:   ternary.quantize %arg0 {{{.*}}form = #ternary.scale_form<step>
//       CHECK:   %[[W:.*]] = onnx.Constant dense<2.500000e-01> : tensor<1xf32>
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} scales(%[[W]]) {rescale = #ternary.rescale_form<mul_mul>}
//       CHECK:   return %[[Y]]
func.func @step_after(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %m, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %q = onnx.Constant dense<0.25> : tensor<f32>
  %a = onnx.Mul %mm, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  %y = onnx.Mul %a, %q : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// One product of both.
// CHECK-LABEL: func @step_product(
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_prod>}
//       CHECK:   return %[[Y]]
func.func @step_product(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %m, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %q = onnx.Constant dense<0.25> : tensor<f32>
  %a = onnx.Mul %s, %q : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %y = onnx.Mul %mm, %a : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// (x * range) / max, as the first BitNet paper writes it; the graph divides by
// the range in the end.
// CHECK-LABEL: func @largest(
//       CHECK:   ternary.quantize %arg0 {{{.*}}form = #ternary.scale_form<largest>{{.*}}range = 1.270000e+02
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
//       CHECK:   %[[Z:.*]] = onnx.Div %[[Y]]
//       CHECK:   return %[[Z]]
func.func @largest(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %wide = onnx.Mul %x, %range : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %xs = onnx.Div %wide, %m : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %q = onnx.Constant dense<0.25> : tensor<f32>
  %b = onnx.Mul %mm, %q : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  %g = onnx.Mul %b, %m : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  %y = onnx.Div %g, %range : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// max + eps, and codes that need no clamp.
// CHECK-LABEL: func @adds_eps(
//       CHECK:   ternary.quantize %arg0 {adds_eps, eps = {{.*}}, form = #ternary.scale_form<div>, range = 1.270000e+02
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_div>}
func.func @adds_eps(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Add %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %codes = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %sum = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = onnx.Div %sum, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// The step has a bound of its own.
// CHECK-LABEL: func @bounded_step(
//       CHECK:   ternary.quantize %arg0 {eps = {{[^,]*}}, eps_of_scale, form = #ternary.scale_form<step>, range = 1.270000e+02
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
//   CHECK-NOT:   onnx.Div
// CHECK-LABEL: func @step_bounded_from_above(
//   CHECK-NOT:   ternary.quantize
//       CHECK:   return
func.func @bounded_step(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Div %max, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Clip %m, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
func.func @step_bounded_from_above(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Div %max, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Clip %m, %eps, %one : (tensor<?x1xf32>, tensor<f32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// x * (1 / step), as torchao writes it.
// CHECK-LABEL: func @by_reciprocal(
//       CHECK:   ternary.quantize %arg0 {by_reciprocal, {{.*}}eps_of_scale, form = #ternary.scale_form<step>, range = 1.270000e+02
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
//   CHECK-NOT:   onnx.Mul
func.func @by_reciprocal(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %d = onnx.Div %max, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Clip %d, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %i = onnx.Reciprocal %s : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %i : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// The reduction drops the axis, which a Reshape and an Unsqueeze put back; the
// codes are clamped as integers, to which a zero point of 0 is added.
// CHECK-LABEL: func @dropped_axis(
//       CHECK:   ternary.quantize %arg0 {by_reciprocal, {{.*}}eps_of_scale, form = #ternary.scale_form<step>, qmin = -127 : i64
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
//       CHECK:   return %[[Y]]
func.func @dropped_axis(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>, keepdims = 0 : i64} : (tensor<?x4xf32>) -> tensor<?xf32>
  %d = onnx.Div %max, %range : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %s = onnx.Clip %d, %eps : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %i = onnx.Div %one, %s : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
  %rows = onnx.Constant dense<[-1, 1]> : tensor<2xi64>
  %column = onnx.Reshape %i, %rows : (tensor<?xf32>, tensor<2xi64>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %column : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>

  %i32 = onnx.Cast %round {to = 6 : i64} : (tensor<?x4xf32>) -> tensor<?x4xi32>
  %zero = onnx.Constant dense<0> : tensor<i32>
  %moved = onnx.Add %i32, %zero : (tensor<?x4xi32>, tensor<i32>) -> tensor<?x4xi32>
  %lowest = onnx.Constant dense<-127> : tensor<i32>
  %highest = onnx.Constant dense<127> : tensor<i32>
  %clip = onnx.Clip %moved, %lowest, %highest : (tensor<?x4xi32>, tensor<i32>, tensor<i32>) -> tensor<?x4xi32>
  %i8 = onnx.Cast %clip {to = 3 : i64} : (tensor<?x4xi32>) -> tensor<?x4xi8>
  %f = onnx.Cast %i8 {to = 1 : i64} : (tensor<?x4xi8>) -> tensor<?x4xf32>
  %mm = onnx.MatMul %f, %trits : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %scale = onnx.Unsqueeze %s {axes = array<i64: 1>} : (tensor<?xf32>) -> tensor<?x1xf32>
  %y = onnx.Mul %mm, %scale : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Where it is not, columns are scaled.
// CHECK-LABEL: func @axis_not_put_back(
//   CHECK-NOT:   ternary.quantize
//       CHECK:   return
func.func @axis_not_put_back(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>, keepdims = 0 : i64} : (tensor<?x4xf32>) -> tensor<?xf32>
  %m = onnx.Clip %max, %eps : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %i = onnx.Div %range, %m : (tensor<f32>, tensor<?xf32>) -> tensor<?xf32>
  %xs = onnx.Mul %x, %i : (tensor<?x4xf32>, tensor<?xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// max(-min(x), max(x)) is max |x|, with and without 0 as a bound of either.
// CHECK-LABEL: func @smallest_and_largest(
//       CHECK:   ternary.quantize %arg0 {{{.*}}form = #ternary.scale_form<step>, range = 1.270000e+02
func.func @smallest_and_largest(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %a = onnx.ReduceMin %x {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %b = onnx.ReduceMax %x {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %a0 = onnx.Min %a, %zero : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %b0 = onnx.Max %b, %zero : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %n = onnx.Neg %a0 : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %max = onnx.Max %n, %b0 : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %m = onnx.Max %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %m, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK-LABEL: func @smallest_of_another(
//   CHECK-NOT:   ternary.quantize
//       CHECK:   return
func.func @smallest_of_another(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %neg = onnx.Neg %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %a = onnx.ReduceMin %neg {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %b = onnx.ReduceMax %x {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %n = onnx.Neg %a : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %max = onnx.Max %n, %b : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %m = onnx.Max %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %m, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// (x / max) * range, and codes / range * max: max goes behind the sum, and so
// does the division.
// CHECK-LABEL: func @unit(
//       CHECK:   ternary.quantize %arg0 {{{.*}}form = #ternary.scale_form<unit>, range = 1.270000e+02
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
//       CHECK:   %[[Z:.*]] = onnx.Div %[[Y]]
//       CHECK:   return %[[Z]]
func.func @unit(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %n = onnx.Div %x, %m : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %xs = onnx.Mul %n, %range : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %part = onnx.Div %codes, %range : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Mul %part, %m : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// max * (1 / range) + eps.
// CHECK-LABEL: func @step_product_form(
//       CHECK:   ternary.quantize %arg0 {adds_eps, {{.*}}eps_of_scale, form = #ternary.scale_form<step_product>, range = 
//       CHECK:   ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul_mul>}
func.func @step_product_form(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %inverse = onnx.Constant dense<7.874016e-03> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %d = onnx.Mul %inverse, %max : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Add %d, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %codes = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %mm = onnx.MatMul %codes, %trits : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %y = onnx.Mul %mm, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Codes of a step that is bounded, times the step that is not: the graph
// multiplies the sums, and then adds the bias.
// CHECK-LABEL: func @another_step(
//       CHECK:   %[[D:.*]] = onnx.Div
//       CHECK:   %[[Y:.*]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<mul>}
//       CHECK:   %[[M:.*]] = onnx.Mul %[[Y]], %[[D]]
//       CHECK:   %[[Z:.*]] = onnx.Add %[[M]]
//       CHECK:   return %[[Z]]
func.func @another_step(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %d = onnx.Div %max, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Clip %d, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %i = onnx.Reciprocal %s : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %i : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Mul %codes, %d : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = onnx.Gemm %dq, %w, %b : (tensor<?x4xf32>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// What differs from column to column stays in front of the product.
// CHECK-LABEL: func @factor_of_columns(
//   CHECK-NOT:   ternary.quantize
//       CHECK:   ternary.float_linear
func.func @factor_of_columns(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %w = onnx.Constant dense<[[0.5, 0.0], [-0.5, 0.5], [0.5, 0.5], [-0.5, 0.0]]> : tensor<4x2xf32>
  %trits = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %d = onnx.Div %max, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Div %x, %d : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %gains = onnx.Constant dense<[1.0, 2.0, 1.0, 2.0]> : tensor<4xf32>
  %dq = onnx.Mul %codes, %gains : (tensor<?x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  %y = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
