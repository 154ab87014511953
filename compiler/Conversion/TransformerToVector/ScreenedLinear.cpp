//===- ScreenedLinear.cpp - largest logits through a narrow copy ----------===//
//
// For each position: bounds of every logit from the 8-bit codes, one stream
// of a quarter of the f32 weights; the runtime tells which rows they leave;
// those are multiplied by their own weights, in the fixed order. The bounds
// are derived in docs/decisions/0008-exact-head.md, whose names are used here.
//
//===-----------------------------------------------------------------------===//

#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "compiler/Conversion/TransformerToVector/QuantizedRows.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <limits>

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {

/// Scalars in f64 that the bounds of a position's logits are made of.
struct PositionBounds {
  Value norm;    ///< X: at least the norm of x
  Value ofError; ///< P: factor of the norm of what a row's codes leave out
  Value ofNorm;  ///< G: factor of the norm of a row
};

class ScreenEmitter {
public:
  ScreenEmitter(ScreenedLinearOp op, LaneBuilder &b, Registers registers,
                const TargetFacts &facts)
      : b(b), op(op), registers(registers), x(b.asRows(op.getInput())),
        out(b.asRows(op.getOuts()[0])),
        k(cast<MemRefType>(x.getType()).getDimSize(1)),
        n(cast<MemRefType>(out.getType()).getDimSize(1)),
        narrow(b, facts, op.getCodes(), n, k), wide(b, op.getWeights(), n, k) {}

  void emit();

private:
  void allocate();
  void screenRow(Value token);
  PositionBounds boundPosition(Value token);
  void boundRows(Value token, const PositionBounds &position);
  void storeBounds(Value approximate, const PositionBounds &position,
                   Value row);
  void multiplyCandidates(Value token, Value count);
  void linear(Value first, Value last) {
    emitPackedLinear(b, op.getExec(), x, op.getWeights(), Value(), out, first,
                     last, registers);
  }
  Value f64(double value) {
    return arith::ConstantOp::create(b, b.getF64FloatAttr(value));
  }
  Value splat(double value, Value like) {
    return vector::BroadcastOp::create(b, like.getType(), f64(value));
  }
  /// |value| * relative + absolute: what rounding `value` may lose.
  Value slack(Value value, double relative, double absolute) {
    Value magnitude = math::AbsFOp::create(b, value);
    return b.fadd(b.fmul(magnitude, splat(relative, value)),
                  splat(absolute, value));
  }

  LaneBuilder &b;
  ScreenedLinearOp op;
  Registers registers;
  Value x, out;
  int64_t k, n;
  QuantizedRows narrow;
  PackedRowsReader wide;
  QuantizedRows::Input input;
  Value lower, upper, ids, logits;
};

} // namespace

void ScreenEmitter::allocate() {
  // More candidates than that are not worth their scattered reads: then the
  // whole row is computed.
  int64_t capacity = std::min(n, std::max<int64_t>(1024, n / 8));
  auto make = [&](int64_t size, Type element) -> Value {
    return memref::AllocOp::create(b, MemRefType::get({size}, element));
  };
  lower = make(n, b.getF32Type());
  upper = make(n, b.getF32Type());
  ids = make(capacity, b.getI32Type());
  logits = make(capacity, b.getF32Type());
}

PositionBounds ScreenEmitter::boundPosition(Value token) {
  VectorType type = doubles(b);
  Value none = arith::ConstantOp::create(b, b.getZeroAttr(type));
  Value scale = memref::LoadOp::create(b, input.scales, ValueRange{token});
  Value scales = vector::BroadcastOp::create(b, type, toDouble(b, scale));
  int64_t full = k / kLanes * kLanes;
  auto add = [&](Value at, Value mask, ValueRange sums) {
    Value exact = toDouble(b, b.load(x, {token, at}, mask));
    Value codes =
        vector::LoadOp::create(b, VectorType::get({kLanes}, b.getI16Type()),
                               input.values, ValueRange{token, at});
    Value known = b.fmul(arith::SIToFPOp::create(b, type, codes), scales);
    Value rest = b.fsub(exact, known);
    return LaneBuilder::Values{b.fadd(sums[0], b.fmul(exact, exact)),
                               b.fadd(sums[1], b.fmul(rest, rest))};
  };
  LaneBuilder::Values sums = {none, none};
  if (full)
    sums = b.loop(b.index(0), b.index(full), kLanes, sums,
                  [&](Value at, ValueRange running) {
                    return add(at, Value(), running);
                  });
  if (full != k)
    sums = add(b.index(full), b.firstLanes(k - full), sums);
  auto norm = [&](Value lanes) -> Value {
    Value sum =
        vector::ReductionOp::create(b, vector::CombiningKind::ADD, lanes);
    return b.fmul(math::SqrtOp::create(b, sum), f64(1 + 0x1p-28));
  };
  Value whole = norm(sums[0]), rest = norm(sums[1]);
  // gamma_m of m roundings in a row: a lane's products and the four folds.
  double roundings = double((k + kLanes - 1) / kLanes + 4) * 0x1p-24;
  double gamma = roundings / (1 - roundings) * (1 + 0x1p-20);
  Value up = f64(1 + 0x1p-48);
  return {whole, b.fmul(b.fadd(whole, rest), up),
          b.fmul(b.fadd(rest, b.fmul(whole, f64(gamma))), up)};
}

