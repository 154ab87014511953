//===- FoldTransposes.cpp - attention on tokens as projections give them --===//
//
// Exporters transpose [B, S, H, D] to [B, H, S, D] before attention and back
// behind it. Attention and rotary read either, so the copies can go.
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/IR/TransformerOps.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/IR/Builders.h"

namespace bitnet::transformer {
#define GEN_PASS_DEF_FOLDTRANSPOSESPASS
#include "dialects/Transformer/Transforms/Passes.h.inc"
} // namespace bitnet::transformer

using namespace mlir;
using namespace bitnet::transformer;

/// Whether `op` swaps the two middle axes of four.
static bool swapsMiddle(Operation *op) {
  if (!op || op->getName().getStringRef() != "onnx.Transpose")
    return false;
  auto perm = op->getAttrOfType<DenseI64ArrayAttr>("perm");
  return perm && perm.asArrayRef() == ArrayRef<int64_t>{0, 2, 1, 3};
}

/// Whether `value` can be had with its middle axes swapped without a copy.
static bool isSwappable(Value value) {
  Operation *op = value.getDefiningOp();
  if (swapsMiddle(op))
    return true;
  auto rotary = dyn_cast_or_null<RotaryOp>(op);
  return rotary && !rotary.getTokenMajor() && isSwappable(rotary.getInput());
}

static Value swapped(OpBuilder &builder, Value value) {
  Operation *op = value.getDefiningOp();
  if (swapsMiddle(op))
    return op->getOperand(0);
  auto rotary = cast<RotaryOp>(op);
  Value input = swapped(builder, rotary.getInput());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(rotary);
  return RotaryOp::create(builder, rotary.getLoc(), input.getType(), input,
                          rotary.getCos(), rotary.getSin(), ValueRange(),
                          Value(), builder.getUnitAttr())
      .getResult();
}

/// Ops that were only there for `value`.
static void eraseUnused(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !op->use_empty() || !(swapsMiddle(op) || isa<RotaryOp>(op)))
    return;
  Value input = op->getOperand(0);
  op->erase();
  eraseUnused(input);
}

static void fold(AttentionOp op) {
  Value inputs[] = {op.getQuery(), op.getKey(), op.getValue()};
  if (op.getTokenMajor() || !op.getResult() ||
      !llvm::all_of(inputs, isSwappable) ||
      !llvm::all_of(op.getResult().getUsers(), swapsMiddle))
    return;
  OpBuilder builder(op);
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(op.getResult().getType()).getShape());
  std::swap(shape[1], shape[2]);
  Value query = swapped(builder, inputs[0]), key = swapped(builder, inputs[1]),
        value = swapped(builder, inputs[2]);
  auto attention = AttentionOp::create(
      builder, op.getLoc(), RankedTensorType::get(shape, builder.getF32Type()),
      query, key, value, op.getMask(), op.getLayer(), ValueRange(), Value(),
      op.getScaleAttr(), op.getCausalAttr(), op.getKeyCacheAttr(),
      op.getValueCacheAttr(), op.getFillAttr(), builder.getUnitAttr());
  for (Operation *user :
       llvm::make_early_inc_range(op.getResult().getUsers())) {
    user->getResult(0).replaceAllUsesWith(attention.getResult());
    user->erase();
  }
  op.erase();
  for (Value input : inputs)
    eraseUnused(input);
}

namespace {
struct FoldTransposesPass
    : bitnet::transformer::impl::FoldTransposesPassBase<FoldTransposesPass> {
  void runOnOperation() override {
    SmallVector<AttentionOp> ops;
    getOperation()->walk([&](AttentionOp op) { ops.push_back(op); });
    for (AttentionOp op : ops)
      fold(op);
  }
};
} // namespace
