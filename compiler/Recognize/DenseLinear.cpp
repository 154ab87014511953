#include "compiler/Recognize/Blocks.h"
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
  Value findTable(const onnx::HostTensor &weights, bool transposed);

  func::FuncOp func;
  onnx::ConstantEvaluator evaluator;
};

} // namespace

/// Whether `a` is the transpose of `b`, [n, k].
static bool isTransposeOf(const onnx::HostTensor &a,
                          const onnx::HostTensor &b) {
  size_t width = onnx::hostElementBytes(b.type.getElementType());
  int64_t n = b.shape()[0], k = b.shape()[1];
  const char *left = a.bytes.data(), *right = b.bytes.data();
  // In squares, so that what is read of either stays in a cache.
  constexpr int64_t side = 64;
  for (int64_t i = 0; i < n; i += side)
    for (int64_t j = 0; j < k; j += side)
      for (int64_t row = i; row < std::min(n, i + side); ++row)
        for (int64_t column = j; column < std::min(k, j + side); ++column)
          if (std::memcmp(left + (column * n + row) * width,
                          right + (row * k + column) * width, width) != 0)
            return false;
  return true;
}

/// A table that rows are gathered from and that holds these weights, or their
/// transpose: the embedding that an LM head is tied to. Null if there is none.
Value DenseLinearRecognizer::findTable(const onnx::HostTensor &weights,
                                       bool transposed) {
  SmallVector<int64_t> shape(weights.shape());
  if (transposed)
    std::swap(shape[0], shape[1]);
  auto type = RankedTensorType::get(shape, weights.type.getElementType());
  for (Operation &op : func.getBody().front()) {
    if (!isOnnx(&op, "Gather") || op.getOperand(0).getType() != type)
      continue;
    Operation *constant = onnxDef(op.getOperand(0), "Constant");
    auto value = constant ? constant->getAttrOfType<ElementsAttr>("value")
                          : ElementsAttr();
    FailureOr<onnx::HostTensor> table =
        value ? onnx::HostTensor::get(value)
              : FailureOr<onnx::HostTensor>(failure());
    if (succeeded(table) && (transposed ? isTransposeOf(weights, *table)
                                        : table->bytes == weights.bytes))
      return op.getOperand(0);
  }
  return {};
}

/// The weights as [N, K]: a constant that is there already, if there is one.
FailureOr<Value> DenseLinearRecognizer::weightsOf(const LinearOperands &linear,
                                                  OpBuilder &builder) {
  if (linear.rowsAreOutputs && onnxDef(linear.weights, "Constant"))
    return linear.weights;
  FailureOr<onnx::HostTensor> tensor = evaluator.evaluate(linear.weights);
  if (failed(tensor))
    return failure();
  if (Value table = findTable(*tensor, !linear.rowsAreOutputs))
    return table;
  onnx::HostTensor rows =
      linear.rowsAreOutputs ? std::move(*tensor) : transpose(*tensor);
  return createOnnx(builder, linear.op->getLoc(), "Constant", rows.type, {},
                    builder.getNamedAttr("value", rows.toAttr("weights")));
}

/// Gather(Cast(table)) -> Cast(Gather(table)) for constant tables of narrower
/// floats: the table itself is what linear layers may be tied to.
static void narrowTables(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    Operation *cast =
        isOnnx(&op, "Gather") ? onnxDef(op.getOperand(0), "Cast") : nullptr;
    Value table = cast ? cast->getOperand(0) : Value();
    if (!onnxDef(table, "Constant") || !elementType(op.getResult(0)).isF32() ||
        !(elementType(table).isF16() || elementType(table).isBF16()))
      continue;
    OpBuilder builder(&op);
    Value rows = createOnnx(builder, op.getLoc(), "Gather",
                            withElement(op.getResult(0), elementType(table)),
                            {table, op.getOperand(1)}, op.getAttrs());
    replaceValue(op.getResult(0),
                 castTo(builder, op.getLoc(), rows, builder.getF32Type()));
    op.erase();
  }
}

LogicalResult DenseLinearRecognizer::recognize(Operation *op) {
  std::optional<LinearOperands> linear = matchLinearOperands(op, evaluator);
  if (!linear || !isa<FloatType>(elementType(linear->input)))
    return success();
  reachConstant(*linear);
  OpBuilder builder(op);
  Location loc = op->getLoc();
  FailureOr<Value> weights = weightsOf(*linear, builder);
  if (failed(weights))
    return failure();
  Value result = op->getResult(0), bias = linear->bias;
  Operation *user = onlyUser(result);
  if (!bias && isOnnx(user, "Add") && user->getBlock() == op->getBlock()) {
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
    SmallVector<Block *> blocks = blocksOf(func);
    SmallVector<Operation *> ops;
    for (Block *block : blocks) {
      narrowTables(*block);
      for (Operation &op : *block)
        ops.push_back(&op);
    }
    DenseLinearRecognizer recognizer(func);
    for (Operation *op : ops)
      if (failed(recognizer.recognize(op)))
        return signalPassFailure();
    for (Block *block : llvm::reverse(blocks))
      eraseDead(*block);
  }
};

} // namespace
