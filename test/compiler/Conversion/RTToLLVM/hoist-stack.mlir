// RUN: bitnet-opt %s --split-input-file --rt-hoist-stack --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @static_in_a_loop
//       CHECK:   memref.alloca() : memref<4xf32>
//       CHECK:   scf.for
//   CHECK-NOT:   memref.alloca
func.func @static_in_a_loop(%n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %t = memref.alloca() : memref<4xf32>
    memref.store %v, %t[%c0] : memref<4xf32>
  }
  return
}

// -----

func.func @dynamic_in_a_loop(%n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // expected-error @+1 {{allocates 'memref<?xf32>' on the stack in a loop, expected a static size}}
    %t = memref.alloca(%n) : memref<?xf32>
    memref.store %v, %t[%c0] : memref<?xf32>
  }
  return
}
