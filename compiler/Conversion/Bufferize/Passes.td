#ifndef COMPILER_CONVERSION_BUFFERIZE_PASSES_TD
#define COMPILER_CONVERSION_BUFFERIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def BufferizePass : Pass<"rt-bufferize", "::mlir::ModuleOp"> {
  let summary = "Rewrite @main from tensors to memrefs";
  let description = [{
    `@main` takes one `!rt.exec` afterwards: arguments are `rt.input`, results
    `rt.output`, at the position that `bitnet.index` says (else their own).
    Ops of `ternary` and `transformer` get buffers for their results, onnx ops
    become `linalg` and `scf`. Requires packed trits and shapes inferred.

    Sizes of buffers depend on sizes of inputs and on `rt.past_length` only,
    wherever the graph computes shapes from those; a buffer whose size depends
    on data has the unit attribute `rt.dynamic`. Buffers are written before they
    are read and then never again, but for those of iteration arguments.

    Arguments whose `onnx.dims` share a name have the same size there: others
    end the run with `BITNET_RUN_BAD_SHAPE`.
  }];
  let dependentDialects = [
    "::bitnet::rt::RTDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"
  ];
}

#endif // COMPILER_CONVERSION_BUFFERIZE_PASSES_TD
