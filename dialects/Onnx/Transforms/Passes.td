#ifndef DIALECTS_ONNX_TRANSFORMS_PASSES_TD
#define DIALECTS_ONNX_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def FoldConstantsPass : Pass<"onnx-fold-constants"> {
  let summary = "replace constant expressions by their values";
  let description = [{
    An `onnx` op whose value follows from constants and from static shapes
    becomes an `onnx.Constant` where its result has at most `max-elements`
    elements. Larger ones, the chains that quantise or unpack weights, stay:
    recognition evaluates them one at a time, so that the model is never in
    memory as a whole. What nothing uses any more is erased.

    An op on constants that has no value (an index out of range, an integer
    divided by zero) is an error.
  }];
  let options = [
    Option<"maxElements", "max-elements", "int64_t", "65536",
           "Leave results with more elements in the graph">,
    Option<"frontier", "frontier", "bool", "false",
           "Fold only what an op that is not constant reads">
  ];
}

def DecomposePass : Pass<"onnx-decompose", "mlir::func::FuncOp"> {
  let summary = "express operators by simpler ones";
  let description = [{
    Activations (Swish, SwiGLU), RotaryEmbedding, normalisations that
    transformers seldom have, what quantises, dequantises or multiplies codes,
    most operators of com.microsoft, OneHot, EyeLike, DepthToSpace,
    SpaceToDepth, Dropout, CenterCropPad, windows, ReduceLogSum,
    ReduceLogSumExp, Einsum, LinearAttention, convolutions, pooling, Resize,
    Upsample, GridSample, AffineGrid, MaxUnpool and LRN become the arithmetic
    that defines them. Codes are dequantised in f32. Weights so made stay
    constant expressions, which recognition judges by value. Attention is left
    to recognition.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def InferShapesPass : Pass<"onnx-infer-shapes", "mlir::func::FuncOp"> {
  let summary = "refine result types by shape inference";
  let description = [{
    Runs inference over the function's `onnx` ops again, as often as it finds
    something, and keeps of each axis what either inference or the present type
    knows. The function's result types follow. A value that an op of another
    dialect uses keeps its type: that op's types may depend on it.

    An op whose operands contradict each other is an error.

    With `from-products`, rows of unknown length that are multiplied by a matrix
    of a known one have that length: `onnx.CheckSizes`, put behind what makes
    them, ends runs where they have another.
  }];
  let options = [
    Option<"fromProducts", "from-products", "bool", "false",
           "Take the length of rows from the matrices they are multiplied by">
  ];
}

def FoldShapesPass : Pass<"onnx-fold-shapes", "mlir::func::FuncOp"> {
  let summary = "make constants of shape computations whose numbers are known";
  let description = [{
    Integer and bool tensors of up to 1024 elements that Shape, Gather, Concat,
    arithmetic and the like compute from static sizes become `onnx.Constant`,
    also where other sizes of the same tensors are dynamic. Ops without other
    uses are erased.
  }];
}

def NormalizePass : Pass<"onnx-normalize", "mlir::func::FuncOp"> {
  let summary = "leave one spelling of each operator";
  let description = [{
    After this pass

    - Reduce, Squeeze and Unsqueeze have their axes in the attribute, ascending
      and not negative, and no `noop_with_empty_axes`; a reduction over no axis
      is gone;
    - Split has its sizes in the attribute wherever they are known;
    - Transpose has its permutation spelled out;
    - Flatten is Reshape, Sum is a chain of Add, CastLike is Cast;
    - the shape of a Reshape is constant wherever each axis is known, copied from
      the operand's axis at the same place (0), or the only one left (-1), and
      `allowzero` is gone with it;
    - an Expand that provably changes nothing is gone.

    Results are the same bit for bit.
  }];
}

#endif // DIALECTS_ONNX_TRANSFORMS_PASSES_TD
