// Heads whose logits are of the last position only, or scaled or rounded, are heads like others.
// RUN: bitnet-opt %s --split-input-file --transformer-pack-rows="target=x86-avx2 head=i8" | FileCheck %s --check-prefix=I8
// RUN: bitnet-opt %s --split-input-file --verify-diagnostics --transformer-pack-rows="target=x86-avx2 head=exact" | FileCheck %s --check-prefix=EXACT

// Chosen behind the head.
// I8-LABEL: func.func @main
//       I8:   %[[Y:.*]] = transformer.quantized_linear
//       I8:   onnx.Gather %[[Y]]
// EXACT-LABEL: func.func @main
//       EXACT:   %[[Y:.*]] = transformer.screened_linear
//       EXACT:   onnx.Gather %[[Y]]
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %last = onnx.Constant dense<-1> : tensor<i64>
  %x = transformer.last_positions %e : tensor<?x?x40xf32>
  %y = transformer.linear %x, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  %z = onnx.Gather %y, %last {axis = 1 : i64} : (tensor<?x?x37xf32>, tensor<i64>) -> tensor<?x37xf32>
  return %z : tensor<?x37xf32>
}

// -----

// Chosen before the norm and the head.
// I8-LABEL: func.func @main
//       I8:   transformer.quantized_linear
// EXACT-LABEL: func.func @main
//       EXACT:   transformer.screened_linear
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %first = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %s = onnx.Slice %e, %first, %end, %axis : (tensor<?x?x40xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x40xf32>
  %x = transformer.rms_norm %s {eps = 1.0e-5 : f32} : (tensor<?x?x40xf32>) -> tensor<?x?x40xf32>
  %y = transformer.linear %x, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  return %y : tensor<?x?x37xf32>
}

// -----

// Rounded: other codes will do, but the largest numbers in f32 need not be the largest ones in f16.
// I8-LABEL: func.func @main
//       I8:   %[[Y:.*]] = transformer.quantized_linear
//       I8:   onnx.Cast %[[Y]]
rt.global @w : tensor<37x40xf16> = [dense<1.0> : tensor<37x40xf16>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x?x37xf16> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf16>
  %x = transformer.last_positions %e : tensor<?x?x40xf32>
  // expected-error @+1 {{but onnx.Cast changes or reads them}}
  %y = transformer.linear %x, %w : (tensor<?x?x40xf32>, tensor<37x40xf16>) -> tensor<?x?x37xf32>
  %z = onnx.Cast %y {to = 10 : i64} : (tensor<?x?x37xf32>) -> tensor<?x?x37xf16>
  return %z : tensor<?x?x37xf16>
}

// -----

// Capped.
// I8-LABEL: func.func @main
//       I8:   %[[Y:.*]] = transformer.quantized_linear
//       I8:   onnx.Div %[[Y]]
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %cap = onnx.Constant dense<30.0> : tensor<f32>
  %x = transformer.last_positions %e : tensor<?x?x40xf32>
  // expected-error @+1 {{but onnx.Div changes or reads them}}
  %y = transformer.linear %x, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  %d = onnx.Div %y, %cap : (tensor<?x?x37xf32>, tensor<f32>) -> tensor<?x?x37xf32>
  %t = onnx.Tanh %d : (tensor<?x?x37xf32>) -> tensor<?x?x37xf32>
  %z = onnx.Mul %t, %cap : (tensor<?x?x37xf32>, tensor<f32>) -> tensor<?x?x37xf32>
  return %z : tensor<?x?x37xf32>
}

// -----

// A slice of other positions, and all of them.
// I8-LABEL: func.func @main
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %first = onnx.Constant dense<1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %x = onnx.Slice %e, %first, %end, %first : (tensor<?x?x40xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x40xf32>
  // expected-error @+1 {{but it gets all positions}}
  %y = transformer.linear %x, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  return %y : tensor<?x?x37xf32>
}

// -----

// The last text, and all of its positions.
// I8-LABEL: func.func @main
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %s = onnx.Gather %e, %last {axis = 0 : i64} : (tensor<?x?x40xf32>, tensor<1xi64>) -> tensor<1x?x40xf32>
  %f = onnx.Identity %s : (tensor<1x?x40xf32>) -> tensor<?x?x40xf32>
  // expected-error @+1 {{but it gets all positions}}
  %y = transformer.linear %f, %w : (tensor<?x?x40xf32>, tensor<37x40xf32>) -> tensor<?x?x37xf32>
  return %y : tensor<?x?x37xf32>
}

// -----

// All positions, one behind the other.
// I8-LABEL: func.func @main
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %rows = onnx.Constant dense<[-1, 40]> : tensor<2xi64>
  %x = onnx.Reshape %e, %rows : (tensor<?x?x40xf32>, tensor<2xi64>) -> tensor<?x40xf32>
  // expected-error @+1 {{but it gets all positions}}
  %y = transformer.linear %x, %w : (tensor<?x40xf32>, tensor<37x40xf32>) -> tensor<?x37xf32>
  return %y : tensor<?x37xf32>
}

// -----

// The last positions, one behind the other.
// EXACT-LABEL: func.func @main
//       EXACT:   transformer.screened_linear
rt.global @w : tensor<37x40xf32> = [dense<1.0> : tensor<37x40xf32>]
func.func @main(%e: tensor<?x?x40xf32>) -> (tensor<?x37xf32> {bitnet.role = "logits"}) {
  %w = rt.get_global @w : tensor<37x40xf32>
  %rows = onnx.Constant dense<[-1, 40]> : tensor<2xi64>
  %l = transformer.last_positions %e : tensor<?x?x40xf32>
  %x = onnx.Reshape %l, %rows : (tensor<?x?x40xf32>, tensor<2xi64>) -> tensor<?x40xf32>
  %y = transformer.linear %x, %w : (tensor<?x40xf32>, tensor<37x40xf32>) -> tensor<?x37xf32>
  return %y : tensor<?x37xf32>
}
