// RUN: bitnet-opt %s --verify-diagnostics --split-input-file

func.func @operands_at_most(%x: tensor<4xf32>) {
  // expected-error @+2 {{has 2 operands, expected at most 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Abs %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @operands_at_least(%x: tensor<4xf32>) {
  // expected-error @+2 {{lacks operand 1, expected at least 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Add %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @operand_is_none(%x: tensor<4xf32>) {
  %none = onnx.None
  // expected-error @+2 {{lacks operand 0, expected at least 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Add %none, %x : (none, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @variadic_none(%x: tensor<4xf32>) {
  %none = onnx.None
  // expected-error @+2 {{lacks operand 1, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Max %x, %none : (tensor<4xf32>, none) -> tensor<4xf32>
  return
}

// -----

func.func @no_operands() {
  // expected-error @+2 {{lacks operand 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Max : () -> tensor<4xf32>
  return
}

// -----

func.func @concat_no_operands() {
  // expected-error @+2 {{lacks operand 0, expected at least 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Concat {axis = 0 : i64} : () -> tensor<4xf32>
  return
}

// -----

func.func @result_elements(%x: tensor<4xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Abs %x : (tensor<4xf32>) -> tensor<4xf64>
  return
}

// -----

func.func @result_shape(%x: tensor<4xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Abs %x : (tensor<4xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @result_rank(%x: tensor<4xf32>) {
  // expected-error @+2 {{are incompatible with return type(s)}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Abs %x : (tensor<4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @unary_float(%x: tensor<4xi32>) {
  // expected-error @+2 {{operand has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Exp %x : (tensor<4xi32>) -> tensor<4xi32>
  return
}

// -----

func.func @unary_number(%x: tensor<4xi1>) {
  // expected-error @+2 {{operand has element type 'i1', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Abs %x : (tensor<4xi1>) -> tensor<4xi1>
  return
}

// -----

func.func @unary_bool(%x: tensor<4xf32>) {
  // expected-error @+2 {{operand has element type 'f32', expected 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Not %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @unary_integer(%x: tensor<4xf32>) {
  // expected-error @+2 {{operand has element type 'f32', expected an integer}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.BitwiseNot %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @float_test(%x: tensor<4xi32>) {
  // expected-error @+2 {{operand has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.IsNaN %x : (tensor<4xi32>) -> tensor<4xi1>
  return
}

// -----

func.func @gelu_c2(%x: tensor<4xf32>) {
  // expected-error @+2 {{`approximate` is "erf", expected "none" or "tanh"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gelu %x {approximate = "erf"} : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @broadcast_c1(%a: tensor<2x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+2 {{shapes 2x3 and 4 do not broadcast, 3 vs 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @broadcast_c2(%a: tensor<3xf32>, %b: tensor<3xf64>) {
  // expected-error @+2 {{operand 1 has element type 'f64', expected 'f32' as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Add %a, %b : (tensor<3xf32>, tensor<3xf64>) -> tensor<3xf32>
  return
}

// -----

func.func @compare_elements(%a: tensor<3xi32>, %b: tensor<3xi64>) {
  // expected-error @+2 {{operand 1 has element type 'i64', expected 'i32' as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Equal %a, %b : (tensor<3xi32>, tensor<3xi64>) -> tensor<3xi1>
  return
}

// -----

func.func @logic_elements(%a: tensor<3xi32>) {
  // expected-error @+2 {{operand 0 has element type 'i32', expected 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.And %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @pow_base(%a: tensor<3xi1>, %b: tensor<3xf32>) {
  // expected-error @+2 {{base has element type 'i1', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pow %a, %b : (tensor<3xi1>, tensor<3xf32>) -> tensor<3xi1>
  return
}

// -----

func.func @pow_exponent(%a: tensor<3xi1>, %b: tensor<3xf32>) {
  // expected-error @+2 {{exponent has element type 'i1', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Pow %b, %a : (tensor<3xf32>, tensor<3xi1>) -> tensor<3xf32>
  return
}

// -----

func.func @bit_shift_c3(%a: tensor<3xui8>) {
  // expected-error @+2 {{`direction` is "UP", expected "LEFT" or "RIGHT"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.BitShift %a, %a {direction = "UP"} : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  return
}

// -----

func.func @mean_elements(%a: tensor<3xi32>) {
  // expected-error @+2 {{operand 0 has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Mean %a, %a : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @where_condition(%a: tensor<3xf32>) {
  // expected-error @+2 {{condition has element type 'f32', expected 'i1'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Where %a, %a, %a : (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @where_c2(%c: tensor<3xi1>, %a: tensor<3xf32>, %b: tensor<3xf64>) {
  // expected-error @+2 {{chooses between 'f32' and 'f64', expected one element type}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Where %c, %a, %b : (tensor<3xi1>, tensor<3xf32>, tensor<3xf64>) -> tensor<3xf32>
  return
}

// -----

func.func @clip_elements(%a: tensor<3xf32>, %b: tensor<f64>) {
  // expected-error @+2 {{operand 1 has element type 'f64', expected 'f32' as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Clip %a, %b : (tensor<3xf32>, tensor<f64>) -> tensor<3xf32>
  return
}

// -----

func.func @clip_c2(%a: tensor<3xf32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{bound has type 'tensor<2xf32>', expected one element}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Clip %a, %b : (tensor<3xf32>, tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @cast_to_string(%a: tensor<3xf32>) {
  // expected-error @+2 {{converts to ONNX type 8, expected the number of a type of numbers or bool}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Cast %a {to = 8 : i64} : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @cast_to_unknown(%a: tensor<3xf32>) {
  // expected-error @+2 {{converts to ONNX type -1, expected}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Cast %a {to = -1 : i64} : (tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @matmul_c1(%a: tensor<?x64xf32>, %b: tensor<60x8xf32>) {
  // expected-error @+2 {{inner dimensions differ, 64 vs 60, in the product of ?x64 and 60x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.MatMul %a, %b : (tensor<?x64xf32>, tensor<60x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @matmul_vector(%a: tensor<?x64xf32>, %b: tensor<60xf32>) {
  // expected-error @+2 {{inner dimensions differ, 64 vs 60, in the product of ?x64 and 60}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.MatMul %a, %b : (tensor<?x64xf32>, tensor<60xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @matmul_c2(%a: tensor<2x4x8xf32>, %b: tensor<3x8x4xf32>) {
  // expected-error @+2 {{shapes 2 and 3 do not broadcast, 2 vs 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.MatMul %a, %b : (tensor<2x4x8xf32>, tensor<3x8x4xf32>) -> tensor<2x4x4xf32>
  return
}

// -----

func.func @matmul_scalar(%a: tensor<f32>, %b: tensor<4x4xf32>) {
  // expected-error @+2 {{multiplies scalar and 4x4, expected at least one axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.MatMul %a, %b : (tensor<f32>, tensor<4x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @gemm_c1(%a: tensor<2x4x8xf32>, %b: tensor<8x4xf32>) {
  // expected-error @+2 {{operand 0 has type 'tensor<2x4x8xf32>', expected a matrix}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gemm %a, %b : (tensor<2x4x8xf32>, tensor<8x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @gemm_inner(%a: tensor<4x8xf32>, %b: tensor<8x4xf32>) {
  // expected-error @+2 {{inner dimensions differ, 8 vs 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gemm %a, %b {transB = 1 : i64} : (tensor<4x8xf32>, tensor<8x4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @gemm_c2(%a: tensor<4x8xf32>, %b: tensor<8x4xf32>, %c: tensor<5xf32>) {
  // expected-error @+2 {{addend has shape 5, expected one that broadcasts to 4x4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gemm %a, %b, %c : (tensor<4x8xf32>, tensor<8x4xf32>, tensor<5xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @fused_matmul_vector(%a: tensor<8xf32>, %b: tensor<8x4xf32>) {
  // expected-error @+2 {{transposes operand 0 of type 'tensor<8xf32>', expected at least two axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ms.FusedMatMul %a, %b {transA = 1 : i64} : (tensor<8xf32>, tensor<8x4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @reduce_c1(%a: tensor<4x8xf32>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ReduceMax %a {axes = array<i64: 2>} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @reduce_twice(%a: tensor<4x8xf32>) {
  // expected-error @+2 {{axis 1 is given twice}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ReduceMax %a {axes = array<i64: 1, -1>} : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @reduce_c2(%a: tensor<4x8xf32>) {
  %c = onnx.Constant dense<1> : tensor<1xi64>
  // expected-error @+2 {{axes are given by attribute and by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ReduceMax %a, %c {axes = array<i64: 1>} : (tensor<4x8xf32>, tensor<1xi64>) -> tensor<4x1xf32>
  return
}

// -----

func.func @reduce_c3(%a: tensor<4x8xi1>) {
  // expected-error @+2 {{operand has element type 'i1', expected a number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ReduceSum %a : (tensor<4x8xi1>) -> tensor<1x1xi1>
  return
}

// -----

func.func @reduce_c4(%a: tensor<4x8xf32>, %c: tensor<?xi64>) {
  // Of unknown number, they may stay with size 1.
  %0 = onnx.ReduceMax %a, %c : (tensor<4x8xf32>, tensor<?xi64>) -> tensor<?x?xf32>
  // expected-error @+2 {{axes have type 'tensor<?xi64>', expected their number to be known at compile time}}
  // expected-error @+1 {{failed to infer returned types}}
  %1 = onnx.ReduceMax %a, %c {keepdims = 0 : i64} : (tensor<4x8xf32>, tensor<?xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @arg_max_c1(%a: tensor<4x8xf32>) {
  // expected-error @+2 {{axis is -3, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ArgMax %a {axis = -3 : i64} : (tensor<4x8xf32>) -> tensor<1x8xi64>
  return
}

// -----

func.func @cum_sum_axis(%a: tensor<4x8xf32>, %c: tensor<2xi64>) {
  // expected-error @+2 {{axis has type 'tensor<2xi64>', expected one integer}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CumSum %a, %c : (tensor<4x8xf32>, tensor<2xi64>) -> tensor<4x8xf32>
  return
}

// -----

func.func @cum_sum_c2(%a: tensor<4x8xf32>) {
  %c = onnx.Constant dense<2> : tensor<i64>
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.CumSum %a, %c : (tensor<4x8xf32>, tensor<i64>) -> tensor<4x8xf32>
  return
}

// -----

func.func @softmax_c2(%a: tensor<4x8xf32>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Softmax %a {axis = 2 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @layer_norm_c2(%a: tensor<4x8xf32>, %s: tensor<4xf32>) {
  // expected-error @+2 {{scale has shape 4, expected one that broadcasts to 4x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LayerNormalization %a, %s : (tensor<4x8xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @layer_norm_bias(%a: tensor<4x8xf32>, %s: tensor<8xf32>, %b: tensor<4xf32>) {
  // expected-error @+2 {{bias has shape 4, expected one that broadcasts to 4x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LayerNormalization %a, %s, %b : (tensor<4x8xf32>, tensor<8xf32>, tensor<4xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @layer_norm_c4(%a: tensor<4x8xf32>, %s: tensor<8xf32>) {
  // expected-error @+2 {{has 4 results, expected 1 to 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LayerNormalization %a, %s {num_outputs = 4 : i64} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @layer_norm_stash(%a: tensor<4x8xf32>, %s: tensor<8xf32>) {
  // expected-error @+2 {{`stash_type` is 7, expected the number of a float type}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.LayerNormalization %a, %s {stash_type = 7 : i64} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @rms_norm_scale(%a: tensor<4x8xf32>, %s: tensor<8xi32>) {
  // expected-error @+2 {{scale has element type 'i32', expected a float}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.SimplifiedLayerNormalization %a, %s : (tensor<4x8xf32>, tensor<8xi32>) -> tensor<4x8xi32>
  return
}

// -----

func.func @skip_norm_c2(%a: tensor<4x8xf32>, %b: tensor<3x8xf32>, %s: tensor<8xf32>) {
  // expected-error @+2 {{skip has shape 3x8, expected one that broadcasts to 4x8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ms.SkipSimplifiedLayerNormalization %a, %b, %s : (tensor<4x8xf32>, tensor<3x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @skip_norm_c3(%a: tensor<4x8xf32>, %s: tensor<1x8xf32>) {
  // expected-error @+2 {{gamma has type 'tensor<1x8xf32>', expected a vector}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ms.SkipSimplifiedLayerNormalization %a, %a, %s : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<1x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @skip_norm_scalar(%a: tensor<f32>) {
  %none = onnx.None
  // expected-error @+2 {{lacks operand 2, expected at least 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ms.SkipSimplifiedLayerNormalization %a, %a, %none : (tensor<f32>, tensor<f32>, none) -> tensor<f32>
  return
}

// -----

func.func @gqa_c1(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{has 4 heads and 3 key/value heads, expected a positive multiple}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %k, %none, %none, %l, %t {num_heads = 4 : i64, kv_num_heads = 3 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @gqa_c2(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{operand 1 has 64 features, expected 32}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %q, %k, %none, %none, %l, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64} : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x?x32xf32>, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @gqa_packed(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{query has 64 features, expected a multiple of 9 heads}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %none, %none, %none, %none, %l, %t {num_heads = 3 : i64, kv_num_heads = 3 : i64} : (tensor<?x?x64xf32>, none, none, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @gqa_c3(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{has a key without a value, or a value without a key}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %none, %none, %none, %l, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, none, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @gqa_c5(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{lacks operand 5, expected the lengths of the keys}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %k, %none, %none, %none, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, none, none, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @gqa_rank(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>, %p: tensor<?x32xf32>) {
  // expected-error @+2 {{operand 3 has type 'tensor<?x32xf32>', expected 4 axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %k, %p, %p, %l, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x32xf32>, tensor<?x32xf32>, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @constant_of_shape_c1(%s: tensor<?xi64>) {
  // expected-error @+2 {{shape has unknown length, expected it to be known at compile time}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ConstantOfShape %s : (tensor<?xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @constant_of_shape_negative() {
  %s = onnx.Constant dense<-1> : tensor<1xi64>
  // expected-error @+2 {{shape has entry -1, expected none below 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ConstantOfShape %s : (tensor<1xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @constant_of_shape_c2(%s: tensor<1xi64>) {
  // expected-error @+2 {{`value` has 2 elements, expected 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ConstantOfShape %s {value = dense<[1, 2]> : tensor<2xi64>} : (tensor<1xi64>) -> tensor<?xi64>
  return
}

// -----

func.func @constant_of_shape_huge() {
  %s = onnx.Constant dense<[9223372036854775807, 2]> : tensor<2xi64>
  // expected-error @+2 {{result shape 9223372036854775807x2 has more elements than an i64 can count}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ConstantOfShape %s : (tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @range_c1(%a: tensor<2xi64>, %b: tensor<i64>) {
  // expected-error @+2 {{operand 0 has type 'tensor<2xi64>', expected a scalar}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Range %a, %b, %b : (tensor<2xi64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// -----

func.func @range_c2() {
  %a = onnx.Constant dense<0> : tensor<i64>
  // expected-error @+2 {{has a delta of 0, expected another}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Range %a, %a, %a : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// -----

func.func @reshape_c1(%x: tensor<4xf32>, %s: tensor<1x2xi64>) {
  // expected-error @+2 {{shape has type 'tensor<1x2xi64>', expected a vector of integers}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<4xf32>, tensor<1x2xi64>) -> tensor<2x2xf32>
  return
}

// -----

func.func @reshape_two(%x: tensor<4xf32>) {
  %s = onnx.Constant dense<-1> : tensor<2xi64>
  // expected-error @+2 {{shape has two entries of -1, expected at most one}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<4xf32>, tensor<2xi64>) -> tensor<2x2xf32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<4xf32>) {
  %s = onnx.Constant dense<[2, -2]> : tensor<2xi64>
  // expected-error @+2 {{shape has entry -2, expected none below -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<4xf32>, tensor<2xi64>) -> tensor<2x2xf32>
  return
}

// -----

func.func @reshape_c3(%x: tensor<2x3xf32>) {
  %s = onnx.Constant dense<[2, 4]> : tensor<2xi64>
  // expected-error @+2 {{reshapes 2x3 to 2x4, 6 vs 8 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x4xf32>
  return
}

// -----

func.func @reshape_rest(%x: tensor<2x3xf32>) {
  %s = onnx.Constant dense<[4, -1]> : tensor<2xi64>
  // expected-error @+2 {{reshapes 2x3 to 4x?, 6 vs 4 elements before the rest}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<4x?xf32>
  return
}

// -----

func.func @reshape_copies(%x: tensor<4xf32>) {
  %s = onnx.Constant dense<[4, 0]> : tensor<2xi64>
  // expected-error @+2 {{shape copies axis 1 of an operand of rank 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<4xf32>, tensor<2xi64>) -> tensor<4x1xf32>
  return
}

// -----

func.func @reshape_empty(%x: tensor<0xf32>) {
  %s = onnx.Constant dense<4> : tensor<1xi64>
  // expected-error @+2 {{reshapes 0 to a shape of 4 elements}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<0xf32>, tensor<1xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @flatten_c1(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{axis is 3, expected one in [-2, 2]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Flatten %x {axis = 3 : i64} : (tensor<2x3xf32>) -> tensor<6x1xf32>
  return
}

// -----

func.func @squeeze_c1(%x: tensor<2x1xf32>) {
  // expected-error @+2 {{squeezes axis 0 of size 2, expected 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Squeeze %x {axes = array<i64: 0>} : (tensor<2x1xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @squeeze_c3(%x: tensor<?x1xf32>) {
  // expected-error @+2 {{squeezes every axis of size 1 of ?x1, expected axes or a static shape}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Squeeze %x : (tensor<?x1xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @unsqueeze_c1(%x: tensor<2xf32>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Unsqueeze %x {axes = array<i64: 2>} : (tensor<2xf32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @unsqueeze_c2(%x: tensor<2xf32>) {
  // expected-error @+2 {{has no axes, expected them by attribute or by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Unsqueeze %x : (tensor<2xf32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @transpose_c1(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{`perm` is not a permutation of 2 axes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Transpose %x {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @expand_c1(%x: tensor<2x3xf32>) {
  %s = onnx.Constant dense<4> : tensor<1xi64>
  // expected-error @+2 {{shapes 2x3 and 4 do not broadcast, 3 vs 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Expand %x, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x4xf32>
  return
}

// -----

func.func @tile_c1(%x: tensor<2x3xf32>, %n: tensor<1xi64>) {
  // expected-error @+2 {{has 1 repeats, expected 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Tile %x, %n : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @concat_elements(%x: tensor<2xf32>, %y: tensor<2xf64>) {
  // expected-error @+2 {{operand 1 has element type 'f64', expected 'f32' as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Concat %x, %y {axis = 0 : i64} : (tensor<2xf32>, tensor<2xf64>) -> tensor<4xf32>
  return
}

// -----

func.func @concat_rank(%x: tensor<2xf32>, %y: tensor<2x2xf32>) {
  // expected-error @+2 {{operand 1 has rank 2, expected 1 as operand 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Concat %x, %y {axis = 0 : i64} : (tensor<2xf32>, tensor<2x2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @concat_c1(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+2 {{operand 1 has size 4 on axis 1, expected 3 as before}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Concat %x, %y {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat_c2(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{axis is 2, expected one in [-2, 1]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Concat %x {axis = 2 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @split_negative(%x: tensor<4xf32>) {
  // expected-error @+2 {{split has entry -1, expected none below 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.Split %x {split = array<i64: 5, -1>} : (tensor<4xf32>) -> (tensor<?xf32>, tensor<?xf32>)
  return
}

// -----

func.func @split_c2(%x: tensor<4xf32>) {
  // expected-error @+2 {{splits axis 0 of size 4 into 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.Split %x {split = array<i64: 1, 2>} : (tensor<4xf32>) -> (tensor<1xf32>, tensor<2xf32>)
  return
}

// -----

func.func @split_results(%x: tensor<4xf32>) {
  // expected-error @+2 {{has 3 results but 2 sizes}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.Split %x {split = array<i64: 2, 2>, num_outputs = 3 : i64} : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @split_c3(%x: tensor<4xf32>) {
  // expected-error @+2 {{has 0 results, expected 1 to 65536}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.Split %x : (tensor<4xf32>) -> (tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @split_both(%x: tensor<4xf32>, %s: tensor<2xi64>) {
  // expected-error @+2 {{sizes are given by attribute and by operand}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = onnx.Split %x, %s {split = array<i64: 2, 2>} : (tensor<4xf32>, tensor<2xi64>) -> (tensor<2xf32>, tensor<2xf32>)
  return
}

// -----

func.func @slice_c1(%x: tensor<4xf32>) {
  %a = onnx.Constant dense<0> : tensor<1xi64>
  %b = onnx.Constant dense<[0, 1]> : tensor<2xi64>
  // expected-error @+2 {{has 1 starts, 2 ends and 1 steps, expected as many of each}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Slice %x, %a, %b : (tensor<4xf32>, tensor<1xi64>, tensor<2xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @slice_axes(%x: tensor<4x4xf32>) {
  %a = onnx.Constant dense<0> : tensor<1xi64>
  %b = onnx.Constant dense<[0, 1]> : tensor<2xi64>
  // expected-error @+2 {{has 2 axes and 1 starts, expected as many}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Slice %x, %a, %a, %b : (tensor<4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// -----

func.func @slice_c2(%x: tensor<4xf32>, %axes: tensor<2xi64>) {
  %a = onnx.Constant dense<0> : tensor<2xi64>
  // expected-error @+2 {{has 2 axes, expected at most 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Slice %x, %a, %a, %axes : (tensor<4xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @slice_c3(%x: tensor<4xf32>) {
  %a = onnx.Constant dense<0> : tensor<1xi64>
  %b = onnx.Constant dense<[0, 1]> : tensor<2xi64>
  // expected-error @+2 {{has step 0 on axis 0, expected another}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Slice %x, %a, %a, %a, %a : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?xf32>
  return
}

// -----

func.func @trilu_c1(%x: tensor<4xf32>) {
  // expected-error @+2 {{operand has rank 1, expected at least 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Trilu %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @trilu_c2(%x: tensor<4x4xf32>, %k: tensor<2xi64>) {
  // expected-error @+2 {{k has type 'tensor<2xi64>', expected one element}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Trilu %x, %k : (tensor<4x4xf32>, tensor<2xi64>) -> tensor<4x4xf32>
  return
}

// -----

func.func @gather_c1(%x: tensor<4xf32>, %i: tensor<1xi64>) {
  // expected-error @+2 {{axis is 1, expected one in [-1, 0]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gather %x, %i {axis = 1 : i64} : (tensor<4xf32>, tensor<1xi64>) -> tensor<1xf32>
  return
}

// -----

func.func @gather_indices(%x: tensor<4xf32>, %i: tensor<1xi8>) {
  // expected-error @+2 {{indices have element type 'i8', expected 'i32' or 'i64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gather %x, %i : (tensor<4xf32>, tensor<1xi8>) -> tensor<1xf32>
  return
}

// -----

func.func @gather_c2(%x: tensor<4xf32>) {
  %i = onnx.Constant dense<[-4, 4]> : tensor<2xi64>
  // expected-error @+2 {{index is 4, expected one in [-4, 3]}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gather %x, %i : (tensor<4xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @gather_elements_c1(%x: tensor<4xf32>, %i: tensor<1x1xi64>) {
  // expected-error @+2 {{indices have rank 2, expected 1 as data}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.GatherElements %x, %i : (tensor<4xf32>, tensor<1x1xi64>) -> tensor<1x1xf32>
  return
}

// -----

func.func @gather_nd_c1(%x: tensor<4xf32>, %i: tensor<3x2xi64>) {
  // expected-error @+2 {{has index vectors of 2, expected 1 to 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.GatherND %x, %i : (tensor<4xf32>, tensor<3x2xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_nd_dynamic(%x: tensor<4xf32>, %i: tensor<3x?xi64>) {
  // expected-error @+2 {{indices have type 'tensor<3x?xi64>', expected a static last axis}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.GatherND %x, %i : (tensor<4xf32>, tensor<3x?xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_nd_elements(%x: tensor<4xf32>, %i: tensor<3x1xi32>) {
  // expected-error @+2 {{indices have element type 'i32', expected 'i64'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.GatherND %x, %i : (tensor<4xf32>, tensor<3x1xi32>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_nd_c2(%x: tensor<4xf32>, %i: tensor<3x1xi64>) {
  // expected-error @+2 {{`batch_dims` is 1, expected 0 to 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.GatherND %x, %i {batch_dims = 1 : i64} : (tensor<4xf32>, tensor<3x1xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @gather_nd_batch(%x: tensor<4x2xf32>, %i: tensor<3x1xi64>) {
  // expected-error @+2 {{batch axis 0 has size 3 in the indices, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.GatherND %x, %i {batch_dims = 1 : i64} : (tensor<4x2xf32>, tensor<3x1xi64>) -> tensor<3xf32>
  return
}

// -----

func.func @scatter_nd_c3(%x: tensor<4x2xf32>, %i: tensor<3x1xi64>, %u: tensor<3x1xf32>) {
  // expected-error @+2 {{updates have shape 3x1, expected 3x2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ScatterND %x, %i, %u : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x1xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @scatter_nd_c4(%x: tensor<4x2xf32>, %i: tensor<3x1xi64>, %u: tensor<3x2xf32>) {
  // expected-error @+2 {{`reduction` is "and", expected "none"}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.ScatterND %x, %i, %u {reduction = "and"} : (tensor<4x2xf32>, tensor<3x1xi64>, tensor<3x2xf32>) -> tensor<4x2xf32>
  return
}

// -----

func.func @flag(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) {
  // expected-error @+2 {{`transB` is 2, expected 0 or 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gemm %x, %y {transB = 2 : i64} : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @rotation_flag(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{`do_rotary` is -1, expected 0 or 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %k, %none, %none, %l, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64, do_rotary = -1 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @infinite_float(%x: tensor<2x3xf32>, %y: tensor<3x2xf32>) {
  // expected-error @+2 {{`alpha` is INF, expected a finite number}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = onnx.Gemm %x, %y {alpha = 0x7F800000 : f32} : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @window(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %l: tensor<?xi32>, %t: tensor<i32>) {
  %none = onnx.None
  // expected-error @+2 {{`local_window_size` is 4294967297, expected -1 or a number of tokens below 2^31}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:3 = onnx.ms.GroupQueryAttention %q, %k, %k, %none, %none, %l, %t {num_heads = 4 : i64, kv_num_heads = 2 : i64, local_window_size = 4294967297 : i64} : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, none, none, tensor<?xi32>, tensor<i32>) -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// -----

func.func @check_sizes_c2(%x: tensor<?x3xf32>, %n: tensor<1xi64>) {
  // expected-error @+2 {{checks axis 2, expected one in [0, 2)}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.CheckSizes %x, %n {axes = array<i64: 2>} : (tensor<?x3xf32>, tensor<1xi64>) -> tensor<?x3xf32>
  return
}

// -----

func.func @check_sizes_c1(%x: tensor<?x3xf32>) {
  %n = onnx.Constant dense<4> : tensor<1xi64>
  // expected-error @+2 {{axis 1 of 'tensor<?x3xf32>' has size 3, expected 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.CheckSizes %x, %n {axes = array<i64: 1>} : (tensor<?x3xf32>, tensor<1xi64>) -> tensor<?x3xf32>
  return
}

// -----

// A flag is compared as the number that it is, however wide.
func.func @flag(%x: tensor<?x3xf32>) {
  // expected-error @+2 {{`keepdims` is 18446744073709551616, expected 0 or 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %r = onnx.Abs %x {keepdims = 18446744073709551616 : i128} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}
