// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// CHECK-LABEL: func @rms_norm(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[G:[a-z0-9]+]]: {{[^%]+}}, %[[M:[a-z0-9]+]]: {{[^%]+}}, %[[N:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @rms_norm(%x: tensor<?x64xf32>, %g: tensor<64xf32>, %m: memref<?x64xf32>, %n: memref<64xf32>, %exec: !rt.exec) {
  // CHECK: transformer.rms_norm %[[X]] gain(%[[G]]) {eps = 5.000000e-01 : f32} : (tensor<?x64xf32> gain(tensor<64xf32>)) -> tensor<?x64xf32>
  %y = transformer.rms_norm %x gain(%g) {eps = 5.000000e-01 : f32} : (tensor<?x64xf32> gain(tensor<64xf32>)) -> tensor<?x64xf32>
  // CHECK: transformer.rms_norm %[[M]] gain(%[[N]]) outs(%[[M]]) exec %[[EXEC]] {eps = 5.000000e-01 : f32} : (memref<?x64xf32> gain(memref<64xf32>) outs(memref<?x64xf32>))
  transformer.rms_norm %m gain(%n) outs(%m) exec %exec {eps = 5.000000e-01 : f32} : (memref<?x64xf32> gain(memref<64xf32>) outs(memref<?x64xf32>))
  // CHECK: transformer.rms_norm %[[X]] {eps = 0.000000e+00 : f32} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %z = transformer.rms_norm %x {eps = 0.000000e+00 : f32} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @layer_norm(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[G:[a-z0-9]+]]: {{[^%]+}}, %[[M:[a-z0-9]+]]: {{[^%]+}}, %[[N:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @layer_norm(%x: tensor<?x64xf32>, %g: tensor<64xf32>, %m: memref<?x64xf32>, %n: memref<64xf32>, %exec: !rt.exec) {
  // CHECK: transformer.layer_norm %[[X]] gain(%[[G]]) bias(%[[G]]) {eps = 5.000000e-01 : f32} : (tensor<?x64xf32> gain(tensor<64xf32>) bias(tensor<64xf32>)) -> tensor<?x64xf32>
  %y = transformer.layer_norm %x gain(%g) bias(%g) {eps = 5.000000e-01 : f32} : (tensor<?x64xf32> gain(tensor<64xf32>) bias(tensor<64xf32>)) -> tensor<?x64xf32>
  // CHECK: transformer.layer_norm %[[M]] bias(%[[N]]) outs(%[[M]]) exec %[[EXEC]] {eps = 5.000000e-01 : f32} : (memref<?x64xf32> bias(memref<64xf32>) outs(memref<?x64xf32>))
  transformer.layer_norm %m bias(%n) outs(%m) exec %exec {eps = 5.000000e-01 : f32} : (memref<?x64xf32> bias(memref<64xf32>) outs(memref<?x64xf32>))
  return
}

// CHECK-LABEL: func @rotary(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[C:[a-z0-9]+]]: {{[^%]+}}, %[[H:[a-z0-9]+]]: {{[^%]+}}, %[[M:[a-z0-9]+]]: {{[^%]+}}, %[[T:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @rotary(%x: tensor<?x4x?x16xf32>, %c: tensor<?x1x?x16xf32>, %h: tensor<?x8xf32>, %m: memref<?x4x?x16xf32>, %t: memref<?x8xf32>, %exec: !rt.exec) {
  // CHECK: transformer.rotary %[[X]], %[[C]], %[[H]] : (tensor<?x4x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x8xf32>) -> tensor<?x4x?x16xf32>
  %y = transformer.rotary %x, %c, %h : (tensor<?x4x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x8xf32>) -> tensor<?x4x?x16xf32>
  // CHECK: transformer.rotary %[[M]], %[[T]], %[[T]] outs(%[[M]]) exec %[[EXEC]] : (memref<?x4x?x16xf32>, memref<?x8xf32>, memref<?x8xf32> outs(memref<?x4x?x16xf32>))
  transformer.rotary %m, %t, %t outs(%m) exec %exec : (memref<?x4x?x16xf32>, memref<?x8xf32>, memref<?x8xf32> outs(memref<?x4x?x16xf32>))
  return
}

