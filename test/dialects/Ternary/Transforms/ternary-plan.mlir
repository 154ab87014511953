// RUN: bitnet-opt %s --ternary-plan | FileCheck %s --check-prefix=GENERIC
// RUN: bitnet-opt %s --ternary-plan=target=x86-avx512bw --remarks-filter="ternary" 2>&1 | FileCheck %s --check-prefixes=REMARK,WIDE
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx2 strategy=masked" | FileCheck %s --check-prefix=MASKED
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx512vbmi any-arithmetic" | FileCheck %s --check-prefix=VNNI
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx2 any-arithmetic" | FileCheck %s --check-prefix=ANY-AVX2
// RUN: bitnet-opt %s --ternary-plan=target=x86-avx512vbmi | FileCheck %s --check-prefix=ADD
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx512bw strategy=dot" | FileCheck %s --check-prefix=FORCED
// RUN: bitnet-opt %s --ternary-plan=target=nvptx-sm_80 | FileCheck %s --check-prefix=WARPS
// RUN: bitnet-opt %s --ternary-plan="target=amdgcn-gfx90a any-arithmetic" | FileCheck %s --check-prefix=WARPS-ANY
// RUN: bitnet-opt %s --ternary-plan="target=nvptx-sm_80 strategy=masked" | FileCheck %s --check-prefix=MASKED
// RUN: not bitnet-opt %s --ternary-plan="target=nvptx-sm_80 strategy=lookup layout=pairs" 2>&1 | FileCheck %s --check-prefix=NO-TABLES
// RUN: not bitnet-opt %s --ternary-plan="target=nvptx-sm_80 strategy=dot layout=rows5" 2>&1 | FileCheck %s --check-prefix=NO-DIGITS
// RUN: not bitnet-opt %s --ternary-plan="target=x86-avx2 strategy=lookup layout=rows4" 2>&1 | FileCheck %s --check-prefix=NO-WARPS
// RUN: not bitnet-opt %s --ternary-plan=strategy=lookup 2>&1 | FileCheck %s --check-prefix=NO-SHUFFLE
// RUN: not bitnet-opt %s --ternary-plan=strategy=fast 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not bitnet-opt %s --ternary-plan=target=x86-mmx 2>&1 | FileCheck %s --check-prefix=NO-TARGET

// RUN: bitnet-opt %s --ternary-plan="target=x86-avx512vbmi" | FileCheck %s --check-prefix=MANY
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx512vbmi layout=quints" | FileCheck %s --check-prefix=QUINTS
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx512vbmi layout=pairs" | FileCheck %s --check-prefix=WIDE
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx2 layout=planes" | FileCheck %s --check-prefix=MASKED
// RUN: not bitnet-opt %s --ternary-plan="target=x86-avx512bw layout=quints" 2>&1 | FileCheck %s --check-prefix=NO-VBMI
// RUN: not bitnet-opt %s --ternary-plan="target=x86-avx2 strategy=lookup layout=planes" 2>&1 | FileCheck %s --check-prefix=NOT-READ
// RUN: bitnet-opt %s --ternary-plan="target=x86-avx2 strategy=masked layout=rows5" | FileCheck %s --check-prefix=UNPACKS
// RUN: not bitnet-opt %s --ternary-plan=layout=dense 2>&1 | FileCheck %s --check-prefix=NO-LAYOUT

//        QUINTS:   layout = #ternary.layout<quints, rows = 64>
//   QUINTS-SAME:   strategy = #ternary.strategy<lookup>
//       NO-VBMI: error: layout 'quints' needs tables of 128 bytes (avx512vbmi), which the target lacks
//      NOT-READ: error: strategy 'lookup' does not read layout 'planes'
//       UNPACKS:   layout = #ternary.layout<rows5, rows = 80>
//  UNPACKS-SAME:   strategy = #ternary.strategy<masked>
//     NO-LAYOUT: error: unknown layout 'dense', expected one of auto, pairs, planes, quads, quints
//     NO-TABLES: error: strategy 'lookup' needs tables of 16 bytes, which a GPU lacks
//     NO-DIGITS: error: strategy 'dot' has no kernel for a GPU
//      NO-WARPS: error: strategy 'lookup' needs the warps of a GPU, which the target lacks
//         WARPS:   layout = #ternary.layout<rows4, rows = 16>
//    WARPS-SAME:   strategy = #ternary.strategy<lookup>
//     WARPS-ANY:   layout = #ternary.layout<rows4, rows = 16>
// WARPS-ANY-SAME:  strategy = #ternary.strategy<dot>
// GENERIC-LABEL: func @sixty_four_terms
//       GENERIC:   layout = #ternary.layout<planes, rows = 64>
//  GENERIC-SAME:   rows_of = array<i64: 32>
//  GENERIC-SAME:   strategy = #ternary.strategy<masked>
//        REMARK: TernaryPlan | Category:ternary | Because="it takes the fewest cycles", K=64, Layout=pairs, PredictedMicroseconds="1: {{.*}}, 8: {{.*}}, 128: {{.*}}", RunnerUp="masked on planes", RunnerUpSlower="{{[0-9]+}} %", Strategy=lookup, groups={{[0-9]+}}, min_tokens=22, pass_rows=2048, row_blocks=2, slots=8, table_groups=252, tokens=32
//    WIDE-LABEL: func @sixty_four_terms
//          WIDE:   layout = #ternary.layout<pairs, rows = 64>
//     WIDE-SAME:   strategy = #ternary.strategy<lookup>
//     WIDE-SAME:   tokens = 32
//        MASKED:   strategy = #ternary.strategy<masked>
// 32 rows in a block of 80 would take as many bytes as in one of 64.
//          VNNI:   layout = #ternary.layout<rows4, rows = 64>
//     VNNI-SAME:   strategy = #ternary.strategy<dot>
//     VNNI-SAME:   prefetch = 4096
//      ANY-AVX2:   layout = #ternary.layout<rows4, rows = 32>
//           ADD:   strategy = #ternary.strategy<lookup>
//        FORCED:   layout = #ternary.layout<rows4, rows = 64>
//   FORCED-SAME:   strategy = #ternary.strategy<dot>
//    NO-SHUFFLE: error: strategy 'lookup' needs byte shuffles (ssse3, neon, rvv or a GPU's), which the target lacks
//       UNKNOWN: error: unknown strategy 'fast', expected one of auto, {{.*}}masked
//     NO-TARGET: error: unknown target 'x86-mmx', expected one of generic, x86-ssse3
func.func @sixty_four_terms(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// In caches 2 bits a trit are decoded faster than 1.6.
//    VNNI-LABEL: func @eighty_rows
//          VNNI:   layout = #ternary.layout<rows4, rows = 64>
//     VNNI-SAME:   strategy = #ternary.strategy<dot>
func.func @eighty_rows(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<80x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x80xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<80x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x80xf32>
  return %y : tensor<?x80xf32>
}

// In caches quads are faster than quints, from memory they are not
// (ternary-plan-memory.mlir).
// MANY-LABEL: func @tables_of_quads_pay_from_few_rows_on
//       MANY:   layout = #ternary.layout<quads, rows = 64>
func.func @tables_of_quads_pay_from_few_rows_on(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<64x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x64xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<64x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// MANY-LABEL: func @more_rows_share_them
//       MANY:   layout = #ternary.layout<quads, rows = 256>
func.func @more_rows_share_them(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<512x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x512xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<512x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x512xf32>
  return %y : tensor<?x512xf32>
}
