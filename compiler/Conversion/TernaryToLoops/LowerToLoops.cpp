#include "compiler/Conversion/TernaryToLoops/Passes.h"
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

namespace {

/// Builds scalar code at one place. Names follow the layouts' description.
struct Scalar {
  OpBuilder &builder;
  Location loc;

  Value index(int64_t value) { return emitIndex(builder, loc, value); }
  Value i32(int64_t value) {
    return emitConstant(builder, loc, builder.getI32Type(), value);
  }
  Value add(Value a, Value b) {
    return arith::AddIOp::create(builder, loc, a, b);
  }
  Value times(Value a, int64_t b) {
    return arith::MulIOp::create(builder, loc, a, index(b));
  }
  Value div(Value a, int64_t b) {
    return arith::DivUIOp::create(builder, loc, a, index(b));
  }
  Value rem(Value a, int64_t b) {
    return arith::RemUIOp::create(builder, loc, a, index(b));
  }
  Value equal(Value a, Value b) {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, b);
  }
  /// Byte `at` of the packed weights, as an index.
  Value byte(Value weights, Value at) {
    Value value = memref::LoadOp::create(builder, loc, weights, at);
    return arith::IndexCastUIOp::create(builder, loc, builder.getIndexType(),
                                        value);
  }
  Value shiftRight(Value a, Value b) {
    return arith::ShRUIOp::create(builder, loc, a, b);
  }

  /// Whether weights[n, k] is +1 and whether it is -1.
  std::pair<Value, Value> trit(LayoutAttr layout, Value weights, int64_t terms,
                               Value n, Value k);
};

} // namespace

std::pair<Value, Value> Scalar::trit(LayoutAttr layout, Value weights,
                                     int64_t terms, Value n, Value k) {
  int64_t rows = layout.getRows();
  Value b = div(n, rows), r = rem(n, rows);
  if (layout.getKind() == LayoutKind::Pairs) {
    int64_t groups = llvm::divideCeil(terms, 4);
    Value at = add(times(add(times(b, groups), div(k, 4)), rows), r);
    // The pair is the low or high nibble, the digit its unit or its three.
    Value pair =
        rem(shiftRight(byte(weights, at), times(div(rem(k, 4), 2), 4)), 16);
    Value odd = equal(rem(k, 2), index(1));
    Value code =
        arith::SelectOp::create(builder, loc, odd, div(pair, 3), rem(pair, 3));
    return {equal(code, index(2)), equal(code, index(0))};
  }
  Value at = add(times(add(times(b, terms), k), rows / 4), div(r, 8));
  Value bit = rem(r, 8);
  auto plane = [&](int64_t offset) {
    Value bits = byte(weights, add(at, index(offset)));
    return equal(rem(shiftRight(bits, bit), 2), index(1));
  };
  return {plane(0), plane(rows / 8)};
}

/// One result of `op`: the exact sum of token m and row n of weight i.
static Value emitSum(OpBuilder &builder, Location loc, LinearOp op, unsigned i,
                     Value codes, Value m, Value n) {
  Scalar s{builder, loc};
  auto loop = scf::ForOp::create(
      builder, loc, s.index(0), s.index(op.getK()), s.index(1),
      ValueRange(s.i32(0)),
      [&](OpBuilder &builder, Location loc, Value k, ValueRange sums) {
        Scalar s{builder, loc};
        auto [plus, minus] =
            s.trit(*op.getLayout(), op.getWeights()[i], op.getK(), n, k);
        Value x = memref::LoadOp::create(builder, loc, codes, ValueRange{m, k});
        x = arith::ExtSIOp::create(builder, loc, builder.getI32Type(), x);
        Value added = s.add(sums[0], x);
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
