#include "compiler/Conversion/LinalgToParallel/LinearAxes.h"
#include "compiler/Conversion/LinalgToParallel/Passes.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace bitnet {
#define GEN_PASS_DEF_LINALGTOPARALLELPASS
#include "compiler/Conversion/LinalgToParallel/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

namespace {

/// What a transcendental function costs in simple operations.
constexpr int64_t functionWork = 32;

/// Lowers one op; `builder` is where code goes.
struct Lowering {
  linalg::GenericOp op;
  OpBuilder builder;
  Location loc;
  SmallVector<Value> sizes;

  int64_t unitWork;
  /// One for each operand.
  SmallVector<LinearAxes::Operand> operands;

  Lowering(linalg::GenericOp op, int64_t unitWork)
      : op(op), builder(op), loc(op.getLoc()), unitWork(unitWork) {
    auto shaped = cast<linalg::LinalgOp>(op.getOperation());
    for (Range range : shaped.createLoopRanges(builder, loc))
      sizes.push_back(
          getValueOrCreateConstantIndexOp(builder, loc, range.size));
  }

  /// Units of rows, all axes but the last.
  void shareRows(Value exec);
  /// Units of elements: neighbouring ones have neighbouring elements.
  void shareElements(Value exec);

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value mul(Value a, Value b) {
    return builder.createOrFold<arith::MulIOp>(loc, a, b);
  }
  void loop(Value begin, Value end, llvm::function_ref<void(Value)> body);
  int64_t workOfElement();
  void emitElement(ArrayRef<Value> position);
  void emitRow(Value row);
  /// `count` things, `unit` of them in each unit.
  void share(Value exec, Value count, Value unit,
             llvm::function_ref<void(Value)> body);
};

} // namespace

/// Whether each iteration writes elements of its own and reads only what no
/// other one writes.
static bool isElementwise(linalg::GenericOp op) {
  if (!op.hasPureBufferSemantics() || op.getNumLoops() == 0 ||
      op.getNumParallelLoops() != op.getNumLoops())
    return false;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (!op.getMatchingIndexingMap(&init).isPermutation())
      return false;
  // Indices in inner regions would have to be replaced, too.
  return llvm::all_of(*op.getBody(), [](Operation &inner) {
    return inner.getNumRegions() == 0;
  });
}

void Lowering::loop(Value begin, Value end,
                    llvm::function_ref<void(Value)> body) {
  OpBuilder outer = builder;
  auto loop = scf::ForOp::create(builder, loc, begin, end, index(1));
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
  builder = outer;
}

int64_t Lowering::workOfElement() {
  int64_t work = 1;
  op.getBody()->walk([&](Operation *inner) {
    bool isFunction = isa_and_nonnull<math::MathDialect>(inner->getDialect());
    work += isFunction ? functionWork : 1;
  });
  return work;
}

/// The body for one element, between its loads and stores.
void Lowering::emitElement(ArrayRef<Value> position) {
  auto indicesOf = [&](OpOperand &operand) {
    SmallVector<Value> indices;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (unsigned i : operands[operand.getOperandNumber()].results)
      indices.push_back(affine::AffineApplyOp::create(
          builder, loc, map.getSubMap({i}), position));
    return indices;
  };
  IRMapping mapping;
  Block *body = op.getBody();
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(&operand);
    if (argument.use_empty())
      continue;
    Value element = operands[operand.getOperandNumber()].memref;
    if (isa<MemRefType>(element.getType()))
      element =
          memref::LoadOp::create(builder, loc, element, indicesOf(operand));
    mapping.map(argument, element);
  }
  for (Operation &inner : body->without_terminator()) {
    if (auto number = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(number.getResult(), position[number.getDim()]);
    else
      builder.clone(inner, mapping);
  }
  for (auto [operand, value] : llvm::zip_equal(
           op.getDpsInitsMutable(), body->getTerminator()->getOperands()))
    memref::StoreOp::create(builder, loc, mapping.lookupOrDefault(value),
                            operands[operand.getOperandNumber()].memref,
                            indicesOf(operand));
}

