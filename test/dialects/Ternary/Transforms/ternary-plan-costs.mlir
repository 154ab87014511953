// RUN: bitnet-opt %s --ternary-plan=target=x86-avx512bw | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: bitnet-opt %s --ternary-plan=target=x86-avx2 | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: bitnet-opt %s --ternary-plan=target=x86-ssse3 | FileCheck %s --check-prefix=SSSE3
// RUN: bitnet-opt %s --ternary-plan=target=generic | FileCheck %s --check-prefix=GENERIC
// RUN: bitnet-opt %s --ternary-plan=target=generic --remarks-filter=ternary 2>&1 | FileCheck %s --check-prefix=ONLY

// The only strategy that a target runs has no runner-up.
// ONLY: Because="it runs on any target", K=2560, Layout=planes, PredictedMicroseconds="1: {{[0-9.]+}}, 8: {{[0-9.]+}}, 128: {{[0-9.]+}}", Strategy=masked

// Tables are made once for all rows: with many rows a padded tile is worth it
// from fewer tokens on than with a few.
// CHECK-LABEL: func @many_rows
//        WIDE:   min_tokens = 15
//        AVX2:   min_tokens = 8
// SSSE3-LABEL: func @many_rows
//       SSSE3:   strategy = #ternary.strategy<lookup>
// GENERIC-LABEL: func @many_rows
//       GENERIC:   strategy = #ternary.strategy<masked>
func.func @many_rows(%q: tensor<?x2560xi8>, %s: tensor<?x1xf32>, %w: tensor<2560x2560x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x2560xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x2560xi8>, tensor<?x1xf32> weights(tensor<2560x2560x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2560xf32>
  return %y : tensor<?x2560xf32>
}

// CHECK-LABEL: func @few_rows
//        WIDE:   min_tokens = 22
//        AVX2:   min_tokens = 9
func.func @few_rows(%q: tensor<?x2560xi8>, %s: tensor<?x1xf32>, %w: tensor<4x2560x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x4xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x2560xi8>, tensor<?x1xf32> weights(tensor<4x2560x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