/// Bounds of the logits of rows from `row` on, around `approximate`.
void ScreenEmitter::storeBounds(Value approximate,
                                const PositionBounds &position, Value row) {
  auto type = cast<VectorType>(approximate.getType());
  int64_t count = type.getDimSize(0);
  auto all = [&](Value scalar) {
    return vector::BroadcastOp::create(b, type, scalar);
  };
  Value errors = toDouble(b, b.load(op.getErrors(), row, Value(), count));
  Value norms = toDouble(b, b.load(op.getNorms(), row, Value(), count));
  Value bound = b.fadd(b.fmul(errors, all(position.ofError)),
                       b.fmul(norms, all(position.ofNorm)));
  bound = b.fadd(bound, slack(bound, 0x1p-48, 0x1p-120));
  // Products that might overflow in f32, and NaN, are bounded by nothing.
  Value size = b.fmul(norms, all(position.norm));
  bound =
      b.select(b.cmp(arith::CmpFPredicate::OLT, size, splat(0x1p100, size)),
               bound, splat(std::numeric_limits<double>::infinity(), bound));
  auto store = [&](Value value, Value memref) {
    b.store(arith::TruncFOp::create(b, b.lanesType(count), value), memref, row);
  };
  Value low = b.fsub(approximate, bound), high = b.fadd(approximate, bound);
  store(b.fsub(low, slack(low, 0x1p-22, 0x1p-140)), lower);
  store(b.fadd(high, slack(high, 0x1p-22, 0x1p-140)), upper);
}

void ScreenEmitter::boundRows(Value token, const PositionBounds &position) {
  const PackedRows &layout = narrow.getLayout();
  BlockTiles tiles = {layout, layout.rows, /*tokens=*/1};
  tiles.emit(b, op.getExec(), token, b.add(token, b.index(1)), "screen",
             [&](Value one, int64_t, Value block, int64_t first, int64_t rows) {
               Value sums = narrow.sums(input, one, 1, block, first, rows)[0];
               Value row =
                   b.add(b.mul(block, b.index(layout.rows)), b.index(first));
               storeBounds(narrow.scaled(sums, op.getScales(), input, one, row),
                           position, row);
             });
}

/// The logits of the rows that are left, as transformer.linear computes them.
void ScreenEmitter::multiplyCandidates(Value token, Value count) {
  const PackedRows &layout = wide.getLayout();
  b.parallelRows(
      op.getExec(), count, b.index(k), "linear", nullptr, [&](Value i) {
        Value id = memref::LoadOp::create(b, ids, ValueRange{i});
        Value row = arith::IndexCastOp::create(b, b.getIndexType(), id);
        Value size = b.index(layout.rows);
        Value block = b.div(row, size), inner = b.rem(row, size);
        Value sum = wide.forChunks(b.splat(0), [&](Value chunk, int64_t groups,
                                                   Value mask,
                                                   ValueRange running) {
          LaneBuilder::Values parts = wide.loadChunk(block, chunk, inner);
          Value at = b.mul(chunk, b.index(layout.elements)), next = running[0];
          for (int64_t g = 0; g < groups; ++g)
            next = b.fma(parts[g],
                         b.load(x, {token, b.add(at, b.index(g * kLanes))},
                                g + 1 == groups ? mask : Value()),
                         next);
          return LaneBuilder::Values{next};
        })[0];
        memref::StoreOp::create(b, b.foldSum(sum), logits, ValueRange{i});
      });
}

void ScreenEmitter::screenRow(Value token) {
  boundRows(token, boundPosition(token));
  Value count = rt::ScreenOp::create(b, b.getIndexType(), op.getExec(), lower,
                                     upper, ids);
  Value zero = b.index(0);
  auto is = [&](arith::CmpIPredicate predicate) {
    return arith::CmpIOp::create(b, predicate, count, zero);
  };
  b.ifThen(is(arith::CmpIPredicate::sge), [&] {
    multiplyCandidates(token, count);
    rt::OfferOp::create(b, op.getExec(), count, logits, ids);
  });
  b.ifThen(is(arith::CmpIPredicate::slt), [&] {
    linear(token, b.add(token, b.index(1)));
    auto strided = StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic,
                                          ArrayRef<int64_t>{1});
    Value row = memref::ReinterpretCastOp::create(
        b, MemRefType::get({n}, b.getF32Type(), strided), out,
        OpFoldResult(b.mul(token, b.index(n))),
        ArrayRef<OpFoldResult>{b.getIndexAttr(n)},
        ArrayRef<OpFoldResult>{b.getIndexAttr(1)});
    rt::OfferOp::create(b, op.getExec(), b.index(n), row, Value());
  });
}

void ScreenEmitter::emit() {
  Value top = rt::TopOp::create(b, b.getIndexType(), op.getExec());
  Value tokens = b.dim(x, 0), zero = b.index(0);
  auto is = [&](arith::CmpIPredicate predicate) {
    return arith::CmpIOp::create(b, predicate, top, zero);
  };
  b.ifThen(is(arith::CmpIPredicate::eq), [&] { linear(zero, tokens); });
  b.ifThen(is(arith::CmpIPredicate::ne), [&] {
    allocate();
    input = narrow.quantize(op.getExec(), x);
    b.loop(zero, tokens, 1, [&](Value token) { screenRow(token); });
  });
}

LogicalResult bitnet::transformer::lower(ScreenedLinearOp op, LaneBuilder &b,
                                         Registers registers,
                                         const TargetFacts &facts) {
  ScreenEmitter(op, b, registers, facts).emit();
  return success();
}
