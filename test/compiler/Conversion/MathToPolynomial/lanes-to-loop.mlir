// RUN: bitnet-opt %s --math-lanes-to-loop | FileCheck %s
// RUN: bitnet-opt %s --math-lanes-to-loop --math-to-polynomial | FileCheck %s --check-prefix=SHORT

// A polynomial once, for a lane at a time.
// CHECK-LABEL: func @exp
//  CHECK-SAME:   %[[X:.+]]: vector<16xf32>
//       CHECK:   %[[OUT:.+]] = memref.alloca() : memref<16xf32>
//       CHECK:   %[[IN:.+]] = memref.alloca() : memref<16xf32>
//       CHECK:   vector.store %[[X]], %[[IN]]
//       CHECK:   scf.for %[[LANE:.+]] = %{{.+}} to %{{.+}} step
//       CHECK:     %[[A:.+]] = memref.load %[[IN]][%[[LANE]]]
//       CHECK:     %[[E:.+]] = math.exp %[[A]] : f32
//       CHECK:     memref.store %[[E]], %[[OUT]][%[[LANE]]]
//       CHECK:   %[[R:.+]] = vector.load %[[OUT]]
//       CHECK:   return %[[R]]
// SHORT-LABEL: func @exp
//   SHORT-NOT:   math.fma {{.*}} vector
//       SHORT:   math.fma {{.*}} f32
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x : vector<16xf32>
  return %0 : vector<16xf32>
}

// CHECK-LABEL: func @two_operands
//       CHECK:     math.powf %{{.+}}, %{{.+}} fastmath<nnan> : f32
func.func @two_operands(%x: vector<4xf32>, %y: vector<4xf32>) -> vector<4xf32> {
  %0 = math.powf %x, %y fastmath<nnan> : vector<4xf32>
  return %0 : vector<4xf32>
}

// What is an instruction, or a number, stays.
// CHECK-LABEL: func @short
//   CHECK-NOT:   scf.for
//       CHECK:   return
func.func @short(%x: vector<16xf32>, %y: f32) -> (vector<16xf32>, f32) {
  %0 = math.fma %x, %x, %x : vector<16xf32>
  %1 = math.sqrt %0 : vector<16xf32>
  %2 = math.roundeven %1 : vector<16xf32>
  %3 = math.exp %y : f32
  return %2, %3 : vector<16xf32>, f32
}
