// RUN: bitnet-opt %s --onnx-infer-shapes=from-products --split-input-file | FileCheck %s
// RUN: bitnet-opt %s --onnx-infer-shapes --split-input-file | FileCheck %s --check-prefix=PLAIN

// What is multiplied by a matrix has rows of its length, from where they are
// made, for all that reads them; where they are made the run checks them.
// PLAIN-NOT: onnx.CheckSizes
// CHECK-LABEL: func @quantized
//       CHECK:   %[[R:.*]] = onnx.Reshape {{.*}} -> tensor<?x?x?xf32>
//       CHECK:   %[[SIZE:.*]] = onnx.Constant dense<8> : tensor<1xi64>
//       CHECK:   %[[X:.*]] = onnx.CheckSizes %[[R]], %[[SIZE]] {axes = array<i64: 2>} {{.*}} -> tensor<?x?x8xf32>
//       CHECK:   onnx.Abs %[[X]] {{.*}} -> tensor<?x?x8xf32>
//       CHECK:   onnx.Mul %[[X]], {{.*}} -> tensor<?x?x8xf32>
//   CHECK-NOT:   onnx.CheckSizes
//       CHECK:   return
func.func @quantized(%x: tensor<?x?x?xf32>, %shape: tensor<3xi64>, %w: tensor<8x2xf32>) -> (tensor<?x?x2xf32>, tensor<?x?x2xf32>) {
  %r = onnx.Reshape %x, %shape : (tensor<?x?x?xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  %abs = onnx.Abs %r : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %max = onnx.ReduceMax %abs {axes = array<i64: 2>} : (tensor<?x?x?xf32>) -> tensor<?x?x1xf32>
  %codes = onnx.Mul %r, %max : (tensor<?x?x?xf32>, tensor<?x?x1xf32>) -> tensor<?x?x?xf32>
  %0 = onnx.MatMul %codes, %w : (tensor<?x?x?xf32>, tensor<8x2xf32>) -> tensor<?x?x2xf32>
  %1 = onnx.MatMul %r, %w : (tensor<?x?x?xf32>, tensor<8x2xf32>) -> tensor<?x?x2xf32>
  return %0, %1 : tensor<?x?x2xf32>, tensor<?x?x2xf32>
}

// -----

// Several operands with the same rows, as x and zeros of its shape are.
// CHECK-LABEL: func @masked
//       CHECK:   %[[X:.*]] = onnx.CheckSizes %arg0
//       CHECK:   onnx.Where {{.*}} -> tensor<?x8xf32>
//       CHECK:   onnx.Gemm
func.func @masked(%x: tensor<?x?xf32>, %keep: tensor<?x1xi1>, %w: tensor<2x8xf32>) -> tensor<?x2xf32> {
  %shape = onnx.Shape %x : (tensor<?x?xf32>) -> tensor<2xi64>
  %zeros = onnx.ConstantOfShape %shape : (tensor<2xi64>) -> tensor<?x?xf32>
  %some = onnx.Where %keep, %x, %zeros : (tensor<?x1xi1>, tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = onnx.Gemm %some, %w {transB = 1 : i64} : (tensor<?x?xf32>, tensor<2x8xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Either of two may have rows of one element.
// CHECK-LABEL: func @sum
//   CHECK-NOT:   onnx.CheckSizes
func.func @sum(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %w: tensor<8x2xf32>) -> tensor<?x2xf32> {
  %x = onnx.Add %a, %b : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = onnx.MatMul %x, %w : (tensor<?x?xf32>, tensor<8x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}

// -----

// Not of columns, and not where the product may not run.
// CHECK-LABEL: func @others
//   CHECK-NOT:   onnx.CheckSizes
func.func @others(%a: tensor<?x?xf32>, %w: tensor<8x2xf32>, %flag: tensor<i1>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  %0 = onnx.Gemm %a, %w {transA = 1 : i64} : (tensor<?x?xf32>, tensor<8x2xf32>) -> tensor<?x2xf32>
  %1 = onnx.If %flag {
    %y = onnx.MatMul %a, %w : (tensor<?x?xf32>, tensor<8x2xf32>) -> tensor<?x2xf32>
    onnx.Yield %y : tensor<?x2xf32>
  } else {
    onnx.Yield %0 : tensor<?x2xf32>
  } : (tensor<i1>) -> tensor<?x2xf32>
  return %0, %1 : tensor<?x2xf32>, tensor<?x2xf32>
}
