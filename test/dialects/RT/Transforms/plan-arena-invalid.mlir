// RUN: bitnet-opt %s --split-input-file --rt-plan-arena --verify-diagnostics

// expected-error @+1 {{has type '(index) -> ()', expected (!rt.exec) -> ()}}
func.func @main(%n: index) {
  return
}

// -----

func.func @main(%exec: !rt.exec) {
  %c4 = arith.constant 4 : index
  rt.parallel %exec (%begin to %end) in %c4 grain 1 {
    // expected-error @+1 {{allocates 65540 bytes in a parallel region, expected at most 65536}}
    %t = memref.alloc() : memref<16385xf32>
    rt.yield
  }
  return
}

// -----

func.func @main(%exec: !rt.exec) {
  %c4 = arith.constant 4 : index
  rt.parallel %exec (%begin to %end) in %c4 grain 1 {
    // expected-error @+1 {{allocates 'memref<?xf32>' in a parallel region, expected a static size}}
    %t = memref.alloc(%end) : memref<?xf32>
    rt.yield
  }
  return
}

// -----

func.func @main(%exec: !rt.exec) {
  // expected-error @+1 {{expected an identity layout and numbers as elements}}
  %t = memref.alloc() : memref<4x4xf32, strided<[1, 4]>>
  return
}

// -----

// The new value of #0 would be copied over what #1 is to become.
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %x = memref.alloc() : memref<16xf32>
  // expected-error @+1 {{yields iteration argument #0 as #1, expected each buffer in its place}}
  %r:2 = scf.for %i = %c0 to %c4 step %c1 iter_args(%h = %x, %g = %x) -> (memref<16xf32>, memref<16xf32>) {
    %new = memref.alloc() : memref<16xf32>
    memref.copy %h, %new : memref<16xf32> to memref<16xf32>
    scf.yield %new, %h : memref<16xf32>, memref<16xf32>
  }
  return
}
