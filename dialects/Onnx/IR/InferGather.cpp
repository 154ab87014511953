//===- InferGather.cpp - results of Gather, Scatter and their like --------===//

#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;
using namespace bitnet::onnx;

static LogicalResult checkIndices(Inference &in) {
  Type type = in.getElements(1);
  if (type.isSignlessInteger(32) || type.isSignlessInteger(64))
    return success();
  return in.error("indices have element type ", type,
                  ", expected 'i32' or 'i64'");
}

LogicalResult bitnet::onnx::inferGather(Inference &in) {
  FailureOr<int64_t> axis = in.getAxis(0, in.getRank(0));
  if (failed(axis) || failed(checkIndices(in)))
    return failure();
  ArrayRef<int64_t> data = in.getShape(0);
  int64_t size = data[*axis];
  if (std::optional<SmallVector<int64_t>> indices =
          in.getShapes().getNumbers(in.getOperand(1)))
    for (int64_t index : *indices)
      if (!ShapedType::isDynamic(size) && (index < -size || index >= size))
        return in.error("index is ", index, ", expected one in [", -size, ", ",
                        size - 1, "]");
  SmallVector<int64_t> shape = llvm::to_vector(data.take_front(*axis));
  llvm::append_range(shape, in.getShape(1));
  llvm::append_range(shape, data.drop_front(*axis + 1));
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferGatherElements(Inference &in) {
  FailureOr<int64_t> axis = in.getAxis(0, in.getRank(0));
  if (failed(axis) || failed(checkIndices(in)))
    return failure();
  if (in.getRank(0) != in.getRank(1))
    return in.error("indices have rank ", in.getRank(1), ", expected ",
                    in.getRank(0), " as data");
  return in.addResult(in.getShape(1), in.getElements(0));
}

/// The static length of the index vectors in operand 1, from 1 to `most`.
static FailureOr<int64_t> getIndexLength(Inference &in, int64_t most) {
  if (!in.getElements(1).isSignlessInteger(64))
    return in.error("indices have element type ", in.getElements(1),
                    ", expected 'i64'");
  if (in.getRank(1) < 1 || ShapedType::isDynamic(in.getShape(1).back()))
    return in.error("indices have type ", in.getType(1),
                    ", expected a static last axis");
  int64_t length = in.getShape(1).back();
  if (length < 1 || length > most)
    return in.error("has index vectors of ", length, ", expected 1 to ", most);
  return length;
}

LogicalResult bitnet::onnx::inferGatherND(Inference &in) {
  int64_t batch = in.getInt("batch_dims", 0);
  int64_t least = std::min(in.getRank(0), in.getRank(1));
  if (batch < 0 || batch >= least)
    return in.error("`batch_dims` is ", batch, ", expected 0 to ", least - 1);
  FailureOr<int64_t> length = getIndexLength(in, in.getRank(0) - batch);
  if (failed(length))
    return failure();
  ArrayRef<int64_t> data = in.getShape(0), indices = in.getShape(1);
  for (int64_t i = 0; i < batch; ++i)
    if (!ShapedType::isDynamic(data[i]) && !ShapedType::isDynamic(indices[i]) &&
        data[i] != indices[i])
      return in.error("batch axis ", i, " has size ", indices[i],
                      " in the indices, "
                      "expected ",
                      data[i]);
  SmallVector<int64_t> shape = llvm::to_vector(indices.drop_back());
  llvm::append_range(shape, data.drop_front(batch + *length));
  return in.addResult(shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferScatterND(Inference &in) {
  StringRef reduction = in.getString("reduction", "none");
  if (!llvm::is_contained({"none", "add", "mul", "max", "min"}, reduction))
    return in.error(
        "`reduction` is \"", reduction,
        "\", expected \"none\", \"add\", \"mul\", \"max\" or \"min\"");
  FailureOr<int64_t> length = getIndexLength(in, in.getRank(0));
  if (failed(length) || failed(in.checkSameElements(2)))
    return failure();
  SmallVector<int64_t> updates = llvm::to_vector(in.getShape(1).drop_back());
  llvm::append_range(updates, in.getShape(0).drop_front(*length));
  if (failed(verifyCompatibleShape(updates, in.getShape(2))))
    return in.error("updates have shape ", printShape(in.getShape(2)),
                    ", expected ", printShape(updates));
  return in.addResult(in.getShape(0), in.getElements(0));
}
