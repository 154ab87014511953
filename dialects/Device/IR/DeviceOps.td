#ifndef DIALECTS_DEVICE_IR_DEVICEOPS_TD
#define DIALECTS_DEVICE_IR_DEVICEOPS_TD

include "dialects/Device/IR/DeviceDialect.td"
include "dialects/RT/IR/RTDialect.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/CommonTypeConstraints.td"

def Device_DispatchOp : Device_Op<"dispatch"> {
  let summary = "`rt.fork` whose callee is a kernel of the device";
  let description = [{
    Asks the device to run its kernel `number`, which `kernel` names for
    readers, on parts of [0, count), behind what it was asked for before: a
    kernel sees what those have written. Returns at once; `device.await` ends
    when all are done. The captures lie in memory as `CaptureLayout` says.

    ```mlir
    device.dispatch %exec, 0 "norm"(%x, %y : memref<?xf32>, index) in %count
    ```
  }];
  let arguments = (ins RT_ExecType:$exec, Index:$count, ConfinedAttr<I32Attr, [IntNonNegative]>:$number,
                       StrAttr:$kernel, Variadic<AnyType>:$captures);
  let assemblyFormat = [{
    $exec `,` $number $kernel `(` ($captures^ `:` type($captures))? `)` `in` $count attr-dict
  }];
}

def Device_AwaitOp : Device_Op<"await"> {
  let summary = "waits until the device has run every kernel it was asked for";
  let description = [{
    Stands in front of what reads or writes memory that kernels use. Costs
    nothing where the device is idle.

    ```mlir
    device.await %exec
    ```
  }];
  let arguments = (ins RT_ExecType:$exec);
  let assemblyFormat = "$exec attr-dict";
}

#endif // DIALECTS_DEVICE_IR_DEVICEOPS_TD
