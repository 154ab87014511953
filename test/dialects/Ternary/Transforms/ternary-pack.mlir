// RUN: bitnet-opt %s --ternary-plan="target=x86-avx2 strategy=lookup" --ternary-pack --split-input-file | FileCheck %s

// Two operators that read one global share its packed form, all layers of it,
// and the trits go.
// CHECK-NOT:   rt.global @w :
//     CHECK:   rt.global @w_packed : tensor<64xi8> = [dense_resource<[[A:.*]]> : tensor<64xi8>, dense_resource<[[B:.*]]> : tensor<64xi8>]
// CHECK-NOT:   rt.global @w :
// CHECK-LABEL: func @layers_are_packed_together
// CHECK-SAME:    %[[LAYER:[a-z0-9]+]]: index
//       CHECK:   %[[W:.*]] = rt.get_global @w_packed[%[[LAYER]]] : tensor<64xi8>
//       CHECK:   ternary.linear {{.*}} weights(%[[W]])
//  CHECK-SAME:     layout = #ternary.layout<pairs, rows = 64>
//  CHECK-SAME:     rows_of = array<i64: 2>
//       CHECK:   rt.get_global @w_packed[%[[LAYER]]]
//   CHECK-NOT:   rt.get_global
//   CHECK-NOT:   %{{.*}} = rt.get_global
rt.global @w : tensor<2x4x!ternary.trit> = [dense<[36, 24]> : tensor<2xi8>, dense<[85, 85]> : tensor<2xi8>]
rt.global @scale : tensor<1xf32> = [dense<0.5> : tensor<1xf32>]
func.func @layers_are_packed_together(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>, %layer: index)
    -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %w = rt.get_global @w[%layer] : tensor<2x4x!ternary.trit>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  %z = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_div>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y, %z : tensor<?x2xf32>, tensor<?x2xf32>
}

// -----

//       CHECK: rt.global @ternary_weights : tensor<64xi8>
// CHECK-LABEL: func @constants_become_globals
//       CHECK:   rt.get_global @ternary_weights : tensor<64xi8>
//   CHECK-NOT:   ternary.constant
func.func @constants_become_globals(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>) -> tensor<?x2xf32> {
  %w = ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<2x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
