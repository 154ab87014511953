// What linears with scales in groups along K add to the kernels of others: a
// group's exact sums become floats, are scaled and added up.

#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

using Values = VectorEmitter::Values;

static int64_t dimOf(Value memref, unsigned axis) {
  return cast<MemRefType>(memref.getType()).getDimSize(axis);
}

/// A product with a scale.
static Value emitScaled(VectorEmitter &e, Value a, Value b) {
  auto product = arith::MulFOp::create(e.builder, e.loc, a, b);
  product->setDiscardableAttr(rescaleMark, e.builder.getUnitAttr());
  return product;
}

void ternary::emitAddScaled(VectorEmitter &e, Value sums, Value scale,
                            Value weights, Value totals, ValueRange at) {
  VectorType type = e.floats(cast<VectorType>(sums.getType()).getNumElements());
  if (weights)
    scale = emitScaled(e, scale, weights);
  Value number = arith::SIToFPOp::create(e.builder, e.loc, type, sums);
  Value scaled = emitScaled(e, number, scale);
  Value before = e.load(type, totals, at);
  e.store(arith::AddFOp::create(e.builder, e.loc, before, scaled), totals, at);
}

void ternary::emitClearFirst(VectorEmitter &e, Value group, int64_t lanes,
                             function_ref<void(Value)> store) {
  Value isFirst = arith::CmpIOp::create(
      e.builder, e.loc, arith::CmpIPredicate::eq, group, e.index(0));
  auto branch = scf::IfOp::create(e.builder, e.loc, isFirst,
                                  /*withElseRegion=*/false);
  OpBuilder outer = e.builder;
  e.builder.setInsertionPointToStart(branch.thenBlock());
  store(emitConstant(e.builder, e.loc, e.floats(lanes), 0.0));
  e.builder = outer;
}

//===- Lanes are rows ---------------------------------------------------===//

void ternary::lowerAddRowGroup(AddRowGroupOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t rows = dimOf(op.getSums(), 1);
  int64_t lanes = std::gcd(rows, facts.vectorBits / 32);
  emitClearFirst(e, op.getGroup(), lanes, [&](Value zero) {
    for (int64_t r = 0; r < rows; r += lanes)
      e.store(zero, op.getTotals(), {op.getSlot(), e.index(r)});
  });
  Value scale = e.broadcast(
      e.loadScalar(op.getScale(), {op.getToken(), op.getGroup()}), lanes);
  auto divide = [&](Value a, int64_t b) -> Value {
    return arith::DivUIOp::create(e.builder, e.loc, a, e.index(b));
  };
  Value block = divide(op.getRow(), LinearOp::scaleRows);
  Value inBlock = arith::RemUIOp::create(e.builder, e.loc, op.getRow(),
                                         e.index(LinearOp::scaleRows));
  for (int64_t r = 0; r < rows; r += lanes) {
    Value at[] = {op.getSlot(), e.index(r)}, weights;
    if (op.getWeightScales())
      weights = e.load(e.floats(lanes), op.getWeightScales(),
                       {block, op.getGroup(), e.add(inBlock, r)});
    emitAddScaled(e, e.load(e.type(lanes, 32), op.getSums(), at), scale,
                  weights, op.getTotals(), at);
  }
}

void ternary::lowerWriteTotals(WriteTotalsOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t lanes = facts.vectorBits / 32, rows = op.getRows();
  // One value serves all rows, or each row has its own.
  auto perRow = [&](Value memref, Value row, int64_t count) {
    if (dimOf(memref, 0) == 1)
      return e.broadcast(e.loadScalar(memref, e.index(0)), count);
    return e.load(e.floats(count), memref, row);
  };
  for (int64_t first = 0; first < rows; first += lanes) {
    int64_t count = std::min(lanes, rows - first);
    Value row = e.add(op.getRow(), first);
    Value result =
        e.load(e.floats(count), op.getTotals(), {op.getSlot(), e.index(first)});
    if (Value scale = op.getWeightScale())
      result = emitScaled(e, result, perRow(scale, row, count));
    if (Value bias = op.getBias())
      result = arith::AddFOp::create(e.builder, e.loc, result,
                                     perRow(bias, row, count));
    e.store(result, op.getOut(), {op.getToken(), row});
  }
}

//===- Lanes are tokens -------------------------------------------------===//

void ternary::lowerTokenScales(TokenScalesOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t groups = dimOf(op.getPanel(), 1), tokens = dimOf(op.getPanel(), 2);
  Value zero = emitConstant(e.builder, e.loc, e.builder.getF32Type(), 0.0);
  Value last = e.add(op.getCount(), -1);
  e.loop(e.index(0), e.index(tokens), 1, [&](Value t) {
    // Tokens behind the last one read its scales and give zeros.
    Value token = e.add(op.getToken(), e.min(t, last));
    Value valid = arith::CmpIOp::create(
        e.builder, e.loc, arith::CmpIPredicate::slt, t, op.getCount());
    e.loop(e.index(0), e.index(groups), 1, [&](Value g) {
      Value scale = e.loadScalar(op.getScale(), {token, g});
      memref::StoreOp::create(e.builder, e.loc, e.select(valid, scale, zero),
                              op.getPanel(), ValueRange{op.getTile(), g, t});
    });
  });
}

void ternary::lowerAddTokenGroup(AddTokenGroupOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t tokens = dimOf(op.getTotals(), 1);
  Value zero = e.index(0), end = e.index(blockRows);
  emitClearFirst(e, op.getGroup(), tokens, [&](Value none) {
    e.loop(zero, end, 1, [&](Value r) {
      e.store(none, op.getTotals(), {e.add(op.getRow(), r), zero});
    });
  });
  Value scale = e.load(e.floats(tokens), op.getScales(),
                       {op.getTile(), op.getGroup(), zero});
  constexpr int64_t together = 4;
  e.loop(zero, end, together, [&](Value first) {
    for (int64_t i = 0; i < together; ++i) {
      Value r = e.add(first, i), weight;
      Value at[] = {e.add(op.getRow(), r), zero};
      if (op.getWeightScales())
        weight = e.broadcast(e.loadScalar(op.getWeightScales(),
                                          {op.getBlock(), op.getGroup(), r}),
                             tokens);
      Value sums = e.load(e.type(tokens, 16), op.getPartial(), at);
      emitAddScaled(e, e.signExtend(sums, 32), scale, weight, op.getTotals(),
                    at);
    }
  });
}

void ternary::lowerTransposeTotals(TransposeTotalsOp op,
                                   const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  int64_t tokens = dimOf(op.getTotals(), 1), square = facts.vectorBits / 32;
  while (tokens % square)
    square /= 2;
  e.loop(e.index(0), e.index(blockRows), square, [&](Value r) {
    e.loop(e.index(0), e.index(tokens), square, [&](Value t) {
      Values rows;
      for (int64_t i = 0; i < square; ++i)
        rows.push_back(e.bitcast(e.load(e.floats(square), op.getTotals(),
                                        {e.add(op.getRow(), e.add(r, i)), t}),
                                 e.type(square, 32)));
      for (auto [i, column] : llvm::enumerate(e.transpose(rows)))
        e.store(e.bitcast(column, e.floats(square)), op.getResult(),
                {e.add(t, i), r});
    });
  });
}
