// RUN: bitnet-opt %s --onnx-decompose --split-input-file | FileCheck %s

// A negative index counts from the end; the places stand along the new axis.
// CHECK-LABEL: func @one_hot
//       CHECK:   %[[N:.*]] = onnx.Less %arg0, %{{.*}} : (tensor<?x3xi64>, tensor<i64>)
//       CHECK:   %[[W:.*]] = onnx.Add %arg0, %[[D:.*]] : (tensor<?x3xi64>, tensor<i64>)
//       CHECK:   %[[I:.*]] = onnx.Where %[[N]], %[[W]], %arg0
//       CHECK:   %[[R:.*]] = onnx.Range %{{.*}}, %[[D]], %{{.*}}
//       CHECK:   %[[P:.*]] = onnx.Unsqueeze %[[R]] {axes = array<i64: 1>} : (tensor<?xi64>) -> tensor<?x1xi64>
//       CHECK:   %[[U:.*]] = onnx.Unsqueeze %[[I]] {axes = array<i64: 1>} : (tensor<?x3xi64>) -> tensor<?x1x3xi64>
//       CHECK:   %[[E:.*]] = onnx.Equal %[[U]], %[[P]] : {{.*}} -> tensor<?x?x3xi1>
//       CHECK:   onnx.Where %[[E]], %{{.*}}, %{{.*}} : (tensor<?x?x3xi1>, tensor<f16>, tensor<f16>) -> tensor<?x?x3xf16>
func.func @one_hot(%i: tensor<?x3xi64>, %depth: tensor<i64>, %values: tensor<2xf16>) -> tensor<?x?x3xf16> {
  %r = onnx.OneHot %i, %depth, %values {axis = 1 : i64} : (tensor<?x3xi64>, tensor<i64>, tensor<2xf16>) -> tensor<?x?x3xf16>
  return %r : tensor<?x?x3xf16>
}

// -----

// CHECK-LABEL: func @eye_like
//       CHECK:   %[[D:.*]] = onnx.Add %{{.*}}, %{{.*}} : (tensor<?x1xi64>, tensor<i64>)
//       CHECK:   %[[E:.*]] = onnx.Equal %[[D]], %{{.*}} : (tensor<?x1xi64>, tensor<5xi64>) -> tensor<?x5xi1>
//       CHECK:   onnx.Cast %[[E]] {to = 10 : i64}
func.func @eye_like(%x: tensor<?x5xf32>) -> tensor<?x5xf16> {
  %r = onnx.EyeLike %x {dtype = 10 : i64, k = -1 : i64} : (tensor<?x5xf32>) -> tensor<?x5xf16>
  return %r : tensor<?x5xf16>
}

// -----

// CHECK-LABEL: func @depth_to_space_dcr
//       CHECK:   onnx.Transpose %{{.*}} {perm = array<i64: 0, 3, 4, 1, 5, 2>} : (tensor<?x2x2x2x3x5xf32>) -> tensor<?x2x3x2x5x2xf32>
//       CHECK:   onnx.Reshape %{{.*}} {allowzero = 1 : i64} : {{.*}} -> tensor<?x2x6x10xf32>
func.func @depth_to_space_dcr(%x: tensor<?x8x3x5xf32>) -> tensor<?x2x6x10xf32> {
  %r = onnx.DepthToSpace %x {blocksize = 2 : i64} : (tensor<?x8x3x5xf32>) -> tensor<?x2x6x10xf32>
  return %r : tensor<?x2x6x10xf32>
}

// -----

// CHECK-LABEL: func @depth_to_space_crd
//       CHECK:   onnx.Transpose %{{.*}} {perm = array<i64: 0, 1, 4, 2, 5, 3>}
func.func @depth_to_space_crd(%x: tensor<?x8x3x5xf32>) -> tensor<?x2x6x10xf32> {
  %r = onnx.DepthToSpace %x {blocksize = 2 : i64, mode = "CRD"} : (tensor<?x8x3x5xf32>) -> tensor<?x2x6x10xf32>
  return %r : tensor<?x2x6x10xf32>
}

// -----

// CHECK-LABEL: func @space_to_depth
//       CHECK:   onnx.Transpose %{{.*}} {perm = array<i64: 0, 3, 5, 1, 2, 4>} : (tensor<?x2x3x2x5x2xf32>) -> tensor<?x2x2x2x3x5xf32>
func.func @space_to_depth(%x: tensor<?x2x6x10xf32>) -> tensor<?x8x3x5xf32> {
  %r = onnx.SpaceToDepth %x {blocksize = 2 : i64} : (tensor<?x2x6x10xf32>) -> tensor<?x8x3x5xf32>
  return %r : tensor<?x8x3x5xf32>
}

// -----

// CHECK-LABEL: func @dropout
//  CHECK-SAME:   %[[X:.*]]: tensor<?x5xf32>
//       CHECK:   %[[M:.*]] = onnx.ConstantOfShape %{{.*}} {value = dense<true> : tensor<1xi1>}
//       CHECK:   return %[[X]], %[[M]]
func.func @dropout(%x: tensor<?x5xf32>) -> (tensor<?x5xf32>, tensor<?x5xi1>) {
  %y, %mask = onnx.Dropout %x : (tensor<?x5xf32>) -> (tensor<?x5xf32>, tensor<?x5xi1>)
  return %y, %mask : tensor<?x5xf32>, tensor<?x5xi1>
}

// -----

