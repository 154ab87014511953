func.func @main(
    %x: tensor<?x?xf32> {onnx.name = "x", onnx.dims = ["n", "m"]},
    %i: tensor<?x?xi8> {onnx.name = "i", onnx.dims = ["n", "m"]},
    %k: tensor<1xi64> {onnx.name = "k"},
    %axis: tensor<1xi64> {onnx.name = "axis"},
    %pads: tensor<4xi64> {onnx.name = "pads"},
    %lens: tensor<?xi64> {onnx.name = "lens", onnx.dims = ["n"]},
    %keep: tensor<?xi1> {onnx.name = "keep"})
    -> (tensor<?x?xf32> {onnx.name = "top"}, tensor<?x?xi64> {onnx.name = "top_at"},
        tensor<?xi8> {onnx.name = "distinct"}, tensor<?xi64> {onnx.name = "first"},
        tensor<?xi64> {onnx.name = "inverse"}, tensor<?xi64> {onnx.name = "counts"},
        tensor<2x?xi64> {onnx.name = "nonzero"}, tensor<?x?xf32> {onnx.name = "kept"},
        tensor<?x?xf32> {onnx.name = "sums"}, tensor<?xf32> {onnx.name = "norms"},
        tensor<?x?xf32> {onnx.name = "running"}, tensor<?x?xf32> {onnx.name = "reflected"},
        tensor<?x?xf32> {onnx.name = "wrapped"}, tensor<?x?xf32> {onnx.name = "reversed"},
        tensor<?x?xf32> {onnx.name = "products"}, tensor<?x?xf32> {onnx.name = "backwards"}) {
  %none = onnx.None
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %top, %top_at = "onnx.TopK"(%x, %k) : (tensor<?x?xf32>, tensor<1xi64>) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  %distinct, %first, %inverse, %counts = "onnx.Unique"(%i) : (tensor<?x?xi8>) -> (tensor<?xi8>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
  %nonzero = "onnx.NonZero"(%i) : (tensor<?x?xi8>) -> tensor<2x?xi64>
  %kept = "onnx.Compress"(%x, %keep) {axis = 1 : i64} : (tensor<?x?xf32>, tensor<?xi1>) -> tensor<?x?xf32>
  %sums = "onnx.ReduceSum"(%x, %axis) : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  %norms = "onnx.ReduceL2"(%x, %axis) {keepdims = 0 : i64} : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?xf32>
  %running = "onnx.CumSum"(%x, %axis) {reverse = 1 : i64} : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  %reflected = "onnx.Pad"(%x, %pads) {mode = "reflect"} : (tensor<?x?xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  %wrapped = "onnx.Pad"(%x, %pads) {mode = "wrap"} : (tensor<?x?xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  %reversed = "onnx.ReverseSequence"(%x, %lens) {time_axis = 1 : i64, batch_axis = 0 : i64} : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  %products = "onnx.Einsum"(%x, %x) {equation = "ij,kj->ki"} : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %start = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<-9223372036854775808> : tensor<1xi64>
  %backwards = "onnx.Slice"(%x, %start, %end, %axis, %start) : (tensor<?x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  return %top, %top_at, %distinct, %first, %inverse, %counts, %nonzero, %kept, %sums, %norms, %running, %reflected, %wrapped, %reversed, %products, %backwards
      : tensor<?x?xf32>, tensor<?x?xi64>, tensor<?xi8>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>, tensor<2x?xi64>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>,
        tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>
}
