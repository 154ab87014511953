// RUN: bitnet-opt %s -split-input-file --rt-bufferize --canonicalize --cse | FileCheck %s

// Sizes that both branches have from before them: the result has a buffer of the arena.
// CHECK-LABEL: func.func @main(
//       CHECK:   %[[RESULT:.*]] = memref.alloc(%{{.*}}) : memref<?xf32>
//       CHECK:   scf.if
//   CHECK-NOT:     rt.allocate
//       CHECK:     %[[RESULT]]
//       CHECK:   } else {
//       CHECK:     %[[RESULT]]
//       CHECK:   rt.output %{{.*}}[0], %[[RESULT]]
func.func @main(%c: tensor<i1>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %r = onnx.If %c {
    %a = onnx.Abs %x : (tensor<?xf32>) -> tensor<?xf32>
    onnx.Yield %a : tensor<?xf32>
  } else {
    %b = onnx.Neg %x : (tensor<?xf32>) -> tensor<?xf32>
    onnx.Yield %b : tensor<?xf32>
  } : (tensor<i1>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// Sizes that differ: the branches give memory of one slot, and the size.
// CHECK-LABEL: func.func @main(
//       CHECK:   %[[IF:.*]]:2 = scf.if %{{.*}} -> (memref<?xi8>, index) {
//       CHECK:     rt.allocate %{{.*}} {rt.slot = 0 : i64}
//       CHECK:   } else {
//       CHECK:     rt.allocate %{{.*}} {rt.slot = 0 : i64}
//       CHECK:   memref.view %[[IF]]#0[%{{.*}}][%[[IF]]#1] : memref<?xi8> to memref<?xf32>
func.func @main(%c: tensor<i1>, %x: tensor<?xf32>) -> tensor<?xf32> {
  %r = onnx.If %c {
    %a = onnx.Concat %x, %x {axis = 0 : i64} : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
    onnx.Yield %a : tensor<?xf32>
  } else {
    onnx.Yield %x : tensor<?xf32>
  } : (tensor<i1>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}

// -----

// A carried value of static sizes has one buffer; one that grows has a slot, and
// so has a scan, whose elements are to have one shape.
// CHECK-LABEL: func.func @main(
//       CHECK:   %[[STATE:.*]] = memref.alloc() : memref<2xf32>
//       CHECK:   rt.allocate %{{.*}} {rt.slot = 0 : i64}
//       CHECK:   rt.allocate %{{.*}} {rt.slot = 1 : i64}
//       CHECK:   scf.while
//       CHECK:     scf.condition
//       CHECK:     rt.allocate %{{.*}} {rt.slot = 1 : i64}
//       CHECK:     memref.copy %{{.*}}, %[[STATE]]
//       CHECK:     rt.allocate %{{.*}} {rt.slot = 0 : i64}
func.func @main(%n: tensor<i64>, %x: tensor<2xf32>, %t: tensor<?xf32>) -> (tensor<2xf32>, tensor<?xf32>, tensor<?x?xf32>) {
  %none = onnx.None
  %r:3 = onnx.Loop %n, %none, %x, %t {
  ^bb0(%i: tensor<i64>, %c: tensor<i1>, %s: tensor<2xf32>, %g: tensor<?xf32>):
    %a = onnx.Neg %s : (tensor<2xf32>) -> tensor<2xf32>
    %b = onnx.Concat %g, %a {axis = 0 : i64} : (tensor<?xf32>, tensor<2xf32>) -> tensor<?xf32>
    onnx.Yield %c, %a, %b, %t : tensor<i1>, tensor<2xf32>, tensor<?xf32>, tensor<?xf32>
  } : (tensor<i64>, none, tensor<2xf32>, tensor<?xf32>) -> (tensor<2xf32>, tensor<?xf32>, tensor<?x?xf32>)
  return %r#0, %r#1, %r#2 : tensor<2xf32>, tensor<?xf32>, tensor<?x?xf32>
}
