// RUN: bitnet-opt %s --device-await --split-input-file | FileCheck %s

// Reading an input or weights needs no wait: no kernel writes them.
rt.global @w : tensor<4xf32> = [dense<1.0> : tensor<4xf32>]

// CHECK-LABEL: func @main
//       CHECK:   device.dispatch
//  CHECK-NEXT:   memref.load
//  CHECK-NEXT:   memref.load
//  CHECK-NEXT:   device.await
//  CHECK-NEXT:   memref.load
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %arena = rt.arena %exec : memref<?xi8>
  %x = memref.view %arena[%c0][] : memref<?xi8> to memref<4xf32>
  %in = rt.input %exec[0] : memref<4xf32>
  %row = memref.reinterpret_cast %in to offset: [0], sizes: [2], strides: [1] : memref<4xf32> to memref<2xf32>
  %w = rt.get_global @w exec %exec : memref<4xf32>
  device.dispatch %exec, 0 "k"(%x : memref<4xf32>) in %c16
  %0 = memref.load %row[%c0] : memref<2xf32>
  %1 = memref.load %w[%c0] : memref<4xf32>
  %2 = memref.load %x[%c0] : memref<4xf32>
  memref.store %2, %x[%c0] : memref<4xf32>
  return
}

// -----

// One wait before a loop that dispatches nothing; in a loop that does, in it.
// CHECK-LABEL: func @main
//       CHECK:   device.await
//       CHECK:   scf.for
//       CHECK:     scf.for
//   CHECK-NOT:   device.await
//       CHECK:   scf.for
//  CHECK-NEXT:     device.await
//  CHECK-NEXT:     memref.store
//  CHECK-NEXT:     device.dispatch
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %f = arith.constant 1.0 : f32
  %arena = rt.arena %exec : memref<?xi8>
  %x = memref.view %arena[%c0][] : memref<?xi8> to memref<4xf32>
  device.dispatch %exec, 0 "k"(%x : memref<4xf32>) in %c4
  scf.for %i = %c0 to %c4 step %c1 {
    scf.for %j = %c0 to %c4 step %c1 {
      memref.store %f, %x[%j] : memref<4xf32>
    }
  }
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %f, %x[%i] : memref<4xf32>
    device.dispatch %exec, 0 "k"(%x : memref<4xf32>) in %c4
  }
  return
}

// -----

// Without kernels nobody waits.
// CHECK-LABEL: func @main
//   CHECK-NOT:   device.await
func.func @main(%exec: !rt.exec, %x: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %0 = memref.load %x[%c0] : memref<4xf32>
  memref.store %0, %x[%c0] : memref<4xf32>
  return
}

// -----

// A region that stays on the CPU touches memory, too.
// CHECK-LABEL: func @main
//       CHECK:   device.dispatch
//  CHECK-NEXT:   device.await
//  CHECK-NEXT:   rt.fork
func.func @main(%exec: !rt.exec, %x: memref<4xf32>) {
  %c4 = arith.constant 4 : index
  device.dispatch %exec, 0 "k"(%x : memref<4xf32>) in %c4
  rt.fork %exec, @region(%x : memref<4xf32>) in %c4 grain 1
  return
}
func.func private @region(%args: !llvm.ptr, %begin: index, %end: index)
