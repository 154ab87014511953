// RUN: bitnet-opt %s --recognize-roles --split-input-file | FileCheck %s

// CHECK: module attributes {bitnet.context_length = 16 : i64, bitnet.vocab_size = 4 : i64}
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %[[POS:.*]]: tensor<?x?xi64> {bitnet.role = "positions"{{[^%]*}}}, %[[IDS:.*]]: tensor<?x?xi64> {bitnet.role = "tokens"{{[^%]*}}}, %[[MASK:.*]]: tensor<?x?xi64> {bitnet.role = "attention_mask"{{[^%>]*}}})
//  CHECK-SAME:   -> (tensor<?x?x4xf32> {bitnet.role = "logits"})
//       CHECK:   %[[Y:.*]] = transformer.attention
//       CHECK:   %[[H:.*]] = onnx.Reshape %[[Y]]
//       CHECK:   %[[L:.*]] = transformer.last_positions %[[H]]
//       CHECK:   %[[N:.*]] = transformer.rms_norm %[[L]]
//       CHECK:   transformer.linear %[[N]]
func.func @main(%pos: tensor<?x?xi64> {onnx.dims = ["batch", "seq"]},
                %ids: tensor<?x?xi64> {onnx.dims = ["batch", "seq"]},
                %mask: tensor<?x?xi64> {onnx.dims = ["batch", "total"]}) -> tensor<?x?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %cosines = onnx.Constant dense<1.0> : tensor<16x4xf32>
  %shape = onnx.Constant dense<[0, 0, 1, 8]> : tensor<4xi64>
  %back = onnx.Constant dense<[0, -1, 8]> : tensor<3xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %n = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %r = onnx.Reshape %n, %shape : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x1x8xf32>
  %t = onnx.Transpose %r {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x1x8xf32>) -> tensor<?x1x?x8xf32>
  %rows = onnx.Gather %cosines, %pos : (tensor<16x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %cos = onnx.Unsqueeze %rows {axes = array<i64: 1>} : (tensor<?x?x4xf32>) -> tensor<?x1x?x4xf32>
  %q = transformer.rotary %t, %cos, %cos : (tensor<?x1x?x8xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x8xf32>
  %keep = onnx.Cast %mask {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %keep4 = onnx.Unsqueeze %keep {axes = array<i64: 1, 2>} : (tensor<?x?xi1>) -> tensor<?x1x1x?xi1>
  %y = transformer.attention %q, %q, %t mask(%keep4) {scale = 1.0 : f32} : (tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32> mask(tensor<?x1x1x?xi1>)) -> tensor<?x1x?x8xf32>
  %z = onnx.Reshape %y, %back : (tensor<?x1x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %z {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  return %l : tensor<?x?x4xf32>
}

// -----

// The norm's result leaves too: only the head may skip positions.
// CHECK-LABEL: func.func @main
//       CHECK:   %[[F:.*]] = transformer.rms_norm
//       CHECK:   %[[L:.*]] = transformer.last_positions %[[F]]
//       CHECK:   transformer.linear %[[L]]
func.func @main(%ids: tensor<?x?xi64>) -> (tensor<?x?x4xf32>, tensor<?x?x8xf32>) {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  return %l, %f : tensor<?x?x4xf32>, tensor<?x?x8xf32>
}

// -----

// What else is made of the logits meets a number for every position: the head makes them all.
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   -> (tensor<?x?x4xf32> {bitnet.role = "logits"}, tensor<?x?x4xf32>)
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> (tensor<?x?x4xf32>, tensor<?x?x4xf32>) {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %m = onnx.ReduceMax %h {axes = array<i64: 2>} : (tensor<?x?x8xf32>) -> tensor<?x?x1xf32>
  %s = onnx.Add %l, %m : (tensor<?x?x4xf32>, tensor<?x?x1xf32>) -> tensor<?x?x4xf32>
  return %l, %s : tensor<?x?x4xf32>, tensor<?x?x4xf32>
}

// -----

// No table is indexed: no language model.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   bitnet.role
//   CHECK-NOT:   last_positions
func.func @main(%x: tensor<?x?x8xf32>) -> tensor<?x?x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %l = transformer.linear %x, %w : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  return %l : tensor<?x?x4xf32>
}

// -----

// Logits that are capped and rounded, of the last position: the head may skip the others.
// CHECK: module attributes {bitnet.vocab_size = 4 : i64}
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   -> (tensor<?x4xf16> {bitnet.role = "logits"})
//       CHECK:   %[[L:.*]] = transformer.last_positions
//       CHECK:   %[[F:.*]] = transformer.rms_norm %[[L]]
//       CHECK:   transformer.linear %[[F]]
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf16> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %cap = onnx.Constant dense<30.0> : tensor<f32>
  %last = onnx.Constant dense<-1> : tensor<i64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %d = onnx.Div %l, %cap : (tensor<?x?x4xf32>, tensor<f32>) -> tensor<?x?x4xf32>
  %t = onnx.Tanh %d : (tensor<?x?x4xf32>) -> tensor<?x?x4xf32>
  %c = onnx.Mul %t, %cap : (tensor<?x?x4xf32>, tensor<f32>) -> tensor<?x?x4xf32>
  %n = onnx.Cast %c {to = 10 : i64} : (tensor<?x?x4xf32>) -> tensor<?x?x4xf16>
  %y = onnx.Gather %n, %last {axis = 1 : i64} : (tensor<?x?x4xf16>, tensor<i64>) -> tensor<?x4xf16>
  return %y : tensor<?x4xf16>
}

// -----

// The last position is taken before the norm and the head.
// CHECK: module attributes {bitnet.vocab_size = 4 : i64}
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   -> (tensor<?x4xf32> {bitnet.role = "logits"})
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %begin = onnx.Constant dense<-1> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %s = onnx.Slice %h, %begin, %end, %axis : (tensor<?x?x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?x8xf32>
  %q = onnx.Squeeze %s {axes = array<i64: 1>} : (tensor<?x?x8xf32>) -> tensor<?x8xf32>
  %f = transformer.rms_norm %q {eps = 1.0e-5 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x8xf32>, tensor<4x8xf32>) -> tensor<?x4xf32>
  return %l : tensor<?x4xf32>
}

// -----

// Not the last position; and scores of classes, of the last one: no logits.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> (tensor<?x4xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>) {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %classes = onnx.Constant dense<1.0> : tensor<3x8xf32>
  %first = onnx.Constant dense<0> : tensor<i64>
  %last = onnx.Constant dense<-1> : tensor<i64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = onnx.Gather %h, %first {axis = 1 : i64} : (tensor<?x?x8xf32>, tensor<i64>) -> tensor<?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x8xf32>, tensor<4x8xf32>) -> tensor<?x4xf32>
  %e = onnx.Gather %h, %last {axis = 1 : i64} : (tensor<?x?x8xf32>, tensor<i64>) -> tensor<?x8xf32>
  %m = transformer.linear %e, %classes : (tensor<?x8xf32>, tensor<3x8xf32>) -> tensor<?x3xf32>
  %p = transformer.linear %h, %classes : (tensor<?x?x8xf32>, tensor<3x8xf32>) -> tensor<?x?x3xf32>
  %t = onnx.Tanh %p : (tensor<?x?x3xf32>) -> tensor<?x?x3xf32>
  return %l, %m, %t : tensor<?x4xf32>, tensor<?x3xf32>, tensor<?x?x3xf32>
}

