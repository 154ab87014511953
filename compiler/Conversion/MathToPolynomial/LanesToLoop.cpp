#include "compiler/Conversion/MathToPolynomial/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace bitnet {
#define GEN_PASS_DEF_MATHLANESTOLOOP
#include "compiler/Conversion/MathToPolynomial/Passes.h.inc"
} // namespace bitnet

using namespace mlir;

/// Whether `op` is a function of many instructions, on a vector.
static bool isLong(Operation *op) {
  if (!isa_and_nonnull<math::MathDialect>(op->getDialect()) ||
      !op->hasTrait<OpTrait::Elementwise>() || op->getNumResults() != 1)
    return false;
  auto type = dyn_cast<VectorType>(op->getResult(0).getType());
  return type && type.getRank() == 1 && type.getNumElements() > 1 &&
         !isa<math::FmaOp, math::AbsFOp, math::AbsIOp, math::SqrtOp,
              math::CopySignOp, math::FloorOp, math::CeilOp, math::TruncOp,
              math::RoundOp, math::RoundEvenOp, math::IsNaNOp, math::IsInfOp,
              math::IsFiniteOp>(op);
}

static void convert(Operation *op) {
  ImplicitLocOpBuilder b(op->getLoc(), op);
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  auto buffer = [&](Type type) -> Value {
    auto vector = cast<VectorType>(type);
    return memref::AllocaOp::create(
        b, MemRefType::get(vector.getShape(), vector.getElementType()));
  };
  auto type = cast<VectorType>(op->getResult(0).getType());
  Value zero = index(0), result = buffer(type);
  SmallVector<Value> operands;
  for (Value operand : op->getOperands()) {
    operands.push_back(buffer(operand.getType()));
    vector::StoreOp::create(b, operand, operands.back(), zero);
  }
  auto loop =
      scf::ForOp::create(b, zero, index(type.getNumElements()), index(1));
  b.setInsertionPointToStart(loop.getBody());
  Value lane = loop.getInductionVar();
  SmallVector<Value> scalars;
  for (Value operand : operands)
    scalars.push_back(memref::LoadOp::create(b, operand, lane));
  Operation *scalar = b.create(op->getLoc(), op->getName().getIdentifier(),
                               scalars, type.getElementType(), op->getAttrs());
  memref::StoreOp::create(b, scalar->getResult(0), result, lane);
  b.setInsertionPoint(op);
  op->replaceAllUsesWith(
      ValueRange{vector::LoadOp::create(b, type, result, zero)});
  op->erase();
}

namespace {
struct MathLanesToLoop : bitnet::impl::MathLanesToLoopBase<MathLanesToLoop> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isLong(op))
        ops.push_back(op);
    });
    llvm::for_each(ops, convert);
  }
};
} // namespace
