#ifndef DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_TD
#define DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_TD

include "dialects/RT/IR/RTDialect.td"
include "dialects/RT/IR/RTInterfaces.td"
include "dialects/Transformer/IR/TransformerDialect.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

/// Float tensors and memrefs in f32: narrower types are cast before.
class Transformer_DestinationOp<string mnemonic, list<Trait> traits = []>
    : Transformer_Op<mnemonic, traits # [AttrSizedOperandSegments,
        DeclareOpInterfaceMethods<DestinationFormOpInterface>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]>;

def Transformer_F32MemRef : MemRefOf<[F32]>;

/// Not the record of the ternary dialect: its enums would be generated here, too.
def Transformer_ScaleFormAttr : Attr<CPred<"::llvm::isa<::bitnet::ternary::ScaleFormAttr>($_self)">,
    "#ternary.scale_form"> {
  let storageType = "::bitnet::ternary::ScaleFormAttr";
  let returnType = "::bitnet::ternary::ScaleForm";
  let convertFromStorage = "$_self.getValue()";
}

def Transformer_RMSNormOp : Transformer_DestinationOp<"rms_norm"> {
  let summary = "root mean square normalisation of the last axis";
  let description = [{
    `result = (x * (1 / sqrt(mean(x^2) + eps))) * gain`. Without gain the last
    factor is left out. Source: arXiv:1910.07467.

    - (C1) The result has the shape of x, of rank 1 at least; gain has that of its last axis.

    ```mlir
    %y = transformer.rms_norm %x gain(%g) {eps = 1.0e-5 : f32}
        : (tensor<?x64xf32> gain(tensor<64xf32>)) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, Optional<RT_TensorOrMemRef>:$gain, Variadic<AnyMemRef>:$outs,
                       Optional<RT_ExecType>:$exec, F32Attr:$eps);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input (`gain` `(` $gain^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) (`gain` `(` type($gain)^ `)`)? (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_LayerNormOp : Transformer_DestinationOp<"layer_norm"> {
  let summary = "layer normalisation of the last axis";
  let description = [{
    `result = (x - mean(x)) / sqrt(var(x) + eps) * gain + bias`, var being the
    population variance; gain and bias may be absent.

    - (C1) The result has the shape of x, of rank 1 at least; gain and bias have that of its last axis.

    ```mlir
    %y = transformer.layer_norm %x gain(%g) {eps = 1.0e-5 : f32}
        : (tensor<?x64xf32> gain(tensor<64xf32>)) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, Optional<RT_TensorOrMemRef>:$gain, Optional<RT_TensorOrMemRef>:$bias,
                       Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec, F32Attr:$eps);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input (`gain` `(` $gain^ `)`)? (`bias` `(` $bias^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) (`gain` `(` type($gain)^ `)`)? (`bias` `(` type($bias)^ `)`)?
    (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_RotaryOp : Transformer_DestinationOp<"rotary"> {
  let summary = "rotary position embedding, halves rotated";
  let description = [{
    For x of shape [B, H, S, D] and cos, sin broadcastable to it (axes of size
    1 repeat; their last axis is D, or D/2 and then used for both halves):
    `result = x * cos + rotate_half(x) * sin`, where rotate_half(x) is
    (-x[D/2:], x[:D/2]). Source: arXiv:2104.09864. With `token_major`, x and
    the result are [B, S, H, D]; the tables stay as they are.

    - (C1) x has rank 4 and an even static D; cos and sin have rank 2 to 4 and
      a last axis of D or D/2.

    ```mlir
    %y = transformer.rotary %x, %cos, %sin
        : (tensor<?x4x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) -> tensor<?x4x?x16xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, RT_TensorOrMemRef:$cos, RT_TensorOrMemRef:$sin, Variadic<AnyMemRef>:$outs,
                       Optional<RT_ExecType>:$exec, UnitAttr:$token_major);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input `,` $cos `,` $sin (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) `,` type($cos) `,` type($sin) (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    /// Axes of the heads and of the positions of x and of the result.
    unsigned headAxis() { return getTokenMajor() ? 2 : 1; }
    unsigned lengthAxis() { return getTokenMajor() ? 1 : 2; }
  }];
  let hasVerifier = 1;
}

def Transformer_AttentionOp : Transformer_DestinationOp<"attention"> {
  let summary = "grouped-query attention, with its key/value cache";
  let description = [{
    Query [B, Hq, S, D]; key [B, Hkv, T, D] and value [B, Hkv, T, Dv]. With
    `key_cache` and `value_cache`, key and value are the step's new entries
    (T = S): they are appended to the caches behind the past P entries, and
    attention is over all T = P + S. Query head h reads key head
    h / (Hq / Hkv). For each query row:
    `result = softmax(q k^T * scale + mask) v`, with mask, if any, broadcastable
    to [B, Hq, S, T]: f32 is added, i1 keeps where true and puts `fill`
    (-infinity where absent) in place of the score where false. With `causal`, query i
    (of S) sees key j only if j <= i + T - S. A row whose keys are all masked
    by -infinity or false gives zeros. With `softcap`, c, a score s is
    c * tanh(s / c) before the mask. Result [B, Hq, S, Dv]. With
    `token_major`, query, key, value and result are [B, S, H, D] instead.

    - (C1) Ranks are 4; Hkv divides Hq; D of query and key agree.
    - (C2) Both caches are named, or none.
    - (C3) The result has Hq heads of the size Dv.
    - (C4) `fill` is finite and comes with a mask of i1.
    - (C5) `softcap` is finite and above 0.

    ```mlir
    %y = transformer.attention %q, %k, %v mask(%m) {scale = 0.25 : f32, key_cache = @k, value_cache = @v}
        : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32> mask(tensor<?x1x?x?xf32>))
        -> tensor<?x4x?x16xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$query, RT_TensorOrMemRef:$key, RT_TensorOrMemRef:$value, Optional<RT_TensorOrMemRef>:$mask,
    Optional<Index>:$layer, Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec,
    F32Attr:$scale, UnitAttr:$causal,
    OptionalAttr<FlatSymbolRefAttr>:$key_cache, OptionalAttr<FlatSymbolRefAttr>:$value_cache,
    OptionalAttr<F32Attr>:$fill, UnitAttr:$token_major, OptionalAttr<F32Attr>:$softcap);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` `(` $mask^ `)`)? (`layer` $layer^)? (`outs` `(` $outs^ `)`)?
    (`exec` $exec^)? attr-dict
    `:` `(` type($query) `,` type($key) `,` type($value) (`mask` `(` type($mask)^ `)`)?
    (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    /// Axes of the heads and of the positions of query, key, value and result.
    unsigned headAxis() { return getTokenMajor() ? 2 : 1; }
    unsigned lengthAxis() { return getTokenMajor() ? 1 : 2; }
  }];
  let hasVerifier = 1;
}

def Transformer_GatedActivationOp : Transformer_DestinationOp<"gated_activation"> {
  let summary = "activation(gate) * up";
  let description = [{
    Elementwise on operands of one shape; without `up`, the activation alone.

    - (C1) gate, up and result have the same shape.

    ```mlir
    %y = transformer.gated_activation %gate up(%up) {activation = #transformer.activation<relu2>}
        : (tensor<?x64xf32> up(tensor<?x64xf32>)) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$gate, Optional<RT_TensorOrMemRef>:$up, Variadic<AnyMemRef>:$outs,
                       Optional<RT_ExecType>:$exec, Transformer_ActivationAttr:$activation);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $gate (`up` `(` $up^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($gate) (`up` `(` type($up)^ `)`)? (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_LinearOp : Transformer_DestinationOp<"linear"> {
  let summary = "dense linear layer with constant weights";
  let description = [{
    `result[.., n] = sum over k of x[.., k] * weights[n, k] (+ bias[n])`, in
    f32 with the project's fixed reduction order; weights may be f32, f16 or
    bf16 and are widened exactly. They may also be packed rows of [N, K]
    (#transformer.encoding).

    - (C1) weights are static [N, K] with K the last axis of x; bias is [N]; the
      result's last axis is N.

    ```mlir
    %y = transformer.linear %x, %w : (tensor<?x64xf32>, tensor<256x64xf32>) -> tensor<?x256xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, RT_TensorOrMemRef:$weights, Optional<RT_TensorOrMemRef>:$bias,
                       Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input `,` $weights (`bias` `(` $bias^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) `,` type($weights) (`bias` `(` type($bias)^ `)`)? (`outs` `(` type($outs)^ `)`)? `)`
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Outputs of a position.
    int64_t getN();
  }];
}

def Transformer_QuantizedLinearOp : Transformer_DestinationOp<"quantized_linear"> {
  let summary = "linear layer with weights of 8 bits";
  let description = [{
    `result[.., n] = sum(n) * (scales[n] * s)`, where codes are the packed rows
    of [N, K] i8 weights (`codes8` of #transformer.encoding) and x is quantised
    for each position:
    - Q = min(32767, floor((2^31 - 1) / (127 K)));
    - s = max |x[k]| / Q in f32, or NaN where an x[k] is infinite or NaN;
    - q[k] = x[k] * (Q / max |x[k]|) in f32, rounded to nearest even and
      clamped to [-Q, Q]; 0 where all x are 0;
    - sum(n) = sum over k of codes[n, k] * q[k], exact in i32.

    The product with the scales is made in f64 and rounded to f32 once: the
    result is the same on every target.

    - (C1) codes are packed rows of [N, K], K being the last axis of x; scales
      and bias are [N]; the result's last axis is N. K is at most 2^23.

    ```mlir
    %y = transformer.quantized_linear %x, %c, %s
        : (tensor<?x64xf32>, tensor<16x1x16x64xi8>, tensor<256xf32>) -> tensor<?x256xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, RT_TensorOrMemRef:$codes, RT_TensorOrMemRef:$scales,
                       Optional<RT_TensorOrMemRef>:$bias, Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input `,` $codes `,` $scales (`bias` `(` $bias^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) `,` type($codes) `,` type($scales) (`bias` `(` type($bias)^ `)`)?
    (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_GroupedLinearOp : Transformer_DestinationOp<"grouped_linear"> {
  let summary = "linear layer with weights of 4 bits, a scale for each group";
  let description = [{
    weights are packed groups of [N, K] (`groups4` of #transformer.encoding):
    codes c[n, k] in [-8, 7], and a scale v[n, g] for each group g of 32
    elements along K. x is quantised by the same groups for each position:
    - s[g] = max |x[k]| / 127 over the group in f32, or NaN where an x[k] of it
      is infinite or NaN;
    - q[k] = x[k] * (127 / max |x[k]|) in f32, rounded to nearest even and
      clamped to [-127, 127]; 0 where all x of the group are 0;
    - sum(n, g) = sum over k of the group of c[n, k] * q[k], exact.

    `result[.., n]` is made of the groups in order, in f32, from r = 0 on:
    `r = fma(sum(n, g), v[n, g] * s[g], r)`; then bias[n] is added. The result
    is the same on every target.

    - (C1) weights are packed groups of [N, K], K being the last axis of x;
      bias is [N]; the result's last axis is N.

    ```mlir
    %y = transformer.grouped_linear %x, %w
        : (tensor<?x64xf32>, tensor<16x1x9x64xi8>) -> tensor<?x256xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, RT_TensorOrMemRef:$weights, Optional<RT_TensorOrMemRef>:$bias,
                       Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input `,` $weights (`bias` `(` $bias^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) `,` type($weights) (`bias` `(` type($bias)^ `)`)? (`outs` `(` type($outs)^ `)`)? `)`
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_ScreenedLinearOp : Transformer_DestinationOp<"screened_linear"> {
  let summary = "LM head that finds its largest logits through a narrow copy";
  let description = [{
    transformer.linear of x and packed rows `weights`, where `rt.top` is 0.
    Otherwise the result is undefined, and for each row the logits among which
    the `rt.top` largest are go to `rt.offer`: as transformer.linear computes
    them, to the bit. They are found through `codes`, `scales`, `errors` and
    `norms`, the encodings codes8, scales8, errors8 and norms of the same
    matrix: transformer.quantized_linear, with a bound on what it can be off
    the linear layer's result; only rows that the bounds do not rule out are
    multiplied by their own weights. The bound is derived in
    docs/decisions/0008-exact-head.md.

    - (C1) weights and codes are packed rows of [N, K], K being the last axis of
      x; scales, errors and norms are [N]; the result's last axis is N. K is at
      most 2^23.

    ```mlir
    %y = transformer.screened_linear %x, %w, %c, %s, %e, %n
        : (tensor<?x64xf32>, tensor<16x2x16x32xbf16>, tensor<16x1x16x64xi8>, tensor<256xf32>, tensor<256xf32>, tensor<256xf32>)
        -> tensor<?x256xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, RT_TensorOrMemRef:$weights, RT_TensorOrMemRef:$codes,
                       RT_TensorOrMemRef:$scales, RT_TensorOrMemRef:$errors, RT_TensorOrMemRef:$norms,
                       Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input `,` $weights `,` $codes `,` $scales `,` $errors `,` $norms
    (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) `,` type($weights) `,` type($codes) `,` type($scales) `,` type($errors) `,` type($norms)
    (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_EmbeddingOp : Transformer_DestinationOp<"embedding"> {
  let summary = "rows of a table, widened";
  let description = [{
    `result[.., k] = table[ids[..], k]` as f32, for integers ids in [-N, N):
    negative ones count from the end; others end the run with the status
    `BITNET_RUN_BAD_INDEX`. The table is [N, K] of f32, f16 or bf16, or packed
    rows of it (#transformer.encoding), N being `rows`.

    - (C1) The table is static, [rows, K] or packed rows of that.
    - (C2) The result has the shape of ids and a last axis K.

    ```mlir
    %y = transformer.embedding %ids, %table {rows = 256 : i64} : (tensor<?x?xi64>, tensor<256x64xbf16>) -> tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$ids, RT_TensorOrMemRef:$table, Variadic<AnyMemRef>:$outs,
                       Optional<RT_ExecType>:$exec, I64Attr:$rows);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $ids `,` $table (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($ids) `,` type($table) (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
}

def Transformer_CheckLengthsOp : Transformer_Op<"check_lengths",
    [Pure, TypesMatchWith<"the result has the type of the input", "input", "result", "$_self">]> {
  let summary = "a tensor, of a run in which all lengths are what they should be";
  let description = [{
    The input. The run ends with a status unless each element of `lengths` is
    `expected`: an operator whose batch entries may have lengths of their own
    is computed as if they had one.

    - (C1) `lengths` are integers, `expected` is one i64.

    ```mlir
    %y = transformer.check_lengths %x, %lengths, %expected
        : tensor<?x2x?x16xf32>, tensor<?xi32>, tensor<1xi64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, RankedTensorOf<[AnyInteger]>:$lengths,
                       RankedTensorOf<[I64]>:$expected);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input `,` $lengths `,` $expected attr-dict `:` type($input) `,` type($lengths) `,` type($expected)";
}

def Transformer_QuantizeRowsOp : Transformer_Op<"quantize_rows", [AttrSizedOperandSegments]> {
  let summary = "what prepares the input of a BitLinear, and its quantisation, in one pass over the rows";
  let description = [{
    For each row x of the last axis, on memrefs only:

    1. with `activation`: x becomes activation(x), times `up` if there is one;
       with `plus`: x becomes x + addend, which is also written to the sum;
    2. with `norm_eps`: x becomes rms_norm(x) as in `transformer.rms_norm`,
       with `gain` if there is one;
    3. x is quantised as in `ternary.quantize`, in groups with `group`.

    Each step computes what the op of its own would, bit for bit; only codes,
    scale and the sum are written, each row by one thread. `input` is scratch
    memory where there is an `activation`: the gated values take its place.

    - (C1) `input`, `up`, addend, sum and codes have one shape with a static last
      axis; `scale` has it with 1, or the number of groups, as its last axis,
      `gain` is that axis.
    - (C2) Not both `activation` and `plus`; `up` needs an `activation`, `gain`
      needs `norm_eps`.
    - (C3) -128 <= qmin <= qmax <= 127.
    - (C4) `group` is a multiple of 16.

    ```mlir
    transformer.quantize_rows %x plus(%y -> %sum) gain(%g) into %codes, %scale exec %exec
        {norm_eps = 1.0e-5 : f32, form = #ternary.scale_form<mul_reciprocal>, range = 127.0 : f32, eps = 1.0e-5 : f32}
        : memref<?x64xf32> plus(memref<?x64xf32> -> memref<?x64xf32>) gain(memref<64xf32>)
        into memref<?x64xi8>, memref<?x1xf32>
    ```
  }];
  let arguments = (ins
    Arg<Transformer_F32MemRef, "rows, or the gate", [MemRead, MemWrite]>:$input,
    Arg<Optional<Transformer_F32MemRef>, "factor of the activation", [MemRead]>:$up,
    Arg<Optional<Transformer_F32MemRef>, "", [MemRead]>:$addend,
    Arg<Optional<Transformer_F32MemRef>, "input + addend", [MemWrite]>:$sum,
    Arg<Optional<Transformer_F32MemRef>, "", [MemRead]>:$gain,
    Arg<MemRefOf<[I8]>, "", [MemWrite]>:$codes,
    Arg<Transformer_F32MemRef, "one for each row or group", [MemWrite]>:$scale, RT_ExecType:$exec,
    OptionalAttr<Transformer_ActivationAttr>:$activation, OptionalAttr<F32Attr>:$norm_eps,
    Transformer_ScaleFormAttr:$form, F32Attr:$range, F32Attr:$eps,
    DefaultValuedAttr<I64Attr, "-128">:$qmin, DefaultValuedAttr<I64Attr, "127">:$qmax,
    UnitAttr:$adds_eps, UnitAttr:$eps_of_scale, UnitAttr:$by_reciprocal, OptionalAttr<I64Attr>:$group);
  let assemblyFormat = [{
    $input (`up` `(` $up^ `)`)? (`plus` `(` $addend^ `->` $sum `)`)? (`gain` `(` $gain^ `)`)?
    `into` $codes `,` $scale `exec` $exec attr-dict
    `:` type($input) (`up` `(` type($up)^ `)`)? (`plus` `(` type($addend)^ `->` type($sum) `)`)?
    (`gain` `(` type($gain)^ `)`)? `into` type($codes) `,` type($scale)
  }];
  let hasVerifier = 1;
}

def Transformer_LastPositionsOp : Transformer_Op<"last_positions", [Pure, SameOperandsAndResultType]> {
  let summary = "the positions of a step whose logits are wanted";
  let description = [{
    On x of shape [B, S, H]: the last `rt.logit_rows` positions of axis 1, or
    all of them where that is 0. Lets the LM head skip the rest of a prompt.

    - (C1) x has rank 3; the result has its type with a dynamic axis 1.

    ```mlir
    %y = transformer.last_positions %x : tensor<?x?x64xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[F32]>:$input);
  let results = (outs RankedTensorOf<[F32]>:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
  let hasVerifier = 1;
}

#endif // DIALECTS_TRANSFORMER_IR_TRANSFORMEROPS_TD
