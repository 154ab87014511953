// Inner loops of the dot-product kernels as machine code: the instructions that
// are meant, and no vector that is spilled in them.

// DEFINE: %{target} = x86-avx512vbmi
// DEFINE: %{cpu} = x86-64-v4
// DEFINE: %{features} = +avx512vnni,+avx512vbmi
// DEFINE: %{compile} = bitnet-opt %s --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=%{target}},canonicalize,cse,bitnet-codegen)" | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=x86_64-linux-gnu -mcpu=%{cpu} -mattr=%{features} -S | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=%{cpu} -mattr=%{features} -o %t.s

// RUN: %{compile}
// RUN: FileCheck %s --check-prefixes=VNNI,VBMI < %t.s
// RUN: FileCheck %s --check-prefix=LOOP < %t.s
// REDEFINE: %{target} = x86-avx512vnni
// REDEFINE: %{features} = +avx512vnni
// RUN: %{compile}
// RUN: FileCheck %s --check-prefix=VNNI --implicit-check-not=vpermi2b < %t.s
// RUN: FileCheck %s --check-prefix=LOOP < %t.s
// REDEFINE: %{target} = x86-avx2
// REDEFINE: %{cpu} = x86-64-v3
// REDEFINE: %{features} = +avx2
// RUN: %{compile}
// RUN: FileCheck %s --check-prefix=AVX2 < %t.s

// A unit of 80 rows and 4 terms: five dot products for each of four tokens. The
// byte itself, loaded once, is the operand of the last.
// VNNI-LABEL: bitlinear_dot_rows5_rows:
//       VNNI:   vmovdqu64 {{.*}}, %[[V:zmm[0-9]+]]
//       VNNI:   vpminub
//       VBMI:   vpermi2b
//       VNNI:   vpbroadcastd {{.*}}, %[[X:zmm[0-9]+]]
// VNNI-COUNT-4:   vpdpbusd %[[X]], %zmm
//  VNNI-NEXT:   vpdpbusd %[[X]], %[[V]], %zmm
// VNNI-COUNT-15:   vpdpbusd %zmm
//       VNNI:   prefetcht0
//       VNNI:   jne
// VNNI-LABEL: bitlinear_dot_rows4_rows:
// VNNI-COUNT-16:   vpdpbusd %zmm
//       VNNI:   prefetcht0
//       VNNI:   jne

// From the start of the innermost loop to its prefetch and jump: behind the
// loop that makes the totals.
//  LOOP-LABEL: bitlinear_dot_rows5_rows:
//        LOOP:   Inner Loop Header
//        LOOP:   Inner Loop Header
//    LOOP-NOT:   Spill
//    LOOP-NOT:   Reload
//        LOOP:   prefetcht0
//  LOOP-LABEL: bitlinear_dot_rows4_rows:
//        LOOP:   Inner Loop Header
//        LOOP:   Inner Loop Header
//    LOOP-NOT:   Spill
//    LOOP-NOT:   Reload
//        LOOP:   prefetcht0

// Two tokens, products in 16 bits.
// AVX2-LABEL: bitlinear_dot_rows4_rows:
//       AVX2:   vpand %ymm
//       AVX2:   vpmaddubsw %ymm
//       AVX2:   vpmaddwd
func.func @main(%exec: !rt.exec) {
  %q = rt.input %exec[0] : memref<?x256xi8>
  %s = rt.input %exec[1] : memref<?x1xf32>
  %ws = rt.input %exec[2] : memref<1xf32>
  %w = rt.input %exec[3] : memref<4096xi8>
  %y = rt.input %exec[4] : memref<?x64xf32>
  %z = rt.input %exec[5] : memref<?x80xf32>
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%z) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<rows5, rows = 80>, rows_of = array<i64: 80>, strategy = #ternary.strategy<dot>, tile = {tokens = 4 : i64}}
      : (memref<?x256xi8>, memref<?x1xf32> weights(memref<4096xi8>) scales(memref<1xf32>) outs(memref<?x80xf32>))
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%y) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<rows4, rows = 64>, rows_of = array<i64: 64>, strategy = #ternary.strategy<dot>, tile = {tokens = 4 : i64}}
      : (memref<?x256xi8>, memref<?x1xf32> weights(memref<4096xi8>) scales(memref<1xf32>) outs(memref<?x64xf32>))
  return
}
