// Code for several CPUs in one artefact, and one set of weights.
// REQUIRES: x86_64
// DEFINE: %{old} = qemu-x86_64 -cpu Nehalem
// DEFINE: %{haswell} = qemu-x86_64 -cpu Haswell
// DEFINE: %{several} = --target=x86-avx512vbmi,x86-ssse3,x86-avx2
// RUN: rm -rf %t && mkdir %t
// RUN: bitnet-opt compile %s %{several} --emit=lib --certify -o %t/m | FileCheck %s --check-prefixes=CERTIFY,SUMMARY
// RUN: bitnet-opt compile %s --target=x86-ssse3 --layout=pairs --emit=lib -o %t/one
// RUN: cmp %t/m.weights %t/one.weights
// RUN: llvm-nm -D --defined-only %t/libm.so | FileCheck %s --check-prefix=SYMBOLS
// RUN: FileCheck %s --check-prefix=HEADER --input-file=%t/m.h
// RUN: bitnet-opt certify %t/libm.so | FileCheck %s --check-prefix=CERTIFY

// The same bytes whatever the order of the list, and twice.
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi,x86-ssse3 --emit=lib -o %t/n
// RUN: bitnet-opt compile %s %{several} --emit=obj -o %t/a.o
// RUN: bitnet-opt compile %s --target=x86-ssse3,x86-avx2,x86-avx512vbmi --emit=obj -o %t/b.o
// RUN: cmp %t/a.weights %t/n.weights
// RUN: llvm-nm %t/a.o | FileCheck %s --check-prefix=OBJECT

// The best that the CPU has everything for is taken.
// RUN: bitnet-opt compile %s %{several} -o %t/exe
// RUN: %{old} %t/exe invoke --list | FileCheck %s --check-prefix=SSSE3
// RUN: %{haswell} %t/exe invoke --list 2>/dev/null | FileCheck %s --check-prefix=AVX2
// RUN: env BITNET_TARGET=x86-ssse3 %{haswell} %t/exe invoke --list 2>/dev/null | FileCheck %s --check-prefix=SSSE3
// RUN: env BITNET_TARGET= %{haswell} %t/exe invoke --list 2>/dev/null | FileCheck %s --check-prefix=AVX2
// RUN: env BITNET_TARGET=x86-avx2 bitnet-run %t/m invoke --list | FileCheck %s --check-prefix=AVX2
// RUN: not env BITNET_TARGET=x86-avx2 %{old} %t/exe invoke --list 2>&1 | FileCheck %s --check-prefix=CANNOT
// RUN: not env BITNET_TARGET=x86-avx512bw %t/exe invoke --list 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not env BITNET_TARGET=native bitnet-run %t/one invoke --list 2>&1 | FileCheck %s --check-prefix=ONE
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi -o %t/new
// RUN: not %{old} %t/new invoke --list 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: bitnet-opt compile %s --target=x86-avx2 -o %t/new
// RUN: not %{old} %t/new invoke --list 2>&1 | FileCheck %s --check-prefix=HINT

// What is printed: once what all share, from phase lower on one module for each.
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --stop-after=bufferize | FileCheck %s --check-prefix=SHARED
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --stop-after=lower -o %t/lower.mlir
// RUN: FileCheck %s --check-prefix=LOWER --input-file=%t/lower.mlir
// RUN: bitnet-opt --split-input-file %t/lower.mlir | FileCheck %s --check-prefix=PARSED
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --emit=mlir | FileCheck %s --check-prefix=LOWER
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --stop-after=codegen | FileCheck %s --check-prefix=CODEGEN
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --emit=llvm | FileCheck %s --check-prefix=LLVM
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --emit=asm | FileCheck %s --check-prefix=ASM
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --print-schedule | FileCheck %s --check-prefix=SCHEDULES
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --emit=lib -o %t/r --report=%t/r.json
// RUN: %python -m json.tool %t/r.json > %t/null
// RUN: bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --print-schedule | %python -m json.tool > %t/null

