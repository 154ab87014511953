#ifndef DIALECTS_ONNX_IR_ONNXMICROSOFT_TD
#define DIALECTS_ONNX_IR_ONNXMICROSOFT_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Operators of com.microsoft that `onnx-decompose` takes apart.

//===-- Activations --------------------------------------------------------===//

def Onnx_MsGeluOp : Onnx_Op<"ms.Gelu", ["X"], 1, 1, 1, [Onnx_SameShape]> {
  let infer = "inferUnary(in, Elements::Float)";
  let summary = "Gaussian error linear unit";
  let description = [{
    `onnx.Gelu` without approximation.

    - (C1) The result has the shape and the element type of X, a float.

    ```mlir
    %r = onnx.ms.Gelu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
}

def Onnx_MsQuickGeluOp : Onnx_Op<"ms.QuickGelu", ["X"], 1, 1, 1, [Onnx_SameShape]> {
  let infer = "inferUnary(in, Elements::Float)";
  let summary = "x * sigmoid(alpha * x)";
  let description = [{
    `onnx.Swish` with an `alpha` that is 1.702 by default.

    - (C1) The result has the shape and the element type of X, a float.

    ```mlir
    %r = onnx.ms.QuickGelu %x : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1.702f">:$alpha);
}

class Onnx_MsBiasedGeluOp<string mnemonic, string bias, int required, string gelu>
    : Onnx_Op<mnemonic, ["X", bias], required, 1, 1, [Onnx_SameShape]> {
  let infer = "inferMsBiasedGelu(in)";
  let summary = "Gaussian error linear unit of a sum";
  let description = "`onnx.Gelu` " # gelu # " of X + " # bias # [{.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) The bias is a vector of X's elements and of its last axis's size.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
}
def Onnx_MsBiasGeluOp : Onnx_MsBiasedGeluOp<"ms.BiasGelu", "Bias", 2, "without approximation">;
def Onnx_MsFastGeluOp : Onnx_MsBiasedGeluOp<"ms.FastGelu", "Bias", 1, "with the approximation by tanh">;

//===-- Products -----------------------------------------------------------===//

def Onnx_MsFusedGemmOp : Onnx_Op<"ms.FusedGemm", ["A", "B", "C"], 2, 1> {
  let summary = "matrix product with addend, and an activation";
  let description = [{
    The operator `activation` of `onnx.Gemm`. `activation_alpha` and so on are
    its attributes `alpha` and so on.

    - (C1) The constraints of `onnx.Gemm` hold; elements are floats.
    - (C2) `activation` is "Celu", "Elu", "HardSigmoid", "LeakyRelu", "Relu",
      "Selu", "Sigmoid", "Softplus", "Softsign", "Tanh" or "ThresholdedRelu".

    ```mlir
    %r = onnx.ms.FusedGemm %a, %b, %c {activation = "LeakyRelu", activation_alpha = 0.1 : f32}
        : (tensor<?x64xf32>, tensor<64x32xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha, Onnx_DefaultFloat<"1.0f">:$beta,
                    Onnx_DefaultInt<"0">:$transA, Onnx_DefaultInt<"0">:$transB,
                    Onnx_DefaultStr<"">:$activation, OptionalAttr<F32Attr>:$activation_alpha,
                    OptionalAttr<F32Attr>:$activation_beta, OptionalAttr<F32Attr>:$activation_gamma);
}

def Onnx_MsFusedConvOp : Onnx_Op<"ms.FusedConv", ["X", "W", "B", "Z"], 2, 1> {
  let summary = "convolution with an addend and an activation";
  let description = [{
    The operator `activation` of `onnx.Conv` + Z, or the sum itself without
    one. `activation_params` are its attributes (`alpha` and `beta`, `min` and
    `max`).

    - (C1) The constraints of `onnx.Conv` hold; Z has the shape and the elements
      of the result.
    - (C2) `activation` is absent, "Clip", "HardSigmoid", "HardSwish",
      "LeakyRelu", "Relu", "Sigmoid" or "Tanh"; there is a parameter for each of
      its attributes.

    ```mlir
    %y = onnx.ms.FusedConv %x, %w {activation = "Relu"} : (tensor<?x8x?xf32>, tensor<16x8x3xf32>) -> tensor<?x16x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"NOTSET">:$auto_pad, OptionalAttr<DenseI64ArrayAttr>:$dilations,
                    Onnx_DefaultInt<"1">:$group, OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
                    OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$strides,
                    Onnx_DefaultStr<"">:$activation, OptionalAttr<DenseF32ArrayAttr>:$activation_params);
}

//===-- Normalisations -----------------------------------------------------===//

def Onnx_MsSkipLayerNormalizationOp
    : Onnx_Op<"ms.SkipLayerNormalization", ["Input", "Skip", "Gamma", "Beta", "Bias"], 3, 1, 1, [Onnx_SameShape]> {
  let summary = "layer normalisation of a sum";
  let description = [{
    With `sum = Input + Skip + Bias` (Bias may be absent), over the last axis:
    `onnx.LayerNormalization` of sum with Gamma and Beta. Results are Y, mean
    and inverse deviation (f32, 1 on the last axis), and `sum`.

    - (C1) Y and sum have the shape and the element type of Input, a float.
    - (C2) Skip has the shape of Input, or broadcasts to it; a run where it
      would broadcast Input ends.
    - (C3) Gamma, Beta and Bias are vectors of the size of Input's last axis.
    - (C4) There are 1 to 4 results (`num_outputs`).

    ```mlir
    %y = onnx.ms.SkipLayerNormalization %x, %skip, %g {epsilon = 1.0e-5 : f32}
        : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = !con((ins Onnx_DefaultFloat<"1e-12f">:$epsilon), Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_MsEmbedLayerNormalizationOp
    : Onnx_Op<"ms.EmbedLayerNormalization",
              ["Ids", "SegmentIds", "WordTable", "PositionTable", "SegmentTable", "Gamma", "Beta", "Mask",
               "PositionIds"], 1, 1> {
  let summary = "sum of embeddings, normalised";
  let description = [{
    `sum = WordTable[Ids] + PositionTable[PositionIds] + SegmentTable[SegmentIds]`,
    the positions being 0, 1, ... where absent and segments optional, then
    `onnx.LayerNormalization` with Gamma and Beta over the last axis. Results are
    Y, the number of tokens of each batch entry that Mask keeps (0 without Mask,
    i32) and the sum.

    - (C1) Ids are [batch, seq] of i32; SegmentIds, Mask and PositionIds likewise,
      PositionIds possibly of one batch entry. A run where they are not ends.
    - (C2) Tables have two axes, of one width and one float type; Gamma and Beta
      are vectors of that width.
    - (C3) There are 1 to 3 results (`num_outputs`); `mask_index_type` is 0 or
      absent.

    ```mlir
    %y = onnx.ms.EmbedLayerNormalization %ids, %none, %w, %p, %none, %g, %b
        : (tensor<?x?xi32>, none, tensor<100x64xf32>, tensor<32x64xf32>, none, tensor<64xf32>, tensor<64xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = !con((ins Onnx_DefaultFloat<"1e-12f">:$epsilon, Onnx_DefaultInt<"0">:$mask_index_type),
                        Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

//===-- Quantisation -------------------------------------------------------===//

def Onnx_MsQuantizeLinearOp
    : Onnx_Op<"ms.QuantizeLinear", ["X", "Scale", "ZeroPoint"], 2, 1, 1, [Onnx_SameShape]> {
  let infer = "inferQuantizeLinear(in)";
  let summary = "floats to integers";
  let description = [{
    `onnx.QuantizeLinear`, of ONNX Runtime's domain: exporters wrote it before
    the standard one had 16 and 4 bits.

    - (C1) The constraints of `onnx.QuantizeLinear` hold.

    ```mlir
    %r = onnx.ms.QuantizeLinear %x, %s, %z : (tensor<?x64xf32>, tensor<f32>, tensor<ui16>) -> tensor<?x64xui16>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$axis, Onnx_DefaultInt<"0">:$block_size);
}

def Onnx_MsDequantizeLinearOp
    : Onnx_Op<"ms.DequantizeLinear", ["X", "Scale", "ZeroPoint"], 2, 1, 1, [Onnx_SameShape]> {
  let infer = "inferDequantizeLinear(in)";
  let summary = "integers to floats";
  let description = [{
    `onnx.DequantizeLinear`, of ONNX Runtime's domain.

    - (C1) The constraints of `onnx.DequantizeLinear` hold.

    ```mlir
    %r = onnx.ms.DequantizeLinear %x, %s : (tensor<?x64xui16>, tensor<f32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$axis, Onnx_DefaultInt<"0">:$block_size);
}

def Onnx_MsMatMulIntegerToFloatOp
    : Onnx_Op<"ms.MatMulIntegerToFloat", ["A", "B", "AScale", "BScale", "AZeroPoint", "BZeroPoint", "Bias"], 4, 1> {
  let summary = "matrix product of 8-bit integers, scaled";
  let description = [{
    `result = P * (AScale * BScale) + Bias`, P being `onnx.MatMulInteger` of A
    and B with their zero points.

    - (C1) A, B and the zero points satisfy `onnx.MatMulInteger`.
    - (C2) Scales are floats of the result's elements: one number, or a vector
      with one for each column of B.
    - (C3) Bias is a vector of those elements, one for each column of B.

    ```mlir
    %r = onnx.ms.MatMulIntegerToFloat %a, %b, %as, %bs
        : (tensor<?x64xui8>, tensor<64x32xi8>, tensor<f32>, tensor<32xf32>) -> tensor<?x32xf32>
    ```
  }];
}

def Onnx_MsDynamicQuantizeMatMulOp
    : Onnx_Op<"ms.DynamicQuantizeMatMul", ["A", "B", "BScale", "BZeroPoint", "Bias"], 3, 1> {
  let summary = "matrix product of floats, quantised on the way, and 8-bit integers";
  let description = [{
    `onnx.DynamicQuantizeLinear` of A, then `onnx.ms.MatMulIntegerToFloat` with
    its codes, scale and zero point.

    - (C1) A is f32; B has 8-bit integers; their shapes satisfy `onnx.MatMul`.
    - (C2) BScale, BZeroPoint and Bias are as in `onnx.ms.MatMulIntegerToFloat`.

    ```mlir
    %r = onnx.ms.DynamicQuantizeMatMul %a, %b, %bs
        : (tensor<?x64xf32>, tensor<64x32xi8>, tensor<f32>) -> tensor<?x32xf32>
    ```
  }];
}

def Onnx_MsGatherBlockQuantizedOp
    : Onnx_Op<"ms.GatherBlockQuantized", ["Data", "Indices", "Scales", "ZeroPoints"], 3, 1> {
  let summary = "rows of a table of codes in blocks, as floats";
  let description = [{
    `onnx.Gather` along `gather_axis` of the table that Data holds: `(code -
    zero) * scale`, with a scale for each `block_size` places of
    `quantize_axis`. Codes are integers of 4 bits, or stand in ui8, `bits` (2, 4
    or 8) each, low bits first along the last axis. ZeroPoints are of the scales'
    shape, or packed likewise; absent, they are 0, or 2^(bits - 1) of codes in
    ui8.

    - (C1) Data has two axes or more, of static size; `block_size` is a power of
      two, at least 16; `gather_axis` and `quantize_axis` are different axes of
      Data.
    - (C2) Scales are floats, with the shape of the codes but for
      ceil(size / block_size) places of `quantize_axis`.
    - (C3) Codes in ui8 are quantised along the last axis; `bits` is 4 of
      integers of 4 bits.

    ```mlir
    %r = onnx.ms.GatherBlockQuantized %t, %ids, %s {block_size = 32 : i64}
        : (tensor<100x32xui8>, tensor<?x?xi64>, tensor<100x2xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"4">:$bits, Onnx_DefaultInt<"128">:$block_size,
                    Onnx_DefaultInt<"0">:$gather_axis, Onnx_DefaultInt<"1">:$quantize_axis);
}

//===-- Attention ----------------------------------------------------------===//

def Onnx_MsRotaryEmbeddingOp
    : Onnx_Op<"ms.RotaryEmbedding", ["X", "PositionIds", "CosCache", "SinCache"], 4, 1, 1, [Onnx_SameShape]> {
  let summary = "rotary position embedding";
  let description = [{
    `onnx.RotaryEmbedding` with tables [positions, dim / 2]. PositionIds are
    [batch, seq], or one number: the first token's place, of all batch entries.
    The head size of X with 3 axes follows from `num_heads` or, without it, from
    the tables. `scale` is not made use of by ONNX Runtime either.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) X has 4 axes, or 3 of which the last holds equal heads.
    - (C3) `scale` is 1 and `is_packed_batching` 0; `num_heads` is given with
      `rotary_embedding_dim`.
    - (C4) The tables have half as many columns as features rotate: of tables as
      wide as a whole head, ONNX Runtime reads a row as several.

    ```mlir
    %r = onnx.ms.RotaryEmbedding %x, %pos, %cos, %sin
        : (tensor<?x?x64xf32>, tensor<?x?xi64>, tensor<128x8xf32>, tensor<128x8xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$interleaved, Onnx_DefaultInt<"0">:$num_heads,
                    Onnx_DefaultInt<"0">:$rotary_embedding_dim, Onnx_DefaultFloat<"1.0f">:$scale,
                    Onnx_DefaultInt<"0">:$is_packed_batching);
}

def Onnx_MsMultiHeadAttentionOp
    : Onnx_Op<"ms.MultiHeadAttention",
              ["Query", "Key", "Value", "Bias", "KeyPaddingMask", "AttentionBias", "PastKey", "PastValue"], 1, 1> {
  let summary = "attention with as many key as query heads";
  let description = [{
    Query is [batch, seq, hidden], Key [batch, keys, hidden], Value [batch, keys,
    value hidden]; Bias, the concatenated biases of the three, is added first.
    Key and Value may also be [batch, heads, keys, head]: then they are whole,
    without bias or past. Then `onnx.Attention` with `num_heads` heads, the past
    and `AttentionBias` [batch or 1, heads or 1, seq, T]; keys whose
    KeyPaddingMask [batch, T] is 0 get `mask_filter_value` added, T being the
    number of past and new keys. With `unidirectional`, query i sees keys up to
    i + past. Results are the output, present key and present value.

    - (C1) `num_heads` divides the last axes; batch, heads and lengths go
      together, those of KeyPaddingMask and AttentionBias too. A run where they
      do not ends.
    - (C2) PastKey and PastValue, [batch, heads, past, head], are both present or
      both absent.
    - (C3) There are 1 to 3 results (`num_outputs`), one without a past's Key and
      Value being separate.
    - (C4) With `unidirectional` there are as many keys as queries.

    ```mlir
    %y = onnx.ms.MultiHeadAttention %q, %k, %v {num_heads = 4 : i64}
        : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<?x?x64xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = !con((ins Onnx_IntAttr:$num_heads, Onnx_DefaultFloat<"-10000.0f">:$mask_filter_value,
                             OptionalAttr<F32Attr>:$scale, Onnx_DefaultInt<"0">:$unidirectional),
                        Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_MsAttentionOp
    : Onnx_Op<"ms.Attention", ["Input", "Weights", "Bias", "Mask", "Past", "AttentionBias", "PastLength"], 2, 1> {
  let summary = "projections of one input, and attention of them";
  let description = [{
    Query, key and value are the parts of `Input * Weights + Bias` that have
    `qkv_hidden_sizes` columns, or a third each; then
    `onnx.ms.MultiHeadAttention` of them. Mask is [batch, T], what is not 0 being
    kept, or [batch, seq, T], or [batch], the number of keys to keep. Past is
    [2, batch, heads, past, head]: keys, then values. Results are the output
    and, likewise, present.

    - (C1) Input has three axes, Weights two, the first of the size of Input's
      last; Bias is a vector with a number for each column. Elements are floats.
    - (C2) Mask has `i32` and one of these shapes.
    - (C3) `onnx.ms.MultiHeadAttention` takes the parts, Past and AttentionBias.
    - (C4) `do_rotary` and `past_present_share_buffer` are 0, and PastLength is
      absent.
    - (C5) There are 1 or 2 results (`num_outputs`).

    ```mlir
    %y = onnx.ms.Attention %x, %w, %b {num_heads = 4 : i64}
        : (tensor<?x?x64xf32>, tensor<64x192xf32>, tensor<192xf32>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = !con((ins Onnx_IntAttr:$num_heads, Onnx_DefaultFloat<"-10000.0f">:$mask_filter_value,
                             OptionalAttr<DenseI64ArrayAttr>:$qkv_hidden_sizes, OptionalAttr<F32Attr>:$scale,
                             Onnx_DefaultInt<"0">:$unidirectional, Onnx_DefaultInt<"0">:$do_rotary,
                             Onnx_DefaultInt<"0">:$past_present_share_buffer,
                             Onnx_DefaultInt<"0">:$rotary_embedding_dim),
                        Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

#endif // DIALECTS_ONNX_IR_ONNXMICROSOFT_TD
