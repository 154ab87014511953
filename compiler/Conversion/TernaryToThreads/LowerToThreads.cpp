#include "compiler/Conversion/TernaryToThreads/Passes.h"
#include "dialects/Ternary/IR/LayoutInfo.h"
#include "dialects/Ternary/Transforms/LoweringUtils.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bitnet {
#define GEN_PASS_DEF_TERNARYLOWERTOTHREADSPASS
#include "compiler/Conversion/TernaryToThreads/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Rows of a unit: the bits of a byte.
constexpr int64_t unitRows = 8;

/// One matrix of a linear.
struct Lowering {
  using Values = SmallVector<Value>;

  Lowering(LinearOp op, unsigned i)
      : op(op), b(op.getLoc(), op),
        shape{op.getN(i), op.getK(), op.getLayout()->getRows()} {
    codes = asRows(b, b.getLoc(), op.getCodes());
    scale = asFlat(b, b.getLoc(), op.getScale());
    result = asRows(b, b.getLoc(), op.getOuts()[i]);
    weights = op.getWeights()[i];
    weightScale = asFlat(b, b.getLoc(), op.getWeightScales()[i]);
    if (!op.getBiases().empty())
      bias = asFlat(b, b.getLoc(), op.getBiases()[i]);
  }

  void run();

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, value);
  }
  Value i32(int64_t value) {
    return arith::ConstantIntOp::create(b, value, 32);
  }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, x, y); }
  Value sub(Value x, Value y) { return arith::SubIOp::create(b, x, y); }
  Value mul(Value x, int64_t y) {
    return arith::MulIOp::create(b, x, index(y));
  }
  void unit(Value token, Value row);
  Values planeSums(Value token, Value row, Value x, ValueRange sums, Value k);
  Values tritSums(Value row, Value x, ValueRange sums, Value k);
  void finish(Value token, Value row, Value sum);

  LinearOp op;
  ImplicitLocOpBuilder b;
  PackedShape shape;
  Value codes, scale, result, weights, weightScale, bias;
};

} // namespace

/// Adds term `k` to the rows whose bit is set in the byte of +1, and takes it
/// from those in the byte of -1. A mask is 0 or all ones: no product.
Lowering::Values Lowering::planeSums(Value token, Value row, Value x,
                                     ValueRange sums, Value k) {
  int64_t rows = shape.rows, plane = rows / 8;
  Value block = arith::DivUIOp::create(b, row, index(rows));
  Value byte = arith::DivUIOp::create(
      b, arith::RemUIOp::create(b, row, index(rows)), index(8));
  Value at = add(mul(add(mul(block, shape.k), k), 2 * plane), byte);
  auto load = [&](Value at) {
    Value bits = memref::LoadOp::create(b, weights, at);
    return arith::ExtUIOp::create(b, b.getI32Type(), bits);
  };
  Value plus = load(at), minus = load(add(at, index(plane)));
  // x where the bit is set, else 0.
  auto masked = [&](Value bits, int64_t i) {
    Value bit = arith::AndIOp::create(
        b, arith::ShRUIOp::create(b, bits, i32(i)), i32(1));
    return arith::AndIOp::create(b, x, sub(i32(0), bit));
  };
  Values next;
  for (int64_t i = 0; i < unitRows; ++i)
    next.push_back(sub(add(sums[i], masked(plus, i)), masked(minus, i)));
  return next;
}

/// The same for any layout, by its description.
Lowering::Values Lowering::tritSums(Value row, Value x, ValueRange sums,
                                    Value k) {
  const LayoutInfo &layout = getLayoutInfo(op.getLayout()->getKind());
  Values next;
  for (int64_t i = 0; i < unitRows; ++i) {
    // Rows behind the last are computed from it and not written.
    Value n = arith::MinUIOp::create(b, add(row, index(i)), index(shape.n - 1));
    Value code = layout.emitRead(b, b.getLoc(), weights, shape, n, k);
    auto is = [&](int64_t trit) -> Value {
      return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, code,
                                   index(trit + 1));
    };
    Value sum = arith::SelectOp::create(b, is(1), add(sums[i], x), sums[i]);
    next.push_back(arith::SelectOp::create(b, is(-1), sub(sums[i], x), sum));
  }
  return next;
}

void Lowering::finish(Value token, Value row, Value sum) {
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

void Lowering::unit(Value token, Value row) {
  bool planes = op.getLayout()->getKind() == LayoutKind::Planes;
  Values zeros(unitRows, i32(0));
  auto loop = scf::ForOp::create(
      b, index(0), index(shape.k), index(1), zeros,
      [&](OpBuilder &, Location loc, Value k, ValueRange sums) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(k.getParentBlock());
        Value code = memref::LoadOp::create(b, codes, ValueRange{token, k});
        Value x = arith::ExtSIOp::create(b, b.getI32Type(), code);
        scf::YieldOp::create(b, planes ? planeSums(token, row, x, sums, k)
                                       : tritSums(row, x, sums, k));
      });
  for (int64_t i = 0; i < unitRows; ++i) {
    Value n = add(row, index(i));
    if (shape.n % unitRows == 0) {
      finish(token, n, loop.getResult(i));
      continue;
    }
    Value exists =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ult, n, index(shape.n));
    auto branch = scf::IfOp::create(b, exists, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    finish(token, n, loop.getResult(i));
  }
}

void Lowering::run() {
  int64_t groups = llvm::divideCeil(shape.n, unitRows);
  Value units = mul(memref::DimOp::create(b, codes, 0), groups);
  std::string name =
      ("bitlinear_threads_" + stringifyLayoutKind(op.getLayout()->getKind()))
          .str();
  emitParallel(
      b, b.getLoc(), op.getExec(), units, /*grain=*/1, name,
      [&](OpBuilder &inner, Location loc, Value begin, Value end) {
        emitFor(inner, loc, begin, end, 1,
                [&](OpBuilder &, Location, Value unitNumber) {
                  OpBuilder::InsertionGuard guard(b);
                  b.setInsertionPointToEnd(unitNumber.getParentBlock());
                  // Neighbours compute neighbouring rows of one token.
                  Value token =
                      arith::DivUIOp::create(b, unitNumber, index(groups));
                  Value row =
                      mul(arith::RemUIOp::create(b, unitNumber, index(groups)),
                          unitRows);
                  unit(token, row);
                });
      });
}

namespace {

struct TernaryLowerToThreads
    : bitnet::impl::TernaryLowerToThreadsPassBase<TernaryLowerToThreads> {
  void runOnOperation() override {
    SmallVector<LinearOp> ops;
    getOperation().walk([&](LinearOp op) {
      if (op.isBufferForm())
        ops.push_back(op);
    });
    for (LinearOp op : ops) {
      if (!op.getLayout()) {
        op.emitOpError("is not packed, expected the result of ternary-pack");
        return signalPassFailure();
      }
      for (unsigned i = 0, count = op.getOuts().size(); i < count; ++i)
        Lowering(op, i).run();
      op.erase();
    }
  }
};

} // namespace
