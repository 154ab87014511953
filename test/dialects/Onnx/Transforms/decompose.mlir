// RUN: bitnet-opt %s --onnx-decompose --split-input-file | FileCheck %s

// CHECK-LABEL: func @swish
//       CHECK:   %[[A:.*]] = onnx.Mul %arg0, %{{.*}} : (tensor<?x8xf32>, tensor<f32>)
//       CHECK:   %[[S:.*]] = onnx.Sigmoid %[[A]]
//       CHECK:   onnx.Mul %arg0, %[[S]]
func.func @swish(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %y = onnx.Swish %x {alpha = 2.0 : f32} : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// -----

// One scale for each row, in f16: the product is rounded once.
// CHECK-LABEL: func @dequantize_rows
//       CHECK:   %[[S:.*]] = onnx.Unsqueeze %{{.*}} {axes = array<i64: 1>} : (tensor<4xf32>) -> tensor<4x1xf32>
//       CHECK:   %[[X:.*]] = onnx.Cast %arg0 {to = 1 : i64} : (tensor<4x8xi2>) -> tensor<4x8xf32>
//       CHECK:   %[[Y:.*]] = onnx.Mul %[[X]], %[[S]]
//       CHECK:   onnx.Cast %[[Y]] {to = 10 : i64}
func.func @dequantize_rows(%x: tensor<4x8xi2>, %s: tensor<4xf16>) -> tensor<4x8xf16> {
  %y = onnx.DequantizeLinear %x, %s {axis = 0 : i64} : (tensor<4x8xi2>, tensor<4xf16>) -> tensor<4x8xf16>
  return %y : tensor<4x8xf16>
}

// -----

// The last block is shorter.
// CHECK-LABEL: func @dequantize_blocks
//       CHECK:   onnx.Expand {{.*}} -> tensor<4x3x16xf32>
//       CHECK:   onnx.Reshape {{.*}} -> tensor<4x48xf32>
//       CHECK:   onnx.Slice {{.*}} -> tensor<4x40xf32>
//       CHECK:   onnx.Sub
func.func @dequantize_blocks(%x: tensor<4x40xui4>, %s: tensor<4x3xf32>, %z: tensor<4x3xui4>) -> tensor<4x40xf32> {
  %y = onnx.DequantizeLinear %x, %s, %z {axis = -1 : i64, block_size = 16 : i64} : (tensor<4x40xui4>, tensor<4x3xf32>, tensor<4x3xui4>) -> tensor<4x40xf32>
  return %y : tensor<4x40xf32>
}

// -----

// CHECK-LABEL: func @quantize
//   CHECK-DAG:   %[[LOW:.*]] = onnx.Constant dense<-1.280000e+02>
//   CHECK-DAG:   %[[HIGH:.*]] = onnx.Constant dense<1.270000e+02>
//       CHECK:   %[[D:.*]] = onnx.Div %arg0, %arg1
//       CHECK:   %[[R:.*]] = onnx.Round %[[D]]
//       CHECK:   %[[Z:.*]] = onnx.Add %[[R]]
//       CHECK:   %[[C:.*]] = onnx.Clip %[[Z]], %[[LOW]], %[[HIGH]]
//       CHECK:   onnx.Cast %[[C]] {to = 3 : i64}
func.func @quantize(%x: tensor<?x8xf32>, %s: tensor<f32>, %z: tensor<i8>) -> tensor<?x8xi8> {
  %y = onnx.QuantizeLinear %x, %s, %z : (tensor<?x8xf32>, tensor<f32>, tensor<i8>) -> tensor<?x8xi8>
  return %y : tensor<?x8xi8>
}

// -----

// A zero point for each row of A is a column.
// CHECK-LABEL: func @matmul_integer
//       CHECK:   onnx.Unsqueeze %arg2 {axes = array<i64: 1>}
//       CHECK:   onnx.MatMul {{.*}} : (tensor<3x8xi32>, tensor<8x2xi32>) -> tensor<3x2xi32>
func.func @matmul_integer(%a: tensor<3x8xui8>, %b: tensor<8x2xi8>, %z: tensor<3xui8>) -> tensor<3x2xi32> {
  %y = onnx.MatMulInteger %a, %b, %z : (tensor<3x8xui8>, tensor<8x2xi8>, tensor<3xui8>) -> tensor<3x2xi32>
  return %y : tensor<3x2xi32>
}

// -----

// 20 terms in two blocks of 16 codes of 4 bits: the padding is cut off. Without
// zero points the zero is 8.
// CHECK-LABEL: func @nbits
//   CHECK-DAG:   %[[AT:.*]] = onnx.Constant dense<[0, 4]> : tensor<2xui8>
//   CHECK-DAG:   %[[LOW:.*]] = onnx.Constant dense<15> : tensor<ui8>
//   CHECK-DAG:   %[[ZERO:.*]] = onnx.Constant dense<8.000000e+00> : tensor<f32>
//       CHECK:   %[[B:.*]] = onnx.BitShift %{{.*}}, %[[AT]] {direction = "RIGHT"}
//       CHECK:   onnx.BitwiseAnd %[[B]], %[[LOW]]
//       CHECK:   onnx.Sub %{{.*}}, %[[ZERO]]
//       CHECK:   onnx.Slice {{.*}} : (tensor<6x32xf32>{{.*}} -> tensor<6x20xf32>
//       CHECK:   onnx.MatMul %arg0, %{{.*}} : (tensor<?x20xf32>, tensor<20x6xf32>) -> tensor<?x6xf32>
//       CHECK:   onnx.Add %{{.*}}, %arg3
func.func @nbits(%a: tensor<?x20xf32>, %b: tensor<6x2x8xui8>, %s: tensor<12xf32>, %bias: tensor<6xf32>) -> tensor<?x6xf32> {
  %none = onnx.None
  %y = onnx.ms.MatMulNBits %a, %b, %s, %none, %none, %bias {K = 20 : i64, N = 6 : i64, bits = 4 : i64, block_size = 16 : i64}
      : (tensor<?x20xf32>, tensor<6x2x8xui8>, tensor<12xf32>, none, none, tensor<6xf32>) -> tensor<?x6xf32>
  return %y : tensor<?x6xf32>
}

// -----

// Accuracy level 4 lets each block of the input be quantised, others do not.
// CHECK-LABEL: func @nbits_levels
//       CHECK:   onnx.MatMul {{.*}} {bitnet.input_block = 16 : i64}
//       CHECK:   onnx.MatMul
//   CHECK-NOT:   bitnet.input_block
func.func @nbits_levels(%a: tensor<?x16xf32>, %b: tensor<6x1x8xui8>, %s: tensor<6xf32>) -> (tensor<?x6xf32>, tensor<?x6xf32>) {
  %y = onnx.ms.MatMulNBits %a, %b, %s {K = 16 : i64, N = 6 : i64, bits = 4 : i64, block_size = 16 : i64, accuracy_level = 4 : i64}
      : (tensor<?x16xf32>, tensor<6x1x8xui8>, tensor<6xf32>) -> tensor<?x6xf32>
  %z = onnx.ms.MatMulNBits %a, %b, %s {K = 16 : i64, N = 6 : i64, bits = 4 : i64, block_size = 16 : i64, accuracy_level = 2 : i64}
      : (tensor<?x16xf32>, tensor<6x1x8xui8>, tensor<6xf32>) -> tensor<?x6xf32>
  return %y, %z : tensor<?x6xf32>, tensor<?x6xf32>
}

// -----

// Half of each head is rotated, as pairs of neighbours.
// CHECK-LABEL: func @rotary_partial_interleaved
//       CHECK:   onnx.Slice {{.*}} -> tensor<?x2x?x4xf32>
//   CHECK-DAG:   onnx.Sub
//       CHECK:   onnx.Add
//       CHECK:   onnx.Concat {{.*}} {axis = 4 : i64}
//       CHECK:   onnx.Concat {{.*}} {axis = 3 : i64}
func.func @rotary_partial_interleaved(%x: tensor<?x2x?x8xf32>, %c: tensor<16x2xf32>, %s: tensor<16x2xf32>, %p: tensor<?x?xi64>) -> tensor<?x2x?x8xf32> {
  %y = onnx.RotaryEmbedding %x, %c, %s, %p {interleaved = 1 : i64, rotary_embedding_dim = 4 : i64}
      : (tensor<?x2x?x8xf32>, tensor<16x2xf32>, tensor<16x2xf32>, tensor<?x?xi64>) -> tensor<?x2x?x8xf32>
  return %y : tensor<?x2x?x8xf32>
}

// -----

// CHECK-LABEL: func @packed_query
//       CHECK:   %[[P:.*]]:3 = onnx.Split %arg0 {axis = 2 : i64, num_outputs = 3 : i64, split = array<i64: 32, 16, 16>}
//       CHECK:   onnx.ms.GroupQueryAttention %[[P]]#0, %[[P]]#1, %[[P]]#2
func.func @packed_query(%q: tensor<?x?x64xf32>, %n: tensor<1xi32>) -> tensor<?x?x32xf32> {
  %none = onnx.None
  %y = onnx.ms.GroupQueryAttention %q, %none, %none, %none, %none, %n, %n {num_heads = 4 : i64, kv_num_heads = 2 : i64, num_outputs = 1 : i64}
      : (tensor<?x?x64xf32>, none, none, none, none, tensor<1xi32>, tensor<1xi32>) -> tensor<?x?x32xf32>
  return %y : tensor<?x?x32xf32>
}

// -----

// Channels are cut into groups, and joined before they are scaled.
// CHECK-LABEL: func @group_norm
//       CHECK:   %[[G:.*]] = onnx.Reshape %arg0, %{{.*}} -> tensor<?x2x?xf32>
//       CHECK:   onnx.ReduceMean %[[G]] {axes = array<i64: 2>
//       CHECK:   onnx.Reshape {{.*}} -> tensor<?x8x?xf32>
//       CHECK:   onnx.Unsqueeze %arg1 {axes = array<i64: 1>}
func.func @group_norm(%x: tensor<?x8x?xf32>, %s: tensor<8xf32>) -> tensor<?x8x?xf32> {
  %y = onnx.GroupNormalization %x, %s, %s {num_groups = 2 : i64} : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
  return %y : tensor<?x8x?xf32>
}

// -----

// Codes are picked before they are unpacked and scaled.
// CHECK-LABEL: func @gather_blocks
//       CHECK:   %[[P:.*]] = onnx.Gather %arg0, %arg1 : (tensor<9x16xui8>, tensor<?xi64>) -> tensor<?x16xui8>
//       CHECK:   onnx.BitShift
//       CHECK:   onnx.Reshape {{.*}} -> tensor<?x32xui8>
//       CHECK:   onnx.Sub
//       CHECK:   onnx.Gather %arg2, %arg1 : (tensor<9x2xf32>, tensor<?xi64>) -> tensor<?x2xf32>
//       CHECK:   onnx.Gather {{.*}} {axis = 1 : i64} : (tensor<?x2xf32>, tensor<32xi64>) -> tensor<?x32xf32>
//       CHECK:   onnx.Mul
func.func @gather_blocks(%t: tensor<9x16xui8>, %i: tensor<?xi64>, %s: tensor<9x2xf32>) -> tensor<?x32xf32> {
  %y = onnx.ms.GatherBlockQuantized %t, %i, %s {block_size = 16 : i64} : (tensor<9x16xui8>, tensor<?xi64>, tensor<9x2xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// -----

// Padded keys get the filter value, and queries their part of the bias.
// CHECK-LABEL: func @heads
//   CHECK-DAG:   %[[FILL:.*]] = onnx.Constant dense<-1.000000e+04>
//       CHECK:   onnx.Where %{{.*}}, %[[FILL]]
//       CHECK:   onnx.Add %arg0
//       CHECK:   onnx.Attention {{.*}} {num_outputs = 3 : i64}
func.func @heads(%q: tensor<?x?x32xf32>, %b: tensor<96xf32>, %m: tensor<?x?xi32>) -> tensor<?x?x32xf32> {
  %y = onnx.ms.MultiHeadAttention %q, %q, %q, %b, %m {num_heads = 4 : i64} : (tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<96xf32>, tensor<?x?xi32>) -> tensor<?x?x32xf32>
  return %y : tensor<?x?x32xf32>
}

// -----

// CHECK-LABEL: func @skip_simplified
//       CHECK:   %[[SUM:.*]] = onnx.Add %arg0, %arg1
//       CHECK:   %[[Y:.*]] = onnx.SimplifiedLayerNormalization %[[SUM]], %arg2 {num_outputs = 1 : i64}
//       CHECK:   return %[[Y]], %[[SUM]]
func.func @skip_simplified(%x: tensor<?x?x8xf32> {onnx.dims = ["batch", "seq", ""]}, %s: tensor<?x?x8xf32> {onnx.dims = ["batch", "seq", ""]}, %g: tensor<8xf32>) -> (tensor<?x?x8xf32>, tensor<?x?x8xf32>) {
  %y:4 = onnx.ms.SkipSimplifiedLayerNormalization %x, %s, %g {epsilon = 1.0e-5 : f32, num_outputs = 4 : i64}
      : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<8xf32>)
      -> (tensor<?x?x8xf32>, tensor<?x?x1xf32>, tensor<?x?x1xf32>, tensor<?x?x8xf32>)
  return %y#0, %y#3 : tensor<?x?x8xf32>, tensor<?x?x8xf32>
}

// -----

// Lengths that the model does not tell are checked at run time, and what is
// shorter is not taken for a mask that hides the rest.
// CHECK-LABEL: func @heads_checked
//       CHECK:   onnx.CheckSizes %arg1, %{{.*}} {axes = array<i64: 0>}
//       CHECK:   onnx.CheckSizes %arg2, %{{.*}} {axes = array<i64: 0, 1>}
//       CHECK:   %[[BIAS:.*]] = onnx.CheckSizes %arg3, %{{.*}} {axes = array<i64: 2, 3>}
//       CHECK:   onnx.Attention {{.*}}, %[[BIAS]]
func.func @heads_checked(%q: tensor<?x?x32xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %b: tensor<?x4x?x?xf32>) -> tensor<?x?x32xf32> {
  %none = onnx.None
  %y = onnx.ms.MultiHeadAttention %q, %k, %v, %none, %none, %b {num_heads = 4 : i64} : (tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, none, tensor<?x4x?x?xf32>) -> tensor<?x?x32xf32>
  return %y : tensor<?x?x32xf32>
}

// -----

// What is skipped must not broadcast the input.
// CHECK-LABEL: func @skip_checked
//       CHECK:   %[[SUM:.*]] = onnx.Add %arg0, %arg1
//       CHECK:   onnx.CheckSizes %[[SUM]], %{{.*}} {axes = array<i64: 0, 1>}
func.func @skip_checked(%x: tensor<?x?x8xf32>, %s: tensor<?x?x8xf32>, %g: tensor<8xf32>) -> tensor<?x?x8xf32> {
  %y = onnx.ms.SkipLayerNormalization %x, %s, %g : (tensor<?x?x8xf32>, tensor<?x?x8xf32>, tensor<8xf32>) -> tensor<?x?x8xf32>
  return %y : tensor<?x?x8xf32>
}

// -----

// Floats of 8 bits are rounded by the conversion only.
// CHECK-LABEL: func @quantize_float
//   CHECK-NOT:   onnx.Round
//       CHECK:   onnx.Cast %{{.*}} {saturate = 0 : i64, to = 17 : i64}
func.func @quantize_float(%x: tensor<?x8xf32>, %s: tensor<f32>) -> tensor<?x8xf8E4M3FN> {
  %y = onnx.QuantizeLinear %x, %s {output_dtype = 17 : i64, saturate = 0 : i64} : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf8E4M3FN>
  return %y : tensor<?x8xf8E4M3FN>
}

// -----

// CHECK-LABEL: func @quantize_int2
//   CHECK-DAG:   %[[LOW:.*]] = onnx.Constant dense<-2.000000e+00>
//   CHECK-DAG:   %[[HIGH:.*]] = onnx.Constant dense<1.000000e+00>
//       CHECK:   onnx.Clip %{{.*}}, %[[LOW]], %[[HIGH]]
func.func @quantize_int2(%x: tensor<?x8xf32>, %s: tensor<f32>, %z: tensor<i2>) -> tensor<?x8xi2> {
  %y = onnx.QuantizeLinear %x, %s, %z : (tensor<?x8xf32>, tensor<f32>, tensor<i2>) -> tensor<?x8xi2>
  return %y : tensor<?x8xi2>
}

// -----

// Windows are gathered to columns, of each group its own product.
// CHECK-LABEL: func @conv
//       CHECK:   onnx.Gather %{{.*}} {axis = 2 : i64}
//       CHECK:   %[[W:.*]] = onnx.Reshape %arg1, %{{.*}} -> tensor<2x3x6xf32>
//       CHECK:   onnx.MatMul %[[W]]
func.func @conv(%x: tensor<?x4x?xf32>, %w: tensor<6x2x3xf32>) -> tensor<?x6x?xf32> {
  %y = onnx.Conv %x, %w {group = 2 : i64, strides = array<i64: 2>} : (tensor<?x4x?xf32>, tensor<6x2x3xf32>) -> tensor<?x6x?xf32>
  return %y : tensor<?x6x?xf32>
}

// -----

// What lies outside of X is less than anything, and counts for nothing.
// CHECK-LABEL: func @pools
//   CHECK-DAG:   %[[LEAST:.*]] = onnx.Constant dense<0xFF800000>
//       CHECK:   onnx.Pad %arg0, %{{.*}}, %[[LEAST]]
//       CHECK:   onnx.ReduceMax %{{.*}} {axes = array<i64: 2>
//       CHECK:   %[[SUM:.*]] = onnx.ReduceSum
//       CHECK:   %[[COUNT:.*]] = onnx.ReduceSum
//       CHECK:   onnx.Div %[[SUM]], %[[COUNT]]
func.func @pools(%x: tensor<?x4x?xf32>) -> (tensor<?x4x?xf32>, tensor<?x4x?xf32>) {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 3>, pads = array<i64: 1, 1>} : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  %1 = onnx.AveragePool %x {kernel_shape = array<i64: 3>, pads = array<i64: 1, 1>} : (tensor<?x4x?xf32>) -> tensor<?x4x?xf32>
  return %0, %1 : tensor<?x4x?xf32>, tensor<?x4x?xf32>
}

// An ignored class is any i64, not only one that a double holds.
// CHECK-LABEL: func @ignored_class
//       CHECK:   onnx.Constant dense<9223372036854775807> : tensor<i64>
func.func @ignored_class(%x: tensor<2x3xf32>, %t: tensor<2xi64>) -> tensor<f32> {
  %y = onnx.NegativeLogLikelihoodLoss %x, %t {ignore_index = 9223372036854775807 : i64} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<f32>
  return %y : tensor<f32>
}

// Scales of products are ops of their own, so that patterns find the product.
// CHECK-LABEL: func @fused_matmul
//       CHECK:   %[[T:.*]] = onnx.Transpose %arg1 {perm = array<i64: 0, 2, 1>}
//       CHECK:   %[[P:.*]] = onnx.MatMul %arg0, %[[T]]
//       CHECK:   onnx.Mul %[[P]], %{{.*}} : (tensor<?x?x?xf32>, tensor<f32>)
//   CHECK-NOT:   FusedMatMul
func.func @fused_matmul(%x: tensor<?x?x8xf32>, %y: tensor<?x?x8xf32>) -> tensor<?x?x?xf32> {
  %z = onnx.ms.FusedMatMul %x, %y {transB = 1 : i64, alpha = 0.125 : f32} : (tensor<?x?x8xf32>, tensor<?x?x8xf32>) -> tensor<?x?x?xf32>
  return %z : tensor<?x?x?xf32>
}

// CHECK-LABEL: func @moved_batch
//       CHECK:   onnx.ms.FusedMatMul
func.func @moved_batch(%x: tensor<4x2x8xf32>, %y: tensor<2x8x3xf32>) -> tensor<2x4x3xf32> {
  %z = onnx.ms.FusedMatMul %x, %y {transBatchA = 1 : i64} : (tensor<4x2x8xf32>, tensor<2x8x3xf32>) -> tensor<2x4x3xf32>
  return %z : tensor<2x4x3xf32>
}

// CHECK-LABEL: func @scaled_gemm
//       CHECK:   %[[P:.*]] = onnx.Gemm %arg0, %arg1 {{{.*}}transB = 1 : i64}
//       CHECK:   %[[A:.*]] = onnx.Mul %[[P]]
//       CHECK:   %[[C:.*]] = onnx.Mul %arg2
//       CHECK:   onnx.Add %[[A]], %[[C]]
func.func @scaled_gemm(%x: tensor<?x8xf32>, %w: tensor<4x8xf32>, %c: tensor<4xf32>) -> tensor<?x4xf32> {
  %y = onnx.Gemm %x, %w, %c {transB = 1 : i64, alpha = 0.5 : f32, beta = 2.0 : f32} : (tensor<?x8xf32>, tensor<4x8xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// CHECK-LABEL: func @plain_gemm
//       CHECK:   onnx.Gemm %arg0, %arg1, %arg2
//   CHECK-NOT:   onnx.Mul
func.func @plain_gemm(%x: tensor<?x8xf32>, %w: tensor<8x4xf32>, %c: tensor<4xf32>) -> tensor<?x4xf32> {
  %y = onnx.Gemm %x, %w, %c : (tensor<?x8xf32>, tensor<8x4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// -----

// A loop over the tokens carries the state in f32: decay, what the state knows
// of the key, the correction, and what two queries in a row read.
// CHECK-LABEL: func @linear_attention(
//   CHECK-DAG:   %[[HALF:.*]] = onnx.Constant dense<5.000000e-01>
//   CHECK-DAG:   %[[Q:.*]] = onnx.Reshape {{.*}} -> tensor<?x?x2x2x8xf32>
//   CHECK-DAG:   %[[K:.*]] = onnx.Reshape {{.*}} -> tensor<?x?x2x1x8xf32>
//   CHECK-DAG:   %[[V:.*]] = onnx.Reshape {{.*}} -> tensor<?x?x2x1x4xf32>
//       CHECK:   %[[D:.*]] = onnx.Exp {{.*}} : (tensor<?x?x2x8x1xf32>)
//       CHECK:   %[[B:.*]] = onnx.Reshape {{.*}} -> tensor<?x?x1x1x1xf32>
//       CHECK:   %[[PAST:.*]] = onnx.CheckSizes %arg3, %{{.*}} {axes = array<i64: 0>}
//       CHECK:   %[[S:.*]] = onnx.Cast %[[PAST]] {{.*}} -> tensor<?x2x8x4xf32>
//       CHECK:   %[[L:.*]]:2 = onnx.Loop %{{.*}}, %{{.*}}, %[[S]] {
//       CHECK:   ^bb0(%[[I:.*]]: tensor<i64>, %[[GO:.*]]: tensor<i1>, %[[OLD:.*]]: tensor<?x2x8x4xf32>):
//   CHECK-DAG:     %[[DI:.*]] = onnx.Gather %[[D]], %[[I]] {axis = 1 : i64}
//   CHECK-DAG:     %[[KI:.*]] = onnx.Gather %[[K]], %[[I]] {axis = 1 : i64}
//   CHECK-DAG:     %[[VI:.*]] = onnx.Gather %[[V]], %[[I]] {axis = 1 : i64}
//   CHECK-DAG:     %[[BI:.*]] = onnx.Gather %[[B]], %[[I]] {axis = 1 : i64}
//   CHECK-DAG:     %[[QI:.*]] = onnx.Gather %[[Q]], %[[I]] {axis = 1 : i64}
//   CHECK-DAG:     %[[LESS:.*]] = onnx.Mul %[[OLD]], %[[DI]]
//   CHECK-DAG:     %[[KNOWN:.*]] = onnx.MatMul %[[KI]], %[[LESS]]
//   CHECK-DAG:     %[[ERROR:.*]] = onnx.Sub %[[VI]], %[[KNOWN]]
//   CHECK-DAG:     %[[STEP:.*]] = onnx.Mul %[[BI]], %[[ERROR]]
//   CHECK-DAG:     %[[COLUMN:.*]] = onnx.Reshape %[[KI]], {{.*}} -> tensor<?x2x8x1xf32>
//   CHECK-DAG:     %[[OUTER:.*]] = onnx.Mul %[[COLUMN]], %[[STEP]]
//   CHECK-DAG:     %[[NEW:.*]] = onnx.Add %[[LESS]], %[[OUTER]]
//   CHECK-DAG:     %[[Y:.*]] = onnx.MatMul %[[QI]], %[[NEW]]
//       CHECK:     onnx.Yield %[[GO]], %[[NEW]], %[[Y]]
//       CHECK:   onnx.Transpose %[[L]]#1 {perm = array<i64: 1, 0, 2, 3, 4>}
//       CHECK:   onnx.Mul %{{.*}}, %[[HALF]]
//       CHECK:   onnx.Cast {{.*}} -> tensor<?x?x16xf16>
//       CHECK:   onnx.Cast %[[L]]#0 {{.*}} -> tensor<?x2x8x4xbf16>
func.func @linear_attention(%q: tensor<?x?x32xf16>, %k: tensor<?x?x16xf16>, %v: tensor<?x?x8xf16>, %s: tensor<?x2x8x4xbf16>, %d: tensor<?x?x16xf16>, %b: tensor<?x?x1xf16>)
    -> (tensor<?x?x16xf16>, tensor<?x2x8x4xbf16>) {
  %y, %t = onnx.LinearAttention %q, %k, %v, %s, %d, %b {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, scale = 0.5 : f32}
      : (tensor<?x?x32xf16>, tensor<?x?x16xf16>, tensor<?x?x8xf16>, tensor<?x2x8x4xbf16>, tensor<?x?x16xf16>, tensor<?x?x1xf16>) -> (tensor<?x?x16xf16>, tensor<?x2x8x4xbf16>)
  return %y, %t : tensor<?x?x16xf16>, tensor<?x2x8x4xbf16>
}

// -----

// Without a state there are zeros, and the scale is that of the keys.
// CHECK-LABEL: func @linear_attention_first
//       CHECK:   %[[HALF:.*]] = onnx.Constant dense<5.000000e-01>
//       CHECK:   %[[S:.*]] = onnx.Expand {{.*}} -> tensor<2x1x4x3xf32>
//       CHECK:   onnx.Loop %{{.*}}, %{{.*}}, %[[S]] {
//   CHECK-NOT:     onnx.Sub
//       CHECK:     onnx.Yield
//       CHECK:   (tensor<1xi64>, none, tensor<2x1x4x3xf32>) -> (tensor<2x1x4x3xf32>, tensor<5x2x1x1x3xf32>)
//       CHECK:   onnx.Mul %{{.*}}, %[[HALF]]
func.func @linear_attention_first(%q: tensor<2x5x4xf32>, %k: tensor<2x5x4xf32>, %v: tensor<2x5x3xf32>) -> (tensor<2x5x3xf32>, tensor<2x1x4x3xf32>) {
  %y, %t = onnx.LinearAttention %q, %k, %v {q_num_heads = 1 : i64, kv_num_heads = 1 : i64, update_rule = "linear"}
      : (tensor<2x5x4xf32>, tensor<2x5x4xf32>, tensor<2x5x3xf32>) -> (tensor<2x5x3xf32>, tensor<2x1x4x3xf32>)
  return %y, %t : tensor<2x5x3xf32>, tensor<2x1x4x3xf32>
}
