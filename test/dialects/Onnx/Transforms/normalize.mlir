// RUN: bitnet-opt %s --onnx-normalize --split-input-file | FileCheck %s

// CHECK-LABEL: func @reduce_axes
func.func @reduce_axes(%x: tensor<?x4x8xf32>, %axes: tensor<?xi64>) -> (tensor<?x4x1xf32>, tensor<1x1x1xf32>, tensor<?x4x8xf32>, tensor<4xf32>) {
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  // CHECK: onnx.ReduceMax %{{[^,]*}} {axes = array<i64: 2>} :
  %0 = onnx.ReduceMax %x, %last : (tensor<?x4x8xf32>, tensor<1xi64>) -> tensor<?x4x1xf32>
  // CHECK: onnx.ReduceMean %{{[^,]*}} {axes = array<i64: 0, 1, 2>} :
  %1 = onnx.ReduceMean %x : (tensor<?x4x8xf32>) -> tensor<1x1x1xf32>
  // CHECK-NOT: onnx.ReduceSum
  %2 = onnx.ReduceSum %x {noop_with_empty_axes = 1 : i64} : (tensor<?x4x8xf32>) -> tensor<?x4x8xf32>
  // CHECK: onnx.ReduceMin %{{[^,]*}} {axes = array<i64: 0, 2>, keepdims = 0 : i64} :
  %3 = onnx.ReduceMin %x {axes = array<i64: -1, 0>, keepdims = 0 : i64, noop_with_empty_axes = 0 : i64} : (tensor<?x4x8xf32>) -> tensor<4xf32>
  return %0, %1, %2, %3 : tensor<?x4x1xf32>, tensor<1x1x1xf32>, tensor<?x4x8xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func @squeezed_axes
func.func @squeezed_axes(%x: tensor<1x4x1xf32>) -> (tensor<4xf32>, tensor<1x4xf32>, tensor<1x4x1x1xf32>) {
  // CHECK: onnx.Squeeze %{{[^,]*}} {axes = array<i64: 0, 2>}
  %0 = onnx.Squeeze %x : (tensor<1x4x1xf32>) -> tensor<4xf32>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  // CHECK: onnx.Squeeze %{{[^,]*}} {axes = array<i64: 2>}
  %1 = onnx.Squeeze %x, %last : (tensor<1x4x1xf32>, tensor<1xi64>) -> tensor<1x4xf32>
  // CHECK: onnx.Unsqueeze %{{[^,]*}} {axes = array<i64: 3>}
  %2 = onnx.Unsqueeze %x, %last : (tensor<1x4x1xf32>, tensor<1xi64>) -> tensor<1x4x1x1xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<1x4xf32>, tensor<1x4x1x1xf32>
}

// -----

// CHECK-LABEL: func @split
func.func @split(%x: tensor<?x10xf32>, %y: tensor<?xf32>) -> (tensor<?x7xf32>, tensor<?x3xf32>, tensor<?x5xf32>, tensor<?xf32>) {
  %sizes = onnx.Constant dense<[7, 3]> : tensor<2xi64>
  // CHECK: onnx.Split %{{[^,]*}} {axis = -1 : i64, split = array<i64: 7, 3>}
  %0:2 = onnx.Split %x, %sizes {axis = -1 : i64} : (tensor<?x10xf32>, tensor<2xi64>) -> (tensor<?x7xf32>, tensor<?x3xf32>)
  // CHECK: onnx.Split %{{[^,]*}} {axis = 1 : i64, num_outputs = 2 : i64, split = array<i64: 5, 5>}
  %1:2 = onnx.Split %x {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<?x10xf32>) -> (tensor<?x5xf32>, tensor<?x5xf32>)
  // Equal parts of an axis that is not known.
  // CHECK: onnx.Split %{{[^,]*}} {num_outputs = 2 : i64}
  %2:2 = onnx.Split %y {num_outputs = 2 : i64} : (tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return %0#0, %0#1, %1#0, %2#0 : tensor<?x7xf32>, tensor<?x3xf32>, tensor<?x5xf32>, tensor<?xf32>
}

// -----

// CHECK-LABEL: func @other_ops
// CHECK-SAME:    (%[[X:.+]]: tensor<?x4xf32>, %[[Y:.+]]: tensor<4xi8>, %[[Z:.+]]: tensor<2x?x4xf32>)
func.func @other_ops(%x: tensor<?x4xf32>, %y: tensor<4xi8>, %z: tensor<2x?x4xf32>) -> (tensor<4x?xf32>, tensor<?x4xf32>, tensor<?x4xi8>, tensor<?x4xf32>) {
  // CHECK: %[[SHAPE:.+]] = onnx.Constant dense<[-1, 4]>
  // CHECK: onnx.Transpose %[[X]] {perm = array<i64: 1, 0>}
  %0 = onnx.Transpose %x : (tensor<?x4xf32>) -> tensor<4x?xf32>
  // CHECK: %[[S:.+]] = onnx.Add %[[X]], %[[X]]
  // CHECK: onnx.Add %[[S]], %[[X]]
  %1 = onnx.Sum %x, %x, %x : (tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  // CHECK: onnx.Cast %[[X]] {to = 3 : i64}
  %2 = onnx.CastLike %x, %y : (tensor<?x4xf32>, tensor<4xi8>) -> tensor<?x4xi8>
  // CHECK: onnx.Reshape %[[Z]], %[[SHAPE]]
  %3 = onnx.Flatten %z {axis = 2 : i64} : (tensor<2x?x4xf32>) -> tensor<?x4xf32>
  return %0, %1, %2, %3 : tensor<4x?xf32>, tensor<?x4xf32>, tensor<?x4xi8>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func @constant_shapes
func.func @constant_shapes(%x: tensor<?x?x64xf32>, %n: tensor<1xi64>) -> (tensor<?x?x4x16xf32>, tensor<?x64xf32>, tensor<?x?x64xf32>) {
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %sixteen = onnx.Constant dense<16> : tensor<1xi64>
  %b = onnx.Shape %x {end = 1 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %s = onnx.Shape %x {start = 1 : i64, end = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  %d = onnx.Shape %x {start = 2 : i64} : (tensor<?x?x64xf32>) -> tensor<1xi64>
  // CHECK-DAG: %[[HEADS:.+]] = onnx.Constant dense<[0, 0, 4, 16]>
  // CHECK-DAG: %[[ROWS:.+]] = onnx.Constant dense<[-1, 64]>
  // Both dynamic axes are the operand's.
  // CHECK: onnx.Reshape %{{.*}}, %[[HEADS]]
  %t0 = onnx.Concat %b, %s, %four, %sixteen {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %0 = onnx.Reshape %x, %t0 {allowzero = 1 : i64} : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x4x16xf32>
  // One axis is left.
  // CHECK: onnx.Reshape %{{.*}}, %[[ROWS]]
  %bs = onnx.Mul %b, %s : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %t1 = onnx.Concat %bs, %d {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %1 = onnx.Reshape %x, %t1 : (tensor<?x?x64xf32>, tensor<2xi64>) -> tensor<?x64xf32>
  // Two are not known: the shape is computed.
  // CHECK: %[[T:.+]] = onnx.Concat
  // CHECK: onnx.Reshape %{{.*}}, %[[T]]
  %m = onnx.Div %bs, %n : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %t2 = onnx.Concat %n, %m, %d {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %2 = onnx.Reshape %x, %t2 : (tensor<?x?x64xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  return %0, %1, %2 : tensor<?x?x4x16xf32>, tensor<?x64xf32>, tensor<?x?x64xf32>
}

// -----

// CHECK-LABEL: func @expand
// CHECK-SAME:    (%[[X:.+]]: tensor<?x4xf32>, %[[Y:.+]]: tensor<?x4xf32>)
func.func @expand(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %own = onnx.Shape %x : (tensor<?x4xf32>) -> tensor<2xi64>
  %0 = onnx.Expand %x, %own : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  // The other's first axis may be longer.
  // CHECK: %[[E:.+]] = onnx.Expand %[[X]]
  %other = onnx.Shape %y : (tensor<?x4xf32>) -> tensor<2xi64>
  %1 = onnx.Expand %x, %other : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  // CHECK: return %[[X]], %[[E]]
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func @check_sizes
// CHECK-SAME:    (%[[X:.+]]: tensor<?x4xf32>, %[[Y:.+]]: tensor<?x4xf32>)
func.func @check_sizes(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %own = onnx.Shape %x {end = 1 : i64} : (tensor<?x4xf32>) -> tensor<1xi64>
  %0 = onnx.CheckSizes %x, %own {axes = array<i64: 0>} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  // The other's first axis may be longer, and is the same once it is checked.
  // CHECK: %[[C:.+]] = onnx.CheckSizes %[[X]]
  %other = onnx.Shape %y {end = 1 : i64} : (tensor<?x4xf32>) -> tensor<1xi64>
  %1 = onnx.CheckSizes %x, %other {axes = array<i64: 0>} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  %2 = onnx.CheckSizes %1, %other {axes = array<i64: 0>} : (tensor<?x4xf32>, tensor<1xi64>) -> tensor<?x4xf32>
  // CHECK: return %[[X]], %[[C]]
  return %0, %2 : tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// The last limit of the activation quantiser stays as it is spelled.
// CHECK-LABEL: func @limits
func.func @limits(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %low = onnx.Constant dense<-128.0> : tensor<f32>
  %high = onnx.Constant dense<127.0> : tensor<f32>
  // CHECK: onnx.Max
  // CHECK: onnx.Min
  %0 = onnx.Max %x, %low : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  %1 = onnx.Min %0, %high : (tensor<?x4xf32>, tensor<f32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}
