// RUN: bitnet-opt %s --onnx-decompose --onnx-fold-constants --onnx-fold-shapes --onnx-infer-shapes --onnx-fold-constants --canonicalize --split-input-file | FileCheck %s

// Places and weights of known sizes are constants; axes that keep their size
// are left alone.
// CHECK-LABEL: func @linear
//   CHECK-DAG:   %[[BEFORE:.*]] = onnx.Constant dense<[0, 0, 0, 1, 1, 2]> : tensor<6xi64>
//   CHECK-DAG:   %[[BEHIND:.*]] = onnx.Constant dense<[0, 1, 1, 2, 2, 2]> : tensor<6xi64>
//       CHECK:   onnx.Gather %arg0, %[[BEFORE]] {axis = 2 : i64}
//       CHECK:   onnx.Where
//       CHECK:   onnx.Gather %arg0, %[[BEHIND]] {axis = 2 : i64}
//       CHECK:   onnx.Where
//       CHECK:   %[[SUM:.*]] = onnx.Add
//   CHECK-NOT:   onnx.Gather
//       CHECK:   return %[[SUM]]
func.func @linear(%x: tensor<?x8x3xf32>) -> tensor<?x8x6xf32> {
  %none = onnx.None
  %s = onnx.Constant dense<[1.0, 1.0, 2.0]> : tensor<3xf32>
  %y = onnx.Resize %x, %none, %s {mode = "linear"} : (tensor<?x8x3xf32>, none, tensor<3xf32>) -> tensor<?x8x6xf32>
  return %y : tensor<?x8x6xf32>
}

// -----

// An axis whose size is passed on is left alone, whatever it is.
// CHECK-LABEL: func @passed_on
//       CHECK:   %[[PLACES:.*]] = onnx.Constant dense<[0, 1, 3]> : tensor<3xi64>
//       CHECK:   %[[Y:.*]] = onnx.Gather %arg0, %[[PLACES]] {axis = 1 : i64}
//       CHECK:   return %[[Y]]
func.func @passed_on(%x: tensor<?x4xi8>) -> tensor<?x3xi8> {
  %none = onnx.None
  %n = onnx.Shape %x {end = 1 : i64} : (tensor<?x4xi8>) -> tensor<1xi64>
  %three = onnx.Constant dense<3> : tensor<1xi64>
  %sizes = onnx.Concat %n, %three {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %y = onnx.Resize %x, %none, %none, %sizes {coordinate_transformation_mode = "asymmetric"} : (tensor<?x4xi8>, none, none, tensor<2xi64>) -> tensor<?x3xi8>
  return %y : tensor<?x3xi8>
}

// -----

// A size of the run is checked; a place is inside of the axis, whatever it is.
// CHECK-LABEL: func @of_the_run
//       CHECK:   onnx.CheckSizes
//       CHECK:   onnx.Max
//       CHECK:   %[[INSIDE:.*]] = onnx.Min
//       CHECK:   onnx.Gather %arg0, %[[INSIDE]] :
func.func @of_the_run(%x: tensor<?xf32>, %sizes: tensor<1xi64>) -> tensor<?xf32> {
  %none = onnx.None
  %y = onnx.Resize %x, %none, %none, %sizes : (tensor<?xf32>, none, none, tensor<1xi64>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

// Four elements around each place.
// CHECK-LABEL: func @grid
// CHECK-COUNT-4: onnx.GatherND %{{.*}} {batch_dims = 1 : i64}
//   CHECK-NOT:   onnx.GatherND
func.func @grid(%x: tensor<?x8x?x?xf32>, %grid: tensor<?x4x5x2xf32>) -> tensor<?x8x4x5xf32> {
  %y = onnx.GridSample %x, %grid : (tensor<?x8x?x?xf32>, tensor<?x4x5x2xf32>) -> tensor<?x8x4x5xf32>
  return %y : tensor<?x8x4x5xf32>
}

// -----

// What is taken away from the sum of the kernels is computed from its size.
// CHECK-LABEL: func @transposed
//       CHECK:   onnx.MatMul
//       CHECK:   %[[SUM:.*]] = onnx.Col2Im %{{.*}} {dilations = array<i64: 1>, strides = array<i64: 2>}
//       CHECK:   onnx.Pad %[[SUM]]
func.func @transposed(%x: tensor<?x8x?xf32>, %w: tensor<8x16x3xf32>) -> tensor<?x16x10xf32> {
  %y = onnx.ConvTranspose %x, %w {strides = array<i64: 2>, output_shape = array<i64: 10>} : (tensor<?x8x?xf32>, tensor<8x16x3xf32>) -> tensor<?x16x10xf32>
  return %y : tensor<?x16x10xf32>
}

// -----

// Nothing is taken away.
// CHECK-LABEL: func @whole
//   CHECK-NOT:   onnx.Pad
func.func @whole(%x: tensor<?x8x4xf32>, %w: tensor<8x16x2xf32>) -> tensor<?x16x8xf32> {
  %y = onnx.ConvTranspose %x, %w {strides = array<i64: 2>} : (tensor<?x8x4xf32>, tensor<8x16x2xf32>) -> tensor<?x16x8xf32>
  return %y : tensor<?x16x8xf32>
}
