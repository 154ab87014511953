// RUN: bitnet-opt %s --lanes-to-threads --split-input-file | FileCheck %s
// RUN: bitnet-opt %s --lanes-to-threads --split-input-file --remarks-filter=device 2>&1 >/dev/null \
// RUN:   | FileCheck %s --check-prefix=REMARK

// An element for each of sixteen threads; the sum's folds are exchanges; one
// thread writes what is one number.
// CHECK-LABEL: func.func @main
//       CHECK:   rt.fork %{{.+}}, @sum({{.*}}) in %{{.+}} grain 1 {device.lanes = 16 : i64}
// CHECK-LABEL: func.func private @sum
//       CHECK:   %[[LANE:.+]] = device.lane
//       CHECK:   %[[ACC:.+]] = scf.for {{.*}} -> (f32)
//       CHECK:     %[[AT:.+]] = arith.addi %{{.+}}, %[[LANE]] : index
//       CHECK:     %[[X:.+]] = memref.load %{{.+}}[%[[AT]]] : memref<64xf32>
//       CHECK:     math.fma %[[X]], %[[X]], %{{.+}} : f32
//       CHECK:   device.pick %[[ACC]][%{{.+}}] of 16 : f32
//       CHECK:   %[[FIRST:.+]] = arith.cmpi eq
//       CHECK:   scf.if %[[FIRST]]
//  CHECK-NEXT:     memref.store
func.func @main(%exec: !rt.exec, %x: memref<64xf32>, %y: memref<1xf32>, %n: index) {
  rt.fork %exec, @sum(%x, %y : memref<64xf32>, memref<1xf32>) in %n grain 1
  return
}
func.func private @sum(%args: !llvm.ptr, %begin: index, %end: index) {
  %x, %y = rt.captures %args : !llvm.ptr -> memref<64xf32>, memref<1xf32>
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %acc = scf.for %k = %c0 to %c64 step %c16 iter_args(%s = %zero) -> (vector<16xf32>) {
    %v = vector.load %x[%k] : memref<64xf32>, vector<16xf32>
    %next = math.fma %v, %v, %s : vector<16xf32>
    scf.yield %next : vector<16xf32>
  }
  %low = vector.shuffle %acc, %acc [0, 1, 2, 3, 4, 5, 6, 7] : vector<16xf32>, vector<16xf32>
  %high = vector.shuffle %acc, %acc [8, 9, 10, 11, 12, 13, 14, 15] : vector<16xf32>, vector<16xf32>
  %eight = arith.addf %low, %high : vector<8xf32>
  %one = vector.extract %eight[0] : f32 from vector<8xf32>
  memref.store %one, %y[%c0] : memref<1xf32>
  return
}

// -----

// What other threads have written is read behind a wait, what they may still
// read is written behind one.
// CHECK-LABEL: func.func private @exchange
//       CHECK:   memref.load
//       CHECK:   device.sync
//       CHECK:   memref.store
//       CHECK:   device.sync
//       CHECK:   memref.load
//       CHECK:   device.sync
//       CHECK:   memref.store
func.func @main(%exec: !rt.exec, %x: memref<32xf32>, %n: index) {
  rt.fork %exec, @exchange(%x : memref<32xf32>) in %n grain 1
  return
}
func.func private @exchange(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> memref<32xf32>
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %v = vector.load %x[%c0] : memref<32xf32>, vector<16xf32>
  vector.store %v, %x[%c3] : memref<32xf32>, vector<16xf32>
  %w = vector.load %x[%c0] : memref<32xf32>, vector<16xf32>
  vector.store %w, %x[%c3] : memref<32xf32>, vector<16xf32>
  return
}

// -----

// Masks, two numbers of a thread, reversed lanes, words of narrow elements.
// CHECK-LABEL: func.func private @forms
//       CHECK:   scf.if %{{.+}} -> (f32)
//       CHECK:     memref.load
//       CHECK:   device.exchange %{{.+}} xor 15 : f32
//       CHECK:   llvm.load %{{.+}} {alignment = 2 : i64} : !llvm.ptr -> i32
func.func @main(%exec: !rt.exec, %x: memref<32xf32>, %h: memref<32xbf16>, %n: index) {
  rt.fork %exec, @forms(%x, %h : memref<32xf32>, memref<32xbf16>) in %n grain 1
  return
}
func.func private @forms(%args: !llvm.ptr, %begin: index, %end: index) {
  %x, %h = rt.captures %args : !llvm.ptr -> memref<32xf32>, memref<32xbf16>
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %mask = vector.create_mask %end : vector<16xi1>
  %v = vector.maskedload %x[%c0], %mask, %zero : memref<32xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
  %r = vector.shuffle %v, %v [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0] : vector<16xf32>, vector<16xf32>
  vector.maskedstore %x[%c0], %mask, %r : memref<32xf32>, vector<16xi1>, vector<16xf32>
  %halves = vector.load %h[%c0] : memref<32xbf16>, vector<32xbf16>
  %words = vector.bitcast %halves : vector<32xbf16> to vector<16xi32>
  %floats = vector.bitcast %words : vector<16xi32> to vector<16xf32>
  vector.store %floats, %x[%c0] : memref<32xf32>, vector<16xf32>
  return
}

// -----

