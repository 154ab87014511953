// RUN: bitnet-opt %s --ternary-plan=target=x86-avx512bw --split-input-file --verify-diagnostics | FileCheck %s

// What an op says stays, the rest is chosen to go with it.
// CHECK-LABEL: func @strategy_by_hand
//       CHECK:   layout = #ternary.layout<planes, rows = 64>
//  CHECK-SAME:   strategy = #ternary.strategy<masked>
func.func @strategy_by_hand(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<masked>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @layout_by_hand
//       CHECK:   layout = #ternary.layout<planes, rows = 64>
//  CHECK-SAME:   rows_of = array<i64: 32>
//  CHECK-SAME:   strategy = #ternary.strategy<masked>
func.func @layout_by_hand(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 32>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// CHECK-LABEL: func @tile_by_hand
//       CHECK:   strategy = #ternary.strategy<lookup>
//  CHECK-SAME:   groups = 3
//  CHECK-SAME:   tokens = 32
func.func @tile_by_hand(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<lookup>, tile = {groups = 3 : i64}}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @layout_of_another_strategy(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  // expected-error @+1 {{strategy 'lookup' does not read #ternary.layout<planes, rows = 64>}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<lookup>, layout = #ternary.layout<planes, rows = 64>, rows_of = array<i64: 32>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @unknown_tile_entry(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  // expected-error @+1 {{strategy 'lookup' has no tile entry 'lanes'}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<lookup>, tile = {lanes = 3 : i64}}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @negative_tile_entry(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  // expected-error @+1 {{has tile entry groups = -1 : i64, expected an i64 from 1 to 63 in steps of 1}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<lookup>, tile = {groups = -1 : i64}}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

func.func @tile_between_steps(%q: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %ws: tensor<1xf32>) -> tensor<?x32xf32> {
  // expected-error @+1 {{has tile entry tokens = 20 : i64, expected an i64 from 0 to 64 in steps of 8}}
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>, strategy = #ternary.strategy<lookup>, tile = {tokens = 20 : i64}}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}
