// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// A chain with one reader each is one loop nest, without buffers in between;
// a known scalar is a constant in its body.
// CHECK-LABEL: func.func @main
//       CHECK:   memref.alloc
//   CHECK-NOT:   memref.alloc
//       CHECK:   linalg.generic
//       CHECK:     arith.mulf
//       CHECK:     arith.subf
//       CHECK:     math.exp
//   CHECK-NOT:   linalg.generic
//       CHECK:   rt.output
func.func @main(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %square = onnx.Pow %x, %two : (tensor<?x8xf32>, tensor<f32>) -> tensor<?x8xf32>
  %less = onnx.Sub %square, %x : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
  %r = onnx.Exp %less : (tensor<?x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// -----

// A smaller operand is not computed again for each row that it repeats in.
// CHECK-LABEL: func.func @main
//       CHECK:   linalg.generic
//       CHECK:     math.exp
//       CHECK:   linalg.generic
//       CHECK:     arith.addf
func.func @main(%x: tensor<?x8xf32>, %row: tensor<8xf32>) -> tensor<?x8xf32> {
  %e = onnx.Exp %row : (tensor<8xf32>) -> tensor<8xf32>
  %r = onnx.Add %x, %e : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// -----

// Sizes that may differ are checked, and repeat with stride 0 where they are 1.
// CHECK-LABEL: func.func @main
//       CHECK:   rt.fail_if %{{.*}} status 3
//       CHECK:   memref.reinterpret_cast {{.*}} memref<?xf32, strided<[?]>>
func.func @main(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %r = onnx.Add %x, %y : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Unsigned elements compare and divide as such.
// CHECK-LABEL: func.func @main
//       CHECK:   arith.divui
//       CHECK:   arith.cmpi ult
func.func @main(%x: tensor<4xui8>, %y: tensor<4xui8>) -> tensor<4xi1> {
  %q = onnx.Div %x, %y : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  %r = onnx.Less %q, %y : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  return %r : tensor<4xi1>
}
