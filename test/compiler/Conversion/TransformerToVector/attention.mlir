// RUN: bitnet-opt %s --transformer-lower-to-vector=vector-bits=512 --canonicalize --split-input-file | FileCheck %s

// New entries go behind the past ones before anything is attended to.
// CHECK-LABEL: func @appends_then_attends
//   CHECK-DAG:   %[[K:.*]] = rt.kv %{{.*}}, @k[%[[LAYER:.*]]] : memref<?x2x?x32xf16>
//   CHECK-DAG:   %[[V:.*]] = rt.kv %{{.*}}, @v[%[[LAYER]]] : memref<?x2x?x32xf16>
//   CHECK-DAG:   %[[PAST:.*]] = rt.past_length
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "kv_append"}
//       CHECK:     %[[AT:.*]] = arith.addi %[[PAST]],
//       CHECK:     arith.truncf {{.*}} to vector<16xf16>
//       CHECK:     vector.store {{.*}}, %[[K]][{{.*}}, {{.*}}, %[[AT]],
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "kv_append"}
//       CHECK:     vector.store {{.*}}, %[[V]][
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "attention"}
//       CHECK:     vector.load %[[K]]
//       CHECK:     math.exp {{.*}} : vector<16xf32>
//       CHECK:     vector.load %[[V]]
rt.kv_cache @k : tensor<?x2x?x32xf16> inputs [3, 5] outputs [1, 3]
rt.kv_cache @v : tensor<?x2x?x32xf16> inputs [4, 6] outputs [2, 4]
func.func @appends_then_attends(%exec: !rt.exec, %layer: index, %q: memref<?x4x?x32xf32>, %key: memref<?x2x?x32xf32>, %value: memref<?x2x?x32xf32>, %o: memref<?x4x?x32xf32>) {
  transformer.attention %q, %key, %value layer %layer outs(%o) exec %exec
      {scale = 0.25 : f32, causal, key_cache = @k, value_cache = @v}
      : (memref<?x4x?x32xf32>, memref<?x2x?x32xf32>, memref<?x2x?x32xf32> outs(memref<?x4x?x32xf32>))
  return
}

// -----

// A mask of i1 is read as bytes: a vector of i1 in memory would be bits.
// CHECK-LABEL: func @bool_mask_is_bytes
//       CHECK:   memref.extract_aligned_pointer_as_index
//       CHECK:   llvm.intr.masked.load {{.*}} -> vector<16xi8>
//       CHECK:   arith.cmpi ne
func.func @bool_mask_is_bytes(%exec: !rt.exec, %q: memref<1x1x1x16xf32>, %k: memref<1x1x48x16xf32>, %m: memref<48xi1>, %o: memref<1x1x1x16xf32>) {
  transformer.attention %q, %k, %k mask(%m) outs(%o) exec %exec {scale = 1.0 : f32}
      : (memref<1x1x1x16xf32>, memref<1x1x48x16xf32>, memref<1x1x48x16xf32> mask(memref<48xi1>) outs(memref<1x1x1x16xf32>))
  return
}
