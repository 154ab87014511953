// RUN: bitnet-opt %s --rt-assign-weights --split-input-file --verify-diagnostics | FileCheck %s

// Each layer's value begins at a multiple of 64 bytes; an i1 takes one byte.
// CHECK: module attributes {bitnet.weights_bytes = 320 : i64}
module {
  // CHECK: rt.global @one {{.*}} {offset = 0 : i64, stride = 64 : i64}
  rt.global @one : tensor<64xi1> = [dense<true> : tensor<64xi1>]
  // CHECK: rt.global @two {{.*}} {offset = 64 : i64, stride = 64 : i64}
  rt.global @two : tensor<4xf32> = [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
  // CHECK: rt.global @three {{.*}} {offset = 192 : i64, stride = 128 : i64}
  rt.global @three : tensor<65xi8> = [dense<3> : tensor<65xi8>]
}

// -----

// expected-error @+1 {{has type 'tensor<4x4x!ternary.trit>', expected a static shape and elements of whole bytes}}
rt.global @trits : tensor<4x4x!ternary.trit> = [dense<0> : tensor<4xi8>]
