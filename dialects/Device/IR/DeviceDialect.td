#ifndef DIALECTS_DEVICE_IR_DEVICEDIALECT_TD
#define DIALECTS_DEVICE_IR_DEVICEDIALECT_TD

include "mlir/IR/OpBase.td"

def Device_Dialect : Dialect {
  let name = "device";
  let cppNamespace = "::bitnet::device";
  let summary = "What host code asks of a device beside the CPU";
  let description = [{
    The host runs `@main`; a device, such as a GPU, runs the parallel regions,
    its kernels. Both see the same memory: the arena, caches, inputs and
    weights. The kernels themselves are modules of the device's own dialect.
  }];
  let dependentDialects = ["::bitnet::rt::RTDialect"];
}

class Device_Op<string mnemonic, list<Trait> traits = []>
    : Op<Device_Dialect, mnemonic, traits>;

#endif // DIALECTS_DEVICE_IR_DEVICEDIALECT_TD
