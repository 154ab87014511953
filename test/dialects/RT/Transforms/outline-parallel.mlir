// RUN: bitnet-opt %s --rt-outline-parallel | FileCheck %s

// CHECK-LABEL: func @main(
//       CHECK:   rt.fork %{{.+}}, @bitlinear_x(%{{.+}}, %{{.+}} : f32, memref<?xf32>) in %{{.+}} grain 4
//       CHECK:   rt.fork %{{.+}}, @bitlinear_x_0(%{{.+}} : memref<?xf32>) in
//       CHECK:   rt.fork %{{.+}}, @parallel() in
func.func @main(%exec: !rt.exec, %x: memref<?xf32>, %v: f32, %n: index) {
  %c1 = arith.constant 1 : index
  rt.parallel %exec (%begin to %end) in %n grain 4 attributes {kernel = "bitlinear_x"} {
    scf.for %i = %begin to %end step %c1 {
      memref.store %v, %x[%i] : memref<?xf32>
    }
    rt.yield
  }
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_x"} {
    %f = memref.load %x[%begin] : memref<?xf32>
    memref.store %f, %x[%end] : memref<?xf32>
    rt.yield
  }
  rt.parallel %exec (%begin to %end) in %n grain 1 {
    rt.yield
  }
  return
}

// A region within a region runs serially, from 0 to its count.
// CHECK-LABEL: func @nested(
//       CHECK:   rt.fork %{{.+}}, @parallel_{{[0-9]+}}(%{{.+}} : memref<?xf32>, index)
func.func @nested(%exec: !rt.exec, %x: memref<?xf32>, %n: index) {
  rt.parallel %exec (%begin to %end) in %n grain 1 {
    rt.parallel %exec (%first to %last) in %n grain 1 {
      %f = memref.load %x[%first] : memref<?xf32>
      memref.store %f, %x[%last] : memref<?xf32>
      rt.yield
    }
    rt.yield
  }
  return
}

// Constants are made again, not passed.
// CHECK-LABEL: func private @bitlinear_x(
//  CHECK-SAME:   %[[ARGS:.+]]: !llvm.ptr, %[[BEGIN:.+]]: index, %[[END:.+]]: index)
//       CHECK:   %[[IN:.+]]:2 = rt.captures %[[ARGS]] : !llvm.ptr -> f32, memref<?xf32>
//       CHECK:   %[[ONE:.+]] = arith.constant 1 : index
//       CHECK:   scf.for %[[I:.+]] = %[[BEGIN]] to %[[END]] step %[[ONE]]
//       CHECK:     memref.store %[[IN]]#0, %[[IN]]#1[%[[I]]]
// CHECK-LABEL: func private @bitlinear_x_0(
