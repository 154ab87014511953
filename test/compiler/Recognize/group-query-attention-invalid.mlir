// RUN: bitnet-opt %s --recognize-attention --verify-diagnostics

func.func @rotates_without_tables(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) -> tensor<?x?x64xf32> {
  %none = onnx.None
  // expected-error @+1 {{cannot be compiled: it rotates without tables}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %k, %none, %none, %l, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64, do_rotary = 1 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return %0#0 : tensor<?x?x64xf32>
}
