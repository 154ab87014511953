#include "compiler/Conversion/TransformerToVector/Lowering.h"
#include "compiler/Conversion/TransformerToVector/Passes.h"
#include "compiler/Target/TargetFacts.h"
#include "dialects/RT/IR/RTOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/TypeSwitch.h"

namespace bitnet::transformer {
#define GEN_PASS_DEF_LOWERTRANSFORMERTOVECTOR
#include "compiler/Conversion/TransformerToVector/Passes.h.inc"
} // namespace bitnet::transformer

using namespace mlir;
using namespace bitnet::transformer;
using bitnet::ternary::FloatLinearOp;

Value bitnet::transformer::broadcastIndex(LaneBuilder &b, Value memref,
                                          int64_t axis, Value index) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getDimSize(axis) == 1)
    return b.index(0);
  if (!type.isDynamicDim(axis))
    return index;
  Value single = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                       b.dim(memref, axis), b.index(1));
  return b.select(single, b.index(0), index);
}

/// What the lowerings rely on and the verifier does not say.
static LogicalResult checkBufferForm(Operation *op) {
  auto destination = dyn_cast<bitnet::rt::DestinationFormOpInterface>(op);
  if (destination && !destination.isBufferForm())
    return op->emitOpError("is on tensors, expected its memref form");
  if (!llvm::any_of(op->getOperandTypes(),
                    [](Type type) { return isa<bitnet::rt::ExecType>(type); }))
    return op->emitOpError("has no `exec` operand, expected one to run on");
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (type && !type.getLayout().isIdentity())
      return op->emitOpError("has an operand ")
             << type << ", expected the identity layout";
  }
  return success();
}

/// Activations are f32; attention masks may be i1, weights narrower floats.
static LogicalResult checkF32(Operation *op, ValueRange values) {
  for (Value value : values)
    if (auto type = value ? cast<ShapedType>(value.getType()) : ShapedType())
      if (!type.getElementType().isF32() || type.getRank() == 0)
        return op->emitOpError("has an operand ")
               << type << ", expected f32 elements and an axis";
  return success();
}

/// Weights may be any float that widens to f32.
static LogicalResult checkNarrow(Operation *op, StringRef what, Value weights) {
  if (isa<Float32Type, Float16Type, BFloat16Type>(
          cast<ShapedType>(weights.getType()).getElementType()))
    return success();
  return op->emitOpError("has ")
         << what << ' ' << weights.getType() << ", expected f32, f16 or bf16";
}

static LogicalResult checkTypes(Operation *op) {
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case([](LinearOp op) {
        if (failed(checkNarrow(op, "weights", op.getWeights())))
          return LogicalResult(failure());
        return checkF32(op, {op.getInput(), op.getBias(), op.getOuts()[0]});
      })
      .Case([](QuantizedLinearOp op) {
        return checkF32(
            op, {op.getInput(), op.getScales(), op.getBias(), op.getOuts()[0]});
      })
      .Case([](GroupedLinearOp op) {
        return checkF32(op, {op.getInput(), op.getBias(), op.getOuts()[0]});
      })
      .Case([](ScreenedLinearOp op) {
        if (failed(checkNarrow(op, "weights", op.getWeights())))
          return LogicalResult(failure());
        return checkF32(op, {op.getInput(), op.getScales(), op.getErrors(),
                             op.getNorms(), op.getOuts()[0]});
      })
      .Case([](EmbeddingOp op) {
        auto ids = cast<ShapedType>(op.getIds().getType());
        if (!ids.getElementType().isInteger())
          return LogicalResult(op.emitOpError("has ids ")
                               << ids << ", expected integers");
        if (failed(checkNarrow(op, "a table", op.getTable())))
          return LogicalResult(failure());
        return checkF32(op, {op.getOuts()[0]});
      })
      .Case([](AttentionOp op) {
        if (op.getMask()) {
          auto type = cast<ShapedType>(op.getMask().getType());
          if (!(type.getElementType().isF32() ||
                type.getElementType().isInteger(1)) ||
              type.getRank() < 1 || type.getRank() > 4)
            return LogicalResult(op.emitOpError("has a mask ")
                                 << type
                                 << ", expected f32 or i1 and rank 1 to 4");
        }
        return checkF32(
            op, {op.getQuery(), op.getKey(), op.getValue(), op.getOuts()[0]});
      })
      // Their verifiers say all.
      .Case<FloatLinearOp, QuantizeRowsOp>([](auto) { return success(); })
      .Default([](Operation *op) {
        SmallVector<Value> memrefs;
        for (Value operand : op->getOperands())
          if (isa<MemRefType>(operand.getType()))
            memrefs.push_back(operand);
        return checkF32(op, memrefs);
      });
}

/// Multiply-adds of a unit where each has a thread of its own: there should be
/// many of them.
static constexpr int64_t kThreadWork = 256;

namespace {
struct LowerTransformerToVectorPass
    : bitnet::transformer::impl::LowerTransformerToVectorBase<
          LowerTransformerToVectorPass> {
  using LowerTransformerToVectorBase::LowerTransformerToVectorBase;

  void runOnOperation() override {
    auto facts = bitnet::TargetFacts::of(getOperation());
    int64_t bits = vectorBits;
    if (bits == 0)
      bits = facts.vectorBits;
    if (bits != 128 && bits != 256 && bits != 512) {
      getOperation().emitError("vector-bits is ")
          << bits << ", expected 128, 256 or 512";
      return signalPassFailure();
    }
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      bool isOurs = isa_and_nonnull<TransformerDialect>(op->getDialect());
      bool hasForm =
          isa<bitnet::rt::DestinationFormOpInterface, QuantizeRowsOp>(op);
      if ((isOurs && hasForm) || isa<FloatLinearOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      Registers registers =
          threads ? Registers::ofThreads() : Registers::ofVectorBits(bits);
      if (failed(checkBufferForm(op)) || failed(checkTypes(op)) ||
          failed(lowerOp(op, registers, facts)))
        return signalPassFailure();
      op->erase();
    }
  }

  LogicalResult lowerOp(Operation *op, Registers registers,
                        const bitnet::TargetFacts &facts) {
    LaneBuilder b(op);
    if (threads)
      b.unitWork = kThreadWork;
    return TypeSwitch<Operation *, LogicalResult>(op)
        .Case<RMSNormOp, LayerNormOp, RotaryOp, GatedActivationOp, EmbeddingOp,
              QuantizeRowsOp>([&](auto op) { return lower(op, b); })
        .Case<LinearOp, AttentionOp, FloatLinearOp>(
            [&](auto op) { return lower(op, b, registers); })
        .Case([&](GroupedLinearOp op) { return lower(op, b, facts); })
        .Case<QuantizedLinearOp, ScreenedLinearOp>(
            [&](auto op) { return lower(op, b, registers, facts); })
        .Default([](Operation *op) {
          return op->emitOpError("has no lowering to vectors");
        });
  }
};
} // namespace
