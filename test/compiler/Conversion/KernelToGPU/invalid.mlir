// RUN: bitnet-opt %s --kernel-to-gpu --split-input-file --verify-diagnostics

func.func @main(%exec: !rt.exec, %x: memref<4xf32>, %n: index) {
  rt.fork %exec, @k(%x : memref<4xf32>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<4xf32>
  %a = memref.load %x[%c0] : memref<4xf32>
  // expected-error @+1 {{'math.exp' op has no exact form on a GPU}}
  %b = math.exp %a : f32
  memref.store %b, %x[%c0] : memref<4xf32>
  return
}

// -----

func.func @main(%exec: !rt.exec, %x: memref<4xf16>, %n: index) {
  rt.fork %exec, @k(%x : memref<4xf16>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<4xf16>
  %a = memref.load %x[%c0] : memref<4xf16>
  // expected-error @+1 {{'math.fma' op has no exact form on a GPU}}
  %b = math.fma %a, %a, %a : f16
  return
}

// -----

func.func @main(%exec: !rt.exec, %x: memref<4xbf16>, %n: index) {
  rt.fork %exec, @k(%x : memref<4xbf16>) in %n grain 1
  return
}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %x = rt.captures %args : !llvm.ptr -> memref<4xbf16>
  %a = memref.load %x[%c0] : memref<4xbf16>
  // expected-error @+1 {{'arith.addf' op has no exact form on a GPU}}
  %b = arith.addf %a, %a : bf16
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
// expected-error @+1 {{has branches between blocks, expected structured control flow}}
func.func private @k(%args: !llvm.ptr, %begin: index, %end: index) {
  cf.br ^end
^end:
  return
}