// 16-bit floats are summed in f32.
// CHECK-LABEL: func @log_sum
//       CHECK:   %[[X:.*]] = onnx.Cast %arg0 {to = 1 : i64}
//       CHECK:   %[[S:.*]] = onnx.ReduceSum %[[X]] {axes = array<i64: 1>, keepdims = 0 : i64}
//       CHECK:   %[[L:.*]] = onnx.Log %[[S]]
//       CHECK:   onnx.Cast %[[L]] {to = 10 : i64}
func.func @log_sum(%x: tensor<?x5xf16>) -> tensor<?xf16> {
  %r = onnx.ReduceLogSum %x {axes = array<i64: 1>, keepdims = 0 : i64} : (tensor<?x5xf16>) -> tensor<?xf16>
  return %r : tensor<?xf16>
}

// -----

// The largest element goes first; axes of the run leave by an operand.
// CHECK-LABEL: func @log_sum_exp
//       CHECK:   %[[M:.*]] = onnx.ReduceMax %arg0, %arg1 : (tensor<?x5xf32>, tensor<1xi64>) -> tensor<?x?xf32>
//       CHECK:   %[[I:.*]] = onnx.IsInf %[[M]]
//       CHECK:   %[[F:.*]] = onnx.Where %[[I]], %{{.*}}, %[[M]]
//       CHECK:   %[[D:.*]] = onnx.Sub %arg0, %[[F]]
//       CHECK:   %[[E:.*]] = onnx.Exp %[[D]]
//       CHECK:   %[[S:.*]] = onnx.ReduceSum %[[E]], %arg1 :
//       CHECK:   %[[L:.*]] = onnx.Log %[[S]]
//       CHECK:   %[[A:.*]] = onnx.Add %[[L]], %[[F]]
//       CHECK:   onnx.Squeeze %[[A]], %arg1
func.func @log_sum_exp(%x: tensor<?x5xf32>, %axes: tensor<1xi64>) -> tensor<?xf32> {
  %r = onnx.ReduceLogSumExp %x, %axes {keepdims = 0 : i64} : (tensor<?x5xf32>, tensor<1xi64>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Zeros around what is short, then the middle of what is long.
// CHECK-LABEL: func @center_crop_pad
//       CHECK:   %[[M:.*]] = onnx.Max %[[N:.*]], %arg1 : (tensor<1xi64>, tensor<1xi64>)
//       CHECK:   %[[D:.*]] = onnx.Sub %[[M]], %[[N]]
//       CHECK:   %[[B:.*]] = onnx.Div %[[D]], %{{.*}}
//       CHECK:   %[[E:.*]] = onnx.Sub %[[D]], %[[B]]
//       CHECK:   %[[PADS:.*]] = onnx.Concat %[[B]], %[[E]]
//       CHECK:   %[[P:.*]] = onnx.Pad %arg0, %[[PADS]], %{{.*}}, %[[A:.*]] :
//       CHECK:   %[[C:.*]] = onnx.Sub %[[M]], %arg1
//       CHECK:   %[[S:.*]] = onnx.Div %[[C]], %{{.*}}
//       CHECK:   %[[L:.*]] = onnx.Add %[[S]], %arg1
//       CHECK:   %[[Y:.*]] = onnx.Slice %[[P]], %[[S]], %[[L]], %[[A]]
//       CHECK:   onnx.CheckSizes %[[Y]], %arg1 {axes = array<i64: 1>}
func.func @center_crop_pad(%x: tensor<?x?xi8>, %s: tensor<1xi64>) -> tensor<?x?xi8> {
  %r = onnx.CenterCropPad %x, %s {axes = array<i64: -1>} : (tensor<?x?xi8>, tensor<1xi64>) -> tensor<?x?xi8>
  return %r : tensor<?x?xi8>
}

// -----

// CHECK-LABEL: func @blackman
//   CHECK-NOT:   onnx.Sub
//       CHECK:   %[[N:.*]] = onnx.Range {{.*}} -> tensor<?xi64>
//       CHECK:   %[[A:.*]] = onnx.Div {{.*}} : (tensor<?xf32>, tensor<f32>)
//       CHECK:   onnx.Cos %[[A]]
//       CHECK:   %[[T:.*]] = onnx.Add %[[A]], %[[A]]
//       CHECK:   onnx.Cos %[[T]]
//       CHECK:   onnx.Cast {{.*}} -> tensor<?xbf16>
func.func @blackman(%n: tensor<i64>) -> tensor<?xbf16> {
  %r = onnx.BlackmanWindow %n {output_datatype = 16 : i64} : (tensor<i64>) -> tensor<?xbf16>
  return %r : tensor<?xbf16>
}

// -----

// Integers are cut off from exact numbers.
// CHECK-LABEL: func @hann_symmetric
//       CHECK:   onnx.Sub {{.*}} : (tensor<i64>, tensor<i64>)
//       CHECK:   onnx.Cos {{.*}} -> tensor<7xf64>
//   CHECK-NOT:   onnx.Cos
//       CHECK:   onnx.Cast {{.*}} -> tensor<7xui8>
func.func @hann_symmetric() -> tensor<7xui8> {
  %n = onnx.Constant dense<7> : tensor<i32>
  %r = onnx.HannWindow %n {output_datatype = 2 : i64, periodic = 0 : i64} : (tensor<i32>) -> tensor<7xui8>
  return %r : tensor<7xui8>
}
