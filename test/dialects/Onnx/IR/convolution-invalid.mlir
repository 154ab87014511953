// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @conv_c1(%x: tensor<?x6x?xf32>, %w: tensor<4x2x3xf32>) {
  // expected-error @+2 {{convolves 'tensor<?x6x?xf32>' with 'tensor<4x2x3xf32>' in 2 groups, expected channels to agree}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w {group = 2 : i64} : (tensor<?x6x?xf32>, tensor<4x2x3xf32>) -> tensor<?x4x?xf32>
  return
}

// -----

func.func @conv_c1_empty(%x: tensor<?x2x?xf32>, %w: tensor<0x2x3xf32>) {
  // expected-error @+2 {{convolves 'tensor<?x2x?xf32>' with 'tensor<0x2x3xf32>' in 1 groups, expected channels to agree}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w : (tensor<?x2x?xf32>, tensor<0x2x3xf32>) -> tensor<?x0x?xf32>
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
  // expected-error @+2 {{moves a window of 5 along an axis of 4, expected at most 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.Conv %x, %w {dilations = array<i64: 2>} : (tensor<?x2x4xf32>, tensor<4x2x3xf32>) -> tensor<?x4x?xf32>
  return
}

// -----

func.func @conv_integer_c1(%x: tensor<?x2x?xui8>, %w: tensor<4x2x3xi8>, %z: tensor<3xi8>) {
  %none = onnx.None
  // expected-error @+2 {{zero point has type 'tensor<3xi8>', expected 'i8', one or 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.ConvInteger %x, %w, %none, %z : (tensor<?x2x?xui8>, tensor<4x2x3xi8>, none, tensor<3xi8>) -> tensor<?x4x?xi32>
  return
}

// -----

func.func @pool_c1(%x: tensor<?x2x?xf32>) {
  // expected-error @+2 {{moves a window of 2x2 along 'tensor<?x2x?xf32>', expected 3 axes or more, two more than the window's}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>} : (tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  return
}

// -----

func.func @pool_c1_kernel(%x: tensor<?x2x?xf32>) {
  // expected-error @+2 {{with a kernel of 0, expected sizes known and positive}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxPool %x {kernel_shape = array<i64: 0>} : (tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  return
}

// -----

func.func @max_pool_places(%x: tensor<?x2x?xf32>) {
  // expected-error @+2 {{has 2 results, expected 1 to 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.MaxPool %x {kernel_shape = array<i64: 2>, num_outputs = 2 : i64} : (tensor<?x2x?xf32>) -> tensor<?x2x?xf32>
  return
}

// -----

func.func @global_pool_c1(%x: tensor<?x2xf32>) {
  // expected-error @+2 {{operand has type 'tensor<?x2xf32>', expected 3 axes or more}}
  // expected-error @+1 {{failed to infer returned types}}
  %y = onnx.GlobalAveragePool %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return
}
