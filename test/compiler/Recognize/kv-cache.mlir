// RUN: bitnet-opt %s --recognize-record-signature --recognize-kv-cache --split-input-file | FileCheck %s

// CHECK: bitnet.appended = array<i64: 0, 2>, bitnet.cache_batch = array<i64: 0, 0>
// CHECK-SAME: bitnet.graph_inputs = [{dims = ["batch", "", "seq", ""], name = "q", type = tensor<?x2x?x8xf32>}, {{.*}}name = "pk"{{.*}}name = "pv"
// CHECK-SAME: bitnet.graph_outputs = [{{.*}}name = "y"
// CHECK: rt.kv_cache @keys : tensor<?x2x?x8xf32> inputs [1] outputs [1] {input_names = ["pk"], output_names = ["k"]}
// CHECK: rt.kv_cache @values : tensor<?x2x?x8xf32> inputs [2] outputs [2] {input_names = ["pv"], output_names = ["v"]}
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %[[Q:.*]]: tensor<?x2x?x8xf32> {bitnet.index = 0 : i64, {{[^%]*}}}, %[[IDS:.*]]: tensor<?x?xi64> {bitnet.index = 3 : i64, {{[^%>]*}}})
//  CHECK-SAME:   -> (tensor<?x2x?x8xf32> {bitnet.index = 0 : i64, {{.*}}}, tensor<2xi64> {bitnet.index = 3 : i64, {{.*}}})
//   CHECK-DAG:   %[[B:.*]] = onnx.Shape %[[Q]] {end = 1 : i64}
//   CHECK-DAG:   %[[P:.*]] = rt.past_length : tensor<1xi64>
//   CHECK-NOT:   onnx.Concat %arg1
//       CHECK:   %[[Y:.*]] = transformer.attention %[[Q]], %[[Q]], %[[Q]] {key_cache = @keys, scale = 1.000000e+00 : f32, value_cache = @values}
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.name = "q", onnx.dims = ["batch", "", "seq", ""]},
                %pk: tensor<?x2x?x8xf32> {onnx.name = "pk", onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x2x?x8xf32> {onnx.name = "pv", onnx.dims = ["batch", "", "past", ""]},
                %ids: tensor<?x?xi64> {onnx.name = "ids", onnx.dims = ["batch", "seq"]})
    -> (tensor<?x2x?x8xf32> {onnx.name = "y"}, tensor<?x2x?x8xf32> {onnx.name = "k"},
        tensor<?x2x?x8xf32> {onnx.name = "v"}, tensor<2xi64> {onnx.name = "sizes"}) {
  %b = onnx.Shape %pk {start = 0 : i64, end = 1 : i64} : (tensor<?x2x?x8xf32>) -> tensor<1xi64>
  %p = onnx.Shape %pv {start = -2 : i64, end = 3 : i64} : (tensor<?x2x?x8xf32>) -> tensor<1xi64>
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %q {axis = -2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %sizes = onnx.Concat %b, %p {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  return %y, %k, %v, %sizes : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<2xi64>
}

// -----

// The values' Concat is read by something else: all stays as it is.
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   %arg2: tensor<?x2x?x8xf32>
//   CHECK-NOT:   key_cache
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "seq", ""]},
                %pk: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]},
                %ids: tensor<?x?xi64> {onnx.dims = ["batch", "seq"]})
    -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %n = onnx.Neg %v : (tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v, %n : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// The keys' Concat is the query too: it has to stay.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   key_cache
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "seq", ""]},
                %pk: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]},
                %ids: tensor<?x?xi64> {onnx.dims = ["batch", "seq"]})
    -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %k, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// Caches of [batch, length, heads, head_dim], transposed for attention, and no
