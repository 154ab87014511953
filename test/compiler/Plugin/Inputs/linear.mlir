func.func @main(%x: tensor<?x4xi8>, %s: tensor<?x1xf32>) -> tensor<?x2xf32> {
  // Rows + 0 0 0 and - + 0 0.
  %w = ternary.constant dense<[0x56, 0x58]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  %one = onnx.Constant dense<1.0> : tensor<1xf32>
  %y = ternary.linear %x, %s weights(%w) scales(%one) {rescale = #ternary.rescale_form<mul_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
