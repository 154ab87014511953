func.func @main(%x: tensor<?x4xf32> {onnx.name = "x", onnx.dims = ["n", ""]}) -> (tensor<?x2xf32> {onnx.name = "y", onnx.dims = ["n", ""]}) {
  %w = ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  %ws = "onnx.Constant"() {value = dense<[0.3, 0.7]> : tensor<2xf32>} : () -> tensor<2xf32>
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32}
      : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<2xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
