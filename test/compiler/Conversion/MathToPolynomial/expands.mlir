// RUN: bitnet-opt %s --math-to-polynomial --split-input-file | FileCheck %s

// f32 has an exponential of its own, also as an element of f16.
// CHECK-LABEL: func @exp_in_f32
//   CHECK-NOT:   math.exp
//   CHECK-NOT:   f64
//       CHECK:   math.fma {{.*}} : vector<16xf32>
//   CHECK-NOT:   math.exp
//       CHECK:   return
func.func @exp_in_f32(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}
// CHECK-LABEL: func @half_through_f32
//       CHECK:   arith.extf %{{.*}} : f16 to f32
//       CHECK:   math.fma {{.*}} : f32
//       CHECK:   arith.truncf %{{.*}} : f32 to f16
func.func @half_through_f32(%x: f16) -> f16 {
  %y = math.exp %x : f16
  return %y : f16
}

// -----

// The others are f64, rounded once.
// CHECK-LABEL: func @erf_in_f64
//   CHECK-NOT:   math.erf
//       CHECK:   arith.extf %{{.*}} : vector<8xf32> to vector<8xf64>
//       CHECK:   arith.truncf %{{.*}} : vector<8xf64> to vector<8xf32>
func.func @erf_in_f64(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.erf %x : vector<8xf32>
  return %y : vector<8xf32>
}

// -----

// A square is a product; another power is not.
// CHECK-LABEL: func @square
//  CHECK-NEXT:   arith.constant
//  CHECK-NEXT:   %[[Y:.*]] = arith.mulf %[[X:.*]], %[[X]] : f32
//  CHECK-NEXT:   return %[[Y]]
func.func @square(%x: f32) -> f32 {
  %two = arith.constant 2.0 : f32
  %y = math.powf %x, %two : f32
  return %y : f32
}
// CHECK-LABEL: func @cube
//   CHECK-NOT:   math.powf
//       CHECK:   f64
func.func @cube(%x: f32) -> f32 {
  %three = arith.constant 3.0 : f32
  %y = math.powf %x, %three : f32
  return %y : f32
}

// -----

// CHECK-LABEL: func @rsqrt_is_exact
//       CHECK:   %[[ROOT:.*]] = math.sqrt
//       CHECK:   arith.divf %{{.*}}, %[[ROOT]]
func.func @rsqrt_is_exact(%x: f32) -> f32 {
  %y = math.rsqrt %x : f32
  return %y : f32
}

// -----

// What is one instruction stays.
// CHECK-LABEL: func @native
//  CHECK-NEXT:   math.sqrt
//  CHECK-NEXT:   math.absf
//  CHECK-NEXT:   math.floor
//  CHECK-NEXT:   math.roundeven
//  CHECK-NEXT:   math.copysign
//  CHECK-NEXT:   math.fma
//  CHECK-NEXT:   math.ctpop
func.func @native(%x: f32, %i: i32) -> (f32, i32) {
  %a = math.sqrt %x : f32
  %b = math.absf %a : f32
  %c = math.floor %b : f32
  %d = math.roundeven %c : f32
  %e = math.copysign %d, %x : f32
  %f = math.fma %e, %x, %x : f32
  %g = math.ctpop %i : i32
  return %f, %g : f32, i32
}

// -----

// CHECK-LABEL: func @both_at_once
//   CHECK-NOT:   math.sincos
//       CHECK:   return
func.func @both_at_once(%x: f32) -> (f32, f32) {
  %s, %c = math.sincos %x : f32
  return %s, %c : f32, f32
}
