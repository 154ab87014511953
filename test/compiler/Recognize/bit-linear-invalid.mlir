// RUN: bitnet-opt %s --recognize-bit-linear --verify-diagnostics

func.func @nan_weight(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = onnx.Constant dense<[[1.0, 0.0], [-1.0, 0x7FC00000], [1.0, 1.0], [-1.0, 0.0]]> : tensor<4x2xf32>
  // expected-error @+1 {{weights are broken: found nan at [1, 1], expected finite weights}}
  %mm = onnx.MatMul %x, %w : (tensor<?x4xf32>, tensor<4x2xf32>) -> tensor<?x2xf32>
  return %mm : tensor<?x2xf32>
}
