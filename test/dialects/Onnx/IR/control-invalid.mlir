// RUN: bitnet-opt %s -split-input-file -verify-diagnostics

func.func @if_c1(%c: tensor<2xi1>, %a: tensor<2xf32>) {
  // expected-error @+1 {{'onnx.If' op has a condition of type 'tensor<2xi1>', expected one i1}}
  %r = onnx.If %c {
    onnx.Yield %a : tensor<2xf32>
  } else {
    onnx.Yield %a : tensor<2xf32>
  } : (tensor<2xi1>) -> tensor<2xf32>
  return
}

// -----

func.func @if_c2_count(%c: tensor<i1>, %a: tensor<2xf32>) {
  // expected-error @+1 {{'onnx.If' op has 1 results, but region #1 yields 0 values}}
  %r = onnx.If %c {
    onnx.Yield %a : tensor<2xf32>
  } else {
    onnx.Yield
  } : (tensor<i1>) -> tensor<2xf32>
  return
}

// -----

func.func @if_c2_type(%c: tensor<i1>, %a: tensor<2xf32>, %b: tensor<2xi64>) {
  // expected-error @+1 {{'onnx.If' op has result #0 of type 'tensor<2xf32>', but region #1 yields 'tensor<2xi64>'}}
  %r = onnx.If %c {
    onnx.Yield %a : tensor<2xf32>
  } else {
    onnx.Yield %b : tensor<2xi64>
  } : (tensor<i1>) -> tensor<2xf32>
  return
}

// -----

func.func @loop_operands(%n: tensor<i64>, %go: tensor<i1>) {
  // expected-error @+1 {{'onnx.Loop' op has 1 operands, expected at least 2}}
  onnx.Loop %n {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %go : tensor<i1>
  } : (tensor<i64>) -> ()
  return
}

// -----

func.func @loop_c1_trip(%n: tensor<2xi64>, %go: tensor<i1>) {
  // expected-error @+1 {{'onnx.Loop' op has a trip count of type 'tensor<2xi64>', expected one i64}}
  onnx.Loop %n, %go {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %go : tensor<i1>
  } : (tensor<2xi64>, tensor<i1>) -> ()
  return
}

// -----

func.func @loop_c1_condition(%n: tensor<i64>, %go: tensor<i1>) {
  // expected-error @+1 {{'onnx.Loop' op has a condition of type 'tensor<i64>', expected one i1}}
  onnx.Loop %n, %n {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %go : tensor<i1>
  } : (tensor<i64>, tensor<i64>) -> ()
  return
}

// -----

func.func @loop_c2(%n: tensor<i64>, %go: tensor<i1>) {
  // expected-error @+1 {{'onnx.Loop' op has a region whose arguments are not the iteration, the condition and 1 carried values}}
  %r = onnx.Loop %n, %go, %n {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %go, %i : tensor<i1>, tensor<i64>
  } : (tensor<i64>, tensor<i1>, tensor<i64>) -> tensor<i64>
  return
}

// -----

func.func @loop_c2_type(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{'onnx.Loop' op carries value #0 of types 'tensor<2xf32>', 'tensor<3xf32>' and 'tensor<2xf32>', expected compatible ones}}
  %r = onnx.Loop %n, %go, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %s: tensor<3xf32>):
    onnx.Yield %go, %x : tensor<i1>, tensor<2xf32>
  } : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @loop_c3(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{'onnx.Loop' op yields 1 values, expected the condition and 1 for the results}}
  %r = onnx.Loop %n, %go, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %s: tensor<2xf32>):
    onnx.Yield %go : tensor<i1>
  } : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @loop_c4_scalar(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<f32>) {
  // expected-error @+1 {{'onnx.Loop' op has result #0 of type 'tensor<f32>', expected an axis of iterations}}
  %r = onnx.Loop %n, %go {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %go, %x : tensor<i1>, tensor<f32>
  } : (tensor<i64>, tensor<i1>) -> tensor<f32>
  return
}

// -----

func.func @loop_c4_type(%n: tensor<i64>, %go: tensor<i1>, %x: tensor<2xf32>) {
  // expected-error @+1 {{'onnx.Loop' op has result #0 of type 'tensor<?x3xf32>', but the region yields 'tensor<2xf32>'}}
  %r = onnx.Loop %n, %go {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>):
    onnx.Yield %go, %x : tensor<i1>, tensor<2xf32>
  } : (tensor<i64>, tensor<i1>) -> tensor<?x3xf32>
  return
}

// -----

func.func @keep_if_c1(%x: tensor<2x?xf32>, %c: tensor<1xi1>) {
  // expected-error @+2 {{axis is 2, expected one in [0, 2)}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.KeepIf %x, %c {axis = 2 : i64} : (tensor<2x?xf32>, tensor<1xi1>) -> tensor<2x?xf32>
  return
}

// -----

func.func @keep_if_c2(%x: tensor<2x?xf32>, %c: tensor<2xi1>) {
  // expected-error @+2 {{has a condition of type 'tensor<2xi1>', expected one i1}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.KeepIf %x, %c {axis = 1 : i64} : (tensor<2x?xf32>, tensor<2xi1>) -> tensor<2x?xf32>
  return
}
