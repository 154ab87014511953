// Inner loops of layout quints as machine code: look-ups in tables of 128 bytes,
// signs as masks, no product and no more than a few spills.

// RUN: bitnet-opt %s --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=x86-avx512vbmi},ternary-certify,canonicalize,cse,bitnet-codegen)" | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=x86_64-linux-gnu -mcpu=icelake-server -S | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=icelake-server | FileCheck %s --implicit-check-not=vpmull --implicit-check-not=vpmadd --implicit-check-not=vpdp --implicit-check-not=vpmuldq
// RUN: not bitnet-opt %s --ternary-tile --ternary-lower-to-vector=target=x86-avx512bw 2>&1 | FileCheck %s --check-prefix=NO-VBMI

// NO-VBMI: error: 'ternary.{{[a-z_]+}}' op needs tables of 128 bytes (avx512vbmi), which the target lacks

// Four quints become five groups of pairs, then four trits and 32 tokens for
// each load and addition.
// CHECK-LABEL: bitlinear_lookup_quints_tokens:
//       CHECK:   vpmovb2m %zmm
//       CHECK:   vpsubb %zmm{{[0-9]+}}, %zmm{{[0-9]+}}, %zmm{{[0-9]+}} {%k
//       CHECK:   movzbl
//       CHECK:   vpaddw {{.*}}(%rsp,{{.*}}), %zmm
// Sums of three, then the fourth and fifth; no product.
// CHECK-LABEL: bitlinear_lookup_quints_tables:
//       CHECK:   # =>{{.*}}This Inner Loop Header
//       CHECK:   vpermt2w %zmm
//       CHECK:   vpermw %zmm
//       CHECK:   vpaddw %zmm{{[0-9]+}}, %zmm{{[0-9]+}}, %zmm{{[0-9]+}} {%k
// 64 rows and 5 trits for each pair of look-ups. What is asked for ahead of
// time stays between them.
// CHECK-LABEL: bitlinear_lookup_quints_rows:
//       CHECK:   # =>{{.*}}This Inner Loop Header
//       CHECK:   prefetcht1
//       CHECK:   vpmovb2m %zmm{{[0-9]+}}, %[[SIGN:k[0-9]]]
//       CHECK:   vperm{{[it]}}2b %zmm
//       CHECK:   vpsubb %zmm{{[0-9]+}}, %zmm{{[0-9]+}}, %zmm{{[0-9]+}} {%k
//       CHECK:   vpaddb %zmm
//   CHECK-NOT:   jb
//       CHECK:   prefetcht1
//       CHECK:   jb
func.func @main(%exec: !rt.exec) {
  %q = rt.input %exec[0] : memref<?x260xi8>
  %s = rt.input %exec[1] : memref<?x1xf32>
  %ws = rt.input %exec[2] : memref<1xf32>
  %w = rt.input %exec[3] : memref<13312xi8>
  %y = rt.input %exec[4] : memref<?x256xf32>
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%y) exec %exec {rescale = #ternary.rescale_form<div_mul>,
      layout = #ternary.layout<quints, rows = 256>, rows_of = array<i64: 256>, strategy = #ternary.strategy<lookup>}
      : (memref<?x260xi8>, memref<?x1xf32> weights(memref<13312xi8>) scales(memref<1xf32>) outs(memref<?x256xf32>))
  return
}
