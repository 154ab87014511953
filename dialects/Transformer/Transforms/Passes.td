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

def FoldTransposesPass : Pass<"transformer-fold-transposes", "mlir::ModuleOp"> {
  let summary = "Attention on [B, S, H, D] where the graph transposes around it";
  let description = [{
    Where query, key and value of a `transformer.attention`, or what
    `transformer.rotary` makes them of, are transposed from [B, S, H, D], and
    the result is only transposed back, both ops become `token_major` and the
    transposes go.
  }];
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

def PackRowsPass : Pass<"transformer-pack-rows", "mlir::ModuleOp"> {
  let summary = "Store dense weights in the narrowest exact type, as packed rows";
  let description = [{
    For each f32, f16 or bf16 matrix in an `rt.global` that only
    `transformer.linear` multiplies by and only rows of which `onnx.Gather`
    takes: f32 values that are all exact as bf16, or all as f16, are stored so
    (#transformer.encoding), and what a linear layer reads becomes packed rows.
    A table that an LM head is tied to stays one copy: Gather becomes
    `transformer.embedding`, which reads packed rows too. Values are looked at
    in place, on the context's threads, and converted when the weights file is
    written. Runs after constants became globals.

    `head` says what becomes of the LM head, the dense layer whose result is the
    logits: `graph` keeps the graph's type; `bf16` and `f16` round what is not
    exact; `i8` makes it a `transformer.quantized_linear` and `i4` a
    `transformer.grouped_linear`; `exact` adds a copy of 8 bits and makes it a
    `transformer.screened_linear`; `auto` is `exact` where
    the matrix has at least 2^25 elements, and otherwise the narrowest exact
    type.
  }];
  let dependentDialects = ["::bitnet::transformer::TransformerDialect"];
  let options = [Option<"target", "target", "std::string", /*default=*/"\"\"",
                        "generic, x86-ssse3, x86-avx2 or x86-avx512bw; empty: the module's">,
                 Option<"head", "head", "std::string", /*default=*/"\"auto\"",
                        "auto, graph, bf16, f16, i8, i4 or exact">];
}

def FuseRowsPass : Pass<"transformer-fuse-rows"> {
  let summary = "Make what prepares a BitLinear's input part of its quantisation";
  let description = [{
    On memrefs: a `ternary.quantize` and the ops right in front of it that make
    its input row by row become one `transformer.quantize_rows`: rms_norm, and
    before it gated_activation or the addition of a residual. Normalised and
    gated values are then never written, and rows are read while they are in
    the first-level cache. Results keep their bits.

    Left alone is what something else reads: normalised values, a gate.
  }];
  let dependentDialects = ["::bitnet::transformer::TransformerDialect"];
}

#endif // DIALECTS_TRANSFORMER_TRANSFORMS_PASSES_TD
