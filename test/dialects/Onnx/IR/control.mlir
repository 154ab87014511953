// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s

// CHECK-LABEL: func @branches
//       CHECK:   onnx.If %{{.*}} {
//       CHECK:     onnx.Yield %{{.*}} : tensor<2xf32>
//       CHECK:   } else {
//       CHECK:     onnx.Yield %{{.*}} : tensor<3xf32>
//       CHECK:   } : (tensor<1xi1>) -> tensor<?xf32>
func.func @branches(%c: tensor<1xi1>, %a: tensor<2xf32>, %b: tensor<3xf32>) -> tensor<?xf32> {
  %r = onnx.If %c {
    onnx.Yield %a : tensor<2xf32>
  } else {
    onnx.Yield %b : tensor<3xf32>
  } : (tensor<1xi1>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// Neither a trip count nor a condition; one carried value, one scan.
// CHECK-LABEL: func @loop
//       CHECK:   onnx.Loop %{{.*}}, %{{.*}}, %{{.*}} {
//       CHECK:   ^bb0(%{{.*}}: tensor<i64>, %{{.*}}: tensor<i1>, %{{.*}}: tensor<2xf32>):
//       CHECK:   } : (none, none, tensor<2xf32>) -> (tensor<2xf32>, tensor<?x2xf32>)
func.func @loop(%x: tensor<2xf32>, %go: tensor<i1>) -> tensor<?x2xf32> {
  %none = onnx.None
  %r:2 = onnx.Loop %none, %none, %x {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %s: tensor<2xf32>):
    onnx.Yield %go, %s, %s : tensor<i1>, tensor<2xf32>, tensor<2xf32>
  } : (none, none, tensor<2xf32>) -> (tensor<2xf32>, tensor<?x2xf32>)
  return %r#1 : tensor<?x2xf32>
}

// CHECK-LABEL: func @keep_if
//       CHECK:   onnx.KeepIf %{{.*}}, %{{.*}} {axis = 1 : i64}
func.func @keep_if(%x: tensor<2x?xf32>, %c: tensor<1xi1>) -> tensor<2x?xf32> {
  %r = onnx.KeepIf %x, %c {axis = 1 : i64} : (tensor<2x?xf32>, tensor<1xi1>) -> tensor<2x?xf32>
  return %r : tensor<2x?xf32>
}
