#ifndef DIALECTS_ONNX_IR_ONNXCONVOLUTION_TD
#define DIALECTS_ONNX_IR_ONNXCONVOLUTION_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Convolutions, which `onnx-decompose` makes matrix products of.

def Onnx_ConvOp : Onnx_Op<"Conv", ["X", "W", "B"], 2, 1> {
  let summary = "convolution";
  let description = [{
    X [N, C, d1, ...] with the kernels W [M, C / group, k1, ...]: output channel
    m at place p is the sum over the channels of m's group and the kernel's
    places k of `X[n, c, p * stride + k * dilation - pad] * W[m, c, k]`, what
    lies outside of X being 0, plus B[m]. `pads` hold the beginnings, then the
    ends; `auto_pad` finds them. `onnx-decompose` takes it apart.

    - (C1) X and W have one element type, a float, and 3 axes or more; C and M
      are static multiples of `group`; the kernel's sizes are static.
    - (C2) B is a vector of M elements.
    - (C3) `strides`, `dilations` and `kernel_shape` have a positive number for
      each spatial axis, `pads` two that are not negative.
    - (C4) `auto_pad` is "NOTSET", "VALID", or, of static sizes, "SAME_UPPER" or
      "SAME_LOWER".

    ```mlir
    %y = onnx.Conv %x, %w {strides = array<i64: 2>} : (tensor<?x8x?xf32>, tensor<16x8x3xf32>) -> tensor<?x16x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"NOTSET">:$auto_pad, OptionalAttr<DenseI64ArrayAttr>:$dilations,
                    Onnx_DefaultInt<"1">:$group, OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
                    OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$strides);
}

def Onnx_CausalConvWithStateOp
    : Onnx_Op<"CausalConvWithState", ["X", "W", "B", "PastState"], 2, 27> {
  let summary = "convolution of each channel with what came before";
  let description = [{
    X [batch, channels, length] behind PastState [batch, channels, k - 1] (zeros
    where absent), each channel convolved with its kernel of W [channels, 1, k],
    plus B; then `activation`: "none", or "silu" or "swish". Results are that,
    of X's shape, and the last k - 1 places of past and X. `onnx-decompose` takes
    it apart.

    - (C1) The operands have one element type, a float, and three axes, B one;
      channels and k are static.

    ```mlir
    %y, %s = onnx.CausalConvWithState %x, %w : (tensor<?x8x?xf32>, tensor<8x1x4xf32>) -> (tensor<?x8x?xf32>, tensor<?x8x3xf32>)
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"none">:$activation);
  let results = (outs AnyRankedTensor:$output, AnyRankedTensor:$present);
}

#endif // DIALECTS_ONNX_IR_ONNXCONVOLUTION_TD
