#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/Transforms/ConstantEvaluator.h"
#include "dialects/Onnx/Transforms/DeadOps.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "llvm/ADT/DenseSet.h"

namespace bitnet::onnx {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "dialects/Onnx/Transforms/Passes.h.inc"
} // namespace bitnet::onnx

using namespace mlir;
using namespace bitnet::onnx;

namespace {

class FoldConstantsPass
    : public bitnet::onnx::impl::FoldConstantsPassBase<FoldConstantsPass> {
public:
  using FoldConstantsPassBase::FoldConstantsPassBase;

  void runOnOperation() override {
    // A value's producers come before it: one walk folds whole chains.
    tooLarge.clear();
    SmallVector<Operation *> ops;
    // An op comes before those in its regions.
    getOperation()->walk<WalkOrder::PreOrder>(
        [&](Operation *op) { ops.push_back(op); });
    ConstantEvaluator evaluator;
    for (Operation *op : ops)
      for (Value result : op->getResults())
        if (shouldFold(result, evaluator) && failed(fold(result, evaluator)))
          return signalPassFailure();
    eraseDeadOps(getOperation());
  }

private:
  bool shouldFold(Value result, ConstantEvaluator &evaluator);
  LogicalResult fold(Value result, ConstantEvaluator &evaluator);

  /// Values whose type did not tell that they are too large.
  llvm::DenseSet<Value> tooLarge;
};

} // namespace

bool FoldConstantsPass::shouldFold(Value result, ConstantEvaluator &evaluator) {
  Operation *op = result.getDefiningOp();
  if (!isa_and_nonnull<OnnxDialect>(op->getDialect()) ||
      isa<ConstantOp, NoneOp>(op) || result.use_empty())
    return false;
  auto type = cast<RankedTensorType>(result.getType());
  if (type.hasStaticShape()) {
    int64_t count = checkedElementCount(type.getShape());
    if (count < 0 || count > maxElements)
      return false;
  } else if (llvm::any_of(op->getOperands(),
                          [&](Value v) { return tooLarge.contains(v); })) {
    // Evaluating every op of such a chain from its start would be quadratic.
    tooLarge.insert(result);
    return false;
  }
  if (!evaluator.isConstantExpression(result))
    return false;
  return !frontier || llvm::any_of(result.getUsers(), [&](Operation *user) {
    return user->getNumResults() == 0 ||
           !evaluator.isConstantExpression(user->getResult(0));
  });
}

LogicalResult FoldConstantsPass::fold(Value result,
                                      ConstantEvaluator &evaluator) {
  FailureOr<HostTensor> tensor = evaluator.evaluate(result);
  if (failed(tensor))
    return failure();
  if (tensor->size() > maxElements) {
    tooLarge.insert(result);
    return success();
  }
  Operation *op = result.getDefiningOp();
  OpBuilder builder(op);
  ElementsAttr value = tensor->toAttr(op->getName().stripDialect());
  Value constant =
      ConstantOp::create(builder, op->getLoc(), tensor->type, value);
  // The constant's type may be more precise, which every onnx op accepts but
  // a function's result does not.
  bool isSameType = constant.getType() == result.getType();
  result.replaceUsesWithIf(constant, [&](OpOperand &use) {
    return isSameType ||
           isa_and_nonnull<OnnxDialect>(use.getOwner()->getDialect());
  });
  return success();
}
