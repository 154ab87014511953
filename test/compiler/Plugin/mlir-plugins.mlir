// Plug-ins of mlir-opt: a pass that knows our dialects, and a dialect of its own.

// RUN: bitnet-opt %s --load-pass-plugin=%build/lib/plugins/bitnet-test-mlir.so --load-dialect-plugin=%build/lib/plugins/bitnet-test-mlir.so --pass-pipeline='builtin.module(test-count-terms)' 2>&1 | FileCheck %s
// RUN: not bitnet-opt %s 2>&1 | FileCheck %s --check-prefix=WITHOUT
// RUN: not bitnet-opt %s --load-pass-plugin=%build/lib/plugins/bitnet-test-none.so 2>&1 | FileCheck %s --check-prefix=NONE

// WITHOUT: error: operation being parsed with an unregistered dialect
// NONE: bitnet-test-none.so

// CHECK: remark: has 64 terms
// CHECK: "test_plugin.anything"
func.func @linear(%x: tensor<?x64xi8>, %s: tensor<?x1xf32>, %w: tensor<32x64x!ternary.trit>, %one: tensor<1xf32>) {
  %y = ternary.linear %x, %s weights(%w) scales(%one) {rescale = #ternary.rescale_form<mul_mul>}
      : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
  "test_plugin.anything"(%y) : (tensor<?x32xf32>) -> ()
  return
}
