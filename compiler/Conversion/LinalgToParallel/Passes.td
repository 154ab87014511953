#ifndef COMPILER_CONVERSION_LINALGTOPARALLEL_PASSES
#define COMPILER_CONVERSION_LINALGTOPARALLEL_PASSES

include "mlir/Pass/PassBase.td"

def LinalgToParallelPass : Pass<"linalg-to-parallel", "::mlir::ModuleOp"> {
  let summary = "Share the rows of element-wise linalg ops among threads";
  let description = [{
    A `linalg.generic` on memrefs that computes each element by itself becomes
    an `rt.parallel` over its rows (all axes but the last), or with `elements`
    over its elements, axes that lie side by side in every operand counted as
    one. Units are of some work: little of it stays on the calling thread. Only the function
    that has the execution as its argument is changed, outside of regions that
    are parallel already. Ops with reductions are left to
    `convert-linalg-to-loops`.
  }];
  let options = [Option<"unitWork", "unit-work", "int64_t", /*default=*/"8192",
                        "Simple operations that a unit should have; the default takes about two microseconds">,
                 Option<"elements", "elements", "bool", /*default=*/"false",
                        "Units of elements, of which neighbours have neighbours">];
  let dependentDialects = ["::bitnet::rt::RTDialect", "::mlir::affine::AffineDialect",
                           "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

#endif // COMPILER_CONVERSION_LINALGTOPARALLEL_PASSES
