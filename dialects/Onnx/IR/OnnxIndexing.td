#ifndef DIALECTS_ONNX_IR_ONNXINDEXING_TD
#define DIALECTS_ONNX_IR_ONNXINDEXING_TD

include "dialects/Onnx/IR/OnnxDialect.td"

//===-- Elements by place --------------------------------------------------===//

def Onnx_PadOp : Onnx_Op<"Pad", ["Data", "PadsOperand", "ConstantValue", "AxesOperand"], 1, 1, 2> {
  let summary = "tensor with elements added at the ends of axes";
  let description = [{
    Adds to axis i `pads[i]` places before its first element and, n being the
    number of axes, `pads[n + i]` behind its last one; negative numbers remove
    elements. What is added is ConstantValue (0 where absent), with `mode`
    "edge" the nearest element, with "reflect" the elements mirrored at the
    ends, with "wrap" the elements repeated. Pads stand in the second operand
    or, before operator set 11, in an attribute, with `value` for
    ConstantValue. With AxesOperand they are for those axes only.

    - (C1) There are two pads for each axis, given once.
    - (C2) `mode` is one of the four.
    - (C3) ConstantValue is one element of Data's element type.
    - (C4) Axes are distinct and in [-rank, rank).

    ```mlir
    %pads = onnx.Constant dense<[0, 1, 0, 1]> : tensor<4xi64>
    %r = onnx.Pad %x, %pads {mode = "edge"} : (tensor<?x64xf32>, tensor<4xi64>) -> tensor<?x66xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"constant">:$mode, OptionalAttr<DenseI64ArrayAttr>:$pads,
                    OptionalAttr<F32Attr>:$value);
}

def Onnx_DepthToSpaceOp : Onnx_Op<"DepthToSpace", ["Input"], 1, 1> {
  let summary = "channels moved into blocks of rows and columns";
  let description = [{
    Input is [N, C, H, W], the result [N, C / b^2, H b, W b], b being
    `blocksize`. In `mode` "DCR" a channel is `(row * b + column) * C / b^2 +
    depth`, in "CRD" `depth * b^2 + row * b + column`. `onnx-decompose` takes it
    apart.

    - (C1) Input has four axes; C is a multiple of b^2, b at least 1.
    - (C2) `mode` is "DCR" or "CRD".

    ```mlir
    %r = onnx.DepthToSpace %x {blocksize = 2 : i64} : (tensor<?x8x4x6xf32>) -> tensor<?x2x8x12xf32>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$blocksize, Onnx_DefaultStr<"DCR">:$mode);
}

def Onnx_SpaceToDepthOp : Onnx_Op<"SpaceToDepth", ["Input"], 1, 1> {
  let summary = "blocks of rows and columns moved into channels";
  let description = [{
    The inverse of `onnx.DepthToSpace`, which `onnx-decompose` takes apart.

    - (C1) Input has four axes; the last two are multiples of `blocksize`, which
      is at least 1.
    - (C2) `mode` is "DCR" or "CRD".

    ```mlir
    %r = onnx.SpaceToDepth %x {blocksize = 2 : i64} : (tensor<?x2x8x12xf32>) -> tensor<?x8x4x6xf32>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$blocksize, Onnx_DefaultStr<"DCR">:$mode);
}

def Onnx_ReverseSequenceOp : Onnx_Op<"ReverseSequence", ["Input", "SequenceLens"], 2, 10, 10, [Onnx_SameShape]> {
  let summary = "beginnings of sequences turned round";
  let description = [{
    Reverses the first `SequenceLens[b]` places along `time_axis` of entry b of
    `batch_axis`; the others stay.

    - (C1) The result has the type of Input, of rank 2 or more.
    - (C2) `time_axis` and `batch_axis` are 0 and 1, or 1 and 0.
    - (C3) SequenceLens is an `i64` vector as long as the batch axis, with
      entries from 0 to the size of the time axis.

    ```mlir
    %r = onnx.ReverseSequence %x, %n {time_axis = 1 : i64, batch_axis = 0 : i64} : (tensor<4x?xf32>, tensor<4xi64>) -> tensor<4x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$time_axis, Onnx_DefaultInt<"1">:$batch_axis);
}

//===-- Scatter ------------------------------------------------------------===//

class Onnx_ScatterElementsLikeOp<string mnemonic, int since>
    : Onnx_Op<mnemonic, ["Data", "Indices", "Updates"], 3, since, since, [Onnx_SameShape]> {
  let infer = "inferScatterElements(in)";
  let summary = "tensor with elements replaced by index along an axis";
  let description = [{
    Data, except that `result[.., Indices[.., i, ..], ..]`, the index standing
    at `axis`, becomes `Updates[.., i, ..]`, or is combined with it by
    `reduction` ("none", "add", "mul", "max", "min"). Negative indices count
    from the end. `onnx.Scatter` is the older name.

    - (C1) The result has the shape and the element type of Data; Updates have
      its element type.
    - (C2) Data and Indices have one rank, Updates the shape of Indices.
    - (C3) `axis` is in [-rank, rank), Indices are `i32` or `i64`.
    - (C4) `reduction` is one of the five.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %x, %i, %u {axis = 1 : i64} : (tensor<?x64xf32>, tensor<?x1xi64>, tensor<?x1xf32>) -> tensor<?x64xf32>
    ```
  }];
}
def Onnx_ScatterElementsOp : Onnx_ScatterElementsLikeOp<"ScatterElements", 11> {
  let attributes = (ins Onnx_DefaultInt<"0">:$axis, Onnx_DefaultStr<"none">:$reduction);
}
def Onnx_ScatterOp : Onnx_ScatterElementsLikeOp<"Scatter", 9> {
  let attributes = (ins Onnx_DefaultInt<"0">:$axis);
  let until = "10";
}

def Onnx_TensorScatterOp : Onnx_Op<"TensorScatter", ["PastCache", "Update", "WriteIndices"], 2, 24, 24, [Onnx_SameShape]> {
  let summary = "cache with rows replaced";
  let description = [{
    PastCache, except that along `axis` of entry b of the first axis, Update
    stands from `WriteIndices[b]` (absent: 0) on; with `mode` "circular" what
    is past the end goes to the start.

    - (C1) The result has the type of PastCache; Update has its element type and
      its sizes, but for `axis`.
    - (C2) `axis` is in [-rank, rank) and not the first one.
    - (C3) WriteIndices is an `i64` vector.
    - (C4) `mode` is "linear" or "circular".

    ```mlir
    %r = onnx.TensorScatter %cache, %new, %at : (tensor<2x4x32x8xf32>, tensor<2x4x1x8xf32>, tensor<2xi64>) -> tensor<2x4x32x8xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-2">:$axis, Onnx_DefaultStr<"linear">:$mode);
}

//===-- Selections whose size is data --------------------------------------===//

def Onnx_CompressOp : Onnx_Op<"Compress", ["Input", "Condition"], 2, 9> {
  let summary = "slices of a tensor where a condition holds";
  let description = [{
    The places along `axis` (absent: of the elements, in order) where Condition
    is true. Condition may be shorter: what is behind it is left out.

    - (C1) `axis` is in [-rank, rank).
    - (C2) Condition is a vector of `i1`, no longer than the axis.

    ```mlir
    %r = onnx.Compress %x, %c {axis = 0 : i64} : (tensor<8x64xf32>, tensor<8xi1>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<Onnx_IntAttr>:$axis);
}

def Onnx_NonZeroOp : Onnx_Op<"NonZero", ["X"], 1, 9> {
  let summary = "indices of elements other than zero";
  let description = [{
    A column for each element of X that is not zero, in row-major order, which
    holds its indices.

    - (C1) The result is an `i64` matrix with a row for each axis of X.

    ```mlir
    %r = onnx.NonZero %x : (tensor<?x64xf32>) -> tensor<2x?xi64>
    ```
  }];
}

def Onnx_UniqueOp : Onnx_Op<"Unique", ["X"], 1, 11> {
  let summary = "distinct elements or slices of a tensor";
  let description = [{
    The distinct slices along `axis` (absent: elements), ascending if `sorted`,
    else in the order in which they first occur. Further results are, for each
    of them, the place of its first occurrence, for each slice of X the place of
    its equal in the first result, and for each of the first result how often it
    occurs. NaN equals NaN and is above all numbers.

    - (C1) `axis` is in [-rank, rank).
    - (C2) The elements are numbers or `i1`.

    ```mlir
    %y, %first, %inverse, %counts = onnx.Unique %x : (tensor<?xf32>) -> (tensor<?xf32>, tensor<?xi64>, tensor<?xi64>, tensor<?xi64>)
    ```
  }];
  let attributes = (ins OptionalAttr<Onnx_IntAttr>:$axis, Onnx_DefaultInt<"1">:$sorted);
  let results = (outs AnyRankedTensor:$Y, AnyRankedTensor:$first, AnyRankedTensor:$inverse,
                 AnyRankedTensor:$counts);
}

//===-- Tensors from indices -----------------------------------------------===//

def Onnx_OneHotOp : Onnx_Op<"OneHot", ["Indices", "Depth", "Values"], 3, 9> {
  let summary = "rows with one element on";
  let description = [{
    Inserts an axis of Depth places at `axis`: `Values[1]` at the place of the
    index, `Values[0]` elsewhere. Negative indices count from the end; those out
    of range are nowhere. `onnx-decompose` takes it apart.

    - (C1) Indices and Depth, one element, are numbers.
    - (C2) Values has two elements, whose type is the result's.
    - (C3) `axis` is in [-r, r), r being the result's rank.

    ```mlir
    %r = onnx.OneHot %i, %depth, %values {axis = -1 : i64} : (tensor<?xi64>, tensor<i64>, tensor<2xf32>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"-1">:$axis);
}

def Onnx_EyeLikeOp : Onnx_Op<"EyeLike", ["Input"], 1, 9, 9, [Onnx_SameShape]> {
  let summary = "ones on a diagonal";
  let description = [{
    A matrix of the shape of Input, 1 where the column is the row + `k` and 0
    elsewhere. `onnx-decompose` takes it apart.

    - (C1) Input is a matrix; the result has its shape and the element type that
      ONNX numbers `dtype` (absent: that of Input), a number or `i1`.

    ```mlir
    %r = onnx.EyeLike %x {k = 1 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<Onnx_IntAttr>:$dtype, Onnx_DefaultInt<"0">:$k);
}

def Onnx_CenterCropPadOp : Onnx_Op<"CenterCropPad", ["Input", "Shape"], 2, 18> {
  let summary = "the middle of a tensor, or zeros around it";
  let description = [{
    Each of `axes` (absent: all, in order) gets the size that Shape has for it:
    the middle of a longer axis, or zeros around a shorter one. An odd number of
    places more is behind. `onnx-decompose` takes it apart.

    - (C1) Shape is a vector of integers, not negative, one for each axis.
    - (C2) Axes are distinct and in [-rank, rank).

    ```mlir
    %shape = onnx.Constant dense<[10, 7]> : tensor<2xi64>
    %r = onnx.CenterCropPad %x, %shape : (tensor<?x8xf32>, tensor<2xi64>) -> tensor<10x7xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$axes);
}

/// `form` says what element n is, N being the size.
class Onnx_WindowOp<string mnemonic, string form> : Onnx_Op<mnemonic, ["Size"], 1, 17> {
  let infer = "inferWindow(in)";
  let summary = "weights of a window of samples";
  let description = "Element n, of Size elements, is `" # form # [{`. N is Size
    with `periodic`, else Size - 1. `onnx-decompose` takes it apart.

    - (C1) Size is one `i32` or `i64`, not negative.
    - (C2) The result has the elements that ONNX numbers `output_datatype`, a
      number.

    ```mlir
    %r = onnx.}] # mnemonic # [{ %n : (tensor<i64>) -> tensor<?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$output_datatype, Onnx_DefaultInt<"1">:$periodic);
}

def Onnx_HannWindowOp : Onnx_WindowOp<"HannWindow", "0.5 - 0.5 cos(2 pi n / N)">;
def Onnx_HammingWindowOp : Onnx_WindowOp<"HammingWindow", "25 / 46 - 21 / 46 cos(2 pi n / N)">;
def Onnx_BlackmanWindowOp : Onnx_WindowOp<"BlackmanWindow", "0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)">;

#endif // DIALECTS_ONNX_IR_ONNXINDEXING_TD
