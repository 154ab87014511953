func.func @main(%x: tensor<?xf32> {onnx.name = "x", onnx.dims = ["n"]}, %y: tensor<?xf32> {onnx.name = "y", onnx.dims = ["n"]})
    -> (tensor<?xf32> {onnx.name = "floored", onnx.dims = ["n"]}, tensor<?xf32> {onnx.name = "truncated", onnx.dims = ["n"]}) {
  %floored = "onnx.Mod"(%x, %y) {fmod = 0 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  %truncated = "onnx.Mod"(%x, %y) {fmod = 1 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %floored, %truncated : tensor<?xf32>, tensor<?xf32>
}
