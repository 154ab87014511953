#ifndef DIALECTS_TERNARY_IR_TERNARYOPS_TD
#define DIALECTS_TERNARY_IR_TERNARYOPS_TD

include "dialects/RT/IR/RTDialect.td"
include "dialects/RT/IR/RTInterfaces.td"
include "dialects/Ternary/IR/TernaryDialect.td"
include "dialects/Ternary/IR/TernaryFloatOps.td"
include "dialects/Ternary/IR/TernaryTileOps.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Ternary_ConstantOp : Ternary_Op<"constant", [Pure]> {
  let summary = "matrix of trits";
  let description = [{
    `value` holds 2-bit codes (trit + 1), four a byte, low bits first,
    row-major over [N, K] without padding between rows. No code may be 3: what
    a value holds, up to hundreds of megabytes, is read once, by `ternary-pack`,
    and that is where a code of 3 is an error.

    - (C1) The result has a static rank of 2, and `value` has ceil(N * K / 4)
      bytes of `i8`.

    ```mlir
    %w = ternary.constant dense<[36, 24]> : tensor<2xi8> as tensor<2x4x!ternary.trit>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs RankedTensorOf<[Ternary_TritType]>:$result);
  let assemblyFormat = "$value attr-dict `as` type($result)";
  let hasVerifier = 1;
}

def Ternary_QuantizeOp : Ternary_Op<"quantize", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<DestinationFormOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "quantise activations to 8 bits, a scale for each token";
  let description = [{
    For each row x of the last axis, with m = max(max |x|, eps), or max |x| +
    eps (`adds_eps`), by `form`, all in f32:
    - `mul_reciprocal`: scale = (1 / m) * range, y = x * scale;
    - `div`: scale = range / m, y = x * scale;
    - `step`: scale = m / range, y = x / scale;
    - `largest`: scale = m, y = (x * range) / scale;
    - `step_product`: scale = m * range, y = x / scale;
    - `unit`: scale = m, y = (x / scale) * range.

    With `eps_of_scale` the scale has the bound, or what is added, and m is max
    |x|. With `by_reciprocal` what is divided by the scale is multiplied by 1 /
    scale instead.

    `codes = clamp(roundeven(y), qmin, qmax)`. The scale has the shape of x with
    1 on the last axis. Source: BitNet b1.58 (arXiv:2402.17764).

    With `group`, each `group` terms of a row (the last ones may be fewer) are
    quantised like a row of their own, and the scale has one for each of them on
    its last axis.

    - (C1) codes and scale have the shapes above; the last axis is static.
    - (C2) -128 <= qmin <= qmax <= 127.
    - (C3) `group` is a multiple of 16 from 16 to 240.
    - (C4) `eps_of_scale` is for `step` and `step_product`, `by_reciprocal` for
      what divides by the scale.

    ```mlir
    %q, %s = ternary.quantize %x {form = #ternary.scale_form<mul_reciprocal>, range = 127.0 : f32,
        eps = 1.0e-5 : f32, qmin = -128 : i64, qmax = 127 : i64}
        : tensor<?x64xf32> -> tensor<?x64xi8>, tensor<?x1xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, Variadic<AnyMemRef>:$outs,
    Optional<RT_ExecType>:$exec, Ternary_ScaleFormAttr:$form, F32Attr:$range, F32Attr:$eps,
    DefaultValuedAttr<I64Attr, "-128">:$qmin, DefaultValuedAttr<I64Attr, "127">:$qmax,
    UnitAttr:$adds_eps, UnitAttr:$eps_of_scale, UnitAttr:$by_reciprocal, OptionalAttr<I64Attr>:$group);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $input (`outs` `(` $outs^ `:` type($outs) `)`)? (`exec` $exec^)? attr-dict `:` type($input) (`->` type($results)^)?
  }];
  let hasVerifier = 1;
}