// CHECK-LABEL: func @attention(
//  CHECK-SAME:   %[[Q:[a-z0-9]+]]: {{[^%]+}}, %[[K:[a-z0-9]+]]: {{[^%]+}}, %[[V:[a-z0-9]+]]: {{[^%]+}}, %[[MASK:[a-z0-9]+]]: {{[^%]+}}, %[[MQ:[a-z0-9]+]]: {{[^%]+}}, %[[MK:[a-z0-9]+]]: {{[^%]+}}, %[[O:[a-z0-9]+]]: {{[^%]+}}, %[[LAYER:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @attention(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x24xf32>, %mask: tensor<?x1x?x?xi1>, %mq: memref<?x4x?x16xf32>, %mk: memref<?x2x?x16xf32>, %o: memref<?x4x?x16xf32>, %layer: index, %exec: !rt.exec) {
  // CHECK: transformer.attention %[[Q]], %[[K]], %[[V]] mask(%[[MASK]]) {causal, scale = 2.500000e-01 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x24xf32> mask(tensor<?x1x?x?xi1>)) -> tensor<?x4x?x24xf32>
  %y = transformer.attention %q, %k, %v mask(%mask) {causal, scale = 2.500000e-01 : f32} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x24xf32> mask(tensor<?x1x?x?xi1>)) -> tensor<?x4x?x24xf32>
  // CHECK: transformer.attention %[[MQ]], %[[MK]], %[[MK]] layer %[[LAYER]] outs(%[[O]]) exec %[[EXEC]] {key_cache = @k, scale = 2.500000e-01 : f32, value_cache = @v} : (memref<?x4x?x16xf32>, memref<?x2x?x16xf32>, memref<?x2x?x16xf32> outs(memref<?x4x?x16xf32>))
  transformer.attention %mq, %mk, %mk layer %layer outs(%o) exec %exec {key_cache = @k, scale = 2.500000e-01 : f32, value_cache = @v} : (memref<?x4x?x16xf32>, memref<?x2x?x16xf32>, memref<?x2x?x16xf32> outs(memref<?x4x?x16xf32>))
  return
}

