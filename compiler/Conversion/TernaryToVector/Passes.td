include "mlir/Pass/PassBase.td"

def TernaryLowerToVectorPass : Pass<"ternary-lower-to-vector"> {
  let summary = "Lower ternary.quantize and the tile ops to vector code";
  let description = [{
    Code for the target of the module attribute `bitnet.target`, or of the
    `target` option: `vector` and `arith` ops of the target's widths, and the
    byte shuffles of x86 as `llvm.call_intrinsic`. No activation is multiplied
    by a weight: see `ternary-certify`.
  }];
  let options = [Option<"target", "target", "std::string", /*default=*/"\"\"",
      "target facts by name (bitnet-opt --list-targets) instead of the module's">];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
                           "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
                           "::bitnet::rt::RTDialect"];
}
