// RUN: bitnet-opt %s --transformer-lower-to-vector --canonicalize --split-input-file | FileCheck %s

// 100 = 6 * 16 + 4: six whole vectors and one of four lanes. The squares are
// summed by one fma a vector and folded 8, 4, 2, 1.
// CHECK-LABEL: func @rms_norm_in_fixed_order
//   CHECK-NOT:   vector.reduction
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "rms_norm"}
//       CHECK:   %[[MAIN:.*]] = scf.for {{.*}} to %c96 step %c16 iter_args(%[[SUM:.*]] = %{{.*}}) -> (vector<16xf32>)
//       CHECK:     %[[X:.*]] = vector.load
//       CHECK:     math.fma %[[X]], %[[X]], %[[SUM]]
//       CHECK:   %[[MASK:.*]] = vector.constant_mask [4] : vector<16xi1>
//       CHECK:   %[[TAIL:.*]] = vector.maskedload {{.*}}, %[[MASK]],
//       CHECK:   %[[ALL:.*]] = math.fma %[[TAIL]], %[[TAIL]], %[[MAIN]]
//       CHECK:   %[[LOW:.*]] = vector.shuffle %[[ALL]], %[[ALL]] [0, 1, 2, 3, 4, 5, 6, 7]
//       CHECK:   %[[HIGH:.*]] = vector.shuffle %[[ALL]], %[[ALL]] [8, 9, 10, 11, 12, 13, 14, 15]
//       CHECK:   arith.addf %[[LOW]], %[[HIGH]] : vector<8xf32>
//       CHECK:   arith.addf {{.*}} : vector<4xf32>
//       CHECK:   arith.addf {{.*}} : vector<2xf32>
//       CHECK:   arith.addf {{.*}} : vector<1xf32>
//       CHECK:   math.sqrt
//       CHECK:   vector.store
//       CHECK:   vector.maskedstore
//   CHECK-NOT:   fastmath
func.func @rms_norm_in_fixed_order(%exec: !rt.exec, %x: memref<?x?x100xf32>, %g: memref<100xf32>, %o: memref<?x?x100xf32>) {
  transformer.rms_norm %x gain(%g) outs(%o) exec %exec {eps = 1.0e-5 : f32}
      : (memref<?x?x100xf32> gain(memref<100xf32>) outs(memref<?x?x100xf32>))
  return
}

// -----

// A multiple of 16 has no tail, fewer elements than 16 have nothing else.
// CHECK-LABEL: func @whole_vectors_only
//   CHECK-NOT:   masked
//       CHECK:   return
func.func @whole_vectors_only(%exec: !rt.exec, %x: memref<?x32xf32>, %o: memref<?x32xf32>) {
  transformer.rms_norm %x outs(%o) exec %exec {eps = 1.0e-5 : f32} : (memref<?x32xf32> outs(memref<?x32xf32>))
  return
}
// CHECK-LABEL: func @tail_only
//   CHECK-NOT:   vector.load
//       CHECK:   vector.maskedload
//   CHECK-NOT:   vector.load
//       CHECK:   return
func.func @tail_only(%exec: !rt.exec, %x: memref<?x15xf32>, %o: memref<?x15xf32>) {
  transformer.rms_norm %x outs(%o) exec %exec {eps = 1.0e-5 : f32} : (memref<?x15xf32> outs(memref<?x15xf32>))
  return
}

// -----

// Lanes behind the end hold 0 - mean: they are cleared before squaring.
// CHECK-LABEL: func @layer_norm_masks_centred_tail
//       CHECK:   arith.divf
//       CHECK:   %[[MASK:.*]] = vector.constant_mask [3] : vector<16xi1>
//       CHECK:   %[[CENTRED:.*]] = arith.subf
//       CHECK:   %[[CLEARED:.*]] = arith.select %[[MASK]], %[[CENTRED]],
//       CHECK:   math.fma %[[CLEARED]], %[[CLEARED]],
func.func @layer_norm_masks_centred_tail(%exec: !rt.exec, %x: memref<?x3xf32>, %g: memref<3xf32>, %o: memref<?x3xf32>) {
  transformer.layer_norm %x gain(%g) bias(%g) outs(%o) exec %exec {eps = 1.0e-5 : f32}
      : (memref<?x3xf32> gain(memref<3xf32>) bias(memref<3xf32>) outs(memref<?x3xf32>))
  return
}
