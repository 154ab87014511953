#ifndef COMPILER_CONVERSION_LANESTOTHREADS_PASSES_TD
#define COMPILER_CONVERSION_LANESTOTHREADS_PASSES_TD

include "mlir/Pass/PassBase.td"

def LanesToThreadsPass : Pass<"lanes-to-threads", "::mlir::ModuleOp"> {
  let summary = "Lanes of vectors to threads of a GPU";
  let description = [{
    Of the functions that `rt.fork` calls, those that compute with vectors get
    sixteen threads for each part: element i of a vector is a number of thread
    i mod 16. Scalars are computed by all of them, written by one. Where a thread
    needs what another one holds, they exchange it; where memory is read that
    another may have written, or written that another may still read, they wait
    for each other. Every number is computed by the same operations in the same
    order as by one thread.

    A function with an op on vectors that has no such form stays as it is: its
    parts are one thread each, and a remark of category `device` names the op.
    One that must stay on the CPU is left alone, too.
  }];
  let dependentDialects = ["::bitnet::device::DeviceDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

#endif // COMPILER_CONVERSION_LANESTOTHREADS_PASSES_TD
