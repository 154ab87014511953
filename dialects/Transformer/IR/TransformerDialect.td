#ifndef DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD
#define DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Transformer_Dialect : Dialect {
  let name = "transformer";
  let cppNamespace = "::bitnet::transformer";
  let summary = "The parts of a transformer that are not ternary";
  let description = [{
    Norms, rotary embedding, attention with its cache, gated activations and
    dense linear layers: each one op, so that pipelines and patterns stay small.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::bitnet::rt::RTDialect"];
}

class Transformer_Op<string mnemonic, list<Trait> traits = []>
    : Op<Transformer_Dialect, mnemonic, traits>;

def Transformer_Activation : I32EnumAttr<"Activation", "gate of a gated MLP", [
    I32EnumAttrCase<"Silu", 0, "silu">,    // x * (1 / (1 + exp(-x)))
    I32EnumAttrCase<"Relu2", 1, "relu2">,  // max(x, 0)^2
    I32EnumAttrCase<"Relu", 2, "relu">,
    I32EnumAttrCase<"Gelu", 3, "gelu">     // exact, by erf
  ]> {
  let cppNamespace = "::bitnet::transformer";
  let genSpecializedAttr = 0;
}
def Transformer_ActivationAttr : EnumAttr<Transformer_Dialect, Transformer_Activation, "activation"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD
