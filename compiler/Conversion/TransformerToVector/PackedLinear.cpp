//===- PackedLinear.cpp - dense linear layers with packed rows ------------===//
//
// As Linear.cpp, and with its results to the bit; but the rows of a block lie
// in memory as the loop over k reads them, so that one token's product is one
// stream.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "compiler/Conversion/TransformerToVector/PackedRowsReader.h"

using namespace mlir;
using namespace bitnet::transformer;

namespace {
struct PackedLinearEmitter {
  LaneBuilder &b;
  PackedRowsReader weights;
  Value x, bias, out; ///< [M, K], [N] or null, [M, N]

  const PackedRows &layout() const { return weights.getLayout(); }

  /// Outputs [token, token + tokens) x [first, first + rows) of a block.
  void tile(Value token, int64_t tokens, Value block, int64_t first,
            int64_t rows) {
    LaneBuilder::Values zeros(tokens * rows, b.splat(0));
    auto at = [&](int64_t i) { return b.add(token, b.index(i)); };
    LaneBuilder::Values sums =
        weights.forChunks(zeros, [&](Value chunk, int64_t groups, Value mask,
                                     ValueRange running) {
          LaneBuilder::Values next(running), inputs;
          Value k = b.mul(chunk, b.index(layout().elements));
          for (int64_t t = 0; t < tokens; ++t)
            for (int64_t g = 0; g < groups; ++g)
              inputs.push_back(b.load(x, {at(t), b.add(k, b.index(g * kLanes))},
                                      g + 1 == groups ? mask : Value()));
          for (int64_t r = 0; r < rows; ++r) {
            if (tokens == 1)
              weights.prefetchBehind(block, chunk, first + r);
            LaneBuilder::Values parts =
                weights.loadChunk(block, chunk, b.index(first + r));
            for (int64_t g = 0; g < groups; ++g)
              for (int64_t t = 0; t < tokens; ++t)
                next[t * rows + r] =
                    b.fma(parts[g], inputs[t * groups + g], next[t * rows + r]);
          }
          return next;
        });
    Value row = b.add(b.mul(block, b.index(layout().rows)), b.index(first));
    for (int64_t t = 0; t < tokens; ++t) {
      Value lanes = b.foldSums(ValueRange(sums).slice(t * rows, rows));
      if (bias)
        lanes = b.fadd(lanes, b.load(bias, row, Value(), rows));
      b.store(lanes, out, {at(t), row});
    }
  }
};
} // namespace

void bitnet::transformer::emitPackedLinear(LaneBuilder &b, Value exec, Value x,
                                           Value weights, Value bias, Value out,
                                           Value first, Value last,
                                           Registers registers) {
  int64_t n = cast<MemRefType>(out.getType()).getDimSize(1);
  int64_t depth = cast<MemRefType>(x.getType()).getDimSize(1);
  PackedLinearEmitter emitter{b, PackedRowsReader(b, weights, n, depth), x,
                              bias, out};
  // Many tokens: all accumulators.
  BlockTiles tiles = {emitter.layout(), registers.tileRows(),
                      registers.tileTokens()};
  tiles.emit(
      b, exec, first, last, "linear",
      [&](Value token, int64_t tokens, Value block, int64_t row, int64_t rows) {
        emitter.tile(token, tokens, block, row, rows);
      });
}

LogicalResult bitnet::transformer::lowerPacked(LinearOp op, LaneBuilder &b,
                                               Registers registers) {
  Value x = b.asRows(op.getInput());
  emitPackedLinear(b, op.getExec(), x, op.getWeights(), op.getBias(),
                   b.asRows(op.getOuts()[0]), b.index(0), b.dim(x, 0),
                   registers);
  return success();
}
