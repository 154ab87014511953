#include "dialects/Ternary/IR/TernaryOps.h"
#include "dialects/Ternary/Transforms/Passes.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Dominance.h"

namespace bitnet::ternary {
#define GEN_PASS_DEF_TERNARYFUSESIBLINGSPASS
#include "dialects/Ternary/Transforms/Passes.h.inc"
} // namespace bitnet::ternary

using namespace mlir;
using namespace bitnet;

namespace {

using Key = std::tuple<Value, Value, uint32_t, uint32_t, Attribute>;

/// Makes `value` available before `anchor`: it is already, or it comes from a
/// constant-like op (weights, scales) that can move there.
bool hoistBefore(Value value, Operation *anchor, DominanceInfo &dominance) {
  if (dominance.properlyDominates(value, anchor))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != anchor->getBlock() || !isMemoryEffectFree(op) ||
      op->getNumRegions() != 0)
    return false;
  for (Value operand : op->getOperands())
    if (!dominance.properlyDominates(operand, anchor))
      return false;
  op->moveBefore(anchor);
  return true;
}

/// The ops of `group` that can be computed at the place of its first one.
SmallVector<ternary::LinearOp> fusable(ArrayRef<ternary::LinearOp> group,
                                       DominanceInfo &dominance) {
  SmallVector<ternary::LinearOp> ready{group.front()};
  for (ternary::LinearOp op : group.drop_front()) {
    auto own = llvm::concat<Value>(SmallVector<Value>(op.getWeights()),
                                   SmallVector<Value>(op.getWeightScales()),
                                   SmallVector<Value>(op.getBiases()));
    if (llvm::all_of(own, [&](Value value) {
          return hoistBefore(value, group.front(), dominance);
        }))
      ready.push_back(op);
  }
  return ready;
}

void fuse(ArrayRef<ternary::LinearOp> group) {
  SmallVector<Value> weights, scales, biases, results;
  SmallVector<Type> types;
  SmallVector<Location> locations;
  for (ternary::LinearOp op : group) {
    llvm::append_range(weights, op.getWeights());
    llvm::append_range(scales, op.getWeightScales());
    llvm::append_range(biases, op.getBiases());
    llvm::append_range(results, op.getResults());
    llvm::append_range(types, op.getResultTypes());
    locations.push_back(op.getLoc());
  }
  ternary::LinearOp first = group.front();
  OpBuilder builder(first);
  auto fused = ternary::LinearOp::create(
      builder, builder.getFusedLoc(locations), types, first.getCodes(),
      first.getScale(), weights, scales, biases, /*outs=*/ValueRange(),
      first.getRescaleAttr(), /*layout=*/nullptr, /*rows_of=*/nullptr,
      /*strategy=*/nullptr, /*tile=*/nullptr, /*kernel=*/nullptr,
      first.getGroupAttr(), /*exec=*/Value());
  for (auto [old, result] : llvm::zip(results, fused.getResults()))
    old.replaceAllUsesWith(result);
  for (ternary::LinearOp op : group)
    op.erase();
}

struct FuseSiblings : ternary::impl::TernaryFuseSiblingsPassBase<FuseSiblings> {
  void runOnOperation() override {
    auto &dominance = getAnalysis<DominanceInfo>();
    getOperation()->walk([&](Block *block) {
      llvm::MapVector<Key, SmallVector<ternary::LinearOp>> groups;
      for (auto op : block->getOps<ternary::LinearOp>())
        if (!op.getLayout() && !op.isBufferForm())
          groups[{op.getCodes(), op.getScale(), uint32_t(op.getRescale()),
                  uint32_t(!op.getBiases().empty()), op.getGroupAttr()}]
              .push_back(op);
      for (auto &[key, group] : groups) {
        if (group.size() < 2)
          continue;
        SmallVector<ternary::LinearOp> ready = fusable(group, dominance);
        if (ready.size() > 1)
          fuse(ready);
      }
    });
  }
};

} // namespace
