// Models for other CPUs are linked with what their folder of lib/bitnet has, and
// with the C library of Debian's cross compiler.
// RUN: rm -rf %t && mkdir %t
// RUN: bitnet-opt compile %s --target=aarch64-linux-gnu --emit=lib -o %t/a64
// RUN: llvm-readelf -h -d %t/liba64.so | FileCheck %s --check-prefix=A64
// A64: Machine: AArch64
// A64: NEEDED{{.*}}[libc.so.6]
// A64-NOT: NEEDED
// RUN: bitnet-opt compile %s --target=riscv64-linux-gnu --emit=lib -o %t/rv64
// RUN: llvm-readelf -h -d %t/librv64.so | FileCheck %s --check-prefix=RV64
// RV64: Machine: RISC-V
// RV64: Flags: {{.*}}RVC, double-float ABI
// RV64: NEEDED{{.*}}[libc.so.6]
// RV64-NOT: NEEDED

// Executables name the loader of their CPU.
// RUN: bitnet-opt compile %s --target=aarch64-linux-gnu -o %t/a64
// RUN: llvm-readelf -l %t/a64 | FileCheck %s --check-prefix=A64-EXE
// A64-EXE: [Requesting program interpreter: /lib/ld-linux-aarch64.so.1]
// RUN: bitnet-opt compile %s --target=riscv64-linux-gnu -o %t/rv64
// RUN: llvm-readelf -l %t/rv64 | FileCheck %s --check-prefix=RV64-EXE
// RV64-EXE: [Requesting program interpreter: /lib/ld-linux-riscv64-lp64d.so.1]

// They refuse a CPU that lacks what they were compiled for, by its name.
// RUN: qemu-aarch64 -cpu cortex-a53 -L /usr/aarch64-linux-gnu %t/a64 invoke --list | FileCheck %s --check-prefix=LIST
// RUN: qemu-riscv64 -L /usr/riscv64-linux-gnu %t/rv64 invoke --list | FileCheck %s --check-prefix=LIST
// LIST: x
// RUN: bitnet-opt compile %s --target=aarch64-i8mm -o %t/i8mm
// RUN: not qemu-aarch64 -cpu cortex-a53 -L /usr/aarch64-linux-gnu %t/i8mm invoke --list 2>&1 | FileCheck %s --check-prefix=NO-I8MM
// RUN: qemu-aarch64 -cpu max -L /usr/aarch64-linux-gnu %t/i8mm invoke --list | FileCheck %s --check-prefix=LIST
// NO-I8MM: dotprod, i8mm
// RUN: bitnet-opt compile %s --target=riscv64-rvv256 -o %t/rvv256
// RUN: not qemu-riscv64 -cpu rv64 -L /usr/riscv64-linux-gnu %t/rvv256 invoke --list 2>&1 | FileCheck %s --check-prefix=NO-V
// RUN: not qemu-riscv64 -cpu rv64,v=true,vext_spec=v1.0,vlen=128 -L /usr/riscv64-linux-gnu %t/rvv256 invoke --list 2>&1 | FileCheck %s --check-prefix=SHORT
// RUN: qemu-riscv64 -cpu rv64,v=true,vext_spec=v1.0,vlen=256 -L /usr/riscv64-linux-gnu %t/rvv256 invoke --list | FileCheck %s --check-prefix=LIST
// NO-V: v, zvl256b
// SHORT: zvl256b

// Nothing is linked for others, nor without their folder.
// RUN: not bitnet-opt compile %s --target=powerpc64le-linux-gnu --emit=lib -o %t/ppc 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: error: cannot link for powerpc64le-unknown-linux-gnu, expected Linux on x86-64, AArch64 or RISC-V; use --emit=obj
// RUN: not bitnet-opt compile %s --target=riscv64-linux-gnu --resource-dir=%t -o %t/none 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: cannot link: the runtime for riscv64 is not installed: no {{.*}}riscv64/bitnet-main.o

// Only features that the runtime checks.
// RUN: not bitnet-opt compile %s --target=riscv64-linux-gnu+zbb -o %t/zbb 2>&1 | FileCheck %s --check-prefix=ZBB
// ZBB: error: feature 'zbb' is not used by this compiler: the runtime cannot check it

module attributes {
  bitnet.graph_inputs = [{name = "x", type = tensor<?x4xf32>, dims = ["n", ""]}],
  bitnet.graph_outputs = [{name = "y", type = tensor<?x4xf32>, dims = ["n", ""]}]} {
func.func @main(%exec: !rt.exec) {
  %x = rt.input %exec[0] : memref<?x4xf32>
  rt.output %exec[0], %x : memref<?x4xf32>
  return
}
}
