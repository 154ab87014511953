//===- FoldTransposes.cpp - attention on tokens as projections give them --===//
//
// Exporters transpose [B, S, H, D] to [B, H, S, D] before attention and back
// behind it. Attention and rotary read either, so the copies can go. In models
// of f16 and bf16 there are casts between them.
//
//===----------------------------------------------------------------------===//

#include "dialects/Transformer/IR/TransformerOps.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"

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

static bool isCast(Operation *op) {
  return op && op->getName().getStringRef() == "onnx.Cast";
}

/// A Cast as `cast`, of `input`.
static Value castLike(OpBuilder &builder, Operation *cast, Value input) {
  OperationState state(cast->getLoc(), cast->getName());
  state.addOperands(input);
  state.addTypes(RankedTensorType::get(
      llvm::cast<RankedTensorType>(input.getType()).getShape(),
      llvm::cast<RankedTensorType>(cast->getResult(0).getType())
          .getElementType()));
  state.addAttributes(cast->getAttrs());
  return builder.create(state)->getResult(0);
}

/// Whether `value` can be had with its middle axes swapped without a copy.
static bool isSwappable(Value value) {
  Operation *op = value.getDefiningOp();
  if (swapsMiddle(op))
    return true;
  if (isCast(op))
    return isSwappable(op->getOperand(0));
  auto rotary = dyn_cast_or_null<RotaryOp>(op);
  return rotary && !rotary.getTokenMajor() && isSwappable(rotary.getInput());
}

static Value swapped(OpBuilder &builder, Value value) {
  Operation *op = value.getDefiningOp();
  if (swapsMiddle(op))
    return op->getOperand(0);
  Value input = swapped(builder, op->getOperand(0));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  if (isCast(op))
    return castLike(builder, op, input);
  auto rotary = cast<RotaryOp>(op);
  return RotaryOp::create(builder, rotary.getLoc(), input.getType(), input,
                          rotary.getCos(), rotary.getSin(), ValueRange(),
                          Value(), builder.getUnitAttr())
      .getResult();
}

/// Ops that may have been there for `value` alone.
static void collectChain(Value value, llvm::SetVector<Operation *> &ops) {
  Operation *op = value.getDefiningOp();
  bool isStep = op && (swapsMiddle(op) || isCast(op) || isa<RotaryOp>(op));
  if (isStep && ops.insert(op))
    collectChain(op->getOperand(0), ops);
}

/// Erases those of `ops` that nothing uses any more. Operands may share some.
static void eraseUnused(llvm::SetVector<Operation *> &ops) {
  for (bool changed = true; changed;)
    changed = ops.remove_if([](Operation *op) {
      bool isUnused = op->use_empty();
      if (isUnused)
        op->erase();
      return isUnused;
    });
}

/// Whether all that reads `value` swaps its middle axes, maybe behind a Cast.
static bool isSwappedByAll(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    return swapsMiddle(user) ||
           (isCast(user) &&
            llvm::all_of(user->getResult(0).getUsers(), swapsMiddle));
  });
}

/// Puts `swapped` in place of what swaps the middle axes of `value`.
static void replaceSwapped(OpBuilder &builder, Value value, Value swapped) {
  for (Operation *user : llvm::make_early_inc_range(value.getUsers())) {
    if (isCast(user))
      replaceSwapped(builder, user->getResult(0),
                     castLike(builder, user, swapped));
    else
      user->getResult(0).replaceAllUsesWith(swapped);
    user->erase();
  }
}

static void fold(AttentionOp op) {
  Value inputs[] = {op.getQuery(), op.getKey(), op.getValue()};
  if (op.getTokenMajor() || !op.getResult() ||
      !llvm::all_of(inputs, isSwappable) || !isSwappedByAll(op.getResult()))
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
      op.getValueCacheAttr(), op.getFillAttr(), builder.getUnitAttr(),
      op.getSoftcapAttr());
  replaceSwapped(builder, op.getResult(), attention.getResult());
  llvm::SetVector<Operation *> steps;
  for (Value input : inputs)
    collectChain(input, steps);
  op.erase();
  eraseUnused(steps);
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
