#ifndef DIALECTS_ONNX_IR_ONNXMATH_TD
#define DIALECTS_ONNX_IR_ONNXMATH_TD

include "dialects/Onnx/IR/OnnxDialect.td"

//===-- Products -----------------------------------------------------------===//

def Onnx_MatMulOp : Onnx_Op<"MatMul", ["A", "B"], 2, 1> {
  let summary = "matrix product";
  let description = [{
    The product of the last two axes, over the broadcast leading ones, as
    numpy.matmul: a vector A counts as a row, a vector B as a column, and their
    axis leaves the result.

    - (C1) A's last axis has the size of B's last but one.
    - (C2) The leading axes broadcast.
    - (C3) A, B and the result have one element type.

    ```mlir
    %r = onnx.MatMul %a, %b : (tensor<?x?x64xf32>, tensor<64x32xf32>) -> tensor<?x?x32xf32>
    ```
  }];
}

def Onnx_GemmOp : Onnx_Op<"Gemm", ["A", "B", "C"], 2, 1, 7> {
  let summary = "matrix product with addend";
  let description = [{
    `result = alpha * A' * B' + beta * C`, where A' is A or, with `transA`, its
    transpose; B' likewise. C may be absent.

    - (C1) A and B have two axes; A' is [M, K] and B' [K, N].
    - (C2) C broadcasts, unidirectionally, to the result's [M, N].
    - (C3) All have one element type.

    ```mlir
    %r = onnx.Gemm %a, %b, %c {transB = 1 : i64} : (tensor<?x64xf32>, tensor<32x64xf32>, tensor<32xf32>) -> tensor<?x32xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha, Onnx_DefaultFloat<"1.0f">:$beta,
                    Onnx_DefaultInt<"0">:$transA, Onnx_DefaultInt<"0">:$transB);
}

def Onnx_MsFusedMatMulOp : Onnx_Op<"ms.FusedMatMul", ["A", "B"], 2, 1> {
  let summary = "matrix product of transposed operands, scaled";
  let description = [{
    `onnx.MatMul` of A and B times `alpha`; `transA` and `transB` transpose the
    operand's last two axes first, `transBatchA` and `transBatchB` first move
    its leading axis to the last place but one.

    - (C1) The operands so transposed satisfy the constraints of `onnx.MatMul`.

    ```mlir
    %r = onnx.ms.FusedMatMul %a, %b {transB = 1 : i64} : (tensor<?x?x64xf32>, tensor<32x64xf32>) -> tensor<?x?x32xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1.0f">:$alpha, Onnx_DefaultInt<"0">:$transA,
                    Onnx_DefaultInt<"0">:$transB, Onnx_DefaultInt<"0">:$transBatchA,
                    Onnx_DefaultInt<"0">:$transBatchB);
}

//===-- Reductions ---------------------------------------------------------===//

class Onnx_ReduceOp<string mnemonic, string sum, string elements, string kind, string note = "">
    : Onnx_Op<mnemonic, ["Data", "AxesOperand"], 1, 1> {
  let infer = "inferReduce(in, Elements::" # kind # ")";
  let summary = sum # " over axes";
  let description = "The " # sum # [{ over `axes`, which stand in the attribute or in the
    second operand; negative ones count from the end. Without axes, over all of
    them, or over none with `noop_with_empty_axes`. Reduced axes stay with size
    1 (`keepdims`) or go.}] # note # [{

    - (C1) Axes are distinct and in [-rank, rank).
    - (C2) Axes are not given twice, by attribute and by operand.
    - (C3) The element type of data and result is }] # elements # [{.
    - (C4) The number of axes is static, unless the axes stay.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x {axes = array<i64: -1>} : (tensor<?x64xf32>) -> tensor<?x1xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$axes, Onnx_DefaultInt<"1">:$keepdims,
                    Onnx_DefaultInt<"0">:$noop_with_empty_axes);
  let extraDeclaration = [{
  /// The axes reduced, ascending, in [0, rank); nullopt where their operand is
  /// not constant.
  std::optional<::llvm::SmallVector<int64_t>> getReducedAxes() {
    return ::bitnet::onnx::getReducedAxes(*this);
  }
}];
}
def Onnx_ReduceMaxOp : Onnx_ReduceOp<"ReduceMax", "largest element", "a number or `i1`", "NumberOrBool">;
def Onnx_ReduceMinOp : Onnx_ReduceOp<"ReduceMin", "least element", "a number or `i1`", "NumberOrBool">;
def Onnx_ReduceSumOp : Onnx_ReduceOp<"ReduceSum", "sum of elements", "a number", "Number">;
def Onnx_ReduceMeanOp : Onnx_ReduceOp<"ReduceMean", "mean of elements", "a number", "Number">;
def Onnx_ReduceProdOp : Onnx_ReduceOp<"ReduceProd", "product of elements", "a number", "Number">;
/// Over no axes, these still do to each element what they do besides reducing.
class Onnx_CompositeReduceOp<string mnemonic, string sum, string note = "">
    : Onnx_ReduceOp<mnemonic, sum, "a number", "Number", " Over no axes, that of each element alone." # note>;
