// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @loss_c1(%x: tensor<?x5x3xf32>, %t: tensor<?x4xi64>) {
  // expected-error @+2 {{classes have type 'tensor<?x4xi64>', expected i32 or i64 of shape ?x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.NegativeLogLikelihoodLoss %x, %t : (tensor<?x5x3xf32>, tensor<?x4xi64>) -> tensor<f32>
  return
}

// -----

func.func @loss_c1_weight(%x: tensor<?x5xf32>, %t: tensor<?xi64>, %w: tensor<4xf32>) {
  // expected-error @+2 {{weights have type 'tensor<4xf32>', expected a vector of 5 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.NegativeLogLikelihoodLoss %x, %t, %w : (tensor<?x5xf32>, tensor<?xi64>, tensor<4xf32>) -> tensor<f32>
  return
}

// -----

func.func @loss_c3(%x: tensor<?x5xf32>, %t: tensor<?xi64>) {
  // expected-error @+2 {{`reduction` is "max", expected "none", "sum" or "mean"}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.SoftmaxCrossEntropyLoss %x, %t {reduction = "max"} : (tensor<?x5xf32>, tensor<?xi64>) -> tensor<f32>
  return
}
