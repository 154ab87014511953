#include "compiler/Conversion/ExpandHalf/Passes.h"
#include "compiler/Conversion/MathToPolynomial/FloatBuilder.h"
#include "compiler/Target/TargetFacts.h"

namespace bitnet {
#define GEN_PASS_DEF_EXPANDHALF
#include "compiler/Conversion/ExpandHalf/Passes.h.inc"
} // namespace bitnet

using namespace mlir;
using namespace bitnet;

using IntPredicate = FloatBuilder::IntPredicate;

/// Bits of f32: those behind f16's mantissa, its infinity, the quiet bit.
static constexpr int64_t extraBits = 13, infinity = 0x7f800000,
                         quiet = 0x00400000;

static Value castBits(FloatBuilder &b, Value value, Type element, bool widen) {
  Type type = FloatBuilder::withElement(value.getType(), element);
  return widen ? arith::ExtUIOp::create(b, type, value).getResult()
               : arith::TruncIOp::create(b, type, value).getResult();
}

/// f16 to f32.
static Value expandWidening(FloatBuilder &b, Value half) {
  Value bits = castBits(b, b.bits(half), b.getI32Type(), /*widen=*/true);
  Value sign = b.shl(b.iand(bits, 0x8000), 16);
  Value magnitude = b.shl(b.iand(bits, 0x7fff), extraBits);
  // As f32 it is 2^112 too small, also where it is subnormal.
  Value finite = b.bits(b.mul(b.fromBits(magnitude), 0x1p112));
  Value largest = b.i(bits, 0x0f800000); // f16's infinity, shifted
  Value special = b.ior(magnitude, infinity);
  special = b.select(b.cmp(IntPredicate::ugt, magnitude, largest),
                     b.ior(special, quiet), special);
  Value value =
      b.select(b.cmp(IntPredicate::uge, magnitude, largest), special, finite);
  return b.fromBits(arith::OrIOp::create(b, value, sign));
}

/// f32 to f16, to nearest even.
static Value expandNarrowing(FloatBuilder &b, Value single) {
  Value bits = b.bits(single);
  Value sign = b.iand(bits, -0x80000000LL), magnitude = b.ixor(bits, sign);
  // Adds just less than half of the last place kept, or half where that place
  // is odd, and takes the exponents' difference, 112, away. What rounds up to
  // 2^16 becomes infinity by itself.
  Value odd = b.iand(b.shr(magnitude, extraBits), 1);
  Value normal = b.iadd(magnitude, 0xfff - (int64_t(112) << 23));
  normal = b.shr(arith::AddIOp::create(b, normal, odd), extraBits);
  // Below 2^-14 the last place is 2^-24, that of f32 numbers from 0.5 on: the
  // addition rounds there.
  Value half = b.f(single, 0.5);
  Value subnormal = arith::SubIOp::create(
      b, b.bits(b.add(b.fromBits(magnitude), half)), b.bits(half));
  Value payload = b.ior(b.iand(b.shr(magnitude, extraBits), 0x3ff), 0x7e00);
  Value special =
      b.select(b.cmp(IntPredicate::ugt, magnitude, b.i(bits, infinity)),
               payload, b.i(bits, 0x7c00));
  Value value =
      b.select(b.cmp(IntPredicate::ult, magnitude, b.i(bits, (112 + 1) << 23)),
               subnormal, normal);
  value =
      b.select(b.cmp(IntPredicate::uge, magnitude, b.i(bits, (127 + 16) << 23)),
               special, value);
  value = arith::OrIOp::create(b, value, b.shr(sign, 16));
  value = castBits(b, value, b.getI16Type(), /*widen=*/false);
  return arith::BitcastOp::create(
      b, FloatBuilder::withElement(single.getType(), b.getF16Type()), value);
}

static Type elementOf(Value value) {
  return getElementTypeOrSelf(value.getType());
}

static Type singleOf(FloatBuilder &b, Value half) {
  return FloatBuilder::withElement(half.getType(), b.getF32Type());
}

/// The conversion `op` of another value to another type. Integers go through
/// f32 without a second rounding: what f32 does not hold is beyond f16.
static Value convert(FloatBuilder &b, Operation *op, Value value, Type type) {
  OperationState state(op->getLoc(), op->getName(), value, type,
                       op->getAttrs());
  return b.OpBuilder::create(state)->getResult(0);
}

/// What replaces `op`; null for other conversions.
static Value expand(Operation *op) {
  FloatBuilder b(op->getLoc(), op);
  if (auto extend = dyn_cast<arith::ExtFOp>(op);
      extend && elementOf(extend.getIn()).isF16()) {
    Value single = expandWidening(b, extend.getIn());
    return elementOf(extend.getOut()).isF32()
               ? single
               : arith::ExtFOp::create(b, extend.getType(), single);
  }
  if (auto truncate = dyn_cast<arith::TruncFOp>(op);
      truncate && elementOf(truncate.getOut()).isF16() &&
      elementOf(truncate.getIn()).isF32())
    return expandNarrowing(b, truncate.getIn());
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(op) &&
      elementOf(op->getResult(0)).isF16())
    return expandNarrowing(
        b, convert(b, op, op->getOperand(0), singleOf(b, op->getResult(0))));
  if (isa<arith::FPToSIOp, arith::FPToUIOp>(op) &&
      elementOf(op->getOperand(0)).isF16())
    return convert(b, op, expandWidening(b, op->getOperand(0)),
                   op->getResult(0).getType());
  return {};
}

namespace {

struct ExpandHalf : bitnet::impl::ExpandHalfBase<ExpandHalf> {
  using ExpandHalfBase::ExpandHalfBase;

  void runOnOperation() override {
    std::optional<TargetFacts> facts =
        TargetFacts::choose(getOperation(), target);
    if (!facts)
      return signalPassFailure();
    if (facts->convertsHalf)
      return;
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp, arith::UIToFPOp,
              arith::FPToSIOp, arith::FPToUIOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      if (Value result = expand(op)) {
        op->getResult(0).replaceAllUsesWith(result);
        op->erase();
      }
  }
};

} // namespace
