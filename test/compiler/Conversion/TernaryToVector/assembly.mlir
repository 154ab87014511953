// Inner loops of the kernels as machine code: the instructions that are meant,
// none that multiplies integers, and no spills.

// DEFINE: %{target} = x86-avx512bw
// DEFINE: %{cpu} = x86-64-v4
// DEFINE: %{compile} = bitnet-opt %s --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=%{target}},ternary-certify,canonicalize,cse,bitnet-codegen)" | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=x86_64-linux-gnu -mcpu=%{cpu} -S | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=%{cpu}

// RUN: %{compile} | FileCheck %s --check-prefix=AVX512 --implicit-check-not=vpmull --implicit-check-not=vpmadd --implicit-check-not=vpdp --implicit-check-not=vpmuldq
// REDEFINE: %{target} = x86-avx2
// REDEFINE: %{cpu} = x86-64-v3
// RUN: %{compile} | FileCheck %s --check-prefix=AVX2 --implicit-check-not=vpmull --implicit-check-not=vpmadd --implicit-check-not=vpdp --implicit-check-not=vpmuldq

// Four trits and 32 tokens for each load and addition.
// AVX512-LABEL: bitlinear_lookup_pairs_tokens:
// The codes of four rows are one load, their offsets shifted out of it.
//       AVX512:   # =>{{.*}}This Inner Loop Header
//       AVX512:   movl {{[0-9]*}}({{.*}}), %e
//       AVX512:   andl $16320
//   AVX512-NOT:   movzbl {{[0-9]*}}(
//       AVX512:   vpaddw {{[0-9]*}}(%rsp,{{.*}}), %[[SUM:zmm[0-9]+]], %[[SUM]]
//   AVX512-NOT:   movzbl {{[0-9]*}}(
//       AVX512:   vmovdqa64 %zmm{{[0-9]+}}, {{[0-9]*}}({{.*}})
// 64 rows for each shuffle; tables come straight from memory.
// AVX512-LABEL: bitlinear_lookup_pairs_rows:
//       AVX512:   # =>{{.*}}This Inner Loop Header
//   AVX512-NOT:   (%rsp)
//       AVX512:   vpsrlw $4, %zmm
//   AVX512-NOT:   (%rsp)
//       AVX512:   vbroadcasti32x4 {{.*}}(%{{.*}}), %[[TABLE:zmm[0-9]+]]
//       AVX512:   vpshufb %zmm{{[0-9]+}}, %[[TABLE]], %zmm
//   AVX512-NOT:   (%rsp)
//       AVX512:   vpaddb %zmm
//   AVX512-NOT:   (%rsp)
//       AVX512:   jb
// Bits of the weights are mask operands, never vectors.
// AVX512-LABEL: bitlinear_masked_planes_rows:
//       AVX512:   kmovd {{.*}}({{.*}}), %k
//       AVX512:   vpaddw %zmm
//  AVX512-NEXT:   vpsubw %zmm{{[0-9]+}}, %zmm{{[0-9]+}}, %zmm{{[0-9]+}} {%k

// AVX2-LABEL: bitlinear_lookup_pairs_tokens:
//       AVX2:   # =>{{.*}}This Inner Loop Header
//       AVX2:   movl {{[0-9]*}}({{.*}}), %e
//       AVX2:   andl $16320
//   AVX2-NOT:   movzbl {{[0-9]*}}(
//       AVX2:   vpaddw {{[0-9]*}}(%rsp,{{.*}}), %ymm
// A table serves two vectors of rows. Of their sums those of words, which
// change once in four groups, may be in memory.
// AVX2-LABEL: bitlinear_lookup_pairs_rows:
//       AVX2:   # =>{{.*}}This Inner Loop Header
//       AVX2:   vbroadcasti128 {{.*}}(%{{.*}}), %[[TABLE:ymm[0-9]+]]
//       AVX2:   vpshufb %ymm{{[0-9]+}}, %[[TABLE]], %ymm
//       AVX2:   vpshufb %ymm{{[0-9]+}}, %[[TABLE]], %ymm
//   AVX2-NOT:   vmovdqu %ymm{{[0-9]+}}, {{.*}}(%rsp)
//       AVX2:   vpaddb %ymm
// AVX2-LABEL: bitlinear_masked_planes_rows:
//       AVX2:   vpcmpeqw %ymm
//       AVX2:   vpaddw %ymm
//       AVX2:   vpsubw %ymm
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
