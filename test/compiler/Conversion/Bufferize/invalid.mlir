// RUN: bitnet-opt %s --rt-bufferize --split-input-file --verify-diagnostics

func.func @main(%q: tensor<2x8xi8>, %s: tensor<2x1xf32>, %ws: tensor<1xf32>) -> tensor<2x8xf32> {
  // expected-error @+1 {{has no buffer: pack trits before}}
  %w = ternary.constant dense<85> : tensor<16xi8> as tensor<8x8x!ternary.trit>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<2x8xi8>, tensor<2x1xf32> weights(tensor<8x8x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<2x8xf32>
  return %y : tensor<2x8xf32>
}

// -----

func.func @main() -> tensor<4xf32> {
  // expected-error @+1 {{cannot be lowered to buffers}}
  %y = tensor.empty() : tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// expected-error @+1 {{has no function @main with a body}}
module {
}
