// RUN: bitnet-opt %s --onnx-fold-shapes | FileCheck %s

// CHECK-LABEL: func @static_part
// CHECK-SAME:    (%[[X:.+]]: tensor<?x4x16xf32>
func.func @static_part(%x: tensor<?x4x16xf32>) -> (tensor<3xi64>, tensor<2xi64>) {
  // CHECK-DAG: %[[SHAPE:.+]] = onnx.Shape %[[X]] :
  // CHECK-DAG: %[[STATIC:.+]] = onnx.Constant dense<[4, 16]> : tensor<2xi64>
  // CHECK:     return %[[SHAPE]], %[[STATIC]]
  %0 = onnx.Shape %x : (tensor<?x4x16xf32>) -> tensor<3xi64>
  %1 = onnx.Shape %x {start = 1 : i64} : (tensor<?x4x16xf32>) -> tensor<2xi64>
  return %0, %1 : tensor<3xi64>, tensor<2xi64>
}

// Shape -> Gather -> Concat: the pieces that are known.
// CHECK-LABEL: func @chain
func.func @chain(%x: tensor<?x4x16xf32>) -> tensor<2xi64> {
  // CHECK-NEXT: %[[C:.+]] = onnx.Constant dense<[16, 8]> : tensor<2xi64>
  // CHECK-NEXT: return %[[C]]
  %last = onnx.Constant dense<-1> : tensor<i64>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %shape = onnx.Shape %x : (tensor<?x4x16xf32>) -> tensor<3xi64>
  %n = onnx.Gather %shape, %last : (tensor<3xi64>, tensor<i64>) -> tensor<i64>
  %n1 = onnx.Unsqueeze %n {axes = array<i64: 0>} : (tensor<i64>) -> tensor<1xi64>
  %0 = onnx.Concat %n1, %eight {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// Division truncates, Mod takes the divisor's sign, fmod the dividend's.
// CHECK-LABEL: func @integers
func.func @integers() -> (tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<1xi32>, tensor<2xi1>) {
  %a = onnx.Constant dense<[-7, 7]> : tensor<2xi64>
  %b = onnx.Constant dense<2> : tensor<1xi64>
  %n = onnx.Constant dense<-2> : tensor<1xi64>
  // CHECK-DAG: onnx.Constant dense<[-3, 3]>
  %0 = onnx.Div %a, %b : (tensor<2xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK-DAG: onnx.Constant dense<-1> : tensor<2xi64>
  %1 = onnx.Mod %a, %n : (tensor<2xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK-DAG: onnx.Constant dense<[-1, 1]>
  %2 = onnx.Mod %a, %n {fmod = 1 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<2xi64>
  // CHECK-DAG: onnx.Constant dense<2> : tensor<1xi32>
  %3 = onnx.Cast %b {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  // CHECK-DAG: onnx.Constant dense<[true, false]>
  %4 = onnx.Less %a, %b : (tensor<2xi64>, tensor<1xi64>) -> tensor<2xi1>
  return %0, %1, %2, %3, %4 : tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<1xi32>, tensor<2xi1>
}

// What has no value, or wraps, stays.
// CHECK-LABEL: func @undefined
func.func @undefined() -> (tensor<i64>, tensor<i64>, tensor<i8>) {
  %max = onnx.Constant dense<9223372036854775807> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %zero = onnx.Constant dense<0> : tensor<i64>
  // CHECK: onnx.Add
  %0 = onnx.Add %max, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
  // CHECK: onnx.Div
  %1 = onnx.Div %max, %zero : (tensor<i64>, tensor<i64>) -> tensor<i64>
  // CHECK: onnx.Cast
  %2 = onnx.Cast %max {to = 3 : i64} : (tensor<i64>) -> tensor<i8>
  return %0, %1, %2 : tensor<i64>, tensor<i64>, tensor<i8>
}

// CHECK-LABEL: func @floats_stay
func.func @floats_stay() -> tensor<f32> {
  // CHECK: onnx.Add
  %0 = onnx.Constant dense<1.0> : tensor<f32>
  %1 = onnx.Add %0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %1 : tensor<f32>
}

// A number that a cast cuts is another one: nothing is known of the bool. One
// that goes through a wider type is itself.
// CHECK-LABEL: func @narrowed
func.func @narrowed(%x: tensor<1xi64>, %y: tensor<1xi32>) -> (tensor<1xi1>, tensor<1xi1>, tensor<1xi1>) {
  %0 = onnx.Cast %x {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  %1 = onnx.Cast %0 {to = 7 : i64} : (tensor<1xi32>) -> tensor<1xi64>
  // CHECK: %[[CUT:.*]] = onnx.Equal
  %2 = onnx.Equal %x, %1 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %3 = onnx.Cast %y {to = 13 : i64} : (tensor<1xi32>) -> tensor<1xui64>
  %4 = onnx.Cast %3 {to = 7 : i64} : (tensor<1xui64>) -> tensor<1xi64>
  %5 = onnx.Cast %y {to = 7 : i64} : (tensor<1xi32>) -> tensor<1xi64>
  // CHECK: %[[SIGN:.*]] = onnx.Equal
  %6 = onnx.Equal %4, %5 : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %7 = onnx.Cast %5 {to = 6 : i64} : (tensor<1xi64>) -> tensor<1xi32>
  // CHECK: %[[WIDE:.*]] = onnx.Constant dense<true>
  %8 = onnx.Equal %y, %7 : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi1>
  // CHECK: return %[[CUT]], %[[SIGN]], %[[WIDE]]
  return %2, %6, %8 : tensor<1xi1>, tensor<1xi1>, tensor<1xi1>
}
