// RUN: bitnet-opt %s --rt-bufferize --canonicalize --cse --split-input-file | FileCheck %s

// What no name ties together is compared before anything is read: batch of
// query and key, key and value, their lengths, and the mask's last axis.
// CHECK-LABEL: func.func @main
//   CHECK-NOT:   transformer
// CHECK-COUNT-4: rt.fail_if %{{.*}} status 3
//   CHECK-NOT:   rt.fail_if
//       CHECK:   transformer.attention
func.func @main(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x16xf32>, %m: tensor<1x1x1x?xf32>) -> tensor<?x4x?x16xf32> {
  %r = transformer.attention %q, %k, %v mask(%m) {scale = 0.25 : f32}
      : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32> mask(tensor<1x1x1x?xf32>)) -> tensor<?x4x?x16xf32>
  return %r : tensor<?x4x?x16xf32>
}

// -----

// Sizes of one name need no comparison; the step's entries must fit the cache.
// CHECK-LABEL: func.func @main
//       CHECK:   %[[PAST:.*]] = rt.past_length
//       CHECK:   %[[X:.*]] = rt.input
//       CHECK:   %[[S:.*]] = memref.dim %[[X]],
//       CHECK:   %[[K:.*]] = rt.kv %{{.*}}, @k : memref<?x4x?x16xf32>
//       CHECK:   %[[BATCH:.*]] = memref.dim %[[K]],
//       CHECK:   %[[ROOM:.*]] = memref.dim %[[K]],
//       CHECK:   rt.fail_if %{{.*}} status 3
//       CHECK:   %[[END:.*]] = arith.addi %[[PAST]], %{{.*}} : index
//       CHECK:   %[[FULL:.*]] = arith.cmpi slt, %[[ROOM]], %[[END]]
//       CHECK:   rt.fail_if %[[FULL]] status 3
//       CHECK:   rt.kv %{{.*}}, @v : memref<?x4x?x16xf32>
// CHECK-COUNT-2: rt.fail_if %{{.*}} status 3
//   CHECK-NOT:   rt.fail_if
//       CHECK:   transformer.attention
rt.kv_cache @k : tensor<?x4x?x16xf32> inputs [1] outputs [1]
rt.kv_cache @v : tensor<?x4x?x16xf32> inputs [2] outputs [2]
func.func @main(%x: tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32> {
  %r = transformer.attention %x, %x, %x {scale = 0.25 : f32, causal, key_cache = @k, value_cache = @v}
      : (tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>, tensor<?x4x?x16xf32>) -> tensor<?x4x?x16xf32>
  return %r : tensor<?x4x?x16xf32>
}

// -----

// Tables of rotary, but for their last axis, which may be half.
// CHECK-LABEL: func.func @main
// CHECK-COUNT-2: rt.fail_if %{{.*}} status 3
//   CHECK-NOT:   rt.fail_if
//       CHECK:   transformer.rotary
func.func @main(%x: tensor<?x4x?x16xf32>, %cos: tensor<?x8xf32>, %sin: tensor<1x1x?x8xf32>) -> tensor<?x4x?x16xf32> {
  %r = transformer.rotary %x, %cos, %sin : (tensor<?x4x?x16xf32>, tensor<?x8xf32>, tensor<1x1x?x8xf32>) -> tensor<?x4x?x16xf32>
  return %r : tensor<?x4x?x16xf32>
}

// -----

// CHECK-LABEL: func.func @main
// CHECK-COUNT-1: rt.fail_if %{{.*}} status 3
//   CHECK-NOT:   rt.fail_if
//       CHECK:   transformer.gated_activation
func.func @main(%g: tensor<?x8xf32>, %u: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %r = transformer.gated_activation %g up(%u) {activation = #transformer.activation<silu>} : (tensor<?x8xf32> up(tensor<?x8xf32>)) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// -----

// A negative number of rows asks for none of them: no size is negative.
// CHECK-LABEL: func.func @main
//       CHECK:   %[[ROWS:.*]] = rt.logit_rows
//       CHECK:   %[[FEW:.*]] = arith.minsi %[[ROWS]], %{{.*}} : index
//       CHECK:   %[[SOME:.*]] = arith.maxsi %[[FEW]], %c0
//       CHECK:   %[[COUNT:.*]] = arith.select %{{.*}}, %{{.*}}, %[[SOME]]
//   CHECK-NOT:   rt.fail_if
//       CHECK:   memref.alloc(%[[COUNT]]) : memref<1x?x8xf32>
func.func @main(%x: tensor<1x?x8xf32>) -> tensor<1x?x8xf32> {
  %r = transformer.last_positions %x : tensor<1x?x8xf32>
  return %r : tensor<1x?x8xf32>
}
