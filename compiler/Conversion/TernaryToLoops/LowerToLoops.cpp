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

/// The exact sum of token m and row n of weight i over the terms [first, last).
static Value emitSum(OpBuilder &builder, Location loc, LinearOp op, unsigned i,
                     Value codes, Value m, Value n, Value first, Value last) {
  Type i32 = builder.getI32Type();
  PackedShape shape{op.getN(i), op.getK(), op.getLayout()->getRows()};
  const LayoutInfo &layout = getLayoutInfo(op.getLayout()->getKind());
  auto loop = scf::ForOp::create(
      builder, loc, first, last, emitIndex(builder, loc, 1),
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

/// A product with a scale.
static Value emitScaled(OpBuilder &builder, Location loc, Value a, Value b) {
  auto product = arith::MulFOp::create(builder, loc, a, b);
  product->setDiscardableAttr(rescaleMark, builder.getUnitAttr());
  return product;
}

/// The sum of token m and row n of weight i, each group of terms scaled.
static Value emitScaledSum(OpBuilder &builder, Location loc, LinearOp op,
                           unsigned i, Value codes, Value scale, Value m,
                           Value n) {
  int64_t k = op.getK(), group = *op.getGroup();
  auto loop = scf::ForOp::create(
      builder, loc, emitIndex(builder, loc, 0),
      emitIndex(builder, loc, llvm::divideCeil(k, group)),
      emitIndex(builder, loc, 1),
      ValueRange(emitConstant(builder, loc, builder.getF32Type(), 0)),
      [&](OpBuilder &b, Location loc, Value g, ValueRange totals) {
        Value size = emitIndex(b, loc, group);
        Value first = arith::MulIOp::create(b, loc, g, size);
        Value last = arith::AddIOp::create(b, loc, first, size);
        last = arith::MinSIOp::create(b, loc, last, emitIndex(b, loc, k));
        Value sum = emitSum(b, loc, op, i, codes, m, n, first, last);
        sum = arith::SIToFPOp::create(b, loc, b.getF32Type(), sum);
        Value s = memref::LoadOp::create(b, loc, scale, ValueRange{m, g});
        if (op.hasGroupScales(i)) {
          Value rows = emitIndex(b, loc, LinearOp::scaleRows);
          Value block = arith::DivUIOp::create(b, loc, n, rows);
          Value row = arith::RemUIOp::create(b, loc, n, rows);
          Value w = memref::LoadOp::create(b, loc, op.getWeightScales()[i],
                                           ValueRange{block, g, row});
          s = emitScaled(b, loc, s, w);
        }
        Value scaled = emitScaled(b, loc, sum, s);
        scf::YieldOp::create(
            b, loc,
            arith::AddFOp::create(b, loc, totals[0], scaled).getResult());
      });
  return loop.getResult(0);
}

static LogicalResult lowerLinear(LinearOp op) {
  if (!op.getLayout())
    return op.emitOpError("is not packed, expected the result of ternary-pack");
  OpBuilder builder(op);
  Location loc = op.getLoc();
  bool hasGroups = op.getGroup().has_value();
  Value codes = asRows(builder, loc, op.getCodes());
  Value scale = hasGroups ? asRows(builder, loc, op.getScale())
                          : asFlat(builder, loc, op.getScale());
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
    bool inGroups = hasGroups && op.hasGroupScales(i);
    Value weightScale, bias;
    if (!inGroups)
      weightScale = asFlat(builder, loc, op.getWeightScales()[i]);
    if (!op.getBiases().empty())
      bias = asFlat(builder, loc, op.getBiases()[i]);
    auto outputOf = [&](OpBuilder &b, Value m, Value n, Value s) -> Value {
      if (!hasGroups) {
        Value sum = emitSum(b, loc, op, i, codes, m, n, zero,
                            emitIndex(b, loc, op.getK()));
        sum = arith::SIToFPOp::create(b, loc, b.getF32Type(), sum);
        Value w = valueOf(b, weightScale, n);
        return emitRescale(b, loc, op.getRescale(), sum, s, w,
                           bias ? valueOf(b, bias, n) : Value());
      }
      Value total = emitScaledSum(b, loc, op, i, codes, scale, m, n);
      if (!inGroups)
        total = emitScaled(b, loc, total, valueOf(b, weightScale, n));
      if (bias)
        total = arith::AddFOp::create(b, loc, total, valueOf(b, bias, n));
      return total;
    };
    emitFor(builder, loc, zero, tokens, 1,
            [&](OpBuilder &b, Location, Value m) {
              Value s = hasGroups ? Value() : valueOf(b, scale, m);
              emitFor(b, loc, zero, emitIndex(b, loc, op.getN(i)), 1,
                      [&](OpBuilder &b, Location, Value n) {
                        memref::StoreOp::create(b, loc, outputOf(b, m, n, s),
                                                result, ValueRange{m, n});
                      });
            });
  }
  op.erase();
  return success();
}

/// Quantises the terms [first, last) of row m, whose scale has that number.
static void emitGroup(OpBuilder &b, Location loc, QuantizeOp op, Value input,
                      Value codes, Value scales, Value m, Value number,
                      Value first, Value last) {
  Value one = emitIndex(b, loc, 1);
  Value none = emitConstant(b, loc, b.getF32Type(), 0.0);
  auto largest = scf::ForOp::create(
      b, loc, first, last, one, ValueRange(none),
      [&](OpBuilder &b, Location loc, Value k, ValueRange so_far) {
        Value x = memref::LoadOp::create(b, loc, input, ValueRange{m, k});
        x = math::AbsFOp::create(b, loc, x);
        scf::YieldOp::create(b, loc, emitMax(b, loc, x, so_far[0]));
      });
  Value scale = emitActivationScale(b, loc, op, largest.getResult(0));
  memref::StoreOp::create(b, loc, scale, scales, ValueRange{m, number});
  emitFor(b, loc, first, last, 1, [&](OpBuilder &b, Location, Value k) {
    Value x = memref::LoadOp::create(b, loc, input, ValueRange{m, k});
    Value code = emitQuantize(b, loc, op, x, scale);
    memref::StoreOp::create(b, loc, code, codes, ValueRange{m, k});
  });
}

static void lowerQuantize(QuantizeOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value input = asRows(builder, loc, op.getInput());
  Value codes = asRows(builder, loc, op.getOuts()[0]);
  Value scales = asRows(builder, loc, op.getOuts()[1]);
  Value tokens = memref::DimOp::create(builder, loc, input, 0);
  Value terms = memref::DimOp::create(builder, loc, input, 1);
  Value zero = emitIndex(builder, loc, 0);
  emitFor(builder, loc, zero, tokens, 1, [&](OpBuilder &b, Location, Value m) {
    std::optional<int64_t> group = op.getGroup();
    if (!group)
      return emitGroup(b, loc, op, input, codes, scales, m, zero, zero, terms);
    Value size = emitIndex(b, loc, *group);
    Value groups = memref::DimOp::create(b, loc, scales, 1);
    emitFor(b, loc, zero, groups, 1, [&](OpBuilder &b, Location, Value g) {
      Value first = arith::MulIOp::create(b, loc, g, size);
      Value last = arith::AddIOp::create(b, loc, first, size);
      last = arith::MinSIOp::create(b, loc, last, terms);
      emitGroup(b, loc, op, input, codes, scales, m, g, first, last);
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