/// All elements along the last axis of a row of the others.
void Lowering::emitRow(Value row) {
  SmallVector<Value> position(sizes.size());
  for (int64_t axis = int64_t(sizes.size()) - 2; axis >= 0; --axis) {
    if (axis == 0) {
      position[axis] = row;
      break;
    }
    position[axis] =
        builder.createOrFold<arith::RemUIOp>(loc, row, sizes[axis]);
    row = builder.createOrFold<arith::DivUIOp>(loc, row, sizes[axis]);
  }
  loop(index(0), sizes.back(), [&](Value last) {
    position.back() = last;
    emitElement(position);
  });
}

void Lowering::share(Value exec, Value count, Value unit,
                     llvm::function_ref<void(Value)> body) {
  Value units = builder.createOrFold<arith::CeilDivUIOp>(loc, count, unit);
  rt::ParallelOp::create(
      builder, loc, exec, units, /*grain=*/1, "elementwise",
      [&](OpBuilder &inner, Location, Value begin, Value end) {
        OpBuilder outer = builder;
        builder = inner;
        Value first = mul(begin, unit);
        Value last =
            arith::MinUIOp::create(builder, loc, mul(end, unit), count);
        loop(first, last, body);
        builder = outer;
      });
  op.erase();
}

void Lowering::shareRows(Value exec) {
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned count = op.getMatchingIndexingMap(&operand).getNumResults();
    operands.push_back(
        {operand.get(), llvm::to_vector(llvm::seq<unsigned>(0, count))});
  }
  // Rows of one element where there is one axis.
  bool flat = sizes.size() == 1;
  Value rows = sizes.front(), rowSize = flat ? index(1) : sizes.back();
  for (Value size : ArrayRef(sizes).drop_back().drop_front(!flat))
    rows = mul(rows, size);
  Value work = arith::MaxUIOp::create(
      builder, loc, mul(rowSize, index(workOfElement())), index(1));
  Value unit = arith::MaxUIOp::create(
      builder, loc, arith::DivUIOp::create(builder, loc, index(unitWork), work),
      index(1));
  share(exec, rows, unit,
        [&](Value row) { flat ? emitElement({row}) : emitRow(row); });
}

void Lowering::shareElements(Value exec) {
  LinearAxes axes(op, sizes);
  for (OpOperand &operand : op->getOpOperands())
    operands.push_back(axes.collapse(builder, operand));
  SmallVector<Value> groupSizes;
  Value count = index(1);
  for (ArrayRef<unsigned> group : axes.getGroups()) {
    Value size = sizes[group.front()];
    for (unsigned axis : group.drop_front())
      size = mul(size, sizes[axis]);
    groupSizes.push_back(size);
    count = mul(count, size);
  }
  int64_t unit = std::max<int64_t>(1, unitWork / workOfElement());
  share(exec, count, index(unit), [&](Value number) {
    SmallVector<Value> position(sizes.size(), index(0));
    for (size_t i = groupSizes.size(); i-- > 0;) {
      Value at = number;
      if (i) {
        at = builder.createOrFold<arith::RemUIOp>(loc, number, groupSizes[i]);
        number =
            builder.createOrFold<arith::DivUIOp>(loc, number, groupSizes[i]);
      }
      for (unsigned axis : axes.getGroups()[i])
        position[axis] = at;
    }
    emitElement(position);
  });
}

namespace {
struct LinalgToParallel
    : bitnet::impl::LinalgToParallelPassBase<LinalgToParallel> {
  using LinalgToParallelPassBase::LinalgToParallelPassBase;

  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>()) {
      if (func.isExternal() || func.getNumArguments() == 0 ||
          !isa<rt::ExecType>(func.getArgument(0).getType()))
        continue;
      SmallVector<linalg::GenericOp> ops;
      func.walk([&](linalg::GenericOp op) {
        if (!op->getParentOfType<rt::ParallelOp>() && isElementwise(op))
          ops.push_back(op);
      });
      for (linalg::GenericOp op : ops) {
        Lowering lowering(op, unitWork);
        if (elements)
          lowering.shareElements(func.getArgument(0));
        else
          lowering.shareRows(func.getArgument(0));
      }
    }
  }
};
} // namespace
