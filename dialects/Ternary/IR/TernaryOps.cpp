#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

#define GET_OP_CLASSES
#include "dialects/Ternary/IR/TernaryOps.cpp.inc"

LogicalResult ConstantOp::verify() {
  auto type = cast<RankedTensorType>(getResult().getType());
  ShapedType codes = getValue().getShapedType();
  // (C1)
  if (type.getRank() != 2 || !type.hasStaticShape())
    return emitOpError("makes ") << type << ", expected static [N, K]";
  int64_t bytes = llvm::divideCeil(type.getNumElements(), 4);
  if (!codes.getElementType().isInteger(8) || codes.getNumElements() != bytes)
    return emitOpError("holds ")
           << codes << ", expected " << bytes << " bytes of i8 for " << type;
  return success();
}

/// The sizes of `value`, with the last one replaced.
static SmallVector<OpFoldResult> sizesWithLast(OpBuilder &builder, Location loc,
                                               Value value, int64_t last) {
  auto type = cast<MemRefType>(value.getType());
  SmallVector<OpFoldResult> sizes;
  for (int64_t axis = 0, rank = type.getRank(); axis < rank; ++axis) {
    if (axis == rank - 1)
      sizes.push_back(builder.getIndexAttr(last));
    else if (!type.isDynamicDim(axis))
      sizes.push_back(builder.getIndexAttr(type.getDimSize(axis)));
    else
      sizes.push_back(
          memref::DimOp::create(builder, loc, value, axis).getResult());
  }
  return sizes;
}

/// How many scales a row of `terms` has, by the attribute `group`.
static int64_t countScales(std::optional<int64_t> group, int64_t terms) {
  return group ? llvm::divideCeil(terms, *group) : 1;
}

/// (C3) of quantize, and a part of (C6) of linear.
static LogicalResult verifyGroup(Operation *op, std::optional<int64_t> group) {
  constexpr int64_t multiple = 16, most = 240;
  if (!group ||
      (*group >= multiple && *group <= most && *group % multiple == 0))
    return success();
  return op->emitOpError("has groups of ")
         << *group << " terms, expected a multiple of " << multiple << " up to "
         << most;
}

unsigned QuantizeOp::getNumInputs() { return 1; }

SmallVector<SmallVector<OpFoldResult>>
QuantizeOp::getResultDims(OpBuilder &builder, ValueRange inputs) {
  int64_t k = cast<ShapedType>(inputs[0].getType()).getShape().back();
  return {
      sizesWithLast(builder, getLoc(), inputs[0], k),
      sizesWithLast(builder, getLoc(), inputs[0], countScales(getGroup(), k))};
}

LogicalResult QuantizeOp::verify() {
  // (C3)
  if (failed(verifyGroup(*this, getGroup())))
    return failure();
  // (C4)
  ScaleForm form = getForm();
  if (getEpsOfScale() && form != ScaleForm::Step &&
      form != ScaleForm::StepProduct)
    return emitOpError("has eps_of_scale and the form ")
           << stringifyScaleForm(form) << ", expected step or step_product";
  if (getByReciprocal() &&
      (form == ScaleForm::MulReciprocal || form == ScaleForm::Div))
    return emitOpError("has by_reciprocal and the form ")
           << stringifyScaleForm(form)
           << ", expected one that divides by its scale";
  // (C1)
  auto input = cast<ShapedType>(getInput().getType());
  auto written = isBufferForm() ? TypeRange(getOuts().getTypes())
                                : TypeRange(getResultTypes());
  if (written.size() != 2)
    return emitOpError("writes ")
           << written.size() << " values, expected codes and scale";
  auto codes = cast<ShapedType>(written[0]);
  auto scale = cast<ShapedType>(written[1]);
  if (input.getRank() < 1 || input.isDynamicDim(input.getRank() - 1))
    return emitOpError("has input ")
           << input << ", expected a static last axis";
  if (codes.getShape() != input.getShape() ||
      !codes.getElementType().isInteger(8))
    return emitOpError("has codes ")
           << codes << ", expected i8 in the shape of " << input;
  int64_t scales = countScales(getGroup(), input.getShape().back());
  if (scale.getRank() != input.getRank() || scale.getShape().back() != scales ||
      scale.getShape().drop_back() != input.getShape().drop_back())
    return emitOpError("has scale ")
           << scale << ", expected "
           << (getGroup() ? std::to_string(scales) : "one")
           << " for each row of " << input;
  // (C2)
  int64_t qmin = getQmin(), qmax = getQmax();
  if (qmin < -128 || qmin > qmax || qmax > 127)
    return emitOpError("clamps to [")
           << qmin << ", " << qmax << "], expected a range in [-128, 127]";
  return success();
}

int64_t LinearOp::getK() {
  return cast<ShapedType>(getCodes().getType()).getShape().back();
}

int64_t LinearOp::getN(unsigned i) {
  if (std::optional<ArrayRef<int64_t>> rows = getRowsOf())
    return (*rows)[i];
  return cast<ShapedType>(getWeights()[i].getType()).getDimSize(0);
}

bool LinearOp::hasGroupScales(unsigned i) {
  return cast<ShapedType>(getWeightScales()[i].getType()).getRank() == 3;
}

unsigned LinearOp::getNumInputs() {
  return getNumOperands() - getOuts().size() - (getExec() ? 1 : 0);
}

