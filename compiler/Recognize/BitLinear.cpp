//===- BitLinear.cpp - products with ternary weights ----------------------===//
//
// Starts at each product with constant weights. The weights are evaluated
// once, whatever chain of ops makes them, and judged by value; the activation
// is matched backwards to its quantiser, the scales forwards.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/BlockLinear.h"
#include "compiler/Recognize/Blocks.h"
#include "compiler/Recognize/FloatLinear.h"
#include "compiler/Recognize/LinearInput.h"
#include "compiler/Recognize/Matchers.h"
#include "compiler/Recognize/Passes.h"
#include "compiler/Recognize/Report.h"
#include "compiler/Recognize/Rescale.h"
#include "compiler/Recognize/TernaryWeights.h"

#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

namespace bitnet::recognize {
#define GEN_PASS_DEF_RECOGNIZEBITLINEARPASS
#include "compiler/Recognize/Passes.h.inc"
} // namespace bitnet::recognize

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

namespace {

class BitLinearRecognizer {
public:
  explicit BitLinearRecognizer(bool integerGroups)
      : integerGroups(integerGroups) {}

  LogicalResult recognize(Operation *op);
  ArrayRef<LinearRecord> getRecords() const { return records; }

private:
  void recordOther(Operation *op);
  LogicalResult rewrite(const LinearOperands &linear,
                        const QuantizedActivation &activation,
                        const TernaryWeights &weights, LinearRecord &record);
  LogicalResult rewriteFloat(const LinearOperands &linear,
                             const TernaryWeights &weights,
                             LinearRecord &record);
  FailureOr<std::vector<float>> floatValues(Value value);
  FailureOr<Value> floatVector(OpBuilder &builder, Location loc, Value value,
                               StringRef name);

  bool integerGroups;
  onnx::ConstantEvaluator evaluator;
  std::vector<LinearRecord> records;
};

} // namespace

/// The elements of a constant expression, widened exactly.
FailureOr<std::vector<float>> BitLinearRecognizer::floatValues(Value value) {
  FailureOr<onnx::HostTensor> tensor = evaluator.evaluate(value);
  if (failed(tensor))
    return failure();
  // One row of a matrix with one column widens as weights do.
  onnx::HostTensor column = *tensor;
  column.type =
      RankedTensorType::get({tensor->size(), 1}, tensor->type.getElementType());
  WeightView view = WeightView::get(column, /*rowsAreOutputs=*/true);
  std::vector<float> values;
  for (int64_t i = 0; i < view.n; ++i)
    values.push_back(view.at(i, 0));
  return values;
}

/// A constant expression of one element, or of N, as f32 tensor of rank 1.
FailureOr<Value> BitLinearRecognizer::floatVector(OpBuilder &builder,
                                                  Location loc, Value value,
                                                  StringRef name) {
  FailureOr<std::vector<float>> values = floatValues(value);
  if (failed(values))
    return failure();
  return createFloats(builder, loc, {int64_t(values->size())}, *values);
}

/// Weight scales are finite; one that divides is not 0, and one that
/// multiplies is a warning where it is.
static LogicalResult checkScales(Location loc, ArrayRef<float> scales,
                                 ternary::RescaleForm form) {
  using ternary::RescaleForm;
  bool divides =
      form == RescaleForm::DivByProduct || form == RescaleForm::DivDiv;
  for (auto [i, scale] : llvm::enumerate(scales)) {
    if (!std::isfinite(scale) || (divides && scale == 0))
      return emitError(loc) << "weight scale is broken: found " << scale
                            << " at [" << i << "], expected a finite number"
                            << (divides ? " to divide by" : "");
    if (scale == 0 && scales.size() == 1)
      emitWarning(loc) << "weight scale is 0: the layer gives zeros";
  }
  return success();
}

/// The weights before a last Transpose, and whether they are [N, K]: a view
/// saves a copy that is as large as the matrix.
static std::pair<Value, bool> beforeTranspose(const LinearOperands &linear) {
  Operation *op = onnxDef(skipNoOps(linear.weights), "Transpose");
  RankedTensorType type = op ? rankedType(op->getOperand(0)) : nullptr;
  auto perm = op ? op->getAttrOfType<DenseI64ArrayAttr>("perm") : nullptr;
  bool swaps = type && type.getRank() == 2 && type.hasStaticShape() &&
               (!perm || perm.asArrayRef() == ArrayRef<int64_t>{1, 0});
  if (!swaps)
    return {linear.weights, linear.rowsAreOutputs};
  return {op->getOperand(0), !linear.rowsAreOutputs};
}

