#ifndef COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_TD
#define COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_TD

include "mlir/Pass/PassBase.td"

def KernelToSPIRVPass : Pass<"kernel-to-spirv", "::mlir::ModuleOp"> {
  let summary = "Parallel regions to compute shaders";
  let description = [{
    Makes a `spirv.module` of each function that an `rt.fork` calls, a
    `device.dispatch` of the fork, and erases the function. An invocation of the
    shader runs one part of `grain` units. Memory is addressed by 64-bit device
    addresses, numbers of type `index` are 64 bits wide, a vector becomes its
    elements, `memref.alloca` scratch memory of the invocation. Kernels are
    numbered in the order of their forks. Attributes of their modules, `rt.number`,
    `rt.grain`, `rt.workgroup`, `rt.scratch`, `rt.words` and `rt.addresses`, are
    what the runtime must know of them.

    Requires views as `memref.reinterpret_cast` (`expand-strided-metadata`). An
    op without a form in SPIR-V is an error; with `host-fallback` a region that
    has one stays an `rt.fork`, with a warning.
  }];
  let options = [Option<"hostFallback", "host-fallback", "bool", /*default=*/"false",
                        "Whether what has no form in SPIR-V stays on the CPU">];
  let dependentDialects = ["::bitnet::device::DeviceDialect", "::mlir::spirv::SPIRVDialect"];
}

#endif // COMPILER_CONVERSION_KERNELTOSPIRV_PASSES_TD
