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

// No table is indexed: no language model.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   bitnet.role
//   CHECK-NOT:   last_positions
func.func @main(%x: tensor<?x?x8xf32>) -> tensor<?x?x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<4x8xf32>
  %l = transformer.linear %x, %w : (tensor<?x?x8xf32>, tensor<4x8xf32>) -> tensor<?x?x4xf32>
  return %l : tensor<?x?x4xf32>
}
