#include "dialects/Onnx/IR/OnnxControl.h"
#include "dialects/Onnx/IR/OnnxOps.h"
#include "dialects/Onnx/IR/ShapeAnalysis.h"
#include "dialects/Onnx/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

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

/// Whether `value` has a last axis, of unknown size.
static bool hasUnknownRows(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() > 0 && type.isDynamicDim(type.getRank() - 1);
}

/// Whether `value` has one element for each row, or one in all, or is absent.
static bool isBroadcast(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return !type || type.getRank() == 0 || type.getShape().back() == 1;
}

/// The length of the rows that `op` multiplies by a matrix of known size.
static std::optional<int64_t> getRowLength(Operation *op) {
  int64_t axis = 0;
  if (auto gemm = dyn_cast<GemmOp>(op)) {
    if (gemm.getTransA())
      return std::nullopt;
    axis = gemm.getTransB() ? 1 : 0;
  } else if (auto fused = dyn_cast<MsFusedMatMulOp>(op)) {
    if (fused.getTransA() || fused.getTransBatchA() || fused.getTransBatchB())
      return std::nullopt;
    axis = fused.getTransB() ? 1 : 0;
  } else if (!isa<MatMulOp>(op)) {
    return std::nullopt;
  }
  auto matrix = dyn_cast<RankedTensorType>(op->getOperand(1).getType());
  if (!matrix || matrix.getRank() != 2 || matrix.isDynamicDim(axis))
    return std::nullopt;
  return matrix.getDimSize(axis);
}

/// The value whose rows are as long as those of `value`, which are unknown, and
/// that no op gives them without a change. Null where there are several.
static Value findRows(Value value) {
  auto begins = [](Value a, Value b) {
    Operation *op = a.getDefiningOp(), *other = b.getDefiningOp();
    return !op || (other && op->isBeforeInBlock(other));
  };
  ShapeAnalysis analysis;
  auto length = [&](Value rows) {
    auto type = cast<RankedTensorType>(rows.getType());
    return analysis.getDim(rows, type.getRank() - 1);
  };
  llvm::SetVector<Value> reached;
  reached.insert(value);
  Value rows;
  for (size_t i = 0; i < reached.size(); ++i) {
    Value next = reached[i];
    if (next.getParentBlock() != value.getParentBlock())
      return {};
    Operation *op = next.getDefiningOp();
    bool keeps = op && op->hasTrait<SameShape>() && next == op->getResult(0);
    if (keeps || (op && op->hasTrait<Broadcasting>())) {
      for (Value operand : keeps ? op->getOperands().take_front()
                                 : ValueRange(op->getOperands())) {
        if (hasUnknownRows(operand))
          reached.insert(operand);
        else if (!isBroadcast(operand))
          return {};
      }
      continue;
    }
    if (rows && length(rows) != length(next))
      return {};
    rows = !rows || begins(next, rows) ? next : rows;
  }
  return rows;
}

/// Checks the rows that `op` multiplies by a matrix where they are made, if
/// their length is unknown. Returns whether that is so.
static bool checkRows(Operation *op) {
  std::optional<int64_t> length = getRowLength(op);
  if (!length || !hasUnknownRows(op->getOperand(0)))
    return false;
  Value rows = findRows(op->getOperand(0));
  // Where one is computed, so is the other: no run ends that did not.
  if (!rows || rows.getParentBlock() != op->getBlock())
    return false;
  OpBuilder builder(op);
  builder.setInsertionPointAfterValue(rows);
  auto type = cast<RankedTensorType>(rows.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.back() = *length;
  Value size = ConstantOp::create(builder, op->getLoc(),
                                  builder.getI64TensorAttr(*length));
  auto check = CheckSizesOp::create(
      builder, op->getLoc(),
      TypeRange{RankedTensorType::get(shape, type.getElementType())},
      ValueRange{rows, size},
      builder.getNamedAttr("axes",
                           builder.getDenseI64ArrayAttr(type.getRank() - 1)));
  rows.replaceUsesWithIf(check.getResult(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    return user != check && user->getBlock() == op->getBlock() &&
           isa_and_nonnull<OnnxDialect>(user->getDialect());
  });
  return true;
}

namespace {
struct InferShapes
    : public bitnet::onnx::impl::InferShapesPassBase<InferShapes> {
  using InferShapesPassBase::InferShapesPassBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    if (failed(inferTypes(function)))
      return signalPassFailure();
    // What is found in one product may tell of those behind it.
    for (bool found = fromProducts; found;) {
      found = false;
      function.walk([&](Operation *op) { found |= checkRows(op); });
      if (found && failed(inferTypes(function)))
        return signalPassFailure();
    }
    refineSignature(function);
  }

  LogicalResult inferTypes(func::FuncOp function) {
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
    return failure(failed);
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
