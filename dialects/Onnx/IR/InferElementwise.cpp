#include "dialects/Onnx/IR/Inference.h"
#include "dialects/Onnx/IR/OnnxOps.h"

using namespace mlir;
using namespace bitnet::onnx;

LogicalResult bitnet::onnx::inferUnary(Inference &in, Elements kind) {
  if (failed(in.checkElements(0, "operand", kind)))
    return failure();
  return in.addResult(in.getShape(0), in.getElements(0));
}

LogicalResult bitnet::onnx::inferGelu(Inference &in) {
  StringRef form = in.getString("approximate", "none");
  if (form != "none" && form != "tanh")
    return in.error("`approximate` is \"", form,
                    "\", expected \"none\" or \"tanh\"");
  return inferUnary(in, Elements::Float);
}

LogicalResult bitnet::onnx::inferFloatTest(Inference &in) {
  if (failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  return in.addResult(in.getShape(0), IntegerType::get(in.getContext(), 1));
}

/// The broadcast shape of operands `first` and up.
static FailureOr<SmallVector<int64_t>> broadcastOperands(Inference &in) {
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  for (unsigned i = 1; i < in.getOperands().size(); ++i) {
    FailureOr<SmallVector<int64_t>> joined =
        in.broadcast(shape, in.getShape(i));
    if (failed(joined))
      return failure();
    shape = std::move(*joined);
  }
  return shape;
}

LogicalResult bitnet::onnx::inferBroadcast(Inference &in, Elements kind,
                                           bool toBool) {
  if (failed(in.checkElements(0, "operand 0", kind)))
    return failure();
  for (unsigned i = 1; i < in.getOperands().size(); ++i)
    if (failed(in.checkSameElements(i)))
      return failure();
  FailureOr<SmallVector<int64_t>> shape = broadcastOperands(in);
  if (failed(shape))
    return failure();
  return in.addResult(*shape, toBool
                                  ? Type(IntegerType::get(in.getContext(), 1))
                                  : in.getElements(0));
}

LogicalResult bitnet::onnx::inferPow(Inference &in) {
  if (failed(in.checkElements(0, "base", Elements::Number)) ||
      failed(in.checkElements(1, "exponent", Elements::Number)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = broadcastOperands(in);
  if (failed(shape))
    return failure();
  return in.addResult(*shape, in.getElements(0));
}

LogicalResult bitnet::onnx::inferPRelu(Inference &in) {
  if (failed(in.checkSameElements(1)) ||
      failed(in.checkBroadcastsTo(in.getShape(1), in.getShape(0), "slope")))
    return failure();
  return inferUnary(in, Elements::Number);
}

LogicalResult bitnet::onnx::inferBitShift(Inference &in) {
  StringRef direction = in.getString("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    return in.error("`direction` is \"", direction,
                    "\", expected \"LEFT\" or \"RIGHT\"");
  return inferBroadcast(in, Elements::Integer, /*toBool=*/false);
}

LogicalResult bitnet::onnx::inferWhere(Inference &in) {
  if (failed(in.checkElements(0, "condition", Elements::Bool)))
    return failure();
  if (in.getElements(1) != in.getElements(2))
    return in.error("chooses between ", in.getElements(1), " and ",
                    in.getElements(2), ", expected one element type");
  FailureOr<SmallVector<int64_t>> shape = broadcastOperands(in);
  if (failed(shape))
    return failure();
  return in.addResult(*shape, in.getElements(1));
}

LogicalResult bitnet::onnx::inferClip(Inference &in) {
  for (unsigned i = 1; i < 3; ++i) {
    if (!in.has(i))
      continue;
    if (in.getAttribute(i == 1 ? "min" : "max"))
      return in.error("a bound is given by attribute and by operand");
    if (failed(in.checkSameElements(i)))
      return failure();
    RankedTensorType bound = in.getType(i);
    if (bound.hasStaticShape() && bound.getNumElements() != 1)
      return in.error("bound has type ", bound, ", expected one element");
  }
  return inferUnary(in, Elements::Number);
}

/// How a conversion rounds to powers of two.
static LogicalResult checkRounding(Inference &in) {
  StringRef mode = in.getString("round_mode", "up");
  if (mode == "up" || mode == "down" || mode == "nearest")
    return success();
  return in.error("`round_mode` is \"", mode,
                  "\", expected \"up\", \"down\" or \"nearest\"");
}

LogicalResult bitnet::onnx::inferCast(Inference &in) {
  int64_t to = in.getInt("to", 0);
  Type elements = getElementType(in.getContext(), to);
  if (!elements)
    return in.error("converts to ONNX type ", to,
                    ", expected the number of a type of numbers or bool");
  if (failed(checkRounding(in)))
    return failure();
  return in.addResult(in.getShape(0), elements);
}

LogicalResult bitnet::onnx::inferCastLike(Inference &in) {
  if (failed(checkRounding(in)))
    return failure();
  return in.addResult(in.getShape(0), in.getElements(1));
}

LogicalResult bitnet::onnx::inferBitCast(Inference &in) {
  int64_t to = in.getInt("to", 0);
  Type from = in.getElements(0), elements = getElementType(in.getContext(), to);
  // A bool has a byte.
  auto bits = [](Type type) {
    return type.isInteger(1) ? 8 : type.getIntOrFloatBitWidth();
  };
  if (!elements || bits(elements) != bits(from))
    return in.error("reads ", from, " as ONNX type ", to,
                    ", expected the number of a type of as many bits");
  return in.addResult(in.getShape(0), elements);
}

LogicalResult bitnet::onnx::inferDropout(Inference &in) {
  if (failed(in.checkElements(0, "operand", Elements::Float)))
    return failure();
  if (in.has(2)) {
    std::optional<SmallVector<int64_t>> training =
        in.getShapes().getNumbers(in.getOperand(2));
    if (!training || training->size() != 1 || training->front() != 0)
      return in.error("is in training mode, or may be, expected a constant "
                      "false");
  }
  if (failed(in.addResult(in.getShape(0), in.getElements(0))))
    return failure();
  return in.addResult(in.getShape(0), IntegerType::get(in.getContext(), 1));
}

LogicalResult bitnet::onnx::inferCheckSizes(Inference &in) {
  FailureOr<SmallVector<Extent>> sizes = in.getVector(1, "vector of sizes");
  if (failed(sizes))
    return failure();
  ArrayRef<int64_t> axes = in.getInts("axes").value_or(ArrayRef<int64_t>());
  if (axes.size() != sizes->size() || !in.getElements(1).isInteger(64))
    return in.error("checks ", axes.size(), " axes against ", in.getType(1),
                    ", expected an i64 for each");
  SmallVector<int64_t> shape = llvm::to_vector(in.getShape(0));
  for (auto [axis, size] : llvm::zip(axes, *sizes)) {
    if (axis < 0 || axis >= in.getRank(0))
      return in.error("checks axis ", axis, ", expected one in [0, ",
                      in.getRank(0), ")");
    if (!size.isKnown())
      continue;
    if (!ShapedType::isDynamic(shape[axis]) && !size.is(shape[axis]))
      return in.error("axis ", axis, " of ", in.getType(0), " has size ",
                      shape[axis], ", expected ", *size.number);
    if (*size.number < 0)
      return in.error("checks for size ", *size.number, ", expected 0 or more");
    shape[axis] = *size.number;
  }
  return in.addResult(shape, in.getElements(0));
}
