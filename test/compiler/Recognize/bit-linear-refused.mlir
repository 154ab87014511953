// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file | FileCheck %s

// Nothing here is a BitLinear of 8-bit integers; the report says why. Ternary
// weights are added and subtracted as floats then.

// CHECK: reason = "weights have 5 distinct values: found 0.37 at [1, 0], expected -1, 0 or 1"
// CHECK-LABEL: func @dense_weights
//       CHECK:   onnx.MatMul
func.func @dense_weights(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
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
  %w = onnx.Constant dense<[[1.0, 0.0], [0.37, 1.0], [1.0, -0.5], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// CHECK: float_reason = "the activation is not quantised"
// CHECK-LABEL: func @plain_activation
//       CHECK:   ternary.float_linear
func.func @plain_activation(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// No Round: not integers (the original paper's equation 4).
// CHECK: float_reason = "the activation is clamped but not rounded"
// CHECK-LABEL: func @no_round
//       CHECK:   ternary.float_linear
func.func @no_round(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %xs, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// CHECK: float_reason = "the activation is clamped to [-128, 127.5], expected integers in [-128, 127]"
// CHECK-LABEL: func @fractional_clamp
//       CHECK:   ternary.float_linear
func.func @fractional_clamp(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %hi = onnx.Constant dense<127.5> : tensor<f32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %hi : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// The scale of another tensor.
// CHECK: ternary = true
// CHECK-LABEL: func @foreign_scale
//       CHECK:   ternary.float_linear
func.func @foreign_scale(%x: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %z : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %r = onnx.Reciprocal %m : (tensor<?x1xf32>) -> tensor<?x1xf32>
  %s = onnx.Mul %r, %range : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// A bound of NaN bounds nothing, whatever max(x, NaN) is on the target.
// CHECK: float_reason = "the activation's scale is not made of max |x| over the last axis"
// CHECK-LABEL: func @nan_bound
//       CHECK:   ternary.float_linear
func.func @nan_bound(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<0x7FC00000> : tensor<f32>
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
  %mm = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// CHECK: float_reason = "the activation is scaled to 200 and not clamped"
// CHECK-LABEL: func @unclamped
//       CHECK:   ternary.float_linear
func.func @unclamped(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<200.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %codes = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %dq = onnx.Div %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// CHECK: float_reason = "the activation's step is not max / c"
// CHECK-LABEL: func @unknown_step
//       CHECK:   ternary.float_linear
func.func @unknown_step(%x: tensor<?x4xf32>, %s: tensor<?x1xf32>) -> tensor<?x2xf32> {
  %high = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %xs = onnx.Div %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %high : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %dq = onnx.Mul %codes, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %mm = onnx.MatMul %dq, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

// Products that are no linear layers here are in the report, too.
// CHECK: reason = "weights have a batch axis, expected a matrix"
// CHECK-LABEL: func @experts
//       CHECK:   onnx.MatMul
func.func @experts(%x: tensor<2x?x4xf32>) -> tensor<2x?x2xf32> {
  %w = onnx.Constant dense<[[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]]> : tensor<2x4x2xf32>
  %y = onnx.MatMul %x, %w : (tensor<2x?x4xf32>, tensor<2x4x2xf32>) -> tensor<2x?x2xf32>
  return %y : tensor<2x?x2xf32>
}

// -----

// CHECK: reason = "the input's last axis is unknown"
// CHECK-LABEL: func @unknown_axis
func.func @unknown_axis(%x: tensor<?x?xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %y = onnx.MatMul %x, %w : (tensor<?x?xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// An outer product is none, as that of positions and frequencies.
// CHECK-NOT: reason =
// CHECK-LABEL: func @outer
func.func @outer(%x: tensor<2x?x1xf32>) -> tensor<2x?x4xf32> {
  %w = onnx.Constant dense<[[[1.0, 0.5, 0.25, 0.125]], [[1.0, 0.5, 0.25, 0.125]]]> : tensor<2x1x4xf32>
  %y = onnx.MatMul %x, %w : (tensor<2x?x1xf32>, tensor<2x1x4xf32>) -> tensor<2x?x4xf32>
  return %y : tensor<2x?x4xf32>
}
