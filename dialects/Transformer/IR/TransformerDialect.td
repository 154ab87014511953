#ifndef DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD
#define DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "dialects/RT/IR/RTInterfaces.td"

def Transformer_Dialect : Dialect {
  let name = "transformer";
  let cppNamespace = "::bitnet::transformer";
  let summary = "The parts of a transformer that are not ternary";
  let description = [{
    Norms, rotary embedding, attention with its cache, gated activations and
    dense linear layers: each one op, so that pipelines and patterns stay small.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::bitnet::rt::RTDialect", "::bitnet::ternary::TernaryDialect"];
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

def Transformer_Encoding : I32EnumAttr<"EncodingKind", "what an rt.global stores of a matrix", [
    I32EnumAttrCase<"Values", 0, "values">,
    I32EnumAttrCase<"Codes8", 1, "codes8">,
    I32EnumAttrCase<"Scales8", 2, "scales8">,
    I32EnumAttrCase<"Errors8", 3, "errors8">,
    I32EnumAttrCase<"Norms", 4, "norms">,
    I32EnumAttrCase<"Groups4", 5, "groups4">
  ]> {
  let cppNamespace = "::bitnet::transformer";
  let genSpecializedAttr = 0;
}

def Transformer_EncodingAttr : AttrDef<Transformer_Dialect, "Encoding", [
    DeclareAttrInterfaceMethods<EncodingAttrInterface, ["verifyEncoding", "encode"]>]> {
  let mnemonic = "encoding";
  let summary = "how a dense matrix is stored";
  let description = [{
    Of a float matrix [N, K], or [K, N] with `transposed`:

    - `values`: its values, rounded to nearest even where the stored element
      type is narrower. The stored type is [N, K], row-major, or packed.
    - `codes8`: each row as i8 codes c[k] = w[k] / scale, rounded to nearest
      even, in [-127, 127]; packed.
    - `scales8`: f32 [N], max |w[k]| / 127 of each row: the codes' scales. Rows
      of zeros have the scale 0 and codes 0, rows with an infinity or NaN the
      scale NaN and codes 0.
    - `errors8`: f32 [N], for each row the Euclidean norm of
      w[k] - scale * c[k], rounded up; infinity where the scale is NaN.
    - `norms`: f32 [N], the Euclidean norm of each row, rounded up; infinity
      where it is NaN.
    - `groups4`: each group of 32 elements of a row as codes c[k] in [-8, 7] and
      a bf16 scale v, which may be negative: of some candidates the v with the
      least sum of (w[k] - v c[k])^2. Groups of zeros have the scale 0, groups
      with an infinity or NaN the scale NaN; both have codes 0. Packed groups.

    **Packed rows** are [ceil(N / R), ceil(K / E), R, E], R being 1 to 16 rows
    of a block and E the elements of a chunk of 64 bytes: a block's rows lie
    side by side in chunks, so that a product with one vector reads memory
    from one end to the other. What is behind N or K is zero. Chunks of 16-bit
    brain floats are interleaved: elements j and j + 16 are the low and the high
    half of the 32-bit word j, so that a shift and a mask widen them.

    **Packed groups** are i8 [ceil(N / 16), ceil(K / 64), 9, 64]: of 16 rows and
    two groups, nine vectors of 64 bytes. 32-bit word r of each belongs to row
    r. Vector 0 has the scales, those of the first group in the low half of the
    words. Vector 1 + 4 g + i has codes of group g plus 8: byte j of a word is
    element 4 i + j in its low and element 16 + 4 i + j in its high half. What
    is behind N or K has codes 0, groups of nothing else the scale 0.

    ```mlir
    rt.global @w : tensor<2x2x4x32xbf16> = [dense<1.0> : tensor<7x40xf32>]
      {encoding = #transformer.encoding<values>}
    ```
  }];
  let parameters = (ins EnumParameter<Transformer_Encoding>:$kind, DefaultValuedParameter<"bool", "false">:$transposed);
  let assemblyFormat = "`<` $kind (`,` `transposed` `=` $transposed^)? `>`";
}

#endif // DIALECTS_TRANSFORMER_IR_TRANSFORMERDIALECT_TD
