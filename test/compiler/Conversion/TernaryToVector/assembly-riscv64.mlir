// Inner loops of the kernels on RISC-V: gathers within a register and additions.
// LLVM's own ways to interleave vectors and to shift widened lanes are products.

// DEFINE: %{target} = riscv64-rvv
// DEFINE: %{features} = +m,+f,+d,+v
// DEFINE: %{compile} = bitnet-opt %s --pass-pipeline="builtin.module(ternary-tile,ternary-lower-to-vector{target=%{target}},ternary-certify,canonicalize,cse,bitnet-codegen)" | mlir-translate --mlir-to-llvmir | sed 's/define internal/define/' | opt -O3 -mtriple=riscv64-linux-gnu -mattr=%{features} -S | llc -O3 -mtriple=riscv64-linux-gnu -mattr=%{features}

// RUN: %{compile} | FileCheck %s --implicit-check-not=vmul --implicit-check-not=vwmul --implicit-check-not=macc --implicit-check-not=vmadd --implicit-check-not=vnms
// REDEFINE: %{target} = riscv64-rvv256
// REDEFINE: %{features} = +m,+f,+d,+v,+zvl256b
// RUN: %{compile} | FileCheck %s --check-prefix=WIDE --implicit-check-not=vmul --implicit-check-not=vwmul --implicit-check-not=macc --implicit-check-not=vmadd --implicit-check-not=vnms

//   WIDE-LABEL: bitlinear_lookup_pairs_rows:
//         WIDE:   =>{{.*}}This Inner Loop Header
// WIDE-COUNT-16:  vrgather.vv
//         WIDE:   bne
// WIDE-LABEL: bitlinear_masked_planes_rows:
//       WIDE:   vadd.v
//       WIDE:   vsub.v

//   CHECK-LABEL: bitlinear_lookup_pairs_rows:
//         CHECK:   =>{{.*}}This Inner Loop Header
//     CHECK-NOT:   {{Spill|Reload}}
// CHECK-COUNT-16:  vrgather.vv
//     CHECK-NOT:   {{Spill|Reload}}
//         CHECK:   bne
// CHECK-LABEL: bitlinear_masked_planes_rows:
//       CHECK:   vadd.v
//       CHECK:   vsub.v
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
