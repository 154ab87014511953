// RUN: bitnet-opt %s --split-input-file --verify-diagnostics

func.func @float_linear_c1(%x: tensor<?x?xf32>, %p: tensor<16xi8>, %s: tensor<1x16xf32>) {
  // expected-error @+1 {{has input 'tensor<?x?xf32>', expected f32 with a static last axis}}
  %y = ternary.float_linear %x, %p, %s {rows = 2 : i64, group = 4 : i64} : (tensor<?x?xf32>, tensor<16xi8>, tensor<1x16xf32>) -> tensor<?x2xf32>
  return
}

// -----

func.func @float_linear_c1_group(%x: tensor<?x4xf32>, %p: tensor<16xi8>, %s: tensor<1x16xf32>) {
  // expected-error @+1 {{has groups of 5 terms, expected 1 to 4}}
  %y = ternary.float_linear %x, %p, %s {rows = 2 : i64, group = 5 : i64} : (tensor<?x4xf32>, tensor<16xi8>, tensor<1x16xf32>) -> tensor<?x2xf32>
  return
}

// -----

func.func @float_linear_c2(%x: tensor<?x4xf32>, %p: tensor<16xi8>, %s: tensor<1x16xf32>) {
  // expected-error @+1 {{expected 4 bytes of i8 for each of 2 blocks and 4 terms}}
  %y = ternary.float_linear %x, %p, %s {rows = 17 : i64, group = 4 : i64} : (tensor<?x4xf32>, tensor<16xi8>, tensor<1x16xf32>) -> tensor<?x17xf32>
  return
}

// -----

func.func @float_linear_c2_scales(%x: tensor<?x4xf32>, %p: tensor<16xi8>, %s: tensor<1x16xf32>) {
  // expected-error @+1 {{has scales 'tensor<1x16xf32>', expected floats of shape [2, 16]}}
  %y = ternary.float_linear %x, %p, %s {rows = 2 : i64, group = 3 : i64} : (tensor<?x4xf32>, tensor<16xi8>, tensor<1x16xf32>) -> tensor<?x2xf32>
  return
}

// -----

func.func @float_linear_c3(%x: tensor<?x4xf32>, %p: tensor<16xi8>, %s: tensor<1x16xf32>) {
  // expected-error @+1 {{expected f32 of rank 2 and a last axis of 2}}
  %y = ternary.float_linear %x, %p, %s {rows = 2 : i64, group = 4 : i64} : (tensor<?x4xf32>, tensor<16xi8>, tensor<1x16xf32>) -> tensor<?x3xf32>
  return
}
