// RUN: bitnet-opt %s | bitnet-opt | FileCheck %s
// RUN: bitnet-opt %s --mlir-print-op-generic | bitnet-opt | FileCheck %s

// The example of each op, as its description gives it.

// CHECK-LABEL: func @abs(
//       CHECK:   onnx.Abs{{ }}
func.func @abs(%x: tensor<?x64xf32>) {
  %r = onnx.Abs %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @acos(
//       CHECK:   onnx.Acos{{ }}
func.func @acos(%x: tensor<?x64xf32>) {
  %r = onnx.Acos %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @acosh(
//       CHECK:   onnx.Acosh{{ }}
func.func @acosh(%x: tensor<?x64xf32>) {
  %r = onnx.Acosh %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @add(
//       CHECK:   onnx.Add{{ }}
func.func @add(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Add %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @and(
//       CHECK:   onnx.And{{ }}
func.func @and(%a: tensor<?x64xi1>, %b: tensor<1xi1>) {
  %r = onnx.And %a, %b : (tensor<?x64xi1>, tensor<1xi1>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @arg_max(
//       CHECK:   onnx.ArgMax{{ }}
func.func @arg_max(%x: tensor<?x64xf32>) {
  %r = onnx.ArgMax %x {axis = -1 : i64, keepdims = 0 : i64} : (tensor<?x64xf32>) -> tensor<?xi64>
  return
}

// CHECK-LABEL: func @arg_min(
//       CHECK:   onnx.ArgMin{{ }}
func.func @arg_min(%x: tensor<?x64xf32>) {
  %r = onnx.ArgMin %x {axis = -1 : i64, keepdims = 0 : i64} : (tensor<?x64xf32>) -> tensor<?xi64>
  return
}

// CHECK-LABEL: func @asin(
//       CHECK:   onnx.Asin{{ }}
func.func @asin(%x: tensor<?x64xf32>) {
  %r = onnx.Asin %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @asinh(
//       CHECK:   onnx.Asinh{{ }}
func.func @asinh(%x: tensor<?x64xf32>) {
  %r = onnx.Asinh %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @atan(
//       CHECK:   onnx.Atan{{ }}
func.func @atan(%x: tensor<?x64xf32>) {
  %r = onnx.Atan %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @atanh(
//       CHECK:   onnx.Atanh{{ }}
func.func @atanh(%x: tensor<?x64xf32>) {
  %r = onnx.Atanh %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @bit_cast(
//       CHECK:   onnx.BitCast{{ }}
func.func @bit_cast(%x: tensor<?x64xf32>) {
  %r = onnx.BitCast %x {to = 6 : i64} : (tensor<?x64xf32>) -> tensor<?x64xi32>
  return
}

// CHECK-LABEL: func @bit_shift(
//       CHECK:   onnx.BitShift{{ }}
func.func @bit_shift(%a: tensor<?x64xui8>, %b: tensor<1xui8>) {
  %r = onnx.BitShift %a, %b {direction = "RIGHT"} : (tensor<?x64xui8>, tensor<1xui8>) -> tensor<?x64xui8>
  return
}

// CHECK-LABEL: func @bitwise_and(
//       CHECK:   onnx.BitwiseAnd{{ }}
func.func @bitwise_and(%a: tensor<?x64xui8>, %b: tensor<1xui8>) {
  %r = onnx.BitwiseAnd %a, %b : (tensor<?x64xui8>, tensor<1xui8>) -> tensor<?x64xui8>
  return
}

// CHECK-LABEL: func @bitwise_not(
//       CHECK:   onnx.BitwiseNot{{ }}
func.func @bitwise_not(%x: tensor<?x64xui8>) {
  %r = onnx.BitwiseNot %x : (tensor<?x64xui8>) -> tensor<?x64xui8>
  return
}

// CHECK-LABEL: func @bitwise_or(
//       CHECK:   onnx.BitwiseOr{{ }}
func.func @bitwise_or(%a: tensor<?x64xui8>, %b: tensor<1xui8>) {
  %r = onnx.BitwiseOr %a, %b : (tensor<?x64xui8>, tensor<1xui8>) -> tensor<?x64xui8>
  return
}

// CHECK-LABEL: func @bitwise_xor(
//       CHECK:   onnx.BitwiseXor{{ }}
func.func @bitwise_xor(%a: tensor<?x64xui8>, %b: tensor<1xui8>) {
  %r = onnx.BitwiseXor %a, %b : (tensor<?x64xui8>, tensor<1xui8>) -> tensor<?x64xui8>
  return
}

// CHECK-LABEL: func @blackman_window(
//       CHECK:   onnx.BlackmanWindow{{ }}
func.func @blackman_window(%n: tensor<i64>) {
  %r = onnx.BlackmanWindow %n : (tensor<i64>) -> tensor<?xf32>
  return
}

// CHECK-LABEL: func @cast(
//       CHECK:   onnx.Cast{{ }}
func.func @cast(%x: tensor<?x64xf32>) {
  %r = onnx.Cast %x {to = 3 : i64} : (tensor<?x64xf32>) -> tensor<?x64xi8>
  return
}

// CHECK-LABEL: func @cast_like(
//       CHECK:   onnx.CastLike{{ }}
func.func @cast_like(%x: tensor<?x64xf32>, %y: tensor<1xi8>) {
  %r = onnx.CastLike %x, %y : (tensor<?x64xf32>, tensor<1xi8>) -> tensor<?x64xi8>
  return
}

// CHECK-LABEL: func @ceil(
//       CHECK:   onnx.Ceil{{ }}
func.func @ceil(%x: tensor<?x64xf32>) {
  %r = onnx.Ceil %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @center_crop_pad(
//       CHECK:   onnx.CenterCropPad{{ }}
func.func @center_crop_pad(%x: tensor<?x8xf32>) {
  %shape = onnx.Constant dense<[10, 7]> : tensor<2xi64>
  %r = onnx.CenterCropPad %x, %shape : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<10x7xf32>
  return
}

// CHECK-LABEL: func @celu(
//       CHECK:   onnx.Celu{{ }}
func.func @celu(%x: tensor<?x64xf32>) {
  %r = onnx.Celu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @clip(
//       CHECK:   onnx.Clip{{ }}
func.func @clip(%x: tensor<?x64xf32>, %min: tensor<f32>) {
  %none = onnx.None
  %r = onnx.Clip %x, %min, %none : (tensor<?x64xf32>, tensor<f32>, none) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @compress(
//       CHECK:   onnx.Compress{{ }}
func.func @compress(%x: tensor<8x64xf32>, %c: tensor<8xi1>) {
  %r = onnx.Compress %x, %c {axis = 0 : i64} : (tensor<8x64xf32>, tensor<8xi1>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @concat(
//       CHECK:   onnx.Concat{{ }}
func.func @concat(%a: tensor<?x64xf32>, %b: tensor<?x8xf32>) {
  %r = onnx.Concat %a, %b {axis = -1 : i64} : (tensor<?x64xf32>, tensor<?x8xf32>) -> tensor<?x72xf32>
  return
}

// CHECK-LABEL: func @constant(
//       CHECK:   onnx.Constant{{ }}
func.func @constant() {
  %c = onnx.Constant dense<[1, -1]> : tensor<2xi64>
  return
}

// CHECK-LABEL: func @constant_of_shape(
//       CHECK:   onnx.ConstantOfShape{{ }}
func.func @constant_of_shape(%shape: tensor<2xi64>) {
  %r = onnx.ConstantOfShape %shape {value = dense<1> : tensor<1xi64>} : (tensor<2xi64>) -> tensor<?x?xi64>
  return
}

// CHECK-LABEL: func @cos(
//       CHECK:   onnx.Cos{{ }}
func.func @cos(%x: tensor<?x64xf32>) {
  %r = onnx.Cos %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @cosh(
//       CHECK:   onnx.Cosh{{ }}
func.func @cosh(%x: tensor<?x64xf32>) {
  %r = onnx.Cosh %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @cum_prod(
//       CHECK:   onnx.CumProd{{ }}
func.func @cum_prod(%x: tensor<?x64xi64>, %axis: tensor<i64>) {
  %r = onnx.CumProd %x, %axis : (tensor<?x64xi64>, tensor<i64>) -> tensor<?x64xi64>
  return
}

// CHECK-LABEL: func @cum_sum(
//       CHECK:   onnx.CumSum{{ }}
func.func @cum_sum(%x: tensor<?x64xi64>, %axis: tensor<i64>) {
  %r = onnx.CumSum %x, %axis : (tensor<?x64xi64>, tensor<i64>) -> tensor<?x64xi64>
  return
}

// CHECK-LABEL: func @depth_to_space(
//       CHECK:   onnx.DepthToSpace{{ }}
func.func @depth_to_space(%x: tensor<?x8x4x6xf32>) {
  %r = onnx.DepthToSpace %x {blocksize = 2 : i64} : (tensor<?x8x4x6xf32>) -> tensor<?x2x8x12xf32>
  return
}

// CHECK-LABEL: func @div(
//       CHECK:   onnx.Div{{ }}
func.func @div(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Div %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @dropout(
//       CHECK:   onnx.Dropout{{ }}
func.func @dropout(%x: tensor<?x64xf32>) {
  %y, %mask = onnx.Dropout %x : (tensor<?x64xf32>) -> (tensor<?x64xf32>, tensor<?x64xi1>)
  return
}

// CHECK-LABEL: func @einsum(
//       CHECK:   onnx.Einsum{{ }}
func.func @einsum(%a: tensor<?x4x8xf32>, %b: tensor<?x8x16xf32>) {
  %r = onnx.Einsum %a, %b {equation = "bij,bjk->bik"} : (tensor<?x4x8xf32>, tensor<?x8x16xf32>) -> tensor<?x4x16xf32>
  return
}

// CHECK-LABEL: func @elu(
//       CHECK:   onnx.Elu{{ }}
func.func @elu(%x: tensor<?x64xf32>) {
  %r = onnx.Elu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @equal(
//       CHECK:   onnx.Equal{{ }}
func.func @equal(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Equal %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @erf(
//       CHECK:   onnx.Erf{{ }}
func.func @erf(%x: tensor<?x64xf32>) {
  %r = onnx.Erf %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @exp(
//       CHECK:   onnx.Exp{{ }}
func.func @exp(%x: tensor<?x64xf32>) {
  %r = onnx.Exp %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @expand(
//       CHECK:   onnx.Expand{{ }}
func.func @expand(%x: tensor<1x64xf32>, %shape: tensor<2xi64>) {
  %r = onnx.Expand %x, %shape : (tensor<1x64xf32>, tensor<2xi64>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @eye_like(
//       CHECK:   onnx.EyeLike{{ }}
func.func @eye_like(%x: tensor<?x?xf32>) {
  %r = onnx.EyeLike %x {k = 1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @flatten(
//       CHECK:   onnx.Flatten{{ }}
func.func @flatten(%x: tensor<2x?x64xf32>) {
  %r = onnx.Flatten %x {axis = 2 : i64} : (tensor<2x?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @floor(
//       CHECK:   onnx.Floor{{ }}
func.func @floor(%x: tensor<?x64xf32>) {
  %r = onnx.Floor %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @gather(
//       CHECK:   onnx.Gather{{ }}
func.func @gather(%table: tensor<100x64xf32>, %ids: tensor<?x?xi64>) {
  %r = onnx.Gather %table, %ids {axis = 0 : i64} : (tensor<100x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
  return
}

// CHECK-LABEL: func @gather_elements(
//       CHECK:   onnx.GatherElements{{ }}
func.func @gather_elements(%x: tensor<?x64xf32>, %i: tensor<?x1xi64>) {
  %r = onnx.GatherElements %x, %i {axis = 1 : i64} : (tensor<?x64xf32>, tensor<?x1xi64>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @gathernd(
//       CHECK:   onnx.GatherND{{ }}
func.func @gathernd(%x: tensor<8x?x64xf32>, %i: tensor<?x2xi64>) {
  %r = onnx.GatherND %x, %i {batch_dims = 0 : i64} : (tensor<8x?x64xf32>, tensor<?x2xi64>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @gelu(
//       CHECK:   onnx.Gelu{{ }}
func.func @gelu(%x: tensor<?x64xf32>) {
  %r = onnx.Gelu %x {approximate = "tanh"} : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @gemm(
//       CHECK:   onnx.Gemm{{ }}
func.func @gemm(%a: tensor<?x64xf32>, %b: tensor<32x64xf32>, %c: tensor<32xf32>) {
  %r = onnx.Gemm %a, %b, %c {transB = 1 : i64} : (tensor<?x64xf32>, tensor<32x64xf32>, tensor<32xf32>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @greater(
//       CHECK:   onnx.Greater{{ }}
func.func @greater(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Greater %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @greater_or_equal(
//       CHECK:   onnx.GreaterOrEqual{{ }}
func.func @greater_or_equal(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.GreaterOrEqual %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @hamming_window(
//       CHECK:   onnx.HammingWindow{{ }}
func.func @hamming_window(%n: tensor<i64>) {
  %r = onnx.HammingWindow %n : (tensor<i64>) -> tensor<?xf32>
  return
}

// CHECK-LABEL: func @hann_window(
//       CHECK:   onnx.HannWindow{{ }}
func.func @hann_window(%n: tensor<i64>) {
  %r = onnx.HannWindow %n : (tensor<i64>) -> tensor<?xf32>
  return
}

// CHECK-LABEL: func @hard_sigmoid(
//       CHECK:   onnx.HardSigmoid{{ }}
func.func @hard_sigmoid(%x: tensor<?x64xf32>) {
  %r = onnx.HardSigmoid %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @hard_swish(
//       CHECK:   onnx.HardSwish{{ }}
func.func @hard_swish(%x: tensor<?x64xf32>) {
  %r = onnx.HardSwish %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @identity(
//       CHECK:   onnx.Identity{{ }}
func.func @identity(%x: tensor<?x64xf32>) {
  %r = onnx.Identity %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @is_inf(
//       CHECK:   onnx.IsInf{{ }}
func.func @is_inf(%x: tensor<?x64xf32>) {
  %r = onnx.IsInf %x : (tensor<?x64xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @is_nan(
//       CHECK:   onnx.IsNaN{{ }}
func.func @is_nan(%x: tensor<?x64xf32>) {
  %r = onnx.IsNaN %x : (tensor<?x64xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @layer_normalization(
//       CHECK:   onnx.LayerNormalization{{ }}
func.func @layer_normalization(%x: tensor<?x64xf32>, %scale: tensor<64xf32>) {
  %y = onnx.LayerNormalization %x, %scale {axis = -1 : i64, epsilon = 1.0e-5 : f32} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @leaky_relu(
//       CHECK:   onnx.LeakyRelu{{ }}
func.func @leaky_relu(%x: tensor<?x64xf32>) {
  %r = onnx.LeakyRelu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @less(
//       CHECK:   onnx.Less{{ }}
func.func @less(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Less %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @less_or_equal(
//       CHECK:   onnx.LessOrEqual{{ }}
func.func @less_or_equal(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.LessOrEqual %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @linear_attention(
//       CHECK:   onnx.LinearAttention{{ }}
func.func @linear_attention(%q: tensor<?x?x32xf32>, %k: tensor<?x?x16xf32>, %v: tensor<?x?x16xf32>) {
  %y, %s = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"}
      : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
  return
}

// CHECK-LABEL: func @log(
//       CHECK:   onnx.Log{{ }}
func.func @log(%x: tensor<?x64xf32>) {
  %r = onnx.Log %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @mat_mul(
//       CHECK:   onnx.MatMul{{ }}
func.func @mat_mul(%a: tensor<?x?x64xf32>, %b: tensor<64x32xf32>) {
  %r = onnx.MatMul %a, %b : (tensor<?x?x64xf32>, tensor<64x32xf32>) -> tensor<?x?x32xf32>
  return
}

// CHECK-LABEL: func @max(
//       CHECK:   onnx.Max{{ }}
func.func @max(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Max %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @mean(
//       CHECK:   onnx.Mean{{ }}
func.func @mean(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Mean %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @min(
//       CHECK:   onnx.Min{{ }}
func.func @min(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Min %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @mish(
//       CHECK:   onnx.Mish{{ }}
func.func @mish(%x: tensor<?x64xf32>) {
  %r = onnx.Mish %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @mod(
//       CHECK:   onnx.Mod{{ }}
func.func @mod(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Mod %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @ms__fused_mat_mul(
//       CHECK:   onnx.ms.FusedMatMul{{ }}
func.func @ms__fused_mat_mul(%a: tensor<?x?x64xf32>, %b: tensor<32x64xf32>) {
  %r = onnx.ms.FusedMatMul %a, %b {transB = 1 : i64} : (tensor<?x?x64xf32>, tensor<32x64xf32>) -> tensor<?x?x32xf32>
  return
}

// CHECK-LABEL: func @ms__group_query_attention(
//       CHECK:   onnx.ms.GroupQueryAttention{{ }}
func.func @ms__group_query_attention(%q: tensor<?x?x64xf32>, %k: tensor<?x?x32xf32>, %v: tensor<?x?x32xf32>, %pk: tensor<?x2x?x16xf32>, %pv: tensor<?x2x?x16xf32>, %len: tensor<?xi32>, %total: tensor<i32>) {
  %y:3 = onnx.ms.GroupQueryAttention %q, %k, %v, %pk, %pv, %len, %total {num_heads = 4 : i64, kv_num_heads = 2 : i64}
    : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>, tensor<i32>)
    -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
  return
}

// CHECK-LABEL: func @ms__skip_simplified_layer_normalization(
//       CHECK:   onnx.ms.SkipSimplifiedLayerNormalization{{ }}
func.func @ms__skip_simplified_layer_normalization(%x: tensor<?x?x64xf32>, %skip: tensor<?x?x64xf32>, %g: tensor<64xf32>) {
  %y:4 = onnx.ms.SkipSimplifiedLayerNormalization %x, %skip, %g {epsilon = 1.0e-5 : f32, num_outputs = 4 : i64}
    : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>)
    -> (tensor<?x?x64xf32>, tensor<?x?x1xf32>, tensor<?x?x1xf32>, tensor<?x?x64xf32>)
  return
}

// CHECK-LABEL: func @mul(
//       CHECK:   onnx.Mul{{ }}
func.func @mul(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Mul %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @neg(
//       CHECK:   onnx.Neg{{ }}
func.func @neg(%x: tensor<?x64xf32>) {
  %r = onnx.Neg %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @non_zero(
//       CHECK:   onnx.NonZero{{ }}
func.func @non_zero(%x: tensor<?x64xf32>) {
  %r = onnx.NonZero %x : (tensor<?x64xf32>) -> tensor<2x?xi64>
  return
}

// CHECK-LABEL: func @none(
//       CHECK:   onnx.None{{$}}
func.func @none() {
  %none = onnx.None
  return
}

// CHECK-LABEL: func @not(
//       CHECK:   onnx.Not{{ }}
func.func @not(%x: tensor<?x64xi1>) {
  %r = onnx.Not %x : (tensor<?x64xi1>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @one_hot(
//       CHECK:   onnx.OneHot{{ }}
func.func @one_hot(%i: tensor<?xi64>, %depth: tensor<i64>, %values: tensor<2xf32>) {
  %r = onnx.OneHot %i, %depth, %values {axis = -1 : i64} : (tensor<?xi64>, tensor<i64>, tensor<2xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @or(
//       CHECK:   onnx.Or{{ }}
func.func @or(%a: tensor<?x64xi1>, %b: tensor<1xi1>) {
  %r = onnx.Or %a, %b : (tensor<?x64xi1>, tensor<1xi1>) -> tensor<?x64xi1>
  return
}

// CHECK-LABEL: func @pad(
//       CHECK:   onnx.Pad{{ }}
func.func @pad(%x: tensor<?x64xf32>) {
  %pads = onnx.Constant dense<[0, 1, 0, 1]> : tensor<4xi64>
  %r = onnx.Pad %x, %pads {mode = "edge"} : (tensor<?x64xf32>, tensor<4xi64>) -> tensor<?x66xf32>
  return
}

// CHECK-LABEL: func @pow(
//       CHECK:   onnx.Pow{{ }}
func.func @pow(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Pow %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @prelu(
//       CHECK:   onnx.PRelu{{ }}
func.func @prelu(%x: tensor<?x64xf32>, %slope: tensor<64xf32>) {
  %r = onnx.PRelu %x, %slope : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @range(
//       CHECK:   onnx.Range{{ }}
func.func @range(%start: tensor<i64>, %limit: tensor<i64>, %delta: tensor<i64>) {
  %r = onnx.Range %start, %limit, %delta : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
  return
}

// CHECK-LABEL: func @reciprocal(
//       CHECK:   onnx.Reciprocal{{ }}
func.func @reciprocal(%x: tensor<?x64xf32>) {
  %r = onnx.Reciprocal %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @reduce_l1(
//       CHECK:   onnx.ReduceL1{{ }}
func.func @reduce_l1(%x: tensor<?x64xf32>) {
  %r = onnx.ReduceL1 %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @reduce_l2(
//       CHECK:   onnx.ReduceL2{{ }}
func.func @reduce_l2(%x: tensor<?x64xf32>) {
  %r = onnx.ReduceL2 %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @reduce_log_sum(
//       CHECK:   onnx.ReduceLogSum{{ }}
func.func @reduce_log_sum(%x: tensor<?x64xf32>) {
  %r = onnx.ReduceLogSum %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @reduce_log_sum_exp(
//       CHECK:   onnx.ReduceLogSumExp{{ }}
func.func @reduce_log_sum_exp(%x: tensor<?x64xf32>) {
  %r = onnx.ReduceLogSumExp %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @reduce_max(
//       CHECK:   onnx.ReduceMax{{ }}
func.func @reduce_max(%x: tensor<?x64xf32>) {
      %r = onnx.ReduceMax %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
    
  return
}

// CHECK-LABEL: func @reduce_mean(
//       CHECK:   onnx.ReduceMean{{ }}
func.func @reduce_mean(%x: tensor<?x64xf32>) {
      %r = onnx.ReduceMean %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
    
  return
}

// CHECK-LABEL: func @reduce_min(
//       CHECK:   onnx.ReduceMin{{ }}
func.func @reduce_min(%x: tensor<?x64xf32>) {
      %r = onnx.ReduceMin %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
    
  return
}

// CHECK-LABEL: func @reduce_prod(
//       CHECK:   onnx.ReduceProd{{ }}
func.func @reduce_prod(%x: tensor<?x64xf32>) {
  %r = onnx.ReduceProd %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @reduce_sum(
//       CHECK:   onnx.ReduceSum{{ }}
func.func @reduce_sum(%x: tensor<?x64xf32>) {
      %r = onnx.ReduceSum %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
    
  return
}

// CHECK-LABEL: func @reduce_sum_square(
//       CHECK:   onnx.ReduceSumSquare{{ }}
func.func @reduce_sum_square(%x: tensor<?x64xf32>) {
  %r = onnx.ReduceSumSquare %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return
}

// CHECK-LABEL: func @relu(
//       CHECK:   onnx.Relu{{ }}
func.func @relu(%x: tensor<?x64xf32>) {
  %r = onnx.Relu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @reshape(
//       CHECK:   onnx.Reshape{{ }}
func.func @reshape(%x: tensor<?x64xf32>, %shape: tensor<3xi64>) {
  %r = onnx.Reshape %x, %shape : (tensor<?x64xf32>, tensor<3xi64>) -> tensor<?x4x16xf32>
  return
}

// CHECK-LABEL: func @reverse_sequence(
//       CHECK:   onnx.ReverseSequence{{ }}
func.func @reverse_sequence(%x: tensor<4x?xf32>, %n: tensor<4xi64>) {
  %r = onnx.ReverseSequence %x, %n {time_axis = 1 : i64, batch_axis = 0 : i64} : (tensor<4x?xf32>, tensor<4xi64>) -> tensor<4x?xf32>
  return
}

// CHECK-LABEL: func @round(
//       CHECK:   onnx.Round{{ }}
func.func @round(%x: tensor<?x64xf32>) {
  %r = onnx.Round %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @scatter(
//       CHECK:   onnx.Scatter{{ }}
func.func @scatter(%x: tensor<?x64xf32>, %i: tensor<?x1xi64>, %u: tensor<?x1xf32>) {
  %r = onnx.Scatter %x, %i, %u {axis = 1 : i64} : (tensor<?x64xf32>, tensor<?x1xi64>, tensor<?x1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @scatter_elements(
//       CHECK:   onnx.ScatterElements{{ }}
func.func @scatter_elements(%x: tensor<?x64xf32>, %i: tensor<?x1xi64>, %u: tensor<?x1xf32>) {
  %r = onnx.ScatterElements %x, %i, %u {axis = 1 : i64} : (tensor<?x64xf32>, tensor<?x1xi64>, tensor<?x1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @scatternd(
//       CHECK:   onnx.ScatterND{{ }}
func.func @scatternd(%x: tensor<8x64xf32>, %i: tensor<2x1xi64>, %u: tensor<2x64xf32>) {
  %r = onnx.ScatterND %x, %i, %u : (tensor<8x64xf32>, tensor<2x1xi64>, tensor<2x64xf32>) -> tensor<8x64xf32>
  return
}

// CHECK-LABEL: func @selu(
//       CHECK:   onnx.Selu{{ }}
func.func @selu(%x: tensor<?x64xf32>) {
  %r = onnx.Selu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @shape(
//       CHECK:   onnx.Shape{{ }}
func.func @shape(%x: tensor<?x64xf32>) {
  %r = onnx.Shape %x {start = 0 : i64, end = 1 : i64} : (tensor<?x64xf32>) -> tensor<1xi64>
  return
}

// CHECK-LABEL: func @shrink(
//       CHECK:   onnx.Shrink{{ }}
func.func @shrink(%x: tensor<?x64xf32>) {
  %r = onnx.Shrink %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @sigmoid(
//       CHECK:   onnx.Sigmoid{{ }}
func.func @sigmoid(%x: tensor<?x64xf32>) {
  %r = onnx.Sigmoid %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @sign(
//       CHECK:   onnx.Sign{{ }}
func.func @sign(%x: tensor<?x64xf32>) {
  %r = onnx.Sign %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @simplified_layer_normalization(
//       CHECK:   onnx.SimplifiedLayerNormalization{{ }}
func.func @simplified_layer_normalization(%x: tensor<?x64xf32>, %scale: tensor<64xf32>) {
  %y = onnx.SimplifiedLayerNormalization %x, %scale {epsilon = 1.0e-5 : f32} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @sin(
//       CHECK:   onnx.Sin{{ }}
func.func @sin(%x: tensor<?x64xf32>) {
  %r = onnx.Sin %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @sinh(
//       CHECK:   onnx.Sinh{{ }}
func.func @sinh(%x: tensor<?x64xf32>) {
  %r = onnx.Sinh %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @size(
//       CHECK:   onnx.Size{{ }}
func.func @size(%x: tensor<?x64xf32>) {
  %r = onnx.Size %x : (tensor<?x64xf32>) -> tensor<i64>
  return
}

// CHECK-LABEL: func @slice(
//       CHECK:   onnx.Slice{{ }}
func.func @slice(%x: tensor<?x64xf32>, %starts: tensor<1xi64>, %ends: tensor<1xi64>) {
  %axes = onnx.Constant dense<1> : tensor<1xi64>
  %r = onnx.Slice %x, %starts, %ends, %axes : (tensor<?x64xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x32xf32>
  return
}

// CHECK-LABEL: func @softmax(
//       CHECK:   onnx.Softmax{{ }}
func.func @softmax(%x: tensor<?x?xf32>) {
  %r = onnx.Softmax %x {axis = -1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @softplus(
//       CHECK:   onnx.Softplus{{ }}
func.func @softplus(%x: tensor<?x64xf32>) {
  %r = onnx.Softplus %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @softsign(
//       CHECK:   onnx.Softsign{{ }}
func.func @softsign(%x: tensor<?x64xf32>) {
  %r = onnx.Softsign %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @space_to_depth(
//       CHECK:   onnx.SpaceToDepth{{ }}
func.func @space_to_depth(%x: tensor<?x2x8x12xf32>) {
  %r = onnx.SpaceToDepth %x {blocksize = 2 : i64} : (tensor<?x2x8x12xf32>) -> tensor<?x8x4x6xf32>
  return
}

// CHECK-LABEL: func @split(
//       CHECK:   onnx.Split{{ }}
func.func @split(%x: tensor<?x64xf32>) {
  %a, %b = onnx.Split %x {axis = -1 : i64, num_outputs = 2 : i64} : (tensor<?x64xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>)
  return
}

// CHECK-LABEL: func @sqrt(
//       CHECK:   onnx.Sqrt{{ }}
func.func @sqrt(%x: tensor<?x64xf32>) {
  %r = onnx.Sqrt %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @squeeze(
//       CHECK:   onnx.Squeeze{{ }}
func.func @squeeze(%x: tensor<1x?x64xf32>) {
  %r = onnx.Squeeze %x {axes = array<i64: 0>} : (tensor<1x?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @sub(
//       CHECK:   onnx.Sub{{ }}
func.func @sub(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Sub %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @sum(
//       CHECK:   onnx.Sum{{ }}
func.func @sum(%a: tensor<?x64xf32>, %b: tensor<1xf32>) {
  %r = onnx.Sum %a, %b : (tensor<?x64xf32>, tensor<1xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @tan(
//       CHECK:   onnx.Tan{{ }}
func.func @tan(%x: tensor<?x64xf32>) {
  %r = onnx.Tan %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @tanh(
//       CHECK:   onnx.Tanh{{ }}
func.func @tanh(%x: tensor<?x64xf32>) {
  %r = onnx.Tanh %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @tensor_scatter(
//       CHECK:   onnx.TensorScatter{{ }}
func.func @tensor_scatter(%cache: tensor<2x4x32x8xf32>, %new: tensor<2x4x1x8xf32>, %at: tensor<2xi64>) {
  %r = onnx.TensorScatter %cache, %new, %at : (tensor<2x4x32x8xf32>, tensor<2x4x1x8xf32>, tensor<2xi64>) -> tensor<2x4x32x8xf32>
  return
}

// CHECK-LABEL: func @thresholded_relu(
//       CHECK:   onnx.ThresholdedRelu{{ }}
func.func @thresholded_relu(%x: tensor<?x64xf32>) {
  %r = onnx.ThresholdedRelu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @tile(
//       CHECK:   onnx.Tile{{ }}
func.func @tile(%x: tensor<?x64xf32>, %n: tensor<2xi64>) {
  %r = onnx.Tile %x, %n : (tensor<?x64xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @top_k(
//       CHECK:   onnx.TopK{{ }}
func.func @top_k(%x: tensor<?x64xf32>, %k: tensor<1xi64>) {
  %v, %i = onnx.TopK %x, %k {axis = -1 : i64} : (tensor<?x64xf32>, tensor<1xi64>) -> (tensor<?x?xf32>, tensor<?x?xi64>)
  return
}

// CHECK-LABEL: func @transpose(
//       CHECK:   onnx.Transpose{{ }}
func.func @transpose(%x: tensor<?x64xf32>) {
  %r = onnx.Transpose %x {perm = array<i64: 1, 0>} : (tensor<?x64xf32>) -> tensor<64x?xf32>
  return
}

// CHECK-LABEL: func @trilu(
//       CHECK:   onnx.Trilu{{ }}
func.func @trilu(%x: tensor<?x?xf32>) {
  %r = onnx.Trilu %x {upper = 0 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// CHECK-LABEL: func @unique(
//       CHECK:   onnx.Unique{{ }}
func.func @unique(%x: tensor<?xf32>) {
  %y, %first, %inverse, %counts = onnx.Unique %x : (tensor<?xf32>) -> (tensor<?xf32>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
  return
}

// CHECK-LABEL: func @unsqueeze(
//       CHECK:   onnx.Unsqueeze{{ }}
func.func @unsqueeze(%x: tensor<?x64xf32>) {
  %r = onnx.Unsqueeze %x {axes = array<i64: 0>} : (tensor<?x64xf32>) -> tensor<1x?x64xf32>
  return
}

// CHECK-LABEL: func @where(
//       CHECK:   onnx.Where{{ }}
func.func @where(%c: tensor<?x64xi1>, %x: tensor<?x64xf32>, %y: tensor<f32>) {
  %r = onnx.Where %c, %x, %y : (tensor<?x64xi1>, tensor<?x64xf32>, tensor<f32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: func @xor(
//       CHECK:   onnx.Xor{{ }}
func.func @xor(%a: tensor<?x64xi1>, %b: tensor<1xi1>) {
  %r = onnx.Xor %a, %b : (tensor<?x64xi1>, tensor<1xi1>) -> tensor<?x64xi1>
  return
}
