//===- Norms.cpp - rms_norm and layer_norm
//---------------------------------===//
//
// A row is read two (rms_norm) or three times (layer_norm) from the first-level
// cache; rows are shared among threads.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet::transformer;

/// Static size of the last axis; a diagnostic if it is not.
static FailureOr<int64_t> lastAxis(Operation *op, Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.isDynamicDim(type.getRank() - 1))
    return op->emitOpError("normalises ")
           << type << ", expected a static last axis";
  return type.getShape().back();
}

/// sqrt(sum / size + eps), a scalar.
static Value rootOfMean(LaneBuilder &b, Value sum, int64_t size, APFloat eps) {
  Value mean = b.fdiv(sum, b.f32(size));
  Value shifted = b.fadd(mean, b.f32(eps.convertToFloat()));
  return math::SqrtOp::create(b, shifted);
}

Value bitnet::transformer::emitNormFactor(LaneBuilder &b, Value sum,
                                          int64_t size, const APFloat &eps) {
  return b.fdiv(b.f32(1), rootOfMean(b, sum, size, eps));
}

LogicalResult bitnet::transformer::lower(RMSNormOp op, LaneBuilder &b) {
  FailureOr<int64_t> size = lastAxis(op, op.getInput());
  if (failed(size))
    return failure();
  Value x = b.asRows(op.getInput()), out = b.asRows(op.getOuts()[0]);
  b.parallelRows(
      op.getExec(), b.dim(x, 0), b.index(2 * *size), "rms_norm", nullptr,
      [&](Value row) {
        Value squares =
            b.accumulate(*size, 1, [&](Value k, Value mask, ValueRange sum) {
              Value lanes = b.load(x, {row, k}, mask);
              return LaneBuilder::Values{b.fma(lanes, lanes, sum[0])};
            })[0];
        Value factor = b.broadcast(
            emitNormFactor(b, b.foldSum(squares), *size, op.getEps()));
        b.forLanes(*size, [&](Value k, Value mask) {
          Value lanes = b.fmul(b.load(x, {row, k}, mask), factor);
          if (op.getGain())
            lanes = b.fmul(lanes, b.load(op.getGain(), k, mask));
          b.store(lanes, out, {row, k}, mask);
        });
      });
  return success();
}

LogicalResult bitnet::transformer::lower(LayerNormOp op, LaneBuilder &b) {
  FailureOr<int64_t> size = lastAxis(op, op.getInput());
  if (failed(size))
    return failure();
  Value x = b.asRows(op.getInput()), out = b.asRows(op.getOuts()[0]);
  b.parallelRows(
      op.getExec(), b.dim(x, 0), b.index(4 * *size), "layer_norm", nullptr,
      [&](Value row) {
        Value sum =
            b.accumulate(*size, 1, [&](Value k, Value mask, ValueRange sum) {
              return LaneBuilder::Values{
                  b.fadd(sum[0], b.load(x, {row, k}, mask))};
            })[0];
        Value mean = b.broadcast(b.fdiv(b.foldSum(sum), b.f32(*size)));
        Value squares =
            b.accumulate(*size, 1, [&](Value k, Value mask, ValueRange sum) {
              Value centred = b.fsub(b.load(x, {row, k}, mask), mean);
              if (mask) // Lanes behind the end are 0 - mean.
                centred = b.select(mask, centred, b.splat(0));
              return LaneBuilder::Values{b.fma(centred, centred, sum[0])};
            })[0];
        Value root =
            b.broadcast(rootOfMean(b, b.foldSum(squares), *size, op.getEps()));
        b.forLanes(*size, [&](Value k, Value mask) {
          Value lanes = b.fdiv(b.fsub(b.load(x, {row, k}, mask), mean), root);
          if (op.getGain())
            lanes = b.fmul(lanes, b.load(op.getGain(), k, mask));
          if (op.getBias())
            lanes = b.fadd(lanes, b.load(op.getBias(), k, mask));
          b.store(lanes, out, {row, k}, mask);
        });
      });
  return success();
}