def Onnx_ReduceL1Op : Onnx_CompositeReduceOp<"ReduceL1", "sum of magnitudes">;
def Onnx_ReduceL2Op : Onnx_CompositeReduceOp<"ReduceL2", "root of the sum of squares",
    " Of integers the sum is an f64, and the root is truncated.">;
def Onnx_ReduceSumSquareOp : Onnx_CompositeReduceOp<"ReduceSumSquare", "sum of squares">;
def Onnx_ReduceLogSumOp : Onnx_CompositeReduceOp<"ReduceLogSum", "logarithm of the sum of elements">;
def Onnx_ReduceLogSumExpOp : Onnx_CompositeReduceOp<"ReduceLogSumExp", "logarithm of the sum of exponentials">;

class Onnx_ArgOp<string mnemonic, string which> : Onnx_Op<mnemonic, ["Data"], 1, 1> {
  let infer = "inferArg(in)";
  let summary = "index of the " # which # " element along an axis";
  let description = [{
    The index along `axis`, an `i64`; among equal elements the first one, or the
    last with `select_last_index`. The axis stays with size 1 (`keepdims`) or
    goes.

    - (C1) `axis` is in [-rank, rank).

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x {axis = -1 : i64, keepdims = 0 : i64} : (tensor<?x64xf32>) -> tensor<?xi64>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$axis, Onnx_DefaultInt<"1">:$keepdims,
                    Onnx_DefaultInt<"0">:$select_last_index);
}

def Onnx_ArgMaxOp : Onnx_ArgOp<"ArgMax", "largest">;
def Onnx_ArgMinOp : Onnx_ArgOp<"ArgMin", "least">;

class Onnx_CumulativeOp<string mnemonic, string what, int since>
    : Onnx_Op<mnemonic, ["X", "Axis"], 2, since, since, [Onnx_SameShape]> {
  let infer = "inferCumulative(in)";
  let summary = "running " # what # " along an axis";
  let description = "`result[i]` is the " # what # [{ of the elements up to i along Axis, i
    included unless `exclusive`; from the end where `reverse`.

    - (C1) The result has the shape and the element type of X, a number.
    - (C2) Axis is one integer in [-rank, rank).

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x, %axis : (tensor<?x64xi64>, tensor<i64>) -> tensor<?x64xi64>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$exclusive, Onnx_DefaultInt<"0">:$reverse);
}
def Onnx_CumSumOp : Onnx_CumulativeOp<"CumSum", "sum", 11>;
def Onnx_CumProdOp : Onnx_CumulativeOp<"CumProd", "product", 26>;

