//===- Linear.cpp - dense linear layers with constant weights
//--------------===//
//
// Every output element is a dot product in the fixed order, with 16
// accumulators of its own. Tiles of outputs share loads: (rows x 1) for one
// token, where weights stream through once, and (rows x tokens) for more, over
// blocks of tokens that stay in the second-level cache.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet::transformer;

namespace {
struct LinearEmitter {
  LaneBuilder &b;
  Value x, weights, bias, out; ///< [M, K], [N, K], [N] or null, [M, N]
  int64_t depth;               ///< K

  /// Outputs [token, token + tokens) x [row, row + rows).
  void tile(Value token, int64_t tokens, Value row, int64_t rows) {
    auto offset = [&](Value base, int64_t i) {
      return b.add(base, b.index(i));
    };
    LaneBuilder::Values sums = b.accumulate(
        depth, tokens * rows, [&](Value k, Value mask, ValueRange running) {
          LaneBuilder::Values next(running), inputs;
          for (int64_t t = 0; t < tokens; ++t)
            inputs.push_back(b.load(x, {offset(token, t), k}, mask));
          for (int64_t r = 0; r < rows; ++r) {
            Value weight = b.load(weights, {offset(row, r), k}, mask);
            for (int64_t t = 0; t < tokens; ++t)
              next[t * rows + r] =
                  b.fma(weight, inputs[t], running[t * rows + r]);
          }
          return next;
        });
    for (int64_t t = 0; t < tokens; ++t) {
      Value lanes = b.foldSums(ValueRange(sums).slice(t * rows, rows));
      if (bias)
        lanes = b.fadd(lanes, b.load(bias, row, Value(), rows));
      b.store(lanes, out, {offset(token, t), row});
    }
  }
};
} // namespace

LogicalResult bitnet::transformer::lower(LinearOp op, LaneBuilder &b,
                                         Registers registers) {
  if (cast<MemRefType>(op.getWeights().getType()).getRank() == 4)
    return lowerPacked(op, b, registers);
  bool wide = registers.accumulators >= 16;
  // One token: enough accumulators to hide the latency of fma, few streams.
  int64_t vectorRows = wide ? 8 : registers.isSingle() ? 1 : 4;
  int64_t tileRows = registers.tileRows(), tileTokens = registers.tileTokens();
  // Tokens whose inputs stay in the second-level cache.
  constexpr int64_t kBlock = 48;

  LinearEmitter emitter{
      b,
      b.asRows(op.getInput()),
      op.getWeights(),
      op.getBias(),
      b.asRows(op.getOuts()[0]),
      cast<MemRefType>(op.getWeights().getType()).getDimSize(1)};
  Value tokens = b.dim(emitter.x, 0), rows = b.dim(op.getWeights(), 0);
  auto tokensOfRows = [&](Value begin, Value end, Value first, Value last) {
    Value full = first;
    if (tileTokens > 1)
      full = b.add(first, b.roundDown(b.sub(last, first), tileTokens));
    b.loop(begin, end, vectorRows, [&](Value row) {
      if (tileTokens > 1)
        b.loop(row, b.add(row, b.index(vectorRows)), tileRows, [&](Value part) {
          b.loop(first, full, tileTokens, [&](Value token) {
            emitter.tile(token, tileTokens, part, tileRows);
          });
        });
      b.loop(full, last, 1,
             [&](Value token) { emitter.tile(token, 1, row, vectorRows); });
    });
  };
  b.parallelRanges(
      op.getExec(), rows, b.mul(tokens, b.index(emitter.depth)), vectorRows,
      "linear", [&](Value begin, Value end) {
        Value full = b.add(begin, b.roundDown(b.sub(end, begin), vectorRows));
        b.loop(b.index(0), tokens, kBlock, [&](Value first) {
          Value last = b.min(b.add(first, b.index(kBlock)), tokens);
          tokensOfRows(begin, full, first, last);
          b.loop(full, end, 1, [&](Value row) {
            b.loop(first, last, 1,
                   [&](Value token) { emitter.tile(token, 1, row, 1); });
          });
        });
      });
  return success();
}
