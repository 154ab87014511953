#ifndef DIALECTS_RT_IR_RTDIALECT_TD
#define DIALECTS_RT_IR_RTDIALECT_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def RT_Dialect : Dialect {
  let name = "rt";
  let cppNamespace = "::bitnet::rt";
  let summary = "What compiled code asks of the runtime";
  let description = [{
    Inputs and outputs, the weights file, key/value caches, parallel regions:
    the few things that compiled code cannot make by itself. An op of this
    dialect becomes loads from the `bitnet_exec` structure of
    runtime/include/bitnet/module.h.
  }];
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

class RT_Op<string mnemonic, list<Trait> traits = []>
    : Op<RT_Dialect, mnemonic, traits>;

def RT_ExecType : TypeDef<RT_Dialect, "Exec"> {
  let mnemonic = "exec";
  let summary = "handle of one execution (`bitnet_exec *`)";
}

#endif // DIALECTS_RT_IR_RTDIALECT_TD