// By triple and features too; a comma before a feature belongs to it.
// RUN: bitnet-opt compile %s --target=x86_64-linux-gnu+avx2,+fma,-bmi2,x86_64-linux-gnu --emit=lib -o %t/t | FileCheck %s --check-prefix=TRIPLES
// What is of another vendor.
// RUN: bitnet-opt compile %s --target=x86_64-pc-linux-gnu+avx2,x86-ssse3 --emit=obj -o %t/vendor.o 2>&1 | FileCheck %s --check-prefix=VENDOR

// What cannot be.
// RUN: not bitnet-opt compile %s --target=x86-avx2,aarch64-neon 2>&1 | FileCheck %s --check-prefix=ARCHITECTURES
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-avx2 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: not bitnet-opt compile %s --target=x86-avx2,spirv-vulkan1.3 2>&1 | FileCheck %s --check-prefix=DEVICE
// RUN: not bitnet-opt compile %s --target=powerpc64le-linux-gnu,powerpc64le-linux-gnu 2>&1 | FileCheck %s --check-prefix=OTHER
// RUN: not bitnet-opt compile %s --target=x86-avx2, 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: not bitnet-opt compile %s --target=generic,x86-avx2 2>&1 | FileCheck %s --check-prefix=GENERIC
// RUN: not bitnet-opt compile %s --target=generic 2>&1 | FileCheck %s --check-prefix=GENERIC
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-ssse3 -mcpu=znver4 2>&1 | FileCheck %s --check-prefix=MCPU
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-ssse3 --tune=%t/x 2>&1 | FileCheck %s --check-prefix=TUNE
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-ssse3 --schedule=%t/x 2>&1 | FileCheck %s --check-prefix=SCHEDULE
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-ssse3 --report=%t/x.html 2>&1 | FileCheck %s --check-prefix=PAGE
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-ssse3 --emit=kernels 2>&1 | FileCheck %s --check-prefix=KERNELS
// RUN: not bitnet-opt compile %s --target=x86-avx2,x86-avx512vbmi --layout=quints 2>&1 | FileCheck %s --check-prefix=QUINTS

//    VENDOR-NOT: warning
//        VENDOR: code for
//       CERTIFY: certificate: {{[0-9]+}} BitLinear kernels, no multiplication by a weight in any
//   CERTIFY-DAG:   bitlinear_{{[a-z0-9_]+}}.x86-ssse3: {{[0-9]+}} instructions
//   CERTIFY-DAG:   bitlinear_{{[a-z0-9_]+}}.x86-avx2: {{[0-9]+}} instructions
//   CERTIFY-DAG:   bitlinear_{{[a-z0-9_]+}}.x86-avx512vbmi: {{[0-9]+}} instructions
//       SUMMARY: bits per weight, code for x86-ssse3, x86-avx2, x86-avx512vbmi {{[0-9.]+}} kB, weights
//   SYMBOLS-NOT: bitnet_module.
//       SYMBOLS: bitnet_module{{$}}
//   SYMBOLS-NOT: bitnet_module.
//        HEADER: /// Compiled model 'm' for x86_64-unknown-linux-gnu x86-64-v2 +ssse3{{.*}}, or
//   HEADER-NEXT: /// x86_64-unknown-linux-gnu x86-64-v3 +ssse3{{.*}}, or
//   HEADER-NEXT: /// x86_64-unknown-linux-gnu x86-64-v4 +ssse3{{.*}}avx512vbmi.
//        OBJECT: D bitnet_module
//         SSSE3: code for x86-ssse3
//          AVX2: code for x86-avx2
//        CANNOT: error: 'exe' cannot run its code for target 'x86-avx2': this CPU lacks avx2, fma, f16c, bmi2, avx
//       UNKNOWN: error: 'exe' has no code for target 'x86-avx512bw', expected x86-ssse3, x86-avx2, x86-avx512vbmi
//           ONE: error: 'one' has no code for target 'native', expected x86-ssse3
//          NONE: error: 'new' has no code that this CPU runs: x86-avx2 needs avx2, fma, f16c, bmi2, avx; x86-avx512vbmi needs avx2, {{.*}}avx512vbmi{{.*}}; compile it with an older target, too
//          HINT: error: 'new' was compiled for x86_64-unknown-linux-gnu x86-64-v3 {{.*}}, but this CPU lacks avx2, fma, f16c, bmi2, avx; compile it for this machine, with an older target, or for several with a list such as --target=x86-avx2,x86-avx512vbmi

