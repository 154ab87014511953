// RUN: bitnet-opt %s --transformer-lower-to-vector --canonicalize --split-input-file | FileCheck %s

// As the graph spells it: two products and a sum, not fused.
// CHECK-LABEL: func @rotary_is_not_fused
//   CHECK-NOT:   math.fma
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "rotary"}
//       CHECK:     arith.negf
//       CHECK:     arith.mulf
//       CHECK:     arith.mulf
//       CHECK:     arith.addf
//   CHECK-NOT:   math.fma
//       CHECK:   return
func.func @rotary_is_not_fused(%exec: !rt.exec, %x: memref<?x4x?x32xf32>, %t: memref<?x1x?x32xf32>, %o: memref<?x4x?x32xf32>) {
  transformer.rotary %x, %t, %t outs(%o) exec %exec
      : (memref<?x4x?x32xf32>, memref<?x1x?x32xf32>, memref<?x1x?x32xf32> outs(memref<?x4x?x32xf32>))
  return
}

// -----

// CHECK-LABEL: func @silu
//       CHECK:   math.exp {{.*}} : vector<16xf32>
//       CHECK:   arith.divf
func.func @silu(%exec: !rt.exec, %x: memref<?x37xf32>, %o: memref<?x37xf32>) {
  transformer.gated_activation %x up(%x) outs(%o) exec %exec {activation = #transformer.activation<silu>}
      : (memref<?x37xf32> up(memref<?x37xf32>) outs(memref<?x37xf32>))
  return
}
