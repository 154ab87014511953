// RUN: bitnet-opt %s --rt-bufferize --verify-diagnostics

func.func @main(%x: tensor<?x8xf32>, %scale: tensor<1x8xf32>) -> tensor<?x8xf32> {
  // expected-error @+1 {{has operand 1 of type 'tensor<1x8xf32>', expected rank 1 at most}}
  %r = onnx.SimplifiedLayerNormalization %x, %scale {axis = -1 : i64} : (tensor<?x8xf32>, tensor<1x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}
