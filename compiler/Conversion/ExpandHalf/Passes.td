#ifndef COMPILER_CONVERSION_EXPANDHALF_PASSES
#define COMPILER_CONVERSION_EXPANDHALF_PASSES

include "mlir/Pass/PassBase.td"

def ExpandHalf : Pass<"expand-half"> {
  let summary = "conversions of f16 in bits, where the target has none";
  let description = [{
    `arith.extf` from f16 and `arith.truncf` from f32 to f16 become integer
    arithmetic and one f32 operation, with the bits that instructions give:
    rounded to nearest even, subnormal numbers kept, NaN quiet with the upper
    bits of its payload. By itself LLVM would call a function for each lane,
    which not every C library has. Does nothing where the target's facts say
    that it converts f16.
  }];
  let options = [Option<"target", "target", "std::string", /*default=*/"",
                        "A name of --list-targets, instead of the module's facts">];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

#endif // COMPILER_CONVERSION_EXPANDHALF_PASSES
