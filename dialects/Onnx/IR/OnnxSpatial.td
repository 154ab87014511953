#ifndef DIALECTS_ONNX_IR_ONNXSPATIAL_TD
#define DIALECTS_ONNX_IR_ONNXSPATIAL_TD

include "dialects/Onnx/IR/OnnxDialect.td"

// Images between sizes, at places and from windows. All but Col2Im become
// gathers and arithmetic in `onnx-decompose`.

//===-- Between sizes ------------------------------------------------------===//

def Onnx_ResizeOp : Onnx_Op<"Resize", ["X", "Roi", "Scales", "Sizes"], 1, 10> {
  let summary = "tensor between other sizes";
  let description = [{
    X with axes of other sizes: `floor(size * scale)` by Scales, or Sizes, of
    which `keep_aspect_ratio_policy` "not_larger" and "not_smaller" take the
    least and the greatest scale for all axes. Both are for `axes`, absent: all.
    `coordinate_transformation_mode` says which place x of X is that of an
    element; `mode` "nearest" takes the element there, rounding as
    `nearest_mode` says, "linear" and "cubic" the sum of 2 and 4 elements around
    it by weights that fall with their distance, those outside being the
    nearest inside. With `exclude_outside` these have no weight; with
    `antialias` weights are stretched by 1 / scale where it is above 1. What has
    no weight counts for nothing. "tf_crop_and_resize" maps to the part of X
    that Roi [starts, ends] is, in sizes of X, and gives `extrapolation_value`
    outside of X. Integers are rounded half to even, and bounded.
    `onnx-decompose` takes it apart.

    - (C1) Either Scales, `f32`, or Sizes, `i64`, is given (no elements: it is
      not), a vector with an element for each axis. Scales are finite and above
      0, sizes not negative.
    - (C2) `axes` are distinct and in [-rank, rank).
    - (C3) `mode` is "nearest", of numbers and bools, or "linear" or "cubic", of
      numbers; `antialias` and `exclude_outside` are for those.
    - (C4) `coordinate_transformation_mode` is "half_pixel",
      "half_pixel_symmetric", "pytorch_half_pixel", "align_corners",
      "asymmetric", "tf_half_pixel_for_nn" or, with Roi, a vector of floats, two
      for each axis, "tf_crop_and_resize".
    - (C5) `nearest_mode` is "round_prefer_floor", "round_prefer_ceil", "floor"
      or "ceil"; `keep_aspect_ratio_policy` is "stretch", "not_larger" or
      "not_smaller".

    ```mlir
    %none = onnx.None
    %sizes = onnx.Constant dense<[2, 8, 32]> : tensor<3xi64>
    %y = onnx.Resize %x, %none, %none, %sizes : (tensor<2x8x16xf32>, none, none, tensor<3xi64>) -> tensor<2x8x32xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$antialias, OptionalAttr<DenseI64ArrayAttr>:$axes,
                    Onnx_DefaultStr<"half_pixel">:$coordinate_transformation_mode,
                    Onnx_DefaultFloat<"-0.75f">:$cubic_coeff_a, Onnx_DefaultInt<"0">:$exclude_outside,
                    Onnx_DefaultFloat<"0.0f">:$extrapolation_value,
                    Onnx_DefaultStr<"stretch">:$keep_aspect_ratio_policy, Onnx_DefaultStr<"nearest">:$mode,
                    Onnx_DefaultStr<"round_prefer_floor">:$nearest_mode);
}

def Onnx_UpsampleOp : Onnx_Op<"Upsample", ["X", "ScalesOperand"], 1, 1, 7> {
  let summary = "tensor between larger sizes";
  let description = [{
    `onnx.Resize` of X by scales, with `coordinate_transformation_mode`
    "asymmetric" and `nearest_mode` "floor". Scales are an operand or, before
    operator set 9, an attribute. `onnx-decompose` takes it apart.

    - (C1) There is a scale for each axis, given once; those that are known are
      finite and at least 1.
    - (C2) `mode` is "nearest", of numbers and bools, or, of numbers, "linear".

    ```mlir
    %y = onnx.Upsample %x {scales = array<f32: 1.0, 1.0, 2.0>} : (tensor<?x8x16xf32>) -> tensor<?x8x32xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"nearest">:$mode, OptionalAttr<DenseF32ArrayAttr>:$scales);
  let until = "9";
}

//===-- At places ----------------------------------------------------------===//

def Onnx_GridSampleOp : Onnx_Op<"GridSample", ["X", "Grid"], 2, 16> {
  let summary = "elements of an image at given places";
  let description = [{
    X is [N, C, d1, ..., dn], Grid [N, o1, ..., on, n]: the result [N, C, o1,
    ..., on] has the elements of X at places of Grid, the last axis first, where
    -1 and 1 are the ends of an axis of X, with `align_corners` the middle of
    its first and of its last element. `mode` is that of `onnx.Resize` ("nearest"
    rounds half to even), "bilinear" and "bicubic" are older names; outside of
    X are, by `padding_mode`, "zeros", the nearest elements ("border"), or X
    mirrored at its ends ("reflection"). What has no weight counts for nothing:
    of places that are no numbers "zeros" has zeros. `onnx-decompose` takes it
    apart.

    - (C1) X and Grid have 3 axes or more, as many of both; Grid has floats, and
      one of its last axis for each spatial axis.
    - (C2) `mode` is "nearest", of numbers and bools, or, of floats, "linear",
      "bilinear", "cubic" or "bicubic".
    - (C3) `padding_mode` is one of the three.

    ```mlir
    %y = onnx.GridSample %x, %grid : (tensor<?x8x?x?xf32>, tensor<?x4x5x2xf32>) -> tensor<?x8x4x5xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$align_corners, Onnx_DefaultStr<"linear">:$mode,
                    Onnx_DefaultStr<"zeros">:$padding_mode);
}

def Onnx_AffineGridOp : Onnx_Op<"AffineGrid", ["Theta", "Size"], 2, 20> {
  let summary = "places of an image, transformed";
  let description = [{
    The Grid of an `onnx.GridSample` to an image of Size [N, C, d1, ..., dn]:
    [N, d1, ..., dn, n] with Theta's product with each place, the last axis
    first, and 1. `onnx-decompose` takes it apart.

    - (C1) Size is a vector of 4 or 5 elements, `i64`; Theta has floats and
      n axes of n + 1 for each of N.

    ```mlir
    %size = onnx.Constant dense<[2, 8, 4, 5]> : tensor<4xi64>
    %grid = onnx.AffineGrid %theta, %size : (tensor<2x2x3xf32>, tensor<4xi64>) -> tensor<2x4x5x2xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$align_corners);
}

//===-- From windows -------------------------------------------------------===//

def Onnx_ConvTransposeOp : Onnx_Op<"ConvTranspose", ["X", "W", "B"], 2, 1> {
  let summary = "transposed convolution";
  let description = [{
    X [N, C, d1, ...] with the kernels W [C, M / group, k1, ...]: each element
    of X times the kernels of its channel is added to the result [N, M, o1, ...]
    at its place times the stride, a kernel's elements `dilations` apart; then
    `pads` are taken away at the beginnings and the ends, `output_padding` is
    added at the ends, and B[m] to all. `output_shape`, or `auto_pad` "SAME_UPPER"
    and "SAME_LOWER", by which an axis is its size times the stride, say what is
    taken away instead: both ends have half, an odd one more being at the
    beginning, with "SAME_UPPER" at the end. `onnx-decompose` takes it apart.

    - (C1) X and W have one element type, a float, and 3 axes or more; C, M /
      group and the kernel's sizes are static, C a multiple of `group`.
    - (C2) B is a vector of M elements.
    - (C3) `strides`, `dilations` and `kernel_shape` have a positive number for
      each spatial axis, `output_padding` and `output_shape` one that is not
      negative, `pads` two. No size is negative.
    - (C4) `auto_pad` is "NOTSET", "VALID", "SAME_UPPER" or "SAME_LOWER".

    ```mlir
    %y = onnx.ConvTranspose %x, %w {strides = array<i64: 2>} : (tensor<?x8x?xf32>, tensor<8x16x3xf32>) -> tensor<?x16x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"NOTSET">:$auto_pad, OptionalAttr<DenseI64ArrayAttr>:$dilations,
                    Onnx_DefaultInt<"1">:$group, OptionalAttr<DenseI64ArrayAttr>:$kernel_shape,
                    OptionalAttr<DenseI64ArrayAttr>:$output_padding, OptionalAttr<DenseI64ArrayAttr>:$output_shape,
                    OptionalAttr<DenseI64ArrayAttr>:$pads, OptionalAttr<DenseI64ArrayAttr>:$strides);
}

def Onnx_Col2ImOp : Onnx_Op<"Col2Im", ["Input", "ImageShape", "BlockShape"], 3, 18> {
  let summary = "sum of windows at their places";
  let description = [{
    Input is [N, C * k1 * ..., o1 * ...], the elements of windows of BlockShape
    [k1, ...] at each place that they have in an image of ImageShape, with
    `pads`, `strides` and `dilations` as in `onnx.Conv`. The result is the image
    [N, C, ImageShape...], each element the sum of those of windows, 0 where
    there are none.

    - (C1) Input has numbers and three axes; ImageShape and BlockShape are
      vectors of `i64` of one static length, at least 1. Channels are a multiple
      of a block, places those of the windows; a run where they are not ends.
    - (C2) `strides` and `dilations` have a positive number for each spatial
      axis, `pads` two that are not negative.

    ```mlir
    %image = onnx.Constant dense<[5, 5]> : tensor<2xi64>
    %block = onnx.Constant dense<[1, 5]> : tensor<2xi64>
    %y = onnx.Col2Im %x, %image, %block : (tensor<?x10x5xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<?x2x5x5xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$dilations, OptionalAttr<DenseI64ArrayAttr>:$pads,
                    OptionalAttr<DenseI64ArrayAttr>:$strides);
}

def Onnx_MaxUnpoolOp : Onnx_Op<"MaxUnpool", ["X", "Indices", "OutputShape"], 2, 9> {
  let summary = "elements back where a maximum was taken";
  let description = [{
    X [N, C, d1, ...] in zeros of the sizes that `onnx.MaxPool` with this
    `kernel_shape`, `strides` and `pads` makes those of X of: each element where
    its index among all of them, in order, says. With OutputShape zeros follow
    at the ends of axes. `onnx-decompose` takes it apart.

    - (C1) X has floats and 3 axes or more; Indices, `i64`, have its shape.
    - (C2) `kernel_shape` and `strides` have a positive number for each spatial
      axis, `pads` two that are not negative. No size is negative.
    - (C3) OutputShape is a vector of `i64` with a size for each axis of X, no
      less than the one that it has otherwise; a run where it is less ends.

    ```mlir
    %y = onnx.MaxUnpool %x, %i {kernel_shape = array<i64: 2>, strides = array<i64: 2>} : (tensor<?x8x4xf32>, tensor<?x8x4xi64>) -> tensor<?x8x8xf32>
    ```
  }];
  let attributes = (ins DenseI64ArrayAttr:$kernel_shape, OptionalAttr<DenseI64ArrayAttr>:$pads,
                    OptionalAttr<DenseI64ArrayAttr>:$strides);
}

//===-- Along channels -----------------------------------------------------===//

def Onnx_LRNOp : Onnx_Op<"LRN", ["X"], 1, 1, 1, [Onnx_SameShape]> {
  let summary = "elements by the sums of their neighbours' squares";
  let description = [{
    `X / (bias + alpha / size * sum) ^ beta`, the sum being that of the squares
    of `size` channels [N, C, ...] around the own one, an odd one more behind
    it. `onnx-decompose` takes it apart.

    - (C1) X has floats and 2 axes or more; the result has its type.
    - (C2) `size` is positive.

    ```mlir
    %y = onnx.LRN %x {size = 3 : i64} : (tensor<?x8x?xf32>) -> tensor<?x8x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultFloat<"0.0001f">:$alpha, Onnx_DefaultFloat<"0.75f">:$beta,
                    Onnx_DefaultFloat<"1.0f">:$bias, Onnx_IntAttr:$size);
}

#endif // DIALECTS_ONNX_IR_ONNXSPATIAL_TD
