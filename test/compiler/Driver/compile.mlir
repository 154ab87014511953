// RUN: rm -rf %t && mkdir %t
// RUN: bitnet-opt compile %s --emit=lib -o %t/a | FileCheck %s --check-prefix=SUMMARY
// RUN: bitnet-opt compile %s --emit=lib -o %t/b
// RUN: cmp %t/a.weights %t/b.weights
// RUN: llvm-nm -D --defined-only %t/liba.so | FileCheck %s --check-prefix=SYMBOLS
// RUN: llvm-readelf -d %t/liba.so | FileCheck %s --check-prefix=NEEDED
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/a.h
// RUN: ls %t | FileCheck %s --check-prefix=FILES
// RUN: bitnet-opt compile %s --emit=llvm --target=x86_64-linux-gnu+avx2 | FileCheck %s --check-prefix=LLVM
// RUN: bitnet-opt compile %s --emit=asm --target=aarch64-linux-gnu | FileCheck %s --check-prefix=ASM
// RUN: bitnet-opt compile %s --stop-after=lower | FileCheck %s --check-prefix=LOWER
// RUN: not bitnet-opt compile %s --emit=lib -o %t/no/such/folder/x 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not bitnet-opt compile %s --emit=lib --resource-dir=%t -o %t/c 2>&1 | FileCheck %s --check-prefix=RESOURCE
// RUN: not ls %t/c.weights
// RUN: mkdir %t/d && ln -s ../d %t/d/link
// RUN: not bitnet-opt compile %s --emit=lib -o %t/d/m --report=%t/d/./link/m.weights 2>&1 | FileCheck %s --check-prefix=OUTPUTS
// RUN: find %t/d -type f | count 0

// SUMMARY: code {{.*}}, weights 128 B
// SYMBOLS: bitnet_model_open
// SYMBOLS: bitnet_module
// NEEDED: NEEDED{{.*}}[libc.so.6]
// NEEDED-NOT: NEEDED
// HEADER: 0  x [n, 4], ONNX data type 1
// HEADER: extern const struct bitnet_module bitnet_module;
// FILES: a.h
// FILES-NEXT: a.weights
// FILES-NEXT: b.h
// FILES-NEXT: b.weights
// FILES-NEXT: liba.so
// FILES-NEXT: libb.so
// FILES-NOT: {{.}}
// OUTPUTS: m.weights: error: two outputs go there, expected a name for each
// LLVM: @bitnet_module = {{.*}}constant
// LLVM: "target-cpu"="x86-64" "target-features"="+ssse3,+sse4.1,+sse4.2,{{.*}}+avx,+avx2"
// ASM: bitnet_module
// LOWER: rt.parallel
// FOLDER: error: {{.*}}no/such/folder/x.weights: cannot write
// RESOURCE: error: cannot link: the runtime for x86_64 is not installed: no {{.*}}libbitnet-runtime.a

module attributes {
  bitnet.graph_inputs = [{name = "x", type = tensor<?x4xf32>, dims = ["n", ""]}],
  bitnet.graph_outputs = [{name = "y", type = tensor<?x4xf32>, dims = ["n", ""]}]} {
rt.global @gain : tensor<4xf32> = [dense<1.0> : tensor<4xf32>, dense<2.0> : tensor<4xf32>]
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %x = rt.input %exec[0] : memref<?x4xf32>
  %n = memref.dim %x, %c0 : memref<?x4xf32>
  %a = memref.alloc(%n) : memref<?x4xf32>
  memref.copy %x, %a : memref<?x4xf32> to memref<?x4xf32>
  %r = scf.for %l = %c0 to %c2 step %c1 iter_args(%h = %a) -> (memref<?x4xf32>) {
    %d = memref.dim %h, %c0 : memref<?x4xf32>
    %b = memref.alloc(%d) : memref<?x4xf32>
    %g = rt.get_global @gain[%l] exec %exec : memref<4xf32>
    rt.parallel %exec (%begin to %end) in %d grain 1 {
      %t = memref.alloc() : memref<4xf32>
      scf.for %i = %begin to %end step %c1 {
        scf.for %j = %c0 to %c4 step %c1 {
          %v = memref.load %h[%i, %j] : memref<?x4xf32>
          %w = memref.load %g[%j] : memref<4xf32>
          %p = arith.mulf %v, %w : f32
          memref.store %p, %t[%j] : memref<4xf32>
        }
        scf.for %j = %c0 to %c4 step %c1 {
          %p = memref.load %t[%j] : memref<4xf32>
          memref.store %p, %b[%i, %j] : memref<?x4xf32>
        }
      }
      rt.yield
    }
    scf.yield %b : memref<?x4xf32>
  }
  rt.output %exec[0], %r : memref<?x4xf32>
  return
}
}
