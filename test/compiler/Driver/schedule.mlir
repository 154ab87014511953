// What is printed is taken again, unchanged; results do not depend on it.
// RUN: bitnet-opt compile %s -mcpu=x86-64-v3 --target=x86_64-linux-gnu --print-schedule -o %t.json
// RUN: FileCheck %s --check-prefix=PRINTED --input-file=%t.json
// RUN: bitnet-opt compile %s -mcpu=x86-64-v3 --target=x86_64-linux-gnu --schedule=%t.json --print-schedule | cmp - %t.json
// RUN: bitnet-opt compile %s --target=x86-avx2 --schedule=%t.json --stop-after=plan | FileCheck %s --check-prefix=PLAN
// RUN: bitnet-opt compile %s --target=x86_64-linux-gnu --strategy=masked --print-schedule | FileCheck %s --check-prefix=GENERIC
// RUN: not bitnet-opt compile %s --target=x86-avx512bw --schedule=%t.json --print-schedule 2>&1 | FileCheck %s --check-prefix=FOREIGN
// RUN: not bitnet-opt compile %s --tune=%t.a --schedule=%t.json 2>&1 | FileCheck %s --check-prefix=BOTH
// RUN: not bitnet-opt compile %s --target=riscv64-linux-gnu --tune=%t.a 2>&1 | FileCheck %s --check-prefix=ELSEWHERE
// RUN: bitnet-opt compile %s --target=nvptx-sm_80 --print-schedule -o %t.gpu.json
// RUN: FileCheck %s --check-prefix=GPU --input-file=%t.gpu.json
// RUN: bitnet-opt compile %s --target=nvptx-sm_80 --schedule=%t.gpu.json --print-schedule | cmp - %t.gpu.json

// Tuning measures the kernels of this machine and uses them.
// RUN: bitnet-opt compile %s --tune=%t.tuned.json --print-schedule | FileCheck %s --check-prefix=CHOSEN
// RUN: FileCheck %s --check-prefix=TUNED --input-file=%t.tuned.json
// RUN: bitnet-opt compile %s --schedule=%t.tuned.json --print-schedule | FileCheck %s --check-prefix=CHOSEN

// PRINTED: "bitnet_schedule": 1,
// PRINTED-NEXT: "target": "x86-avx2",
// PRINTED-NEXT: "linears": [
// PRINTED-NEXT: {"n": [8], "k": 12, "strategy": "lookup", "layout": "pairs", "rows": 64, "tile": {"groups": {{.*}}"tokens": 16}}
// PLAN: strategy = #ternary.strategy<lookup>
// GENERIC: "target": "generic"
// GENERIC: {"n": [8], "k": 12, "strategy": "masked", "layout": "planes", "rows": 64, "tile": {}}
// GPU: "target": "nvptx-sm_80"
// FOREIGN: .json{{.*}}: error: schedule is for target 'x86-avx2', expected 'x86-avx512bw'
// BOTH: error: --tune makes a schedule and --schedule takes one, expected one of them
// ELSEWHERE: error: kernels cannot be measured here: code for riscv64 on
// CHOSEN: {"n": [8], "k": 12, "strategy":
// TUNED: {"n": [8], "k": 12, "strategy": {{.*}}, "microseconds": {"1": {{[0-9.]+}}, "8": {{[0-9.]+}}, "128": {{[0-9.]+}}}}
func.func @main(%q: tensor<?x12xi8>, %s: tensor<?x1xf32>, %ws: tensor<1xf32>) -> tensor<?x8xf32> {
  %w = ternary.constant dense<36> : tensor<24xi8> as tensor<8x12x!ternary.trit>
  %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
      : (tensor<?x12xi8>, tensor<?x1xf32> weights(tensor<8x12x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}
