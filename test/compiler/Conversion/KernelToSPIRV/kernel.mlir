// RUN: bitnet-opt %s --kernel-to-spirv --split-input-file | FileCheck %s

// A fork becomes a dispatch, its function a module; an invocation runs `grain`
// units, the last one fewer.
// CHECK-LABEL: func.func @main
//       CHECK:   device.dispatch %{{.+}}, 0 "fill"(%{{.+}}, %{{.+}} : memref<?x4xf32>, f32) in %{{.+}}
//   CHECK-NOT:   func.func
//       CHECK:   spirv.module @fill PhysicalStorageBuffer64 GLSL450
//  CHECK-SAME:     rt.addresses = array<i32: 0>, rt.grain = 4 : i64, rt.number = 0 : i32, rt.scratch = 64 : i64, rt.words = 7 : i64, rt.workgroup = 8 : i64
//   CHECK-DAG:   spirv.GlobalVariable @invocation built_in("GlobalInvocationId") : !spirv.ptr<vector<3xi32>, Input>
//   CHECK-DAG:   spirv.GlobalVariable @push : !spirv.ptr<!spirv.struct<(i64 [0], i64 [8], i64 [16], i64 [24]), Block>, PushConstant>
//       CHECK:   spirv.func @main()
//       CHECK:     %[[LAST:.+]] = spirv.SLessThan
//       CHECK:     spirv.Select %[[LAST]]
//       CHECK:     %[[RUNS:.+]] = spirv.SLessThan
//       CHECK:     spirv.mlir.selection
//       CHECK:       spirv.BranchConditional %[[RUNS]]
//       CHECK:       spirv.mlir.loop
//       CHECK:         spirv.Store "PhysicalStorageBuffer" %{{.+}}, %{{.+}} ["Aligned", 4] : f32
//       CHECK:   spirv.EntryPoint "GLCompute" @main, @push, @invocation
//       CHECK:   spirv.ExecutionMode @main "LocalSize", 8, 1, 1
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

// Kernels are numbered in the order of their modules.
// CHECK-LABEL: func.func @main
//       CHECK:   device.dispatch %{{.+}}, 0 "a"
//       CHECK:   device.dispatch %{{.+}}, 1 "b"
//       CHECK:   spirv.module @a
//       CHECK:   spirv.module @b
func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @a() in %n grain 1
  rt.fork %exec, @b() in %n grain 1
  return
}
func.func private @a(%args: !llvm.ptr, %begin: index, %end: index) {
  return
}
func.func private @b(%args: !llvm.ptr, %begin: index, %end: index) {
  return
}

// -----

// Buffers of the stack are scratch memory of the invocation, 64 bytes apart.
// CHECK: spirv.module @k
// CHECK-SAME: rt.scratch = 256 : i64
func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @k() in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %a = memref.alloca() : memref<17xi32>
  %b = memref.alloca() : memref<4xi8>
  %v = memref.load %a[%c0] : memref<17xi32>
  %t = arith.trunci %v : i32 to i8
  memref.store %t, %b[%c0] : memref<4xi8>
  return
}

// -----

