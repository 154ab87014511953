#include "compiler/Conversion/TernaryToThreads/ThreadLowering.h"

#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

ThreadLowering::ThreadLowering(LinearOp op, unsigned matrix)
    : op(op), b(op.getLoc(), op),
      shape{op.getN(matrix), op.getK(), op.getLayout()->getRows()} {
  codes = asRows(b, b.getLoc(), op.getCodes());
  scale = asFlat(b, b.getLoc(), op.getScale());
  result = asRows(b, b.getLoc(), op.getOuts()[matrix]);
  weights = op.getWeights()[matrix];
  weightScale = asFlat(b, b.getLoc(), op.getWeightScales()[matrix]);
  if (!op.getBiases().empty())
    bias = asFlat(b, b.getLoc(), op.getBiases()[matrix]);
}

Value ThreadLowering::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}
Value ThreadLowering::i32(int64_t value) {
  return arith::ConstantIntOp::create(b, int32_t(value), 32);
}
Value ThreadLowering::add(Value x, Value y) {
  return arith::AddIOp::create(b, x, y);
}
Value ThreadLowering::sub(Value x, Value y) {
  return arith::SubIOp::create(b, x, y);
}
Value ThreadLowering::mul(Value x, int64_t y) {
  return arith::MulIOp::create(b, x, index(y));
}
Value ThreadLowering::div(Value x, int64_t y) {
  return arith::DivUIOp::create(b, x, index(y));
}
Value ThreadLowering::rem(Value x, int64_t y) {
  return arith::RemUIOp::create(b, x, index(y));
}
Value ThreadLowering::bitAnd(Value x, int64_t y) {
  return arith::AndIOp::create(b, x, i32(y));
}
Value ThreadLowering::shiftRight(Value x, int64_t bits) {
  return bits ? arith::ShRUIOp::create(b, x, i32(bits)) : x;
}
Value ThreadLowering::isLess(Value x, Value y) {
  return arith::CmpIOp::create(b, arith::CmpIPredicate::ult, x, y);
}

void ThreadLowering::ifThen(Value condition, function_ref<void()> body) {
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

StringRef ThreadLowering::layoutName() {
  return stringifyLayoutKind(op.getLayout()->getKind());
}

void ThreadLowering::parallel(Value units, int64_t lanes, StringRef kernel,
                              function_ref<void(Value)> body) {
  emitParallel(b, b.getLoc(), op.getExec(), units, /*grain=*/1, kernel,
               [&](OpBuilder &inner, Location loc, Value begin, Value end) {
                 emitFor(inner, loc, begin, end, 1,
                         [&](OpBuilder &, Location, Value unit) {
                           OpBuilder::InsertionGuard guard(b);
                           b.setInsertionPointToEnd(unit.getParentBlock());
                           body(unit);
                         });
               });
  if (lanes == 1)
    return;
  auto region = cast<rt::ParallelOp>(*std::prev(b.getInsertionPoint()));
  region->setAttr(device::lanesAttr, b.getI64IntegerAttr(lanes));
}

void ThreadLowering::finish(Value token, Value row, Value sum) {
  Value zero = index(0);
  // A vector holds one value for each row (or token), a single value serves
  // all.
  auto valueOf = [&](Value vector, Value i) -> Value {
    bool single = cast<MemRefType>(vector.getType()).getDimSize(0) == 1;
    return memref::LoadOp::create(b, vector, single ? zero : i);
  };
  Value number = arith::SIToFPOp::create(b, b.getF32Type(), sum);
  Value value = emitRescale(b, b.getLoc(), op.getRescale(), number,
                            valueOf(scale, token), valueOf(weightScale, row),
                            bias ? valueOf(bias, row) : Value());
  memref::StoreOp::create(b, value, result, ValueRange{token, row});
}