// Of bits, a thread has one of a byte.
// CHECK-LABEL: func.func private @bits
//   CHECK-DAG:   %[[C8:.+]] = arith.constant 8 : index
//       CHECK:   arith.divui %{{.+}}, %[[C8]] : index
//       CHECK:   %[[BYTE:.+]] = llvm.load %{{.+}} {alignment = 1 : i64} : !llvm.ptr -> i8
//       CHECK:   %[[SHIFT:.+]] = arith.index_castui %{{.+}} : index to i8
//       CHECK:   %[[BITS:.+]] = arith.shrui %[[BYTE]], %[[SHIFT]] : i8
//       CHECK:   %[[BIT:.+]] = arith.trunci %[[BITS]] : i8 to i1
//       CHECK:   arith.select %[[BIT]]
func.func @main(%exec: !rt.exec, %x: memref<16xf32>, %m: memref<2xi8>, %n: index) {
  rt.fork %exec, @bits(%x, %m : memref<16xf32>, memref<2xi8>) in %n grain 1
  return
}
func.func private @bits(%args: !llvm.ptr, %begin: index, %end: index) {
  %x, %m = rt.captures %args : !llvm.ptr -> memref<16xf32>, memref<2xi8>
  %c0 = arith.constant 0 : index
  %zero = arith.constant dense<0.0> : vector<16xf32>
  %bytes = vector.load %m[%c0] : memref<2xi8>, vector<2xi8>
  %mask = vector.bitcast %bytes : vector<2xi8> to vector<16xi1>
  %v = vector.load %x[%c0] : memref<16xf32>, vector<16xf32>
  %kept = arith.select %mask, %v, %zero : vector<16xi1>, vector<16xf32>
  vector.store %kept, %x[%c0] : memref<16xf32>, vector<16xf32>
  return
}

// -----

// A vector of two axes has no such form: the part stays one thread.
// REMARK: lanes.mlir:[[#@LINE+13]]:8: remark: [Missed] LanesToThreads | Category:device | Because=vector.load, Kernel=axes, Threads=1
// CHECK-LABEL: func.func @main
//       CHECK:   rt.fork %{{.+}}, @axes({{.*}}) in %{{.+}} grain 1{{$}}
// CHECK-LABEL: func.func private @axes
//       CHECK:   vector.load %{{.+}} : memref<8x8xf32>, vector<8x8xf32>
//   CHECK-NOT:   device.
func.func @main(%exec: !rt.exec, %x: memref<8x8xf32>, %n: index) {
  rt.fork %exec, @axes(%x : memref<8x8xf32>) in %n grain 1
  return
}
func.func private @axes(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> memref<8x8xf32>
  %c0 = arith.constant 0 : index
  %v = vector.load %x[%c0, %c0] : memref<8x8xf32>, vector<8x8xf32>
  vector.store %v, %x[%c0, %c0] : memref<8x8xf32>, vector<8x8xf32>
  return
}

// -----

// A loop ends behind its condition: what is written there was not waited for,
// whatever an iteration does behind it.
// CHECK-LABEL: func.func @main
// CHECK-LABEL: func.func private @until
//       CHECK:   scf.while
//       CHECK:     device.sync
//       CHECK:     memref.store
//       CHECK:     scf.condition
//       CHECK:     device.sync
//       CHECK:     memref.load
//       CHECK:     scf.yield
//       CHECK:   device.sync
//       CHECK:   memref.load
func.func @main(%exec: !rt.exec, %x: memref<32xf32>, %n: index) {
  rt.fork %exec, @until(%x : memref<32xf32>) in %n grain 1
  return
}
func.func private @until(%args: !llvm.ptr, %begin: index, %end: index) {
  %x = rt.captures %args : !llvm.ptr -> memref<32xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant dense<0.0> : vector<16xf32>
  scf.while (%i = %c0, %v = %zero) : (index, vector<16xf32>) -> index {
    vector.store %v, %x[%i] : memref<32xf32>, vector<16xf32>
    %more = arith.cmpi slt, %i, %end : index
    scf.condition(%more) %i : index
  } do {
  ^bb0(%i: index):
    %next = arith.addi %i, %c1 : index
    %v = vector.load %x[%i] : memref<32xf32>, vector<16xf32>
    scf.yield %next, %v : index, vector<16xf32>
  }
  %w = vector.load %x[%c1] : memref<32xf32>, vector<16xf32>
  vector.store %w, %x[%c0] : memref<32xf32>, vector<16xf32>
  return
}

// -----

// Words of narrow elements, aligned as the load says, behind a pointer.
// CHECK-LABEL: func.func private @words
//       CHECK:   %[[BASE:.+]] = memref.extract_aligned_pointer_as_index
//       CHECK:   %[[WORD:.+]] = arith.index_cast %[[BASE]] : index to i64
//       CHECK:   %[[POINTER:.+]] = llvm.inttoptr %[[WORD]]
//       CHECK:   %[[AT:.+]] = llvm.getelementptr %[[POINTER]][%{{.+}}] : (!llvm.ptr, i64) -> !llvm.ptr, i8
//       CHECK:   llvm.load %[[AT]] {alignment = 4 : i64} : !llvm.ptr -> i32
func.func @main(%exec: !rt.exec, %x: memref<32xf32>, %h: memref<32xbf16>, %n: index) {
  rt.fork %exec, @words(%x, %h : memref<32xf32>, memref<32xbf16>) in %n grain 1
  return
}
func.func private @words(%args: !llvm.ptr, %begin: index, %end: index) {
  %x, %h = rt.captures %args : !llvm.ptr -> memref<32xf32>, memref<32xbf16>
  %c0 = arith.constant 0 : index
  %halves = vector.load %h[%c0] {alignment = 8 : i64} : memref<32xbf16>, vector<32xbf16>
  %words = vector.bitcast %halves : vector<32xbf16> to vector<16xi32>
  %floats = vector.bitcast %words : vector<16xi32> to vector<16xf32>
  vector.store %floats, %x[%c0] : memref<32xf32>, vector<16xf32>
  return
}
