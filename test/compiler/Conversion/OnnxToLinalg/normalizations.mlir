// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// Scale and bias must have the row's length, or 1.
// CHECK-LABEL: func.func @main
// CHECK-COUNT-2: rt.fail_if %{{.*}} status 3
//   CHECK-NOT:   rt.fail_if
//       CHECK:   math.sqrt
func.func @main(%x: tensor<?x8xf32>, %scale: tensor<?xf32>, %bias: tensor<?xf32>) -> tensor<?x8xf32> {
  %r = onnx.LayerNormalization %x, %scale, %bias {axis = -1 : i64} : (tensor<?x8xf32>, tensor<?xf32>, tensor<?xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// -----

// What is known to fit is not checked.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   rt.fail_if
//       CHECK:   math.sqrt
func.func @main(%x: tensor<?x8xf32>, %scale: tensor<8xf32>) -> tensor<?x8xf32> {
  %r = onnx.SimplifiedLayerNormalization %x, %scale {axis = -1 : i64} : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}