/// Records a product with constant weights that is no linear layer here: it
/// runs dense, and nobody shall think that all layers are ternary. Outer
/// products, as of positions and frequencies, are none.
void BitLinearRecognizer::recordOther(Operation *op) {
  bool isProduct = isOnnx(op, "MatMul") || isOnnx(op, "Gemm") ||
                   isOnnx(op, "ms.FusedMatMul");
  RankedTensorType type =
      isProduct ? rankedType(op->getOperand(1)) : RankedTensorType();
  if (!type || type.getRank() < 2 || !type.hasStaticShape() ||
      !isa<FloatType>(type.getElementType()) || type.getNumElements() == 0 ||
      !evaluator.isConstantExpression(op->getOperand(1)))
    return;
  LinearRecord record;
  record.name = describeLoc(op);
  record.k = type.getShape().end()[-2];
  record.n = type.getShape().back();
  if (intAttr(op, "transB", 0) != 0)
    std::swap(record.k, record.n);
  if (record.k == 1)
    return;
  if (type.getRank() > 2)
    record.reason = "weights have a batch axis, expected a matrix";
  else if (!lastSize(op->getOperand(0)))
    record.reason = "the input's last axis is unknown";
  else
    record.reason = "the product transposes its input";
  records.push_back(record);
}

LogicalResult BitLinearRecognizer::recognize(Operation *op) {
  std::optional<LinearOperands> linear = matchLinearOperands(op, evaluator);
  if (!linear) {
    recordOther(op);
    return success();
  }
  reachConstant(*linear);
  LinearRecord record;
  record.name = describeLoc(op);
  record.k = linear->k;
  record.n = linear->n;
  std::optional<QuantizedActivation> activation =
      matchLinearInput(*linear, record.reason);
  auto [matrix, rowsAreOutputs] = beforeTranspose(*linear);
  FailureOr<onnx::HostTensor> values = evaluator.evaluate(matrix);
  if (failed(values))
    return failure();
  WeightVerdict verdict = testTernary(WeightView::get(*values, rowsAreOutputs));
  if (verdict.kind == WeightVerdict::Kind::Broken)
    return op->emitError("weights are broken: ") << verdict.reason;
  if (verdict.kind == WeightVerdict::Kind::NotTernary)
    record.reason = "weights have " + verdict.reason;
  else if (verdict.weights.group == 0 &&
           (activation || (activation = moveFactorsBehind(*linear)))) {
    record.ternary = true;
    record.reason.clear();
    if (failed(rewrite(*linear, *activation, verdict.weights, record)))
      return failure();
  } else if (integerGroups && canQuantizeBlocks(*linear)) {
    record.ternary = true;
    record.reason.clear();
    rewriteBlockLinear(*linear, verdict.weights, record);
  } else if (isa<FloatType>(elementType(linear->input))) {
    record.ternary = true;
    record.floatReason =
        activation ? "a row has several weight scales" : record.reason;
    record.reason.clear();
    if (failed(rewriteFloat(*linear, verdict.weights, record)))
      return failure();
  }
  records.push_back(record);
  return success();
}

LogicalResult BitLinearRecognizer::rewrite(
    const LinearOperands &linear, const QuantizedActivation &activation,
    const TernaryWeights &weights, LinearRecord &record) {
  const ActivationScale &scale = activation.scale;
  Rescale rescale =
      matchRescale(linear.op->getResult(0), activation, weights.n,
                   weights.hasUnitScale(), linear.bias != Value(), evaluator);
  Location loc = linear.op->getLoc();
  OpBuilder builder(linear.op);
  RankedTensorType inputType = rankedType(scale.input);
  SmallVector<int64_t> scaleShape(inputType.getShape());
  scaleShape.back() = 1;
  auto flag = [&](bool isSet) {
    return isSet ? builder.getUnitAttr() : UnitAttr();
  };
  auto quantize = ternary::QuantizeOp::create(
      builder, loc,
      TypeRange{withElement(scale.input, builder.getI8Type()),
                RankedTensorType::get(scaleShape, builder.getF32Type())},
      scale.input, ValueRange(), Value(),
      ternary::ScaleFormAttr::get(builder.getContext(), scale.form),
      builder.getF32FloatAttr(scale.range), builder.getF32FloatAttr(scale.eps),
      builder.getI64IntegerAttr(activation.qmin),
      builder.getI64IntegerAttr(activation.qmax), flag(scale.addsEps),
      flag(scale.epsOfScale), flag(activation.byReciprocal), IntegerAttr());

  builder.setInsertionPoint(rescale.result.getDefiningOp());
  Value codes = createTrits(builder, loc, weights);
  FailureOr<std::vector<float>> scales = weights.scales;
  if (rescale.weightScale)
    scales = floatValues(rescale.weightScale);
  if (failed(scales) ||
      (rescale.weightScale && failed(checkScales(loc, *scales, rescale.form))))
    return failure();
  Value weightScale =
      createFloats(builder, loc, {int64_t(scales->size())}, *scales);
  SmallVector<Value> biases;
  if (Value bias = linear.bias ? linear.bias : rescale.bias) {
    FailureOr<Value> vector = floatVector(builder, loc, bias, "bias");
    if (failed(vector))
      return failure();
    biases.push_back(*vector);
  }
  SmallVector<int64_t> resultShape(inputType.getShape());
  resultShape.back() = weights.n;
  auto result = ternary::LinearOp::create(
      builder, loc,
      TypeRange{RankedTensorType::get(resultShape, builder.getF32Type())},
      quantize->getResult(0), quantize->getResult(1), ValueRange{codes},
      ValueRange{weightScale}, biases, ValueRange(), rescale.form,
      ternary::LayoutAttr(), DenseI64ArrayAttr(), ternary::StrategyAttr(),
      DictionaryAttr(), StringAttr(), IntegerAttr(), Value());
  replaceValue(rescale.result, castTo(builder, loc, result->getResult(0),
                                      elementType(rescale.result)));

  record.scaleForm = stringifyScaleForm(scale.form).str();
  record.range = scale.range;
  record.eps = scale.eps;
  record.qmin = activation.qmin;
  record.qmax = activation.qmax;
  record.rescale = stringifyRescaleForm(rescale.form).str();
  record.weightScale =
      rankedType(weightScale).getNumElements() == 1 ? "tensor" : "row";
  record.bias = !biases.empty();
  record.zeros = double(weights.zeros) / double(weights.n * weights.k);
  return success();
}

