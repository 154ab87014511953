#ifndef DIALECTS_ONNX_IR_ONNXCOMPOSITE_TD
#define DIALECTS_ONNX_IR_ONNXCOMPOSITE_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Operators that other operators can express: `onnx-decompose` does, except for
// those that recognition takes whole.

//===-- Activations and normalisations -------------------------------------===//

def Onnx_SwishOp : Onnx_Op<"Swish", ["X"], 1, 24, 24, [Onnx_SameShape]> {
  let infer = "inferUnary(in, Elements::Float)";
  let summary = "x * sigmoid(alpha * x)";
  let description = [{
    `result = X / (1 + e^(-alpha X))`. `onnx-decompose` takes it apart.

    - (C1) The result has the shape and the element type of X, a float.

    ```mlir
    %r = onnx.Swish %x {alpha = 1.0 : f32} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha);
}

def Onnx_SwiGLUOp : Onnx_Op<"SwiGLU", ["A", "B"], 2, 28, 28, [Onnx_SameShape]> {
  let summary = "swish(A) * B";
  let description = [{
    `result = A / (1 + e^(-alpha A)) * B`. `onnx-decompose` takes it apart.

    - (C1) A, B and the result have one shape and one element type, a float.

    ```mlir
    %r = onnx.SwiGLU %a, %b {alpha = 1.0 : f32} : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha);
}

def Onnx_RMSNormalizationOp : Onnx_Op<"RMSNormalization", ["X", "Scale"], 2, 23, 23, [Onnx_SameShape]> {
  let summary = "root mean square normalisation";
  let description = [{
    Over the axes from `axis` on: `Y = X / sqrt(mean(X^2) + epsilon) * Scale`,
    the mean and its root in the type that ONNX numbers `stash_type`.

    - (C1) Y has the shape of X and the element type of Scale.
    - (C2) Scale broadcasts, unidirectionally, to the shape of X.
    - (C3) `axis` is in [-rank, rank).

    ```mlir
    %y = onnx.RMSNormalization %x, %scale {epsilon = 1.0e-5 : f32} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis, Onnx_DefaultFloat<"1e-5f">:$epsilon,
                    Onnx_DefaultInt<"1">:$stash_type);
}

//===-- Quantisation -------------------------------------------------------===//

def Onnx_DequantizeLinearOp
    : Onnx_Op<"DequantizeLinear", ["X", "Scale", "ZeroPoint"], 2, 10, 10, [Onnx_SameShape]> {
  let summary = "integers to floats";
  let description = [{
    `result = (X - ZeroPoint) * Scale`. Scale has one element, or one for each
    place of `axis`, or, with `block_size`, one for each block of that many
    places along `axis`, the last one possibly shorter. ZeroPoint, of the shape
    of Scale and the elements of X, is 0 where absent. `onnx-decompose` takes it
    apart.

    - (C1) The result has the shape of X and the elements of Scale, or those
      that ONNX numbers `output_dtype`.
    - (C2) X has integers of 2 to 32 bits, or floats of 8 or 4 bits.
    - (C3) Scale has the shape that `axis` and `block_size` ask for.

    ```mlir
    %r = onnx.DequantizeLinear %x, %s {axis = 1 : i64, block_size = 32 : i64} : (tensor<48x128xi4>, tensor<48x4xf32>) -> tensor<48x128xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$axis, Onnx_DefaultInt<"0">:$block_size,
                    Onnx_DefaultInt<"0">:$output_dtype);
}

def Onnx_QuantizeLinearOp
    : Onnx_Op<"QuantizeLinear", ["X", "Scale", "ZeroPoint"], 2, 10, 10, [Onnx_SameShape]> {
  let summary = "floats to codes";
  let description = [{
    `result = saturate(roundeven(X / Scale) + ZeroPoint)`, with Scale and
    ZeroPoint as for `onnx.DequantizeLinear`; as floats of 8 and 4 bits what
    `onnx.Cast` makes of `X / Scale + ZeroPoint`. `onnx-decompose` takes it apart.

    - (C1) The result has the shape of X and the elements of ZeroPoint, those
      that ONNX numbers `output_dtype`, or `ui8`.
    - (C2) The result has integers of 2, 4, 8 or 16 bits, or floats of 8 or 4
      bits.
    - (C3) Scale has the shape that `axis` and `block_size` ask for.

    ```mlir
    %r = onnx.QuantizeLinear %x, %s, %z : (tensor<?x64xf32>, tensor<f32>, tensor<i8>) -> tensor<?x64xi8>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$axis, Onnx_DefaultInt<"0">:$block_size,
                    Onnx_DefaultInt<"0">:$output_dtype, Onnx_DefaultInt<"0">:$precision,
                    Onnx_DefaultInt<"1">:$saturate);
}

def Onnx_DynamicQuantizeLinearOp
    : Onnx_Op<"DynamicQuantizeLinear", ["X"], 1, 11, 11, [Onnx_SameShape]> {
  let summary = "floats to ui8, with a scale of their own";
  let description = [{
    With lo = min(0, least of X) and hi = max(0, largest of X):
    `scale = (hi - lo) / 255`, `zero = saturate(roundeven(-lo / scale))` and
    `result = saturate(roundeven(X / scale) + zero)`. Results are the codes,
    scale and zero. `onnx-decompose` takes it apart.

    - (C1) X is f32; results are ui8 in its shape, a scalar f32, a scalar ui8.

    ```mlir
    %q:3 = onnx.DynamicQuantizeLinear %x : (tensor<?x64xf32>) -> (tensor<?x64xui8>, tensor<f32>, tensor<ui8>)
    ```
  }];
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_MatMulIntegerOp
    : Onnx_Op<"MatMulInteger", ["A", "B", "AZeroPoint", "BZeroPoint"], 2, 10> {
  let summary = "matrix product of 8-bit integers";
  let description = [{
    `onnx.MatMul` of (A - AZeroPoint) and (B - BZeroPoint) in i32. A zero point
    is one number, a vector with one for each row of A or column of B, or a
    tensor that has 1 on the axis summed over. `onnx-decompose` takes it apart.

    - (C1) A and B have 8-bit integers; their shapes satisfy `onnx.MatMul`.
    - (C2) Zero points have the elements of what they are subtracted from.

    ```mlir
    %r = onnx.MatMulInteger %a, %b : (tensor<?x64xi8>, tensor<64x32xi8>) -> tensor<?x32xi32>
    ```
  }];
}

def Onnx_QLinearMatMulOp
    : Onnx_Op<"QLinearMatMul", ["A", "AScale", "AZeroPoint", "B", "BScale", "BZeroPoint", "YScale", "YZeroPoint"],
              8, 10> {
  let summary = "matrix product of quantised operands, quantised";
  let description = [{
    `result = saturate(roundeven(P * (AScale * BScale / YScale) + YZeroPoint))`,
    P being `onnx.MatMulInteger` of A and B with their zero points. The factor
    and the product are f32. Scales are shaped as the zero points.
    `onnx-decompose` takes it apart.

    - (C1) A, B and YZeroPoint have 8-bit integers; A and B satisfy
      `onnx.MatMul`.
    - (C2) AZeroPoint and BZeroPoint have the elements of what they are
      subtracted from; scales are floats.
    - (C3) Scale and zero point of A are one number or one for each row, those of
      B one number or one for each column, those of the result one number.

    ```mlir
    %r = onnx.QLinearMatMul %a, %as, %az, %b, %bs, %bz, %ys, %yz
        : (tensor<?x64xui8>, tensor<f32>, tensor<ui8>, tensor<64x32xi8>, tensor<f32>, tensor<i8>, tensor<f32>, tensor<ui8>) -> tensor<?x32xui8>
    ```
  }];
}

def Onnx_MsMatMulNBitsOp
    : Onnx_Op<"ms.MatMulNBits", ["A", "B", "Scales", "ZeroPoints", "GroupIndex", "Bias"], 3, 1> {
  let summary = "matrix product with weights of 2, 4 or 8 bits in blocks";
  let description = [{
    `result = A W^T + Bias` with W [N, K]: B [N, ceil(K / block_size), block_size
    * bits / 8] holds its codes, low bits first; `W = (code - zero) * scale`,
    with Scales for each row and block. ZeroPoints, of the elements of A, one for
    each scale, or packed in ui8 as B with rows padded to bytes; 2^(bits - 1)
    where absent. `accuracy_level` allows a less exact product, which is not
    made use of. `onnx-decompose` takes it apart.

    - (C1) `bits` is 2, 4 or 8, `block_size` a power of two, at least 16.
    - (C2) The operands have the sizes that K, N and `block_size` ask for.
    - (C3) GroupIndex is absent: blocks are contiguous.

    ```mlir
    %r = onnx.ms.MatMulNBits %a, %b, %s {K = 128 : i64, N = 48 : i64, bits = 2 : i64, block_size = 32 : i64}
        : (tensor<?x128xf32>, tensor<48x4x8xui8>, tensor<48x4xf32>) -> tensor<?x48xf32>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$K, Onnx_IntAttr:$N, Onnx_DefaultInt<"4">:$bits,
                    Onnx_IntAttr:$block_size, Onnx_DefaultInt<"0">:$accuracy_level,
                    Onnx_DefaultInt<"0">:$weight_prepacked);
}

//===-- Attention ----------------------------------------------------------===//

def Onnx_RotaryEmbeddingOp
    : Onnx_Op<"RotaryEmbedding", ["X", "CosCache", "SinCache", "PositionIds"], 3, 23, 23, [Onnx_SameShape]> {
  let summary = "rotary position embedding";
  let description = [{
    X is [batch, heads, seq, head] or [batch, seq, num_heads * head]. The first
    `rotary_embedding_dim` features of each head (0: all), as two halves or, with
    `interleaved`, as even and odd ones, x1 and x2, become `x1 cos - x2 sin` and
    `x1 sin + x2 cos`. CosCache and SinCache are [positions, dim / 2], read at
    PositionIds [batch, seq], or without those [batch, seq, dim / 2].
    `onnx-decompose` takes it apart.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) X has 4 axes, or 3 and `num_heads` divides its last.
    - (C3) `rotary_embedding_dim` is even and at most the size of a head.
    - (C4) CosCache and SinCache have half as many columns as features rotate.

    ```mlir
    %r = onnx.RotaryEmbedding %x, %cos, %sin, %pos {num_heads = 4 : i64}
        : (tensor<?x?x64xf32>, tensor<128x8xf32>, tensor<128x8xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$interleaved, Onnx_DefaultInt<"0">:$num_heads,
                    Onnx_DefaultInt<"0">:$rotary_embedding_dim);
}

def Onnx_AttentionOp
    : Onnx_Op<"Attention", ["Q", "K", "V", "Mask", "PastKey", "PastValue", "NonpadLength"], 3, 23> {
  let summary = "scaled dot-product attention with grouped heads and cache";
  let description = [{
    Q, K and V are [batch, heads, seq, head], or [batch, seq, heads * head] with
    `q_num_heads` and `kv_num_heads`. PastKey and PastValue come before K and V.
    `Y = softmax(cap(Q K^T * scale) + mask) V`, cap(x) = softcap * tanh(x /
    softcap) where `softcap` is not 0; scale is 1 / sqrt(head) where absent. With
    `is_causal`, query i sees keys up to i + the number of keys before the
    step's. NonpadLength is the number of valid keys of each batch entry.
    `left_window_size` and `right_window_size` (-1: any) limit how far before and
    after its own position a query sees. A row that sees no key gives zeros.
    Results are Y, present key, present value, and the scores at the stage that
    `qk_matmul_output_mode` numbers.

    - (C1) Q, K and V have the same number of axes, 3 or 4, and heads go together.
    - (C2) PastKey and PastValue are both present or both absent.
    - (C3) There are 1 to 4 results (`num_outputs`).

    ```mlir
    %y = onnx.Attention %q, %k, %v {is_causal = 1 : i64} : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>) -> tensor<?x4x?x16xf32>
    ```
  }];
  let attributes = !con((ins Onnx_DefaultInt<"0">:$is_causal, Onnx_DefaultInt<"0">:$q_num_heads,
                             Onnx_DefaultInt<"0">:$kv_num_heads, Onnx_DefaultInt<"0">:$qk_matmul_output_mode,
                             Onnx_DefaultInt<"-1">:$left_window_size, Onnx_DefaultInt<"-1">:$right_window_size,
                             OptionalAttr<F32Attr>:$scale, Onnx_DefaultFloat<"0.0f">:$softcap,
                             Onnx_DefaultInt<"0">:$softmax_precision),
                        Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_LinearAttentionOp
    : Onnx_Op<"LinearAttention", ["Query", "Key", "Value", "PastState", "Decay", "Beta"], 3, 27> {
  let summary = "attention by a state that each token changes";
  let description = [{
    Query [batch, seq, q_num_heads * dk], Key [batch, seq, kv_num_heads * dk] and
    Value [batch, seq, kv_num_heads * dv] give each token q, k and v for each
    head; a key/value head serves as many query heads in a row as there are for
    each. S [batch, kv_num_heads, dk, dv] is PastState (zeros where absent) before
    the first token. Each token makes of it

        S = e^decay * S              "gated" and "gated_delta"
        v = beta * (v - S^T k)       "delta" and "gated_delta"
        S = S + k v^T
        y = scale * S^T q

    by `update_rule`; scale is 1 / sqrt(dk) where it is 0. Decay has a number for
    each feature of a key or for each head, Beta one for each head or one for
    all. `chunk_size` is a hint, which is not made use of. Results are y, joined
    as Query is, and the last S. S is f32 in between, f64 of f64, and at the end
    has the elements of PastState, or of Query. `onnx-decompose` makes a loop.

    - (C1) The operands are floats; all but PastState have one element type.
    - (C2) The first three have 3 axes, the last one static: equal heads, as many
      as `q_num_heads` and `kv_num_heads` say, of which the first is a multiple of
      the second.
    - (C3) `update_rule` is "linear", "gated", "delta" or "gated_delta"; Decay is
      there for "gated" rules and Beta for "delta" rules, and only for them.
    - (C4) Batch and seq are those of Query.

    ```mlir
    %y, %s = onnx.LinearAttention %q, %k, %v {q_num_heads = 4 : i64, kv_num_heads = 2 : i64, update_rule = "linear"}
        : (tensor<?x?x32xf32>, tensor<?x?x16xf32>, tensor<?x?x16xf32>) -> (tensor<?x?x32xf32>, tensor<?x2x8x8xf32>)
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"64">:$chunk_size, Onnx_IntAttr:$kv_num_heads,
                    Onnx_IntAttr:$q_num_heads, Onnx_DefaultFloat<"0.0f">:$scale,
                    Onnx_DefaultStr<"gated_delta">:$update_rule);
  let results = (outs AnyRankedTensor:$output, AnyRankedTensor:$present);
}

#endif // DIALECTS_ONNX_IR_ONNXCOMPOSITE_TD
