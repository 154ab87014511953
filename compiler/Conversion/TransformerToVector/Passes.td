#ifndef COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PASSES
#define COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PASSES

include "mlir/Pass/PassBase.td"

def LowerTransformerToVector : Pass<"transformer-lower-to-vector", "::mlir::ModuleOp"> {
  let summary = "lowers transformer ops on memrefs to loops over vectors of 16 floats";
  let description = [{
    Every op in memref form, and ternary.float_linear, becomes rt.parallel, scf, vector, arith and math.
    All float reductions run in the fixed order of docs/architecture.md, so that
    results do not depend on threads, chunks or the target. The options only
    choose tiles: they never change a result. `math.exp`, `math.erf` and the
    like are left to `math-to-polynomial`.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "int64_t", "0",
           "width of the target's vector registers, of which there are 16 below 512 bits and 32 from there on; 0: the module's target facts">,
    Option<"threads", "threads", "bool", "false",
           "whether a unit is a thread of a GPU: many of them, with the smallest tiles">
  ];
  let dependentDialects = [
    "::bitnet::rt::RTDialect", "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

#endif // COMPILER_CONVERSION_TRANSFORMERTOVECTOR_PASSES
