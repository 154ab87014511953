// RUN: bitnet-opt %s --ternary-plan=target=x86-avx2 | FileCheck %s --check-prefix=PAIRS
// RUN: bitnet-opt %s --ternary-plan=target=x86-avx512vbmi | FileCheck %s --check-prefix=PAIRS
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx512vbmi any-arithmetic" | FileCheck %s --check-prefix=DOT
// RUN: bitnet-opt %s --ternary-plan | FileCheck %s --check-prefix=MASKED
// RUN: not bitnet-opt %s --ternary-plan="target=x86-avx512vbmi layout=quints strategy=lookup" 2>&1 | FileCheck %s --check-prefix=QUINTS
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx512vbmi,x86-avx2" | FileCheck %s --check-prefix=SHARED

// Scales in groups have kernels for some layouts only.
//       PAIRS: ternary.linear {{.*}}layout = #ternary.layout<pairs, rows = 64>{{.*}}strategy = #ternary.strategy<lookup>
//         DOT: ternary.linear {{.*}}layout = #ternary.layout<rows4, rows = 64>{{.*}}strategy = #ternary.strategy<dot>
//      MASKED: ternary.linear {{.*}}layout = #ternary.layout<planes, rows = 64>{{.*}}strategy = #ternary.strategy<masked>
//      QUINTS: error: no strategy that may be taken has kernels for scales in groups of 128 terms, expected 'lookup' on pairs, 'dot' on rows4 or 'masked'
//      SHARED: ternary.linear {{.*}}layout = #ternary.layout<pairs, rows = 64>
func.func @groups(%q: tensor<?x2560xi8>, %s: tensor<?x20xf32>, %ws: tensor<1xf32>, %w: tensor<2560x2560x!ternary.trit>) -> tensor<?x2560xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul_prod>, group = 128 : i64}
      : (tensor<?x2560xi8>, tensor<?x20xf32> weights(tensor<2560x2560x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2560xf32>
  return %y : tensor<?x2560xf32>
}
