// The inner loops of generated code: fused multiply-adds on whole registers, no
// spill in them, no call but the one that starts a parallel region.
// REQUIRES: x86_64
// DEFINE: %{lower} = math-to-polynomial,canonicalize,cse,rt-outline-parallel,func.func(rt-hoist-stack),convert-vector-to-scf,convert-scf-to-cf,expand-strided-metadata,lower-affine,convert-vector-to-llvm,convert-rt-to-llvm,canonicalize,finalize-memref-to-llvm,convert-math-to-llvm,convert-arith-to-llvm,convert-index-to-llvm,convert-cf-to-llvm,convert-func-to-llvm,reconcile-unrealized-casts
// DEFINE: %{cpu} =
// DEFINE: %{compile} = opt -O3 -mcpu=%{cpu} -mtriple=x86_64-linux-gnu | llc -O3 -mcpu=%{cpu} -mtriple=x86_64-linux-gnu
// REDEFINE: %{cpu} = x86-64-v3
// RUN: bitnet-opt %s --pass-pipeline="builtin.module(transformer-lower-to-vector{vector-bits=256},%{lower})" | mlir-translate --mlir-to-llvmir | sed 's/internal i32 @bitnet_run/i32 @bitnet_run/' | %{compile} | FileCheck %s --check-prefixes=CHECK,AVX2
// REDEFINE: %{cpu} = x86-64-v4
// RUN: bitnet-opt %s --pass-pipeline="builtin.module(transformer-lower-to-vector{vector-bits=512},%{lower})" | mlir-translate --mlir-to-llvmir | sed 's/internal i32 @bitnet_run/i32 @bitnet_run/' | %{compile} | FileCheck %s --check-prefixes=CHECK,AVX512

// CHECK-LABEL: {{^}}linear:
//   CHECK-NOT:   {{call|[xyz]mm.*(Spill|Reload)}}
//        AVX2:   vfmadd{{.*}}%ymm{{[0-9]+}}, %ymm
//      AVX512:   vfmadd{{.*}}%zmm{{[0-9]+}}, %zmm
//   CHECK-NOT:   {{call|[xyz]mm.*(Spill|Reload)}}
// CHECK-LABEL: {{^}}.Lfunc_end
func.func @main(%exec: !rt.exec) {
  %x = rt.input %exec[0] : memref<?x256xf32>
  %w = rt.input %exec[1] : memref<2048x256xf32>
  %o = rt.input %exec[2] : memref<?x2048xf32>
  transformer.linear %x, %w outs(%o) exec %exec : (memref<?x256xf32>, memref<2048x256xf32> outs(memref<?x2048xf32>))
  return
}
