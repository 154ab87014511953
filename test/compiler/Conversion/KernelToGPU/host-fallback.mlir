// RUN: bitnet-opt %s --kernel-to-gpu=host-fallback=true --verify-diagnostics | FileCheck %s

// What has no exact form on a GPU stays; the other kernels count from 0.
// CHECK-LABEL: func.func @main
//       CHECK:   rt.fork %{{.+}}, @remainder(
//       CHECK:   device.dispatch %{{.+}}, 0 "product"
//       CHECK: func.func private @remainder
//       CHECK:   arith.remf
//       CHECK: module @product
func.func @main(%exec: !rt.exec, %x: memref<4xf32>, %n: index) {
  rt.fork %exec, @remainder(%x : memref<4xf32>) in %n grain 1
  rt.fork %exec, @product(%x : memref<4xf32>) in %n grain 1
  return
}
func.func private @remainder(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> memref<4xf32>
  %a = memref.load %x[%begin] : memref<4xf32>
  // expected-warning @+1 {{a region stays on the CPU: 'arith.remf' op has no exact form on a GPU}}
  %b = arith.remf %a, %a : f32
  memref.store %b, %x[%begin] : memref<4xf32>
  return
}
func.func private @product(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> memref<4xf32>
  %a = memref.load %x[%begin] : memref<4xf32>
  %b = arith.mulf %a, %a : f32
  memref.store %b, %x[%begin] : memref<4xf32>
  return
}
