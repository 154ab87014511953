#include "compiler/Conversion/TernaryToLoops/Passes.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace bitnet {
#define GEN_PASS_DEF_TERNARYLOWERTOLOOPSPASS
#include "compiler/Conversion/TernaryToLoops/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// One result of `op`: the exact sum of token m and row n of weight i.
static Value emitSum(OpBuilder &builder, Location loc, LinearOp op, unsigned i,
                     Value codes, Value m, Value n) {
  Type i32 = builder.getI32Type();
  PackedShape shape{op.getN(i), op.getK(), op.getLayout()->getRows()};
  const LayoutInfo &layout = getLayoutInfo(op.getLayout()->getKind());
  auto loop = scf::ForOp::create(
      builder, loc, emitIndex(builder, loc, 0),
      emitIndex(builder, loc, op.getK()), emitIndex(builder, loc, 1),
      ValueRange(emitConstant(builder, loc, i32, 0)),
      [&](OpBuilder &builder, Location loc, Value k, ValueRange sums) {
        Value code =
            layout.emitRead(builder, loc, op.getWeights()[i], shape, n, k);
        auto is = [&](int64_t trit) -> Value {
          return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                       code, emitIndex(builder, loc, trit + 1));
        };
        Value plus = is(1), minus = is(-1);
        Value x = memref::LoadOp::create(builder, loc, codes, ValueRange{m, k});
        x = arith::ExtSIOp::create(builder, loc, i32, x);
        Value added = arith::AddIOp::create(builder, loc, sums[0], x);
        Value taken = arith::SubIOp::create(builder, loc, sums[0], x);
        Value sum =
            arith::SelectOp::create(builder, loc, minus, taken, sums[0]);
        sum = arith::SelectOp::create(builder, loc, plus, added, sum);
        scf::YieldOp::create(builder, loc, sum);
      });
  return loop.getResult(0);
}

static LogicalResult lowerLinear(LinearOp op) {
  if (!op.getLayout())
    return op.emitOpError("is not packed, expected the result of ternary-pack");
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value codes = asRows(builder, loc, op.getCodes());
  Value scale = asFlat(builder, loc, op.getScale());
  Value tokens = memref::DimOp::create(builder, loc, codes, 0);
  Value zero = emitIndex(builder, loc, 0);
  // A vector holds one value for each row (or token), a single value serves
  // all.
  auto valueOf = [&](OpBuilder &builder, Value vector, Value i) -> Value {
    bool single = cast<MemRefType>(vector.getType()).getDimSize(0) == 1;
    return memref::LoadOp::create(builder, loc, vector, single ? zero : i);
  };
  for (unsigned i = 0, count = op.getOuts().size(); i < count; ++i) {
    Value result = asRows(builder, loc, op.getOuts()[i]);
    Value weightScale = asFlat(builder, loc, op.getWeightScales()[i]);
    Value bias;
    if (!op.getBiases().empty())
      bias = asFlat(builder, loc, op.getBiases()[i]);
    emitFor(
        builder, loc, zero, tokens, 1, [&](OpBuilder &b, Location, Value m) {
          Value s = valueOf(b, scale, m);
          emitFor(b, loc, zero, emitIndex(b, loc, op.getN(i)), 1,
                  [&](OpBuilder &b, Location, Value n) {
                    Value sum = emitSum(b, loc, op, i, codes, m, n);
                    sum = arith::SIToFPOp::create(b, loc, b.getF32Type(), sum);
                    Value value =
                        emitRescale(b, loc, op.getRescale(), sum, s,
                                    valueOf(b, weightScale, n),
                                    bias ? valueOf(b, bias, n) : Value());
                    memref::StoreOp::create(b, loc, value, result,
                                            ValueRange{m, n});
                  });
        });
  }
  op.erase();
  return success();
}

static void lowerQuantize(QuantizeOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value input = asRows(builder, loc, op.getInput());
  Value codes = asRows(builder, loc, op.getOuts()[0]);
  Value scales = asFlat(builder, loc, op.getOuts()[1]);
  Value tokens = memref::DimOp::create(builder, loc, input, 0);
  Value terms = memref::DimOp::create(builder, loc, input, 1);
  Value zero = emitIndex(builder, loc, 0), one = emitIndex(builder, loc, 1);
  emitFor(builder, loc, zero, tokens, 1, [&](OpBuilder &b, Location, Value m) {
    Value none = emitConstant(b, loc, b.getF32Type(), 0.0);
    auto largest = scf::ForOp::create(
        b, loc, zero, terms, one, ValueRange(none),
        [&](OpBuilder &b, Location, Value k, ValueRange so_far) {
          Value x = memref::LoadOp::create(b, loc, input, ValueRange{m, k});
          x = math::AbsFOp::create(b, loc, x);
          scf::YieldOp::create(b, loc, emitMax(b, loc, x, so_far[0]));
        });
    Value scale = emitActivationScale(b, loc, op, largest.getResult(0));
    memref::StoreOp::create(b, loc, scale, scales, m);
    emitFor(b, loc, zero, terms, 1, [&](OpBuilder &b, Location, Value k) {
      Value x = memref::LoadOp::create(b, loc, input, ValueRange{m, k});
      Value code = emitQuantize(b, loc, op, x, scale);
      memref::StoreOp::create(b, loc, code, codes, ValueRange{m, k});
    });
  });
  op.erase();
}

namespace {

struct TernaryLowerToLoops
    : bitnet::impl::TernaryLowerToLoopsPassBase<TernaryLowerToLoops> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      auto form = dyn_cast<rt::DestinationFormOpInterface>(op);
      if (isa<QuantizeOp, LinearOp>(op) && form.isBufferForm())
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      if (auto quantize = dyn_cast<QuantizeOp>(op))
        lowerQuantize(quantize);
      else if (failed(lowerLinear(cast<LinearOp>(op))))
        return signalPassFailure();
    }
  }
};

} // namespace
