#ifndef DIALECTS_ONNX_IR_ONNXSHAPE_TD
#define DIALECTS_ONNX_IR_ONNXSHAPE_TD

include "dialects/Onnx/IR/OnnxDialect.td"

//===-- Constants and absence ----------------------------------------------===//

def Onnx_NoneOp : Op<Onnx_Dialect, "None", [Pure, ConstantLike]> {
  let summary = "operand that is absent";
  let description = [{
    Stands where an optional operand is left out but later ones are given.

    ```mlir
    %none = onnx.None
    ```
  }];
  let results = (outs NoneType:$result);
  let assemblyFormat = "attr-dict";
  let hasFolder = 1;
  let extraClassDeclaration = [{
    static constexpr ::llvm::StringLiteral kDescription = R"doc(}] # description # [{)doc";
    static constexpr int kRequiredInputs = 0, kMaxInputs = 0, kSinceVersion = 1, kMinVersion = 1,
                         kMaxVersion = ::bitnet::onnx::kNewestOpset;
  }];
}

def Onnx_CheckSizesOp : Onnx_Op<"CheckSizes", ["Data", "Sizes"], 2, 1> {
  let summary = "tensor whose sizes are known or checked";
  let description = [{
    Data. A run where axis `axes[i]` has another size than `Sizes[i]` ends. No
    operator of ONNX: it says what operators of `com.microsoft` require and
    broadcasting would let pass.

    - (C1) The result has the type of Data, with the sizes that are known.
    - (C2) Sizes is a vector of `i64` with an element for each of `axes`, which
      are in [0, rank).

    ```mlir
    %r = onnx.CheckSizes %x, %n {axes = array<i64: 1>} : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins DenseI64ArrayAttr:$axes);
}

def Onnx_ConstantOp : Op<Onnx_Dialect, "Constant", [Pure, ConstantLike,
    DeclareOpInterfaceMethods<InferTypeOpInterface>]> {
  let summary = "tensor known at compile time";
  let description = [{
    Up to 64 elements stand in a dense attribute. More stand in a
    `dense_resource` over the model's file: little-endian, unaligned, a byte for
    each `i1`, to be read through `ConstantReader` only. The operator's other
    attributes (`value_float`, `value_ints`, ...) become `value` at import.

    - (C1) The result has the type of `value`.

    ```mlir
    %c = onnx.Constant dense<[1, -1]> : tensor<2xi64>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let extraClassDeclaration = [{
    static constexpr ::llvm::StringLiteral kDescription = R"doc(}] # description # [{)doc";
    static constexpr int kRequiredInputs = 0, kMaxInputs = 0, kSinceVersion = 1, kMinVersion = 1,
                         kMaxVersion = ::bitnet::onnx::kNewestOpset;
  }];
}

def Onnx_ConstantOfShapeOp : Onnx_Op<"ConstantOfShape", ["Input"], 1, 9> {
  let summary = "tensor of one repeated element";
  let description = [{
    A tensor of the shape that Input lists, filled with the one element of
    `value` (f32 zero where absent).

    - (C1) Input is a vector of non-negative `i64` of static length.
    - (C2) `value` has one element; the result has its element type.

    ```mlir
    %r = onnx.ConstantOfShape %shape {value = dense<1> : tensor<1xi64>} : (tensor<2xi64>) -> tensor<?x?xi64>
    ```
  }];
  let attributes = (ins OptionalAttr<ElementsAttr>:$value);
}

def Onnx_RangeOp : Onnx_Op<"Range", ["Start", "Limit", "Delta"], 3, 11> {
  let summary = "arithmetic progression";
  let description = [{
    `Start + i * Delta` for i from 0 while below (Delta < 0: above) Limit:
    `max(ceil((Limit - Start) / Delta), 0)` elements.

    - (C1) The operands are scalars of one element type, a number, which is the
      result's.
    - (C2) Delta is not zero.

    ```mlir
    %r = onnx.Range %start, %limit, %delta : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$stash_type);
}

//===-- Shapes as values ---------------------------------------------------===//

def Onnx_ShapeOp : Onnx_Op<"Shape", ["Data"], 1, 1> {
  let summary = "sizes of a tensor's axes";
  let description = [{
    The sizes of the axes from `start` up to `end` (exclusive; absent: all), as
    an `i64` vector. Negative bounds count from the end, bounds outside are
    moved to the edge.

    - (C1) The result is a vector of `i64`.

    ```mlir
    %r = onnx.Shape %x {start = 0 : i64, end = 1 : i64} : (tensor<?x64xf32>) -> tensor<1xi64>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$start, OptionalAttr<Onnx_IntAttr>:$end);
}

def Onnx_SizeOp : Onnx_Op<"Size", ["Data"], 1, 1> {
  let summary = "number of a tensor's elements";
  let description = [{
    The product of the axes' sizes, an `i64` scalar.

    - (C1) The result is a scalar of `i64`.

    ```mlir
    %r = onnx.Size %x : (tensor<?x64xf32>) -> tensor<i64>
    ```
  }];
}

//===-- Views --------------------------------------------------------------===//

def Onnx_ReshapeOp : Onnx_Op<"Reshape", ["Data", "Shape"], 2, 1, 5> {
  let summary = "the same elements in another shape";
  let description = [{
    Shape lists the result's sizes. One may be -1: what is left. 0 keeps the
    size of data's axis at that place, or with `allowzero` is zero.

    - (C1) Shape is a vector of `i64` of static length.
    - (C2) At most one size is -1, none is below.
    - (C3) The number of elements stays.

    ```mlir
    %r = onnx.Reshape %x, %shape : (tensor<?x64xf32>, tensor<3xi64>) -> tensor<?x4x16xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$allowzero);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def Onnx_FlattenOp : Onnx_Op<"Flatten", ["Input"], 1, 1> {
  let summary = "the same elements as a matrix";
  let description = [{
    The axes before `axis` become the first axis of the result, the others the
    second.

    - (C1) `axis` is in [-rank, rank].

    ```mlir
    %r = onnx.Flatten %x {axis = 2 : i64} : (tensor<2x?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$axis);
}

def Onnx_SqueezeOp : Onnx_Op<"Squeeze", ["Data", "AxesOperand"], 1, 1> {
  let summary = "removal of axes of size 1";
  let description = [{
    Removes `axes`, which stand in the attribute or in the second operand;
    without them, every axis of size 1.

    - (C1) Axes are distinct, in [-rank, rank), and of size 1.
    - (C2) Axes are not given twice, and their number is static.
    - (C3) Without axes the shape is static.

    ```mlir
    %r = onnx.Squeeze %x {axes = array<i64: 0>} : (tensor<1x?x64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$axes);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def Onnx_UnsqueezeOp : Onnx_Op<"Unsqueeze", ["Data", "AxesOperand"], 1, 1> {
  let summary = "insertion of axes of size 1";
  let description = [{
    Inserts an axis of size 1 at each of `axes`, places in the result, which
    stand in the attribute or in the second operand.

    - (C1) Axes are distinct and in [-r, r), r being the result's rank.
    - (C2) Axes are given once, and their number is static.

    ```mlir
    %r = onnx.Unsqueeze %x {axes = array<i64: 0>} : (tensor<?x64xf32>) -> tensor<1x?x64xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$axes);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
}

def Onnx_TransposeOp : Onnx_Op<"Transpose", ["Data"], 1, 1> {
  let summary = "permutation of axes";
  let description = [{
    Axis i of the result is axis `perm[i]` of data; without `perm` the order is
    reversed.

    - (C1) `perm` is a permutation of data's axes.

    ```mlir
    %r = onnx.Transpose %x {perm = array<i64: 1, 0>} : (tensor<?x64xf32>) -> tensor<64x?xf32>
    ```
  }];
  let attributes = (ins OptionalAttr<DenseI64ArrayAttr>:$perm);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
  let extraDeclaration = [{
  /// The permutation, spelled out where `perm` is absent.
  ::llvm::SmallVector<int64_t> getPermutation() { return ::bitnet::onnx::getPermutation(*this); }
}];
}

//===-- Parts and repetitions ----------------------------------------------===//

def Onnx_ExpandOp : Onnx_Op<"Expand", ["Input", "Shape"], 2, 8> {
  let summary = "repetition along axes by broadcasting";
  let description = [{
    Input broadcast, in both directions, with the shape that Shape lists.

    - (C1) Shape is a vector of `i64` of static length that broadcasts with the
      shape of Input.

    ```mlir
    %r = onnx.Expand %x, %shape : (tensor<1x64xf32>, tensor<2xi64>) -> tensor<?x64xf32>
    ```
  }];
  let hasFolder = 1;
}

def Onnx_TileOp : Onnx_Op<"Tile", ["Input", "Repeats"], 2, 1, 6> {
  let summary = "repetition along axes";
  let description = [{
    Input repeated `Repeats[i]` times along axis i.

    - (C1) Repeats is a vector of `i64` with an element for each axis.

    ```mlir
    %r = onnx.Tile %x, %n : (tensor<?x64xf32>, tensor<2xi64>) -> tensor<?x?xf32>
    ```
  }];
}

def Onnx_ConcatOp : Onnx_Op<"Concat", [], 1, 1, 4> {
  let summary = "tensors joined along an axis";
  let description = [{
    The operands one after the other along `axis`.

    - (C1) The operands have one element type and one rank; their sizes agree
      outside `axis`.
    - (C2) `axis` is in [-rank, rank).

    ```mlir
    %r = onnx.Concat %a, %b {axis = -1 : i64} : (tensor<?x64xf32>, tensor<?x8xf32>) -> tensor<?x72xf32>
    ```
  }];
  let attributes = (ins Onnx_IntAttr:$axis);
  let hasFolder = 1;
}

def Onnx_SplitOp : Onnx_Op<"Split", ["Input", "SplitOperand"], 1, 1, 2> {
  let summary = "parts of a tensor along an axis";
  let description = [{
    Cuts Input along `axis` into `num_outputs` parts. Their sizes stand in the
    attribute `split` or in the second operand; without either the parts are
    equal, the last one smaller where the axis is not a multiple.

    - (C1) `axis` is in [-rank, rank).
    - (C2) Sizes are not negative, one for each result, and add up to the axis.
    - (C3) `num_outputs` or sizes are given; sizes not by attribute and operand.

    ```mlir
    %a, %b = onnx.Split %x {axis = -1 : i64, num_outputs = 2 : i64} : (tensor<?x64xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>)
    ```
  }];
  let attributes = !con((ins Onnx_DefaultInt<"0">:$axis, OptionalAttr<DenseI64ArrayAttr>:$split),
                        Onnx_NumOutputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
}

def Onnx_SliceOp : Onnx_Op<"Slice", ["Data", "Starts", "Ends", "Axes", "Steps"], 3, 1, 10> {
  let summary = "part of a tensor";
  let description = [{
    Along each of Axes (absent: the first ones, in order) the elements from
    Starts up to Ends, exclusive, by Steps (absent: 1). Negative bounds count
    from the end, bounds outside are moved to the edge.

    - (C1) Starts, Ends, Axes and Steps are vectors of one length, `i32` or
      `i64`.
    - (C2) Axes are distinct and in [-rank, rank).
    - (C3) No step is zero.

    ```mlir
    %axes = onnx.Constant dense<1> : tensor<1xi64>
    %r = onnx.Slice %x, %starts, %ends, %axes : (tensor<?x64xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<?x32xf32>
    ```
  }];
  let hasFolder = 1;
}

def Onnx_TriluOp : Onnx_Op<"Trilu", ["Input", "K"], 1, 14, 14, [Onnx_SameShape]> {
  let summary = "upper or lower triangle of matrices";
  let description = [{
    Keeps, in the last two axes, the elements on and above (`upper = 1`) or on
    and below (`upper = 0`) the K-th diagonal (absent: 0) and zeroes the others.

    - (C1) The result has the shape and the element type of Input, of rank 2 or
      more.
    - (C2) K is one `i64`.

    ```mlir
    %r = onnx.Trilu %x {upper = 0 : i64} : (tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"1">:$upper);
}

//===-- Gather and scatter -------------------------------------------------===//

def Onnx_GatherOp : Onnx_Op<"Gather", ["Data", "Indices"], 2, 1> {
  let summary = "slices of a tensor by index";
  let description = [{
    Replaces `axis` of Data by the axes of Indices: each index picks the slice
    at its place. Negative indices count from the end.

    - (C1) `axis` is in [-rank, rank).
    - (C2) Indices are `i32` or `i64`, in [-size, size) of the axis.

    ```mlir
    %r = onnx.Gather %table, %ids {axis = 0 : i64} : (tensor<100x64xf32>, tensor<?x?xi64>) -> tensor<?x?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$axis);
}

def Onnx_GatherElementsOp : Onnx_Op<"GatherElements", ["Data", "Indices"], 2, 11> {
  let summary = "elements of a tensor by index along an axis";
  let description = [{
    `result[.., i, ..] = Data[.., Indices[.., i, ..], ..]`, the index standing at
    `axis`. Negative indices count from the end.

    - (C1) Data and Indices have one rank; the result has the shape of Indices.
    - (C2) `axis` is in [-rank, rank).
    - (C3) Indices are `i32` or `i64`.

    ```mlir
    %r = onnx.GatherElements %x, %i {axis = 1 : i64} : (tensor<?x64xf32>, tensor<?x1xi64>) -> tensor<?x1xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$axis);
}

def Onnx_GatherNDOp : Onnx_Op<"GatherND", ["Data", "Indices"], 2, 11> {
  let summary = "slices of a tensor by index vectors";
  let description = [{
    The last axis of Indices holds vectors of q indices into Data's axes after
    the first `batch_dims`, which both share; each picks the slice that it
    names.

    - (C1) Indices are `i64`; q is static, at least 1 and at most
      `rank(Data) - batch_dims`.
    - (C2) `0 <= batch_dims < min(rank(Data), rank(Indices))`, and the batch axes
      agree.

    ```mlir
    %r = onnx.GatherND %x, %i {batch_dims = 0 : i64} : (tensor<8x?x64xf32>, tensor<?x2xi64>) -> tensor<?x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultInt<"0">:$batch_dims);
}

def Onnx_ScatterNDOp : Onnx_Op<"ScatterND", ["Data", "Indices", "Updates"], 3, 11, 11, [Onnx_SameShape]> {
  let summary = "tensor with slices replaced by index vectors";
  let description = [{
    Data, except that the slice which each index vector (the last axis of
    Indices) names becomes the slice of Updates at the vector's place, or is
    combined with it by `reduction` ("none", "add", "mul", "max", "min").

    - (C1) The result has the shape and the element type of Data; Updates have
      its element type.
    - (C2) Indices are `i64`; the index vectors are static in length, q <= rank(Data).
    - (C3) Updates have the shape of Indices without the last axis, followed by
      Data's axes from q on.
    - (C4) `reduction` is one of the five.

    ```mlir
    %r = onnx.ScatterND %x, %i, %u : (tensor<8x64xf32>, tensor<2x1xi64>, tensor<2x64xf32>) -> tensor<8x64xf32>
    ```
  }];
  let attributes = (ins Onnx_DefaultStr<"none">:$reduction);
}

#endif // DIALECTS_ONNX_IR_ONNXSHAPE_TD
