#include "dialects/RT/IR/SizeBounds.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bitnet::rt;

using Bound = std::optional<int64_t>;

static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

static Bound boundOf(OpFoldResult number, unsigned &budget);

/// The larger bound, if both are known.
static Bound boundOfEither(Bound a, Bound b) {
  return a && b ? Bound(std::max(*a, *b)) : std::nullopt;
}

static Bound boundOfDim(memref::DimOp op) {
  Value source = op.getSource();
  // Of any other memref only that it has a size is known.
  return isa_and_nonnull<InputOp, KVOp>(source.getDefiningOp()) ? kMostInputDim
                                                                : kMost;
}

static Bound boundOfBinary(Operation *op, unsigned &budget) {
  Bound a = boundOf(op->getOperand(0), budget);
  Bound b = boundOf(op->getOperand(1), budget);
  // A value that is never negative carries the larger one of any two.
  if (isa<arith::MaxSIOp>(op))
    return a || b ? Bound(std::max(a.value_or(kMost), b.value_or(kMost)))
                  : std::nullopt;
  // Bits that are masked only make it less.
  if (isa<arith::AndIOp>(op))
    return a && b ? std::min(*a, *b) : a ? a : b;
  if (!a || !b)
    return std::nullopt;
  if (isa<arith::MinSIOp>(op))
    return std::min(*a, *b);
  if (isa<arith::DivSIOp, arith::RemSIOp>(op))
    return *a;
  int64_t result;
  if (isa<arith::AddIOp>(op))
    return llvm::AddOverflow(*a, *b, result) ? Bound() : Bound(result);
  if (isa<arith::MulIOp>(op))
    return llvm::MulOverflow(*a, *b, result) ? Bound() : Bound(result);
  return std::nullopt;
}

static Bound boundOf(OpFoldResult number, unsigned &budget) {
  if (Bound known = getConstantIntValue(number))
    return *known >= 0 ? known : std::nullopt;
  auto value = dyn_cast<Value>(number);
  Operation *def = value ? value.getDefiningOp() : nullptr;
  if (!def || budget == 0)
    return std::nullopt;
  --budget;
  if (auto dim = dyn_cast<memref::DimOp>(def))
    return boundOfDim(dim);
  if (isa<PastLengthOp>(def))
    return kMostInputDim;
  if (auto cast = dyn_cast<arith::IndexCastUIOp>(def)) {
    unsigned width = getElementTypeOrSelf(cast.getIn()).getIntOrFloatBitWidth();
    return width < 64 ? Bound((int64_t(1) << width) - 1) : std::nullopt;
  }
  if (auto select = dyn_cast<arith::SelectOp>(def))
    return boundOfEither(boundOf(select.getTrueValue(), budget),
                         boundOf(select.getFalseValue(), budget));
  if (isa<arith::ArithDialect>(def->getDialect()) && def->getNumOperands() == 2)
    return boundOfBinary(def, budget);
  return std::nullopt;
}

Bound bitnet::rt::getUpperBound(OpFoldResult number) {
  // Expressions share parts, which are visited once for each use.
  unsigned budget = 64;
  return boundOf(number, budget);
}
