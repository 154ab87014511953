// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi" --remarks-filter="ternary" 2>&1 | FileCheck %s --check-prefixes=BOTH,REMARK
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx512vbmi" | FileCheck %s --check-prefix=ALONE
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi strategy=dot" | FileCheck %s --check-prefix=DOT
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=generic,x86-ssse3 any-arithmetic" 2>&1 | FileCheck %s --check-prefix=ANY
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi strategy=masked" | FileCheck %s --check-prefix=MASKED
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=generic,x86-avx2" 2>&1 | FileCheck %s --check-prefix=GENERIC
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi" --ternary-plan="target=x86-avx2 given-layouts" | FileCheck %s --check-prefix=PLAN2
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi" --ternary-plan="target=x86-avx512vbmi given-layouts" --remarks-filter="ternary" 2>&1 | FileCheck %s --check-prefix=PLAN5
// RUN: bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi strategy=dot" --ternary-plan="target=x86-avx2 given-layouts any-arithmetic" | FileCheck %s --check-prefix=PLAN-DOT
// RUN: not bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi layout=quints" 2>&1 | FileCheck %s --check-prefix=QUINTS
// RUN: not bitnet-opt %s --ternary-plan-layouts="targets=generic,x86-avx2 strategy=lookup" 2>&1 | FileCheck %s --check-prefix=LOOKUP
// RUN: not bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2,x86-avx512vbmi strategy=lookup layout=planes" 2>&1 | FileCheck %s --check-prefix=NOT-READ
// RUN: not bitnet-opt %s --ternary-plan-layouts="targets=x86-mmx" 2>&1 | FileCheck %s --check-prefix=NO-TARGET
// RUN: not bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2 strategy=fast" 2>&1 | FileCheck %s --check-prefix=NO-STRATEGY
// RUN: not bitnet-opt %s --ternary-plan-layouts="targets=x86-avx2 layout=dense" 2>&1 | FileCheck %s --check-prefix=NO-LAYOUT
// RUN: not bitnet-opt %s --ternary-plan-layouts 2>&1 | FileCheck %s --check-prefix=NO-LIST

// A target that would choose quads alone takes pairs with one that lacks their
// tables.
//  REMARK-NOT: predicted to take
//      REMARK: TernaryPlanLayouts | Category:ternary | K=2560, Layout=pairs, Rows=64, x86-avx2="0 % slower than alone", x86-avx512vbmi="{{[1-9][0-9]*}} % slower than alone"
//  BOTH-LABEL: func @many_rows
//        BOTH:   ternary.linear {{.*}} {layout = #ternary.layout<pairs, rows = 64>, rescale = {{.*}}, rows_of = array<i64: 2560>}
// ALONE-LABEL: func @many_rows
//       ALONE:   layout = #ternary.layout<quads, rows = 256>
// Rows of a block are those of the wider vectors: narrow ones read them too.
//   DOT-LABEL: func @many_rows
//         DOT:   layout = #ternary.layout<rows4, rows = 64>
//      MASKED:   layout = #ternary.layout<planes, rows = 64>
// The slowest target does not decide for all because it is slow: but nothing else
// runs there.
//     GENERIC: warning: linear layers on x86-avx2 are predicted to take {{[2-9]}}.{{[0-9]}} times as long
//     GENERIC:   layout = #ternary.layout<planes, rows = 64>
//         ANY: remark: linear layers on x86-ssse3 are predicted to take 1.{{[2-4]}} times as long as in code for that target alone: they have layouts that every target of the list reads
//         ANY:   layout = #ternary.layout<rows4, rows = 16>

// Strategies and tiles are each target's own.
//       PLAN2: strategy = #ternary.strategy<lookup>, tile = {{.*}}tokens = 16
//       PLAN5: TernaryPlan | Category:ternary | Because="every target reads its layout"
//       PLAN5: strategy = #ternary.strategy<lookup>, tile = {{.*}}tokens = 32
//    PLAN-DOT: layout = #ternary.layout<rows4, rows = 64>{{.*}} strategy = #ternary.strategy<dot>

//      QUINTS: error: no layout 'quints' has kernels for every target: 'lookup' on x86-avx2 needs tables of 128 bytes (avx512vbmi), which the target lacks
//      LOOKUP: error: no layout has kernels for every target: 'lookup' on generic needs byte shuffles (ssse3, neon, rvv or a GPU's), which the target lacks
//    NOT-READ: error: no layout 'planes' has kernels for every target: 'lookup' does not read it
//   NO-TARGET: error: unknown target 'x86-mmx', expected one of generic, x86-ssse3
// NO-STRATEGY: error: unknown strategy 'fast', expected one of auto, {{.*}}masked
//   NO-LAYOUT: error: unknown layout 'dense', expected one of auto, pairs
//     NO-LIST: error: has no targets, expected the attribute bitnet.targets or the option 'targets'
func.func @many_rows(%q: tensor<?x2560xi8>, %s: tensor<?x1xf32>, %w: tensor<2560x2560x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x2560xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x2560xi8>, tensor<?x1xf32> weights(tensor<2560x2560x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2560xf32>
  return %y : tensor<?x2560xf32>
}

// What was packed already is planned for one target, unless it says how.
// PLAN2-LABEL: func @packed
//       PLAN2:   strategy = #ternary.strategy<lookup>, tile = {{.*}}tokens = 16
func.func @packed(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<1024xi8>, %ws: tensor<1xf32>) -> tensor<?x64xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 64>, rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<1024xi8>) scales(tensor<1xf32>)) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
