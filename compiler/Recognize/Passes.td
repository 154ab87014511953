#ifndef COMPILER_RECOGNIZE_PASSES_TD
#define COMPILER_RECOGNIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def RecognizeBitLinearPass : Pass<"recognize-bit-linear", "::mlir::ModuleOp"> {
  let summary = "quantise -> product with ternary weights -> rescale becomes ternary.quantize and ternary.linear";
  let description = [{
    Expects normalised onnx ops. Every product with constant weights gets a
    record in the module attribute `bitnet.report`. Weights are judged by their
    values; a NaN among them is an error. What the pass does not know it leaves
    to the graph: the ops it makes compute exactly what they replace, up to the
    order of roundings in the float product. Where the product says that its
    input may be quantised in blocks (`bitnet.input_block`), it is, unless
    `integer-groups` is off.
  }];
  let options = [
    Option<"integerGroups", "integer-groups", "bool", /*default=*/"true",
           "the target has kernels for 8-bit inputs with a scale for each group of terms">];
  let dependentDialects = ["::bitnet::ternary::TernaryDialect", "::mlir::tensor::TensorDialect"];
}

class RecognizeFamilyPass<string name, string what, string result>
    : Pass<name, "::mlir::func::FuncOp"> {
  let summary = what # " becomes " # result;
  let description = "Expects normalised onnx ops. A graph that matches nearly is left as it is.";
  let dependentDialects = ["::bitnet::transformer::TransformerDialect", "::mlir::tensor::TensorDialect"];
}

def RecognizeNormsPass : RecognizeFamilyPass<"recognize-norms",
    "root mean square or layer normalisation", "transformer.rms_norm or layer_norm">;
def RecognizeRotaryPass : RecognizeFamilyPass<"recognize-rotary",
    "x * cos + concat(-x2, x1) * sin", "transformer.rotary">;
def RecognizeAttentionPass : RecognizeFamilyPass<"recognize-attention",
    "softmax(q k^T * scale + mask) v", "transformer.attention">;
def RecognizeGatedActivationsPass : RecognizeFamilyPass<"recognize-gated-activations",
    "activation(gate) * up", "transformer.gated_activation">;

def RecognizeDenseLinearPass : Pass<"recognize-dense-linear", "::mlir::func::FuncOp"> {
  let summary = "product with constant weights becomes transformer.linear";
  let description = [{
    For products that recognize-bit-linear left. Weights become [N, K]; a
    matrix that is also a table to gather from (tied embeddings) stays one
    constant.
  }];
  let dependentDialects = ["::bitnet::transformer::TransformerDialect", "::mlir::tensor::TensorDialect"];
}

def RecordSignaturePass : Pass<"recognize-record-signature", "::mlir::ModuleOp"> {
  let summary = "Record the ONNX signature before caches leave it";
  let description = [{
    Sets `bitnet.graph_inputs` and `bitnet.graph_outputs` (arrays of {name,
    type, dims} in ONNX order) and, on each argument and result of `@main`, its
    position there: `bitnet.index`.
  }];
}

def MergeBranchesPass : Pass<"recognize-merge-branches", "::mlir::ModuleOp"> {
  let summary = "Of two branches that differ by a past, keep the one with it";
  let description = [{
    An onnx.If whose one branch reads inputs by Concat(past, new) and whose other
    one does not read them at all is what merges a decoder's first step with the
    later ones. Where the first branch of pasts of length 0 is proven to give what
    the second one gives, it takes the place of both, its pasts emptied by
    onnx.KeepIf where the second one would have run. Runs before normalisation.
  }];
  let dependentDialects = ["::bitnet::onnx::OnnxDialect", "::mlir::tensor::TensorDialect"];
}

def RecognizeKVCachePass : Pass<"recognize-kv-cache", "::mlir::ModuleOp"> {
  let summary = "past -> Concat -> present becomes rt.kv_cache";
  let description = [{
    Where key and value of a transformer.attention are Concat(past, new) along
    the length, past is a graph input and the Concat a graph output, both leave
    the signature and the attention names a cache. The Concat may be of
    [batch, length, heads, head_dim], transposed for the attention. What the
    graph returns may be new instead. Inputs and outputs of more axes, the cache's
    being the last four, hold several caches: their parts count as such. Sizes of
    past become rt.past_length and those of other inputs. All caches must fit,
    and grow by one size of another input or one number, otherwise the graph
    stays as it is. `bitnet.appended` on the module says which: input and axis, or
    -1 and the number; `bitnet.cache_batch`, where the batch is dynamic, whose it
    is. A session has one past length, whatever
    names the graph gives to lengths: the runtime refuses pasts of several.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect", "::mlir::tensor::TensorDialect"];
}

def ShareConstantsPass : Pass<"recognize-share-constants", "::mlir::func::FuncOp"> {
  let summary = "One onnx.Constant for equal contents";
  let description = [{
    Exporters store the rotary tables once for each layer; layers that read one
    constant are alike and can be rolled. Runs after the weights of linear
    layers are gone, so that little is read.
  }];
}

def RecognizeRolesPass : Pass<"recognize-roles", "::mlir::ModuleOp"> {
  let summary = "Tell tokens, masks, positions and logits of a language model";
  let description = [{
    By structure: tokens gather rows of a constant table that become the hidden
    state, an attention mask reaches only masks, positions reach the rotary
    embedding, logits are what a linear layer returns. Sets `bitnet.role` on
    arguments and results, `bitnet.vocab_size` and (rows of rotary tables)
    `bitnet.context_length` on the module, and puts
    `transformer.last_positions` before the final norm and head.
  }];
  let dependentDialects = ["::bitnet::transformer::TransformerDialect"];
}

def RecognizeTokenLocalityPass : Pass<"recognize-token-locality", "::mlir::ModuleOp"> {
  let summary = "Prove that a text may be run in pieces";
  let description = [{
    Of a decoder with caches: sets `bitnet.token_local` on the module where the
    logits of each token, and what it appends to the caches, are proven to
    depend on that token, its position and the caches alone, and not on the
    tokens beside it or on how many there are; and where a run takes a fixed
    number of them. Otherwise a remark names the op where tokens may meet. Runs
    behind recognize-roles. The attention mask is all ones, as sessions give it.
  }];
}

#endif // COMPILER_RECOGNIZE_PASSES_TD
