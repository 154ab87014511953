// RUN: bitnet-opt %s --device-constants-to-weights --split-input-file --verify-diagnostics | FileCheck %s

// CHECK: rt.global @small : tensor<2xf32> = [dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>]
memref.global "private" constant @small : memref<2xf32> = dense<[1.0, 2.0]>

// CHECK-LABEL: func @main(
//  CHECK-SAME:   %[[EXEC:.+]]: !rt.exec
//       CHECK:   %[[X:.+]] = rt.get_global @small exec %[[EXEC]] : memref<2xf32>
//       CHECK:   memref.load %[[X]]
func.func @main(%exec: !rt.exec) -> f32 {
  %c0 = arith.constant 0 : index
  %x = memref.get_global @small : memref<2xf32>
  %f = memref.load %x[%c0] : memref<2xf32>
  return %f : f32
}

// -----

// expected-error @+1 {{is no constant, which a device cannot read}}
memref.global "private" @state : memref<2xf32>

func.func @main(%exec: !rt.exec) {
  return
}

// -----

memref.global "private" constant @small : memref<2xf32> = dense<[1.0, 2.0]>

func.func @main(%exec: !rt.exec) {
  return
}

func.func @other() {
  // expected-error @+1 {{is outside of @main}}
  %x = memref.get_global @small : memref<2xf32>
  return
}
