#include "compiler/Conversion/TernaryToThreads/ThreadLowering.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace bitnet::ternary;

/// Rows of a unit: the bits of a byte.
static constexpr int64_t unitRows = 8;

/// Adds term `k` to the rows whose bit is set in the byte of +1, and takes it
/// from those in the byte of -1. A mask is 0 or all ones: no product.
UnitLowering::Values UnitLowering::planeSums(Value row, Value x,
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
UnitLowering::Values UnitLowering::tritSums(Value row, Value x, ValueRange sums,
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

void UnitLowering::unit(Value token, Value row) {
  bool planes = op.getLayout()->getKind() == LayoutKind::Planes;
  Values zeros(unitRows, i32(0));
  auto loop = scf::ForOp::create(
      b, index(0), index(shape.k), index(1), zeros,
      [&](OpBuilder &, Location loc, Value k, ValueRange sums) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(k.getParentBlock());
        Value code = memref::LoadOp::create(b, codes, ValueRange{token, k});
        Value x = arith::ExtSIOp::create(b, b.getI32Type(), code);
        scf::YieldOp::create(b, planes ? planeSums(row, x, sums, k)
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

void UnitLowering::run() {
  int64_t groups = llvm::divideCeil(shape.n, unitRows);
  Value units = mul(memref::DimOp::create(b, codes, 0), groups);
  std::string name = ("bitlinear_threads_" + layoutName()).str();
  parallel(units, /*lanes=*/1, name, [&](Value unitNumber) {
    // Neighbours compute neighbouring rows of one token.
    unit(div(unitNumber, groups), mul(rem(unitNumber, groups), unitRows));
  });
}
