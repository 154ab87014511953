#ifndef DIALECTS_TERNARY_TRANSFORMS_LOWERINGUTILS_H
#define DIALECTS_TERNARY_TRANSFORMS_LOWERINGUTILS_H

#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/IR/Builders.h"

namespace bitnet::ternary {

/// Marks the only multiplications that the code of a BitLinear may hold: those
/// of the finished sum by its scales. See the pass `ternary-certify`.
inline constexpr llvm::StringLiteral rescaleMark = "ternary.rescale";

/// What names of a BitLinear's regions begin with: those that the certificate
/// looks at, and those that turn weights into another layout and read nothing
/// else.
inline constexpr llvm::StringLiteral linearPrefix = "bitlinear_";
inline constexpr llvm::StringLiteral unpackPrefix = "ternary_unpack_";

/// Mark of a region whose kernel ternary-certify looks at in any case.
inline constexpr llvm::StringLiteral proofMark = "ternary.prove";

/// A contiguous memref of any rank as [rows, last axis].
mlir::Value asRows(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value memref);
/// A contiguous memref of any rank as one axis.
mlir::Value asFlat(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value memref);

using RangeBody = llvm::function_ref<void(mlir::OpBuilder &, mlir::Location,
                                          mlir::Value, mlir::Value)>;
/// Runs body(begin, end) over [0, count): in an `rt.parallel` named `kernel`
/// when there is an exec, else once.
void emitParallel(mlir::OpBuilder &builder, mlir::Location loc,
                  mlir::Value exec, mlir::Value count, int64_t grain,
                  llvm::StringRef kernel, RangeBody body);

using LoopBody =
    llvm::function_ref<void(mlir::OpBuilder &, mlir::Location, mlir::Value)>;
/// scf.for without results.
void emitFor(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value begin,
             mlir::Value end, int64_t step, LoopBody body);

mlir::Value emitIndex(mlir::OpBuilder &builder, mlir::Location loc,
                      int64_t value);

/// `value` in every lane of `type`, or a scalar when `type` is one.
mlir::Value emitConstant(mlir::OpBuilder &builder, mlir::Location loc,
                         mlir::Type type, double value);

//===- The float arithmetic of BitLinear, on scalars or vectors of f32 --===//

/// max(a, b), NaN where one is: as ONNX, and independent of the order of a
/// reduction.
mlir::Value emitMax(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a,
                    mlir::Value b);

/// How an op makes codes: the attributes of `ternary.quantize`, which
/// `transformer.quantize_rows` has, too.
struct Quantizer {
  ScaleForm form;
  double range, eps;
  int64_t qmin, qmax;
  bool addsEps, epsOfScale, byReciprocal;

  template <typename Op>
  Quantizer(Op op)
      : form(op.getForm()), range(op.getRange().convertToDouble()),
        eps(op.getEps().convertToDouble()), qmin(op.getQmin()),
        qmax(op.getQmax()), addsEps(op.getAddsEps()),
        epsOfScale(op.getEpsOfScale()), byReciprocal(op.getByReciprocal()) {}

  /// What is rounded is at most this, and some units in the last place.
  double getLimit() const {
    return form == ScaleForm::StepProduct ? 1 / range : range;
  }
  /// Whether the codes of a row without infinities and NaNs need no clamps:
  /// what is rounded is at most the limit.
  bool staysInRange() const;
};

/// A token's scale from the largest magnitude of its activations.
mlir::Value emitActivationScale(mlir::OpBuilder &builder, mlir::Location loc,
                                const Quantizer &quantizer,
                                mlir::Value largest);

/// i8 codes of `x` for the scale `scale`, both of one type. A NaN product
/// becomes 0, so that every input has one defined result.
mlir::Value emitQuantize(mlir::OpBuilder &builder, mlir::Location loc,
                         const Quantizer &quantizer, mlir::Value x,
                         mlir::Value scale);

/// The same for products that are numbers and stay in range.
mlir::Value emitQuantizeInRange(mlir::OpBuilder &builder, mlir::Location loc,
                                const Quantizer &quantizer, mlir::Value x,
                                mlir::Value scale);

/// The output of an f32 `sum`: the scales in the order of `form`, then `bias`
/// unless it is null. All of one type.
mlir::Value emitRescale(mlir::OpBuilder &builder, mlir::Location loc,
                        RescaleForm form, mlir::Value sum,
                        mlir::Value activationScale, mlir::Value weightScale,
                        mlir::Value bias);

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_LOWERINGUTILS_H
