// RUN: bitnet-opt %s --kernel-to-spirv --split-input-file --verify-diagnostics

func.func @main(%exec: !rt.exec, %x: memref<4xf32>, %n: index) {
  rt.fork %exec, @k(%x : memref<4xf32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<4xf32>
  %a = memref.load %x[%c0] : memref<4xf32>
  // expected-error @+1 {{has no form in SPIR-V}}
  %b = math.exp %a : f32
  memref.store %b, %x[%c0] : memref<4xf32>
  return
}

// -----

func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @k() in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  // expected-error @+1 {{has a value of type 'i5', which shaders do not compute with}}
  %a = arith.constant 3 : i5
  return
}

// -----

func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @k() in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  // expected-error @+1 {{allocates 'memref<?xf32>' in a kernel, expected a static size}}
  %a = memref.alloca(%begin) : memref<?xf32>
  return
}

// -----

func.func @main(%exec: !rt.exec, %n: index) {
  // expected-error @+1 {{calls @k, expected a function with a body}}
  rt.fork %exec, @k() in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index)

// -----

func.func @main(%exec: !rt.exec, %v: vector<4xf32>, %n: index) {
  rt.fork %exec, @k(%v : vector<4xf32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  // expected-error @+1 {{captures 'vector<4xf32>', expected a number or a memref}}
  %v = rt.captures %args : !llvm.ptr -> vector<4xf32>
  return
}

// -----

func.func @main(%exec: !rt.exec, %n: index) {
  rt.fork %exec, @k() in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  // expected-error @+1 {{allocates 'memref<4xvector<4xf32>>' in a kernel, expected a static size and elements that are numbers}}
  %a = memref.alloca() : memref<4xvector<4xf32>>
  return
}

// -----

func.func @main(%exec: !rt.exec, %x: memref<4x8xf32>, %n: index) {
  rt.fork %exec, @k(%x : memref<4x8xf32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<4x8xf32>
  // expected-error @+1 {{accesses memory by 'vector<2x4xf32>', expected a vector of one axis}}
  %v = vector.load %x[%c0, %c0] : memref<4x8xf32>, vector<2x4xf32>
  return
}
