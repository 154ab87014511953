#ifndef COMPILER_CONVERSION_KERNELTOGPU_PASSES_TD
#define COMPILER_CONVERSION_KERNELTOGPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def KernelToGPUPass : Pass<"kernel-to-gpu", "::mlir::ModuleOp"> {
  let summary = "Parallel regions to kernels that LLVM compiles for a GPU";
  let description = [{
    Makes a module of each function that an `rt.fork` calls, a
    `device.dispatch` of the fork, and erases the function. The module holds one
    function, `bitnet_kernel`, of numbers: the fields of `bitnet_push`, by which
    a thread finds its part among the units and runs it, and the words of
    `CaptureLayout`, unless those are so many that they are read from memory. What a thread allocates lies on its stack, or
    in scratch memory where that is much. The module's attributes are those of
    `kernel-to-spirv`, `rt.small_workgroup` and `rt.lanes`.

    An op without an exact form on a GPU is an error; with `host-fallback` a
    region that has one stays an `rt.fork`, with a warning.
  }];
  let options = [Option<"hostFallback", "host-fallback", "bool", /*default=*/"false",
                        "Whether what has no exact form on a GPU stays on the CPU">];
  let dependentDialects = ["::bitnet::device::DeviceDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

#endif // COMPILER_CONVERSION_KERNELTOGPU_PASSES_TD
