// RUN: bitnet-opt %s --split-input-file --rt-plan-arena --canonicalize --cse | FileCheck %s

// Buffers whose lifetimes do not meet share a slot.
// CHECK-LABEL: func @arena_bytes(
//       CHECK:   return %c384_i64
// CHECK-LABEL: func @main(
//       CHECK:   %[[ARENA:.+]] = rt.arena
//       CHECK:   %[[A:.+]] = memref.view %[[ARENA]][%c0][] : memref<?xi8> to memref<16xf32>
//       CHECK:   memref.copy %{{.+}}, %[[A]]
//       CHECK:   %[[B:.+]] = memref.view %[[ARENA]][%c64][] : memref<?xi8> to memref<80xf32>
//       CHECK:   memref.copy %{{.+}}, %[[B]]
//       CHECK:   memref.copy %[[A]]
//       CHECK:   memref.copy %[[B]]
//   CHECK-NOT:   memref.alloc
//       CHECK:   memref.copy %{{.+}}, %[[A]]
func.func @main(%exec: !rt.exec) {
  %x = rt.input %exec[0] : memref<16xf32>
  %y = rt.input %exec[1] : memref<80xf32>
  %a = memref.alloc() : memref<16xf32>
  memref.copy %x, %a : memref<16xf32> to memref<16xf32>
  %b = memref.alloc() : memref<80xf32>
  memref.copy %y, %b : memref<80xf32> to memref<80xf32>
  memref.copy %a, %x : memref<16xf32> to memref<16xf32>
  memref.copy %b, %y : memref<80xf32> to memref<80xf32>
  // Reuses the slot of %a, whose last use is over.
  %c = memref.alloc() : memref<16xf32>
  memref.copy %x, %c : memref<16xf32> to memref<16xf32>
  memref.copy %c, %x : memref<16xf32> to memref<16xf32>
  return
}

// -----

// A buffer made outside a loop and read inside it lives to the loop's end: the
// one made inside may not take its place. Sizes come from the inputs.
// CHECK-LABEL: func @arena_bytes(
//       CHECK:   %[[DIM:.+]] = memref.dim %{{.+}}, %c0 : memref<?x4xf32>
//       CHECK:   %[[BYTES:.+]] = arith.muli %[[DIM]], %c16
//       CHECK:   %[[UP:.+]] = arith.addi %[[BYTES]], %c63
//       CHECK:   %[[SLOT:.+]] = arith.andi %[[UP]], %c-64
//       CHECK:   arith.addi %[[SLOT]], %[[SLOT]]
// CHECK-LABEL: func @main(
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %x = rt.input %exec[0] : memref<?x4xf32>
  %n = memref.dim %x, %c0 : memref<?x4xf32>
  %a = memref.alloc(%n) : memref<?x4xf32>
  memref.copy %x, %a : memref<?x4xf32> to memref<?x4xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    memref.copy %a, %x : memref<?x4xf32> to memref<?x4xf32>
    %b = memref.alloc(%n) : memref<?x4xf32>
    memref.copy %x, %b : memref<?x4xf32> to memref<?x4xf32>
    memref.copy %b, %x : memref<?x4xf32> to memref<?x4xf32>
  }
  return
}

// -----

// What an output names is read after the execution: nothing takes its place.
// CHECK-LABEL: func @arena_bytes(
//       CHECK:   return %c128_i64
// CHECK-LABEL: func @main(
func.func @main(%exec: !rt.exec) {
  %x = rt.input %exec[0] : memref<16xf32>
  %a = memref.alloc() : memref<16xf32>
  memref.copy %x, %a : memref<16xf32> to memref<16xf32>
  %v = memref.expand_shape %a [[0, 1]] output_shape [4, 4] : memref<16xf32> into memref<4x4xf32>
  rt.output %exec[0], %v : memref<4x4xf32>
  %b = memref.alloc() : memref<16xf32>
  memref.copy %x, %b : memref<16xf32> to memref<16xf32>
  memref.copy %b, %x : memref<16xf32> to memref<16xf32>
  return
}

// -----

// A buffer that goes to the next iteration is copied to one outside.
// CHECK-LABEL: func @arena_bytes(
// CHECK-LABEL: func @main(
//       CHECK:   %[[FIXED:.+]] = memref.view
//       CHECK:   memref.copy %{{.+}}, %[[FIXED]]
//       CHECK:   scf.for
//       CHECK:     %[[NEXT:.+]] = memref.view
//       CHECK:     memref.copy %[[FIXED]], %[[NEXT]]
//       CHECK:     memref.copy %[[NEXT]], %[[FIXED]]
//       CHECK:   rt.output %{{.+}}[0], %[[FIXED]]
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %x = rt.input %exec[0] : memref<16xf32>
  %r = scf.for %i = %c0 to %c4 step %c1 iter_args(%h = %x) -> (memref<16xf32>) {
    %b = memref.alloc() : memref<16xf32>
    memref.copy %h, %b : memref<16xf32> to memref<16xf32>
    scf.yield %b : memref<16xf32>
  }
  rt.output %exec[0], %r : memref<16xf32>
  return
}

