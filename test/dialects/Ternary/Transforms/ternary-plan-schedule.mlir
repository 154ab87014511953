// RUN: bitnet-opt %s --ternary-plan="target=x86-avx2 schedule=%S/Inputs/schedule-good.json" --remarks-filter=ternary 2>&1 | FileCheck %s

// CHECK-DAG: warning: schedule '{{.*}}schedule-good.json' has no linear of [33] rows and 64 terms, its kernel is chosen by the cost model
// CHECK-DAG: Because="the schedule says so", K=64, Layout=planes
// CHECK-DAG: Because="the schedule says so", K=65, Layout=pairs
// CHECK-DAG: Because="the op says so", K=64, Layout=pairs

// CHECK-LABEL: func @scheduled
//       CHECK:   strategy = #ternary.strategy<masked>
func.func @scheduled(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// Entries of the tile that the schedule leaves out are the plan's.
// CHECK-LABEL: func @tile_of_the_schedule
//       CHECK:   strategy = #ternary.strategy<lookup>
//  CHECK-SAME:   groups = 3
//  CHECK-SAME:   tokens = 16
func.func @tile_of_the_schedule(%q: tensor<?x65xi8>, %s: tensor<?x1xf32>, %w: tensor<32x65x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x65xi8>, tensor<?x1xf32> weights(tensor<32x65x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @absent
//       CHECK:   strategy = #ternary.strategy<lookup>
func.func @absent(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<33x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x33xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<33x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x33xf32>
  return %y : tensor<?x33xf32>
}

// CHECK-LABEL: func @by_hand
//       CHECK:   strategy = #ternary.strategy<lookup>
func.func @by_hand(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<lookup>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
