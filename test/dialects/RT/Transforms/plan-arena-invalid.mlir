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
