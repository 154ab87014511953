// RUN: bitnet-opt compile %s --target=spirv-vulkan1.3 --emit=llvm -O0 | FileCheck %s
// RUN: bitnet-opt compile %s --target=nvptx-sm_80 --emit=llvm -O0 | FileCheck %s

// A kernel is dispatched by its number, which is its place among the module's:
// that of its first fork, wherever its function stood.
// CHECK-DAG: @[[PRODUCT:[0-9]+]] = private unnamed_addr constant [8 x i8] c"product\00"
// CHECK-DAG: @[[SUM:[0-9]+]] = private unnamed_addr constant [4 x i8] c"sum\00"
//     CHECK: constant [2 x { {{.*}} }] [{ {{.*}} } { ptr @[[PRODUCT]], {{.*}} { ptr @[[SUM]],
module attributes {bitnet.graph_inputs = [], bitnet.graph_outputs = [{name = "y", type = tensor<4xf32>, dims = [""]}]} {
  func.func private @sum(%args: !llvm.ptr, %begin: index, %end: index) {
    %x = rt.captures %args : !llvm.ptr -> memref<4xf32>
    %a = memref.load %x[%begin] : memref<4xf32>
    %b = arith.addf %a, %a : f32
    memref.store %b, %x[%begin] : memref<4xf32>
    return
  }
  func.func private @product(%args: !llvm.ptr, %begin: index, %end: index) {
    %x = rt.captures %args : !llvm.ptr -> memref<4xf32>
    %a = memref.load %x[%begin] : memref<4xf32>
    %b = arith.mulf %a, %a : f32
    memref.store %b, %x[%begin] : memref<4xf32>
    return
  }
  func.func @main(%exec: !rt.exec) {
    %n = arith.constant 4 : index
    %y = memref.alloc() : memref<4xf32>
    rt.fork %exec, @product(%y : memref<4xf32>) in %n grain 1
    rt.fork %exec, @sum(%y : memref<4xf32>) in %n grain 1
    rt.output %exec[0], %y : memref<4xf32>
    return
  }
}
