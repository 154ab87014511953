#ifndef DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_TD
#define DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def RollLayersPass : Pass<"transformer-roll-layers", "mlir::ModuleOp"> {
  let summary = "Turn repeated decoder layers into one loop body";
  let description = [{
    Finds the longest repetition of isomorphic ops in each function and makes it
    the body of an `scf.for` over the layers. What differs between the layers
    must be constants, which become an `rt.global` with one value a layer, or
    key/value caches, whose symbols are merged. Values that flow from one layer
    to the next become iteration arguments. Code size then does not depend on
    the number of layers. A repetition whose values are used from outside (but
    for the last layer's carried ones) stays as it is.

    Ops that no norm, quantisation, linear layer or attention feeds (masks,
    rotary tables, embeddings) are moved before the layers.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"];
}

def GlobalizeConstantsPass : Pass<"transformer-globalize-constants", "mlir::ModuleOp"> {
  let summary = "Move large constants to globals, one for equal contents";
  let description = [{
    Constants of more than `min-elements` elements become an `rt.global` read by
    `rt.get_global`; equal contents (a tied embedding, say) share one.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect"];
  let options = [Option<"minElements", "min-elements", "int64_t", /*default=*/"64",
                        "Constants up to this size stay in the code">];
}

#endif // DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_TD
