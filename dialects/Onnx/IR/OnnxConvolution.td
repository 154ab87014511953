#ifndef DIALECTS_ONNX_IR_ONNXCONVOLUTION_TD
#define DIALECTS_ONNX_IR_ONNXCONVOLUTION_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Convolutions and pooling, which `onnx-decompose` makes matrix products and
// reductions of.

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

def Onnx_ConvIntegerOp : Onnx_Op<"ConvInteger", ["X", "W", "XZeroPoint", "WZeroPoint"], 2, 10> {
  let summary = "convolution of 8-bit integers";
  let description = [{
    `onnx.Conv` of (X - XZeroPoint) and (W - WZeroPoint) in i32, without B.
    XZeroPoint is one number, WZeroPoint one or one for each output channel.

    - (C1) X and W have 8-bit integers, and the sizes of `onnx.Conv`; zero points
      have the elements of what they are subtracted from.

    ```mlir
    %y = onnx.ConvInteger %x, %w : (tensor<?x8x?xui8>, tensor<16x8x3xi8>) -> tensor<?x16x?xi32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"NOTSET">:$auto_pad, OptionalAttr<DenseI64ArrayAttr>:$dilations,
                    Onnx_DefaultInt<"1">:$group, OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
                    OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$strides);
}

//===-- Pooling ------------------------------------------------------------===//

/// `what` says what becomes of a window's elements.
class Onnx_PoolOp<string mnemonic, string what, string elements, string element>
    : Onnx_Op<mnemonic, ["X"], 1, 1> {
  let infer = "inferPool(in, Elements::" # elements # ")";
  let summary = what # " of windows";
  let description = "The " # what # [{ of each window of X [N, C, d1, ...]. Windows are those
    of `onnx.Conv` with a kernel of `kernel_shape`; what lies outside of X counts
    for nothing. With `ceil_mode` a last window may stand out behind the pads, as
    long as it starts before.

    - (C1) X has }] # element # [{ and 3 axes or more; `kernel_shape` has a positive
      number for each spatial axis.
    - (C2) (C3) and (C4) of `onnx.Conv` hold.

    ```mlir
    %y = onnx.}] # mnemonic # [{ %x {kernel_shape = array<i64: 2>} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
    ```
  }];
  dag windows = (ins Onnx_DefaultStr<"NOTSET">:$auto_pad, Onnx_DefaultInt<"0">:$ceil_mode,
                 OptionalAttr<DenseI64ArrayAttr>:$dilations, DenseI64ArrayAttr:$kernel_shape,
                 OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$strides);
}

def Onnx_AveragePoolOp : Onnx_PoolOp<"AveragePool", "mean (with `count_include_pad`, pads counting as zeros)", "Float", "a float"> {
  let attributes = !con(windows, (ins Onnx_DefaultInt<"0">:$count_include_pad));
}
def Onnx_MaxPoolOp : Onnx_PoolOp<"MaxPool", "largest element", "Number", "a number"> {
  let attributes = !con(windows, (ins Onnx_DefaultInt<"0">:$storage_order), Onnx_NumOutputs);
}
def Onnx_LpPoolOp : Onnx_PoolOp<"LpPool", "`p`-th root of the sum of magnitudes to the `p`", "Float", "a float"> {
  let attributes = !con(windows, (ins Onnx_DefaultInt<"2">:$p));
}

class Onnx_GlobalPoolOp<string mnemonic, string what> : Onnx_Op<mnemonic, ["X"], 1, 1> {
  let infer = "inferGlobalPool(in)";
  let summary = what # " of each channel";
  let description = "The " # what # [{ of all places of X [N, C, d1, ...].

    - (C1) X has a float and 3 axes or more; the result is [N, C, 1, ...].

    ```mlir
    %y = onnx.}] # mnemonic # [{ %x : (tensor<?x8x?xf32>) -> tensor<?x8x1xf32>
    ```
  }];
}
def Onnx_GlobalAveragePoolOp : Onnx_GlobalPoolOp<"GlobalAveragePool", "mean">;
def Onnx_GlobalMaxPoolOp : Onnx_GlobalPoolOp<"GlobalMaxPool", "largest element">;
def Onnx_GlobalLpPoolOp : Onnx_GlobalPoolOp<"GlobalLpPool", "`p`-th root of the sum of magnitudes to the `p`"> {
  let attributes = (ins Onnx_DefaultInt<"2">:$p);
}

#endif // DIALECTS_ONNX_IR_ONNXCONVOLUTION_TD