// A vector is its elements, read four at a time where they lie together.
// CHECK: spirv.module @k
//       CHECK: spirv.Load "PhysicalStorageBuffer" %{{.+}} ["Aligned", 4] : vector<4xf32>
//       CHECK: spirv.Load "PhysicalStorageBuffer" %{{.+}} ["Aligned", 4] : vector<2xf32>
// CHECK-COUNT-6: spirv.FMul %{{.+}}, %{{.+}} {no_contraction} : f32
//       CHECK: spirv.Store "PhysicalStorageBuffer" %{{.+}}, %{{.+}} ["Aligned", 4] : vector<4xf32>
//       CHECK: spirv.Store "PhysicalStorageBuffer" %{{.+}}, %{{.+}} ["Aligned", 4] : vector<2xf32>
func.func @main(%exec: !rt.exec, %x: memref<6xf32>, %n: index) {
  rt.fork %exec, @k(%x : memref<6xf32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<6xf32>
  %v = vector.load %x[%c0] : memref<6xf32>, vector<6xf32>
  %w = arith.mulf %v, %v : vector<6xf32>
  vector.store %w, %x[%c0] : memref<6xf32>, vector<6xf32>
  return
}

// -----

// A multiply and add of one rounding is made of exact parts, once a module.
// CHECK: spirv.module @k
//       CHECK: spirv.func @fma32
//       CHECK:   spirv.FConvert %{{.+}} : f64 to f32
//   CHECK-NOT: spirv.func @fma32
//       CHECK: spirv.func @main
// CHECK-COUNT-2: spirv.FunctionCall @fma32
//   CHECK-NOT: spirv.GL.Fma
func.func @main(%exec: !rt.exec, %x: memref<3xf32>, %n: index) {
  rt.fork %exec, @k(%x : memref<3xf32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<3xf32>
  %a = memref.load %x[%c0] : memref<3xf32>
  %b = math.fma %a, %a, %a : f32
  %c = math.fma %a, %a, %b : f32
  memref.store %c, %x[%c0] : memref<3xf32>
  return
}

// -----

// Forks of one function dispatch one kernel.
// CHECK-LABEL: func.func @shared
//       CHECK:   device.dispatch %{{.+}}, 0 "a"
//       CHECK:   device.dispatch %{{.+}}, 1 "b"
//       CHECK:   device.dispatch %{{.+}}, 0 "a"
//       CHECK:   spirv.module @a
//       CHECK:   spirv.module @b
//   CHECK-NOT:   spirv.module
func.func @shared(%exec: !rt.exec, %n: index, %m: index) {
  rt.fork %exec, @a(%n : index) in %n grain 1
  rt.fork %exec, @b() in %n grain 1
  rt.fork %exec, @a(%m : index) in %m grain 1
  return
}
func.func private @a(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> index
  return
}
func.func private @b(%args: !llvm.ptr, %begin: index, %end: index) {
  return
}

// -----

// What lies at any byte is read and written as bytes.
// CHECK: spirv.module @k
//   CHECK: spirv.Load "PhysicalStorageBuffer" %{{.+}} ["Aligned", 1] : vector<4xi8>
//   CHECK-COUNT-3: spirv.BitwiseOr
//   CHECK-NEXT: spirv.Bitcast %{{.+}} : i32 to f32
//   CHECK: spirv.Store "PhysicalStorageBuffer" %{{.+}}, %{{.+}} ["Aligned", 1] : vector<4xi8>
func.func @main(%exec: !rt.exec, %x: memref<6xi8>, %n: index) {
  rt.fork %exec, @k(%x : memref<6xi8>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> memref<6xi8>
  %at = memref.extract_aligned_pointer_as_index %x : memref<6xi8> -> index
  %word = arith.index_cast %at : index to i64
  %pointer = llvm.inttoptr %word : i64 to !llvm.ptr
  %a = llvm.load %pointer {alignment = 1 : i64} : !llvm.ptr -> f32
  %b = arith.addf %a, %a : f32
  llvm.store %b, %pointer {alignment = 1 : i64} : f32, !llvm.ptr
  return
}

// -----

// OpSRem has no meaning for negative numbers in Vulkan.
// CHECK: spirv.module @k
//       CHECK: %[[Q:.+]] = spirv.SDiv %[[A:.+]], %[[B:.+]] : i32
//       CHECK: %[[P:.+]] = spirv.IMul %[[Q]], %[[B]] : i32
//       CHECK: spirv.ISub %[[A]], %[[P]] : i32
//   CHECK-NOT: spirv.SRem
func.func @main(%exec: !rt.exec, %x: memref<2xi32>, %n: index) {
  rt.fork %exec, @k(%x : memref<2xi32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = rt.captures %args : !llvm.ptr -> memref<2xi32>
  %a = memref.load %x[%c0] : memref<2xi32>
  %b = memref.load %x[%c1] : memref<2xi32>
  %c = arith.remsi %a, %b : i32
  memref.store %c, %x[%c0] : memref<2xi32>
  return
}
