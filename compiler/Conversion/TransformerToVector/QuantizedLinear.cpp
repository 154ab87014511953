//===- QuantizedLinear.cpp - linear layers with weights of 8 bits ---------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "compiler/Conversion/TransformerToVector/QuantizedRows.h"

using namespace mlir;
using namespace bitnet::transformer;

namespace {
struct QuantizedLinearEmitter {
  LaneBuilder &b;
  QuantizedRows rows;
  Value scales, bias, out; ///< [N], [N] or null, [M, N]
  QuantizedRows::Input input;

  /// Outputs [token, token + tokens) x [first, first + count) of a block.
  void tile(Value token, int64_t tokens, Value block, int64_t first,
            int64_t count) {
    LaneBuilder::Values sums =
        rows.sums(input, token, tokens, block, first, count);
    Value row =
        b.add(b.mul(block, b.index(rows.getLayout().rows)), b.index(first));
    for (int64_t t = 0; t < tokens; ++t) {
      Value at = b.add(token, b.index(t));
      Value lanes = arith::TruncFOp::create(
          b, b.lanesType(count), rows.scaled(sums[t], scales, input, at, row));
      if (bias)
        lanes = b.fadd(lanes, b.load(bias, row, Value(), count));
      b.store(lanes, out, {at, row});
    }
  }
};
} // namespace

LogicalResult bitnet::transformer::lower(QuantizedLinearOp op, LaneBuilder &b,
                                         Registers registers,
                                         const TargetFacts &facts) {
  Value x = b.asRows(op.getInput()), out = b.asRows(op.getOuts()[0]);
  int64_t k = cast<MemRefType>(x.getType()).getDimSize(1);
  int64_t n = cast<MemRefType>(out.getType()).getDimSize(1);
  QuantizedRows rows(b, facts, op.getCodes(), n, k);
  QuantizedLinearEmitter emitter{b,
                                 rows,
                                 op.getScales(),
                                 op.getBias(),
                                 out,
                                 rows.quantize(op.getExec(), x)};
  BlockTiles tiles = {rows.getLayout(), registers.tileRows(),
                      registers.tileTokens()};
  tiles.emit(
      b, op.getExec(), b.index(0), b.dim(x, 0), "quantized_linear",
      [&](Value token, int64_t tokens, Value block, int64_t first,
          int64_t count) { emitter.tile(token, tokens, block, first, count); });
  return success();
}
