// RUN: bitnet-opt %s --onnx-infer-shapes | FileCheck %s

// Sizes are traced through the ops that compute shapes.

// Batch and sequence come from the ids; what -1 stands for is known all the same.
// CHECK-LABEL: func @heads
func.func @heads(%ids: tensor<?x?xi64>, %table: tensor<100x64xf32>) {
  %0 = onnx.Constant dense<0> : tensor<i64>
  %1 = onnx.Constant dense<1> : tensor<i64>
  %minus_one = onnx.Constant dense<-1> : tensor<1xi64>
  %sixteen = onnx.Constant dense<16> : tensor<1xi64>
  %x = onnx.Gather %table, %ids : (tensor<100x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  %y = onnx.Abs %x : (tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
  %shape = onnx.Shape %ids : (tensor<?x?xi64>) -> tensor<2xi64>
  %b = onnx.Gather %shape, %0 : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %s = onnx.Gather %shape, %1 : (tensor<2xi64>, tensor<i64>) -> tensor<i64>
  %b1 = onnx.Unsqueeze %b {axes = array<i64: 0>} : (tensor<i64>) -> tensor<1xi64>
  %s1 = onnx.Unsqueeze %s {axes = array<i64: 0>} : (tensor<i64>) -> tensor<1xi64>
  %target = onnx.Concat %b1, %s1, %minus_one, %sixteen {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x?x4x16xf32>
  %2 = onnx.Reshape %y, %target : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x?x16xf32>
  return
}

// Axes of one name have one size; of two names or of none they may differ.
// CHECK-LABEL: func @names
func.func @names(%a: tensor<?xi64> {onnx.dims = ["seq"]}, %b: tensor<?x8xf32> {onnx.dims = ["seq", ""]},
                 %c: tensor<?x8xf32> {onnx.dims = ["past", ""]}) {
  %minus_one = onnx.Constant dense<-1> : tensor<1xi64>
  %shape = onnx.Shape %a : (tensor<?xi64>) -> tensor<1xi64>
  %target = onnx.Concat %shape, %minus_one {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x8xf32>
  %0 = onnx.Reshape %b, %target : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x?xf32>
  %1 = onnx.Reshape %c, %target : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// A 0 copies; with `allowzero` it is zero.
// CHECK-LABEL: func @zeros
func.func @zeros(%x: tensor<?x?x64xf32>, %empty: tensor<0x64xf32>) {
  %target = onnx.Constant dense<[0, 0, -1, 16]> : tensor<4xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x?x4x16xf32>
  %0 = onnx.Reshape %x, %target : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x?x?xf32>
  %zero = onnx.Constant dense<[0, 32]> : tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<0x32xf32>
  %1 = onnx.Reshape %empty, %zero {allowzero = 1 : i64} : (tensor<0x64xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// "-1: this axis as it is", as exporters write an Expand.
// CHECK-LABEL: func @expand
func.func @expand(%x: tensor<?x2x1x?x16xf32>) {
  %shape = onnx.Constant dense<5> : tensor<1xi64>
  %given = onnx.Constant dense<[-1, -1, 2, -1, 16]> : tensor<5xi64>
  %minus_one = onnx.Constant dense<-1> : tensor<i64>
  %ones = onnx.ConstantOfShape %shape {value = dense<1> : tensor<1xi64>} : (tensor<1xi64>) -> tensor<5xi64>
  %all = onnx.Mul %ones, %minus_one : (tensor<5xi64>, tensor<i64>) -> tensor<5xi64>
  %keep = onnx.Equal %given, %all : (tensor<5xi64>, tensor<5xi64>) -> tensor<5xi1>
  %target = onnx.Where %keep, %ones, %given : (tensor<5xi1>, tensor<5xi64>, tensor<5xi64>) -> tensor<5xi64>
  // CHECK: onnx.Expand {{.*}} -> tensor<?x2x2x?x16xf32>
  %0 = onnx.Expand %x, %target : (tensor<?x2x1x?x16xf32>, tensor<5xi64>) -> tensor<?x?x?x?x?xf32>
  return
}

// CHECK-LABEL: func @arithmetic
func.func @arithmetic(%x: tensor<6x4xf32>, %y: tensor<24xf32>) {
  %one = onnx.Constant dense<1> : tensor<i64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  %size = onnx.Size %x : (tensor<6x4xf32>) -> tensor<i64>
  %axes = onnx.Constant dense<0> : tensor<1xi64>
  %n = onnx.Unsqueeze %size, %axes : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
  %half = onnx.Div %n, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %rest = onnx.Div %n, %half : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %target = onnx.Concat %half, %rest {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<12x2xf32>
  %0 = onnx.Reshape %y, %target : (tensor<24xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  // CHECK: onnx.Range {{.*}} -> tensor<24xi64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  %1 = onnx.Range %zero, %size, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// A narrow conversion may change a size: nothing is known of it then.
// CHECK-LABEL: func @narrow
func.func @narrow(%x: tensor<?x8xf32>) {
  %minus_one = onnx.Constant dense<-1> : tensor<1xi64>
  %shape = onnx.Shape %x {end = 1 : i64} : (tensor<?x8xf32>) -> tensor<1xi64>
  %i8 = onnx.Cast %shape {to = 3 : i64} : (tensor<1xi64>) -> tensor<1xi8>
  %i64 = onnx.Cast %i8 {to = 7 : i64} : (tensor<1xi8>) -> tensor<1xi64>
  %target = onnx.Concat %i64, %minus_one {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x?xf32>
  %0 = onnx.Reshape %x, %target : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// The largest elements of rows are of as many rows.
// CHECK-LABEL: func @largest
func.func @largest(%x: tensor<?x64xf32>) {
  %k = onnx.Constant dense<8> : tensor<1xi64>
  %minus_one = onnx.Constant dense<-1> : tensor<1xi64>
  %v, %i = onnx.TopK %x, %k : (tensor<?x64xf32>, tensor<1xi64>) -> (tensor<?x8xf32>, tensor<?x8xi64>)
  %shape = onnx.Shape %v {end = 1 : i64} : (tensor<?x8xf32>) -> tensor<1xi64>
  %both = onnx.Concat %shape, %minus_one {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK: onnx.Reshape {{.*}} -> tensor<?x64xf32>
  %0 = onnx.Reshape %x, %both : (tensor<?x64xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}
