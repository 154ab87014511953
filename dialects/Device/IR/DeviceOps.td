#ifndef DIALECTS_DEVICE_IR_DEVICEOPS_TD
#define DIALECTS_DEVICE_IR_DEVICEOPS_TD

include "dialects/Device/IR/DeviceDialect.td"
include "dialects/RT/IR/RTDialect.td"
include "mlir/IR/CommonAttrConstraints.td"
include "mlir/IR/CommonTypeConstraints.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

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
    nothing where the device is idle. Where the device has failed the run ends:
    memory does not hold what kernels should have written, on which a loop's end
    may depend.

    ```mlir
    device.await %exec
    ```
  }];
  let arguments = (ins RT_ExecType:$exec);
  let assemblyFormat = "$exec attr-dict";
}

//===- Within a kernel: the threads that run a part together ---------------===//
//
// The region of an rt.parallel with the attribute `device.lanes` = n is run by
// n neighbouring threads for each part: its lanes. All of them run all of the
// region's units.

def Device_ThreadOp : Device_Op<"thread", [Pure]> {
  let summary = "number of this thread in its launch";
  let description = [{
    ```mlir
    %i = device.thread
    ```
  }];
  let results = (outs Index:$result);
  let assemblyFormat = "attr-dict";
}

def Device_LaneOp : Device_Op<"lane", [Pure]> {
  let summary = "number of this thread among those of its part";
  let description = [{
    ```mlir
    %i = device.lane
    ```
  }];
  let results = (outs Index:$result);
  let assemblyFormat = "attr-dict";
}

def Device_SyncOp : Device_Op<"sync"> {
  let summary = "waits for the other lanes of the part";
  let description = [{
    What the lanes have written before is seen by all of them behind it. Every
    lane of the part arrives at it.

    ```mlir
    device.sync
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Device_SharedOp : Device_Op<"shared", []> {
  let summary = "fast memory that the lanes of a part share";
  let description = [{
    For parts of a whole workgroup.

    ```mlir
    %m = device.shared : memref<64xi32, 3>
    ```
  }];
  let results = (outs AnyStaticShapeMemRef:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Device_ExchangeOp : Device_Op<"exchange", [AllTypesMatch<["value", "result"]>]> {
  let summary = "the value of the lane whose number differs in some bits";
  let description = [{
    The lane's number is this one's, xor `mask`, within each 32 lanes. All lanes
    of the part, or of its 32 around this one, arrive together.

    ```mlir
    %other = device.exchange %value xor 16 : i32
    ```
  }];
  let arguments = (ins AnyTypeOf<[I32, F32]>:$value,
                       ConfinedAttr<I32Attr, [IntPositive, IntMaxValue<31>]>:$mask);
  let results = (outs AnyTypeOf<[I32, F32]>:$result);
  let assemblyFormat = "$value `xor` $mask attr-dict `:` type($value)";
}

def Device_PickOp : Device_Op<"pick", [AllTypesMatch<["value", "result"]>]> {
  let summary = "the value of another lane";
  let description = [{
    Of the lane with that number among the `width` neighbours that this one is
    of. All of them arrive together.

    ```mlir
    %other = device.pick %value[%lane] of 16 : f32
    ```
  }];
  let arguments = (ins AnyTypeOf<[I32, F32]>:$value, I32:$lane,
                       ConfinedAttr<I32Attr, [IntPositive, IntMaxValue<32>]>:$width);
  let results = (outs AnyTypeOf<[I32, F32]>:$result);
  let assemblyFormat = "$value `[` $lane `]` `of` $width attr-dict `:` type($value)";
}

def Device_PermuteBytesOp : Device_Op<"permute_bytes", [Pure]> {
  let summary = "four bytes chosen from eight";
  let description = [{
    Byte i of the result is that of the eight bytes of `high`:`low` (0 is the
    lowest of `low`) which bits [4 i, 4 i + 2] of `selector` name. Bits 4 i + 3
    are 0, those from 16 on are ignored.

    ```mlir
    %bytes = device.permute_bytes %low, %high, %selector
    ```
  }];
  let arguments = (ins I32:$low, I32:$high, I32:$selector);
  let results = (outs I32:$result);
  let assemblyFormat = "$low `,` $high `,` $selector attr-dict";
}

def Device_Dot4Op : Device_Op<"dot4", [Pure]> {
  let summary = "sum of four products of bytes";
  let description = [{
    `sum` + the products of the bytes of `codes` (unsigned, below 128) and
    those of `elements` (signed).

    ```mlir
    %next = device.dot4 %sum, %codes, %elements
    ```
  }];
  let arguments = (ins I32:$sum, I32:$codes, I32:$elements);
  let results = (outs I32:$result);
  let assemblyFormat = "$sum `,` $codes `,` $elements attr-dict";
}

def Device_MultiplyTilesOp : Device_Op<"multiply_tiles", [Pure, AttrSizedOperandSegments]> {
  let summary = "32 lanes multiply tiles of bytes and add";
  let description = [{
    `sums` [16, 8] of i32 + `lhs` [16, 32] times `rhs` [32, 8] of signed bytes.
    Lane l holds, with g = l / 4 and t = l % 4, four neighbouring bytes in a
    word, the first in the low bits:

    - `lhs`: [g, 4 t ..], [g + 8, 4 t ..], [g, 16 + 4 t ..], [g + 8, 16 + 4 t ..];
    - `rhs`: [4 t .., g], [16 + 4 t .., g];
    - `sums` and the results: [g, 2 t], [g, 2 t + 1], [g + 8, 2 t], [g + 8, 2 t + 1].

    ```mlir
    %d:4 = device.multiply_tiles(%a, %b, %c, %d) by (%e, %f) plus (%g, %h, %i, %j)
    ```
  }];
  let arguments = (ins Variadic<I32>:$lhs, Variadic<I32>:$rhs, Variadic<I32>:$sums);
  let results = (outs I32:$r0, I32:$r1, I32:$r2, I32:$r3);
  let assemblyFormat = "`(` $lhs `)` `by` `(` $rhs `)` `plus` `(` $sums `)` attr-dict";
  let hasVerifier = 1;
}

#endif // DIALECTS_DEVICE_IR_DEVICEOPS_TD
