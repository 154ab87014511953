// RUN: bitnet-opt %s --transformer-fuse-rows --split-input-file | FileCheck %s

#id = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-LABEL: func @residual_norm_quantize
//  CHECK-SAME:   %[[A:[a-z0-9]+]]: memref<?x64xf32>, %[[B:[a-z0-9]+]]: memref<?x64xf32>, %[[G:[a-z0-9]+]]: memref<64xf32>
//       CHECK:   %[[SUM:.*]] = memref.alloc
//   CHECK-NOT:   linalg.generic
//   CHECK-NOT:   rms_norm
//       CHECK:   transformer.quantize_rows %[[A]] plus(%[[B]] -> %[[SUM]]) gain(%[[G]])
//  CHECK-SAME:     eps = 9.99999974E-6 : f32
//  CHECK-SAME:     norm_eps = 9.99999997E-7 : f32
//  CHECK-SAME:     qmin = -127
//   CHECK-NOT:   ternary.quantize
//       CHECK:   memref.copy %[[SUM]]
func.func @residual_norm_quantize(%a: memref<?x64xf32>, %b: memref<?x64xf32>, %g: memref<64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %d: index, %exec: !rt.exec) {
  %sum = memref.alloc(%d) : memref<?x64xf32>
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : memref<?x64xf32>, memref<?x64xf32>) outs(%sum : memref<?x64xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  %n = memref.alloc(%d) : memref<?x64xf32>
  transformer.rms_norm %sum gain(%g) outs(%n) exec %exec {eps = 1.0e-6 : f32} : (memref<?x64xf32> gain(memref<64xf32>) outs(memref<?x64xf32>))
  ternary.quantize %n outs(%q, %s : memref<?x64xi8>, memref<?x1xf32>) exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32, qmin = -127 : i64} : memref<?x64xf32>
  memref.copy %sum, %a : memref<?x64xf32> to memref<?x64xf32>
  return
}

// CHECK-LABEL: func @gated_norm_quantize
//       CHECK:   %[[GATE:.*]] = memref.alloc
//       CHECK:   transformer.quantize_rows %[[GATE]] up(%{{[a-z0-9_]+}}) into
//  CHECK-SAME:     activation = #transformer.activation<relu2>
//   CHECK-NOT:   gated_activation
func.func @gated_norm_quantize(%c: memref<?x8xi8>, %s0: memref<?x1xf32>, %up: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %d: index, %exec: !rt.exec) {
  %gate = memref.alloc(%d) : memref<?x64xf32>
  memref.copy %up, %gate : memref<?x64xf32> to memref<?x64xf32>
  %a = memref.alloc(%d) : memref<?x64xf32>
  transformer.gated_activation %gate up(%up) outs(%a) exec %exec {activation = #transformer.activation<relu2>} : (memref<?x64xf32> up(memref<?x64xf32>) outs(memref<?x64xf32>))
  %n = memref.alloc(%d) : memref<?x64xf32>
  transformer.rms_norm %a outs(%n) exec %exec {eps = 1.0e-6 : f32} : (memref<?x64xf32> outs(memref<?x64xf32>))
  ternary.quantize %n outs(%q, %s : memref<?x64xi8>, memref<?x1xf32>) exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32>
  return
}

// The gate would be overwritten, and is read again.
// CHECK-LABEL: func @gate_that_is_read_later
//       CHECK:   transformer.gated_activation
//       CHECK:   transformer.quantize_rows
//   CHECK-NOT:     activation =
//       CHECK:   memref.copy
func.func @gate_that_is_read_later(%up: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %d: index, %exec: !rt.exec) {
  %gate = memref.alloc(%d) : memref<?x64xf32>
  %a = memref.alloc(%d) : memref<?x64xf32>
  transformer.gated_activation %gate up(%up) outs(%a) exec %exec {activation = #transformer.activation<relu2>} : (memref<?x64xf32> up(memref<?x64xf32>) outs(memref<?x64xf32>))
  %n = memref.alloc(%d) : memref<?x64xf32>
  transformer.rms_norm %a outs(%n) exec %exec {eps = 1.0e-6 : f32} : (memref<?x64xf32> outs(memref<?x64xf32>))
  ternary.quantize %n outs(%q, %s : memref<?x64xi8>, memref<?x1xf32>) exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32>
  memref.copy %gate, %up : memref<?x64xf32> to memref<?x64xf32>
  return
}

// CHECK-LABEL: func @normalised_values_that_are_read
//       CHECK:   transformer.rms_norm
//       CHECK:   ternary.quantize
//   CHECK-NOT:   quantize_rows
func.func @normalised_values_that_are_read(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %d: index, %exec: !rt.exec) {
  %n = memref.alloc(%d) : memref<?x64xf32>
  transformer.rms_norm %x outs(%n) exec %exec {eps = 1.0e-6 : f32} : (memref<?x64xf32> outs(memref<?x64xf32>))
  ternary.quantize %n outs(%q, %s : memref<?x64xi8>, memref<?x1xf32>) exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32>
  memref.copy %n, %x : memref<?x64xf32> to memref<?x64xf32>
  return
}

// The sum must be there before what lies between reads it.
// CHECK-LABEL: func @something_between
//       CHECK:   linalg.generic
//       CHECK:   memref.copy
//       CHECK:   transformer.quantize_rows
//   CHECK-NOT:     plus
func.func @something_between(%a: memref<?x64xf32>, %b: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?x1xf32>, %d: index, %exec: !rt.exec) {
  %sum = memref.alloc(%d) : memref<?x64xf32>
  linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%a, %b : memref<?x64xf32>, memref<?x64xf32>) outs(%sum : memref<?x64xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  memref.copy %sum, %a : memref<?x64xf32> to memref<?x64xf32>
  %n = memref.alloc(%d) : memref<?x64xf32>
  transformer.rms_norm %sum outs(%n) exec %exec {eps = 1.0e-6 : f32} : (memref<?x64xf32> outs(memref<?x64xf32>))
  ternary.quantize %n outs(%q, %s : memref<?x64xi8>, memref<?x1xf32>) exec %exec {form = #ternary.scale_form<div>, range = 127.0 : f32, eps = 1.0e-5 : f32} : memref<?x64xf32>
  return
}
