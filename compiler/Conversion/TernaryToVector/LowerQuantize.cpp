#include "compiler/Conversion/TernaryToVector/VectorEmitter.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

/// Calls `piece(first, lanes)` for each full vector of [begin, begin + size),
/// in a loop, and for what is left.
static void
forPieces(VectorEmitter &e, Value begin, int64_t size, int64_t lanes,
          llvm::function_ref<void(Value first, int64_t lanes)> piece) {
  int64_t whole = size / lanes * lanes;
  Value end = e.add(begin, whole);
  if (whole)
    e.loop(begin, end, lanes, [&](Value first) { piece(first, lanes); });
  if (whole != size)
    piece(end, size - whole);
}

/// The largest magnitude of `size` elements of row `m` from `begin` on, NaN
/// where one is.
static Value emitLargest(VectorEmitter &e, Value input, Value m, Value begin,
                         int64_t size, int64_t lanes) {
  OpBuilder &b = e.builder;
  int64_t whole = size / lanes * lanes;
  Value end = e.add(begin, whole);
  auto magnitude = [&](Value first, int64_t count) -> Value {
    Value x = e.load(e.floats(count), input, {m, first});
    return math::AbsFOp::create(b, e.loc, x);
  };
  auto reduce = [&](Value vector) -> Value {
    return vector::ReductionOp::create(b, e.loc,
                                       vector::CombiningKind::MAXIMUMF, vector);
  };
  Value largest = emitConstant(b, e.loc, b.getF32Type(), 0.0);
  if (whole) {
    Value none = emitConstant(b, e.loc, e.floats(lanes), 0.0);
    auto result =
        e.loop(begin, end, lanes, none, [&](Value first, ValueRange so_far) {
          return VectorEmitter::Values{
              emitMax(b, e.loc, magnitude(first, lanes), so_far[0])};
        });
    largest = reduce(result[0]);
  }
  if (whole == size)
    return largest;
  Value rest = magnitude(end, size - whole);
  Value none = emitConstant(b, e.loc, rest.getType(), 0.0);
  return emitMax(b, e.loc, reduce(emitMax(b, e.loc, rest, none)), largest);
}

void ternary::lowerQuantize(QuantizeOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  OpBuilder &b = e.builder;
  Value input = asRows(b, e.loc, op.getInput());
  Value codes = asRows(b, e.loc, op.getOuts()[0]);
  Value scales = asRows(b, e.loc, op.getOuts()[1]);
  Value tokens = memref::DimOp::create(b, e.loc, input, 0);
  int64_t size = cast<MemRefType>(input.getType()).getDimSize(1);
  int64_t group = op.getGroup().value_or(size);
  // Sixteen threads of a GPU have a lane each.
  int64_t lanes = facts.warps ? 16 : facts.vectorBits / 32;
  // About 2^13 elements, two microseconds, are worth a thread.
  int64_t grain = std::max<int64_t>(1, (1 << 13) / std::max<int64_t>(size, 1));
  if (facts.warps)
    grain = 1;
  auto quantize = [&](Value m, Value number, Value begin, int64_t count) {
    Value largest = emitLargest(e, input, m, begin, count, lanes);
    Value scale = emitActivationScale(b, e.loc, op, largest);
    memref::StoreOp::create(b, e.loc, scale, scales, ValueRange{m, number});
    forPieces(e, begin, count, lanes, [&](Value first, int64_t count) {
      Value x = e.load(e.floats(count), input, {m, first});
      Value code = emitQuantize(b, e.loc, op, x, e.broadcast(scale, count));
      e.store(code, codes, {m, first});
    });
  };
  int64_t whole = group ? size / group : 0, rest = group ? size % group : 0;
  OpBuilder outer = b;
  emitParallel(b, e.loc, op.getExec(), tokens, grain, "quantize",
               [&](OpBuilder &inner, Location, Value begin, Value end) {
                 e.builder = inner;
                 e.loop(begin, end, 1, [&](Value m) {
                   if (!op.getGroup())
                     return quantize(m, e.index(0), e.index(0), size);
                   e.loop(e.index(0), e.index(whole), 1, [&](Value number) {
                     quantize(m, number, e.times(number, group), group);
                   });
                   if (rest)
                     quantize(m, e.index(whole), e.index(whole * group), rest);
                 });
               });
  e.builder = outer;
}

void ternary::lowerRescale(RescaleOp op, const TargetFacts &facts) {
  VectorEmitter e(op, facts);
  OpBuilder &b = e.builder;
  int64_t lanes = facts.vectorBits / 32, rows = op.getRows();
  Value zero = e.index(0);
  auto isSingle = [](Value memref) {
    return cast<MemRefType>(memref.getType()).getDimSize(0) == 1;
  };
  // One value serves all rows, or each row has its own.
  auto perRow = [&](Value memref, Value row, int64_t count) {
    if (isSingle(memref))
      return e.broadcast(e.loadScalar(memref, zero), count);
    return e.load(e.floats(count), memref, row);
  };
  Value scale = e.loadScalar(op.getScale(),
                             isSingle(op.getScale()) ? zero : op.getToken());
  for (int64_t first = 0; first < rows; first += lanes) {
    int64_t count = std::min(lanes, rows - first);
    Value row = e.add(op.getRow(), first);
    Value sum =
        e.load(e.type(count, 32), op.getSums(), {op.getSlot(), e.index(first)});
    sum = arith::SIToFPOp::create(b, e.loc, e.floats(count), sum);
    Value bias;
    if (op.getBias())
      bias = perRow(op.getBias(), row, count);
    Value result =
        emitRescale(b, e.loc, op.getForm(), sum, e.broadcast(scale, count),
                    perRow(op.getWeightScale(), row, count), bias);
    e.store(result, op.getOut(), {op.getToken(), row});
  }
}