LogicalResult BitLinearRecognizer::rewriteFloat(const LinearOperands &linear,
                                                const TernaryWeights &weights,
                                                LinearRecord &record) {
  std::vector<float> bias;
  if (linear.bias) {
    FailureOr<std::vector<float>> values = floatValues(linear.bias);
    if (failed(values))
      return failure();
    bias = std::move(*values);
  }
  rewriteFloatLinear(linear, weights, bias);
  record.group = weights.group;
  record.weightScale = weights.group               ? "group"
                       : weights.scales.size() > 1 ? "row"
                                                   : "tensor";
  record.bias = !bias.empty();
  record.zeros = double(weights.zeros) / double(weights.n * weights.k);
  return success();
}

/// Columns [begin, begin + size) of [K, N] weights, or such rows of [N, K].
static Value sliceOutputs(OpBuilder &builder, const LinearOperands &linear,
                          int64_t begin, int64_t size) {
  Location loc = linear.op->getLoc();
  SmallVector<int64_t> shape = {linear.k, size};
  if (linear.rowsAreOutputs)
    std::swap(shape[0], shape[1]);
  return createOnnx(
      builder, loc, "Slice",
      RankedTensorType::get(shape, elementType(linear.weights)),
      {linear.weights, createIndices(builder, loc, begin),
       createIndices(builder, loc, begin + size),
       createIndices(builder, loc, linear.rowsAreOutputs ? 0 : 1)});
}

/// product(x, W) then Split of the outputs -> one product for each part, so
/// that each has its own scales: exporters pack siblings (q/k/v) so.
static void splitSiblings(Block &block) {
  onnx::ConstantEvaluator evaluator;
  for (Operation &op : llvm::make_early_inc_range(block)) {
    std::optional<LinearOperands> linear = matchLinearOperands(&op, evaluator);
    Operation *split = linear ? onlyUser(op.getResult(0)) : nullptr;
    RankedTensorType type =
        split ? rankedType(op.getResult(0)) : RankedTensorType();
    std::string ignored;
    if (!isOnnx(split, "Split") || linear->bias ||
        !matchQuantizedActivation(linear->input, ignored))
      continue;
    int64_t axis = intAttr(split, "axis", 0);
    bool known = llvm::all_of(split->getResults(), [](Value part) {
      return lastSize(part).has_value();
    });
    if ((axis != -1 && axis != type.getRank() - 1) || !known)
      continue;
    OpBuilder builder(&op);
    int64_t begin = 0;
    for (Value part : split->getResults()) {
      int64_t size = *lastSize(part);
      SmallVector<NamedAttribute> attributes(op.getAttrs());
      Value weights = sliceOutputs(builder, *linear, begin, size);
      replaceValue(part, createOnnx(builder, op.getLoc(),
                                    op.getName().stripDialect(), part.getType(),
                                    {linear->input, weights}, attributes));
      begin += size;
    }
  }
  eraseDead(block);
}

namespace {

struct RecognizeBitLinearPass
    : bitnet::recognize::impl::RecognizeBitLinearPassBase<
          RecognizeBitLinearPass> {
  using RecognizeBitLinearPassBase::RecognizeBitLinearPassBase;

  void runOnOperation() override {
    std::vector<LinearRecord> records;
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      SmallVector<Operation *> ops;
      SmallVector<Block *> blocks = blocksOf(func);
      // What erases dead ops begins with the innermost.
      for (Block *block : llvm::reverse(blocks)) {
        normalizeProducts(*block);
        sinkReshapes(*block);
        hoistTransposes(*block);
        splitSiblings(*block);
      }
      // Some went with ops that were dead.
      blocks = blocksOf(func);
      for (Block *block : blocks)
        for (Operation &op : *block)
          ops.push_back(&op);
      // Dead ops stay until the end: the evaluator remembers values.
      BitLinearRecognizer recognizer(integerGroups);
      for (Operation *op : ops)
        if (failed(recognizer.recognize(op)))
          return signalPassFailure();
      llvm::append_range(records, recognizer.getRecords());
      for (Block *block : llvm::reverse(blocks))
        eraseDead(*block);
    }
    addRecords(getOperation(), records);
  }
};

} // namespace
