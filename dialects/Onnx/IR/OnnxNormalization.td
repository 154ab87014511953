#ifndef DIALECTS_ONNX_IR_ONNXNORMALIZATION_TD
#define DIALECTS_ONNX_IR_ONNXNORMALIZATION_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Normalisations that `onnx-decompose` takes apart.

//===-- Along an axis ------------------------------------------------------===//

def Onnx_LogSoftmaxOp : Onnx_Op<"LogSoftmax", ["Input"], 1, 1, 1, [Onnx_SameShape]> {
  let infer = "inferSoftmax(in)";
  let summary = "logarithm of softmax along an axis";
  let description = [{
    `result = d - log(sum over the axis of e^d)`, d being Input less the axis's
    largest element.

    - (C1) The result has the shape and the element type of Input, a float.
    - (C2) `axis` is in [-rank, rank).

    ```mlir
    %r = onnx.LogSoftmax %x {axis = -1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis);
}

def Onnx_HardmaxOp : Onnx_Op<"Hardmax", ["Input"], 1, 1, 1, [Onnx_SameShape]> {
  let infer = "inferSoftmax(in)";
  let summary = "one at the largest element of an axis";
  let description = [{
    1 at the first of the largest elements along `axis`, 0 elsewhere.

    - (C1) The result has the shape and the element type of Input, a float.
    - (C2) `axis` is in [-rank, rank).

    ```mlir
    %r = onnx.Hardmax %x {axis = -1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis);
}

def Onnx_LpNormalizationOp : Onnx_Op<"LpNormalization", ["Input"], 1, 1, 1, [Onnx_SameShape]> {
  let summary = "division by the length along an axis";
  let description = [{
    Input divided by the sum of its magnitudes along `axis` (`p = 1`) or by the
    root of the sum of its squares (`p = 2`); 0 where that is 0.

    - (C1) The result has the shape and the element type of Input, a float.
    - (C2) `axis` is in [-rank, rank).
    - (C3) `p` is 1 or 2.

    ```mlir
    %r = onnx.LpNormalization %x {axis = -1 : i64, p = 2 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis, Onnx_DefaultInt<"2">:$p);
}

//===-- Mean and variance --------------------------------------------------===//

def Onnx_MeanVarianceNormalizationOp
    : Onnx_Op<"MeanVarianceNormalization", ["X"], 1, 9, 9, [Onnx_SameShape]> {
  let summary = "mean 0 and variance 1 over axes";
  let description = [{
    `result = (X - m) / (sqrt(v) + 1e-9)`, m and v being mean and variance over
    `axes` (absent: 0, 2 and 3).

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) Axes are distinct and in [-rank, rank).

    ```mlir
    %r = onnx.MeanVarianceNormalization %x {axes = array<i64: 0, 2, 3>} : (tensor<?x8x?x?xf32>) -> tensor<?x8x?x?xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$axes);
}

def Onnx_InstanceNormalizationOp
    : Onnx_Op<"InstanceNormalization", ["X", "Scale", "B"], 3, 1, 6, [Onnx_SameShape]> {
  let summary = "normalisation of each channel of each batch entry";
  let description = [{
    `result = (X - m) / sqrt(v + epsilon) * Scale + B`, m and v being mean and
    variance over the axes from the third on; Scale and B hold an element for
    each place of the second axis. Computed in f32 at least.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) X has 3 axes or more; Scale and B are vectors of its second axis's
      size and of its elements.

    ```mlir
    %r = onnx.InstanceNormalization %x, %s, %b {epsilon = 1.0e-5 : f32} : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1e-5f">:$epsilon);
}

def Onnx_GroupNormalizationOp
    : Onnx_Op<"GroupNormalization", ["X", "Scale", "B"], 3, 18, 18, [Onnx_SameShape]> {
  let summary = "normalisation of groups of channels";
  let description = [{
    The second axis of X is cut into `num_groups` groups; each of them, with the
    axes behind, is brought to mean 0 and variance 1 as in
    `onnx.InstanceNormalization`. Scale and B hold an element for each place of
    the second axis (before operator set 21 for each group: the importer repeats
    those). Computed in the type that ONNX numbers `stash_type`, f32 at least.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) X has 3 axes or more, of which the second one is static and a multiple
      of `num_groups`.
    - (C3) Scale and B are vectors of X's elements, of its second axis's size.

    ```mlir
    %r = onnx.GroupNormalization %x, %s, %b {num_groups = 2 : i64} : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"1e-5f">:$epsilon, Onnx_IntAttr:$num_groups,
                    Onnx_DefaultInt<"1">:$stash_type);
}

def Onnx_BatchNormalizationOp
    : Onnx_Op<"BatchNormalization", ["X", "Scale", "B", "Mean", "Variance"], 5, 1, 9, [Onnx_SameShape]> {
  let summary = "normalisation by given statistics";
  let description = [{
    `result = (X - Mean) / sqrt(Variance + epsilon) * Scale + B`, the operands
    holding an element for each place of X's second axis. Computed in f32 at
    least. With `training_mode`, mean m and variance v over the other axes are
    taken instead, and the further results are `Mean * momentum + m * (1 -
    momentum)` and the same of the variances.

    - (C1) The result has the shape and the element type of X, a float.
    - (C2) X has 2 axes or more; the operands are vectors of floats, of its
      second axis's size.
    - (C3) There is one result, or with `training_mode` 1 to 3 (`num_outputs`).

    ```mlir
    %r = onnx.BatchNormalization %x, %s, %b, %m, %v : (tensor<?x8x?xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x8x?xf32>
    ```
  }];
  let attributes = !con((ins Onnx_DefaultFloat<"1e-5f">:$epsilon, Onnx_DefaultFloat<"0.9f">:$momentum,
                             Onnx_DefaultInt<"0">:$training_mode), Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

#endif // DIALECTS_ONNX_IR_ONNXNORMALIZATION_TD
