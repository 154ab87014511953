#include "dialects/Onnx/IR/Inference.h"

using namespace mlir;
using namespace bitnet::onnx;

/// (C1) and (C3) of NegativeLogLikelihoodLoss; adds the loss.
static LogicalResult inferLoss(Inference &in) {
  enum { Input, Target, Weight };
  if (failed(in.checkElements(Input, "operand", Elements::Float)))
    return failure();
  ArrayRef<int64_t> input = in.getShape(Input);
  if (input.size() < 2)
    return in.error("operand has type ", in.getType(Input),
                    ", expected two axes or more");
  SmallVector<int64_t> shape = llvm::to_vector(input);
  shape.erase(shape.begin() + 1);
  Type index = in.getElements(Target);
  if ((!index.isInteger(32) && !index.isInteger(64)) ||
      failed(verifyCompatibleShape(shape, in.getShape(Target))))
    return in.error("classes have type ", in.getType(Target),
                    ", expected i32 or i64 of shape ", printShape(shape));
  if (in.has(Weight) &&
      (in.getElements(Weight) != in.getElements(Input) ||
       failed(verifyCompatibleShape({input[1]}, in.getShape(Weight)))))
    return in.error("weights have type ", in.getType(Weight),
                    ", expected a vector of ", printShape({input[1]}), " ",
                    in.getElements(Input));
  StringRef reduction = in.getString("reduction", "mean");
  if (!llvm::is_contained({"none", "sum", "mean"}, reduction))
    return in.error("`reduction` is \"", reduction,
                    "\", expected \"none\", \"sum\" or \"mean\"");
  if (reduction != "none")
    shape.clear();
  return in.addResult(shape, in.getElements(Input));
}

LogicalResult bitnet::onnx::inferNegativeLogLikelihoodLoss(Inference &in) {
  return inferLoss(in);
}

LogicalResult bitnet::onnx::inferSoftmaxCrossEntropyLoss(Inference &in) {
  FailureOr<int64_t> results = in.getNumResults(2);
  if (failed(results) || failed(inferLoss(in)))
    return failure();
  return *results == 1 ? success()
                       : in.addResult(in.getShape(0), in.getElements(0));
}
