// RUN: bitnet-opt %s --recognize-bit-linear --split-input-file --verify-diagnostics

func.func @nan_weight(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 0x7FC00000], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  // expected-error @+1 {{weights are broken: found nan at [1, 1], expected finite weights}}
  %mm = onnx.MatMul %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}

// -----

func.func @nan_scale(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<0x7FC00000> : tensor<f32>
  // expected-error @+1 {{weight scale is broken: found nan at [0], expected a finite number}}
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %d = onnx.Div %mm, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  %y = onnx.Mul %d, %ws : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

func.func @zero_scale_that_divides(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<0.0> : tensor<f32>
  // expected-error @+1 {{weight scale is broken: found 0.000000e+00 at [0], expected a finite number to divide by}}
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %d = onnx.Div %mm, %ws : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  %y = onnx.Div %d, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

func.func @zero_scale_that_multiplies(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %range = onnx.Constant dense<127.0> : tensor<f32>
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %abs = onnx.Abs %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1xf32>
  %m = onnx.Clip %max, %eps : (tensor<?x1xf32>, tensor<f32>) -> tensor<?x1xf32>
  %s = onnx.Div %range, %m : (tensor<f32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %xs = onnx.Mul %x, %s : (tensor<?x4xf32>, tensor<?x1xf32>) -> tensor<?x4xf32>
  %round = onnx.Round %xs : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %codes = onnx.Clip %round, %low, %range : (tensor<?x4xf32>, tensor<f32>, tensor<f32>) -> tensor<?x4xf32>
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 1.0], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  %ws = onnx.Constant dense<0.0> : tensor<f32>
  // expected-warning @+1 {{weight scale is 0: the layer gives zeros}}
  %mm = onnx.MatMul %codes, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  %d = onnx.Div %mm, %s : (tensor<?x2xf32>, tensor<?x1xf32>) -> tensor<?x2xf32>
  %y = onnx.Mul %d, %ws : (tensor<?x2xf32>, tensor<f32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
