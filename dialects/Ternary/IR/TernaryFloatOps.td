#ifndef DIALECTS_TERNARY_IR_TERNARYFLOATOPS_TD
#define DIALECTS_TERNARY_IR_TERNARYFLOATOPS_TD

include "dialects/RT/IR/RTDialect.td"
include "dialects/RT/IR/RTInterfaces.td"
include "dialects/Ternary/IR/TernaryDialect.td"
include "mlir/IR/BuiltinAttributes.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Ternary_FloatLinearOp : Ternary_Op<"float_linear", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<DestinationFormOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "product of float activations with ternary weights";
  let description = [{
    For a graph that does not quantise its activations to 8-bit integers, or
    whose weights have several scales in a row. Terms are in groups of `group`
    (the last one may be shorter), weights in N rows. For each group g:
    `plus[n]` is the sum of the x[k] whose trit in row n is 1, `minus[n]` that of
    those whose trit is -1, both in f32 with k ascending;
    `result[.., n] = sum over g of (plus[n] - minus[n]) * scales[g, n] (+ bias[n])`,
    g ascending. Nothing is added for a trit of 0, also where x is not finite.

    Rows are padded to a multiple of 16, with zero trits and any scale. `planes`
    holds two 16-bit words, low byte first, for each block of 16 rows and each
    k: `word[2 * (b * K + k)]` has bit r set where the trit of row 16 b + r is 1,
    the next word where it is -1. 2 bits a trit.

    - (C1) x is f32 with a static last axis K >= 1; `group` is from 1 to K.
    - (C2) `planes` has ceil(rows / 16) * K * 4 bytes; scales are
      [ceil(K / group), rows rounded up to 16] of f32, f16 or bf16; bias is f32 of
      the padded rows.
    - (C3) The result is f32 of x's shape with a last axis of `rows`.

    ```mlir
    %y = ternary.float_linear %x, %planes, %scales {rows = 20 : i64, group = 32 : i64}
        : (tensor<?x64xf32>, tensor<512xi8>, tensor<2x32xf16>) -> tensor<?x20xf32>
    ```
  }];
  let arguments = (ins RT_TensorOrMemRef:$input, RT_TensorOrMemRef:$planes, RT_TensorOrMemRef:$scales,
                       Optional<RT_TensorOrMemRef>:$bias, Variadic<AnyMemRef>:$outs, Optional<RT_ExecType>:$exec,
                       I64Attr:$rows, I64Attr:$group);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    $input `,` $planes `,` $scales (`bias` `(` $bias^ `)`)? (`outs` `(` $outs^ `)`)? (`exec` $exec^)? attr-dict
    `:` `(` type($input) `,` type($planes) `,` type($scales) (`bias` `(` type($bias)^ `)`)?
    (`outs` `(` type($outs)^ `)`)? `)` (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows of a block: lanes of every kernel.
    static constexpr int64_t kLanes = 16;
    int64_t getK();
    int64_t getBlocks() { return llvm::divideCeil(getRows(), kLanes); }
  }];
}

#endif // DIALECTS_TERNARY_IR_TERNARYFLOATOPS_TD
