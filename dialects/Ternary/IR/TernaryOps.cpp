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
  if (failed(verifyVector(op.getWeightScales()[i], "weight scales")))
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
