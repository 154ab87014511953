// RUN: bitnet-opt %s --rt-assign-weights --convert-rt-to-llvm --canonicalize --cse | FileCheck %s

rt.global @gain : tensor<4xf32> = [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
rt.kv_cache @keys : tensor<?x2x?x8xf32> inputs [1, 3] outputs [1, 3]
rt.kv_cache @values : tensor<?x2x?x8xf32> inputs [2, 4] outputs [2, 4]

// The function gives a status; it is the run of bitnet_module.
// CHECK-NOT: rt.
// CHECK-LABEL: func.func @bitnet_run(
//  CHECK-SAME:   %[[EXEC:.+]]: !llvm.ptr) -> i32 attributes {llvm.linkage = #llvm.linkage<internal>}
//   CHECK-DAG:   %[[SECOND:.+]] = llvm.mlir.constant(2 : i64)
//   CHECK-DAG:   %[[OK:.+]] = arith.constant 0 : i32
//   CHECK-DAG:   %[[NO_MEMORY:.+]] = arith.constant 1 : i32
//   CHECK-DAG:   %[[BAD_SHAPE:.+]] = arith.constant 3 : i32
func.func @main(%exec: !rt.exec) {
  %c1 = arith.constant 1 : index
  // Inputs are the third field of bitnet_exec; the second input lies behind
  // one bitnet_buffer of 72 bytes.
  // CHECK: %[[AT:.+]] = llvm.getelementptr %[[EXEC]][16]
  // CHECK: %[[INPUTS:.+]] = llvm.load %[[AT]] : !llvm.ptr -> !llvm.ptr
  // CHECK: llvm.getelementptr %[[INPUTS]][72]
  %x = rt.input %exec[1] : memref<?xf32>
  // Layer 1 of @gain: 64 bytes behind its start.
  // CHECK: llvm.load %[[EXEC]] : !llvm.ptr -> !llvm.ptr
  %g = rt.get_global @gain[%c1] exec %exec : memref<4xf32>
  // @values begins at the third cache.
  // CHECK: %[[KV:.+]] = llvm.getelementptr %[[EXEC]][32]
  // CHECK: %[[TABLE:.+]] = llvm.load %[[KV]]
  // CHECK: %[[POSITION:.+]] = llvm.add %{{.+}}, %[[SECOND]]
  // CHECK: llvm.getelementptr %[[TABLE]][%[[POSITION]]] : (!llvm.ptr, i64) -> !llvm.ptr, !llvm.ptr
  %v = rt.kv %exec, @values[%c1] : memref<?x2x?x8xf32>
  // CHECK: llvm.getelementptr %[[EXEC]][56]
  %p = rt.past_length %exec : index
  // CHECK: llvm.getelementptr %[[EXEC]][64]
  %r = rt.logit_rows %exec
  %bad = arith.cmpi eq, %p, %r : index
  // CHECK: cf.cond_br %{{.+}}, ^[[FAIL:.+]], ^[[GOOD:.+]]
  rt.fail_if %bad status 3
  // CHECK: ^[[GOOD]]:
  // CHECK: %[[MEMORY:.+]] = llvm.call %{{.+}}(%[[EXEC]], %{{.+}})
  // CHECK: %[[NULL:.+]] = llvm.icmp "eq" %[[MEMORY]]
  // CHECK: cf.cond_br %[[NULL]], ^[[OUT:.+]], ^[[REST:.+]]
  %m = rt.allocate %exec, %p : memref<?xi8>
  // CHECK: ^[[REST]]:
  // CHECK: llvm.getelementptr %[[EXEC]][24]
  // CHECK: return %[[OK]]
  rt.output %exec[0], %x : memref<?xf32>
  rt.output %exec[1], %m : memref<?xi8>
  rt.output %exec[2], %g : memref<4xf32>
  rt.output %exec[3], %v : memref<?x2x?x8xf32>
  // CHECK: ^[[FAIL]]:
  // CHECK: return %[[BAD_SHAPE]]
  // CHECK: ^[[OUT]]:
  // CHECK: return %[[NO_MEMORY]]
  return
}

// CHECK-LABEL: func.func @bitnet_arena_bytes(
func.func @arena_bytes(%exec: !rt.exec) -> i64 {
  %c = arith.constant 64 : i64
  return %c : i64
}

// The structure of captures is taken from the stack once, on entry.
// CHECK-LABEL: func.func @forks(
//       CHECK:   %[[ARGS:.+]] = llvm.alloca %{{.+}} x !llvm.struct<(i64, f32)>
//       CHECK:   scf.for
//   CHECK-NOT:     llvm.alloca
//       CHECK:     llvm.call %{{.+}}(%{{.+}}, %{{.+}}, %[[ARGS]], %{{.+}}, %{{.+}}) : !llvm.ptr, (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64) -> ()
func.func @forks(%exec: !rt.exec, %n: index, %v: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    rt.fork %exec, @body(%i, %v : index, f32) in %n grain 2
  }
  return
}
func.func private @body(%args: !llvm.ptr, %begin: index, %end: index) {
  %i, %v = rt.captures %args : !llvm.ptr -> index, f32
  return
}