def Onnx_TopKOp : Onnx_Op<"TopK", ["X", "KOperand"], 1, 1> {
  let summary = "largest or least elements along an axis";
  let description = [{
    The K largest (`largest = 0`: least) elements along `axis`, and their
    places, from the most extreme one on; of equal ones the first comes first.
    NaN counts as above all numbers. `sorted = 0` asks for no order and gets the
    same. K stands in the second operand or, before operator set 10, in an
    attribute.

    - (C1) `axis` is in [-rank, rank).
    - (C2) The element type is a number.
    - (C3) K is one `i64`, given once, from 0 to the size of the axis.

    ```mlir
    %v, %i = onnx.TopK %x, %k {axis = -1 : i64} : (tensor<?x64xf32>, tensor<1xi64>) -> (tensor<?x?xf32>, tensor<?x?xi64>)
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis, Onnx_DefaultInt<"1">:$largest,
                    Onnx_DefaultInt<"1">:$sorted, OptionalAttr<Onnx_IntAttr>:$k);
  let results = (outs AnyRankedTensor:$Values, AnyRankedTensor:$Indices);
}

def Onnx_EinsumOp : Onnx_Op<"Einsum", [], 1, 12> {
  let summary = "sum of products by named axes";
  let description = [{
    `equation` names the axes of each operand with letters, terms parted by
    commas, and behind `->` those of the result (absent: the letters that occur
    once, in ASCII order). An element of the result is the sum, over the letters
    that it lacks, of the products of the operands' elements. `...` stands for
    axes that broadcast. `onnx-decompose` takes it apart.

    - (C1) There is a term for each operand, with a letter for each axis that
      `...` does not stand for.
    - (C2) Axes of one letter have one size.
    - (C3) The result's letters are distinct and occur in the terms.
    - (C4) All have one element type, a number.
    - (C5) The result has a `...` if one in a term stands for axes: ONNX does not
      say that these are summed over.

    ```mlir
    %r = onnx.Einsum %a, %b {equation = "bij,bjk->bik"} : (tensor<?x4x8xf32>, tensor<?x8x16xf32>) -> tensor<?x4x16xf32>
    ```
  }];
  let attributes = (ins StrAttr:$equation);
}

def Onnx_SoftmaxOp : Onnx_Op<"Softmax", ["Input"], 1, 1, 1, [Onnx_SameShape]> {
  let summary = "softmax along an axis";
  let description = [{
    `result = e^Input / sum over the axis of e^Input`, computed after
    subtracting the axis's largest element. Before operator set 13 the operator
    ran over all axes from `axis` on: the importer flattens them.

    - (C1) The result has the shape and the element type of Input, a float.
    - (C2) `axis` is in [-rank, rank).

    ```mlir
    %r = onnx.Softmax %x {axis = -1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis);
}

//===-- Normalisations -----------------------------------------------------===//

def Onnx_LayerNormalizationOp : Onnx_Op<"LayerNormalization", ["X", "Scale", "B"], 2, 17, 17, [Onnx_SameShape]> {
  let summary = "layer normalisation";
  let description = [{
    Over the axes from `axis` on, with their mean m and variance v:
    `Y = (X - m) / sqrt(v + epsilon) * Scale + B`. The optional further results
    are m and `1 / sqrt(v + epsilon)`, in the type that ONNX numbers
    `stash_type`, in which both are computed.

    - (C1) Y has the shape and the element type of X, a float.
    - (C2) Scale and B broadcast, unidirectionally, to the shape of X.
    - (C3) `axis` is in [-rank, rank).
    - (C4) There are 1 to 3 results (`num_outputs`).

    ```mlir
    %y = onnx.LayerNormalization %x, %scale {axis = -1 : i64, epsilon = 1.0e-5 : f32} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = !con((ins Onnx_DefaultInt<"-1">:$axis, Onnx_DefaultFloat<"1e-5f">:$epsilon,
                             Onnx_DefaultInt<"1">:$stash_type), Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_SimplifiedLayerNormalizationOp
    : Onnx_Op<"SimplifiedLayerNormalization", ["X", "Scale"], 2, 1, 1, [Onnx_SameShape]> {
  let summary = "root mean square normalisation";
  let description = [{
    Over the axes from `axis` on: `Y = X / sqrt(mean(X^2) + epsilon) * Scale`,
    the mean and its root in the type that ONNX numbers `stash_type`. The
    optional second result is `1 / sqrt(mean(X^2) + epsilon)`. ONNX Runtime's
    operator, which it writes into the default domain.

    - (C1) Y has the shape of X and the element type of Scale.
    - (C2) Scale broadcasts, unidirectionally, to the shape of X.
    - (C3) `axis` is in [-rank, rank).
    - (C4) There are 1 or 2 results (`num_outputs`).

    ```mlir
    %y = onnx.SimplifiedLayerNormalization %x, %scale {epsilon = 1.0e-5 : f32} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = !con((ins Onnx_DefaultInt<"-1">:$axis, Onnx_DefaultFloat<"1e-5f">:$epsilon,
                             Onnx_DefaultInt<"1">:$stash_type), Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_MsSkipSimplifiedLayerNormalizationOp
    : Onnx_Op<"ms.SkipSimplifiedLayerNormalization", ["Input", "Skip", "Gamma", "Bias"], 3, 1, 1, [Onnx_SameShape]> {
  let summary = "root mean square normalisation of a sum";
  let description = [{
    With `sum = Input + Skip + Bias` (Bias may be absent), over the last axis:
    `Y = sum / sqrt(mean(sum^2) + epsilon) * Gamma`. Results are Y, two that
    ONNX Runtime leaves empty (mean and inverse deviation, f32, 1 on the last
    axis), and `sum`.

    - (C1) Y and sum have the shape and the element type of Input, a float.
    - (C2) Skip has the shape of Input, or broadcasts to it.
    - (C3) Gamma and Bias are vectors of the size of Input's last axis.
    - (C4) There are 1 to 4 results (`num_outputs`).

    ```mlir
    %y:4 = onnx.ms.SkipSimplifiedLayerNormalization %x, %skip, %g {epsilon = 1.0e-5 : f32, num_outputs = 4 : i64}
        : (tensor<?x?x64xf32>, tensor<?x?x64xf32>, tensor<64xf32>)
        -> (tensor<?x?x64xf32>, tensor<?x?x1xf32>, tensor<?x?x1xf32>, tensor<?x?x64xf32>)
    ```
  }];
  let attributes = !con((ins Onnx_DefaultFloat<"1e-12f">:$epsilon), Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

//===-- Attention ----------------------------------------------------------===//

def Onnx_MsGroupQueryAttentionOp
    : Onnx_Op<"ms.GroupQueryAttention",
              ["Query", "Key", "Value", "PastKey", "PastValue", "SeqlensK", "TotalSequenceLength",
               "CosCache", "SinCache", "PositionIds", "AttentionBias", "HeadSink", "KScale",
               "VScale", "QNormWeight", "KNormWeight"], 1, 1> {
  let summary = "grouped-query attention with key/value cache";
  let description = [{
    Causal attention of `num_heads` query heads over `kv_num_heads` key and
    value heads. Query is [batch, seq, num_heads * head], Key and Value are
    [batch, seq, kv_num_heads * head]; where Key and Value are absent, Query
    holds all three side by side. PastKey and PastValue, [batch, kv_num_heads,
    past, head], come before them. With `do_rotary`, Query and Key are rotated
    first, by CosCache and SinCache ([positions, head / 2]) at the positions of
    the new tokens. `SeqlensK` is the number of valid keys of each batch entry
    less one, `TotalSequenceLength` their largest number. Scores are multiplied
    by `scale` (0: 1 / sqrt(head)), capped by `softcap` (0: not) and limited to
    the last `local_window_size` keys (-1: not).
    Results: output [batch, seq, num_heads * head], present key and present
    value [batch, kv_num_heads, total, head].

    - (C1) `num_heads` is a positive multiple of `kv_num_heads`.
    - (C2) The last axes are multiples of the head size as above.
    - (C3) Key and Value are both present or both absent; PastKey and PastValue
      likewise.
    - (C4) There are 1 to 3 results (`num_outputs`).
    - (C5) SeqlensK and TotalSequenceLength are given.
    - (C6) No operand behind AttentionBias is given; `smooth_softmax`,
      `sliding_window_cache`, `kv_cache_bit_width` and `qk_output` ask for
      nothing, and `causal` is 1.

    ```mlir
    %y:3 = onnx.ms.GroupQueryAttention %q, %k, %v, %pk, %pv, %len, %total {num_heads = 4 : i64, kv_num_heads = 2 : i64}
        : (tensor<?x?x64xf32>, tensor<?x?x32xf32>, tensor<?x?x32xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?xi32>, tensor<i32>)
        -> (tensor<?x?x64xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x16xf32>)
    ```
  }];
  let attributes = !con((ins
      Onnx_IntAttr:$num_heads, Onnx_IntAttr:$kv_num_heads, Onnx_DefaultFloat<"0.0f">:$scale,
      Onnx_DefaultFloat<"0.0f">:$softcap, Onnx_DefaultInt<"-1">:$local_window_size,
      Onnx_DefaultInt<"0">:$do_rotary, Onnx_DefaultInt<"0">:$rotary_interleaved,
      Onnx_DefaultInt<"0">:$smooth_softmax, Onnx_DefaultInt<"0">:$qk_output,
      Onnx_DefaultInt<"1">:$causal, Onnx_DefaultInt<"0">:$sliding_window_cache,
      Onnx_DefaultInt<"0">:$kv_cache_bit_width, Onnx_DefaultStr<"NONE">:$k_quant_type,
      Onnx_DefaultStr<"NONE">:$v_quant_type, Onnx_DefaultFloat<"1e-6f">:$qk_norm_epsilon),
      Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

#endif // DIALECTS_ONNX_IR_ONNXMATH_TD
