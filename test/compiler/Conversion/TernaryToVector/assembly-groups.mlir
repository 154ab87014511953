// Scales in groups: the look-ups' loops are as they are without, and what comes
// behind a group converts and scales floats. No integers are multiplied.

// RUN: bitnet-opt %s --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=x86-avx2},ternary-certify,canonicalize,cse,bitnet-codegen)" \
// RUN:   | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=x86_64-linux-gnu -mcpu=x86-64-v3 -S | llc -O3 -mtriple=x86_64-linux-gnu -mcpu=x86-64-v3 \
// RUN:   | FileCheck %s --implicit-check-not=vpmull --implicit-check-not=vpmadd --implicit-check-not=vpdp --implicit-check-not=vpmuldq --implicit-check-not=vfmadd

// CHECK-LABEL: bitlinear_lookup_pairs_tokens:
// Sums begin with an entry, not with zeros.
//       CHECK:   vmovdqa {{[0-9]*}}(%rsp,{{.*}}), %[[SUM:ymm[0-9]+]]
//       CHECK:   vpaddw {{[0-9]*}}(%rsp,{{.*}}), %[[SUM]], %[[SUM]]
// Sixteen tokens' sums become floats from where they lie.
//       CHECK:   vpmovsxwd {{.*}}(%{{.*}}), %ymm
//       CHECK:   vcvtdq2ps
//       CHECK:   vmulps
//       CHECK:   vaddps {{.*}}(%{{.*}}), %ymm
//       CHECK:   jb
// CHECK-LABEL: bitlinear_lookup_pairs_token:
//       CHECK:   vpshufb
//       CHECK:   vpaddw
//       CHECK:   jb
//       CHECK:   vpunpcklwd
//       CHECK:   vpmovsxwd
//       CHECK:   vcvtdq2ps
//       CHECK:   vmulps
func.func @main(%exec: !rt.exec) {
  %q = rt.input %exec[0] : memref<?x2560xi8>
  %s = rt.input %exec[1] : memref<?x20xf32>
  %w = rt.input %exec[2] : memref<1638400xi8>
  %ws = rt.input %exec[3] : memref<40x20x64xf32>
  %o = rt.input %exec[4] : memref<?x2560xf32>
  ternary.linear %q, %s weights(%w) scales(%ws) outs(%o) exec %exec {rescale = #ternary.rescale_form<mul_prod>, group = 128 : i64,
      layout = #ternary.layout<pairs, rows = 64>, rows_of = array<i64: 2560>, strategy = #ternary.strategy<lookup>,
      tile = {tokens = 16 : i64, min_tokens = 10 : i64, groups = 12 : i64}}
      : (memref<?x2560xi8>, memref<?x20xf32> weights(memref<1638400xi8>) scales(memref<40x20x64xf32>) outs(memref<?x2560xf32>))
  return
}
