// RUN: bitnet-opt %s --transformer-globalize-constants | FileCheck %s
// RUN: bitnet-opt %s --transformer-globalize-constants=min-elements=65 | FileCheck %s --check-prefix=LARGER

// Equal contents share a global; 64 elements stay, 65 move.

// CHECK:      rt.global @[[W:.+]] : tensor<65xf32> = [dense<1.000000e+00> : tensor<65xf32>]
// CHECK-NOT:  rt.global
// LARGER-NOT: rt.global
func.func @constants() -> (tensor<64xf32>, tensor<65xf32>, tensor<65xf32>) {
  // CHECK: arith.constant dense<2.000000e+00> : tensor<64xf32>
  %0 = arith.constant dense<2.0> : tensor<64xf32>
  // CHECK: rt.get_global @[[W]] : tensor<65xf32>
  %1 = arith.constant dense<1.0> : tensor<65xf32>
  // CHECK: rt.get_global @[[W]] : tensor<65xf32>
  %2 = arith.constant dense<1.0> : tensor<65xf32>
  return %0, %1, %2 : tensor<64xf32>, tensor<65xf32>, tensor<65xf32>
}
