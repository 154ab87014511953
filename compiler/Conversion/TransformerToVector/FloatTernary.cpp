//===- FloatTernary.cpp - float activations by ternary weights ------------===//
//
// Lanes are rows: an activation is added to the lanes whose bit is set in a
// plane. Each lane sums its terms in order, so results depend neither on tiles
// nor on the target. The only products are those of a group's finished sum with
// its scale.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {
struct FloatTernaryEmitter {
  using Values = LaneBuilder::Values;

  LaneBuilder &b;
  ternary::FloatLinearOp op;
  Value x, out; ///< [M, K], [M, N]
  int64_t depth, group;

  /// Outputs of `blocks` blocks from `block` on for `tokens` tokens.
  void tile(Value token, int64_t tokens, Value block, int64_t blocks);

private:
  Value offset(Value base, int64_t i) { return b.add(base, b.index(i)); }
  Value plane(Value block, Value k, int64_t which);
  /// Sums of the terms [begin, end): plus and minus of each block and token.
  Values sumGroup(Value token, int64_t tokens, Value block, int64_t blocks,
                  Value begin, Value end);
  void store(Value lanes, Value token, Value block);
};
} // namespace

/// 16 rows' bits of a plane for term k.
Value FloatTernaryEmitter::plane(Value block, Value k, int64_t which) {
  Value term = b.add(b.mul(block, b.index(depth)), k);
  Value at = b.add(b.mul(term, b.index(4)), b.index(2 * which));
  auto bytes = VectorType::get(2, b.getIntegerType(8));
  Value bits = vector::LoadOp::create(b, bytes, op.getPlanes(), at);
  return vector::BitCastOp::create(b, VectorType::get(kLanes, b.getI1Type()),
                                   bits);
}

LaneBuilder::Values FloatTernaryEmitter::sumGroup(Value token, int64_t tokens,
                                                  Value block, int64_t blocks,
                                                  Value begin, Value end) {
  Values none(2 * tokens * blocks, b.splat(0));
  return b.loop(begin, end, 1, none, [&](Value k, ValueRange running) {
    Values next(running), inputs;
    for (int64_t t = 0; t < tokens; ++t)
      inputs.push_back(b.broadcast(
          memref::LoadOp::create(b, x, ValueRange{offset(token, t), k})));
    for (int64_t r = 0; r < blocks; ++r)
      for (int64_t which = 0; which < 2; ++which) {
        Value bits = plane(offset(block, r), k, which);
        for (int64_t t = 0; t < tokens; ++t) {
          Value &sum = next[(r * tokens + t) * 2 + which];
          sum = b.select(bits, b.fadd(sum, inputs[t]), sum);
        }
      }
    return next;
  });
}

void FloatTernaryEmitter::store(Value lanes, Value token, Value block) {
  Value row = b.mul(block, b.index(kLanes));
  if (op.getBias())
    lanes = b.fadd(lanes, b.load(op.getBias(), row));
  int64_t rows = op.getRows();
  if (rows % kLanes == 0)
    return b.store(lanes, out, {token, row});
  Value left = b.min(b.sub(b.index(rows), row), b.index(kLanes));
  b.store(lanes, out, {token, row}, b.firstLanes(left));
}

void FloatTernaryEmitter::tile(Value token, int64_t tokens, Value block,
                               int64_t blocks) {
  int64_t whole = depth / group * group;
  auto addGroup = [&](Value g, Value begin, Value end, ValueRange totals) {
    Values sums = sumGroup(token, tokens, block, blocks, begin, end);
    Values next(totals);
    for (int64_t r = 0; r < blocks; ++r) {
      Value row = b.mul(offset(block, r), b.index(kLanes));
      Value scale = b.load(op.getScales(), {g, row});
      for (int64_t t = 0; t < tokens; ++t) {
        int64_t i = r * tokens + t;
        Value sum = b.fsub(sums[2 * i], sums[2 * i + 1]);
        Value scaled = b.fmul(sum, scale);
        scaled.getDefiningOp()->setDiscardableAttr(ternary::rescaleMark,
                                                   b.getUnitAttr());
        next[i] = b.fadd(next[i], scaled);
      }
    }
    return next;
  };
  Values totals(tokens * blocks, b.splat(0));
  totals = b.loop(b.index(0), b.index(whole), group, totals,
                  [&](Value k, ValueRange running) {
                    Value end = b.add(k, b.index(group));
                    return addGroup(b.div(k, b.index(group)), k, end, running);
                  });
  if (whole != depth)
    totals = addGroup(b.index(depth / group), b.index(whole), b.index(depth),
                      totals);
  for (int64_t r = 0; r < blocks; ++r)
    for (int64_t t = 0; t < tokens; ++t)
      store(totals[r * tokens + t], offset(token, t), offset(block, r));
}

LogicalResult bitnet::transformer::lower(ternary::FloatLinearOp op,
                                         LaneBuilder &b, Registers registers) {
  bool wide = registers.accumulators >= 16;
  // Two accumulators for each block and token, enough of them to hide the
  // latency of an addition.
  int64_t oneBlocks = wide ? 4 : 2, manyBlocks = wide ? 2 : 1;
  int64_t manyTokens = wide ? 4 : 2;
  FloatTernaryEmitter emitter{b,
                              op,
                              b.asRows(op.getInput()),
                              b.asRows(op.getOuts()[0]),
                              op.getK(),
                              int64_t(op.getGroup())};
  Value tokens = b.dim(emitter.x, 0);
  auto forTokens = [&](Value block, int64_t blocks, Value first) {
    b.loop(first, tokens, 1,
           [&](Value token) { emitter.tile(token, 1, block, blocks); });
  };
  auto forBlocks = [&](Value begin, Value end, int64_t blocks) {
    Value full = b.roundDown(tokens, manyTokens);
    b.loop(begin, end, blocks, [&](Value block) {
      b.loop(b.index(0), full, manyTokens, [&](Value token) {
        for (int64_t part = 0; part < blocks; part += manyBlocks)
          emitter.tile(token, manyTokens, b.add(block, b.index(part)),
                       std::min(manyBlocks, blocks - part));
      });
      forTokens(block, blocks, full);
    });
  };
  b.parallelRanges(op.getExec(), b.index(op.getBlocks()),
                   b.mul(tokens, b.index(emitter.depth * kLanes)), oneBlocks,
                   "bitlinear_float", [&](Value begin, Value end) {
                     Value full = b.add(
                         begin, b.roundDown(b.sub(end, begin), oneBlocks));
                     forBlocks(begin, full, oneBlocks);
                     forBlocks(full, end, 1);
                   });
  return success();
}
