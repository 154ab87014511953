// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @conv_c1(%x: tensor<?x6x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{convolves 'tensor<?x6x?xf32>' with 'tensor<4x2x3xf32>' in 2 groups, expected channels to agree}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w {group = 2 : i64} : (tensor<?x6x?xf32>, tensor<4x2x3xf32>) -> tensor<?x4x?xf32>
  return
}

// -----

func.func @conv_c3(%x: tensor<?x2x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{`strides` holds 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w {strides = array<i64: 0>} : (tensor<?x2x?xf32>, tensor<4x2x3xf32>) -> tensor<?x4x?xf32>
  return
}

// -----

func.func @conv_c4(%x: tensor<?x2x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{pads an axis of unknown size by `auto_pad`, expected `pads` or a stride of 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w {auto_pad = "SAME_UPPER", strides = array<i64: 2>} : (tensor<?x2x?xf32>, tensor<4x2x3xf32>) -> tensor<?x4x?xf32>
  return
}

// -----

func.func @conv_too_short(%x: tensor<?x2x4xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{convolves an axis of 4 with a kernel of 5, expected at most 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w {dilations = array<i64: 2>} : (tensor<?x2x4xf32>, tensor<4x2x3xf32>) -> tensor<?x4x?xf32>
  return
}
