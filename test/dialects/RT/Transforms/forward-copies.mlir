// RUN: bitnet-opt %s --rt-forward-copies | FileCheck %s

#id = affine_map<(d0) -> (d0)>

// CHECK-LABEL: func @both_become_one
//       CHECK:   %[[A:.*]] = memref.alloc
//       CHECK:   memref.store %{{.*}}, %[[A]]
//   CHECK-NOT:   memref.copy
//       CHECK:   memref.load %[[A]]
func.func @both_become_one(%n: index, %i: index, %x: f32) -> f32 {
  %a = memref.alloc(%n) : memref<?xf32>
  memref.store %x, %a[%i] : memref<?xf32>
  %b = memref.alloc(%n) : memref<?xf32>
  memref.copy %a, %b : memref<?xf32> to memref<?xf32>
  %y = memref.load %b[%i] : memref<?xf32>
  return %y : f32
}

// CHECK-LABEL: func @result_of_an_iteration
//       CHECK:   %[[H:.*]] = memref.alloc
//       CHECK:   scf.for
//       CHECK:     linalg.generic {{.*}} outs(%[[H]]
//   CHECK-NOT:     memref.copy
func.func @result_of_an_iteration(%n: index, %lo: index, %up: index, %m: memref<?xf32>) {
  %h = memref.alloc(%n) : memref<?xf32>
  scf.for %i = %lo to %up step %lo {
    %t = memref.alloc(%n) : memref<?xf32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%m : memref<?xf32>) outs(%t : memref<?xf32>) {
    ^bb0(%x: f32, %out: f32):
      linalg.yield %x : f32
    }
    memref.copy %t, %h : memref<?xf32> to memref<?xf32>
  }
  linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%h : memref<?xf32>) outs(%m : memref<?xf32>) {
  ^bb0(%x: f32, %out: f32):
    linalg.yield %x : f32
  }
  return
}

// CHECK-LABEL: func @target_that_is_read
//       CHECK:   memref.copy
func.func @target_that_is_read(%n: index, %lo: index, %up: index) {
  %h = memref.alloc(%n) : memref<?xf32>
  scf.for %i = %lo to %up step %lo {
    %t = memref.alloc(%n) : memref<?xf32>
    linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%h : memref<?xf32>) outs(%t : memref<?xf32>) {
    ^bb0(%x: f32, %out: f32):
      linalg.yield %x : f32
    }
    memref.copy %t, %h : memref<?xf32> to memref<?xf32>
  }
  return
}

// CHECK-LABEL: func @source_that_is_changed_later
//       CHECK:   memref.copy
func.func @source_that_is_changed_later(%n: index, %i: index, %x: f32) -> f32 {
  %a = memref.alloc(%n) : memref<?xf32>
  memref.store %x, %a[%i] : memref<?xf32>
  %b = memref.alloc(%n) : memref<?xf32>
  memref.copy %a, %b : memref<?xf32> to memref<?xf32>
  memref.store %x, %a[%n] : memref<?xf32>
  %y = memref.load %b[%i] : memref<?xf32>
  return %y : f32
}
