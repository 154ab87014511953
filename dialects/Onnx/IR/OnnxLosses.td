#ifndef DIALECTS_ONNX_IR_ONNXLOSSES_TD
#define DIALECTS_ONNX_IR_ONNXLOSSES_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Losses, which `onnx-decompose` takes apart.

def Onnx_NegativeLogLikelihoodLossOp
    : Onnx_Op<"NegativeLogLikelihoodLoss", ["Input", "Target", "Weight"], 2, 12> {
  let summary = "negative logarithms at the places of classes";
  let description = [{
    Of Input [N, C, d1, ...] and Target [N, d1, ...], the loss at a place is
    `-Input[n, Target[n, d...], d...] * Weight[Target[n, d...]]`, 0 where Target
    is `ignore_index`; weights are 1 where absent. `reduction` "none" gives all,
    "sum" their sum and "mean" that over the sum of the weights that count.

    - (C1) Input has a float and 2 axes or more, Target one axis fewer, `i32` or
      `i64`, and the other axes' sizes; Weight is a vector of C such floats.
    - (C2) Targets are in [0, C), or `ignore_index`.
    - (C3) `reduction` is "none", "sum" or "mean".

    ```mlir
    %r = onnx.NegativeLogLikelihoodLoss %x, %t {reduction = "sum"} : (tensor<?x5xf32>, tensor<?xi64>) -> tensor<f32>
    ```
  }];
  let attributes = (ins OptionalAttr<Onnx_IntAttr>:$ignore_index, Onnx_DefaultStr<"mean">:$reduction);
}

def Onnx_SoftmaxCrossEntropyLossOp
    : Onnx_Op<"SoftmaxCrossEntropyLoss", ["Scores", "Labels", "Weights"], 2, 12> {
  let summary = "cross entropy of scores";
  let description = [{
    `onnx.NegativeLogLikelihoodLoss` of `onnx.LogSoftmax` of Scores along axis 1.
    The second result is that LogSoftmax.

    - (C1) The constraints of `onnx.NegativeLogLikelihoodLoss` hold.
    - (C2) There are 1 or 2 results (`num_outputs`).

    ```mlir
    %r = onnx.SoftmaxCrossEntropyLoss %x, %t : (tensor<?x5xf32>, tensor<?xi64>) -> tensor<f32>
    ```
  }];
  let attributes = !con((ins OptionalAttr<Onnx_IntAttr>:$ignore_index, Onnx_DefaultStr<"mean">:$reduction),
                        Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

#endif // DIALECTS_ONNX_IR_ONNXLOSSES_TD
