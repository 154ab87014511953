#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;
using namespace bitnet::onnx;

LogicalResult bitnet::onnx::inferLpNormalization(Inference &in) {
  int64_t p = in.getInt("p", 2);
  if (p != 1 && p != 2)
    return in.error("`p` is ", p, ", expected 1 or 2");
  return inferSoftmax(in);
}

LogicalResult bitnet::onnx::inferMeanVarianceNormalization(Inference &in) {
  SmallVector<int64_t> byDefault = {0, 2, 3};
  ArrayRef<int64_t> axes =
      in.getInts("axes").value_or(ArrayRef<int64_t>(byDefault));
  if (failed(in.normalizeAxes(axes, in.getRank(0))))
    return failure();
  return inferUnary(in, Elements::Float);
}

/// X has `least` axes or more; the other operands are vectors of floats with an
/// element for each of its channels.
static LogicalResult checkNormalized(Inference &in, int64_t least,
                                     unsigned operands, bool sameElements) {
  if (in.getRank(0) < least)
    return in.error("operand has type ", in.getType(0), ", expected ", least,
                    " axes or more");
  int64_t channels = in.getShape(0)[1];
  for (unsigned i = 1; i < operands; ++i) {
    if (sameElements && failed(in.checkSameElements(i)))
      return failure();
    RankedTensorType type = in.getType(i);
    if (type.getRank() != 1 || !isa<FloatType>(type.getElementType()) ||
        !mayBeEqual(type.getDimSize(0), channels))
      return in.error("operand ", i, " has type ", type,
                      ", expected a vector of floats with an element for each "
                      "of the channels, ",
                      printShape({channels}));
  }
  return success();
}

LogicalResult bitnet::onnx::inferInstanceNormalization(Inference &in) {
  if (failed(checkNormalized(in, 3, 3, /*sameElements=*/true)))
    return failure();
  return inferUnary(in, Elements::Float);
}

LogicalResult bitnet::onnx::inferGroupNormalization(Inference &in) {
  int64_t groups = in.getInt("num_groups", 0);
  if (failed(checkNormalized(in, 3, 3, /*sameElements=*/true)))
    return failure();
  int64_t channels = in.getShape(0)[1];
  if (groups < 1 || ShapedType::isDynamic(channels) || channels % groups != 0)
    return in.error("normalises ", printShape({channels}), " channels in ",
                    groups, " groups, expected a multiple");
  if (in.getShape(1) != in.getShape(2))
    return in.error("scale and bias have types ", in.getType(1), " and ",
                    in.getType(2), ", expected the same shape");
  Type stash = getElementType(in.getContext(), in.getInt("stash_type", 1));
  if (!isa_and_nonnull<FloatType>(stash))
    return in.error("`stash_type` is ", in.getInt("stash_type", 1),
                    ", expected the number of a float type");
  return inferUnary(in, Elements::Float);
}

LogicalResult bitnet::onnx::inferBatchNormalization(Inference &in) {
  bool trains = in.getInt("training_mode", 0) != 0;
  FailureOr<int64_t> results = in.getNumResults(trains ? 3 : 1);
  if (failed(results))
    return failure();
  if (failed(in.checkElements(0, "operand", Elements::Float)) ||
      failed(checkNormalized(in, 2, 5, /*sameElements=*/false)) ||
      failed(in.addResult(in.getShape(0), in.getElements(0))))
    return failure();
  for (int64_t i = 1; i < *results; ++i)
    if (failed(in.addResult(in.getShape(i + 2), in.getElements(i + 2))))
      return failure();
  return success();
}
