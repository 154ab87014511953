#ifndef COMPILER_CONVERSION_MATHTOPOLYNOMIAL_PASSES
#define COMPILER_CONVERSION_MATHTOPOLYNOMIAL_PASSES

include "mlir/Pass/PassBase.td"

def MathToPolynomial : Pass<"math-to-polynomial"> {
  let summary = "expands transcendental functions into polynomials of our own";
  let description = [{
    After it no `math` op is left that would become a call: what stays (fma,
    sqrt, abs, copysign, floor, ceil, trunc, round, roundeven, the tests for
    NaN and infinity and the integer ops) is instructions on every target.
    Scalars and vectors of any length, so that both give the same bits on every
    target.

    f32: `exp` is within 1 ulp; the others are computed in f64 and rounded
    once. f64: within a few ulps, but relative errors of `powf` grow with
    |y log x|. f16 and bf16: through f32. Sine and cosine reduce their argument
    exactly up to 2^50; beyond it, where neighbouring f32 values lie further
    apart than many periods, they give those of 0.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
}

def MathLanesToLoop : Pass<"math-lanes-to-loop"> {
  let summary = "computes functions of vectors lane by lane, in loops";
  let description = [{
    For targets on which a vector is so many scalars: a polynomial for each lane
    would be most of a kernel. The same polynomial for one lane at a time gives
    the same bits. Runs before `math-to-polynomial`; lanes pass through stack
    buffers.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

#endif // COMPILER_CONVERSION_MATHTOPOLYNOMIAL_PASSES
