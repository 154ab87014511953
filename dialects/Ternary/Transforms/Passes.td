#ifndef DIALECTS_TERNARY_TRANSFORMS_PASSES_TD
#define DIALECTS_TERNARY_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def TernaryPlanPass : Pass<"ternary-plan"> {
  let summary = "Choose strategy, layout and tile of each ternary.linear";
  let description = [{
    Sets `strategy`, `layout`, `rows_of` and `tile` on every `ternary.linear`
    that has no layout yet, from the facts of the target (module attribute
    `bitnet.target`, or the `target` option). A remark of category `ternary`
    says what was chosen and why. Results do not depend on the choice.

    `tile` holds
    - `tokens`: tokens that one prefill tile takes, 0 for none;
    - `min_tokens`: fewest left-over tokens for which a padded prefill tile is
      cheaper than one pass over the weights for each;
    - `groups`: groups of 4 terms whose tables lie in L1 together;
    - `pass_rows`: most rows whose sums one prefill pass keeps in L2.
  }];
  let options = [
    Option<"strategy", "strategy", "std::string", /*default=*/"\"auto\"",
           "auto, masked or lookup">,
    Option<"target", "target", "std::string", /*default=*/"\"\"",
           "target facts by name instead of the module's: generic, x86-ssse3, x86-avx2 or x86-avx512bw">];
}

def TernaryPackPass : Pass<"ternary-pack", "::mlir::ModuleOp"> {
  let summary = "Turn trits into the bytes of the planned layouts";
  let description = [{
    Every weight of a planned `ternary.linear` (from `ternary.constant` or
    `rt.get_global`) becomes an `rt.global` of the layout's bytes, all layers
    of a global at once; weights shared by several ops are packed once for each
    layout. Unpacked data that nothing else reads is freed.

    Fails where weights are computed, or hold the code 3.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect"];
}

#endif // DIALECTS_TERNARY_TRANSFORMS_PASSES_TD
