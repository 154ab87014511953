#include "compiler/Recognize/LinearOperands.h"
#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECOGNIZEDENSELINEARPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// The [K, N] tensor as [N, K].
static onnx::HostTensor transpose(const onnx::HostTensor &tensor) {
  ArrayRef<int64_t> shape = tensor.shape();
  Type element = tensor.type.getElementType();
  char *data;
  onnx::HostTensor result = onnx::HostTensor::allocate(
      RankedTensorType::get({shape[1], shape[0]}, element), data);
  size_t width = onnx::hostElementBytes(element);
  for (int64_t row = 0; row < shape[0]; ++row)
    for (int64_t column = 0; column < shape[1]; ++column)
      std::memcpy(data + (column * shape[0] + row) * width,
                  tensor.bytes.data() + (row * shape[1] + column) * width,
                  width);
  return result;
}

namespace {

class DenseLinearRecognizer {
public:
  explicit DenseLinearRecognizer(func::FuncOp func) : func(func) {}

  LogicalResult recognize(Operation *op);

private:
  FailureOr<Value> weightsOf(const LinearOperands &linear, OpBuilder &builder);
  Value findTable(const onnx::HostTensor &weights);

  func::FuncOp func;
  onnx::ConstantEvaluator evaluator;
};

} // namespace

/// A table that rows are gathered from and that holds these weights: the
/// embedding that an LM head is tied to. Null if there is none.
Value DenseLinearRecognizer::findTable(const onnx::HostTensor &weights) {
  for (Operation &op : func.getBody().front()) {
    if (!isOnnx(&op, "Gather") || op.getOperand(0).getType() != weights.type)
      continue;
    Operation *constant = onnxDef(op.getOperand(0), "Constant");
    auto value = constant ? constant->getAttrOfType<ElementsAttr>("value")
                          : ElementsAttr();
    FailureOr<onnx::HostTensor> table =
        value ? onnx::HostTensor::get(value)
              : FailureOr<onnx::HostTensor>(failure());
    if (succeeded(table) && table->bytes == weights.bytes)
      return op.getOperand(0);
  }
  return {};
}

/// The weights as [N, K]: a constant that is there already, if there is one.
FailureOr<Value> DenseLinearRecognizer::weightsOf(const LinearOperands &linear,
                                                  OpBuilder &builder) {
  Value weights = skipNoOps(linear.weights);
  if (linear.rowsAreOutputs && onnxDef(weights, "Constant"))
    return weights;
  if (Operation *op = onnxDef(weights, "Transpose")) {
    Value source = skipNoOps(op->getOperand(0));
    if (!linear.rowsAreOutputs && onnxDef(source, "Constant"))
      return source;
  }
  FailureOr<onnx::HostTensor> tensor = evaluator.evaluate(linear.weights);
  if (failed(tensor))
    return failure();
  onnx::HostTensor rows =
      linear.rowsAreOutputs ? std::move(*tensor) : transpose(*tensor);
  if (Value table = findTable(rows))
    return table;
  return createOnnx(builder, linear.op->getLoc(), "Constant", rows.type, {},
                    builder.getNamedAttr("value", rows.toAttr("weights")));
}

LogicalResult DenseLinearRecognizer::recognize(Operation *op) {
  std::optional<LinearOperands> linear = matchLinearOperands(op, evaluator);
  if (!linear || !isa<FloatType>(elementType(linear->input)))
    return success();
  OpBuilder builder(op);
  Location loc = op->getLoc();
  FailureOr<Value> weights = weightsOf(*linear, builder);
  if (failed(weights))
    return failure();
  Value result = op->getResult(0), bias = linear->bias;
  Operation *user = onlyUser(result);
  if (!bias && isOnnx(user, "Add")) {
    Value other = user->getOperand(user->getOperand(0) == result ? 1 : 0);
    RankedTensorType type = rankedType(other);
    if (type && type.getRank() == 1 && type.getDimSize(0) == linear->n &&
        type.getElementType().isF32() && onnxDef(other, "Constant") &&
        elementType(result).isF32()) {
      bias = other;
      result = user->getResult(0);
      builder.setInsertionPoint(user);
    }
  }
  Type f32 = builder.getF32Type();
  Value input = castTo(builder, loc, linear->input, f32);
  if (bias)
    bias = castTo(builder, loc, bias, f32);
  SmallVector<int64_t> shape(rankedType(input).getShape());
  shape.back() = linear->n;
  auto dense = transformer::LinearOp::create(
      builder, loc, RankedTensorType::get(shape, f32), input, *weights, bias,
      ValueRange(), Value());
  replaceValue(result,
               castTo(builder, loc, dense.getResult(), elementType(result)));
  return success();
}

namespace {

struct RecognizeDenseLinearPass
    : bitnet::recognize::impl::RecognizeDenseLinearPassBase<
          RecognizeDenseLinearPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || !func.getBody().hasOneBlock())
      return;
    SmallVector<Operation *> ops;
    for (Operation &op : func.getBody().front())
      ops.push_back(&op);
    DenseLinearRecognizer recognizer(func);
    for (Operation *op : ops)
      if (failed(recognizer.recognize(op)))
        return signalPassFailure();
    eraseDead(func.getBody().front());
  }
};

} // namespace
