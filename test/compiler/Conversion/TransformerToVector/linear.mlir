// RUN: bitnet-opt %s --transformer-lower-to-vector=vector-bits=256 --canonicalize | FileCheck %s --check-prefixes=CHECK,NARROW
// RUN: bitnet-opt %s --transformer-lower-to-vector=vector-bits=512 --canonicalize | FileCheck %s --check-prefixes=CHECK,WIDE
// Without an option the module's facts count; generic ones are 128 bits.
// RUN: bitnet-opt %s --transformer-lower-to-vector --canonicalize | FileCheck %s --check-prefixes=CHECK,NARROW

// One loop over k has the accumulators of a tile, another those of one token;
// 16 registers hold 6 accumulators, 32 hold 24.
// CHECK-LABEL: func @tiles_share_loads
//   CHECK-NOT:   vector.reduction
//       CHECK:   rt.parallel {{.*}} attributes {kernel = "linear"}
//      NARROW:   %{{.*}}:6 = scf.for
//        WIDE:   %{{.*}}:24 = scf.for
//       CHECK:     vector.load {{.*}} vector<16xf32>
//       CHECK:     vector.load {{.*}} vector<16xbf16>
//       CHECK:     arith.extf {{.*}} : vector<16xbf16> to vector<16xf32>
//       CHECK:     math.fma
//      NARROW:   %{{.*}}:4 = scf.for
//        WIDE:   %{{.*}}:8 = scf.for
//       CHECK:   %{{.*}} = scf.for {{.*}} iter_args(%{{.*}} = %{{[^,]*}}) -> (vector<16xf32>)
func.func @tiles_share_loads(%exec: !rt.exec, %x: memref<?x?x64xf32>, %w: memref<37x64xbf16>, %o: memref<?x?x37xf32>) {
  transformer.linear %x, %w outs(%o) exec %exec
      : (memref<?x?x64xf32>, memref<37x64xbf16> outs(memref<?x?x37xf32>))
  return
}
