//===- QuantizeRows.cpp - the input of a BitLinear, row by row ------------===//
//
// A row is passed over three times while it lies in the first-level cache: what
// is added or gated, with the sum of squares; the largest magnitude of the
// normalised values; their codes. Normalised values are computed twice instead
// of being written.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {
struct RowEmitter {
  LaneBuilder &b;
  QuantizeRowsOp op;
  ternary::Quantizer quantizer;
  int64_t size;
  /// Rows of the operands; null where there are none.
  Value input, up, addend, sum, codes, scale;
  Value row;
  /// In 16 lanes; null without a norm.
  Value factor;

  RowEmitter(LaneBuilder &b, QuantizeRowsOp op)
      : b(b), op(op), quantizer(op),
        size(cast<MemRefType>(op.getInput().getType()).getShape().back()) {
    auto rows = [&](Value memref) {
      return memref ? b.asRows(memref) : memref;
    };
    input = rows(op.getInput());
    up = rows(op.getUp());
    addend = rows(op.getAddend());
    sum = rows(op.getSum());
    codes = rows(op.getCodes());
    scale = b.asRows(op.getScale());
  }

  void emit();

private:
  Value prepare(Value k, Value mask);
  Value normalised(Value k, Value mask);
  void emitFactor();
  /// Elements of a row that share a scale.
  struct Group {
    Value number, begin;
    int64_t size;
  };
  void forLanes(const Group &group,
                function_ref<void(Value k, Value mask)> body);
  Value emitLargest(const Group &group);
  void emitCodes(const Group &group, Value activationScale, bool inRange);
  void quantize(const Group &group);

  VectorType bitsType() { return VectorType::get({kLanes}, b.getI32Type()); }
};
} // namespace

/// Lanes of step 1, which are kept where later steps read them again.
Value RowEmitter::prepare(Value k, Value mask) {
  Value lanes = b.load(input, {row, k}, mask);
  if (std::optional<Activation> activation = op.getActivation()) {
    lanes = emitActivation(b, *activation, lanes);
    if (up)
      lanes = b.fmul(lanes, b.load(up, {row, k}, mask));
    b.store(lanes, input, {row, k}, mask);
  }
  if (addend) {
    lanes = b.fadd(lanes, b.load(addend, {row, k}, mask));
    b.store(lanes, sum, {row, k}, mask);
  }
  // Lanes behind the end are activation(0), which need not be 0.
  return mask ? b.select(mask, lanes, b.splat(0)) : lanes;
}

/// Step 1, and the sum of squares that step 2 needs.
void RowEmitter::emitFactor() {
  if (!op.getNormEps()) {
    if (op.getActivation() || addend)
      b.forLanes(size, [&](Value k, Value mask) { prepare(k, mask); });
    return;
  }
  Value squares =
      b.accumulate(size, 1, [&](Value k, Value mask, ValueRange sums) {
        Value lanes = prepare(k, mask);
        return LaneBuilder::Values{b.fma(lanes, lanes, sums[0])};
      })[0];
  factor = b.broadcast(
      emitNormFactor(b, b.foldSum(squares), size, *op.getNormEps()));
}

/// Lanes that are to be quantised.
Value RowEmitter::normalised(Value k, Value mask) {
  Value lanes = b.load(addend ? sum : input, {row, k}, mask);
  if (factor)
    lanes = b.fmul(lanes, factor);
  if (op.getGain())
    lanes = b.fmul(lanes, b.load(op.getGain(), k, mask));
  return lanes;
}

/// for each 16 elements of a group, and masked for those left.
void RowEmitter::forLanes(const Group &group,
                          function_ref<void(Value, Value)> body) {
  int64_t full = group.size / kLanes * kLanes;
  Value end = b.add(group.begin, b.index(full));
  if (full)
    b.loop(group.begin, end, kLanes, [&](Value k) { body(k, Value()); });
  if (full != group.size)
    body(end, b.firstLanes(group.size - full));
}

