// RUN: bitnet-opt %s --convert-rt-to-llvm --canonicalize --cse | FileCheck %s

// A run whose device has failed ends where it waits.
// CHECK-LABEL: func.func @bitnet_run(
//  CHECK-SAME:   %[[EXEC:.+]]: !llvm.ptr) -> i32
//   CHECK-DAG:   %[[OK:.+]] = llvm.mlir.constant(0 : i32)
//   CHECK-DAG:   %[[FAILED:.+]] = arith.constant 4 : i32
//       CHECK:   %[[AT:.+]] = llvm.getelementptr %[[EXEC]][120]
//       CHECK:   %[[AWAIT:.+]] = llvm.load %[[AT]]
//       CHECK:   %[[STATUS:.+]] = llvm.call %[[AWAIT]](%[[EXEC]]) : !llvm.ptr, (!llvm.ptr) -> i32
//       CHECK:   %[[ENDS:.+]] = llvm.icmp "ne" %[[STATUS]], %[[OK]]
//       CHECK:   cf.cond_br %[[ENDS]], ^[[LEAVE:.+]], ^[[REST:.+]]
//       CHECK: ^[[REST]]:
//       CHECK:   memref.store
//       CHECK: ^[[LEAVE]]:
//  CHECK-NEXT:   return %[[FAILED]]
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %f = arith.constant 1.0 : f32
  %x = rt.input %exec[0] : memref<4xf32>
  device.dispatch %exec, 0 "k"(%x : memref<4xf32>) in %c4
  device.await %exec
  memref.store %f, %x[%c0] : memref<4xf32>
  return
}
