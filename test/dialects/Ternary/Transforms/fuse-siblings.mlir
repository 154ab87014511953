// RUN: bitnet-opt %s --ternary-fuse-siblings | FileCheck %s

// CHECK-LABEL: func @gate_and_up
// CHECK-SAME:    (%[[Q:.+]]: tensor<?x4xi8>, %[[S:.+]]: tensor<?x1xf32>, %[[WS:.+]]: tensor<1xf32>)
func.func @gate_and_up(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>) -> (tensor<?x4xf32>, tensor<?x8xf32>, tensor<?x4xf32>) {
  // CHECK-DAG: %[[W0:.+]] = ternary.constant dense<85> : tensor<4xi8>
  // CHECK-DAG: %[[W1:.+]] = ternary.constant dense<86> : tensor<8xi8>
  // CHECK:     %[[Y:.+]]:2 = ternary.linear %[[Q]], %[[S]] weights(%[[W0]], %[[W1]]) scales(%[[WS]], %[[WS]])
  // Another order of rescaling is another op.
  // CHECK:     %[[Z:.+]] = ternary.linear {{.*}} {rescale = #ternary.rescale_form<div_div>}
  // CHECK:     return %[[Y]]#0, %[[Y]]#1, %[[Z]]
  %w0 = ternary.constant dense<85> : tensor<4xi8> as tensor<4x4x!ternary.trit>
  %0 = ternary.linear %q, %s weights(%w0) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x4xf32>
  %w1 = ternary.constant dense<86> : tensor<8xi8> as tensor<8x4x!ternary.trit>
  %1 = ternary.linear %q, %s weights(%w1) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<8x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  %2 = ternary.linear %q, %s weights(%w0) scales(%ws) {rescale = #ternary.rescale_form<div_div>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<4x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x4xf32>
  return %0, %1, %2 : tensor<?x4xf32>, tensor<?x8xf32>, tensor<?x4xf32>
}

// A scale that is computed from the first op's result cannot come before it.

// CHECK-LABEL: func @dependent_scale
// CHECK-COUNT-2: ternary.linear {{.*}} weights(%{{[^,]+}}) scales
func.func @dependent_scale(%q: tensor<?x4xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>, %w: tensor<1x4x!ternary.trit>) -> tensor<?x1xf32> {
  %0 = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<1x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1xf32>
  %first = tensor.extract_slice %0[0, 0] [1, 1] [1, 1] : tensor<?x1xf32> to tensor<1xf32>
  %1 = ternary.linear %q, %s weights(%w) scales(%first) {rescale = #ternary.rescale_form<div_mul>} : (tensor<?x4xi8>, tensor<?x1xf32> weights(tensor<1x4x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x1xf32>
  return %1 : tensor<?x1xf32>
}

// Groups of the input are one key more; weights may have scales of their own.

// CHECK-LABEL: func @groups
// CHECK:         ternary.linear {{.*}} weights(%{{.+}}, %{{.+}}) scales(%{{.+}}, %{{.+}}) {group = 16 : i64
// CHECK-NOT:     ternary.linear
func.func @groups(%q: tensor<?x32xi8>, %s: tensor<?x2xf32>, %ws: tensor<1xf32>, %each: tensor<1x2x64xf32>, %w: tensor<4x32x!ternary.trit>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<mul_prod>, group = 16 : i64} : (tensor<?x32xi8>, tensor<?x2xf32> weights(tensor<4x32x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x4xf32>
  %1 = ternary.linear %q, %s weights(%w) scales(%each) {rescale = #ternary.rescale_form<mul_prod>, group = 16 : i64} : (tensor<?x32xi8>, tensor<?x2xf32> weights(tensor<4x32x!ternary.trit>) scales(tensor<1x2x64xf32>)) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}