SmallVector<SmallVector<OpFoldResult>>
LinearOp::getResultDims(OpBuilder &builder, ValueRange inputs) {
  SmallVector<SmallVector<OpFoldResult>> dims;
  for (unsigned i = 0; i < getWeights().size(); ++i)
    dims.push_back(sizesWithLast(builder, getLoc(), inputs[0], getN(i)));
  return dims;
}

/// (C6) for the weight scales of matrix `i`.
static LogicalResult verifyGroupScales(LinearOp op, unsigned i) {
  auto scales = cast<ShapedType>(op.getWeightScales()[i].getType());
  int64_t blocks = llvm::divideCeil(op.getN(i), LinearOp::scaleRows);
  int64_t groups = countScales(op.getGroup(), op.getK());
  SmallVector<int64_t> expected = {blocks, groups, LinearOp::scaleRows};
  if (scales.getShape() == ArrayRef(expected))
    return success();
  return op.emitOpError("has weight scales ")
         << scales << ", expected [" << blocks << ", " << groups << ", "
         << LinearOp::scaleRows << "]";
}

/// (C6)
static LogicalResult verifyGroups(LinearOp op) {
  if (!op.getGroup())
    return success();
  if (failed(verifyGroup(op, op.getGroup())))
    return failure();
  auto scale = cast<ShapedType>(op.getScale().getType());
  int64_t groups = countScales(op.getGroup(), op.getK());
  if (scale.getRank() < 1 || scale.getShape().back() != groups)
    return op.emitOpError("has scale ")
           << scale << ", expected " << groups << " on its last axis";
  if (op.getRescale() != RescaleForm::MulByProduct)
    return op.emitOpError("has rescale ")
           << stringifyRescaleForm(op.getRescale()) << ", expected "
           << stringifyRescaleForm(RescaleForm::MulByProduct) << " with groups";
  return success();
}

/// (C5) for matrix `i`, whose result has type `written`.
static LogicalResult verifyOutput(LinearOp op, unsigned i, ShapedType written) {
  int64_t n = op.getN(i);
  auto codes = cast<ShapedType>(op.getCodes().getType());
  if (written.getRank() != codes.getRank() || written.getShape().back() != n)
    return op.emitOpError("writes ")
           << written << ", expected rank " << codes.getRank()
           << " and a last axis of " << n;
  auto verifyVector = [&](Value vector, StringRef what) -> LogicalResult {
    auto type = cast<ShapedType>(vector.getType());
    if (type.hasStaticShape() &&
        (type.getNumElements() == 1 || type.getNumElements() == n))
      return success();
    return op.emitOpError("has ")
           << what << ' ' << type << ", expected 1 or " << n << " elements";
  };
  if (failed(op.getGroup() && op.hasGroupScales(i)
                 ? verifyGroupScales(op, i)
                 : verifyVector(op.getWeightScales()[i], "weight scales")))
    return failure();
  return op.getBiases().empty() ? success()
                                : verifyVector(op.getBiases()[i], "bias");
}

LogicalResult LinearOp::verify() {
  // (C4)
  auto codes = cast<ShapedType>(getCodes().getType());
  if (codes.getRank() < 1 || codes.isDynamicDim(codes.getRank() - 1) ||
      !codes.getElementType().isInteger(8))
    return emitOpError("has codes ")
           << codes << ", expected i8 with a static last axis";
  if (getK() < 1)
    return emitOpError("sums over no terms, expected at least 1");
  if (getK() >= (1 << 23))
    return emitOpError("sums over ")
           << getK() << " terms, expected fewer than 2^23";
  // (C1)
  size_t count = getWeights().size();
  size_t written = isBufferForm() ? getOuts().size() : getNumResults();
  if (count == 0 || getWeightScales().size() != count || written != count)
    return emitOpError("has ")
           << count << " weights, " << getWeightScales().size()
           << " scales and writes " << written
           << " values, expected as many of each";
  if (!getBiases().empty() && getBiases().size() != count)
    return emitOpError("has ")
           << getBiases().size() << " biases, expected none or " << count;
  // (C3)
  size_t rowsOf = getRowsOf() ? getRowsOf()->size() : 0;
  if (getLayout() ? rowsOf != count : rowsOf != 0)
    return emitOpError("has `rows_of` for ")
           << rowsOf << " weights, expected " << (getLayout() ? count : 0)
           << (getLayout() ? " with" : " without") << " a layout";
  for (auto [i, weight] : llvm::enumerate(getWeights())) {
    auto type = cast<ShapedType>(weight.getType());
    if (isa<TritType>(type.getElementType())) {
      // (C2)
      if (type.getRank() != 2 || !type.hasStaticShape() ||
          type.getDimSize(1) != getK())
        return emitOpError("has weights ")
               << type << ", expected static [N, " << getK() << "]";
      continue;
    }
    // (C3)
    if (!getLayout())
      return emitOpError("has weights ")
             << type << ", expected trits or a layout";
    int64_t bytes = getLayout()->getPackedBytes(getN(i), getK());
    if (type.getRank() != 1 || type.getDimSize(0) != bytes)
      return emitOpError("has packed weights ")
             << type << ", expected " << bytes << " bytes";
  }
  // (C6)
  if (failed(verifyGroups(*this)))
    return failure();
  // (C5)
  for (unsigned i = 0; i < count; ++i) {
    Type type = isBufferForm() ? getOuts()[i].getType() : getResultTypes()[i];
    if (failed(verifyOutput(*this, i, cast<ShapedType>(type))))
      return failure();
  }
  return success();
}

//===- Memory effects ---------------------------------------------------===//

void QuantizeOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void LinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}
