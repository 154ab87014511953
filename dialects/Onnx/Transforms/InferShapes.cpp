#include "dialects/Onnx/IR/OnnxControl.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace bitnet::onnx {
#define GEN_PASS_DEF_INFERSHAPESPASS
#include "dialects/Onnx/Transforms/Passes.h.inc"
} // namespace bitnet::onnx

using namespace bitnet::onnx;

/// What `present` and `inferred`, compatible types, know together.
static Type join(Type present, Type inferred) {
  auto type = dyn_cast<RankedTensorType>(present);
  if (!type)
    return present;
  SmallVector<int64_t> shape = llvm::to_vector(type.getShape());
  ArrayRef<int64_t> found = cast<RankedTensorType>(inferred).getShape();
  for (auto [size, other] : llvm::zip(shape, found))
    size = ShapedType::isDynamic(size) ? other : size;
  return RankedTensorType::get(shape, type.getElementType());
}

/// Whether all users of `value` take it in a more precise type.
static bool usersAcceptAnyShape(Value value, Operation *function) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    return isa_and_nonnull<OnnxDialect>(user->getDialect()) ||
           (isa<func::ReturnOp>(user) && user->getParentOp() == function);
  });
}

/// Runs inference of `op` and refines its result types. nullopt on error,
/// otherwise whether a type changed.
static std::optional<bool> refine(InferTypeOpInterface op,
                                  Operation *function) {
  SmallVector<Type> inferred;
  if (failed(op.inferReturnTypes(op->getContext(), op->getLoc(),
                                 op->getOperands(), op->getAttrDictionary(),
                                 OpaqueProperties(nullptr), op->getRegions(),
                                 inferred)))
    return std::nullopt;
  bool changed = false;
  for (auto [result, type] : llvm::zip(op->getResults(), inferred)) {
    Type joined = join(result.getType(), type);
    if (joined == result.getType() || !usersAcceptAnyShape(result, function))
      continue;
    result.setType(joined);
    changed = true;
  }
  return changed;
}

/// Refines the results of an If by what both of its regions yield.
static bool refine(IfOp op, Operation *function) {
  bool changed = false;
  ValueRange ifTrue = op.getThenRegion().front().getTerminator()->getOperands();
  ValueRange ifFalse =
      op.getElseRegion().front().getTerminator()->getOperands();
  for (auto [result, a, b] :
       llvm::zip_equal(op.getResults(), ifTrue, ifFalse)) {
    auto type = cast<RankedTensorType>(a.getType());
    SmallVector<int64_t> shape(type.getShape());
    for (auto [size, other] :
         llvm::zip_equal(shape, cast<RankedTensorType>(b.getType()).getShape()))
      size = size == other ? size : ShapedType::kDynamic;
    Type joined = join(result.getType(),
                       RankedTensorType::get(shape, type.getElementType()));
    if (joined == result.getType() || !usersAcceptAnyShape(result, function))
      continue;
    result.setType(joined);
    changed = true;
  }
  return changed;
}

namespace {
struct InferShapes
    : public bitnet::onnx::impl::InferShapesPassBase<InferShapes> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    // In the order of the ops one round finds all but what flows around loops.
    bool changed = true, failed = false;
    while (changed && !failed) {
      changed = false;
      function.walk([&](Operation *each) {
        if (auto branches = dyn_cast<IfOp>(each))
          changed |= refine(branches, function);
        auto op = dyn_cast<InferTypeOpInterface>(each);
        if (!op || !isa_and_nonnull<OnnxDialect>(op->getDialect()))
          return WalkResult::advance();
        std::optional<bool> refined = refine(op, function);
        failed |= !refined;
        changed |= refined.value_or(false);
        return failed ? WalkResult::interrupt() : WalkResult::advance();
      });
    }
    if (failed)
      return signalPassFailure();
    refineSignature(function);
  }

  /// Gives the function the types that it returns now.
  void refineSignature(func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return;
    Operation *end = function.getBody().front().getTerminator();
    function.setType(FunctionType::get(
        &getContext(), function.getArgumentTypes(), end->getOperandTypes()));
  }
};
} // namespace
