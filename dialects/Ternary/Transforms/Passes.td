#ifndef DIALECTS_TERNARY_TRANSFORMS_PASSES_TD
#define DIALECTS_TERNARY_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def TernaryPlanPass : Pass<"ternary-plan"> {
  let summary = "Choose strategy, layout and tile of each ternary.linear";
  let description = [{
    Sets `strategy`, `layout`, `rows_of` and `tile` on every `ternary.linear`
    whose weights are trits. In this order:

    1. What the op says by hand stays: a strategy, a layout, entries of a tile;
       what does not fit together is an error.
    2. The entry of the `schedule` for the op's rows and terms; a warning where
       there is none.
    3. The `strategy` option.
    4. The least time by a cost model: measured cycles of each kernel against
       the bytes that it reads, for one token, a few and many, by the facts of
       the target (module attribute `bitnet.target`, or the `target` option).

    A remark of category `ternary` says what was chosen and why, what was
    predicted, and by how much the runner-up is slower. Results do not depend
    on the choice.

    `bitnet-opt --list-strategies` prints the strategies, the targets that can
    run each, and the entries of `tile` that each reads.
  }];
  let options = [
    Option<"strategy", "strategy", "std::string", /*default=*/"\"auto\"",
           "auto, or one that --list-strategies prints">,
    Option<"anyArithmetic", "any-arithmetic", "bool", /*default=*/"false",
           "auto may take a strategy that multiplies activations">,
    Option<"layout", "layout", "std::string", /*default=*/"\"auto\"",
           "auto, or one that --list-layouts prints">,
    Option<"scheduleFile", "schedule", "std::string", /*default=*/"\"\"",
           "file of `compile --tune` or `--print-schedule`">,
    Option<"target", "target", "std::string", /*default=*/"\"\"",
           "target facts by name instead of the module's: one that --list-targets prints">,
    Option<"givenLayouts", "given-layouts", "bool", /*default=*/"false",
           "layouts were chosen by ternary-plan-layouts; weights may be packed already">];
}

def TernaryPlanLayoutsPass : Pass<"ternary-plan-layouts", "::mlir::ModuleOp"> {
  let summary = "Choose layouts that the kernels of several targets read";
  let description = [{
    For code of several targets with the same weights: sets `layout` and
    `rows_of` on every `ternary.linear` whose weights are trits, and leaves
    strategy and tile to `ternary-plan{given-layouts}`, which runs for each
    target by itself, even when the weights are packed.

    Each layout that a target would choose is tried. One that a target has no
    kernel for, of those that are allowed, is out. Of the rest that one is taken
    for which the sum over the targets of the predicted time, against the time
    of the target's own best layout, is least: no target counts for more because
    it is slow.

    Targets are those of the module attribute `bitnet.targets`, or named by the
    `targets` option. A remark of category `ternary` for each linear says what
    was chosen and what each target loses by it; a diagnostic for the module
    names each target whose linears are predicted to take a quarter as long
    again as alone (a remark), or half as long again (a warning).
  }];
  let options = [
    Option<"strategy", "strategy", "std::string", /*default=*/"\"auto\"",
           "auto, or one that --list-strategies prints">,
    Option<"anyArithmetic", "any-arithmetic", "bool", /*default=*/"false",
           "auto may take a strategy that multiplies activations">,
    Option<"layout", "layout", "std::string", /*default=*/"\"auto\"",
           "auto, or one that --list-layouts prints">,
    ListOption<"targets", "targets", "std::string",
           "targets by name instead of the module's">];
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

def TernaryTilePass : Pass<"ternary-tile"> {
  let summary = "Split packed linears on memrefs into tile-level steps";
  let description = [{
    A `ternary.linear` on memrefs becomes parallel regions over blocks of rows
    (of all its siblings) and tiles of tokens, in which the tile ops of the
    dialect do the work. Regions are named `bitlinear_*`.

    The op's strategy says which and in what order (class `KernelStrategy`,
    `bitnet-opt --list-strategies`).

    Scratch memory has a static size: `memref.alloc` where regions share it,
    `memref.alloca` in a region.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def TernaryCertifyPass : Pass<"ternary-certify"> {
  let summary = "Prove that BitLinear code multiplies no activation by a weight";
  let description = [{
    Checks every `rt.parallel` whose kernel is named `bitlinear_*`, once its
    ops are those of `arith`, `vector`, `scf`, `memref` and `llvm`: there is
    no integer multiplication but of `index` values (addresses), no dot product,
    contraction or multiplying reduction, no float multiplication but those of
    a finished sum by its scales (marked `ternary.rescale`, of a value that
    `arith.sitofp` or a scale gave), no call but of allow-listed intrinsics.
    An error names the op that breaks the rule.

    With `only-marked`, of these the regions that `ternary-tile` marked
    `ternary.prove`: of strategies from plug-ins that say they only add.
  }];
  let options = [
    Option<"onlyMarked", "only-marked", "bool", /*default=*/"false",
           "look at regions marked ternary.prove alone">];
}

def TernaryFuseSiblingsPass : Pass<"ternary-fuse-siblings"> {
  let summary = "Merge ternary linear layers that read the same quantised input";
  let description = [{
    `ternary.linear` ops of one block with the same codes, scale and order of
    rescaling become one op with several weights and results: query, key and
    value projections, gate and up projections. One parallel region then serves
    all of them, and look-up tables are built once. Ops that are packed already
    are left alone.
  }];
}

#endif // DIALECTS_TERNARY_TRANSFORMS_PASSES_TD
