// RUN: bitnet-opt %s --onnx-infer-shapes | FileCheck %s

// What inference finds is the result's type, whatever less the op said.

// CHECK-LABEL: func @broadcast
func.func @broadcast(%a: tensor<?x1x64xf32>, %b: tensor<8x1xf32>) -> tensor<?x?x?xf32> {
  // CHECK: onnx.Add {{.*}} -> tensor<?x8x64xf32>
  // CHECK: return {{.*}} : tensor<?x8x64xf32>
  %0 = onnx.Add %a, %b : (tensor<?x1x64xf32>, tensor<8x1xf32>) -> tensor<?x?x?xf32>
  return %0 : tensor<?x?x?xf32>
}

// A dynamic axis against one of several elements is 1 or as many.
// CHECK-LABEL: func @broadcast_dynamic
func.func @broadcast_dynamic(%a: tensor<?x?xf32>, %b: tensor<1x64xf32>) -> tensor<?x?xf32> {
  // CHECK: onnx.Mul {{.*}} -> tensor<?x64xf32>
  %0 = onnx.Mul %a, %b : (tensor<?x?xf32>, tensor<1x64xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func @products
func.func @products(%a: tensor<?x4x?x16xf32>, %b: tensor<4x16x8xf32>, %v: tensor<16xf32>, %m: tensor<16x8xf32>, %w: tensor<16x16xf32>) {
  // CHECK: onnx.MatMul %{{.*}} -> tensor<?x4x?x8xf32>
  %0 = onnx.MatMul %a, %b : (tensor<?x4x?x16xf32>, tensor<4x16x8xf32>) -> tensor<?x?x?x?xf32>
  // CHECK: onnx.MatMul %{{.*}} -> tensor<8xf32>
  %1 = onnx.MatMul %v, %m : (tensor<16xf32>, tensor<16x8xf32>) -> tensor<?xf32>
  // CHECK: onnx.MatMul %{{.*}} -> tensor<?x4x?xf32>
  %2 = onnx.MatMul %a, %v : (tensor<?x4x?x16xf32>, tensor<16xf32>) -> tensor<?x?x?xf32>
  // CHECK: onnx.Gemm %{{.*}} -> tensor<8x8xf32>
  %3 = onnx.Gemm %m, %m {transA = 1 : i64} : (tensor<16x8xf32>, tensor<16x8xf32>) -> tensor<?x?xf32>
  // CHECK: onnx.ms.FusedMatMul %{{.*}} -> tensor<?x4x?x16xf32>
  %4 = onnx.ms.FusedMatMul %a, %w {transB = 1 : i64} : (tensor<?x4x?x16xf32>, tensor<16x16xf32>) -> tensor<?x?x?x?xf32>
  return
}

// CHECK-LABEL: func @reductions
func.func @reductions(%x: tensor<?x4x8xf32>) {
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  // CHECK: onnx.ReduceMax {{.*}} -> tensor<?x4x1xf32>
  %0 = onnx.ReduceMax %x, %axes : (tensor<?x4x8xf32>, tensor<1xi64>) -> tensor<?x?x?xf32>
  // CHECK: onnx.ReduceMean {{.*}} -> tensor<?x4xf32>
  %1 = onnx.ReduceMean %x {axes = array<i64: 2>, keepdims = 0 : i64} : (tensor<?x4x8xf32>) -> tensor<?x?xf32>
  // CHECK: onnx.ReduceSum {{.*}} -> tensor<f32>
  %2 = onnx.ReduceSum %x {keepdims = 0 : i64} : (tensor<?x4x8xf32>) -> tensor<f32>
  // CHECK: onnx.ReduceMin {{.*}} -> tensor<?x4x8xf32>
  %3 = onnx.ReduceMin %x {noop_with_empty_axes = 1 : i64} : (tensor<?x4x8xf32>) -> tensor<?x?x?xf32>
  // CHECK: onnx.ArgMax {{.*}} -> tensor<?x1x8xi64>
  %4 = onnx.ArgMax %x {axis = 1 : i64} : (tensor<?x4x8xf32>) -> tensor<?x?x?xi64>
  return
}

// CHECK-LABEL: func @slices
func.func @slices(%x: tensor<?x10xf32>) {
  %axis = onnx.Constant dense<-1> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %minus_two = onnx.Constant dense<-2> : tensor<1xi64>
  %three = onnx.Constant dense<3> : tensor<1xi64>
  %least = onnx.Constant dense<-9223372036854775808> : tensor<1xi64>
  %most = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  // Elements 2, 5.
  // CHECK: onnx.Slice {{.*}} -> tensor<?x2xf32>
  %0 = onnx.Slice %x, %two, %minus_two, %axis, %three : (tensor<?x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  // From the end to the start: 9, 7, 5, 3, 1.
  // CHECK: onnx.Slice {{.*}} -> tensor<?x5xf32>
  %1 = onnx.Slice %x, %most, %least, %axis, %minus_two : (tensor<?x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  // A step beyond the axis takes one element.
  // CHECK: onnx.Slice {{.*}} -> tensor<?x1xf32>
  %2 = onnx.Slice %x, %most, %least, %axis, %least : (tensor<?x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  // From the least integer, the start.
  // CHECK: onnx.Slice {{.*}} -> tensor<?x2xf32>
  %3 = onnx.Slice %x, %least, %two, %axis : (tensor<?x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  // An empty part.
  // CHECK: onnx.Slice {{.*}} -> tensor<?x0xf32>
  %4 = onnx.Slice %x, %most, %two, %axis : (tensor<?x10xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @gathers
func.func @gathers(%x: tensor<8x?x64xf32>, %i: tensor<?x2xi64>) {
  // CHECK: onnx.Gather %{{.*}} -> tensor<8x?x?x2xf32>
  %0 = onnx.Gather %x, %i {axis = -1 : i64} : (tensor<8x?x64xf32>, tensor<?x2xi64>) -> tensor<?x?x?x?xf32>
  // CHECK: onnx.GatherND {{.*}} -> tensor<?x64xf32>
  %1 = onnx.GatherND %x, %i : (tensor<8x?x64xf32>, tensor<?x2xi64>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @parts
func.func @parts(%x: tensor<?x10xf32>) {
  // The last part is what is left.
  // CHECK: onnx.Split {{.*}} -> (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x2xf32>)
  %0:3 = onnx.Split %x {axis = 1 : i64, num_outputs = 3 : i64} : (tensor<?x10xf32>) -> (tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x?xf32>)
  %sizes = onnx.Constant dense<[7, 3]> : tensor<2xi64>
  // CHECK: onnx.Split {{.*}} -> (tensor<?x7xf32>, tensor<?x3xf32>)
  %1:2 = onnx.Split %x, %sizes {axis = -1 : i64} : (tensor<?x10xf32>, tensor<2xi64>) -> (tensor<?x?xf32>, tensor<?x?xf32>)
  // CHECK: onnx.Concat {{.*}} -> tensor<?x20xf32>
  %2 = onnx.Concat %x, %x {axis = 1 : i64} : (tensor<?x10xf32>, tensor<?x10xf32>) -> tensor<?x?xf32>
  // CHECK: onnx.Concat {{.*}} -> tensor<?x10xf32>
  %3 = onnx.Concat %x, %x {axis = 0 : i64} : (tensor<?x10xf32>, tensor<?x10xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @ranges
func.func @ranges() {
  %0 = onnx.Constant dense<0> : tensor<i64>
  %1 = onnx.Constant dense<10> : tensor<i64>
  %2 = onnx.Constant dense<3> : tensor<i64>
  // CHECK: onnx.Range {{.*}} -> tensor<4xi64>
  %3 = onnx.Range %0, %1, %2 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  // CHECK: onnx.Range {{.*}} -> tensor<0xi64>
  %4 = onnx.Range %1, %0, %2 : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  %5 = onnx.Constant dense<0.0> : tensor<f32>
  %6 = onnx.Constant dense<1.0> : tensor<f32>
  %7 = onnx.Constant dense<0.25> : tensor<f32>
  // CHECK: onnx.Range {{.*}} -> tensor<4xf32>
  %8 = onnx.Range %5, %6, %7 : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<?xf32>
  return
}

// CHECK-LABEL: func @attention
func.func @attention(%qkv: tensor<?x5x128xf32>, %past: tensor<?x2x?x16xf16>, %len: tensor<?xi32>, %total: tensor<i32>) {
  %none = onnx.None
  // CHECK: onnx.ms.GroupQueryAttention {{.*}} -> (tensor<?x5x64xf32>, tensor<?x2x?x16xf16>, tensor<?x2x?x16xf16>)
  %0:3 = onnx.ms.GroupQueryAttention %qkv, %none, %none, %past, %past, %len, %total {num_heads = 4 : i64, kv_num_heads = 2 : i64}
      : (tensor<?x5x128xf32>, none, none, tensor<?x2x?x16xf16>, tensor<?x2x?x16xf16>, tensor<?xi32>, tensor<i32>)
      -> (tensor<?x?x?xf32>, tensor<?x?x?x?xf16>, tensor<?x?x?x?xf16>)
  return
}

// CHECK-LABEL: func @other_dialects_keep_their_types
func.func @other_dialects_keep_their_types(%a: tensor<4xf32>) -> tensor<?xf32> {
  // CHECK: onnx.Neg {{.*}} -> tensor<?xf32>
  %0 = onnx.Neg %a : (tensor<4xf32>) -> tensor<?xf32>
  %1 = arith.addf %0, %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}

// Attention has the batch and the length of its query: heads and head size are joined.
// CHECK-LABEL: func @joined_heads
//       CHECK:   onnx.Reshape {{.*}} -> tensor<?x?x64xf32>
//       CHECK:   onnx.Reshape {{.*}} -> tensor<?x?x32xf32>
func.func @joined_heads(%x: tensor<?x?x64xf32>, %k: tensor<?x4x?x16xf32>, %v: tensor<?x4x?x8xf32>) -> (tensor<?x?x?xf32>, tensor<?x?x?xf32>) {
  %split = onnx.Constant dense<[0, 0, 4, 16]> : tensor<4xi64>
  %open = onnx.Constant dense<-1> : tensor<1xi64>
  %b = onnx.Shape %x {start = 0 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %joined = onnx.Concat %b, %open {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  %h = onnx.Reshape %x, %split : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  %q = onnx.Transpose %h {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x?x4x16xf32>) -> tensor<?x4x?x16xf32>
  %y = onnx.Attention %q, %k, %k : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  %t = onnx.Transpose %y {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x16xf32>) -> tensor<?x?x4x16xf32>
  %r = onnx.Reshape %t, %joined : (tensor<?x?x4x16xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  %z = onnx.Attention %q, %k, %v : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %u = onnx.Transpose %z {perm = array<i64: 0, 2, 1, 3>} : (tensor<?x4x?x8xf32>) -> tensor<?x?x4x8xf32>
  %w = onnx.Reshape %u, %joined : (tensor<?x?x4x8xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  return %r, %w : tensor<?x?x?xf32>, tensor<?x?x?xf32>
}

// A table of positions that is cut to a text's length is as long as the text, beside it: more than it has end the run.
// CHECK-LABEL: func @cut_to_the_length
//       CHECK:   onnx.Reshape {{.*}} -> tensor<?x?x4x16xf32>
// CHECK-LABEL: func @cut_elsewhere
//       CHECK:   onnx.Reshape {{.*}} -> tensor<?x?x?x16xf32>
func.func @cut_to_the_length(%x: tensor<?x?x64xf32>, %places: tensor<1x32xi64>, %table: tensor<32x64xf32>) -> tensor<?x?x?x16xf32> {
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %open = onnx.Constant dense<[-1, 16]> : tensor<2xi64>
  %s = onnx.Shape %x {start = 1 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %at = onnx.Slice %places, %zero, %s, %one, %one : (tensor<1x32xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %rows = onnx.Gather %table, %at : (tensor<32x64xf32>, tensor<1x?xi64>) -> tensor<1x?x64xf32>
  %p = onnx.Add %x, %rows : (tensor<?x?x64xf32>, tensor<1x?x64xf32>) -> tensor<?x?x64xf32>
  %b = onnx.Shape %x {start = 0 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %kinds = onnx.GatherElements %places, %at {axis = 1 : i64} : (tensor<1x32xi64>, tensor<1x?xi64>) -> tensor<1x?xi64>
  %all = onnx.Expand %kinds, %b : (tensor<1x?xi64>, tensor<2xi64>) -> tensor<?x?xi64>
  %more = onnx.Gather %table, %all : (tensor<32x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  %h = onnx.Add %more, %p : (tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %to = onnx.Concat %b, %open {axis = 0 : i64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %r = onnx.Reshape %h, %to : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x?x16xf32>
  return %r : tensor<?x?x?x16xf32>
}
func.func @cut_elsewhere(%x: tensor<?x?x64xf32>, %places: tensor<1x32xi64>, %table: tensor<32x64xf32>, %s: tensor<1xi64>) -> tensor<?x?x?x16xf32> {
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %open = onnx.Constant dense<[-1, 16]> : tensor<2xi64>
  %at = onnx.Slice %places, %zero, %s, %one, %one : (tensor<1x32xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x?xi64>
  %rows = onnx.Gather %table, %at : (tensor<32x64xf32>, tensor<1x?xi64>) -> tensor<1x?x64xf32>
  %h = onnx.Add %x, %rows : (tensor<?x?x64xf32>, tensor<1x?x64xf32>) -> tensor<?x?x64xf32>
  %b = onnx.Shape %x {start = 0 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<2xi64>
  %to = onnx.Concat %b, %open {axis = 0 : i64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %r = onnx.Reshape %h, %to : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x?x16xf32>
  return %r : tensor<?x?x?x16xf32>
}
