func.func @main(
    %q: tensor<?x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "seq", ""]},
    %k: tensor<?x?x8xf32> {onnx.name = "k"}, %v: tensor<?x?x8xf32> {onnx.name = "v"},
    %past: tensor<?x2x?x4xf32> {onnx.name = "past"},
    %pad: tensor<?x?xi32> {onnx.name = "pad"}, %bias: tensor<?x?x?x?xf32> {onnx.name = "bias"},
    %lengths: tensor<?xi32> {onnx.name = "lengths"}, %total: tensor<1xi32> {onnx.name = "total"},
    %weight: tensor<?x?x?x?xf32> {onnx.name = "weight"},
    %skip: tensor<?x?x8xf32> {onnx.name = "skip"},
    %ids: tensor<?x?xi32> {onnx.name = "ids"}, %mask: tensor<?x?xi32> {onnx.name = "mask"},
    %scores: tensor<?x5x?xf32> {onnx.name = "scores"}, %classes: tensor<?x?xi64> {onnx.name = "classes"},
    %image: tensor<?x4x?xf32> {onnx.name = "image"}, %kernel: tensor<6x2x3xf32> {onnx.name = "kernel"},
    %past_state: tensor<?x2x4x4xf32> {onnx.name = "past_state"}, %decay: tensor<?x?x2xf32> {onnx.name = "decay"},
    %beta: tensor<?x?x2xf32> {onnx.name = "beta"})
    -> (tensor<?x?x8xf32> {onnx.name = "attended"}, tensor<?x?x8xf32> {onnx.name = "causal"},
        tensor<?x?x8xf32> {onnx.name = "grouped"},
        tensor<?x?x8xf32> {onnx.name = "skipped"},
        tensor<?x?x8xf32> {onnx.name = "embedded"}, tensor<?xi32> {onnx.name = "tokens"},
        tensor<f32> {onnx.name = "loss"}, tensor<?x?xf32> {onnx.name = "losses"},
        tensor<?x4x?xf32> {onnx.name = "averaged"}, tensor<?x4x?xf32> {onnx.name = "largest"},
        tensor<?x6x?xf32> {onnx.name = "convolved"}, tensor<?x4x?xf32> {onnx.name = "filtered"},
        tensor<?x4x3xf32> {onnx.name = "state"}, tensor<?x?x8xf32> {onnx.name = "nibbles"},
        tensor<?x?x8xf32> {onnx.name = "floats"}, tensor<?x4x?xf32> {onnx.name = "spread"},
        tensor<?x4x?xf32> {onnx.name = "few"}, tensor<?x?x8xf32> {onnx.name = "recalled"},
        tensor<?x2x4x4xf32> {onnx.name = "kept"}) {
  %none = onnx.None
  %attended = "onnx.ms.MultiHeadAttention"(%q, %k, %v, %none, %pad, %bias, %past, %past) {num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, none, tensor<?x?xi32>, tensor<?x?x?x?xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>) -> tensor<?x?x8xf32>
  %causal = "onnx.ms.MultiHeadAttention"(%q, %k, %v) {num_heads = 2 : i64, unidirectional = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %grouped = "onnx.ms.GroupQueryAttention"(%q, %k, %v, %past, %past, %lengths, %total, %none, %none, %none, %weight) {num_heads = 2 : i64, kv_num_heads = 2 : i64, num_outputs = 1 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x2x?x4xf32>, tensor<?x2x?x4xf32>, tensor<?xi32>, tensor<1xi32>, none, none, none, tensor<?x?x?x?xf32>) -> tensor<?x?x8xf32>
  %ones = onnx.Constant dense<1.0> : tensor<8xf32>
  %skipped = "onnx.ms.SkipLayerNormalization"(%q, %skip, %ones) {epsilon = 1.0e-5 : f32} : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  %table = onnx.Constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [7.0, 3.0, 0.0, 1.0, 9.0, 2.0, 4.0, 8.0]]> : tensor<2x8xf32>
  %places = onnx.Constant dense<0.5> : tensor<9x8xf32>
  %embedded, %tokens = "onnx.ms.EmbedLayerNormalization"(%ids, %none, %table, %places, %none, %ones, %none, %mask) {num_outputs = 2 : i64, epsilon = 1.0e-5 : f32}
      : (tensor<?x?xi32>, none, tensor<2x8xf32>, tensor<9x8xf32>, none, tensor<8xf32>, none, tensor<?x?xi32>) -> (tensor<?x?x8xf32>, tensor<?xi32>)
  %weights = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<5xf32>
  %loss = "onnx.SoftmaxCrossEntropyLoss"(%scores, %classes, %weights) {ignore_index = -1 : i64} : (tensor<?x5x?xf32>, tensor<?x?xi64>, tensor<5xf32>) -> tensor<f32>
  %losses = "onnx.NegativeLogLikelihoodLoss"(%scores, %classes) {ignore_index = -1 : i64, reduction = "none"} : (tensor<?x5x?xf32>, tensor<?x?xi64>) -> tensor<?x?xf32>
  %averaged = "onnx.AveragePool"(%image) {kernel_shape = array<i64: 3>, strides = array<i64: 2>, pads = array<i64: 1, 1>, ceil_mode = 1 : i64, count_include_pad = 1 : i64}
      : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %largest = "onnx.MaxPool"(%image) {kernel_shape = array<i64: 3>, strides = array<i64: 2>, pads = array<i64: 0, 1>} : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %convolved = "onnx.Conv"(%image, %kernel) {group = 2 : i64, strides = array<i64: 2>, dilations = array<i64: 2>, pads = array<i64: 1, 2>}
      : (tensor<?x4x?xf32>, tensor<6x2x3xf32>) -> tensor<?x6x?xf32>
  %taps = onnx.Constant dense<[[[1.0, 2.0, 3.0, 4.0]], [[0.0, 0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0, 0.0]], [[0.5, 0.5, 0.5, 0.5]]]> : tensor<4x1x4xf32>
  %filtered, %state = "onnx.CausalConvWithState"(%image, %taps) : (tensor<?x4x?xf32>, tensor<4x1x4xf32>) -> (tensor<?x4x?xf32>, tensor<?x4x3xf32>)
  %quarter = onnx.Constant dense<0.25> : tensor<f32>
  %codes = "onnx.QuantizeLinear"(%q, %quarter) {output_dtype = 22 : i64} : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xi4>
  %nibbles = "onnx.DequantizeLinear"(%codes, %quarter) : (tensor<?x?x8xi4>, tensor<f32>) -> tensor<?x?x8xf32>
  %eights = "onnx.QuantizeLinear"(%q, %quarter) {output_dtype = 23 : i64} : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf4E2M1FN>
  %floats = "onnx.DequantizeLinear"(%eights, %quarter) : (tensor<?x?x8xf4E2M1FN>, tensor<f32>) -> tensor<?x?x8xf32>
  // One tap meets pads on both sides; a kernel of 6 does not fit everywhere.
  %tap = onnx.Constant dense<2.0> : tensor<4x1x1xf32>
  %spread = "onnx.Conv"(%image, %tap) {group = 4 : i64, strides = array<i64: 2>, pads = array<i64: 1, 2>}
      : (tensor<?x4x?xf32>, tensor<4x1x1xf32>) -> tensor<?x4x?xf32>
  %few = "onnx.AveragePool"(%image) {kernel_shape = array<i64: 6>, strides = array<i64: 3>, ceil_mode = 1 : i64} : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %recalled, %kept = "onnx.LinearAttention"(%q, %k, %v, %past_state, %decay, %beta) {q_num_heads = 2 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x2x4x4xf32>, tensor<?x?x2xf32>, tensor<?x?x2xf32>) -> (tensor<?x?x8xf32>, tensor<?x2x4x4xf32>)
  return %attended, %causal, %grouped, %skipped, %embedded, %tokens, %loss, %losses, %averaged, %largest, %convolved, %filtered, %state, %nibbles, %floats, %spread, %few, %recalled, %kept
      : tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<?xi32>, tensor<f32>, tensor<?x?xf32>,
        tensor<?x4x?xf32>, tensor<?x4x?xf32>, tensor<?x6x?xf32>, tensor<?x4x?xf32>, tensor<?x4x3xf32>, tensor<?x?x8xf32>, tensor<?x?x8xf32>,
        tensor<?x4x?xf32>, tensor<?x4x?xf32>, tensor<?x?x8xf32>, tensor<?x2x4x4xf32>
}
