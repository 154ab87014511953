// RUN: bitnet-opt %s --rt-expand-copies | FileCheck %s

// CHECK-LABEL: func @contiguous
//       CHECK:   memref.copy
func.func @contiguous(%a: memref<?x4xf32>, %b: memref<?x4xf32>) {
  memref.copy %a, %b : memref<?x4xf32> to memref<?x4xf32>
  return
}

// CHECK-LABEL: func @strided
//   CHECK-NOT:   memref.copy
//       CHECK:   %[[N:.+]] = memref.dim %[[A:.+]], %{{.+}} : memref<?x4xf32, strided<[8, 1]>>
//       CHECK:   scf.for %[[I:.+]] = %{{.+}} to %[[N]]
//       CHECK:     scf.for %[[J:.+]] =
//       CHECK:       %[[V:.+]] = memref.load %[[A]][%[[I]], %[[J]]]
//       CHECK:       memref.store %[[V]], %{{.+}}[%[[I]], %[[J]]]
func.func @strided(%a: memref<?x4xf32, strided<[8, 1]>>, %b: memref<?x4xf32>) {
  memref.copy %a, %b : memref<?x4xf32, strided<[8, 1]>> to memref<?x4xf32>
  return
}
