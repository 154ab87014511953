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
           "Leave results with more elements in the graph">
  ];
}

#endif // DIALECTS_ONNX_TRANSFORMS_PASSES_TD
