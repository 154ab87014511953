// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @resize_c1_neither(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  // expected-error @+2 {{has neither scales nor sizes, expected one of them}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x : (tensor<?x8x16xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_empty(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<> : tensor<0xf32>
  // expected-error @+2 {{has neither scales nor sizes, expected one of them}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<0xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_both(%x: tensor<?x8x16xf32>, %n: tensor<3xi64>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{has both scales and sizes, expected one of them}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s, %n : (tensor<?x8x16xf32>, none, tensor<3xf32>, tensor<3xi64>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_length(%x: tensor<?x8x16xf32>, %s: tensor<2xf32>) {
  %none = onnx.None
  // expected-error @+2 {{scales have type 'tensor<2xf32>', expected 3 elements of 'f32'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<2xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @resize_c1_type(%x: tensor<?x8x16xf32>, %s: tensor<3xi32>) {
  %none = onnx.None
  // expected-error @+2 {{sizes have type 'tensor<3xi32>', expected 3 elements of 'i64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %none, %s : (tensor<?x8x16xf32>, none, none, tensor<3xi32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @resize_c1_zero(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 0.0]> : tensor<3xf32>
  // expected-error-re @+2 {{axis 2 has scale {{.*}}, expected a finite one above 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_negative(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, -2.0]> : tensor<3xf32>
  // expected-error-re @+2 {{axis 2 has scale {{.*}}, expected a finite one above 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_nan(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 0x7FC00000]> : tensor<3xf32>
  // expected-error-re @+2 {{axis 2 has scale {{.*}}, expected a finite one above 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_infinite(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 0x7F800000]> : tensor<3xf32>
  // expected-error-re @+2 {{axis 2 has scale {{.*}}, expected a finite one above 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_huge(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 1.0e30]> : tensor<3xf32>
  // expected-error-re @+2 {{axis 2 of size 16 has scale {{.*}}, which is too much}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c1_below(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1, 8, -1]> : tensor<3xi64>
  // expected-error @+2 {{axis 2 gets size -1, expected 0 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %none, %s : (tensor<?x8x16xf32>, none, none, tensor<3xi64>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c2(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{axis is 3, expected one in [-3, 2]}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {axes = array<i64: 0, 1, 3>} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c2_twice(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{axis 2 is given twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {axes = array<i64: 0, 2, -1>} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c3(%x: tensor<?x8x16xi1>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{operand has element type 'i1', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {mode = "linear"} : (tensor<?x8x16xi1>, none, tensor<3xf32>) -> tensor<?x8x32xi1>
  return
}

// -----

