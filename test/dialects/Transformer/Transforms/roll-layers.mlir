// RUN: bitnet-opt %s --transformer-roll-layers --split-input-file | FileCheck %s

// Three layers that differ in constants and caches become one body. The mask
// is computed before them, the final norm after them.

// CHECK: rt.global @[[GAIN:.+]] : tensor<4xf32> = [dense<1.000000e+00> : tensor<4xf32>, dense<2.000000e+00> : tensor<4xf32>, dense<3.000000e+00> : tensor<4xf32>]
// CHECK: rt.global @[[TRITS:.+]] : tensor<4x4x!ternary.trit> = [dense<85> : tensor<4xi8>, dense<86> : tensor<4xi8>, dense<84> : tensor<4xi8>]
// CHECK: rt.kv_cache @k0 : tensor<?x1x?x4xf32> inputs [1, 3, 5] outputs [1, 3, 5] {input_names = ["a", "c", "e"]}
// CHECK: rt.kv_cache @v0 : tensor<?x1x?x4xf32> inputs [2, 4, 6] outputs [2, 4, 6]
// CHECK-NOT: rt.kv_cache
rt.kv_cache @k0 : tensor<?x1x?x4xf32> inputs [1] outputs [1] {input_names = ["a"]}
rt.kv_cache @v0 : tensor<?x1x?x4xf32> inputs [2] outputs [2]
rt.kv_cache @k1 : tensor<?x1x?x4xf32> inputs [3] outputs [3] {input_names = ["c"]}
rt.kv_cache @v1 : tensor<?x1x?x4xf32> inputs [4] outputs [4]
rt.kv_cache @k2 : tensor<?x1x?x4xf32> inputs [5] outputs [5] {input_names = ["e"]}
rt.kv_cache @v2 : tensor<?x1x?x4xf32> inputs [6] outputs [6]

// CHECK-LABEL: func @three_layers
// CHECK-SAME:    (%[[X:.+]]: tensor<?x1x?x4xf32>, %[[M:.+]]: tensor<?x1x?x?xf32>)
func.func @three_layers(%x: tensor<?x1x?x4xf32>, %m: tensor<?x1x?x?xf32>) -> tensor<?x1x?x4xf32> {
  // CHECK:      %[[WS:.+]] = arith.constant dense<5.000000e-01>
  // CHECK-NOT:  ternary.constant
  // CHECK:      %[[MASK:.+]] = arith.negf %[[M]]
  // CHECK:      %[[OUT:.+]] = scf.for %[[L:.+]] = %{{.+}} to %[[N:.+]] step %{{.+}} iter_args(%[[H:.+]] = %[[X]])
  // CHECK:        %[[G:.+]] = rt.get_global @[[GAIN]][%[[L]]]
  // CHECK:        %[[NORM:.+]] = transformer.rms_norm %[[H]] gain(%[[G]])
  // CHECK:        %[[ATT:.+]] = transformer.attention %[[NORM]], %[[NORM]], %[[NORM]] mask(%[[MASK]]) layer %[[L]] {key_cache = @k0, scale = {{.*}}, value_cache = @v0}
  // CHECK:        ternary.quantize %[[ATT]]
  // CHECK:        %[[W:.+]] = rt.get_global @[[TRITS]][%[[L]]]
  // CHECK:        %[[Y:.+]] = ternary.linear {{.*}} weights(%[[W]]) scales(%[[WS]])
  // CHECK:        %[[SUM:.+]] = arith.addf %[[H]], %[[Y]]
  // CHECK:        scf.yield %[[SUM]]
  // CHECK:      transformer.rms_norm %[[OUT]] gain
  // CHECK-NOT:  ternary.linear
  %ws = arith.constant dense<0.5> : tensor<1xf32>
  %g0 = arith.constant dense<1.0> : tensor<4xf32>
  %g1 = arith.constant dense<2.0> : tensor<4xf32>
  %g2 = arith.constant dense<3.0> : tensor<4xf32>
  %w0 = ternary.constant dense<85> : tensor<4xi8> as tensor<4x4x!ternary.trit>
  %w1 = ternary.constant dense<86> : tensor<4xi8> as tensor<4x4x!ternary.trit>
  %w2 = ternary.constant dense<84> : tensor<4xi8> as tensor<4x4x!ternary.trit>
  %n0 = transformer.rms_norm %x gain(%g0) {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32> gain(tensor<4xf32>)) -> tensor<?x1x?x4xf32>
  %mask = arith.negf %m : tensor<?x1x?x?xf32>
  %a0 = transformer.attention %n0, %n0, %n0 mask(%mask) {scale = 0.5 : f32, key_cache = @k0, value_cache = @v0} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x1x?x?xf32>)) -> tensor<?x1x?x4xf32>
  %q0, %s0 = ternary.quantize %a0 {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x1x?x4xf32> -> tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32>
  %y0 = ternary.linear %q0, %s0 weights(%w0) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1x?x4xf32>
  %h1 = arith.addf %x, %y0 : tensor<?x1x?x4xf32>
  %n1 = transformer.rms_norm %h1 gain(%g1) {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32> gain(tensor<4xf32>)) -> tensor<?x1x?x4xf32>
  %a1 = transformer.attention %n1, %n1, %n1 mask(%mask) {scale = 0.5 : f32, key_cache = @k1, value_cache = @v1} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x1x?x?xf32>)) -> tensor<?x1x?x4xf32>
  %q1, %s1 = ternary.quantize %a1 {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x1x?x4xf32> -> tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32>
  %y1 = ternary.linear %q1, %s1 weights(%w1) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1x?x4xf32>
  %h2 = arith.addf %h1, %y1 : tensor<?x1x?x4xf32>
  %n2 = transformer.rms_norm %h2 gain(%g2) {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32> gain(tensor<4xf32>)) -> tensor<?x1x?x4xf32>
  %a2 = transformer.attention %n2, %n2, %n2 mask(%mask) {scale = 0.5 : f32, key_cache = @k2, value_cache = @v2} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32> mask(tensor<?x1x?x?xf32>)) -> tensor<?x1x?x4xf32>
  %q2, %s2 = ternary.quantize %a2 {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x1x?x4xf32> -> tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32>
  %y2 = ternary.linear %q2, %s2 weights(%w2) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1x?x4xf32>
  %h3 = arith.addf %h2, %y2 : tensor<?x1x?x4xf32>
  %n3 = transformer.rms_norm %h3 gain(%g0) {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32> gain(tensor<4xf32>)) -> tensor<?x1x?x4xf32>
  return %n3 : tensor<?x1x?x4xf32>
}

