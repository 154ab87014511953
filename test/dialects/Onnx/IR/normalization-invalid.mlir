// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @lp_c3(%x: tensor<?x8xf32>) {
  // expected-error @+2 {{`p` is 3, expected 1 or 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.LpNormalization %x {p = 3 : i64} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mean_variance_c2(%x: tensor<?x8x4xf32>) {
  // expected-error @+2 {{axis is 3, expected one in [-3, 2]}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MeanVarianceNormalization %x : (tensor<?x8x4xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

func.func @instance_c2(%x: tensor<?x8xf32>, %s: tensor<8xf32>) {
  // expected-error @+2 {{operand has type 'tensor<?x8xf32>', expected 3 axes or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.InstanceNormalization %x, %s, %s : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @group_c2(%x: tensor<?x8x4xf32>, %s: tensor<8xf32>) {
  // expected-error @+2 {{normalises 8 channels in 3 groups, expected a multiple}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GroupNormalization %x, %s, %s {num_groups = 3 : i64} : (tensor<?x8x4xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

func.func @group_c3(%x: tensor<?x8x4xf32>, %s: tensor<6xf32>) {
  // expected-error @+2 {{operand 1 has type 'tensor<6xf32>', expected a vector of floats with an element for each of the channels, 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GroupNormalization %x, %s, %s {num_groups = 2 : i64} : (tensor<?x8x4xf32>, tensor<6xf32>, tensor<6xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

// An element for each group is the form of before opset 21, which import
// repeats.
func.func @group_c3_groups(%x: tensor<?x8x4xf32>, %s: tensor<2xf32>) {
  // expected-error @+2 {{operand 1 has type 'tensor<2xf32>', expected a vector of floats with an element for each of the channels, 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GroupNormalization %x, %s, %s {num_groups = 2 : i64} : (tensor<?x8x4xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<?x8x4xf32>
  return
}

// -----

func.func @batch_c3(%x: tensor<?x8xf32>, %s: tensor<8xf32>) {
  // expected-error @+2 {{has 3 results, expected 1 to 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y:3 = onnx.BatchNormalization %x, %s, %s, %s, %s {num_outputs = 3 : i64} : (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> (tensor<?x8xf32>, tensor<8xf32>, tensor<8xf32>)
  return
}

// -----

func.func @qlinear_c1(%x: tensor<4x8xui8>, %w: tensor<8x3xi16>, %s: tensor<f32>, %z: tensor<ui8>, %wz: tensor<i16>) {
  // expected-error @+2 {{operand 3 has element type 'i16', expected 8-bit integers}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.QLinearMatMul %x, %s, %z, %w, %s, %wz, %s, %z : (tensor<4x8xui8>, tensor<f32>, tensor<ui8>, tensor<8x3xi16>, tensor<f32>, tensor<i16>, tensor<f32>, tensor<ui8>) -> tensor<4x3xui8>
  return
}

// -----

func.func @qlinear_c3(%x: tensor<4x8xui8>, %s: tensor<f32>, %rows: tensor<5xf32>, %z: tensor<ui8>) {
  // expected-error @+2 {{operand 1 has type 'tensor<5xf32>', expected one float or one for each row}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.QLinearMatMul %x, %rows, %z, %x, %s, %z, %s, %z : (tensor<4x8xui8>, tensor<5xf32>, tensor<ui8>, tensor<4x8xui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<4x8xui8>
  return
}

// -----

func.func @swiglu_c1(%a: tensor<4x8xf32>, %b: tensor<1x8xf32>) {
  // expected-error @+2 {{operands have types 'tensor<4x8xf32>' and 'tensor<1x8xf32>', expected one shape}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.SwiGLU %a, %b : (tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @attention_mask(%q: tensor<2x3x4x8xf32>, %m: tensor<4x7xf32>) {
  // expected-error @+2 {{mask has type 'tensor<4x7xf32>', expected one that broadcasts to scores of 2x3x4x4}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Attention %q, %q, %q, %m : (tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, tensor<4x7xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @attention_agreement(%q: tensor<2x3x4x8xf32>, %k: tensor<1x3x4x8xf32>) {
  // expected-error @+2 {{query, key and value have types 'tensor<2x3x4x8xf32>', 'tensor<1x3x4x8xf32>' and 'tensor<2x3x4x8xf32>', expected them to agree}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Attention %q, %k, %q : (tensor<2x3x4x8xf32>, tensor<1x3x4x8xf32>, tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @attention_past(%q: tensor<2x3x4x8xf32>, %p: tensor<2x3x5x16xf32>) {
  %none = onnx.None
  // expected-error @+2 {{operand 4 has type 'tensor<2x3x5x16xf32>', expected a past of 2x3x4x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Attention %q, %q, %q, %none, %p, %p : (tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, none, tensor<2x3x5x16xf32>, tensor<2x3x5x16xf32>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @attention_lengths(%q: tensor<2x3x4x8xf32>, %n: tensor<3xi64>) {
  %none = onnx.None
  // expected-error @+2 {{lengths of keys have type 'tensor<3xi64>', expected i64 of [2]}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Attention %q, %q, %q, %none, %none, %none, %n : (tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, none, none, none, tensor<3xi64>) -> tensor<2x3x4x8xf32>
  return
}

// -----

func.func @attention_mode(%q: tensor<2x3x4x8xf32>) {
  // expected-error @+2 {{`qk_matmul_output_mode` is 4, expected 0 to 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Attention %q, %q, %q {qk_matmul_output_mode = 4 : i64} : (tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>, tensor<2x3x4x8xf32>) -> tensor<2x3x4x8xf32>
  return
}
