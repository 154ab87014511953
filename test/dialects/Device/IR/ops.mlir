// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// CHECK-LABEL: func @ops
func.func @ops(%exec: !rt.exec, %x: memref<?x4xf32>, %n: index) {
  // CHECK: device.dispatch %{{.+}}, 2 "norm"(%{{.+}}, %{{.+}} : memref<?x4xf32>, index) in %{{.+}}
  device.dispatch %exec, 2 "norm"(%x, %n : memref<?x4xf32>, index) in %n
  // CHECK: device.dispatch %{{.+}}, 0 "clear"() in %{{.+}}
  device.dispatch %exec, 0 "clear"() in %n
  // CHECK: device.await %{{.+}}
  device.await %exec
  return
}