// CHECK-LABEL: func @gated_activation(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[U:[a-z0-9]+]]: {{[^%]+}}, %[[M:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @gated_activation(%x: tensor<?x64xf32>, %u: tensor<?x64xf32>, %m: memref<?x64xf32>, %exec: !rt.exec) {
  // CHECK: transformer.gated_activation %[[X]] up(%[[U]]) {activation = #transformer.activation<silu>} : (tensor<?x64xf32> up(tensor<?x64xf32>)) -> tensor<?x64xf32>
  %a = transformer.gated_activation %x up(%u) {activation = #transformer.activation<silu>} : (tensor<?x64xf32> up(tensor<?x64xf32>)) -> tensor<?x64xf32>
  // CHECK: transformer.gated_activation %[[X]] up(%[[U]]) {activation = #transformer.activation<relu2>} : (tensor<?x64xf32> up(tensor<?x64xf32>)) -> tensor<?x64xf32>
  %b = transformer.gated_activation %x up(%u) {activation = #transformer.activation<relu2>} : (tensor<?x64xf32> up(tensor<?x64xf32>)) -> tensor<?x64xf32>
  // CHECK: transformer.gated_activation %[[X]] {activation = #transformer.activation<relu>} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %c = transformer.gated_activation %x {activation = #transformer.activation<relu>} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: transformer.gated_activation %[[M]] outs(%[[M]]) exec %[[EXEC]] {activation = #transformer.activation<gelu>} : (memref<?x64xf32> outs(memref<?x64xf32>))
  transformer.gated_activation %m outs(%m) exec %exec {activation = #transformer.activation<gelu>} : (memref<?x64xf32> outs(memref<?x64xf32>))
  return
}

// CHECK-LABEL: func @linear(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[W:[a-z0-9]+]]: {{[^%]+}}, %[[B:[a-z0-9]+]]: {{[^%]+}}, %[[M:[a-z0-9]+]]: {{[^%]+}}, %[[V:[a-z0-9]+]]: {{[^%]+}}, %[[O:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @linear(%x: tensor<?x64xf32>, %w: tensor<8x64xbf16>, %b: tensor<8xf32>, %m: memref<?x64xf32>, %v: memref<8x64xf16>, %o: memref<?x8xf32>, %exec: !rt.exec) {
  // CHECK: transformer.linear %[[X]], %[[W]] bias(%[[B]]) : (tensor<?x64xf32>, tensor<8x64xbf16> bias(tensor<8xf32>)) -> tensor<?x8xf32>
  %y = transformer.linear %x, %w bias(%b) : (tensor<?x64xf32>, tensor<8x64xbf16> bias(tensor<8xf32>)) -> tensor<?x8xf32>
  // CHECK: transformer.linear %[[M]], %[[V]] outs(%[[O]]) exec %[[EXEC]] : (memref<?x64xf32>, memref<8x64xf16> outs(memref<?x8xf32>))
  transformer.linear %m, %v outs(%o) exec %exec : (memref<?x64xf32>, memref<8x64xf16> outs(memref<?x8xf32>))
  return
}

// CHECK-LABEL: func @last_positions(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}
func.func @last_positions(%x: tensor<?x?x64xf32>) {
  // CHECK: transformer.last_positions %[[X]] : tensor<?x?x64xf32>
  %y = transformer.last_positions %x : tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @embedding(
func.func @embedding(%ids: tensor<?x?xi64>, %t: tensor<37x40xbf16>, %p: tensor<10x2x4x32xbf16>, %mi: memref<?xi32>, %mt: memref<37x40xf32>, %o: memref<?x40xf32>, %exec: !rt.exec) {
  // CHECK: transformer.embedding %{{.*}}, %{{.*}} {rows = 37 : i64} : (tensor<?x?xi64>, tensor<37x40xbf16>) -> tensor<?x?x40xf32>
  %a = transformer.embedding %ids, %t {rows = 37 : i64} : (tensor<?x?xi64>, tensor<37x40xbf16>) -> tensor<?x?x40xf32>
  // CHECK: transformer.embedding %{{.*}}, %{{.*}} {rows = 37 : i64} : (tensor<?x?xi64>, tensor<10x2x4x32xbf16>) -> tensor<?x?x40xf32>
  %b = transformer.embedding %ids, %p {rows = 37 : i64} : (tensor<?x?xi64>, tensor<10x2x4x32xbf16>) -> tensor<?x?x40xf32>
  // CHECK: transformer.embedding %{{.*}}, %{{.*}} outs(%{{.*}}) exec %{{.*}} {rows = 37 : i64} : (memref<?xi32>, memref<37x40xf32> outs(memref<?x40xf32>))
  transformer.embedding %mi, %mt outs(%o) exec %exec {rows = 37 : i64} : (memref<?xi32>, memref<37x40xf32> outs(memref<?x40xf32>))
  return
}

// CHECK-LABEL: func @packed_linear(
func.func @packed_linear(%x: tensor<?x40xf32>, %w: tensor<10x2x4x32xf16>, %b: tensor<37xf32>) {
  // CHECK: transformer.linear %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x40xf32>, tensor<10x2x4x32xf16> bias(tensor<37xf32>)) -> tensor<?x37xf32>
  %y = transformer.linear %x, %w bias(%b) : (tensor<?x40xf32>, tensor<10x2x4x32xf16> bias(tensor<37xf32>)) -> tensor<?x37xf32>
  return
}

// CHECK-LABEL: func @narrow_heads(
func.func @narrow_heads(%x: tensor<?x40xf32>, %w: tensor<10x2x4x32xf16>, %c: tensor<10x1x4x64xi8>, %v: tensor<37xf32>, %g: tensor<3x1x9x64xi8>, %mx: memref<?x40xf32>, %mg: memref<3x1x9x64xi8>, %o: memref<?x37xf32>, %exec: !rt.exec) {
  // CHECK: transformer.grouped_linear %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x40xf32>, tensor<3x1x9x64xi8> bias(tensor<37xf32>)) -> tensor<?x37xf32>
  %u = transformer.grouped_linear %x, %g bias(%v) : (tensor<?x40xf32>, tensor<3x1x9x64xi8> bias(tensor<37xf32>)) -> tensor<?x37xf32>
  // CHECK: transformer.grouped_linear %{{.*}}, %{{.*}} outs(%{{.*}}) exec %{{.*}} : (memref<?x40xf32>, memref<3x1x9x64xi8> outs(memref<?x37xf32>))
  transformer.grouped_linear %mx, %mg outs(%o) exec %exec : (memref<?x40xf32>, memref<3x1x9x64xi8> outs(memref<?x37xf32>))
  // CHECK: transformer.quantized_linear %{{.*}}, %{{.*}}, %{{.*}} bias(%{{.*}}) : (tensor<?x40xf32>, tensor<10x1x4x64xi8>, tensor<37xf32> bias(tensor<37xf32>)) -> tensor<?x37xf32>
  %y = transformer.quantized_linear %x, %c, %v bias(%v) : (tensor<?x40xf32>, tensor<10x1x4x64xi8>, tensor<37xf32> bias(tensor<37xf32>)) -> tensor<?x37xf32>
  // CHECK: transformer.screened_linear %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x40xf32>, tensor<10x2x4x32xf16>, tensor<10x1x4x64xi8>, tensor<37xf32>, tensor<37xf32>, tensor<37xf32>) -> tensor<?x37xf32>
  %z = transformer.screened_linear %x, %w, %c, %v, %v, %v : (tensor<?x40xf32>, tensor<10x2x4x32xf16>, tensor<10x1x4x64xi8>, tensor<37xf32>, tensor<37xf32>, tensor<37xf32>) -> tensor<?x37xf32>
  return
}

// CHECK-LABEL: func @quantize_rows(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: {{[^%]+}}, %[[Y:[a-z0-9]+]]: {{[^%]+}}, %[[G:[a-z0-9]+]]: {{[^%]+}}, %[[Q:[a-z0-9]+]]: {{[^%]+}}, %[[S:[a-z0-9]+]]: {{[^%]+}}, %[[EXEC:[a-z0-9]+]]: {{[^%]+}}
func.func @quantize_rows(%x: memref<?x64xf32>, %y: memref<?x64xf32>, %g: memref<64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %exec: !rt.exec) {
  // CHECK: transformer.quantize_rows %[[X]] plus(%[[Y]] -> %[[X]]) gain(%[[G]]) into %[[Q]], %[[S]] exec %[[EXEC]] {eps = 9.99999974E-6 : f32, form = #ternary.scale_form<mul_reciprocal>, norm_eps = 9.99999974E-6 : f32, range = 1.270000e+02 : f32} : memref<?x64xf32> plus(memref<?x64xf32> -> memref<?x64xf32>) gain(memref<64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  transformer.quantize_rows %x plus(%y -> %x) gain(%g) into %q, %s exec %exec {norm_eps = 1.0e-5 : f32, form = #ternary.scale_form<mul_reciprocal>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32> plus(memref<?x64xf32> -> memref<?x64xf32>) gain(memref<64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  // CHECK: transformer.quantize_rows %[[X]] up(%[[Y]]) into %[[Q]], %[[S]] exec %[[EXEC]] {activation = #transformer.activation<relu2>, eps = 0.000000e+00 : f32, form = #ternary.scale_form<div>, qmin = -7 : i64, range = 7.000000e+00 : f32} : memref<?x64xf32> up(memref<?x64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  transformer.quantize_rows %x up(%y) into %q, %s exec %exec {activation = #transformer.activation<relu2>, form = #ternary.scale_form<div>, range = 7.0 : f32, eps = 0.0 : f32, qmin = -7 : i64} : memref<?x64xf32> up(memref<?x64xf32>) into memref<?x64xi8>, memref<?x1xf32>
  return
}