// -----

// Without names of axes: what is counted is a mask, what turns queries as it is are positions.
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %arg1: tensor<?x?xi64> {bitnet.role = "attention_mask"}, %arg2: tensor<?x?xi64> {bitnet.role = "positions"})
func.func @main(%ids: tensor<?x?xi64>, %mask: tensor<?x?xi64>, %pos: tensor<?x?xi64>) -> tensor<?x?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %cosines = onnx.Constant dense<1.0> : tensor<16x4xf32>
  %axis = onnx.Constant dense<1> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %shape = onnx.Constant dense<[0, 0, 1, 8]> : tensor<4xi64>
  %back = onnx.Constant dense<[0, -1, 8]> : tensor<3xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %n = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %r = onnx.Reshape %n, %shape : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x?x1x8xf32>
  %t = onnx.Transpose %r {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x1x8xf32>) -> tensor<?x1x?x8xf32>
  %count = onnx.CumSum %mask, %axis : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi64>
  %own = onnx.Sub %count, %one : (tensor<?x?xi64>, tensor<i64>) -> tensor<?x?xi64>
  %rows = onnx.Gather %cosines, %own : (tensor<16x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %cos = onnx.Unsqueeze %rows {axes = array<i64: 1>} : (tensor<?x?x4xf32>) -> tensor<?x1x?x4xf32>
  %rows2 = onnx.Gather %cosines, %pos : (tensor<16x4xf32>, tensor<?x?xi64>) -> tensor<?x?x4xf32>
  %cos2 = onnx.Unsqueeze %rows2 {axes = array<i64: 1>} : (tensor<?x?x4xf32>) -> tensor<?x1x?x4xf32>
  %q = transformer.rotary %t, %cos, %cos2 : (tensor<?x1x?x8xf32>, tensor<?x1x?x4xf32>, tensor<?x1x?x4xf32>) -> tensor<?x1x?x8xf32>
  %keep = onnx.Cast %mask {to = 9 : i64} : (tensor<?x?xi64>) -> tensor<?x?xi1>
  %keep4 = onnx.Unsqueeze %keep {axes = array<i64: 1, 2>} : (tensor<?x?xi1>) -> tensor<?x1x1x?xi1>
  %y = transformer.attention %q, %q, %t mask(%keep4) {scale = 1.0 : f32} : (tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32>, tensor<?x1x?x8xf32> mask(tensor<?x1x1x?xi1>)) -> tensor<?x1x?x8xf32>
  %z = onnx.Reshape %y, %back : (tensor<?x1x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %l = transformer.linear %z, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  return %l : tensor<?x?x4xf32>
}

// -----

// The last position by its number: it gets the spelling that holds for the positions that the head still makes.
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   -> (tensor<?x4xf32> {bitnet.role = "logits"})
//       CHECK:   transformer.last_positions
//       CHECK:   %[[L:.*]] = transformer.linear
//       CHECK:   %[[LAST:.*]] = onnx.Constant dense<-1> : tensor<i64>
//       CHECK:   %[[Y:.*]] = onnx.Gather %[[L]], %[[LAST]] {axis = 1 : i64}
//       CHECK:   return %[[Y]]
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %none = onnx.Constant dense<> : tensor<0xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %n = onnx.Sub %s, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %i = onnx.Reshape %n, %none : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
  %y = onnx.Gather %l, %i {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// All positions as rows, by a shape that the graph computes: rows are those of the positions that the head still makes.
// CHECK-LABEL: func.func @main
//  CHECK-SAME:   -> (tensor<?x4xf32> {bitnet.role = "logits"})
//       CHECK:   %[[P:.*]] = transformer.last_positions
//       CHECK:   %[[TO:.*]] = onnx.Constant dense<[-1, 8]> : tensor<2xi64>
//       CHECK:   %[[R:.*]] = onnx.Reshape %[[P]], %[[TO]]
//       CHECK:   %[[F:.*]] = transformer.rms_norm %[[R]]
//       CHECK:   transformer.linear %[[F]]
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %n = onnx.Size %ids : (tensor<?x?xi64>) -> tensor<i64>
  %n1 = onnx.Unsqueeze %n {axes = array<i64: 0>} : (tensor<i64>) -> tensor<1xi64>
  %to = onnx.Concat %n1, %eight {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %r = onnx.Reshape %h, %to : (tensor<?x?x8xf32>, tensor<2xi64>) -> tensor<?x8xf32>
  %f = transformer.rms_norm %r {eps = 1.0e-5 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x8xf32>, tensor<4x8xf32>) -> tensor<?x4xf32>
  return %l : tensor<?x4xf32>
}

// -----

// The position before the last; the last one of another tensor's; a position for each of three; rows of all positions of a text of
// 7 tokens, of which none can be left out: no logits.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>, %other: tensor<?x?xi64>, %seven: tensor<1x7xi64>)
    -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<7x4xf32>) {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %none = onnx.Constant dense<> : tensor<0xi64>
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %pairs = onnx.Constant dense<[[0, -1], [0, 0], [0, -1]]> : tensor<3x2xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %n = onnx.Sub %s, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %i = onnx.Reshape %n, %none : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
  %y = onnx.Gather %l, %i {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  %so = onnx.Shape %other {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %no = onnx.Sub %so, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %io = onnx.Reshape %no, %none : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
  %z = onnx.Gather %l, %io {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  %g = onnx.GatherND %l, %pairs : (tensor<?x?x4xf32>, tensor<3x2xi64>) -> tensor<?x4xf32>
  %h7 = onnx.Gather %table, %seven : (tensor<4x8xf32>, tensor<1x7xi64>) -> tensor<1x7x8xf32>
  %f7 = transformer.rms_norm %h7 {eps = 1.0e-5 : f32} : (tensor<1x7x8xf32>) -> tensor<1x7x8xf32>
  %l7 = transformer.linear %f7, %table : (tensor<1x7x8xf32>, tensor<4x8xf32>) -> tensor<1x7x4xf32>
  %r7 = onnx.Reshape %l7, %rows : (tensor<1x7x4xf32>, tensor<2xi64>) -> tensor<7x4xf32>
  return %y, %z, %g, %r7 : tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<7x4xf32>
}

// -----

// The position 1 of any length: i64(bool(seq - 1)).
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %none = onnx.Constant dense<> : tensor<0xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %n = onnx.Sub %s, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %t = onnx.Cast %n {to = 9 : i64} : (tensor<1xi64>) -> tensor<1xi1>
  %u = onnx.Cast %t {to = 7 : i64} : (tensor<1xi1>) -> tensor<1xi64>
  %i = onnx.Reshape %u, %none : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
  %y = onnx.Gather %l, %i {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// i64(bool(seq)) - 1 is 0.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %none = onnx.Constant dense<> : tensor<0xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %t = onnx.Cast %s {to = 9 : i64} : (tensor<1xi64>) -> tensor<1xi1>
  %u = onnx.Cast %t {to = 7 : i64} : (tensor<1xi1>) -> tensor<1xi64>
  %n = onnx.Sub %u, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %i = onnx.Reshape %n, %none : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
  %y = onnx.Gather %l, %i {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// i64(i8(seq - 1)), of which 128 makes -128.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %none = onnx.Constant dense<> : tensor<0xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %s = onnx.Shape %ids {start = 1 : i64, end = 2 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %n = onnx.Sub %s, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %t = onnx.Cast %n {to = 3 : i64} : (tensor<1xi64>) -> tensor<1xi8>
  %u = onnx.Cast %t {to = 7 : i64} : (tensor<1xi8>) -> tensor<1xi64>
  %i = onnx.Reshape %u, %none : (tensor<1xi64>, tensor<0xi64>) -> tensor<i64>
  %y = onnx.Gather %l, %i {axis = 1 : i64} : (tensor<?x?x4xf32>, tensor<i64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Each text twice.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %b = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %z0 = onnx.Constant dense<0> : tensor<i64>
  %o0 = onnx.Constant dense<1> : tensor<i64>
  %zz = onnx.Constant dense<0> : tensor<1xi64>
  %b0 = onnx.Squeeze %b, %zz : (tensor<1xi64>, tensor<1xi64>) -> tensor<i64>
  %r = onnx.Range %z0, %b0, %o0 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %rt = onnx.Tile %r, %two : (tensor<?xi64>, tensor<1xi64>) -> tensor<?xi64>
  %rc = onnx.Unsqueeze %rt, %one : (tensor<?xi64>, tensor<1xi64>) -> tensor<?x1xi64>
  %b2 = onnx.Mul %b, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %sh = onnx.Concat %b2, %one {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %m = onnx.ConstantOfShape %sh {value = dense<-1> : tensor<1xi64>} : (tensor<2xi64>) -> tensor<?x1xi64>
  %ix = onnx.Concat %rc, %m {axis = 1 : i64} : (tensor<?x1xi64>, tensor<?x1xi64>) -> tensor<?x2xi64>
  %y = onnx.GatherND %l, %ix : (tensor<?x?x4xf32>, tensor<?x2xi64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// The last of two heads, and all positions of it.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %h1 = onnx.Unsqueeze %h, %one : (tensor<?x?x8xf32>, tensor<1xi64>) -> tensor<?x1x?x8xf32>
  %w = onnx.Constant dense<[[[[1.0]], [[2.0]]]]> : tensor<1x2x1x1xf32>
  %h2 = onnx.Mul %h1, %w : (tensor<?x1x?x8xf32>, tensor<1x2x1x1xf32>) -> tensor<?x2x?x8xf32>
  %l2 = transformer.linear %h2, %table : (tensor<?x2x?x8xf32>, tensor<4x8xf32>) -> tensor<?x2x?x4xf32>
  %m1 = onnx.Constant dense<-1> : tensor<i64>
  %g = onnx.Gather %l2, %m1 {axis = 1 : i64} : (tensor<?x2x?x4xf32>, tensor<i64>) -> tensor<?x?x4xf32>
  %to = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %y = onnx.Reshape %g, %to : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// True is 1, not -1.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %b = onnx.Shape %ids {start = 0 : i64, end = 1 : i64} : (tensor<?x?xi64>) -> tensor<1xi64>
  %sh = onnx.Concat %b, %one {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %t = onnx.ConstantOfShape %sh {value = dense<true> : tensor<1xi1>} : (tensor<2xi64>) -> tensor<?x1xi1>
  %u = onnx.Cast %t {to = 7 : i64} : (tensor<?x1xi1>) -> tensor<?x1xi64>
  %y = onnx.GatherND %l, %u {batch_dims = 1 : i64} : (tensor<?x?x4xf32>, tensor<?x1xi64>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// Rows of all positions that a number of rank 3 makes one text of, and the last of them.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   "logits"
//   CHECK-NOT:   last_positions
func.func @main(%ids: tensor<?x?xi64>) -> tensor<1x4xf32> {
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %last = onnx.Constant dense<-1> : tensor<i64>
  %half = onnx.Constant dense<0.5> : tensor<1x1x1xf32>
  %rows = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  %r = onnx.Reshape %l, %rows : (tensor<?x?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %s = onnx.Mul %r, %half : (tensor<?x4xf32>, tensor<1x1x1xf32>) -> tensor<1x?x4xf32>
  %y = onnx.Gather %s, %last {axis = 1 : i64} : (tensor<1x?x4xf32>, tensor<i64>) -> tensor<1x4xf32>
  return %y : tensor<1x4xf32>
}

// -----

// The caches grow by something else than tokens: a session would count them wrong.
// CHECK: bitnet.appended
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   bitnet.role
module attributes {bitnet.appended = array<i64: -1, 1>} {
  func.func @main(%ids: tensor<?x?xi64>) -> tensor<?x?x4xf32> {
    %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
    %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
    %f = transformer.rms_norm %h {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
    %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
    return %l : tensor<?x?x4xf32>
  }
}

// -----

// Both index a table whose rows are added up: tokens are those that have logits. Of the others, the name tells
// positions from segments, and the table how many there are.
// CHECK: module attributes {bitnet.context_length = 16 : i64, bitnet.vocab_size = 4 : i64}
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %arg0: tensor<?x?xi64> {bitnet.role = "positions"{{[^%]*}}}, %arg1: tensor<?x?xi64> {onnx.dims = ["batch", "seq"], onnx.name = "token_type_ids"}, %arg2: tensor<?x?xi64> {bitnet.role = "tokens"
//  CHECK-SAME:   -> (tensor<?x?x4xf32> {bitnet.role = "logits"})
func.func @main(%pos: tensor<?x?xi64> {onnx.name = "position_ids", onnx.dims = ["batch", "seq"]},
                %types: tensor<?x?xi64> {onnx.name = "token_type_ids", onnx.dims = ["batch", "seq"]},
                %ids: tensor<?x?xi64> {onnx.name = "input_ids", onnx.dims = ["batch", "seq"]}) -> tensor<?x?x4xf32> {
  %places = onnx.Constant dense<1.0> : tensor<16x8xf32>
  %segments = onnx.Constant dense<1.0> : tensor<2x8xf32>
  %table = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %p = onnx.Gather %places, %pos : (tensor<16x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %t = onnx.Gather %segments, %types : (tensor<2x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %h = onnx.Gather %table, %ids : (tensor<4x8xf32>, tensor<?x?xi64>) -> tensor<?x?x8xf32>
  %a = onnx.Add %h, %p : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %b = onnx.Add %a, %t : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %f = transformer.rms_norm %b {eps = 1.0e-5 : f32} : (tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %l = transformer.linear %f, %table : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  return %l : tensor<?x?x4xf32>
}