//    SHARED-NOT: // target
//        SHARED: bitnet.targets = [{facts = {{.*}} name = "x86-avx2"}, {{.*}} name = "x86-avx512vbmi"}]
//        SHARED: ternary.linear {{.*}}layout = #ternary.layout<pairs, rows = 64>
//    SHARED-NOT: strategy
//         LOWER: // target x86-avx2
//         LOWER: rt.parallel {{.*}}bitlinear_
//         LOWER: // -----
//    LOWER-NEXT: // target x86-avx512vbmi
//         LOWER: rt.parallel {{.*}}bitlinear_
//        PARSED: avx512vbmi = false
//        PARSED: avx512vbmi = true
//       CODEGEN: // target x86-avx2
//       CODEGEN: llvm.func
//       CODEGEN: // target x86-avx512vbmi
//       CODEGEN: llvm.func
//      LLVM-DAG: @bitnet_module = {{.*}}constant
//      LLVM-DAG: @{{"?}}bitnet_module.x86-avx512vbmi{{"?}} = internal {{.*}}constant
//      LLVM-DAG: define internal {{.*}}@{{"?}}bitnet_run.x86-avx2{{"?}}(
//      LLVM-DAG: define internal {{.*}}@{{"?}}bitnet_run.x86-avx512vbmi{{"?}}(
//           ASM: {{"?}}bitnet_run.x86-avx2{{"?}}:
//       ASM-NOT: zmm
//           ASM: {{"?}}bitnet_run.x86-avx512vbmi{{"?}}:
//           ASM: zmm
//     SCHEDULES: [
//     SCHEDULES: "target": "x86-avx2"
//     SCHEDULES: "layout": "pairs", "rows": 64, "tile": {{.*}}"tokens": 16
//     SCHEDULES: "target": "x86-avx512vbmi"
//     SCHEDULES: "layout": "pairs", "rows": 64, "tile": {{.*}}"tokens": 32
//       TRIPLES: code for x86_64-linux-gnu, x86_64-linux-gnu+avx2,+fma,-bmi2 {{[0-9.]+}} kB
// ARCHITECTURES: error: targets 'x86-avx2' and 'aarch64-neon' are of x86_64-unknown-linux-gnu and aarch64-unknown-linux-gnu, expected one architecture and system
//         TWICE: error: targets 'x86-avx2' and 'x86-avx2' need the same of a CPU, expected one of them
//        DEVICE: error: target 'spirv-vulkan1.3' is one of several, expected it alone: a list is of CPUs
//         OTHER: error: target 'powerpc64le-linux-gnu' is one of several, but the runtime cannot tell its CPUs apart, expected x86-64, AArch64 or RISC-V
//         EMPTY: error: unknown target ''
//       GENERIC: error: target 'generic' is of no architecture: kernels alone have it; expected a triple, whose code all of its CPUs run, such as x86_64-linux-gnu, aarch64-linux-gnu
//          MCPU: error: -mcpu and -mattr are of one target, but --target has 2; write features behind a triple, as in x86_64-linux-gnu+avx2
//          TUNE: error: --tune is of one target, but --target has 2, expected one of them, or --strategy and --layout, which are of all
//      SCHEDULE: error: --schedule is of one target, but --target has 2, expected
//          PAGE: error: --report=FILE.html is of one target, but --target has 2, expected one of them, or a report of text or .json, which is of all
//       KERNELS: error: target 'x86-avx2,x86-ssse3' has no kernels of a device
//        QUINTS: error: no layout 'quints' has kernels for every target: 'lookup' on x86-avx2 needs tables of 128 bytes (avx512vbmi), which the target lacks
func.func @main(%q: tensor<?x12xi8> {onnx.name = "q", onnx.dims = ["n", ""]}, %s: tensor<?x1xf32> {onnx.name = "s", onnx.dims = ["n", ""]},
                %ws: tensor<1xf32> {onnx.name = "ws", onnx.dims = [""]}) -> (tensor<?x8xf32> {onnx.name = "y", onnx.dims = ["n", ""]}) {
  %w = ternary.constant dense<36> : tensor<24xi8> as tensor<8x12x!ternary.trit>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x12xi8>, tensor<?x1xf32> weights(tensor<8x12x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
