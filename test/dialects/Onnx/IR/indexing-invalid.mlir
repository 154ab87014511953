// RUN: bitnet-opt %s --verify-diagnostics --split-input-file

func.func @pad_c1(%x: tensor<4x8xf32>) {
  %p = onnx.Constant dense<0> : tensor<3xi64>
  // expected-error @+2 {{has 3 pads for 2 axes, expected two for each}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p : (tensor<4x8xf32>, tensor<3xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad_c1_negative(%x: tensor<4x8xf32>) {
  %p = onnx.Constant dense<[-3, 0, -2, 0]> : tensor<4xi64>
  // expected-error @+2 {{pads axis 0 of size 4 by -3 and -2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p : (tensor<4x8xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad_c1_twice(%x: tensor<4x8xf32>, %p: tensor<4xi64>) {
  // expected-error @+2 {{pads are given by attribute and by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p {pads = array<i64: 0, 0, 0, 0>} : (tensor<4x8xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad_c1_none(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{has no pads, expected them by attribute or by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x : (tensor<4x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad_c2(%x: tensor<4x8xf32>, %p: tensor<4xi64>) {
  // expected-error @+2 {{`mode` is "mirror", expected "constant", "edge", "reflect" or "wrap"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p {mode = "mirror"} : (tensor<4x8xf32>, tensor<4xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad_c3(%x: tensor<4x8xf32>, %p: tensor<4xi64>, %v: tensor<f16>) {
  // expected-error @+2 {{operand 2 has element type 'f16', expected 'f32' as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p, %v : (tensor<4x8xf32>, tensor<4xi64>, tensor<f16>) -> tensor<?x?xf32>
  return
}

// -----

