func.func @main(
    %image: tensor<?x?x?x?xf32> {onnx.name = "image"},
    %half: tensor<?x4x?xf16> {onnx.name = "half"},
    %bytes: tensor<?x?xui8> {onnx.name = "bytes"},
    %sizes: tensor<4xi64> {onnx.name = "sizes"},
    %scales: tensor<2xf32> {onnx.name = "scales"},
    %roi: tensor<4xf32> {onnx.name = "roi"},
    %grid: tensor<?x?x?x2xf32> {onnx.name = "grid"},
    %theta: tensor<?x?x?xf32> {onnx.name = "theta"},
    %line: tensor<?x4x?xf32> {onnx.name = "line"},
    %columns: tensor<?x?x?xf32> {onnx.name = "columns"},
    %shape: tensor<2xi64> {onnx.name = "shape"},
    %block: tensor<2xi64> {onnx.name = "block"})
    -> (tensor<?x?x?x?xf32> {onnx.name = "nearest"}, tensor<?x?x?x?xf32> {onnx.name = "linear"},
        tensor<?x?x?x?xf32> {onnx.name = "cubic"}, tensor<?x?x?x?xf32> {onnx.name = "smooth"},
        tensor<?x?x?x?xf32> {onnx.name = "sharp"}, tensor<?x?x?x?xf32> {onnx.name = "cropped"},
        tensor<?x?x?x?xf32> {onnx.name = "fitted"}, tensor<?x?xui8> {onnx.name = "rounded"},
        tensor<?x4x?xf16> {onnx.name = "doubled"}, tensor<?x?x?x?xf32> {onnx.name = "zeros"},
        tensor<?x?x?x?xf32> {onnx.name = "border"}, tensor<?x?x?x?xf32> {onnx.name = "mirror"},
        tensor<?x?x?x?xf32> {onnx.name = "nearby"},
        tensor<?x?x?x2xf32> {onnx.name = "places"}, tensor<?x6x?xf32> {onnx.name = "transposed"},
        tensor<?x2x11xf32> {onnx.name = "shaped"}, tensor<?x?x?x?xf32> {onnx.name = "summed"}) {
  %none = onnx.None
  %nearest = onnx.Resize %image, %none, %none, %sizes {coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"}
      : (tensor<?x?x?x?xf32>, none, none, tensor<4xi64>) -> tensor<?x?x?x?xf32>
  %linear = onnx.Resize %image, %none, %scales {mode = "linear", axes = array<i64: 2, 3>}
      : (tensor<?x?x?x?xf32>, none, tensor<2xf32>) -> tensor<?x?x?x?xf32>
  %cubic = onnx.Resize %image, %none, %scales {mode = "cubic", axes = array<i64: -1, 2>, exclude_outside = 1 : i64, cubic_coeff_a = -0.5 : f32}
      : (tensor<?x?x?x?xf32>, none, tensor<2xf32>) -> tensor<?x?x?x?xf32>
  %smooth = onnx.Resize %image, %none, %none, %sizes {mode = "linear", antialias = 1 : i64}
      : (tensor<?x?x?x?xf32>, none, none, tensor<4xi64>) -> tensor<?x?x?x?xf32>
  %sharp = onnx.Resize %image, %none, %scales {mode = "cubic", antialias = 1 : i64, axes = array<i64: 2, 3>, coordinate_transformation_mode = "align_corners"}
      : (tensor<?x?x?x?xf32>, none, tensor<2xf32>) -> tensor<?x?x?x?xf32>
  %cropped = onnx.Resize %image, %roi, %scales {mode = "linear", axes = array<i64: 2, 3>, coordinate_transformation_mode = "tf_crop_and_resize", extrapolation_value = 7.0 : f32}
      : (tensor<?x?x?x?xf32>, tensor<4xf32>, tensor<2xf32>) -> tensor<?x?x?x?xf32>
  %fitted = onnx.Resize %image, %none, %none, %shape {axes = array<i64: 2, 3>, keep_aspect_ratio_policy = "not_larger"}
      : (tensor<?x?x?x?xf32>, none, none, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  %rounded = onnx.Resize %bytes, %none, %scales {mode = "cubic", coordinate_transformation_mode = "half_pixel_symmetric"}
      : (tensor<?x?xui8>, none, tensor<2xf32>) -> tensor<?x?xui8>
  %doubled = onnx.Upsample %half {mode = "linear", scales = array<f32: 1.0, 1.0, 2.0>} : (tensor<?x4x?xf16>) -> tensor<?x4x?xf16>
  %zeros = onnx.GridSample %image, %grid : (tensor<?x?x?x?xf32>, tensor<?x?x?x2xf32>) -> tensor<?x?x?x?xf32>
  %border = onnx.GridSample %image, %grid {mode = "nearest", padding_mode = "border"} : (tensor<?x?x?x?xf32>, tensor<?x?x?x2xf32>) -> tensor<?x?x?x?xf32>
  %mirror = onnx.GridSample %image, %grid {mode = "cubic", padding_mode = "reflection", align_corners = 1 : i64} : (tensor<?x?x?x?xf32>, tensor<?x?x?x2xf32>) -> tensor<?x?x?x?xf32>
  %nearby = onnx.GridSample %image, %grid {mode = "bicubic", padding_mode = "border"} : (tensor<?x?x?x?xf32>, tensor<?x?x?x2xf32>) -> tensor<?x?x?x?xf32>
  %places = onnx.AffineGrid %theta, %sizes {align_corners = 1 : i64} : (tensor<?x?x?xf32>, tensor<4xi64>) -> tensor<?x?x?x2xf32>
  %kernels = onnx.Constant dense<[[[1.0, 2.0, 3.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.5]], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [2.0, 1.0, 0.0]],
                                  [[1.0, 1.0, 1.0], [0.0, 1.0, 2.0], [3.0, 0.0, 1.0]], [[0.0, 2.0, 0.0], [1.0, 2.0, 1.0], [1.0, 0.0, 1.0]]]> : tensor<4x3x3xf32>
  %bias = onnx.Constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<6xf32>
  %transposed = onnx.ConvTranspose %line, %kernels, %bias {group = 2 : i64, strides = array<i64: 3>, dilations = array<i64: 2>, pads = array<i64: 2, 1>, output_padding = array<i64: 2>}
      : (tensor<?x4x?xf32>, tensor<4x3x3xf32>, tensor<6xf32>) -> tensor<?x6x?xf32>
  %pair = onnx.Constant dense<[[[1.0, 2.0]], [[3.0, 1.0]], [[1.0, 1.0]], [[2.0, 0.5]]]> : tensor<4x1x2xf32>
  %shaped = onnx.ConvTranspose %line, %pair {group = 2 : i64, strides = array<i64: 2>, output_shape = array<i64: 11>}
      : (tensor<?x4x?xf32>, tensor<4x1x2xf32>) -> tensor<?x2x11xf32>
  %summed = onnx.Col2Im %columns, %shape, %block {strides = array<i64: 1, 2>, dilations = array<i64: 2, 1>, pads = array<i64: 1, 0, 0, 1>}
      : (tensor<?x?x?xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  return %nearest, %linear, %cubic, %smooth, %sharp, %cropped, %fitted, %rounded, %doubled, %zeros, %border, %mirror, %nearby, %places, %transposed, %shaped, %summed
      : tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>,
        tensor<?x?xui8>, tensor<?x4x?xf16>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x?xf32>, tensor<?x?x?x2xf32>, tensor<?x6x?xf32>,
        tensor<?x2x11xf32>, tensor<?x?x?x?xf32>
}
