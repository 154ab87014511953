// RUN: bitnet-opt %s --rt-outline-parallel | FileCheck %s

// Regions that do the same with other captures are one function. Another
// constant, kernel or grain makes another one.
// CHECK-LABEL: func @main(
//  CHECK-SAME:   %[[X:[a-z0-9]+]]: memref<?xf32>, %[[Y:[a-z0-9]+]]: memref<?xf32>
//       CHECK:   rt.fork %{{.+}}, @zero(%[[X]] : memref<?xf32>) in %{{.+}} grain 1
//       CHECK:   rt.fork %{{.+}}, @zero(%[[Y]] : memref<?xf32>) in %{{.+}} grain 1
//       CHECK:   rt.fork %{{.+}}, @zero_0(%[[Y]] : memref<?xf32>) in %{{.+}} grain 1
//       CHECK:   rt.fork %{{.+}}, @zero_1(%[[Y]] : memref<?xf32>) in %{{.+}} grain 2
//       CHECK:   rt.fork %{{.+}}, @other(%[[Y]] : memref<?xf32>) in %{{.+}} grain 1
// CHECK-COUNT-4: func private
//   CHECK-NOT:   func private
func.func @main(%exec: !rt.exec, %x: memref<?xf32>, %y: memref<?xf32>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "zero"} {
    memref.store %zero, %x[%begin] : memref<?xf32>
    rt.yield
  }
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "zero"} {
    memref.store %zero, %y[%begin] : memref<?xf32>
    rt.yield
  }
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "zero"} {
    memref.store %one, %y[%begin] : memref<?xf32>
    rt.yield
  }
  rt.parallel %exec (%begin to %end) in %n grain 2 attributes {kernel = "zero"} {
    memref.store %zero, %y[%begin] : memref<?xf32>
    rt.yield
  }
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "other"} {
    memref.store %zero, %y[%begin] : memref<?xf32>
    rt.yield
  }
  return
}