func.func @pad_c4(%x: tensor<4x8xf32>, %p: tensor<2xi64>) {
  %a = onnx.Constant dense<2> : tensor<1xi64>
  %n = onnx.None
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p, %n, %a : (tensor<4x8xf32>, tensor<2xi64>, none, tensor<1xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @depth_to_space_c1(%x: tensor<1x6x2x2xf32>) {
  // expected-error @+2 {{has 6 channels, expected a multiple of 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.DepthToSpace %x {blocksize = 2 : i64} : (tensor<1x6x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @depth_to_space_c1_block(%x: tensor<1x6x2x2xf32>) {
  // expected-error @+2 {{`blocksize` is 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.DepthToSpace %x {blocksize = 0 : i64} : (tensor<1x6x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @space_to_depth_c1(%x: tensor<1x6x3x2xf32>) {
  // expected-error @+2 {{axis 2 has size 3, expected a multiple of 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.SpaceToDepth %x {blocksize = 2 : i64} : (tensor<1x6x3x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @space_to_depth_c2(%x: tensor<1x6x2x2xf32>) {
  // expected-error @+2 {{`mode` is "RCD", expected "DCR" or "CRD"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.SpaceToDepth %x {blocksize = 2 : i64, mode = "RCD"} : (tensor<1x6x2x2xf32>) -> tensor<?x?x?x?xf32>
  return
}

// -----

func.func @reverse_sequence_c2(%x: tensor<4x8xf32>, %n: tensor<8xi64>) {
  // expected-error @+2 {{has time axis 1 and batch axis 1 of an operand of rank 2, expected 0 and 1 or 1 and 0 of at least 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ReverseSequence %x, %n {time_axis = 1 : i64, batch_axis = 1 : i64} : (tensor<4x8xf32>, tensor<8xi64>) -> tensor<4x8xf32>
  return
}

// -----

func.func @reverse_sequence_c3(%x: tensor<4x8xf32>, %n: tensor<4xi64>) {
  // expected-error @+2 {{lengths have type 'tensor<4xi64>', expected an 'i64' for each entry of axis 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ReverseSequence %x, %n : (tensor<4x8xf32>, tensor<4xi64>) -> tensor<4x8xf32>
  return
}

// -----

func.func @scatter_elements_c2(%x: tensor<4x8xf32>, %i: tensor<4x1xi64>, %u: tensor<4x2xf32>) {
  // expected-error @+2 {{updates have shape 4x2, expected 4x1 as the indices}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ScatterElements %x, %i, %u : (tensor<4x8xf32>, tensor<4x1xi64>, tensor<4x2xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @scatter_elements_c3(%x: tensor<4x8xf32>, %i: tensor<4x1xi8>, %u: tensor<4x1xf32>) {
  // expected-error @+2 {{indices have element type 'i8', expected 'i32' or 'i64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ScatterElements %x, %i, %u : (tensor<4x8xf32>, tensor<4x1xi8>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @scatter_elements_c4(%x: tensor<4x8xf32>, %i: tensor<4x1xi64>, %u: tensor<4x1xf32>) {
  // expected-error @+2 {{`reduction` is "sub", expected "none", "add", "mul", "max" or "min"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ScatterElements %x, %i, %u {reduction = "sub"} : (tensor<4x8xf32>, tensor<4x1xi64>, tensor<4x1xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @tensor_scatter_c1(%x: tensor<2x4x8xf32>, %u: tensor<2x1x7xf32>) {
  // expected-error @+2 {{update has shape 2x1x7, expected 2x?x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.TensorScatter %x, %u : (tensor<2x4x8xf32>, tensor<2x1x7xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @tensor_scatter_c2(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axis is 0, the batch, expected another}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.TensorScatter %x, %x : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @tensor_scatter_c3(%x: tensor<2x4x8xf32>, %i: tensor<3xi64>) {
  // expected-error @+2 {{write indices have type 'tensor<3xi64>', expected an 'i64' for each entry of the batch}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.TensorScatter %x, %x, %i : (tensor<2x4x8xf32>, tensor<2x4x8xf32>, tensor<3xi64>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @tensor_scatter_c4(%x: tensor<2x4x8xf32>) {
  // expected-error @+2 {{`mode` is "ring", expected "linear" or "circular"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.TensorScatter %x, %x {mode = "ring"} : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @compress_c1(%x: tensor<4x8xf32>, %c: tensor<4xi1>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Compress %x, %c {axis = 2 : i64} : (tensor<4x8xf32>, tensor<4xi1>) -> tensor<?x?xf32>
  return
}

// -----

func.func @compress_c2(%x: tensor<4x8xf32>, %c: tensor<5xi1>) {
  // expected-error @+2 {{condition has 5 elements, expected at most 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Compress %x, %c {axis = 0 : i64} : (tensor<4x8xf32>, tensor<5xi1>) -> tensor<?x?xf32>
  return
}

// -----

func.func @unique_c1(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{axis is -3, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:4 = onnx.Unique %x {axis = -3 : i64} : (tensor<4x8xf32>) -> (tensor<?x8xf32>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
  return
}

// -----

func.func @unique_c2(%x: tensor<4xi4>) {
  // expected-error @+2 {{operand has element type 'i4', expected a number or 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:4 = onnx.Unique %x : (tensor<4xi4>) -> (tensor<?xi4>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
  return
}

// -----

func.func @top_k_c1(%x: tensor<4x8xf32>, %k: tensor<i64>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.TopK %x, %k {axis = 2 : i64} : (tensor<4x8xf32>, tensor<i64>) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @top_k_c3(%x: tensor<4x8xf32>) {
  %k = onnx.Constant dense<9> : tensor<1xi64>
  // expected-error @+2 {{takes 9 elements of 8, expected at least 0 and at most all}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.TopK %x, %k : (tensor<4x8xf32>, tensor<1xi64>) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @top_k_c3_none(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{has no number of elements to take, expected one, by attribute or by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.TopK %x : (tensor<4x8xf32>) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// -----

func.func @one_hot_c2(%i: tensor<3xi64>, %d: tensor<i64>, %v: tensor<3xf32>) {
  // expected-error @+2 {{values have type 'tensor<3xf32>', expected off and on}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.OneHot %i, %d, %v : (tensor<3xi64>, tensor<i64>, tensor<3xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @one_hot_c3(%i: tensor<3xi64>, %d: tensor<i64>, %v: tensor<2xf32>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.OneHot %i, %d, %v {axis = 2 : i64} : (tensor<3xi64>, tensor<i64>, tensor<2xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @eye_like_c1(%x: tensor<3xf32>) {
  // expected-error @+2 {{operand has type 'tensor<3xf32>', expected a matrix}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.EyeLike %x : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @eye_like_c1_type(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{`dtype` is 8, expected the number of a type of numbers or bool}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.EyeLike %x {dtype = 8 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @einsum_c1_terms(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{`equation` has 1 terms, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "ij->ij"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @einsum_c1_letters(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{`equation` has 3 letters in term 'ijk' of an operand of rank 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "ij,ijk->ij"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @einsum_c1_signs(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{`equation` has '1', expected letters and at most one '...'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "ij,j1->ij"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @einsum_c2(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{axes of one letter have sizes 4 and 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "ij,ik->jk"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @einsum_c3(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{`equation` has 'l' in its result, expected each letter once and from a term}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "ij,kj->il"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @einsum_c3_twice(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{`equation` has 'i' in its result, expected each letter once and from a term}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "ij,kj->ii"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @einsum_c5(%a: tensor<4x8xf32>, %b: tensor<7x8xf32>) {
  // expected-error @+2 {{`equation` has no '...' in its result, expected one for the 1 axes that its terms' '...' stands for}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a, %b {equation = "...i,ji->j"} : (tensor<4x8xf32>, tensor<7x8xf32>) -> tensor<?xf32>
  return
}

// -----

// It may stand for nothing.
func.func @einsum_c5_no_axes(%a: tensor<8xf32>, %b: tensor<7x8xf32>) -> tensor<7xf32> {
  %0 = onnx.Einsum %a, %b {equation = "...i,ji->j"} : (tensor<8xf32>, tensor<7x8xf32>) -> tensor<7xf32>
  return %0 : tensor<7xf32>
}

// -----

func.func @prelu_c2(%x: tensor<4x8xf32>, %s: tensor<7xf32>) {
  // expected-error @+2 {{slope has shape 7, expected one that broadcasts to 4x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.PRelu %x, %s : (tensor<4x8xf32>, tensor<7xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @clip_c3(%x: tensor<4x8xf32>, %m: tensor<f32>) {
  // expected-error @+2 {{a bound is given by attribute and by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Clip %x, %m {min = 0.0 : f32} : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @cast_c2(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{`round_mode` is "even", expected "up", "down" or "nearest"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Cast %x {to = 24 : i64, round_mode = "even"} : (tensor<4x8xf32>) -> tensor<4x8xf8E8M0FNU>
  return
}

// -----

func.func @cast_float_of_6_bits(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{converts to ONNX type 27, expected the number of a type of numbers or bool}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Cast %x {to = 27 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @bit_cast_c1(%x: tensor<4x8xf32>) {
  // expected-error @+2 {{reads 'f32' as ONNX type 7, expected the number of a type of as many bits}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.BitCast %x {to = 7 : i64} : (tensor<4x8xf32>) -> tensor<4x8xi64>
  return
}

// -----

func.func @dropout_c2(%x: tensor<4x8xf32>, %r: tensor<f32>, %t: tensor<i1>) {
  // expected-error @+2 {{is in training mode, or may be, expected a constant false}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.Dropout %x, %r, %t : (tensor<4x8xf32>, tensor<f32>, tensor<i1>) -> (tensor<4x8xf32>, tensor<4x8xi1>)
  return
}

// -----

func.func @narrow_floats_are_no_numbers(%x: tensor<4xf8E4M3FN>) {
  // expected-error @+2 {{operand has element type 'f8E4M3FN', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Abs %x : (tensor<4xf8E4M3FN>) -> tensor<4xf8E4M3FN>
  return
}

// -----

func.func @narrow_integers_are_no_numbers(%x: tensor<4xui4>) {
  // expected-error @+2 {{operand 0 has element type 'ui4', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Add %x, %x : (tensor<4xui4>, tensor<4xui4>) -> tensor<4xui4>
  return
}

// -----

func.func @center_crop_pad_c1_count(%x: tensor<?x8xf32>, %s: tensor<3xi64>) {
  // expected-error @+2 {{has 3 sizes for 2 axes, expected one for each}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @center_crop_pad_c1_float(%x: tensor<?x8xf32>, %s: tensor<2xf32>) {
  // expected-error @+2 {{shape has type 'tensor<2xf32>', expected a vector of integers}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s : (tensor<?x8xf32>, tensor<2xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @center_crop_pad_c2(%x: tensor<?x8xf32>, %s: tensor<1xi64>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s {axes = array<i64: 2>} : (tensor<?x8xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @center_crop_pad_c2_twice(%x: tensor<?x8xf32>, %s: tensor<2xi64>) {
  // expected-error @+2 {{axis 1 is given twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s {axes = array<i64: 1, -1>} : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @center_crop_pad_c1(%x: tensor<?x8xf32>) {
  %s = onnx.Constant dense<[4, -1]> : tensor<2xi64>
  // expected-error @+2 {{shape has entry -1, expected none below 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @window_c1() {
  %n = onnx.Constant dense<-3> : tensor<i64>
  // expected-error @+2 {{size is -3, expected 0 or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.HannWindow %n : (tensor<i64>) -> tensor<?xf32>
  return
}

// -----

func.func @window_c1_vector(%n: tensor<2xi64>) {
  // expected-error @+2 {{size has type 'tensor<2xi64>', expected one i32 or i64}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.HannWindow %n : (tensor<2xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @window_c2(%n: tensor<i64>) {
  // expected-error @+2 {{`output_datatype` is 9, expected the number of a type of numbers}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.BlackmanWindow %n {output_datatype = 9 : i64} : (tensor<i64>) -> tensor<?xi1>
  return
}

// -----

func.func @window_periodic(%n: tensor<i64>) {
  // expected-error @+2 {{`periodic` is 2, expected 0 or 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.HammingWindow %n {periodic = 2 : i64} : (tensor<i64>) -> tensor<?xf32>
  return
}
