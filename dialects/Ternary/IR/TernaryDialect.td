#ifndef DIALECTS_TERNARY_IR_TERNARYDIALECT_TD
#define DIALECTS_TERNARY_IR_TERNARYDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def Ternary_Dialect : Dialect {
  let name = "ternary";
  let cppNamespace = "::bitnet::ternary";
  let summary = "Exact arithmetic on tensors whose elements are -1, 0 or 1";
  let description = [{
    A BitLinear layer is `quantize` followed by `linear`: activations become
    8-bit integers with a scale for each token, the integer product with the
    ternary weights is exact, and the scales are applied to its sums in the
    order that the model's graph gives. Storage of weights is invisible until
    `ternary-pack` turns trits into the bytes of a layout.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::bitnet::rt::RTDialect"];
}

class Ternary_Op<string mnemonic, list<Trait> traits = []>
    : Op<Ternary_Dialect, mnemonic, traits>;

def Ternary_TritType : TypeDef<Ternary_Dialect, "Trit"> {
  let mnemonic = "trit";
  let summary = "trit";
  let description = [{
    One of -1, 0, 1. The type says nothing about storage: packing is chosen
    late, by the target.
  }];
}

//===-- How the graph computes the activation's scale ----------------------===//

def Ternary_ScaleForm : I32EnumAttr<"ScaleForm", "how a quantiser forms its scale s, and codes, from m = max |x|", [
    I32EnumAttrCase<"MulReciprocal", 0, "mul_reciprocal">,   // s = (1 / m) * range, codes of x * s
    I32EnumAttrCase<"Div", 1, "div">,                         // s = range / m, codes of x * s
    I32EnumAttrCase<"Step", 2, "step">,                       // s = m / range, codes of x / s
    I32EnumAttrCase<"Largest", 3, "largest">,                 // s = m, codes of (x * range) / s
    I32EnumAttrCase<"StepProduct", 4, "step_product">,        // s = m * range, codes of x / s
    I32EnumAttrCase<"Unit", 5, "unit">                        // s = m, codes of (x / s) * range
  ]> {
  let cppNamespace = "::bitnet::ternary";
  let genSpecializedAttr = 0;
}
def Ternary_ScaleFormAttr : EnumAttr<Ternary_Dialect, Ternary_ScaleForm, "scale_form"> {
  let assemblyFormat = "`<` $value `>`";
}

/// Order in which the sum's scales are applied; s is the activation's scale
/// (codes = x * s), w the weight's.
def Ternary_RescaleForm : I32EnumAttr<"RescaleForm", "order in which scales are applied to the integer sum", [
    I32EnumAttrCase<"DivMul", 0, "div_mul">,         // (sum / s) * w
    I32EnumAttrCase<"DivByProduct", 1, "div_prod">,  // sum / (w * s)
    I32EnumAttrCase<"DivDiv", 2, "div_div">,         // (sum / w) / s
    I32EnumAttrCase<"MulDiv", 3, "mul_div">,         // (sum * w) / s
    I32EnumAttrCase<"MulMul", 4, "mul_mul">,         // (sum * w) * s, s being a step size (x = codes * s)
    I32EnumAttrCase<"MulByProduct", 5, "mul_prod">,  // sum * (w * s), s being a step size
    I32EnumAttrCase<"Mul", 6, "mul">                 // sum * w: the graph applies s elsewhere
  ]> {
  let cppNamespace = "::bitnet::ternary";
  let genSpecializedAttr = 0;
}
def Ternary_RescaleFormAttr : EnumAttr<Ternary_Dialect, Ternary_RescaleForm, "rescale_form"> {
  let assemblyFormat = "`<` $value `>`";
}

//===-- Layouts and strategies ---------------------------------------------===//

/// An attribute that holds the number of something which plug-ins may add to
/// (Kinds.h). Its spelling is the name.
class Ternary_KindParameter<string kind>
    : AttrParameter<"::bitnet::ternary::" # kind, "a registered name"> {
  let parser = "::bitnet::ternary::parse" # kind # "($_parser)";
  let printer = "$_printer << ::bitnet::ternary::stringify" # kind # "($_self)";
}
class Ternary_KindAttr<string kind, string name>
    : AttrDef<Ternary_Dialect, kind> {
  let mnemonic = name;
  let parameters = (ins Ternary_KindParameter<kind>:$value);
  let assemblyFormat = "`<` $value `>`";
  let returnType = "::bitnet::ternary::" # kind;
  let convertFromStorage = "$_self.getValue()";
  let constBuilderCall = "::bitnet::ternary::" # kind # "Attr::get($_builder.getContext(), $0)";
}