func.func @resize_c3_narrow(%x: tensor<?x8x16xi4>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{operand has element type 'i4', expected a number or 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s : (tensor<?x8x16xi4>, none, tensor<3xf32>) -> tensor<?x8x32xi4>
  return
}

// -----

func.func @resize_c3_antialias(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{has `antialias` in mode "nearest", expected mode "linear" or "cubic"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {antialias = 1 : i64} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c4(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{`coordinate_transformation_mode` is "middle", expected "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn" or "tf_crop_and_resize"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {coordinate_transformation_mode = "middle"} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c4_part(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{crops to no part of the operand, expected operand 1 to be one}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {coordinate_transformation_mode = "tf_crop_and_resize"} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c4_ends(%x: tensor<?x8x16xf32>, %part: tensor<4xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{ends of the part have type 'tensor<4xf32>', expected 6 elements of floats}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %part, %s {coordinate_transformation_mode = "tf_crop_and_resize"} : (tensor<?x8x16xf32>, tensor<4xf32>, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c5(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{`nearest_mode` is "round", expected "round_prefer_floor", "round_prefer_ceil", "floor" or "ceil"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {nearest_mode = "round"} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @resize_c5_policy(%x: tensor<?x8x16xf32>) {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  // expected-error @+2 {{`keep_aspect_ratio_policy` is "larger", expected "stretch", "not_larger" or "not_smaller"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Resize %x, %none, %s {keep_aspect_ratio_policy = "larger"} : (tensor<?x8x16xf32>, none, tensor<3xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @upsample_c1(%x: tensor<?x8x16xf32>) {
  // expected-error @+2 {{has no vector of scales, expected one, by attribute or by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Upsample %x : (tensor<?x8x16xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @upsample_c1_length(%x: tensor<?x8x16xf32>) {
  // expected-error @+2 {{has 1 scales for 'tensor<?x8x16xf32>', expected one for each axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Upsample %x {scales = array<f32: 2.0>} : (tensor<?x8x16xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @upsample_c1_below(%x: tensor<?x8x16xf32>) {
  // expected-error-re @+2 {{axis 2 has scale {{.*}}, expected a finite one of 1 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Upsample %x {scales = array<f32: 1.0, 1.0, 0.5>} : (tensor<?x8x16xf32>) -> tensor<?x8x8xf32>
  return
}

// -----

func.func @upsample_c2(%x: tensor<?x8x16xf32>) {
  // expected-error @+2 {{`mode` is "cubic", expected "nearest" or "linear"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Upsample %x {mode = "cubic", scales = array<f32: 1.0, 1.0, 2.0>} : (tensor<?x8x16xf32>) -> tensor<?x8x32xf32>
  return
}

// -----

func.func @grid_sample_c1(%x: tensor<2x8x?x?xf32>, %grid: tensor<2x4x5x3xf32>) {
  // expected-error @+2 {{samples 'tensor<2x8x?x?xf32>' at 'tensor<2x4x5x3xf32>', expected 3 axes or more, as many of both, one batch and a place for each spatial axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GridSample %x, %grid : (tensor<2x8x?x?xf32>, tensor<2x4x5x3xf32>) -> tensor<2x8x4x5xf32>
  return
}

// -----

func.func @grid_sample_c1_batch(%x: tensor<2x8x?x?xf32>, %grid: tensor<3x4x5x2xf32>) {
  // expected-error @+2 {{samples 'tensor<2x8x?x?xf32>' at 'tensor<3x4x5x2xf32>', expected}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GridSample %x, %grid : (tensor<2x8x?x?xf32>, tensor<3x4x5x2xf32>) -> tensor<2x8x4x5xf32>
  return
}

// -----

func.func @grid_sample_c1_flat(%x: tensor<2x8xf32>, %grid: tensor<2x0xf32>) {
  // expected-error @+2 {{samples 'tensor<2x8xf32>' at 'tensor<2x0xf32>', expected 3 axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GridSample %x, %grid : (tensor<2x8xf32>, tensor<2x0xf32>) -> tensor<2x8xf32>
  return
}

// -----

func.func @grid_sample_c1_type(%x: tensor<2x8x?x?xf32>, %grid: tensor<2x4x5x2xi32>) {
  // expected-error @+2 {{grid has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GridSample %x, %grid : (tensor<2x8x?x?xf32>, tensor<2x4x5x2xi32>) -> tensor<2x8x4x5xf32>
  return
}

// -----

func.func @grid_sample_c2(%x: tensor<2x8x?x?xi32>, %grid: tensor<2x4x5x2xf32>) {
  // expected-error @+2 {{operand has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GridSample %x, %grid : (tensor<2x8x?x?xi32>, tensor<2x4x5x2xf32>) -> tensor<2x8x4x5xi32>
  return
}

// -----

func.func @grid_sample_c3(%x: tensor<2x8x?x?xf32>, %grid: tensor<2x4x5x2xf32>) {
  // expected-error @+2 {{`padding_mode` is "wrap", expected "zeros", "border" or "reflection"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GridSample %x, %grid {padding_mode = "wrap"} : (tensor<2x8x?x?xf32>, tensor<2x4x5x2xf32>) -> tensor<2x8x4x5xf32>
  return
}

// -----

func.func @affine_grid_c1(%t: tensor<2x2x3xf32>, %n: tensor<3xi64>) {
  // expected-error @+2 {{size has type 'tensor<3xi64>', expected 4 or 5 elements of 'i64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.AffineGrid %t, %n : (tensor<2x2x3xf32>, tensor<3xi64>) -> tensor<2x?x1xf32>
  return
}

// -----

func.func @affine_grid_c1_matrix(%t: tensor<2x2x2xf32>, %n: tensor<4xi64>) {
  // expected-error @+2 {{operand has type 'tensor<2x2x2xf32>', expected ?x2x3}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.AffineGrid %t, %n : (tensor<2x2x2xf32>, tensor<4xi64>) -> tensor<2x?x?x2xf32>
  return
}

// -----

func.func @conv_transpose_c1(%x: tensor<?x4x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{convolves 'tensor<?x4x?xf32>' with 'tensor<4x2x3xf32>' in 3 groups, expected channels to agree and a kernel of sizes known and positive}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w {group = 3 : i64} : (tensor<?x4x?xf32>, tensor<4x2x3xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c1_kernel(%x: tensor<?x4x?xf32>, %w: tensor<4x2x0xf32>) {
  // expected-error @+2 {{expected channels to agree and a kernel of sizes known and positive}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w : (tensor<?x4x?xf32>, tensor<4x2x0xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c1_dynamic(%x: tensor<?x4x?xf32>, %w: tensor<4x2x?xf32>) {
  // expected-error @+2 {{expected channels to agree and a kernel of sizes known and positive}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w : (tensor<?x4x?xf32>, tensor<4x2x?xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c2(%x: tensor<?x4x?xf32>, %w: tensor<4x2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{bias has type 'tensor<2xf32>', expected 4 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w, %b {group = 2 : i64} : (tensor<?x4x?xf32>, tensor<4x2x3xf32>, tensor<2xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c3(%x: tensor<?x4x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{`strides` holds 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w {strides = array<i64: 0>} : (tensor<?x4x?xf32>, tensor<4x2x3xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c3_padding(%x: tensor<?x4x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{`output_padding` has 2 numbers, expected 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w {output_padding = array<i64: 1, 1>} : (tensor<?x4x?xf32>, tensor<4x2x3xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c3_negative(%x: tensor<?x4x2xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{makes an axis of size -2 of 2, expected 0 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w {pads = array<i64: 3, 3>} : (tensor<?x4x2xf32>, tensor<4x2x3xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @conv_transpose_c4(%x: tensor<?x4x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{`auto_pad` is "SAME", expected "NOTSET", "VALID", "SAME_UPPER" or "SAME_LOWER"}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvTranspose %x, %w {auto_pad = "SAME"} : (tensor<?x4x?xf32>, tensor<4x2x3xf32>) -> tensor<?x?x?xf32>
  return
}

// -----

func.func @col2im_c1(%x: tensor<?x10x5x1xf32>) {
  %i = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  %b = onnx.Constant dense<[1, 5]> : tensor<2xi64>
  // expected-error @+2 {{puts 'tensor<?x10x5x1xf32>' of blocks 'tensor<2xi64>' into 'tensor<2xi64>', expected three axes and as many 'i64' of both}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Col2Im %x, %i, %b : (tensor<?x10x5x1xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @col2im_c1_ranks(%x: tensor<?x10x5xf32>) {
  %i = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  %b = onnx.Constant dense<[5]> : tensor<1xi64>
  // expected-error @+2 {{of blocks 'tensor<1xi64>' into 'tensor<2xi64>', expected three axes and as many 'i64' of both}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Col2Im %x, %i, %b : (tensor<?x10x5xf32>, tensor<2xi64>, tensor<1xi64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @col2im_c1_channels(%x: tensor<?x9x5xf32>) {
  %i = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  %b = onnx.Constant dense<[1, 5]> : tensor<2xi64>
  // expected-error @+2 {{has 9 channels, expected a multiple of 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Col2Im %x, %i, %b : (tensor<?x9x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @col2im_c1_block(%x: tensor<?x10x5xf32>) {
  %i = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  %b = onnx.Constant dense<[0, 5]> : tensor<2xi64>
  // expected-error @+2 {{has a block of size 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Col2Im %x, %i, %b : (tensor<?x10x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @col2im_c1_image(%x: tensor<?x10x5xf32>) {
  %i = onnx.Constant dense<[5, -5]> : tensor<2xi64>
  %b = onnx.Constant dense<[1, 5]> : tensor<2xi64>
  // expected-error @+2 {{has an image of size -5, expected 0 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Col2Im %x, %i, %b : (tensor<?x10x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @col2im_c2(%x: tensor<?x10x5xf32>) {
  %i = onnx.Constant dense<[5, 5]> : tensor<2xi64>
  %b = onnx.Constant dense<[1, 5]> : tensor<2xi64>
  // expected-error @+2 {{`dilations` holds 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Col2Im %x, %i, %b {dilations = array<i64: 0, 1>} : (tensor<?x10x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @max_unpool_c1(%x: tensor<?x8x4xf32>, %i: tensor<?x8x5xi64>) {
  // expected-error @+2 {{indices have type 'tensor<?x8x5xi64>', expected an 'i64' for each element of 'tensor<?x8x4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxUnpool %x, %i {kernel_shape = array<i64: 2>} : (tensor<?x8x4xf32>, tensor<?x8x5xi64>) -> tensor<?x8x5xf32>
  return
}

// -----

func.func @max_unpool_c2(%x: tensor<?x8x4xf32>, %i: tensor<?x8x4xi64>) {
  // expected-error @+2 {{moves a window of 2x2 along 'tensor<?x8x4xf32>', expected 3 axes or more, two more than the window's}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxUnpool %x, %i {kernel_shape = array<i64: 2, 2>} : (tensor<?x8x4xf32>, tensor<?x8x4xi64>) -> tensor<?x8x5xf32>
  return
}

// -----

func.func @max_unpool_c2_negative(%x: tensor<?x8x1xf32>, %i: tensor<?x8x1xi64>) {
  // expected-error @+2 {{makes an axis of size -1, expected 0 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxUnpool %x, %i {kernel_shape = array<i64: 2>, pads = array<i64: 2, 1>} : (tensor<?x8x1xf32>, tensor<?x8x1xi64>) -> tensor<?x8x?xf32>
  return
}

// -----

func.func @max_unpool_c3(%x: tensor<?x8x4xf32>, %i: tensor<?x8x4xi64>) {
  %n = onnx.Constant dense<[1, 8, 4]> : tensor<3xi64>
  // expected-error @+2 {{has an axis of size 4, expected 5 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxUnpool %x, %i, %n {kernel_shape = array<i64: 2>} : (tensor<?x8x4xf32>, tensor<?x8x4xi64>, tensor<3xi64>) -> tensor<1x8x?xf32>
  return
}

// -----

func.func @lrn_c1(%x: tensor<?xf32>) {
  // expected-error @+2 {{operand has type 'tensor<?xf32>', expected 2 axes or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.LRN %x {size = 3 : i64} : (tensor<?xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @lrn_c2(%x: tensor<?x8x?xf32>) {
  // expected-error @+2 {{`size` is 0, expected 1 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.LRN %x {size = 0 : i64} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
  return
}
