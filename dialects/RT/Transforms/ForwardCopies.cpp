#include "dialects/RT/IR/RTOps.h"
#include "dialects/RT/Transforms/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace bitnet::rt {
#define GEN_PASS_DEF_FORWARDCOPIESPASS
#include "dialects/RT/Transforms/Passes.h.inc"
} // namespace bitnet::rt

using namespace mlir;
using namespace bitnet;

/// The buffer behind views and casts.
static Value rootOf(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

/// Who touches `buffer`, directly or through views; false where a value that is
/// no view may show it, too.
static bool collectUsers(Value buffer, SmallVectorImpl<Operation *> &users) {
  for (Operation *user : buffer.getUsers()) {
    if (isa<memref::DimOp>(user))
      continue;
    if (isa<ViewLikeOpInterface>(user)) {
      if (!collectUsers(user->getResult(0), users))
        return false;
      continue;
    }
    // A yield, a select, a loop's initial value, an address.
    bool shows = user->getNumResults() != 0 && !isa<memref::LoadOp>(user);
    if (shows || user->hasTrait<OpTrait::IsTerminator>())
      return false;
    users.push_back(user);
  }
  return true;
}

/// What was copied is not touched afterwards, and the copy not before: both can
/// be one memory.
static bool replaceTarget(memref::CopyOp copy) {
  auto source = copy.getSource().getDefiningOp<memref::AllocOp>();
  auto target = copy.getTarget().getDefiningOp<memref::AllocOp>();
  Block *block = copy->getBlock();
  if (!source || !target || source == target ||
      source.getType() != target.getType() || source->getBlock() != block ||
      target->getBlock() != block)
    return false;
  auto isAllOnSide = [&](Value buffer, bool before) {
    SmallVector<Operation *> users;
    if (!collectUsers(buffer, users))
      return false;
    return llvm::all_of(users, [&](Operation *user) {
      Operation *here = block->findAncestorOpInBlock(*user);
      return here && (user == copy || here->isBeforeInBlock(copy) == before);
    });
  };
  if (!isAllOnSide(source, true) || !isAllOnSide(target, false))
    return false;
  // Views of the target may lie before the source's allocation.
  if (target->isBeforeInBlock(source)) {
    for (Value size : source.getDynamicSizes())
      if (Operation *def = size.getDefiningOp();
          def && def->getBlock() == block && !def->isBeforeInBlock(target))
        return false;
    source->moveBefore(target);
  }
  target.replaceAllUsesWith(source.getResult());
  copy.erase();
  target.erase();
  return true;
}

/// The op right in front of the copy makes all of what is copied, for nobody
/// else, without reading the target: it can write the target itself.
static bool writeTarget(memref::CopyOp copy, DominanceInfo &dominance) {
  auto source = copy.getSource().getDefiningOp<memref::AllocOp>();
  auto target = copy.getTarget().getDefiningOp<memref::AllocOp>();
  if (!source || !target || source == target ||
      source.getType() != target.getType())
    return false;
  Operation *writer = copy->getPrevNode();
  while (writer && isMemoryEffectFree(writer))
    writer = writer->getPrevNode();
  SmallVector<Operation *> users;
  if (!writer || writer->getNumResults() != 0 || !collectUsers(source, users) ||
      llvm::any_of(
          users,
          [&](Operation *user) { return user != copy && user != writer; }) ||
      !llvm::is_contained(writer->getOperands(), source.getResult()) ||
      !dominance.properlyDominates(target.getOperation(),
                                   source.getOperation()))
    return false;
  // Regions would have to be searched; only generic ops have one, and theirs
  // touches no memory.
  WalkResult nested = writer->walk([&](Operation *op) {
    return op != writer && !isMemoryEffectFree(op) ? WalkResult::interrupt()
                                                   : WalkResult::advance();
  });
  if (nested.wasInterrupted() ||
      llvm::any_of(writer->getOperands(), [&](Value operand) {
        return rootOf(operand) == target.getResult();
      }))
    return false;
  source.replaceAllUsesWith(target.getResult());
  copy.erase();
  source.erase();
  return true;
}

namespace {
struct ForwardCopies : rt::impl::ForwardCopiesPassBase<ForwardCopies> {
  void runOnOperation() override {
    auto &dominance = getAnalysis<DominanceInfo>();
    SmallVector<memref::CopyOp> copies;
    getOperation()->walk([&](memref::CopyOp op) {
      if (!op->getParentOfType<rt::ParallelOp>())
        copies.push_back(op);
    });
    for (memref::CopyOp copy : copies)
      if (!replaceTarget(copy))
        writeTarget(copy, dominance);
  }
};
} // namespace
