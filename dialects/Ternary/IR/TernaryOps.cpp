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

unsigned QuantizeOp::getNumInputs() { return 1; }

SmallVector<SmallVector<OpFoldResult>>
QuantizeOp::getResultDims(OpBuilder &builder, ValueRange inputs) {
  int64_t k = cast<ShapedType>(inputs[0].getType()).getShape().back();
  return {sizesWithLast(builder, getLoc(), inputs[0], k),
          sizesWithLast(builder, getLoc(), inputs[0], 1)};
}

LogicalResult QuantizeOp::verify() {
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
  if (scale.getRank() != input.getRank() || scale.getShape().back() != 1 ||
      scale.getShape().drop_back() != input.getShape().drop_back())
    return emitOpError("has scale ")
           << scale << ", expected one for each row of " << input;
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

LogicalResult LinearOp::verify() {
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
  if (getLayout() && (!getRowsOf() || getRowsOf()->size() != count))
    return emitOpError(
        "is packed, expected `rows_of` to give N of each weight");
  // (C4)
  if (getK() >= (1 << 23))
    return emitOpError("sums over ")
           << getK() << " terms, expected fewer than 2^23";
  for (auto [i, weight] : llvm::enumerate(getWeights())) {
    auto type = cast<ShapedType>(weight.getType());
    if (isa<TritType>(type.getElementType())) {
      // (C2)
      if (type.getRank() != 2 || type.getDimSize(1) != getK())
        return emitOpError("has weights ")
               << type << ", expected [N, " << getK() << "]";
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
  return success();
}

//===- Memory effects ---------------------------------------------------===//

void QuantizeOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}

void LinearOp::getEffects(rt::MemoryEffects &effects) {
  rt::getDestinationFormEffects(*this, effects);
}
