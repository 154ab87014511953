// RUN: bitnet-opt %s --kernel-to-gpu --split-input-file | FileCheck %s

// A fork becomes a dispatch, its function a module with a kernel of numbers, four
// and the words of its captures; a thread runs `grain` units, the last one fewer.
// CHECK-LABEL: func.func @main
//       CHECK:   device.dispatch %{{.+}}, 0 "fill"(%{{.+}}, %{{.+}} : memref<?x4xf32>, f32) in %{{.+}}
//   CHECK-NOT:   func.func private
//       CHECK: module @fill attributes {rt.addresses = array<i32: 0>, rt.grain = 4 : i64, rt.lanes = 1 : i64, rt.number = 0 : i32, rt.scratch = 0 : i64, rt.small_workgroup = 32 : i64, rt.words = 7 : i64, rt.workgroup = 128 : i64}
//       CHECK:   func.func @bitnet_kernel(%{{[^ ]+}}: i64, %{{[^ ]+}}: i64, %[[FIRST:[^ ]+]]: i64, %[[COUNT:[^ ]+]]: i64, %[[ADDRESS:[^ ]+]]: i64,
//  CHECK-SAME:     %{{[^ ]+}}: i64, %{{[^ ]+}}: i64, %{{[^ ]+}}: i64, %{{[^ ]+}}: i64, %{{[^ ]+}}: i64, %[[VALUE:[^ ]+]]: i64) {
//       CHECK:     %[[THREAD:.+]] = device.thread
//       CHECK:     %[[BASE:.+]] = arith.index_cast %[[FIRST]]
//       CHECK:     %[[PART:.+]] = arith.addi %[[THREAD]], %[[BASE]]
//       CHECK:     %[[BEGIN:.+]] = arith.muli %[[PART]]
//       CHECK:     arith.minsi
//       CHECK:     %[[RUNS:.+]] = arith.cmpi slt, %[[BEGIN]]
//       CHECK:     scf.if %[[RUNS]]
//       CHECK:       llvm.inttoptr %[[ADDRESS]] : i64 to !llvm.ptr<1>
//       CHECK:       llvm.addrspacecast %{{.+}} : !llvm.ptr<1> to !llvm.ptr
//       CHECK:       arith.trunci %[[VALUE]]
//       CHECK:       memref.store
func.func @main(%exec: !rt.exec, %x: memref<?x4xf32>, %v: f32, %n: index) {
  rt.fork %exec, @fill(%x, %v : memref<?x4xf32>, f32) in %n grain 4
  return
}
func.func private @fill(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x, %v = rt.captures %args : !llvm.ptr -> memref<?x4xf32>, f32
  scf.for %i = %begin to %end step %c1 {
    memref.store %v, %x[%i, %c0] : memref<?x4xf32>
  }
  return
}

// -----

// Little memory of a thread lies on its stack, more in scratch memory.
// CHECK-LABEL: module @small attributes
//  CHECK-SAME:   rt.scratch = 0 : i64
//       CHECK:     memref.alloca() : memref<4xf32>
//       CHECK:     scf.if
// CHECK-LABEL: module @large attributes
//  CHECK-SAME:   rt.scratch = 4096 : i64
//       CHECK:   func.func @bitnet_kernel(%{{[^ ]+}}: i64, %[[SCRATCH:[^ ]+]]: i64,
//       CHECK:     arith.index_cast %[[SCRATCH]]
//   CHECK-NOT:     memref.alloca
func.func @main(%exec: !rt.exec, %x: memref<?xf32>, %n: index) {
  rt.fork %exec, @small(%x : memref<?xf32>) in %n grain 1
  rt.fork %exec, @large(%x : memref<?xf32>) in %n grain 1
  return
}
func.func private @small(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<?xf32>
  %m = memref.alloca() : memref<4xf32>
  %v = memref.load %x[%begin] : memref<?xf32>
  memref.store %v, %m[%c0] : memref<4xf32>
  return
}
func.func private @large(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<?xf32>
  %m = memref.alloca() : memref<1024xf32>
  %v = memref.load %x[%begin] : memref<?xf32>
  memref.store %v, %m[%c0] : memref<1024xf32>
  return
}

// -----

// The lanes of a part share what it allocates, and memory of the workgroup.
// CHECK-LABEL: module @together attributes
//  CHECK-SAME:   rt.lanes = 64 : i64, rt.number = 0 : i32, rt.scratch = 64 : i64, rt.small_workgroup = 64 : i64
//  CHECK-SAME:   rt.workgroup = 64 : i64
//       CHECK:   memref.global "private" @shared0 : memref<16xi32, 3> = uninitialized {alignment = 64 : i64}
//       CHECK:   device.thread
//       CHECK:   arith.divui
//       CHECK:   memref.get_global @shared0 : memref<16xi32, 3>
func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @together() in %n grain 1 {device.lanes = 64 : i64}
  return
}
func.func private @together(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %v = arith.constant 0 : i32
  %m = memref.alloca() : memref<1024xi8>
  %s = device.shared : memref<16xi32, 3>
  memref.store %v, %s[%c0] : memref<16xi32, 3>
  device.sync
  return
}

// -----

// Parts of sixteen lanes wait within a warp: workgroups of one or four warps.
// A part that shares memory of the workgroup is all of it.
// CHECK-LABEL: module @lanes attributes
//  CHECK-SAME:   rt.small_workgroup = 32 : i64
//  CHECK-SAME:   rt.workgroup = 128 : i64
// CHECK-LABEL: module @shares attributes
//  CHECK-SAME:   rt.small_workgroup = 32 : i64
//  CHECK-SAME:   rt.workgroup = 32 : i64
func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @lanes() in %n grain 1 {device.lanes = 16 : i64}
  rt.fork %exec, @shares() in %n grain 1 {device.lanes = 32 : i64}
  return
}
func.func private @lanes(%args: !llvm.ptr, %begin: index, %end: index) {
  device.sync
  return
}
func.func private @shares(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %v = arith.constant 0 : i32
  %s = device.shared : memref<16xi32, 3>
  memref.store %v, %s[%c0] : memref<16xi32, 3>
  return
}
