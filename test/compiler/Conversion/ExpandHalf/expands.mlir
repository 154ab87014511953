// RUN: bitnet-opt %s --expand-half=target=riscv64-rvv | FileCheck %s
// RUN: bitnet-opt %s --expand-half=target=x86-avx2 | FileCheck %s --check-prefix=NATIVE
// RUN: not bitnet-opt %s --expand-half=target=vax 2>&1 | FileCheck %s --check-prefix=TARGET
// TARGET: error: unknown target 'vax', expected one of generic, {{.*}}riscv64-rvv

// CHECK-LABEL: func @widens
//   CHECK-NOT:   arith.extf {{.*}}f16
//       CHECK:   arith.mulf {{.*}} : vector<8xf32>
//   CHECK-NOT:   arith.extf
//       CHECK:   return
// NATIVE-LABEL: func @widens
//       NATIVE:   arith.extf %{{.*}} : vector<8xf16> to vector<8xf32>
func.func @widens(%x: vector<8xf16>) -> vector<8xf32> {
  %y = arith.extf %x : vector<8xf16> to vector<8xf32>
  return %y : vector<8xf32>
}

// CHECK-LABEL: func @widens_to_f64
//       CHECK:   arith.mulf {{.*}} : f32
//       CHECK:   arith.extf %{{.*}} : f32 to f64
func.func @widens_to_f64(%x: f16) -> f64 {
  %y = arith.extf %x : f16 to f64
  return %y : f64
}

// CHECK-LABEL: func @narrows
//   CHECK-NOT:   arith.truncf
//       CHECK:   arith.addf {{.*}} : f32
//       CHECK:   arith.bitcast %{{.*}} : i16 to f16
func.func @narrows(%x: f32) -> f16 {
  %y = arith.truncf %x : f32 to f16
  return %y : f16
}

// Other conversions stay.
// CHECK-LABEL: func @others
//       CHECK:   arith.truncf %{{.*}} : f64 to f32
func.func @others(%x: f64) -> f32 {
  %y = arith.truncf %x : f64 to f32
  return %y : f32
}
