#include "dialects/Ternary/Transforms/Strategy.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace bitnet::ternary;

KernelStrategy::~KernelStrategy() = default;

bool KernelStrategy::takes(LayoutAttr layout) const {
  return llvm::any_of(getLayouts(), [&](BlockLayout known) {
    return known.kind == layout.getKind() && known.rows == layout.getRows();
  });
}

bool KernelStrategy::takes(LayoutKind kind) const {
  return llvm::any_of(getLayouts(),
                      [&](BlockLayout known) { return known.kind == kind; });
}

int64_t KernelStrategy::getTile(LinearOp op, StringRef name) const {
  DictionaryAttr tile = op.getTileAttr();
  if (auto attr = tile ? tile.getAs<IntegerAttr>(name) : IntegerAttr())
    return attr.getInt();
  const TileParameter *parameter =
      llvm::find_if(getTileParameters(),
                    [&](const TileParameter &p) { return p.name == name; });
  assert(parameter != getTileParameters().end() && "not a tile parameter");
  return parameter->fallback;
}

LogicalResult bitnet::ternary::verifyTile(LinearOp op,
                                          const KernelStrategy &strategy) {
  DictionaryAttr tile = op.getTileAttr();
  if (!tile)
    return success();
  for (NamedAttribute entry : tile) {
    const TileParameter *known = llvm::find_if(
        strategy.getTileParameters(),
        [&](const TileParameter &p) { return p.name == entry.getName(); });
    if (known == strategy.getTileParameters().end())
      return op.emitError("strategy '")
             << strategy.getName() << "' has no tile entry '"
             << entry.getName().getValue() << "'";
    auto value = dyn_cast<IntegerAttr>(entry.getValue());
    if (!value || !value.getType().isInteger(64) ||
        value.getInt() < known->least || value.getInt() > known->most ||
        value.getInt() % known->multiple != 0)
      return op.emitError("has tile entry ")
             << entry.getName().getValue() << " = " << entry.getValue()
             << ", expected an i64 from " << known->least << " to "
             << known->most << " in steps of " << known->multiple;
  }
  return success();
}

ArrayRef<const KernelStrategy *> bitnet::ternary::getStrategies() {
  static const KernelStrategy *const strategies[] = {
      &getDotStrategy(), &getLookupStrategy(), &getMaskedStrategy()};
  static_assert(std::size(strategies) == getMaxEnumValForStrategy() + 1,
                "a strategy that is not listed");
  return strategies;
}

const KernelStrategy &bitnet::ternary::getStrategy(Strategy kind) {
  return **llvm::find_if(getStrategies(), [&](const KernelStrategy *strategy) {
    return strategy->getKind() == kind;
  });
}

SmallVector<StringRef> bitnet::ternary::getStrategyNames() {
  SmallVector<StringRef> names = {"auto"};
  for (const KernelStrategy *strategy : getStrategies())
    names.push_back(strategy->getName());
  return names;
}
