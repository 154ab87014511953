func.func @main(
    %x: tensor<?x?xf32> {onnx.name = "x"},
    %shape: tensor<2xi64> {onnx.name = "shape"},
    %repeats: tensor<2xi64> {onnx.name = "repeats"},
    %pads: tensor<4xi64> {onnx.name = "pads"},
    %to: tensor<2xi64> {onnx.name = "to"},
    %start: tensor<i64> {onnx.name = "start"},
    %limit: tensor<i64> {onnx.name = "limit"},
    %delta: tensor<i64> {onnx.name = "delta"},
    %from: tensor<f32> {onnx.name = "from"},
    %below: tensor<f32> {onnx.name = "below"},
    %by: tensor<f32> {onnx.name = "by"},
    %parts: tensor<4xi64> {onnx.name = "parts"},
    %many: tensor<1xi64> {onnx.name = "many"},
    %depth: tensor<i64> {onnx.name = "depth"},
    %k: tensor<i64> {onnx.name = "k"},
    %cache: tensor<?x?x2xf32> {onnx.name = "cache"},
    %update: tensor<?x?x2xf32> {onnx.name = "update"},
    %at: tensor<?xi64> {onnx.name = "at"},
    %axes: tensor<?xi64> {onnx.name = "axes"},
    %square: tensor<?x?xf32> {onnx.name = "square"},
    %left: tensor<?x?x?xf32> {onnx.name = "left"},
    %right: tensor<?x?x?xf32> {onnx.name = "right"},
    %tall: tensor<?x?xf32> {onnx.name = "tall"},
    %wide: tensor<?x?xf32> {onnx.name = "wide"})
    -> (tensor<?x?xf32> {onnx.name = "filled"}, tensor<?x?xf32> {onnx.name = "expanded"},
        tensor<?x?xf32> {onnx.name = "tiled"}, tensor<?x?xf32> {onnx.name = "padded"},
        tensor<?x?xf32> {onnx.name = "wrapped"}, tensor<?x?xf32> {onnx.name = "reshaped"},
        tensor<?xi64> {onnx.name = "ranged"}, tensor<?xf32> {onnx.name = "steps"},
        tensor<?x?xf32> {onnx.name = "first"}, tensor<?x?xf32> {onnx.name = "last"},
        tensor<?xi64> {onnx.name = "joined"}, tensor<2x?xf32> {onnx.name = "hot"},
        tensor<?x?xf32> {onnx.name = "triangle"}, tensor<?x?x2xf32> {onnx.name = "scattered"},
        tensor<?x?xf32> {onnx.name = "sums"}, tensor<?x?xf32> {onnx.name = "least"},
        tensor<?xf32> {onnx.name = "diagonal"}, tensor<?x?xf32> {onnx.name = "contracted"},
        tensor<1xi64> {onnx.name = "square32"},
        tensor<?x?xf32> {onnx.name = "products"}) {
  %one = onnx.Constant dense<1.0> : tensor<1x1xf32>
  %filled = onnx.ConstantOfShape %shape {value = dense<2.0> : tensor<1xf32>} : (tensor<2xi64>) -> tensor<?x?xf32>
  %expanded = onnx.Expand %one, %shape : (tensor<1x1xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %tiled = onnx.Tile %x, %repeats : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %padded = onnx.Pad %x, %pads : (tensor<?x?xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  %wrapped = onnx.Pad %x, %pads {mode = "wrap"} : (tensor<?x?xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  %reshaped = onnx.Reshape %x, %to : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  %ranged = onnx.Range %start, %limit, %delta : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %steps = onnx.Range %from, %below, %by : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  %first, %second, %third, %last = "onnx.Split"(%x, %parts) {axis = 1 : i64} : (tensor<?x?xf32>, tensor<4xi64>) -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>)
  %ones = onnx.ConstantOfShape %many {value = dense<1> : tensor<1xi64>} : (tensor<1xi64>) -> tensor<?xi64>
  %joined = onnx.Concat %ones, %ones, %ones, %ones {axis = 0 : i64} : (tensor<?xi64>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>) -> tensor<?xi64>
  %places = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %values = onnx.Constant dense<[0.0, 1.0]> : tensor<2xf32>
  %hot = onnx.OneHot %places, %depth, %values : (tensor<2xi64>, tensor<i64>, tensor<2xf32>) -> tensor<2x?xf32>
  %triangle = onnx.Trilu %x, %k : (tensor<?x?xf32>, tensor<i64>) -> tensor<?x?xf32>
  %scattered = onnx.TensorScatter %cache, %update, %at {mode = "circular"} : (tensor<?x?x2xf32>, tensor<?x?x2xf32>, tensor<?xi64>) -> tensor<?x?x2xf32>
  %sums = onnx.ReduceSum %x, %axes : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  %least = onnx.ReduceMin %x, %axes {noop_with_empty_axes = 1 : i64} : (tensor<?x?xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  %diagonal = onnx.Einsum %square {equation = "ii->i"} : (tensor<?x?xf32>) -> tensor<?xf32>
  %contracted = onnx.Einsum %left, %right {equation = "ijk,jkl->il"} : (tensor<?x?x?xf32>, tensor<?x?x?xf32>) -> tensor<?x?xf32>
  %rows = onnx.Shape %left {start = 0 : i64, end = 1 : i64} : (tensor<?x?x?xf32>) -> tensor<1xi64>
  %rows32 = onnx.Cast %rows {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  %product = onnx.Mul %rows32, %rows32 : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi32>
  %square32 = onnx.Cast %product {to = 7 : i64} : (tensor<1xi32>) -> tensor<1xi64>
  %products = onnx.MatMul %tall, %wide : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %filled, %expanded, %tiled, %padded, %wrapped, %reshaped, %ranged, %steps, %first, %last, %joined, %hot, %triangle, %scattered,
         %sums, %least, %diagonal, %contracted, %square32, %products
      : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xi64>, tensor<?xf32>,
        tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xi64>, tensor<2x?xf32>, tensor<?x?xf32>, tensor<?x?x2xf32>,
        tensor<?x?xf32>, tensor<?x?xf32>, tensor<?xf32>, tensor<?x?xf32>, tensor<1xi64>, tensor<?x?xf32>
}
