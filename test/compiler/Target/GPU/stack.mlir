// A part's little memory is a stack, which AMD's GPUs have in an address space of its own.
// RUN: bitnet-opt compile %s --target=amdgcn-gfx90a --emit=kernels -o %t
// RUN: llvm-readelf -n %t.parallel.hsaco | FileCheck %s --check-prefix=AMD
// RUN: bitnet-opt compile %s --target=nvptx-sm_80 --emit=kernels -o %t
// RUN: FileCheck %s --input-file=%t.parallel.ptx
// AMD: .private_segment_fixed_size: {{[1-9]}}
// CHECK: .local .align
// CHECK: st.local
// CHECK: ld.local

module attributes {bitnet.graph_inputs = [{name = "x", type = tensor<?xf32>, dims = ["n"]}], bitnet.graph_outputs = [{name = "y", type = tensor<?xf32>, dims = ["n"]}]} {
func.func @main(%exec: !rt.exec) {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1 : index
  %X = rt.input %exec[0] : memref<?xf32>
  %n = memref.dim %X, %c0 : memref<?xf32>
  %Y = memref.alloc(%n) : memref<?xf32>
  rt.parallel %exec (%begin to %end) in %n grain 1 {
    %size = arith.constant 128 : index
    %last = arith.constant 127 : index
    %m = memref.alloca() : memref<128xf32>
    scf.for %i = %begin to %end step %one {
      %x = memref.load %X[%i] : memref<?xf32>
      %at = arith.andi %i, %last : index
      scf.for %k = %c0 to %size step %one {
        %f = arith.index_cast %k : index to i32
        %g = arith.sitofp %f : i32 to f32
        memref.store %g, %m[%k] : memref<128xf32>
      }
      memref.store %x, %m[%at] : memref<128xf32>
      %back = arith.subi %last, %at : index
      %y = memref.load %m[%back] : memref<128xf32>
      memref.store %y, %Y[%i] : memref<?xf32>
    }
    rt.yield
  }
  rt.output %exec[0], %Y : memref<?xf32>
  return
}
}