// -----

// Sizes that no machine has saturate, and so does their sum: no product wraps to
// one that fits, and the runtime gets a negative number.
// CHECK-LABEL: func @arena_bytes(
//       CHECK:   %[[AREA:.+]] = arith.muli %{{.+}}, %{{.+}} : index
//       CHECK:   %[[ABOVE:.+]] = arith.cmpi sgt, %[[AREA]], %c36028797002186752
//       CHECK:   %[[PRODUCT:.+]] = arith.muli %[[AREA]], %c128
//       CHECK:   %[[BYTES:.+]] = arith.select %[[ABOVE]], %c4611686016279904256, %[[PRODUCT]]
//       CHECK:   arith.andi
//       CHECK:   %[[TWO:.+]] = arith.addi
//       CHECK:   %[[TOTAL:.+]] = arith.minsi %[[TWO]], %c4611686016279904256
//       CHECK:   %[[FITS:.+]] = arith.cmpi slt, %[[TOTAL]], %c4611686016279904256
//       CHECK:   arith.select %[[FITS]], %[[TOTAL]], %c-1
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = rt.input %exec[0] : memref<?x?xf32>
  %n = memref.dim %x, %c0 : memref<?x?xf32>
  %m = memref.dim %x, %c1 : memref<?x?xf32>
  %a = memref.alloc(%n, %m) : memref<?x32x?xf32>
  %b = memref.alloc(%n, %m) : memref<?x32x?xf32>
  rt.output %exec[0], %a : memref<?x32x?xf32>
  rt.output %exec[1], %b : memref<?x32x?xf32>
  return
}

// -----

// A size that depends on data is known only at its place.
// CHECK-LABEL: func @arena_bytes(
//       CHECK:   return %c0_i64
// CHECK-LABEL: func @main(
//       CHECK:   %[[N:.+]] = arith.index_cast
//       CHECK:   %[[SIZE:.+]] = arith.maxsi %[[N]], %c0
//       CHECK:   %[[ABOVE:.+]] = arith.cmpi sgt, %[[SIZE]], %c1152921504069976064
//       CHECK:   %[[PRODUCT:.+]] = arith.muli %[[SIZE]], %c4
//       CHECK:   %[[BYTES:.+]] = arith.select %[[ABOVE]], %c4611686016279904256, %[[PRODUCT]]
//       CHECK:   %[[M:.+]] = rt.allocate %{{.+}}, %[[BYTES]]
//       CHECK:   memref.view %[[M]][%c0][%[[N]]] : memref<?xi8> to memref<?xf32>
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %x = rt.input %exec[0] : memref<1xi64>
  %v = memref.load %x[%c0] : memref<1xi64>
  %n = arith.index_cast %v : i64 to index
  %a = memref.alloc(%n) : memref<?xf32>
  rt.output %exec[0], %a : memref<?xf32>
  return
}

// -----

// A divisor that a guard keeps from zero runs on entry without its guard.
// CHECK-LABEL: func @arena_bytes(
//       CHECK:   %[[SAFE:.+]] = arith.maxsi %{{.+}}, %c1
//       CHECK:   arith.divsi %{{.+}}, %[[SAFE]]
// CHECK-LABEL: func @main(
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = rt.input %exec[0] : memref<?x?xf32>
  %m = memref.dim %x, %c0 : memref<?x?xf32>
  %n = memref.dim %x, %c1 : memref<?x?xf32>
  %d = arith.divsi %m, %n : index
  %a = memref.alloc(%d) : memref<?xf32>
  rt.output %exec[0], %a : memref<?xf32>
  return
}

// -----

// CHECK-LABEL: func @arena_bytes(
// CHECK-LABEL: func @main(
//       CHECK:   rt.parallel
//       CHECK:     memref.alloca() {alignment = 64 : i64} : memref<16384xf32>
func.func @main(%exec: !rt.exec) {
  %c4 = arith.constant 4 : index
  %y = rt.input %exec[0] : memref<16384xf32>
  rt.parallel %exec (%begin to %end) in %c4 grain 1 {
    %t = memref.alloc() : memref<16384xf32>
    memref.copy %t, %y : memref<16384xf32> to memref<16384xf32>
    rt.yield
  }
  return
}
