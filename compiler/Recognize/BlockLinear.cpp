//===- BlockLinear.cpp - inputs quantised block by block ------------------===//
//
// MatMulNBits of accuracy level 4 lets the runtime quantise each block of its
// input: absmax / 127 is a step, and blocks add up as floats. The blocks here
// are those of the operator, or finer ones.
//
//===----------------------------------------------------------------------===//

#include "compiler/Recognize/BlockLinear.h"

#include "compiler/Recognize/Matchers.h"

#include "dialects/Onnx/Transforms/Decompose.h"
#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <limits>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::recognize;

/// Terms of the largest group that ternary.linear takes of powers of two.
static constexpr int64_t mostTerms = 128;
/// Range of the codes, and the largest magnitude whose step is the least normal
/// number: a block of zeros has some step, too.
static constexpr int64_t range = 127;
static constexpr float eps = range * std::numeric_limits<float>::min();

/// `bytes` as an attribute: short ones inline, others as a resource.
static ElementsAttr bytesAttr(MLIRContext *context, ArrayRef<char> bytes) {
  auto type = RankedTensorType::get({int64_t(bytes.size())},
                                    IntegerType::get(context, 8));
  if (bytes.size() <= onnx::kMaxInlineElements)
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  return DenseResourceElementsAttr::get(
      type, "trits", HeapAsmResourceBlob::allocateAndCopyInferAlign(bytes));
}

Value bitnet::recognize::createTrits(OpBuilder &builder, Location loc,
                                     const TernaryWeights &weights) {
  MLIRContext *context = builder.getContext();
  auto type = RankedTensorType::get({weights.n, weights.k},
                                    ternary::TritType::get(context));
  return ternary::ConstantOp::create(builder, loc, type,
                                     bytesAttr(context, weights.codes));
}

Value bitnet::recognize::createFloats(OpBuilder &builder, Location loc,
                                      ArrayRef<int64_t> shape,
                                      ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  char *data;
  onnx::HostTensor tensor = onnx::HostTensor::allocate(type, data);
  std::memcpy(data, values.data(), values.size() * sizeof(float));
  return createOnnx(builder, loc, "Constant", type, {},
                    builder.getNamedAttr("value", tensor.toAttr("scales")));
}

bool bitnet::recognize::canQuantizeBlocks(const LinearOperands &linear) {
  return linear.op->hasAttr(onnx::inputBlockAttr) && !linear.bias &&
         isa<FloatType>(elementType(linear.input));
}

/// Terms of a group of the input; 0 for all of a row. All are powers of two, so
/// that a scale of the weights is that of whole groups.
static int64_t groupOf(const LinearOperands &linear,
                       const TernaryWeights &weights) {
  int64_t block = intAttr(linear.op, onnx::inputBlockAttr, 0);
  if (weights.group)
    return std::min({block, weights.group, mostTerms});
  return block >= linear.k ? 0 : std::min(block, mostTerms);
}

/// The scales as ternary.linear reads them, groups having `group` terms.
static Value createScales(OpBuilder &builder, Location loc,
                          const TernaryWeights &weights, int64_t group) {
  if (!weights.group)
    return createFloats(builder, loc, {int64_t(weights.scales.size())},
                        weights.scales);
  constexpr int64_t rows = ternary::LinearOp::scaleRows;
  int64_t blocks = llvm::divideCeil(weights.n, rows);
  int64_t groups = llvm::divideCeil(weights.k, group);
  std::vector<float> scales(blocks * groups * rows);
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t row = 0; row < weights.n; ++row)
      scales[(row / rows * groups + g) * rows + row % rows] =
          weights.scales[g * group / weights.group * weights.n + row];
  return createFloats(builder, loc, {blocks, groups, rows}, scales);
}

void bitnet::recognize::rewriteBlockLinear(const LinearOperands &linear,
                                           const TernaryWeights &weights,
                                           LinearRecord &record) {
  OpBuilder builder(linear.op);
  MLIRContext *context = builder.getContext();
  Location loc = linear.op->getLoc();
  int64_t group = groupOf(linear, weights);
  IntegerAttr groupAttr;
  if (group)
    groupAttr = builder.getI64IntegerAttr(group);
  Type f32 = builder.getF32Type();
  Value input = castTo(builder, loc, linear.input, f32);
  SmallVector<int64_t> shape(rankedType(input).getShape());
  shape.back() = group ? llvm::divideCeil(weights.k, group) : 1;
  auto quantize = ternary::QuantizeOp::create(
      builder, loc,
      TypeRange{withElement(input, builder.getI8Type()),
                RankedTensorType::get(shape, f32)},
      input, ValueRange(), Value(),
      ternary::ScaleFormAttr::get(context, ternary::ScaleForm::Step),
      builder.getF32FloatAttr(range), builder.getF32FloatAttr(eps),
      builder.getI64IntegerAttr(-range), builder.getI64IntegerAttr(range),
      UnitAttr(), UnitAttr(), UnitAttr(), groupAttr);
  shape.back() = weights.n;
  auto result = ternary::LinearOp::create(
      builder, loc, TypeRange{RankedTensorType::get(shape, f32)},
      quantize->getResult(0), quantize->getResult(1),
      ValueRange{createTrits(builder, loc, weights)},
      ValueRange{createScales(builder, loc, weights, group)}, ValueRange(),
      ValueRange(), ternary::RescaleForm::MulByProduct, ternary::LayoutAttr(),
      DenseI64ArrayAttr(), ternary::StrategyAttr(), DictionaryAttr(),
      StringAttr(), groupAttr, Value());
  Value old = linear.op->getResult(0);
  replaceValue(old,
               castTo(builder, loc, result->getResult(0), elementType(old)));

  record.scaleForm = stringifyScaleForm(ternary::ScaleForm::Step).str();
  record.range = range;
  record.eps = eps;
  record.qmin = -range;
  record.qmax = range;
  record.rescale =
      stringifyRescaleForm(ternary::RescaleForm::MulByProduct).str();
  record.inputGroup = group;
  record.group = weights.group;
  record.weightScale = weights.group               ? "group"
                       : weights.scales.size() > 1 ? "row"
                                                   : "tensor";
  record.zeros = double(weights.zeros) / double(weights.n * weights.k);
}
