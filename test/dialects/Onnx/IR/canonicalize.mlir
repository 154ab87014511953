// RUN: bitnet-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func @no_ops
// CHECK-SAME:    (%[[X:.+]]: tensor<?x4xf32>)
func.func @no_ops(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  // CHECK-NEXT: return %[[X]]
  %shape = onnx.Constant dense<[-1, 4]> : tensor<2xi64>
  %0 = onnx.Identity %x : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = onnx.Cast %0 {to = 1 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = onnx.Reshape %1, %shape : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  %3 = onnx.Transpose %2 {perm = array<i64: 0, 1>} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %4 = onnx.Concat %3 {axis = 0 : i64} : (tensor<?x4xf32>) -> tensor<?x4xf32>
  return %4 : tensor<?x4xf32>
}

// -----

// With two dynamic axes a Reshape may move elements from one to the other.
// CHECK-LABEL: func @reshape_of_two_dynamic_axes
func.func @reshape_of_two_dynamic_axes(%x: tensor<?x?xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
  // CHECK: onnx.Reshape
  %0 = onnx.Reshape %x, %s : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// -----

// CHECK-LABEL: func @transposes
// CHECK-SAME:    (%[[X:.+]]: tensor<2x3x4xf32>)
func.func @transposes(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x4x3xf32>) {
  %0 = onnx.Transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<2x3x4xf32>) -> tensor<4x2x3xf32>
  %1 = onnx.Transpose %0 {perm = array<i64: 1, 2, 0>} : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  // CHECK-NEXT: %[[T:.+]] = onnx.Transpose %[[X]] {perm = array<i64: 0, 2, 1>}
  %2 = onnx.Transpose %0 {perm = array<i64: 1, 0, 2>} : (tensor<4x2x3xf32>) -> tensor<2x4x3xf32>
  // CHECK-NEXT: return %[[X]], %[[T]]
  return %1, %2 : tensor<2x3x4xf32>, tensor<2x4x3xf32>
}

// -----

// CHECK-LABEL: func @reshapes
// CHECK-SAME:    (%[[X:.+]]: tensor<2x12xf32>)
func.func @reshapes(%x: tensor<2x12xf32>) -> (tensor<6x4xf32>, tensor<8x1x3xf32>) {
  // CHECK-DAG: %[[FLAT:.+]] = onnx.Constant dense<[8, -1]>
  // CHECK-DAG: %[[S:.+]] = onnx.Constant dense<[6, 4]>
  // CHECK-DAG: %[[COPY:.+]] = onnx.Constant dense<[0, 1, 3]>
  %flat = onnx.Constant dense<[8, -1]> : tensor<2xi64>
  %s = onnx.Constant dense<[6, 4]> : tensor<2xi64>
  %copy = onnx.Constant dense<[0, 1, 3]> : tensor<3xi64>
  // CHECK: %[[F:.+]] = onnx.Reshape %[[X]], %[[FLAT]]
  %0 = onnx.Reshape %x, %flat : (tensor<2x12xf32>, tensor<2xi64>) -> tensor<8x3xf32>
  // CHECK: %[[A:.+]] = onnx.Reshape %[[X]], %[[S]]
  %1 = onnx.Reshape %0, %s : (tensor<8x3xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  // The 0 copies a size of the shape between.
  // CHECK: %[[B:.+]] = onnx.Reshape %[[F]], %[[COPY]]
  %2 = onnx.Reshape %0, %copy : (tensor<8x3xf32>, tensor<3xi64>) -> tensor<8x1x3xf32>
  // CHECK: return %[[A]], %[[B]]
  return %1, %2 : tensor<6x4xf32>, tensor<8x1x3xf32>
}

// -----

// CHECK-LABEL: func @squeeze_pairs
// CHECK-SAME:    (%[[X:.+]]: tensor<?x4xf32>, %[[Y:.+]]: tensor<1x1x4xf32>)
func.func @squeeze_pairs(%x: tensor<?x4xf32>, %y: tensor<1x1x4xf32>) -> (tensor<?x4xf32>, tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %0 = onnx.Unsqueeze %x {axes = array<i64: 1>} : (tensor<?x4xf32>) -> tensor<?x1x4xf32>
  %1 = onnx.Squeeze %0 {axes = array<i64: -2>} : (tensor<?x1x4xf32>) -> tensor<?x4xf32>
  %2 = onnx.Squeeze %y {axes = array<i64: 0>} : (tensor<1x1x4xf32>) -> tensor<1x4xf32>
  %3 = onnx.Unsqueeze %2 {axes = array<i64: 0>} : (tensor<1x4xf32>) -> tensor<1x1x4xf32>
  // Other axes: the pair may stay, its value is the same.
  // CHECK: onnx.Squeeze %[[Y]] {axes = array<i64: 0>}
  // CHECK: %[[Z:.+]] = onnx.Unsqueeze {{.*}} {axes = array<i64: 1>}
  %4 = onnx.Unsqueeze %2 {axes = array<i64: 1>} : (tensor<1x4xf32>) -> tensor<1x1x4xf32>
  // CHECK: return %[[X]], %[[Y]], %[[Z]]
  return %1, %3, %4 : tensor<?x4xf32>, tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// -----

// CHECK-LABEL: func @parts_that_are_all
// CHECK-SAME:    (%[[X:.+]]: tensor<2x4xf32>, %[[D:.+]]: tensor<?x4xf32>
func.func @parts_that_are_all(%x: tensor<2x4xf32>, %d: tensor<?x4xf32>, %s: tensor<2xi64>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<?x4xf32>) {
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %least = onnx.Constant dense<-9223372036854775808> : tensor<1xi64>
  %most = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %shape = onnx.Constant dense<[2, 4]> : tensor<2xi64>
  %0 = onnx.Slice %x, %zero, %most, %zero : (tensor<2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x4xf32>
  // Reversed.
  // CHECK: %[[R:.+]] = onnx.Slice %[[X]]
  %1 = onnx.Slice %x, %most, %least, %zero, %last : (tensor<2x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x4xf32>
  %2 = onnx.Expand %x, %shape : (tensor<2x4xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  // CHECK: %[[E:.+]] = onnx.Expand %[[D]]
  %3 = onnx.Expand %d, %s : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  // CHECK: return %[[X]], %[[R]], %[[X]], %[[E]]
  return %0, %1, %2, %3 : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func @cast_like
// CHECK-SAME:    (%[[X:.+]]: tensor<?xf32>
func.func @cast_like(%x: tensor<?xf32>, %y: tensor<1xui8>) -> tensor<?xui8> {
  // CHECK: onnx.Cast %[[X]] {saturate = 0 : i64, to = 2 : i64}
  %0 = onnx.CastLike %x, %y {saturate = 0 : i64} : (tensor<?xf32>, tensor<1xui8>) -> tensor<?xui8>
  return %0 : tensor<?xui8>
}

// -----

// CHECK-LABEL: func @absent_operands_are_one
func.func @absent_operands_are_one(%x: tensor<?xf32>, %m: tensor<f32>) -> (tensor<?xf32>, tensor<?xf32>) {
  // CHECK: %[[NONE:.+]] = onnx.None
  // CHECK-NOT: onnx.None
  %0 = onnx.None
  %1 = onnx.Clip %x, %0, %m : (tensor<?xf32>, none, tensor<f32>) -> tensor<?xf32>
  %2 = onnx.None
  %3 = onnx.Clip %1, %m, %2 : (tensor<?xf32>, tensor<f32>, none) -> tensor<?xf32>
  return %1, %3 : tensor<?xf32>, tensor<?xf32>
}

// -----

// A size that both copy is that of the first operand; what is written as it was
// is no Reshape.
// CHECK-LABEL: func @copied_sizes
// CHECK-SAME:    (%[[X:.+]]: tensor<?x?x4x8xf32>)
//  CHECK-NEXT:   return %[[X]]
func.func @copied_sizes(%x: tensor<?x?x4x8xf32>) -> tensor<?x?x4x8xf32> {
  %join = onnx.Constant dense<[0, 0, -1]> : tensor<3xi64>
  %split = onnx.Constant dense<[0, 0, 4, -1]> : tensor<4xi64>
  %0 = onnx.Reshape %x, %join : (tensor<?x?x4x8xf32>, tensor<3xi64>) -> tensor<?x?x32xf32>
  %1 = onnx.Reshape %0, %split : (tensor<?x?x32xf32>, tensor<4xi64>) -> tensor<?x?x4x8xf32>
  return %1 : tensor<?x?x4x8xf32>
}

// CHECK-LABEL: func @moved_sizes
//       CHECK:   %[[J:.+]] = onnx.Reshape
//       CHECK:   %[[S:.+]] = onnx.Reshape %[[J]]
//       CHECK:   return %[[S]]
func.func @moved_sizes(%x: tensor<?x?x4x8xf32>) -> tensor<?x?x4x8xf32> {
  %join = onnx.Constant dense<[-1, 8, 0]> : tensor<3xi64>
  %split = onnx.Constant dense<[0, -1, 4, 8]> : tensor<4xi64>
  %0 = onnx.Reshape %x, %join : (tensor<?x?x4x8xf32>, tensor<3xi64>) -> tensor<?x8x4xf32>
  %1 = onnx.Reshape %0, %split : (tensor<?x8x4xf32>, tensor<4xi64>) -> tensor<?x?x4x8xf32>
  return %1 : tensor<?x?x4x8xf32>
}
