// RUN: bitnet-opt %s --ternary-plan=target=x86-avx2 --ternary-pack --split-input-file --verify-diagnostics

func.func @code_3(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>) -> tensor<?x2xf32> {
  // The last code of row 1.
  %w = ternary.constant dense<[36, -40]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  // expected-error @+1 {{has weights that are not ternary: found code 3 at [1, 3], expected 0, 1 or 2}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

func.func @computed(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>, %w: tensor<2x4x!ternary.trit>) -> tensor<?x2xf32> {
  // expected-error @+1 {{has weights that are computed, expected a constant or a global}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

func.func @no_terms(%q: tensor<?x0xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>, %w: tensor<2x0x!ternary.trit>) -> tensor<?x2xf32> {
  // expected-error @+1 {{sums over no terms, expected at least 1}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x0xi8>, tensor<?x1xf32> weights(tensor<2x0x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
