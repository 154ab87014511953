#include "dialects/Device/IR/DeviceOps.h"
#include "dialects/Device/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace bitnet::device {
#define GEN_PASS_DEF_AWAITPASS
#include "dialects/Device/Transforms/Passes.h.inc"
} // namespace bitnet::device

using namespace mlir;
using namespace bitnet;
using namespace bitnet::device;

/// Whether `memref` is memory that no kernel writes: an input or weights.
static bool isReadOnly(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return isa_and_nonnull<rt::InputOp, rt::GetGlobalOp>(memref.getDefiningOp());
}

/// Whether the host touches memory that a kernel may be using.
static bool sharesMemory(Operation *op) {
  if (isa<DispatchOp, AwaitOp, rt::OutputOp, rt::AllocateOp, rt::FailIfOp>(
          op) ||
      op->getNumRegions() != 0)
    return false;
  auto interface = dyn_cast<MemoryEffectOpInterface>(op);
  if (!interface)
    return !op->hasTrait<OpTrait::IsTerminator>() && !isPure(op);
  SmallVector<MemoryEffects::EffectInstance> effects;
  interface.getEffects(effects);
  return llvm::any_of(effects, [](const MemoryEffects::EffectInstance &effect) {
    if (isa<MemoryEffects::Allocate, MemoryEffects::Free>(effect.getEffect()))
      return false;
    Value value = effect.getValue();
    bool reads = isa<MemoryEffects::Read>(effect.getEffect());
    return !(reads && value && isReadOnly(value));
  });
}

static bool dispatches(Operation *op) {
  return op->walk([](DispatchOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

namespace {
struct Await : device::impl::AwaitPassBase<Await> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal() || !dispatches(main))
      return;
    SetVector<Operation *> places;
    main.walk([&](Operation *op) {
      if (!sharesMemory(op))
        return;
      while (op->getParentOp() != main && !dispatches(op->getParentOp()))
        op = op->getParentOp();
      places.insert(op);
    });
    for (Operation *place : places) {
      // One that directly follows another place waits there.
      Operation *before = place->getPrevNode();
      while (before && isPure(before))
        before = before->getPrevNode();
      if (before && (places.contains(before) || isa<AwaitOp>(before)))
        continue;
      OpBuilder builder(place);
      AwaitOp::create(builder, place->getLoc(), main.getArgument(0));
    }
  }
};
} // namespace
