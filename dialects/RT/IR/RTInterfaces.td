#ifndef DIALECTS_RT_IR_RTINTERFACES_TD
#define DIALECTS_RT_IR_RTINTERFACES_TD

include "mlir/IR/CommonTypeConstraints.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def DestinationFormOpInterface : OpInterface<"DestinationFormOpInterface"> {
  let cppNamespace = "::bitnet::rt";
  let description = [{
    An op that has a tensor form (results, no `outs`) and a memref form (`outs`
    as its last operands, no results), with the same inputs and attributes.
  }];
  let methods = [
    InterfaceMethod<[{
      The dimensions of each result, in terms of `inputs`: the op's input
      operands, already memrefs (or scalars). Static sizes are attributes.
    }], "::llvm::SmallVector<::llvm::SmallVector<::mlir::OpFoldResult>>",
    "getResultDims", (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$inputs)>,
    InterfaceMethod<"Position of the first `outs` operand; the number of inputs.",
    "unsigned", "getNumInputs", (ins)>,
    InterfaceMethod<"Whether the op is in memref form.", "bool", "isBufferForm", (ins), [{}], [{
      return $_op->getNumResults() == 0;
    }]>
  ];
}

def EncodingAttrInterface : AttrInterface<"EncodingAttrInterface"> {
  let cppNamespace = "::bitnet::rt";
  let description = [{
    How the values of an `rt.global` become what the weights file stores, where
    the two differ: narrowed, quantised or put in another order. Bytes are made
    while the file is written, so that no second copy of a value is ever in
    memory.
  }];
  let methods = [
    InterfaceMethod<"Whether a value of type `value` can be stored as `stored`; emits an error if not.",
    "::llvm::LogicalResult", "verifyEncoding",
    (ins "::llvm::function_ref<::mlir::InFlightDiagnostic()>":$emitError,
         "::mlir::ShapedType":$value, "::mlir::RankedTensorType":$stored)>,
    InterfaceMethod<[{
      Hands the bytes of `stored` to `write`, in order and in parts. `data` are
      the little-endian row-major elements of a value of type `value`, unaligned.
    }], "void", "encode",
    (ins "::llvm::ArrayRef<char>":$data, "::mlir::ShapedType":$value, "::mlir::RankedTensorType":$stored,
         "::llvm::function_ref<void(::llvm::ArrayRef<char>)>":$write)>
  ];
}

/// What an op in destination form reads: tensors or, once bufferized, memrefs.
/// Ranks are always known.
def RT_TensorOrMemRef : AnyTypeOf<[AnyRankedTensor, AnyMemRef], "ranked tensor or memref">;

#endif // DIALECTS_RT_IR_RTINTERFACES_TD
