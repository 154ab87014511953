// Inner loops of layout quads as machine code: bytes are indices as they are
// loaded, so that a look-up is one instruction and an addition.

// RUN: bitnet-opt %s --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=x86-avx512vbmi},ternary-certify,canonicalize,cse,bitnet-codegen)" | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=x86_64-linux-gnu -mcpu=icelake-server -S | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=icelake-server | FileCheck %s --implicit-check-not=vpmull --implicit-check-not=vpmadd --implicit-check-not=vpdp --implicit-check-not=vpmuldq
// RUN: not bitnet-opt %s --ternary-tile --ternary-lower-to-vector=target=x86-avx512bw 2>&1 | FileCheck %s --check-prefix=NO-VBMI

// NO-VBMI: error: 'ternary.{{[a-z_]+}}' op needs tables of 128 bytes (avx512vbmi), which the target lacks

// Four trits and 32 tokens for each load and addition.
// CHECK-LABEL: bitlinear_lookup_quads_tokens:
//       CHECK:   movzbl
//       CHECK:   vpaddw {{.*}}(%rsp,{{.*}}), %zmm
// Sums of three, less and more by the fourth; no product.
// CHECK-LABEL: bitlinear_lookup_quads_tables:
//       CHECK:   # =>{{.*}}This Inner Loop Header
//       CHECK:   vpermw %zmm
//       CHECK:   vpsubw %zmm
//       CHECK:   vpaddw %zmm
// 64 rows and 4 trits for each pair of look-ups; no sign, no register in memory.
// CHECK-LABEL: bitlinear_lookup_quads_rows:
//       CHECK:   # =>{{.*}}This Inner Loop Header
//   CHECK-NOT:   {{vpmovb2m|Spill|Reload}}
//       CHECK:   vperm{{[it]}}2b %zmm
//   CHECK-NOT:   {{vpmovb2m|Spill|Reload}}
//       CHECK:   vpaddb %zmm
//   CHECK-NOT:   {{vpmovb2m|Spill|Reload}}
//       CHECK:   jb
func.func @main(%exec: !rt.exec) {
  %q = rt.input %exec[0] : memref<?x260xi8>
  %s = rt.input %exec[1] : memref<?x1xf32>
  %ws = rt.input %exec[2] : memref<1xf32>
  %w = rt.input %exec[3] : memref<16640xi8>
  %y = rt.input %exec[4] : memref<?x256xf32>
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%y) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<quads, rows = 256>, rows_of = array<i64: 256>, strategy = #ternary.strategy<lookup>}
      : (memref<?x260xi8>, memref<?x1xf32> weights(memref<16640xi8>) scales(memref<1xf32>) outs(memref<?x256xf32>))
  return
}