/// The bits of the largest magnitude. Those of floats without their sign are
/// ordered as integers are, NaN above infinity, so that a NaN stays.
Value RowEmitter::emitLargest(const Group &group) {
  Value magnitude = arith::ConstantOp::create(
      b, DenseElementsAttr::get(bitsType(), int32_t(0x7fffffff)));
  auto step = [&](Value k, Value mask, Value largest) -> Value {
    Value bits = vector::BitCastOp::create(b, bitsType(), normalised(k, mask));
    return arith::MaxSIOp::create(b, largest,
                                  arith::AndIOp::create(b, bits, magnitude));
  };
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(bitsType()));
  LaneBuilder::Values largest(1, none);
  int64_t full = group.size / kLanes * kLanes;
  Value end = b.add(group.begin, b.index(full));
  if (full)
    largest = b.loop(group.begin, end, kLanes, largest,
                     [&](Value k, ValueRange so_far) {
                       return LaneBuilder::Values{step(k, Value(), so_far[0])};
                     });
  if (full != group.size)
    largest[0] = step(end, b.firstLanes(group.size - full), largest[0]);
  return vector::ReductionOp::create(b, vector::CombiningKind::MAXSI,
                                     largest[0]);
}

void RowEmitter::emitCodes(const Group &group, Value activationScale,
                           bool inRange) {
  Value lanes = b.broadcast(activationScale);
  forLanes(group, [&](Value k, Value mask) {
    Value x = normalised(k, mask);
    Location loc = op.getLoc();
    Value code = inRange
                     ? ternary::emitQuantizeInRange(b, loc, quantizer, x, lanes)
                     : ternary::emitQuantize(b, loc, quantizer, x, lanes);
    if (mask)
      vector::MaskedStoreOp::create(b, codes, ValueRange{row, k}, mask, code);
    else
      vector::StoreOp::create(b, code, codes, ValueRange{row, k});
  });
}

void RowEmitter::quantize(const Group &group) {
  Value bits = emitLargest(group);
  Value largest = arith::BitcastOp::create(b, b.getF32Type(), bits);
  Value activationScale =
      ternary::emitActivationScale(b, op.getLoc(), quantizer, largest);
  memref::StoreOp::create(b, activationScale, scale,
                          ValueRange{row, group.number});
  if (!quantizer.staysInRange())
    return emitCodes(group, activationScale, false);
  // With an infinity or a NaN every product is 0 or no number.
  Value infinity =
      arith::ConstantOp::create(b, b.getI32IntegerAttr(0x7f800000));
  Value finite =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, bits, infinity);
  auto choice = scf::IfOp::create(b, finite, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(choice.thenBlock());
  emitCodes(group, activationScale, true);
  b.setInsertionPointToStart(choice.elseBlock());
  emitCodes(group, activationScale, false);
}

void RowEmitter::emit() {
  emitFactor();
  int64_t each = op.getGroup().value_or(size);
  if (each >= size)
    return quantize({b.index(0), b.index(0), size});
  int64_t whole = size / each;
  b.loop(b.index(0), b.index(whole), 1, [&](Value number) {
    quantize({number, b.mul(number, b.index(each)), each});
  });
  if (int64_t rest = size % each)
    quantize({b.index(whole), b.index(whole * each), rest});
}

LogicalResult bitnet::transformer::lower(QuantizeRowsOp op, LaneBuilder &b) {
  RowEmitter emitter(b, op);
  // Three passes in units of half a microsecond, so that threads end together;
  // an exponential costs as much as ten multiply-adds.
  bool costly = op.getActivation() == Activation::Silu ||
                op.getActivation() == Activation::Gelu;
  b.parallelRows(op.getExec(), b.dim(emitter.input, 0),
                 b.index((costly ? 32 : 12) * emitter.size), "quantize_rows",
                 nullptr, [&](Value row) {
                   emitter.row = row;
                   emitter.emit();
                 });
  return success();
}
