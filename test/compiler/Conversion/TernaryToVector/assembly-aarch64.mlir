// Inner loops of the kernels on AArch64: the instructions that are meant, and in
// those of the default nothing that multiplies vectors.

// DEFINE: %{target} = aarch64-neon
// DEFINE: %{features} = +neon
// DEFINE: %{compile} = --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=%{target}},canonicalize,cse,bitnet-codegen)" | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=aarch64-linux-gnu -mattr=%{features} -S | llc -O3 -mtriple=aarch64-linux-gnu -mattr=%{features}

// RUN: split-file %s %t
// RUN: bitnet-opt %t/add.mlir --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=%{target}},ternary-certify)" -o /dev/null
// RUN: bitnet-opt %t/add.mlir %{compile} | FileCheck %s --implicit-check-not='{{[[:space:]]mul[[:space:]]v}}' --implicit-check-not=mull --implicit-check-not=mla --implicit-check-not='dot{{[[:space:]]}}'
// REDEFINE: %{target} = aarch64-dotprod
// REDEFINE: %{features} = +dotprod
// RUN: bitnet-opt %t/dot.mlir %{compile} | FileCheck %s --check-prefixes=DOT,SDOT
// REDEFINE: %{target} = aarch64-i8mm
// REDEFINE: %{features} = +dotprod,+i8mm
// RUN: bitnet-opt %t/dot.mlir %{compile} | FileCheck %s --check-prefixes=DOT,USMMLA

// A table is one register, for two vectors of rows.
//   CHECK-LABEL: bitlinear_lookup_pairs_rows:
//         CHECK:   =>{{.*}}This Inner Loop Header
// CHECK-COUNT-32:  tbl v{{[0-9]+}}.16b, { v{{[0-9]+}}.16b }, v
//     CHECK-NOT:   tbl
//         CHECK:   b.{{lo|ne}}

// Sixteen sums of four rows each, for four tokens and four digits: sdot takes
// nibbles, usmmla all fields of a byte, for two rows and two tokens at a time:
// half as many for as many terms. Behind the loop that makes the totals.
//      DOT-LABEL: bitlinear_dot_rows4_rows:
//            DOT:   Inner Loop Header
//            DOT:   Inner Loop Header
//        DOT-NOT:   {{Spill|Reload}}
//  SDOT-COUNT-16:   {{[[:space:]]}}sdot v{{[0-9]+}}.4s, v
//   USMMLA-COUNT-2:   zip{{[12]}} v{{[0-9]+}}.4s
//  USMMLA-COUNT-16:   usmmla v{{[0-9]+}}.4s, v
//      USMMLA-NOT:   {{(usmmla|usdot|sdot)}}
//        DOT-NOT:   {{Spill|Reload}}
//            DOT:   b.{{lo|ne}}

//--- add.mlir
func.func @main(%exec: !rt.exec) {
  %q = rt.input %exec[0] : memref<?x256xi8>
  %s = rt.input %exec[1] : memref<?x1xf32>
  %ws = rt.input %exec[2] : memref<1xf32>
  %w = rt.input %exec[3] : memref<4096xi8>
  %y = rt.input %exec[4] : memref<?x64xf32>
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%y) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 64>, strategy = #ternary.strategy<lookup>}
      : (memref<?x256xi8>, memref<?x1xf32> weights(memref<4096xi8>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%y) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 64>, strategy = #ternary.strategy<masked>}
      : (memref<?x256xi8>, memref<?x1xf32> weights(memref<4096xi8>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  return
}
//--- dot.mlir
func.func @main(%exec: !rt.exec) {
  %q = rt.input %exec[0] : memref<?x256xi8>
  %s = rt.input %exec[1] : memref<?x1xf32>
  %ws = rt.input %exec[2] : memref<1xf32>
  %w = rt.input %exec[3] : memref<4096xi8>
  %y = rt.input %exec[4] : memref<?x64xf32>
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%y) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<rows4, rows = 64>, rows_of = array<i64: 64>, strategy = #ternary.strategy<dot>, tile = {tokens = 4 : i64}}
      : (memref<?x256xi8>, memref<?x1xf32> weights(memref<4096xi8>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  return
}
