#ifndef COMPILER_CONVERSION_RTTOLLVM_PASSES_TD
#define COMPILER_CONVERSION_RTTOLLVM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertRTToLLVMPass : Pass<"convert-rt-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Lower rt ops to loads from the bitnet_exec structure";
  let description = [{
    Requires branches instead of `scf` (an op that can fail ends the execution
    by a branch), `rt.fork` instead of `rt.parallel`, the offsets of
    `rt-assign-weights`. `@main` becomes `@bitnet_run`, which gives a
    `bitnet_run_status`; `@arena_bytes` becomes `@bitnet_arena_bytes`. Every
    function gets internal linkage. Globals and caches are erased.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::cf::ControlFlowDialect"];
}

def HoistStackPass : Pass<"rt-hoist-stack", "::mlir::func::FuncOp"> {
  let summary = "Move static stack buffers to the function's entry";
  let description = [{
    A `memref.alloca` within a loop would take new stack in each iteration. Its
    contents do not outlive an iteration, so one buffer for all of them does.
    A dynamic one in a loop is an error.
  }];
}

#endif // COMPILER_CONVERSION_RTTOLLVM_PASSES_TD
