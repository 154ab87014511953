include "mlir/Pass/PassBase.td"

def TernaryLowerToLoopsPass : Pass<"ternary-lower-to-loops"> {
  let summary = "Lower ternary ops on memrefs to plain scalar loops";
  let description = [{
    The reference lowering of `ternary.quantize` and packed `ternary.linear`:
    slow, plainly right, for any layout and target; the oracle of every kernel.
    It reads each trit where the layout's description says, and adds or
    subtracts one activation.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}
