// RUN: bitnet-opt %s --ternary-to-dense=type=f16 --split-input-file --verify-diagnostics | FileCheck %s
// RUN: not bitnet-opt %s --ternary-to-dense=type=f8 --split-input-file 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: error: type is 'f8', expected f32, f16 or bf16

// The trits and their scales go into a global of their own; the quantiser goes.
// CHECK: rt.global @w_dense : tensor<2x4xf16> = [dense<[36, 24]> : tensor<2xi8>] scales [dense<5.000000e-01> : tensor<1xf32>]
//   CHECK-NOT: rt.global @w :
// CHECK-LABEL: func @scale_divides
//  CHECK-SAME:   %[[X:.+]]: tensor<?x4xf32>
//       CHECK:   %[[W:.+]] = rt.get_global @w_dense : tensor<2x4xf16>
//       CHECK:   transformer.linear %[[X]], %[[W]]
//   CHECK-NOT:   ternary
rt.global @w : tensor<2x4x!ternary.trit> = [dense<[36, 24]> : tensor<2xi8>]
func.func @scale_divides(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = rt.get_global @w : tensor<2x4x!ternary.trit>
  %ws = arith.constant dense<2.0> : tensor<1xf32>
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32}
      : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_div>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// CHECK-LABEL: rt.global @ternary_dense : tensor<2x4xf16> = [dense<36> : tensor<2xi8>] scales
// CHECK-LABEL: func @constant_trits
//       CHECK:   %[[W:.+]] = rt.get_global @ternary_dense : tensor<2x4xf16>
//       CHECK:   transformer.linear %{{.+}}, %[[W]]
//   CHECK-NOT:   ternary.constant
func.func @constant_trits(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = ternary.constant dense<36> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  %ws = arith.constant dense<2.0> : tensor<1xf32>
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32}
      : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// The graph applies the scale to sums of codes: the dense layer has them, too.
// CHECK-LABEL: func @scales_elsewhere
//       CHECK:   %[[Q:.+]]:2 = ternary.quantize
//       CHECK:   %[[F:.+]] = onnx.Cast %[[Q]]#0 {to = 1 : i64}
//       CHECK:   transformer.linear %[[F]]
rt.global @v : tensor<2x4x!ternary.trit> = [dense<[36, 24]> : tensor<2xi8>]
func.func @scales_elsewhere(%x: tensor<?x4xf32>) -> tensor<?x2xf32> {
  %w = rt.get_global @v : tensor<2x4x!ternary.trit>
  %ws = arith.constant dense<2.0> : tensor<1xf32>
  %q, %s = ternary.quantize %x {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32}
      : tensor<?x4xf32> -> tensor<?x4xi8>, tensor<?x1xf32>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
