#ifndef COMPILER_CONVERSION_TERNARYTOTHREADS_PASSES_TD
#define COMPILER_CONVERSION_TERNARYTOTHREADS_PASSES_TD

include "mlir/Pass/PassBase.td"

def TernaryLowerToThreadsPass : Pass<"ternary-lower-to-threads", "::mlir::ModuleOp"> {
  let summary = "Lower packed ternary linears to regions of scalar units";
  let description = [{
    For devices whose lanes are threads. A unit of the `rt.parallel` computes
    eight outputs of one token, with an i32 sum for each. Of layout `planes` it
    reads two bytes for each term, one for the rows that add it and one for
    those that subtract it; other layouts trit by trit. Sums are the same as
    those of every other strategy, exact.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::bitnet::rt::RTDialect"];
}

#endif // COMPILER_CONVERSION_TERNARYTOTHREADS_PASSES_TD