// -----

// A middle layer's result that leaves the function keeps the layers apart.

// CHECK-LABEL: func @middle_result_escapes
// CHECK-NOT:     scf.for
func.func @middle_result_escapes(%x: tensor<?x1x?x4xf32>) -> (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) {
  %n0 = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %a0 = transformer.attention %n0, %n0, %n0 {scale = 0.5 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %h1 = arith.addf %x, %a0 : tensor<?x1x?x4xf32>
  %n1 = transformer.rms_norm %h1 {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %a1 = transformer.attention %n1, %n1, %n1 {scale = 0.5 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %h2 = arith.addf %h1, %a1 : tensor<?x1x?x4xf32>
  return %h2, %a0 : tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>
}

// -----

// Layers with another attribute (eps) are not the same code.

// CHECK-LABEL: func @attributes_differ
// CHECK-NOT:     scf.for
func.func @attributes_differ(%x: tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32> {
  %n0 = transformer.rms_norm %x {eps = 1.0e-5 : f32} : (tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %a0 = transformer.attention %n0, %n0, %n0 {scale = 0.5 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %h1 = arith.addf %x, %a0 : tensor<?x1x?x4xf32>
  %n1 = transformer.rms_norm %h1 {eps = 1.0e-6 : f32} : (tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %a1 = transformer.attention %n1, %n1, %n1 {scale = 0.5 : f32} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %h2 = arith.addf %h1, %a1 : tensor<?x1x?x4xf32>
  return %h2 : tensor<?x1x?x4xf32>
}

// -----

// Caches of two types are not one: the layers stay apart.
// CHECK-LABEL: func @caches_differ
//   CHECK-NOT:   scf.for
rt.kv_cache @k0 : tensor<?x1x?x4xf32> inputs [1] outputs [1]
rt.kv_cache @v0 : tensor<?x1x?x4xf32> inputs [2] outputs [2]
rt.kv_cache @k1 : tensor<2x1x?x4xf32> inputs [3] outputs [3]
rt.kv_cache @v1 : tensor<2x1x?x4xf32> inputs [4] outputs [4]
func.func @caches_differ(%h0: tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32> {
  %ws = arith.constant dense<0.5> : tensor<1xf32>
  %w = ternary.constant dense<85> : tensor<4xi8> as tensor<4x4x!ternary.trit>
  %a0 = transformer.attention %h0, %h0, %h0 {scale = 0.5 : f32, key_cache = @k0, value_cache = @v0} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %q0, %s0 = ternary.quantize %a0 {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x1x?x4xf32> -> tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32>
  %y0 = ternary.linear %q0, %s0 weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1x?x4xf32>
  %h1 = arith.addf %h0, %y0 : tensor<?x1x?x4xf32>
  %a1 = transformer.attention %h1, %h1, %h1 {scale = 0.5 : f32, key_cache = @k1, value_cache = @v1} : (tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x4xf32>
  %q1, %s1 = ternary.quantize %a1 {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : tensor<?x1x?x4xf32> -> tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32>
  %y1 = ternary.linear %q1, %s1 weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x1x?x4xi8>, tensor<?x1x?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1x?x4xf32>
  %h2 = arith.addf %h1, %y1 : tensor<?x1x?x4xf32>
  return %h2 : tensor<?x1x?x4xf32>
}
