// RUN: bitnet-opt %s --linalg-to-parallel="elements unit-work=1" --canonicalize | FileCheck %s
// RUN: bitnet-opt %s --linalg-to-parallel="elements unit-work=64" --canonicalize | FileCheck %s --check-prefix=MANY

#id = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#last = affine_map<(d0, d1, d2) -> (d2)>
#none = affine_map<(d0, d1, d2) -> (d0, 0, d2)>
#outer = affine_map<(d0, d1, d2) -> (d0, d1)>
#id2 = affine_map<(d0, d1) -> (d0, d1)>
#swapped = affine_map<(d0, d1) -> (d1, d0)>

// Axes that lie side by side are one: no division, neighbouring threads have
// neighbouring elements.
// CHECK-LABEL: func @one_group
//  CHECK-SAME:   %[[A:[a-z0-9]+]]: memref<?x?x64xf32>, %[[B:[a-z0-9]+]]: memref<?x?x64xf32>
//   CHECK-DAG:   %[[X:.+]] = memref.collapse_shape %[[A]] {{.+}} into memref<?xf32>
//   CHECK-DAG:   %[[O:.+]] = memref.collapse_shape %[[B]] {{.+}} into memref<?xf32>
//       CHECK:   rt.parallel {{.*}} grain 1 attributes {kernel = "elementwise"}
//   CHECK-NOT:     arith.remui
//       CHECK:     scf.for %[[I:[a-z0-9_]+]]
//   CHECK-NOT:     arith.remui
//       CHECK:       memref.load %[[X]][%[[I]]]
//       CHECK:       memref.store %{{.+}}, %[[O]][%[[I]]]
//   CHECK-NOT:   linalg.generic
// A unit of 64 operations, three for an element, has 21 of those.
//  MANY-LABEL: func @one_group
//       MANY:   %[[UNIT:.+]] = arith.constant 21 : index
//       MANY:   arith.ceildivui %{{.+}}, %[[UNIT]]
func.func @one_group(%exec: !rt.exec, %a: memref<?x?x64xf32>, %o: memref<?x?x64xf32>) {
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a : memref<?x?x64xf32>) outs(%o : memref<?x?x64xf32>) {
  ^bb0(%x: f32, %out: f32):
    %0 = arith.addf %x, %x : f32
    linalg.yield %0 : f32
  }
  return
}

// Axes of size 1 are no axes.
// CHECK-LABEL: func @one_row
//   CHECK-NOT:   memref.collapse_shape
//       CHECK:   rt.parallel %{{.+}} in %c8192
//       CHECK:     scf.for %[[I:[a-z0-9_]+]]
//       CHECK:       memref.load %{{.+}}[%c0, %c0, %[[I]]]
//       CHECK:       memref.load %{{.+}}[%[[I]]]
func.func @one_row(%exec: !rt.exec, %a: memref<1x1x8192xf32>, %b: memref<8192xf32>) {
  linalg.generic {indexing_maps = [#id, #last, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a, %b : memref<1x1x8192xf32>, memref<8192xf32>) outs(%a : memref<1x1x8192xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}

// What one operand repeats it counts by itself.
// CHECK-LABEL: func @repeated
//  CHECK-SAME:   %[[A:[a-z0-9]+]]: memref<?x8x64xf32>, %[[B:[a-z0-9]+]]: memref<64xf32>
//       CHECK:   %[[X:.+]] = memref.collapse_shape %[[A]] {{\[}}[0, 1], [2]] : memref<?x8x64xf32> into memref<?x64xf32>
//       CHECK:   rt.parallel
//       CHECK:     scf.for %[[I:[a-z0-9_]+]]
//       CHECK:       %[[K:.+]] = arith.remui %[[I]], %c64
//       CHECK:       %[[ROW:.+]] = arith.divui %[[I]], %c64
//   CHECK-NOT:       arith.remui
//       CHECK:       memref.load %[[X]][%[[ROW]], %[[K]]]
//       CHECK:       memref.load %[[B]][%[[K]]]
func.func @repeated(%exec: !rt.exec, %a: memref<?x8x64xf32>, %b: memref<64xf32>) {
  linalg.generic {indexing_maps = [#id, #last, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%a, %b : memref<?x8x64xf32>, memref<64xf32>) outs(%a : memref<?x8x64xf32>) {
  ^bb0(%x: f32, %y: f32, %out: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}

// Neither in the middle nor transposed, nor where an index is asked for, nor
// where rows do not follow each other.
// CHECK-LABEL: func @apart
//   CHECK-NOT:   memref.collapse_shape
//       CHECK:   return
func.func @apart(%exec: !rt.exec, %a: memref<4x8x64xf32>, %b: memref<4x1x64xf32>, %c: memref<8x4xi64>, %d: memref<4x8xf32, strided<[16, 1]>>) {
  linalg.generic {indexing_maps = [#none, #id], iterator_types = ["parallel", "parallel", "parallel"]} ins(%b : memref<4x1x64xf32>) outs(%a : memref<4x8x64xf32>) {
  ^bb0(%x: f32, %out: f32):
    linalg.yield %x : f32
  }
  linalg.generic {indexing_maps = [#swapped, #swapped], iterator_types = ["parallel", "parallel"]} ins(%c : memref<8x4xi64>) outs(%c : memref<8x4xi64>) {
  ^bb0(%x: i64, %out: i64):
    linalg.yield %x : i64
  }
  linalg.generic {indexing_maps = [#id2], iterator_types = ["parallel", "parallel"]} outs(%c : memref<8x4xi64>) {
  ^bb0(%out: i64):
    %0 = linalg.index 1 : index
    %1 = arith.index_cast %0 : index to i64
    linalg.yield %1 : i64
  }
  linalg.generic {indexing_maps = [#id2, #id2], iterator_types = ["parallel", "parallel"]} ins(%d : memref<4x8xf32, strided<[16, 1]>>) outs(%d : memref<4x8xf32, strided<[16, 1]>>) {
  ^bb0(%x: f32, %out: f32):
    linalg.yield %x : f32
  }
  return
}
