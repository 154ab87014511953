#ifndef DIALECTS_DEVICE_TRANSFORMS_PASSES_TD
#define DIALECTS_DEVICE_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConstantsToWeightsPass : Pass<"device-constants-to-weights", "::mlir::ModuleOp"> {
  let summary = "Small constants of the code to the weights file";
  let description = [{
    Replaces each `memref.global` by an `rt.global`: a device reads the weights'
    memory, not the code's. Runs before `rt-assign-weights`.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect"];
}

def AwaitPass : Pass<"device-await", "::mlir::ModuleOp"> {
  let summary = "Let the host wait for the device where they share memory";
  let description = [{
    Puts a `device.await` before each op of `@main` that touches memory while
    kernels may run, an `rt.fork` among them: before the outermost loop or branch around it that
    dispatches none. Inputs and weights are never written by a kernel, so that
    reading them needs none. The runtime waits at the execution's end.
  }];
}

#endif // DIALECTS_DEVICE_TRANSFORMS_PASSES_TD
