#include "dialects/RT/IR/RTOps.h"
#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Transformer/IR/TransformerOps.h"
#include "dialects/Transformer/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace bitnet::transformer {
#define GEN_PASS_DEF_FUSEROWSPASS
#include "dialects/Transformer/Transforms/Passes.h.inc"
} // namespace bitnet::transformer

using namespace mlir;
using namespace bitnet;
using namespace bitnet::transformer;

namespace {

/// The ops in front of one ternary.quantize that become part of it, the nearest
/// first. Each writes what the next reads, and nothing between them does
/// anything.
struct Chain {
  ternary::QuantizeOp quantize;
  RMSNormOp norm;
  GatedActivationOp gated;
  linalg::GenericOp add;

  explicit Chain(ternary::QuantizeOp quantize) : quantize(quantize) {}

  bool find();
  void fuse();
};

} // namespace

/// The op in front of `op` in its block that does anything but ending the run.
static Operation *previousEffect(Operation *op) {
  while ((op = op->getPrevNode()))
    if (!isMemoryEffectFree(op) && !isa<memref::AllocOp, rt::FailIfOp>(op))
      return op;
  return nullptr;
}

/// Whether `buffer` is memory of its own that nobody but `users` touches.
static bool isOnlyUsedBy(Value buffer, ArrayRef<Operation *> users) {
  return buffer.getDefiningOp<memref::AllocOp>() &&
         llvm::all_of(buffer.getUsers(), [&](Operation *user) {
           return isa<memref::DimOp>(user) || llvm::is_contained(users, user);
         });
}

/// Whether `buffer` is memory of its own that `last` is the last to touch: all
/// is in one block and there are no views of it.
static bool isLastUse(Value buffer, Operation *last) {
  return buffer.getDefiningOp<memref::AllocOp>() &&
         llvm::all_of(buffer.getUsers(), [&](Operation *user) {
           return isa<memref::DimOp>(user) ||
                  (user->getBlock() == last->getBlock() &&
                   user->getNumResults() == 0 &&
                   (user == last || user->isBeforeInBlock(last)));
         });
}

/// Whether `op` is out = a + b of f32, element by element.
static bool isAddition(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isIdentity(); }))
    return false;
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type || !type.getLayout().isIdentity() ||
        !type.getElementType().isF32())
      return false;
  }
  Block *body = op.getBody();
  auto yielded = body->getTerminator()->getOperand(0);
  auto add = yielded.getDefiningOp<arith::AddFOp>();
  return add && add.getLhs() == body->getArgument(0) &&
         add.getRhs() == body->getArgument(1) &&
         op.getDpsInits()[0] != op.getDpsInputs()[0] &&
         op.getDpsInits()[0] != op.getDpsInputs()[1];
}

bool Chain::find() {
  Value value = quantize.getInput();
  Operation *reader = quantize;
  if (auto op = dyn_cast_or_null<RMSNormOp>(previousEffect(reader));
      op && op.isBufferForm() && op.getOuts()[0] == value &&
      isOnlyUsedBy(value, {op, reader})) {
    norm = op;
    reader = op;
    value = op.getInput();
  }
  Operation *before = previousEffect(reader);
  if (auto op = dyn_cast_or_null<GatedActivationOp>(before);
      op && op.isBufferForm() && op.getOuts()[0] == value &&
      isOnlyUsedBy(value, {op, reader}) && isLastUse(op.getGate(), op) &&
      op.getGate() != op.getUp())
    gated = op;
  if (auto op = dyn_cast_or_null<linalg::GenericOp>(before);
      op && isAddition(op) && op.getDpsInits()[0] == value)
    add = op;
  return norm || gated || add;
}

void Chain::fuse() {
  OpBuilder builder(quantize);
  Value input = norm ? norm.getInput() : quantize.getInput();
  Value up, addend, sum, gain;
  ActivationAttr activation;
  FloatAttr normEps;
  if (gated) {
    input = gated.getGate();
    up = gated.getUp();
    activation = gated.getActivationAttr();
  }
  if (add) {
    input = add.getDpsInputs()[0];
    addend = add.getDpsInputs()[1];
    sum = add.getDpsInits()[0];
  }
  if (norm) {
    gain = norm.getGain();
    normEps = norm.getEpsAttr();
  }
  QuantizeRowsOp::create(
      builder, quantize.getLoc(), input, up, addend, sum, gain,
      quantize.getOuts()[0], quantize.getOuts()[1], quantize.getExec(),
      activation, normEps, quantize.getFormAttr(), quantize.getRangeAttr(),
      quantize.getEpsAttr(), quantize.getQminAttr(), quantize.getQmaxAttr(),
      quantize.getAddsEpsAttr(), quantize.getEpsOfScaleAttr(),
      quantize.getByReciprocalAttr(), quantize.getGroupAttr());
  for (Operation *op : {quantize.getOperation(), norm.getOperation(),
                        gated.getOperation(), add.getOperation()})
    if (op)
      op->erase();
}

namespace {
struct FuseRows : transformer::impl::FuseRowsPassBase<FuseRows> {
  void runOnOperation() override {
    SmallVector<ternary::QuantizeOp> quantizes;
    getOperation()->walk([&](ternary::QuantizeOp op) {
      if (op.isBufferForm() && op.getExec())
        quantizes.push_back(op);
    });
    for (ternary::QuantizeOp op : quantizes)
      if (Chain chain(op); chain.find())
        chain.fuse();
  }
};
} // namespace