// names: the batch is that of what the new entries come from.
// CHECK: rt.kv_cache @keys : tensor<?x2x?x8xf32> inputs [1] outputs [1] {{.*}}length_first
// CHECK: rt.kv_cache @values : tensor<?x2x?x8xf32> inputs [2] outputs [2] {{.*}}length_first
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %[[X:.*]]: tensor<?x?x2x8xf32> {bitnet.index = 0 : i64{{[^%]*}}})
//   CHECK-DAG:   %[[B:.*]] = onnx.Shape %[[X]] {end = 1 : i64}
//   CHECK-DAG:   %[[P:.*]] = rt.past_length : tensor<1xi64>
//   CHECK-DAG:   %[[H:.*]] = onnx.Constant dense<2> : tensor<1xi64>
//       CHECK:   onnx.Concat %[[B]], %[[P]], %[[H]]
//       CHECK:   %[[Q:.*]] = onnx.Transpose %[[X]] {perm = array<i64: 0, 2, 1, 3>}
//       CHECK:   %[[K:.*]] = onnx.Transpose %[[X]] {perm = array<i64: 0, 2, 1, 3>}
//       CHECK:   %[[V:.*]] = onnx.Transpose %[[X]] {perm = array<i64: 0, 2, 1, 3>}
//       CHECK:   transformer.attention %[[Q]], %[[K]], %[[V]] {key_cache = @keys, scale = 1.000000e+00 : f32, value_cache = @values}
func.func @main(%x: tensor<?x?x2x8xf32>, %pk: tensor<?x?x2x8xf32>, %pv: tensor<?x?x2x8xf32>)
    -> (tensor<?x2x?x8xf32>, tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>, tensor<3xi64>) {
  %sizes = onnx.Shape %pk {start = 0 : i64, end = 3 : i64} : (tensor<?x?x2x8xf32>) -> tensor<3xi64>
  %k = onnx.Concat %pk, %x {axis = 1 : i64} : (tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>) -> tensor<?x?x2x8xf32>
  %v = onnx.Concat %pv, %x {axis = -3 : i64} : (tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>) -> tensor<?x?x2x8xf32>
  %q = onnx.Transpose %x {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x8xf32>) -> tensor<?x2x?x8xf32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x8xf32>) -> tensor<?x2x?x8xf32>
  %vt = onnx.Transpose %v {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %kt, %vt {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v, %sizes : tensor<?x2x?x8xf32>, tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>, tensor<3xi64>
}

// -----

// A transposed Concat that something else reads stays.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   key_cache
func.func @main(%x: tensor<?x?x2x8xf32>, %pk: tensor<?x?x2x8xf32>, %pv: tensor<?x?x2x8xf32>)
    -> (tensor<?x2x?x8xf32>, tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>) {
  %k = onnx.Concat %pk, %x {axis = 1 : i64} : (tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>) -> tensor<?x?x2x8xf32>
  %v = onnx.Concat %pv, %x {axis = 1 : i64} : (tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>) -> tensor<?x?x2x8xf32>
  %kt = onnx.Transpose %k {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x8xf32>) -> tensor<?x2x?x8xf32>
  %vt = onnx.Transpose %v {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %kt, %kt, %vt {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v : tensor<?x2x?x8xf32>, tensor<?x?x2x8xf32>, tensor<?x?x2x8xf32>
}

// -----

// Of f16, widened for the attention: the cache has the graph's type.
// CHECK: rt.kv_cache @keys : tensor<?x2x?x8xf16> inputs [1] outputs [1]
// CHECK: rt.kv_cache @values : tensor<?x2x?x8xf16> inputs [2] outputs [2] {{.*}}length_first
// CHECK-LABEL: func.func @main(
//       CHECK:   %[[W:.*]] = onnx.Cast %arg1 {to = 1 : i64} : (tensor<?x?x2x8xf16>) -> tensor<?x?x2x8xf32>
//       CHECK:   %[[V:.*]] = onnx.Transpose %[[W]]
//       CHECK:   transformer.attention %{{.*}}, %{{.*}}, %[[V]] {key_cache = @keys, scale = 1.000000e+00 : f32, value_cache = @values} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>)
func.func @main(%q: tensor<?x2x?x8xf16> {onnx.dims = ["batch", "", "seq", ""]},
                %pk: tensor<?x2x?x8xf16> {onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x?x2x8xf16> {onnx.dims = ["batch", "past", "", ""]},
                %n: tensor<?x?x2x8xf16> {onnx.dims = ["batch", "seq", "", ""]})
    -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf16>, tensor<?x?x2x8xf16>) {
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf16>, tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf16>
  %v = onnx.Concat %pv, %n {axis = 1 : i64} : (tensor<?x?x2x8xf16>, tensor<?x?x2x8xf16>) -> tensor<?x?x2x8xf16>
  %qw = onnx.Cast %q {to = 1 : i64} : (tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf32>
  %kw = onnx.Cast %k {to = 1 : i64} : (tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf32>
  %vw = onnx.Cast %v {to = 1 : i64} : (tensor<?x?x2x8xf16>) -> tensor<?x?x2x8xf32>
  %vt = onnx.Transpose %vw {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x2x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %qw, %kw, %vt {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf16>, tensor<?x?x2x8xf16>
}

// -----

// The widened keys leave the graph: no cache holds those.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   key_cache
func.func @main(%q: tensor<?x2x?x8xf16> {onnx.dims = ["batch", "", "seq", ""]},
                %pk: tensor<?x2x?x8xf16> {onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x2x?x8xf16> {onnx.dims = ["batch", "", "past", ""]})
    -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf16>) {
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf16>, tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf16>
  %v = onnx.Concat %pv, %q {axis = 2 : i64} : (tensor<?x2x?x8xf16>, tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf16>
  %qw = onnx.Cast %q {to = 1 : i64} : (tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf32>
  %kw = onnx.Cast %k {to = 1 : i64} : (tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf32>
  %vw = onnx.Cast %v {to = 1 : i64} : (tensor<?x2x?x8xf16>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %qw, %kw, %vw {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %kw, %v : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf16>
}

// -----

// Keys grow by what the queries have, values by one of them: caches have one length. All stays as it is.
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   %arg2: tensor<?x2x?x8xf32>
//   CHECK-NOT:   key_cache
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "seq", ""]},
                %pk: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]})
    -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %first = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %axis = onnx.Constant dense<2> : tensor<1xi64>
  %n = onnx.Slice %q, %first, %one, %axis : (tensor<?x2x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x2x?x8xf32>
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %n {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// One new entry a run, whatever the queries have.
// CHECK: bitnet.appended = array<i64: -1, 1>
// CHECK-LABEL: func.func @main
//       CHECK:   transformer.attention {{.*}}key_cache
func.func @main(%q: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "seq", ""]},
                %n: tensor<?x2x1x8xf32> {onnx.dims = ["batch", "", "", ""]},
                %pk: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]},
                %pv: tensor<?x2x?x8xf32> {onnx.dims = ["batch", "", "past", ""]})
    -> (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) {
  %k = onnx.Concat %pk, %n {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x1x8xf32>) -> tensor<?x2x?x8xf32>
  %v = onnx.Concat %pv, %n {axis = 2 : i64} : (tensor<?x2x?x8xf32>, tensor<?x2x1x8xf32>) -> tensor<?x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>) -> tensor<?x2x?x8xf32>
  return %y, %k, %v : tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>, tensor<?x2x?x8xf32>
}

// -----

// What is appended is as long as the text, whatever computes it: norms,
// activations, masks, tables of positions of an input that has the same name.
// CHECK: bitnet.appended = array<i64: 3, 1>
// CHECK: rt.kv_cache @keys
func.func @main(%x: tensor<1x?x16xf32> {onnx.name = "x", onnx.dims = ["", "seq", ""]},
                %pk: tensor<1x2x?x8xf32> {onnx.name = "pk", onnx.dims = ["", "", "past", ""]},
                %pv: tensor<1x2x?x8xf32> {onnx.name = "pv", onnx.dims = ["", "", "past", ""]},
                %at: tensor<1x?xi64> {onnx.name = "at", onnx.dims = ["", "seq"]}, %table: tensor<32x8xf32>)
    -> (tensor<1x2x?x8xf32> {onnx.name = "y"}, tensor<1x2x?x8xf32> {onnx.name = "k"}, tensor<1x2x?x8xf32> {onnx.name = "v"}) {
  %heads = onnx.Constant dense<[0, 0, 2, 8]> : tensor<4xi64>
  %twice = onnx.Constant dense<[1, 1, 2]> : tensor<3xi64>
  %some = onnx.Constant dense<4> : tensor<1xi64>
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %places = onnx.Gather %table, %at : (tensor<32x8xf32>, tensor<1x?xi64>) -> tensor<1x?x8xf32>
  %wide = onnx.Tile %places, %twice : (tensor<1x?x8xf32>, tensor<3xi64>) -> tensor<1x?x16xf32>
  %sum = onnx.Add %x, %wide : (tensor<1x?x16xf32>, tensor<1x?x16xf32>) -> tensor<1x?x16xf32>
  %mean = onnx.ReduceMean %sum {axes = array<i64: 2>} : (tensor<1x?x16xf32>) -> tensor<1x?x1xf32>
  %centred = onnx.Sub %sum, %mean : (tensor<1x?x16xf32>, tensor<1x?x1xf32>) -> tensor<1x?x16xf32>
  %act = onnx.Tanh %centred : (tensor<1x?x16xf32>) -> tensor<1x?x16xf32>
  %top, %which = onnx.TopK %act, %some : (tensor<1x?x16xf32>, tensor<1xi64>) -> (tensor<1x?x4xf32>, tensor<1x?x4xi64>)
  %least = onnx.Slice %top, %zero, %one, %two : (tensor<1x?x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?x1xf32>
  %keep = onnx.GreaterOrEqual %act, %least : (tensor<1x?x16xf32>, tensor<1x?x1xf32>) -> tensor<1x?x16xi1>
  %shape = onnx.Shape %act : (tensor<1x?x16xf32>) -> tensor<3xi64>
  %zeros = onnx.ConstantOfShape %shape : (tensor<3xi64>) -> tensor<1x?x16xf32>
  %sparse = onnx.Where %keep, %act, %zeros : (tensor<1x?x16xi1>, tensor<1x?x16xf32>, tensor<1x?x16xf32>) -> tensor<1x?x16xf32>
  %split = onnx.Reshape %sparse, %heads : (tensor<1x?x16xf32>, tensor<4xi64>) -> tensor<1x?x2x8xf32>
  %q = onnx.Transpose %split {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x?x2x8xf32>) -> tensor<1x2x?x8xf32>
  %k = onnx.Concat %pk, %q {axis = 2 : i64} : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  %v = onnx.Concat %pv, %q {axis = 2 : i64} : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  %y = transformer.attention %q, %k, %v {scale = 1.0 : f32} : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  return %y, %k, %v : tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>
}
