#ifndef COMPILER_CONVERSION_TERNARYTOTHREADS_PASSES_TD
#define COMPILER_CONVERSION_TERNARYTOTHREADS_PASSES_TD

include "mlir/Pass/PassBase.td"

def TernaryLowerToThreadsPass : Pass<"ternary-lower-to-threads", "::mlir::ModuleOp"> {
  let summary = "Lower packed ternary linears to regions of scalar units";
  let description = [{
    For devices whose lanes are threads. A unit of the `rt.parallel` computes
    eight outputs of one token, with an i32 sum for each. Of layout `planes` it
    reads two bytes for each term, one for the rows that add it and one for
    those that subtract it; other layouts trit by trit.

    On GPUs with warps, strategies `lookup` and `dot` on layout `rows4` in blocks
    of 16 rows have kernels of their own: the lanes of a part (one to eight
    warps) read neighbouring 16 bytes of a block, each four terms of all its
    rows, and add their sums up in the end. `lookup` chooses the bytes 128 - x,
    128 and 128 + x by the codes and adds them, `dot` adds dot products of four
    bytes. With 16 tokens and more `dot` multiplies tiles on tensor cores, where
    there are some.

    Sums are the same as those of every other strategy, exact.
  }];
  let options = [Option<"target", "target", "std::string", /*default=*/"",
                        "Target name; default: the module's bitnet.target">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
                           "::bitnet::device::DeviceDialect", "::bitnet::rt::RTDialect"];
}

#endif // COMPILER_CONVERSION_TERNARYTOTHREADS_PASSES_TD
