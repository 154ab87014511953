#include "dialects/RT/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_EXPANDCOPIESPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;

static void expand(memref::CopyOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto type = cast<MemRefType>(op.getSource().getType());
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> lower(type.getRank(), zero), step(type.getRank(), one),
      upper;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    upper.push_back(
        memref::DimOp::create(builder, loc, op.getSource(), axis).getResult());
  scf::buildLoopNest(
      builder, loc, lower, upper, step,
      [&](OpBuilder &builder, Location loc, ValueRange position) {
        Value element =
            memref::LoadOp::create(builder, loc, op.getSource(), position);
        memref::StoreOp::create(builder, loc, element, op.getTarget(),
                                position);
      });
  op.erase();
}

namespace {
struct ExpandCopies : bitnet::rt::impl::ExpandCopiesPassBase<ExpandCopies> {
  using ExpandCopiesPassBase::ExpandCopiesPassBase;

  void runOnOperation() override {
    getOperation().walk([](memref::CopyOp op) {
      auto source = dyn_cast<MemRefType>(op.getSource().getType());
      auto target = dyn_cast<MemRefType>(op.getTarget().getType());
      if (source && target &&
          !(source.getLayout().isIdentity() && target.getLayout().isIdentity()))
        expand(op);
    });
  }
};
} // namespace