def Ternary_LinearOp : Ternary_Op<"linear", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<DestinationFormOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "products of one quantised input with ternary weights, rescaled";
  let description = [{
    For each weight matrix i: `sum[.., n] = sum over k of codes[.., k] *
    weights_i[n, k]`, exact in i32; then the scales in the order of `rescale`,
    in f32, then `+ bias`. `weight_scales_i` is a scalar (1 element) or a
    vector of N_i. Several weights share one input (siblings: q/k/v, gate/up).

    With `group`, codes were quantised in groups of so many terms, of which there
    are G, and `scale` has one for each. `sum[.., g, n]` is that of the terms of
    group g, exact, and from r = 0 on, g ascending, each operation rounded to f32:
    - `r += sum[.., g, n] * (scale[.., g] * weight_scales_i[n / 64, g, n % 64])`
      where weight scales are in groups, too: [ceil(N_i / 64), G, 64], with
      anything behind row N_i;
    - `r += sum[.., g, n] * scale[.., g]` where they are not: then
      `r *= weight_scales_i[n]`.

    Then `r += bias`. So results are the same whatever strategy, layout and target.

    Before `ternary-pack` weights are `tensor<NxKx!ternary.trit>`; after it,
    `layout`, `rows_of` (= N_i) and `strategy` are set and weights are the
    layout's bytes, `tensor<Bxi8>`.

    - (C1) As many weights as weight_scales and as results; none or as many biases.
    - (C2) Trit weights are static [N, K] with K the last axis of codes.
    - (C3) Packed weights have the layout's number of bytes, `rows_of` one entry
      for each.
    - (C4) codes are i8 and 1 <= K < 2^23, so that no i32 sum overflows and every sum is exact in f32
      up to 2^24 / 128 terms.
    - (C5) weight_scales_i and biases_i have 1 or N_i elements; result i has the
      rank of codes and a last axis of N_i.
    - (C6) `group` is a multiple of 16 from 16 to 240, so that a group's sum fits
      in 16 bits; the last axis of `scale` is ceil(K / group), and `rescale` is
      `mul_prod`. Weight scales in groups have the shape above.

    ```mlir
    %y = ternary.linear %q, %s weights(%w) scales(%ws) {rescale = #ternary.rescale_form<div_mul>}
        : (tensor<?x64xi8>, tensor<?x1xf32> weights(tensor<32x64x!ternary.trit>) scales(tensor<1xf32>)) -> tensor<?x32xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$codes, RT_TensorOrMemRef:$scale, Variadic<RT_TensorOrMemRef>:$weights,
    Variadic<RT_TensorOrMemRef>:$weight_scales, Variadic<RT_TensorOrMemRef>:$biases, Variadic<AnyMemRef>:$outs,
    Ternary_RescaleFormAttr:$rescale,
    OptionalAttr<Ternary_LayoutAttr>:$layout, OptionalAttr<DenseI64ArrayAttr>:$rows_of,
    OptionalAttr<Ternary_StrategyAttr>:$strategy, OptionalAttr<DictionaryAttr>:$tile,
    OptionalAttr<StrAttr>:$kernel, OptionalAttr<I64Attr>:$group, Optional<RT_ExecType>:$exec);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $codes `,` $scale `weights` `(` $weights `)` `scales` `(` $weight_scales `)`
    (`biases` `(` $biases^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($codes) `,` type($scale) `weights` `(` type($weights) `)` `scales` `(` type($weight_scales) `)`
    (`biases` `(` type($biases)^ `)`)? (`outs` `(` type($outs)^ `)`)? `)` (`->` type($results)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Terms of each sum: the last axis of codes.
    int64_t getK();
    /// Outputs of matrix i.
    int64_t getN(unsigned i);
    /// Rows that lie side by side in weight scales of groups.
    static constexpr int64_t scaleRows = 64;
    /// Whether each group of matrix i has weight scales of its own.
    bool hasGroupScales(unsigned i);
  }];
}

#endif // DIALECTS_TERNARY_IR_TERNARYOPS_TD
