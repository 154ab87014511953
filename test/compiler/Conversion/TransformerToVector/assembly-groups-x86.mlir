// The inner loops of heads of 4 bits: byte products of the target's own, codes
// asked for ahead, no spill and no call.
// REQUIRES: x86_64
// DEFINE: %{lower} = math-to-polynomial,canonicalize,cse,rt-outline-parallel,func.func(rt-hoist-stack),convert-vector-to-scf,convert-scf-to-cf,expand-strided-metadata,lower-affine,convert-vector-to-llvm,convert-rt-to-llvm,canonicalize,finalize-memref-to-llvm,convert-math-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-cf-to-llvm,convert-func-to-llvm,reconcile-unrealized-casts
// DEFINE: %{facts} =
// DEFINE: %{cpu} =
// DEFINE: %{bits} =
// DEFINE: %{module} = sed 's/FACTS/%{facts}/' %s > %t.mlir && bitnet-opt %t.mlir --pass-pipeline="builtin.module(transformer-lower-to-vector{vector-bits=%{bits}},%{lower})"
// DEFINE: %{compile} = mlir-translate --mlir-to-llvmir | sed 's/internal i32 @bitnet_run/i32 @bitnet_run/' | opt -O3 %{cpu} -mtriple=x86_64-linux-gnu | llc -O3 %{cpu} -mtriple=x86_64-linux-gnu
// REDEFINE: %{facts} = avx2 = true, vector_bits = 256 : i64
// REDEFINE: %{bits} = 256
// REDEFINE: %{cpu} = -mcpu=x86-64-v3
// RUN: %{module} | %{compile} | FileCheck %s --check-prefixes=CHECK,AVX2
// REDEFINE: %{facts} = avx2 = true, avx512bw = true, vector_bits = 512 : i64
// REDEFINE: %{bits} = 512
// REDEFINE: %{cpu} = -mcpu=x86-64-v4
// RUN: %{module} | %{compile} | FileCheck %s --check-prefixes=CHECK,AVX512
// REDEFINE: %{facts} = avx2 = true, avx512bw = true, avx512vnni = true, vector_bits = 512 : i64
// REDEFINE: %{cpu} = -mcpu=x86-64-v4 -mattr=+avx512vnni
// RUN: %{module} | %{compile} | FileCheck %s --check-prefixes=CHECK,VNNI

// CHECK-LABEL: {{^}}grouped_linear:
//   CHECK-NOT:   {{call|[xyz]mm.*(Spill|Reload)}}
//   AVX2-DAG:    vpmaddubsw {{.*}}%ymm
//   AVX2-DAG:    vpmaddwd {{.*}}%ymm
//   AVX512-DAG:  vpmaddubsw {{.*}}%zmm
//   AVX512-DAG:  vpmaddwd {{.*}}%zmm
//   VNNI-DAG:    vpdpbusd {{.*}}{1to16}
//   CHECK-DAG:   vfmadd
//   CHECK-DAG:   prefetcht1
//   CHECK-NOT:   {{call|[xyz]mm.*(Spill|Reload)}}
//   CHECK:       jne
//   CHECK-NOT:   {{call|[xyz]mm.*(Spill|Reload)}}
// CHECK-LABEL: {{^}}.Lfunc_end

module attributes {bitnet.target = {FACTS}} {
func.func @main(%exec: !rt.exec) {
  %x = rt.input %exec[0] : memref<1x256xf32>
  %w = rt.input %exec[1] : memref<128x4x9x64xi8>
  %o = rt.input %exec[2] : memref<1x2048xf32>
  transformer.grouped_linear %x, %w outs(%o) exec %exec : (memref<1x256xf32>, memref<128x4x9x64xi8> outs(memref<1x2048xf32>))
  return
}
}
