// RUN: bitnet-opt %s --transformer-lower-to-vector=threads=true --canonicalize | FileCheck %s

// A thread has the smallest tile, one row of one token, and little work.
// CHECK-LABEL: func @linear
//   CHECK-DAG:   arith.constant 256 : index
//   CHECK-NOT:   :2 = scf.for
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "linear"}
// CHECK-COUNT-1: math.fma
//   CHECK-NOT:   math.fma
//       CHECK:   return
func.func @linear(%exec: !rt.exec, %x: memref<?x?x64xf32>, %w: memref<37x64xf32>, %o: memref<?x?x37xf32>) {
  transformer.linear %x, %w outs(%o) exec %exec
      : (memref<?x?x64xf32>, memref<37x64xf32> outs(memref<?x?x37xf32>))
  return
}

// Attention takes one query and one key at a time: a product of 16 lanes for
// each vector of the head, a weighted sum of 16 lanes.
// CHECK-LABEL: func @attention
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "attention"}
//       CHECK:     %[[KEY:.+]] = vector.load %{{.+}} : memref<?x2x?x32xf32>, vector<16xf32>
//       CHECK:     %[[QUERY:.+]] = vector.load
//       CHECK:     math.fma %[[QUERY]], %[[KEY]], %{{.+}} : vector<16xf32>
//       CHECK:     vector.store %{{.+}} : memref<64xf32>, vector<1xf32>
func.func @attention(%exec: !rt.exec, %q: memref<?x4x?x32xf32>, %k: memref<?x2x?x32xf32>, %v: memref<?x2x?x32xf32>, %o: memref<?x4x?x32xf32>) {
  transformer.attention %q, %k, %v outs(%o) exec %exec {scale = 0.125 : f32, causal}
      : (memref<?x4x?x32xf32>, memref<?x2x?x32xf32>, memref<?x2x?x32xf32> outs(memref<?x4x?x32xf32>))
  return
}
