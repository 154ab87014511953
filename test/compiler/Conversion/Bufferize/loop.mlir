// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse | FileCheck %s

rt.global @gain : tensor<8xf32> = [dense<1.0> : tensor<8xf32>, dense<2.0> : tensor<8xf32>]
// A global that nobody reads leaves no trace, trits or not.
// CHECK-NOT: @unread
rt.global @unread : tensor<4x4x!ternary.trit> = [dense<85> : tensor<4xi8>]

// The hidden state has one buffer; the end of an iteration overwrites it.
// CHECK-LABEL: func.func @main(
//  CHECK-SAME:   %[[EXEC:.*]]: !rt.exec)
//       CHECK:   %[[X:.*]] = rt.input %[[EXEC]][3] : memref<?x8xf32>
//       CHECK:   %[[STATE:.*]] = memref.alloc(%{{.*}}) : memref<?x8xf32>
//       CHECK:   memref.copy %[[X]], %[[STATE]]
//       CHECK:   scf.for %[[LAYER:.*]] =
//       CHECK:     %[[GAIN:.*]] = rt.get_global @gain[%[[LAYER]]] exec %[[EXEC]] : memref<8xf32>
//       CHECK:     %[[NORM:.*]] = memref.alloc
//       CHECK:     transformer.rms_norm %[[STATE]] gain(%[[GAIN]]) outs(%[[NORM]]) exec %[[EXEC]]
//       CHECK:     memref.copy %[[NORM]], %[[STATE]]
//       CHECK:   rt.output %[[EXEC]][1], %[[STATE]]
func.func @main(%x: tensor<?x8xf32> {bitnet.index = 3 : i64})
    -> (tensor<?x8xf32> {bitnet.index = 1 : i64}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %u = rt.get_global @unread : tensor<4x4x!ternary.trit>
  %r = scf.for %layer = %c0 to %c2 step %c1 iter_args(%h = %x) -> (tensor<?x8xf32>) {
    %g = rt.get_global @gain[%layer] : tensor<8xf32>
    %n = transformer.rms_norm %h gain(%g) {eps = 1.0e-5 : f32}
        : (tensor<?x8xf32> gain(tensor<8xf32>)) -> tensor<?x8xf32>
    scf.yield %n : tensor<?x8xf32>
  }
  return %r : tensor<?x8xf32>
}
