// RUN: bitnet-opt %s --ternary-lower-to-threads --split-input-file --verify-diagnostics | FileCheck %s

// Of `planes`, a unit reads two bytes for a term: eight rows that add it and
// eight that take it away, under masks.
// CHECK-LABEL: func @planes
//   CHECK-DAG:   %[[GROUPS:.+]] = arith.constant 8 : index
//       CHECK:   rt.parallel %{{.+}} (%{{.+}} to %{{.+}}) in %{{.+}} grain 1 attributes {kernel = "bitlinear_threads_planes"}
//       CHECK:     scf.for
//       CHECK:       %[[SUMS:.+]]:8 = scf.for %{{.+}} = %{{.+}} to %{{.+}} step %{{.+}} iter_args({{.+}}) -> (i32, i32, i32, i32, i32, i32, i32, i32)
//       CHECK:         memref.load %{{.+}} : memref<?x16xi8>
//       CHECK:         arith.extsi
// CHECK-COUNT-2:         memref.load %{{.+}} : memref<256xi8>
//   CHECK-NOT:         memref.load
// CHECK-COUNT-16:        arith.andi %{{.+}}, %{{.+}} : i32
//       CHECK:         scf.yield
// CHECK-COUNT-8:       memref.store %{{.+}} : memref<?x64xf32>
func.func @planes(%exec: !rt.exec, %codes: memref<?x16xi8>, %scale: memref<?xf32>, %w: memref<256xi8>, %ws: memref<1xf32>, %out: memref<?x64xf32>) {
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 64>, strategy = #ternary.strategy<masked>} : (memref<?x16xi8>, memref<?xf32> weights(memref<256xi8>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  return
}

// -----

// Rows behind the last are computed, but not written.
// CHECK-LABEL: func @rest_of_rows
//       CHECK:   rt.parallel
// CHECK-COUNT-8:   scf.if
func.func @rest_of_rows(%exec: !rt.exec, %codes: memref<?x16xi8>, %scale: memref<?xf32>, %w: memref<256xi8>, %ws: memref<1xf32>, %out: memref<?x12xf32>) {
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 12>, strategy = #ternary.strategy<masked>} : (memref<?x16xi8>, memref<?xf32> weights(memref<256xi8>) scales(memref<1xf32>) outs(memref<?x12xf32>))
  return
}

// -----

func.func @not_packed(%exec: !rt.exec, %codes: memref<?x16xi8>, %scale: memref<?xf32>, %w: tensor<64x16x!ternary.trit>, %ws: memref<1xf32>, %out: memref<?x64xf32>) {
  // expected-error @+1 {{is not packed, expected the result of ternary-pack}}
  ternary.linear %codes, %scale weights(%w) scales(%ws) outs(%out) exec %exec {rescale = #ternary.rescale_form<div_mul>} : (memref<?x16xi8>, memref<?xf32> weights(tensor<64x16x!ternary.trit>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  return
}
