//===- Elementwise.cpp - rotary and gated_activation
//-----------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace bitnet::transformer;

//===- rotary
//--------------------------------------------------------------===//

namespace {
/// A table of cosines or sines, broadcastable to [B, H, S, D].
struct Table {
  Value memref;
  int64_t rank, columns;

  explicit Table(Value memref) : memref(memref) {
    auto type = cast<MemRefType>(memref.getType());
    rank = type.getRank();
    columns = type.getShape().back();
  }

  /// Indices of the row of [b, h, s], without the column.
  LaneBuilder::Values row(LaneBuilder &b, ArrayRef<Value> position) const {
    LaneBuilder::Values indices;
    for (int64_t axis = 0; axis + 1 < rank; ++axis)
      indices.push_back(
          broadcastIndex(b, memref, axis, position[axis + 4 - rank]));
    return indices;
  }

  /// 16 lanes at column k of the first or the second half.
  Value load(LaneBuilder &b, LaneBuilder::Values row, Value k, Value mask,
             bool second, int64_t half) const {
    row.push_back(second && columns != half ? b.add(k, b.index(half)) : k);
    return b.load(memref, row, mask);
  }
};
} // namespace

LogicalResult bitnet::transformer::lower(RotaryOp op, LaneBuilder &b) {
  Value x = op.getInput(), out = op.getOuts()[0];
  int64_t half = cast<MemRefType>(x.getType()).getDimSize(3) / 2;
  Table cos(op.getCos()), sin(op.getSin());
  Value heads = b.dim(x, op.headAxis()), length = b.dim(x, op.lengthAxis());
  auto at = [&](Value batch, Value h, Value s, Value d) {
    return op.getTokenMajor() ? LaneBuilder::Values{batch, s, h, d}
                              : LaneBuilder::Values{batch, h, s, d};
  };
  Value rows = b.mul(b.mul(b.dim(x, 0), heads), length);
  b.parallelRows(
      op.getExec(), rows, b.index(4 * half), "rotary", nullptr, [&](Value row) {
        // Rows in the order of memory.
        Value inner = op.getTokenMajor() ? heads : length;
        Value outer = op.getTokenMajor() ? length : heads;
        Value i = b.rem(row, inner), rest = b.div(row, inner);
        Value j = b.rem(rest, outer), batch = b.div(rest, outer);
        Value h = op.getTokenMajor() ? i : j, s = op.getTokenMajor() ? j : i;
        LaneBuilder::Values cosRow = cos.row(b, {batch, h, s});
        LaneBuilder::Values sinRow = sin.row(b, {batch, h, s});
        b.forLanes(half, [&](Value k, Value mask) {
          Value k2 = b.add(k, b.index(half));
          Value first = b.load(x, at(batch, h, s, k), mask);
          Value second = b.load(x, at(batch, h, s, k2), mask);
          auto rotate = [&](Value kept, Value turned, bool isSecond) {
            Value c = cos.load(b, cosRow, k, mask, isSecond, half);
            Value t = sin.load(b, sinRow, k, mask, isSecond, half);
            return b.fadd(b.fmul(kept, c), b.fmul(turned, t));
          };
          Value negated = arith::NegFOp::create(b, second);
          Value newFirst = rotate(first, negated, false);
          Value newSecond = rotate(second, first, true);
          b.store(newFirst, out, at(batch, h, s, k), mask);
          b.store(newSecond, out, at(batch, h, s, k2), mask);
        });
      });
  return success();
}

//===- gated_activation
//----------------------------------------------------===//

Value bitnet::transformer::emitActivation(LaneBuilder &b, Activation activation,
                                          Value x) {
  switch (activation) {
  case Activation::Silu: {
    Value exp = math::ExpOp::create(b, arith::NegFOp::create(b, x));
    Value sigmoid = b.fdiv(b.splat(1), b.fadd(b.splat(1), exp));
    return b.fmul(x, sigmoid);
  }
  case Activation::Relu:
    return b.fmax(b.splat(0), x); // NaN stays NaN
  case Activation::Relu2: {
    Value positive = b.fmax(b.splat(0), x);
    return b.fmul(positive, positive);
  }
  case Activation::Gelu: {
    Value scaled = b.fmul(x, b.splat(0.70710678118654752f)); // 1 / sqrt(2)
    Value one = b.fadd(b.splat(1), math::ErfOp::create(b, scaled));
    return b.fmul(b.fmul(x, b.splat(0.5f)), one);
  }
  }
  llvm_unreachable("all activations are handled");
}

LogicalResult bitnet::transformer::lower(GatedActivationOp op, LaneBuilder &b) {
  Value gate = b.flatten(op.getGate()), out = b.flatten(op.getOuts()[0]);
  Value up = op.getUp() ? b.flatten(op.getUp()) : Value();
  // Lane by lane: any partition gives the same results.
  bool cheap = op.getActivation() == Activation::Relu ||
               op.getActivation() == Activation::Relu2;
  auto body = [&](Value k, Value mask) {
    Value lanes = emitActivation(b, op.getActivation(), b.load(gate, k, mask));
    if (up)
      lanes = b.fmul(lanes, b.load(up, k, mask));
    b.store(lanes, out, k, mask);
  };
  b.parallelRanges(
      op.getExec(), b.dim(gate, 0), b.index(cheap ? 1 : 8), kLanes,
      "gated_activation", [&](Value begin, Value end) {
        Value full = b.add(begin, b.roundDown(b.sub(end, begin), kLanes));
        b.loop(begin, full, kLanes, [&](Value k) { body(k, Value()); });
        Value rest =
            arith::CmpIOp::create(b, arith::CmpIPredicate::slt, full, end);
        b.ifThen(rest, [&] { body(full, b.firstLanes(b.sub(end, full))); });
      });
  return success();
}
