// RUN: bitnet-opt %s --linalg-to-parallel | FileCheck %s -DWORK=8192
// RUN: bitnet-opt %s --linalg-to-parallel=unit-work=64 | FileCheck %s -DWORK=64

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#repeated = affine_map<(d0, d1, d2) -> (d0, d2)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#first = affine_map<(d0, d1) -> (d0)>
#id1 = affine_map<(d0) -> (d0)>

// CHECK-DAG: #[[D1:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[D0:.*]] = affine_map<(d0, d1) -> (d0)>

// Rows are the axes but the last; a unit has 8192 operations,
// unless the option says otherwise.
// CHECK-LABEL: func @rows
//       CHECK:   %[[UNIT:.*]] = arith.constant [[WORK]] : index
//       CHECK:   arith.divui %[[UNIT]]
//       CHECK:   rt.parallel {{.*}} grain 1 attributes {kernel = "elementwise"}
//       CHECK:     scf.for %[[ROW:[a-z0-9_]+]]
//       CHECK:       arith.remui %[[ROW]]
//       CHECK:       arith.divui %[[ROW]]
//       CHECK:       scf.for
//       CHECK:         memref.load
//       CHECK:         arith.addf
//       CHECK:         memref.store
//   CHECK-NOT:   linalg.generic
func.func @rows(%exec: !rt.exec, %a: memref<?x?x64xf32>, %b: memref<?x64xf32>, %o: memref<?x?x64xf32>) {
  linalg.generic {indexing_maps = [#id, #repeated, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a, %b : memref<?x?x64xf32>, memref<?x64xf32>) outs(%o : memref<?x?x64xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}

// CHECK-LABEL: func @index_and_transposition
//       CHECK:   rt.parallel
//       CHECK:     scf.for %[[I:[a-z0-9_]+]]
//       CHECK:       scf.for %[[J:[a-z0-9_]+]]
//       CHECK:         arith.index_cast %[[J]]
//       CHECK:         %[[FIRST:.*]] = affine.apply #[[D1]](%[[I]], %[[J]])
//       CHECK:         %[[SECOND:.*]] = affine.apply #[[D0]](%[[I]], %[[J]])
//       CHECK:         memref.store %{{.*}}, %{{.*}}[%[[FIRST]], %[[SECOND]]]
func.func @index_and_transposition(%exec: !rt.exec, %o: memref<?x?xi64>) {
  linalg.generic {indexing_maps = [#swapped], iterator_types = ["parallel", "parallel"]} outs(%o : memref<?x?xi64>) {
  ^bb0(%out: i64):
    %0 = linalg.index 1 : index
    %1 = arith.index_cast %0 : index to i64
    linalg.yield %1 : i64
  }
  return
}

// CHECK-LABEL: func @one_axis
//       CHECK:   rt.parallel
//       CHECK:     scf.for
//   CHECK-NOT:     scf.for
//       CHECK:       math.exp
func.func @one_axis(%exec: !rt.exec, %a: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]} ins(%a : memref<?xf32>) outs(%a : memref<?xf32>) {
  ^bb0(%x: f32, %out: f32):
    %0 = math.exp %x : f32
    linalg.yield %0 : f32
  }
  return
}

// CHECK-LABEL: func @reduction
//   CHECK-NOT:   rt.parallel
//       CHECK:   linalg.generic
func.func @reduction(%exec: !rt.exec, %a: memref<?x?xf32>, %o: memref<?xf32>) {
  linalg.generic {indexing_maps = [#id2, #first], iterator_types = ["parallel", "reduction"]} ins(%a : memref<?x?xf32>) outs(%o : memref<?xf32>) {
  ^bb0(%x: f32, %out: f32):
    %0 = arith.addf %x, %out : f32
    linalg.yield %0 : f32
  }
  return
}

// CHECK-LABEL: func @in_a_region
//       CHECK:   rt.parallel
//       CHECK:     linalg.generic
func.func @in_a_region(%exec: !rt.exec, %a: memref<?xf32>, %n: index) {
  rt.parallel %exec (%begin to %end) in %n {
    linalg.generic {indexing_maps = [#id1, #id1], iterator_types = ["parallel"]} ins(%a : memref<?xf32>) outs(%a : memref<?xf32>) {
    ^bb0(%x: f32, %out: f32):
      linalg.yield %x : f32
    }
    rt.yield
  }
  return
}
