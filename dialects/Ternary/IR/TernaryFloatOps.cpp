#include "dialects/Ternary/IR/TernaryOps.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

int64_t FloatLinearOp::getK() {
  return cast<ShapedType>(getInput().getType()).getShape().back();
}

unsigned FloatLinearOp::getNumInputs() {
  return getNumOperands() - getOuts().size() - (getExec() ? 1 : 0);
}

SmallVector<SmallVector<OpFoldResult>>
FloatLinearOp::getResultDims(OpBuilder &builder, ValueRange inputs) {
  auto type = cast<MemRefType>(inputs[0].getType());
  SmallVector<OpFoldResult> sizes;
  for (int64_t axis = 0, last = type.getRank() - 1; axis < last; ++axis) {
    if (type.isDynamicDim(axis))
      sizes.push_back(memref::DimOp::create(builder, getLoc(), inputs[0], axis)
                          .getResult());
    else
      sizes.push_back(builder.getIndexAttr(type.getDimSize(axis)));
  }
  sizes.push_back(builder.getIndexAttr(getRows()));
  return {sizes};
}

/// (C2)
static LogicalResult verifyParameters(FloatLinearOp op) {
  int64_t blocks = op.getBlocks(), padded = blocks * FloatLinearOp::kLanes;
  auto planes = cast<ShapedType>(op.getPlanes().getType());
  int64_t bytes;
  if (llvm::MulOverflow<int64_t>(blocks * 4, op.getK(), bytes) ||
      planes.getRank() != 1 || planes.getDimSize(0) != bytes ||
      !planes.getElementType().isInteger(8))
    return op.emitOpError("has planes ")
           << planes << ", expected 4 bytes of i8 for each of " << blocks
           << " blocks and " << op.getK() << " terms";
  auto scales = cast<ShapedType>(op.getScales().getType());
  Type element = scales.getElementType();
  int64_t groups = llvm::divideCeil(op.getK(), op.getGroup());
  if (scales.getShape() != ArrayRef<int64_t>({groups, padded}) ||
      !(element.isF32() || element.isF16() || element.isBF16()))
    return op.emitOpError("has scales ")
           << scales << ", expected floats of shape [" << groups << ", "
           << padded << "]";
  if (!op.getBias())
    return success();
  auto bias = cast<ShapedType>(op.getBias().getType());
  if (bias.getShape() != ArrayRef<int64_t>(padded) ||
      !bias.getElementType().isF32())
    return op.emitOpError("has bias ")
           << bias << ", expected " << padded << " elements of f32";
  return success();
}

LogicalResult FloatLinearOp::verify() {
  // (C1)
  auto input = cast<ShapedType>(getInput().getType());
  if (input.getRank() < 1 || !input.getElementType().isF32() ||
      input.isDynamicDim(input.getRank() - 1) || getK() < 1)
    return emitOpError("has input ")
           << input << ", expected f32 with a static last axis";
  if (int64_t(getGroup()) < 1 || int64_t(getGroup()) > getK())
    return emitOpError("has groups of ")
           << getGroup() << " terms, expected 1 to " << getK();
  if (int64_t(getRows()) < 1 || int64_t(getRows()) > (int64_t(1) << 31))
    return emitOpError("has ") << getRows() << " rows, expected at least 1";
  if (failed(verifyParameters(*this)))
    return failure();
  // (C3)
  auto written = cast<ShapedType>(isBufferForm() ? getOuts()[0].getType()
                                                 : getResult().getType());
  if (written.getRank() != input.getRank() ||
      written.getShape().back() != int64_t(getRows()) ||
      !written.getElementType().isF32())
    return emitOpError("writes ")
           << written << ", expected f32 of rank " << input.getRank()
           << " and a last axis of " << getRows();
  return success();
}

void FloatLinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}
