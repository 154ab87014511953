// RUN: bitnet-opt %s --recognize-record-signature --recognize-kv-cache --split-input-file --verify-diagnostics | FileCheck %s

// Keys and values of a layer in one tensor; its sizes are those of a part.
// CHECK: rt.kv_cache @keys : tensor<?x2x?x8xf32> inputs [1] outputs [1] {input_names = ["past"], input_parts = array<i64: 0>, output_names = ["present"], output_parts = array<i64: 0>}
// CHECK: rt.kv_cache @values : tensor<?x2x?x8xf32> inputs [1] outputs [1] {{.*}}input_parts = array<i64: 1>, {{.*}}output_parts = array<i64: 1>}
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %[[Q:[^:]*]]: tensor<?x2x?x8xf32> {bitnet.index = 0 : i64, {{[^)]*}}})
//  CHECK-SAME:   -> (tensor<?x2x?x8xf32> {bitnet.index = 0 : i64, {{[^)]*}}}, tensor<2xi64> {bitnet.index = 2 : i64
//   CHECK-DAG:   %[[P:.*]] = rt.past_length : tensor<1xi64>
//   CHECK-DAG:   %[[TWO:.*]] = onnx.Constant dense<2>
//       CHECK:   onnx.Concat %[[TWO]], %[[P]]
//       CHECK:   transformer.attention %[[Q]], %[[Q]], %[[Q]] {key_cache = @keys, {{.*}}value_cache = @values}
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "", "seq", ""]}, %past: tensor<2x?x2x?x8xf32> {onnx.name = "past", onnx.dims = ["", "batch", "", "past", ""]})
    -> (tensor<?x2x?x8xf32> {onnx.name = "y"}, tensor<2x?x2x?x8xf32> {onnx.name = "present"}, tensor<2xi64>) {
  %first = onnx.Constant dense<0> : tensor<i64>
  %second = onnx.Constant dense<-1> : tensor<i64>
  %pk = onnx.Gather %past, %first {axis = 0 : i64} : (tensor<2x?x2x?x8xf32>, tensor<i64>) -> tensor<?x2x?x8xf32>
  %pv = onnx.Gather %past, %second {axis = 0 : i64} : (tensor<2x?x2x?x8xf32>, tensor<i64>) -> tensor<?x2x?x8xf32>
  %n = onnx.Shape %past {start = 0 : i64, end = 1 : i64} : (tensor<2x?x2x?x8xf32>) -> tensor<1xi64>
  %l = onnx.Shape %past {start = 3 : i64, end = 4 : i64} : (tensor<2x?x2x?x8xf32>) -> tensor<1xi64>
  %sizes = onnx.Concat %n, %l {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %uk = onnx.Unsqueeze %k {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %uv = onnx.Unsqueeze %v {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %present = onnx.Concat %uk, %uv {axis = 0 : i64} : (tensor<1x?x2x?x8xf32>, tensor<1x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  return %y, %present, %sizes : tensor<?x2x?x8xf32>, tensor<2x?x2x?x8xf32>, tensor<2xi64>
}

// -----

// [layers, 2, ...] by Split, Slice and Squeeze.
// CHECK: rt.kv_cache @keys : {{.*}} inputs [1] outputs [1] {{.*}}input_parts = array<i64: 0>, {{.*}}output_parts = array<i64: 0>}
// CHECK: rt.kv_cache @values : {{.*}}input_parts = array<i64: 1>, {{.*}}output_parts = array<i64: 1>}
// CHECK: rt.kv_cache @keys_0 : {{.*}}input_parts = array<i64: 2>, {{.*}}output_parts = array<i64: 2>}
// CHECK: rt.kv_cache @values_0 : {{.*}}input_parts = array<i64: 3>, {{.*}}output_parts = array<i64: 3>}
// CHECK-LABEL: func.func @main(
//   CHECK-NOT:   tensor<2x2x
//       CHECK:   transformer.attention {{.*}}key_cache = @keys, {{.*}}value_cache = @values}
//       CHECK:   transformer.attention {{.*}}key_cache = @keys_0, {{.*}}value_cache = @values_0}
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "", "seq", ""]}, %past: tensor<2x2x?x2x?x8xf32> {onnx.name = "past", onnx.dims = ["", "", "batch", "", "past", ""]}) -> (tensor<?x2x?x8xf32>, tensor<2x2x?x2x?x8xf32>) {
  %layers:2 = onnx.Split %past {axis = 0 : i64, num_outputs = 2 : i64, split = array<i64: 1, 1>} : (tensor<2x2x?x2x?x8xf32>) -> (tensor<1x2x?x2x?x8xf32>, tensor<1x2x?x2x?x8xf32>)
  %l0 = onnx.Squeeze %layers#0 {axes = array<i64: 0>} : (tensor<1x2x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  %l1 = onnx.Squeeze %layers#1 {axes = array<i64: 0>} : (tensor<1x2x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %s0 = onnx.Slice %l0, %zero, %one, %zero : (tensor<2x?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?x2x?x8xf32>
  %t0 = onnx.Slice %l0, %one, %end, %zero, %one : (tensor<2x?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?x2x?x8xf32>
  %pk0 = onnx.Squeeze %s0 {axes = array<i64: 0>} : (tensor<1x?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %pv0 = onnx.Squeeze %t0 {axes = array<i64: 0>} : (tensor<1x?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %k0 = onnx.Concat %pk0, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v0 = onnx.Concat %pv0, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y0 = transformer.attention %q, %k0, %v0 {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %uk0 = onnx.Unsqueeze %k0 {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %uv0 = onnx.Unsqueeze %v0 {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %c0 = onnx.Concat %uk0, %uv0 {axis = 0 : i64} : (tensor<1x?x2x?x8xf32>, tensor<1x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  %u0 = onnx.Unsqueeze %c0 {axes = array<i64: 0>} : (tensor<2x?x2x?x8xf32>) -> tensor<1x2x?x2x?x8xf32>
  %s1 = onnx.Slice %l1, %zero, %one, %zero : (tensor<2x?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?x2x?x8xf32>
  %t1 = onnx.Slice %l1, %one, %end, %zero, %one : (tensor<2x?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?x2x?x8xf32>
  %pk1 = onnx.Squeeze %s1 {axes = array<i64: 0>} : (tensor<1x?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %pv1 = onnx.Squeeze %t1 {axes = array<i64: 0>} : (tensor<1x?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %k1 = onnx.Concat %pk1, %y0 {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v1 = onnx.Concat %pv1, %y0 {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y1 = transformer.attention %y0, %k1, %v1 {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %uk1 = onnx.Unsqueeze %k1 {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %uv1 = onnx.Unsqueeze %v1 {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %c1 = onnx.Concat %uk1, %uv1 {axis = 0 : i64} : (tensor<1x?x2x?x8xf32>, tensor<1x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  %u1 = onnx.Unsqueeze %c1 {axes = array<i64: 0>} : (tensor<2x?x2x?x8xf32>) -> tensor<1x2x?x2x?x8xf32>
  %present = onnx.Concat %u0, %u1 {axis = 0 : i64} : (tensor<1x2x?x2x?x8xf32>, tensor<1x2x?x2x?x8xf32>) -> tensor<2x2x?x2x?x8xf32>
  return %y1, %present : tensor<?x2x?x8xf32>, tensor<2x2x?x2x?x8xf32>
}

// -----

// Another reader of the values: the stack stays an input, and whoever wants a
// session is told.
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %[[PAST:[^:]*]]: tensor<2x?x2x?x8xf32>
//   CHECK-NOT:   key_cache
//       CHECK:   return
// expected-warning @+1 {{holds several keys and values is no cache of a session: not all of its parts are those of one attention each}}
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "", "seq", ""]}, %past: tensor<2x?x2x?x8xf32> {onnx.name = "past", onnx.dims = ["", "batch", "", "past", ""]}) -> (tensor<?x2x?x8xf32>, tensor<2x?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %first = onnx.Constant dense<0> : tensor<i64>
  %second = onnx.Constant dense<1> : tensor<i64>
  %pk = onnx.Gather %past, %first : (tensor<2x?x2x?x8xf32>, tensor<i64>) -> tensor<?x2x?x8xf32>
  %pv = onnx.Gather %past, %second : (tensor<2x?x2x?x8xf32>, tensor<i64>) -> tensor<?x2x?x8xf32>
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %uk = onnx.Unsqueeze %k {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %uv = onnx.Unsqueeze %v {axes = array<i64: 0>} : (tensor<?x2x?x8xf32>) -> tensor<1x?x2x?x8xf32>
  %present = onnx.Concat %uk, %uv {axis = 0 : i64} : (tensor<1x?x2x?x8xf32>, tensor<1x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  %n = onnx.Neg %v : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %present, %n : tensor<?x2x?x8xf32>, tensor<2x?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// What is no stack of what attention reads stays, and is worth no word.
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   tensor<2x?x2x?x8xf32>
func.func @main(%x: tensor<2x?x2x?x8xf32> {onnx.name = "x"}) -> tensor<2x?x2x?x8xf32> {
  %y = onnx.Neg %x : (tensor<2x?x2x?x8xf32>) -> tensor<2x?x2x?x8xf32>
  return %y : tensor<2x?x2x?x8xf32>
}

// -----

// Outputs hold the new entries alone.
// CHECK: rt.kv_cache @keys : tensor<?x2x?x8xf32> inputs [1] outputs [1] {{.*}}new_only
// CHECK: rt.kv_cache @values : tensor<?x2x?x8xf32> inputs [2] outputs [2] {{.*}}new_only
// CHECK-LABEL: func.func @main(
//       CHECK:   transformer.attention {{.*}}key_cache = @keys
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "", "seq", ""]}, %pk: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]}, %pv: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]}) -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %nk = onnx.Neg %q : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %nv = onnx.Abs %q : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %k = onnx.Concat %pk, %nk {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %nv {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %nk, %nv : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// Nothing of them is returned: these are no caches.
// CHECK-LABEL: func.func @main(
//   CHECK-NOT:   key_cache
//       CHECK:   return
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "", "seq", ""]}, %pk: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]}, %pv: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]}) -> tensor<?x2x?x8xf32> {
  %nk = onnx.Neg %q : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %k = onnx.Concat %pk, %nk {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %nk {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y : tensor<?x2x?x8xf32>
}
