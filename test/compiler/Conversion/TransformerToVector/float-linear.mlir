// RUN: bitnet-opt %s --transformer-lower-to-vector=vector-bits=512 --split-input-file | FileCheck %s
// RUN: bitnet-opt %s --transformer-lower-to-vector=vector-bits=512 --ternary-certify --split-input-file -o /dev/null

// An activation is added to the lanes of a plane's bits; only a group's
// difference meets a scale. 20 rows: the second block stores 4 lanes.
// CHECK-LABEL: func @groups
//       CHECK:   rt.parallel {{.*}}"bitlinear_float"
//       CHECK:     scf.for
//       CHECK:       %[[X:.*]] = vector.broadcast %{{.*}} : f32 to vector<16xf32>
//       CHECK:       %[[BYTES:.*]] = vector.load %{{.*}} : memref<320xi8>, vector<2xi8>
//       CHECK:       %[[BITS:.*]] = vector.bitcast %[[BYTES]] : vector<2xi8> to vector<16xi1>
//       CHECK:       %[[SUM:.*]] = arith.addf %[[OLD:.*]], %[[X]]
//       CHECK:       arith.select %[[BITS]], %[[SUM]], %[[OLD]]
//   CHECK-NOT:       arith.mulf
//       CHECK:     %[[D:.*]] = arith.subf
//       CHECK:     arith.mulf %[[D]], %{{.*}} {ternary.rescale}
//       CHECK:     vector.maskedstore
func.func @groups(%x: memref<?x40xf32>, %p: memref<320xi8>, %s: memref<3x32xf16>, %b: memref<32xf32>, %y: memref<?x20xf32>, %e: !rt.exec) {
  ternary.float_linear %x, %p, %s bias(%b) outs(%y) exec %e {rows = 20 : i64, group = 16 : i64}
      : (memref<?x40xf32>, memref<320xi8>, memref<3x32xf16> bias(memref<32xf32>) outs(memref<?x20xf32>))
  return
}
