// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// CHECK: rt.global @gain : tensor<4xf32> = [dense<1.000000e+00> : tensor<4xf32>, dense<2.000000e+00> : tensor<4xf32>]
rt.global @gain : tensor<4xf32> = [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
// CHECK: rt.kv_cache @keys : tensor<?x2x?x32xf32> inputs [3, 5] outputs [1, 3]
rt.kv_cache @keys : tensor<?x2x?x32xf32> inputs [3, 5] outputs [1, 3]

// CHECK-LABEL: func @reads
func.func @reads(%exec: !rt.exec, %layer: index) {
  // CHECK: rt.get_global @gain[%{{.+}}] : tensor<4xf32>
  %0 = rt.get_global @gain[%layer] : tensor<4xf32>
  // CHECK: rt.get_global @gain[%{{.+}}] exec %{{.+}} : memref<4xf32>
  %1 = rt.get_global @gain[%layer] exec %exec : memref<4xf32>
  // CHECK: rt.kv %{{.+}}, @keys[%{{.+}}] : memref<?x2x?x32xf32>
  %2 = rt.kv %exec, @keys[%layer] : memref<?x2x?x32xf32>
  // CHECK: rt.past_length : tensor<1xi64>
  %3 = rt.past_length : tensor<1xi64>
  // CHECK: rt.past_length %{{.+}} : index
  %4 = rt.past_length %exec : index
  // CHECK: rt.logit_rows
  %5 = rt.logit_rows %exec
  // CHECK: %[[IN:.+]] = rt.input %{{.+}}[0] : memref<?x?xi64>
  %6 = rt.input %exec[0] : memref<?x?xi64>
  // CHECK: rt.output %{{.+}}[1], %[[IN]] : memref<?x?xi64>
  rt.output %exec[1], %6 : memref<?x?xi64>
  return
}

// CHECK-LABEL: func @parallel
func.func @parallel(%exec: !rt.exec, %n: index) {
  // CHECK: rt.parallel %{{.+}} (%{{.+}} to %{{.+}}) in %{{.+}} grain 4 attributes {kernel = "k"}
  rt.parallel %exec (%begin to %end) in %n grain 4 attributes {kernel = "k"} {
    // CHECK: rt.yield
    rt.yield
  }
  return
}

// CHECK-LABEL: func @codegen
func.func @codegen(%exec: !rt.exec, %n: index, %bad: i1) {
  // CHECK: rt.fail_if %{{.+}} status 2
  rt.fail_if %bad status 2
  // CHECK: rt.arena %{{.+}} : memref<?xi8>
  %arena = rt.arena %exec : memref<?xi8>
  // CHECK: %[[M:.+]] = rt.allocate %{{.+}}, %{{.+}} : memref<?xi8>
  %m = rt.allocate %exec, %n : memref<?xi8>
  // CHECK: rt.fork %{{.+}}, @forked(%[[M]] : memref<?xi8>) in %{{.+}} grain 2
  rt.fork %exec, @forked(%m : memref<?xi8>) in %n grain 2
  return
}
func.func private @forked(%args: !llvm.ptr, %begin: index, %end: index) {
  // CHECK: rt.captures %{{.+}} : !llvm.ptr -> memref<?xi8>
  %m = rt.captures %args : !llvm.ptr -> memref<?xi8>
  return
}

// CHECK-LABEL: func @top(
func.func @top(%exec: !rt.exec, %v: memref<64xf32>, %ids: memref<8xi32>, %row: memref<64xf32, strided<[1], offset: ?>>) {
  // CHECK: %[[K:.*]] = rt.top %{{.*}}
  %k = rt.top %exec
  // CHECK: %[[N:.*]] = rt.screen %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : memref<64xf32>, memref<64xf32>, memref<8xi32>
  %n = rt.screen %exec, %v, %v, %ids : memref<64xf32>, memref<64xf32>, memref<8xi32>
  // CHECK: rt.offer %{{.*}}, %[[N]] of %{{.*}} ids(%{{.*}} : memref<8xi32>) : memref<64xf32>
  rt.offer %exec, %n of %v ids(%ids : memref<8xi32>) : memref<64xf32>
  // CHECK: rt.offer %{{.*}}, %[[K]] of %{{.*}} : memref<64xf32, strided<[1], offset: ?>>
  rt.offer %exec, %k of %row : memref<64xf32, strided<[1], offset: ?>>
  return
}