def Ternary_LayoutKindAttr : Ternary_KindAttr<"LayoutKind", "layout_kind"> {
  let summary = "order of trits in packed bytes";
}

def Ternary_LayoutAttr : AttrDef<Ternary_Dialect, "Layout"> {
  let mnemonic = "layout";
  let summary = "packed storage of an [N, K] matrix of trits";
  let description = [{
    Rows are grouped in blocks of `rows`; N is padded to a multiple of it and K
    to a multiple of the kind's group with zero trits. Let b be the row block
    and r the row in it.

    - `pairs`: one byte holds 4 trits of one row, as two base-3 digits pairs:
      `byte[(b * ceil(K/4) + g) * rows + r] = p0 | p1 << 4` with
      `p0 = (w[4g] + 1) + 3 (w[4g+1] + 1)` and `p1` likewise from `w[4g+2]`,
      `w[4g+3]`. 2 bits a trit.
    - `planes`: for each k, `rows` bits that say "+1" and then `rows` bits that
      say "-1", low bit = first row:
      `byte[(b * K + k) * rows/4 + (0 | rows/8) + r/8]`. 2 bits a trit.
    - `quads`: one byte holds 4 trits of one row, the index of a table of 128
      entries: `byte[(b * ceil(K/4) + g) * rows + r]` =
      `(w[4g] + 1) + 3 (w[4g+1] + 1) + 9 (w[4g+2] + 1) + 32 (w[4g+3] + 1)`.
      2 bits a trit.
    - `quints`: one byte holds 5 trits of one row, the balanced ternary digits
      of a number v in [-121, 121], as its magnitude and, in bit 7, its sign:
      `byte[(b * ceil(K/5) + g) * rows + r] = |v| | (v < 0) << 7` with
      `v = w[5g] + 3 w[5g+1] + 9 w[5g+2] + 27 w[5g+3] + 81 w[5g+4]`.
    - `rows4`: one byte holds a term of 4 rows, `span = rows/4` apart, as 2-bit
      fields. For r < span and i < 4:
      `byte[(b * ceil(K/4) + g) * 4 span + 4 r + i]` = sum over j of
      `4^j (w[r + j span, 4g + i] + 1)`. 2 bits a trit.
    - `rows5`: the same with 5 rows, `span = rows/5` and powers of 3.
      1.6 bits a trit.

    Plug-ins bring others (docs/guides/new-target.md).

    `#ternary.layout<pairs, rows = 64>`
  }];
  let parameters = (ins Ternary_KindParameter<"LayoutKind">:$kind, "int64_t":$rows);
  let assemblyFormat = "`<` $kind `,` `rows` `=` $rows `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Terms of one unit of the layout, see LayoutInfo.
    int64_t getGroup() const;
    /// Bytes of a packed [n, k] matrix, padding included.
    int64_t getPackedBytes(int64_t n, int64_t k) const;
  }];
}

def Ternary_StrategyAttr : Ternary_KindAttr<"Strategy", "strategy"> {
  let summary = "how a kernel multiplies activations by trits";
  let description = [{
    `masked` adds and subtracts under masks, `lookup` looks up and adds, `dot`
    takes dot products of bytes: it multiplies. Plug-ins bring others.

    `#ternary.strategy<lookup>`
  }];
}

#endif // DIALECTS_TERNARY_IR_TERNARYDIALECT_TD
