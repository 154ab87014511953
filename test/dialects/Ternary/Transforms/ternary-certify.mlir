// RUN: bitnet-opt %s --ternary-certify --split-input-file --verify-diagnostics

// Additions under masks, look-ups and addresses.
func.func @adds_only(%exec: !rt.exec, %n: index, %x: memref<?xi8>, %sums: memref<?xi32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_masked_planes_rows"} {
    %c64 = arith.constant 64 : index
    %at = arith.muli %begin, %c64 : index
    %code = memref.load %x[%at] : memref<?xi8>
    %wide = arith.extsi %code : i8 to i32
    %sum = arith.addi %wide, %wide : i32
    memref.store %sum, %sums[%at] : memref<?xi32>
    rt.yield
  }
  return
}

// -----

func.func @integer_product(%exec: !rt.exec, %n: index, %x: memref<?xi8>, %w: memref<?xi8>, %sums: memref<?xi32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_masked_planes_rows"} {
    %a = memref.load %x[%begin] : memref<?xi8>
    %b = memref.load %w[%begin] : memref<?xi8>
    %c = arith.extsi %a : i8 to i32
    %d = arith.extsi %b : i8 to i32
    // expected-error @+1 {{multiplies integers that are no addresses}}
    %p = arith.muli %c, %d : i32
    memref.store %p, %sums[%begin] : memref<?xi32>
    rt.yield
  }
  return
}

// -----

func.func @float_product_of_codes(%exec: !rt.exec, %n: index, %x: memref<?xi8>, %w: memref<?xi8>, %out: memref<?xf32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    %a = memref.load %x[%begin] : memref<?xi8>
    %b = memref.load %w[%begin] : memref<?xi8>
    %c = arith.sitofp %a : i8 to f32
    %d = arith.sitofp %b : i8 to f32
    // The mark alone does not make it right.
    // expected-error @+1 {{multiplies two values that were integers, expected a sum and a scale}}
    %p = arith.mulf %c, %d {ternary.rescale} : f32
    memref.store %p, %out[%begin] : memref<?xf32>
    rt.yield
  }
  return
}

// -----

func.func @unmarked_float_product(%exec: !rt.exec, %n: index, %s: memref<?xf32>, %out: memref<?xf32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    %a = memref.load %s[%begin] : memref<?xf32>
    // expected-error @+1 {{multiplies floats before the sum is finished, expected only products marked ternary.rescale}}
    %p = arith.mulf %a, %a : f32
    memref.store %p, %out[%begin] : memref<?xf32>
    rt.yield
  }
  return
}

// -----

func.func @rescale(%exec: !rt.exec, %n: index, %sums: memref<?xi32>, %s: memref<?xf32>, %out: memref<?xf32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    %a = memref.load %s[%begin] : memref<?xf32>
    %i = memref.load %sums[%begin] : memref<?xi32>
    %f = arith.sitofp %i : i32 to f32
    %q = arith.divf %f, %a : f32
    %p = arith.mulf %q, %a {ternary.rescale} : f32
    memref.store %p, %out[%begin] : memref<?xf32>
    rt.yield
  }
  return
}

// -----

func.func @dot_product_intrinsic(%exec: !rt.exec, %n: index, %acc: vector<16xi32>, %x: vector<64xi8>, %out: memref<16xi32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    // expected-error @+1 {{calls intrinsic llvm.x86.avx512.vpdpbusd.512, which is not known to be free of products}}
    %r = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"(%acc, %x, %x) : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
    %c0 = arith.constant 0 : index
    vector.store %r, %out[%c0] : memref<16xi32>, vector<16xi32>
    rt.yield
  }
  return
}

// -----

func.func @shift_by_a_weight(%exec: !rt.exec, %n: index, %x: memref<?xi32>, %w: memref<?xi32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    %a = memref.load %x[%begin] : memref<?xi32>
    %b = memref.load %w[%begin] : memref<?xi32>
    // expected-error @+1 {{shifts by a value that is not constant}}
    %p = arith.shli %a, %b : i32
    memref.store %p, %x[%begin] : memref<?xi32>
    rt.yield
  }
  return
}

// -----

func.func @multiplying_reduction(%exec: !rt.exec, %n: index, %v: vector<4xi32>, %x: memref<?xi32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    // expected-error @+1 {{multiplies the lanes of a vector}}
    %p = vector.reduction <mul>, %v : vector<4xi32> into i32
    memref.store %p, %x[%begin] : memref<?xi32>
    rt.yield
  }
  return
}

// -----

func.func @fused_product(%exec: !rt.exec, %n: index, %v: vector<4xf32>, %x: memref<4xf32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    // expected-error @+1 {{multiplies, expected additions, subtractions, masks and look-ups}}
    %p = vector.fma %v, %v, %v : vector<4xf32>
    %c0 = arith.constant 0 : index
    vector.store %p, %x[%c0] : memref<4xf32>, vector<4xf32>
    rt.yield
  }
  return
}

// -----

func.func private @f()
func.func @unknown_op(%exec: !rt.exec, %n: index) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    // expected-error @+1 {{is not known to be free of products}}
    func.call @f() : () -> ()
    rt.yield
  }
  return
}

// -----

func.func @data_as_an_address(%exec: !rt.exec, %n: index, %x: memref<?xi8>, %w: memref<?xi8>, %sums: memref<?xindex>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "bitlinear_rows"} {
    %a = memref.load %x[%begin] : memref<?xi8>
    %b = memref.load %w[%begin] : memref<?xi8>
    %c = arith.index_cast %a : i8 to index
    %d = arith.index_cast %b : i8 to index
    // expected-error @+1 {{multiplies data as if it were an address}}
    %p = arith.muli %c, %d : index
    memref.store %p, %sums[%begin] : memref<?xindex>
    rt.yield
  }
  return
}

// -----

// Other regions may multiply.
func.func @not_a_bitlinear(%exec: !rt.exec, %n: index, %s: memref<?xf32>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "quantize"} {
    %a = memref.load %s[%begin] : memref<?xf32>
    %p = arith.mulf %a, %a : f32
    memref.store %p, %s[%begin] : memref<?xf32>
    rt.yield
  }
  return
}

// -----

// Weights are unpacked by any arithmetic, because nothing else is read.
rt.global @w : tensor<64xi8> = [dense<0> : tensor<64xi8>]
func.func @unpacks_weights(%exec: !rt.exec, %n: index, %planes: memref<?xi8>) {
  %w = rt.get_global @w exec %exec : memref<64xi8>
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "ternary_unpack_quints"} {
    %c3 = arith.constant 3 : i8
    %byte = memref.load %w[%begin] : memref<64xi8>
    %trit = arith.remui %byte, %c3 : i8
    memref.store %trit, %planes[%begin] : memref<?xi8>
    rt.yield
  }
  return
}

// -----

func.func @unpacks_activations(%exec: !rt.exec, %n: index, %x: memref<?xi8>, %planes: memref<?xi8>) {
  rt.parallel %exec (%begin to %end) in %n grain 1 attributes {kernel = "ternary_unpack_quints"} {
    // expected-error @+1 {{reads more than weights in a region that unpacks them}}
    %byte = memref.load %x[%begin] : memref<?xi8>
    memref.store %byte, %planes[%begin] : memref<?xi8>
    rt.yield
  }
  return
}
