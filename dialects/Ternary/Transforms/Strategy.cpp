#include "dialects/Ternary/Transforms/Strategy.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include "llvm/ADT/STLExtras.h"

#include <vector>

using namespace mlir;
using namespace bitnet::ternary;

KernelStrategy::~KernelStrategy() = default;

bool KernelStrategy::takes(LayoutAttr layout) const {
  return takesEveryLayout() || lists(layout);
}

bool KernelStrategy::lists(LayoutAttr layout) const {
  return llvm::any_of(getLayouts(), [&](BlockLayout known) {
    return known.kind == layout.getKind() && known.rows == layout.getRows();
  });
}

bool KernelStrategy::takes(LayoutKind kind) const {
  return takesEveryLayout() || lists(kind);
}

bool KernelStrategy::lists(LayoutKind kind) const {
  return llvm::any_of(getLayouts(),
                      [&](BlockLayout known) { return known.kind == kind; });
}

KernelChoice KernelStrategy::choose(LinearOp op, const TargetFacts &facts,
                                    std::optional<LayoutKind> layout) const {
  const BlockLayout *chosen =
      llvm::find_if(getLayouts(), [&](BlockLayout known) {
        return !layout || known.kind == *layout;
      });
  assert(chosen != getLayouts().end() && "not a layout that it lists");
  return {*chosen, {}};
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

static std::vector<const KernelStrategy *> &getRegistry() {
  static std::vector<const KernelStrategy *> strategies = {
      &getDotStrategy(), &getLookupStrategy(), &getMaskedStrategy()};
  return strategies;
}

ArrayRef<const KernelStrategy *> bitnet::ternary::getStrategies() {
  return getRegistry();
}

llvm::Error bitnet::ternary::addStrategy(const KernelStrategy &strategy) {
  StringRef name = strategy.getName();
  if (!isKernelName(name) || name == "auto")
    return llvm::createStringError(
        "has no name, expected small letters, digits and '_'");
  if (symbolizeStrategy(name))
    return llvm::createStringError("has the name of another one");
  if (strategy.getLayouts().empty())
    return llvm::createStringError("reads no layout");
  for (BlockLayout layout : strategy.getLayouts())
    if (int64_t multiple = getLayoutInfo(layout.kind).rowMultiple;
        layout.rows < 1 || layout.rows % multiple || layout.rows > maxBlockRows)
      return llvm::createStringError(
          "reads blocks of " + llvm::Twine(layout.rows) + " rows of layout '" +
          stringifyLayoutKind(layout.kind) + "', expected a multiple of " +
          llvm::Twine(multiple) + " up to " + llvm::Twine(maxBlockRows));
  addStrategyName(name);
  getRegistry().push_back(&strategy);
  return llvm::Error::success();
}

const KernelStrategy &bitnet::ternary::getStrategy(Strategy kind) {
  return *getRegistry()[unsigned(kind)];
}

bool bitnet::ternary::needsProof(Strategy strategy) {
  return unsigned(strategy) >= numOwnStrategies &&
         !getStrategy(strategy).multiplies();
}

bool bitnet::ternary::mayTake(const KernelStrategy &strategy, LayoutKind layout,
                              const KernelStrategy *wanted) {
  if (strategy.lists(layout) || !strategy.takes(layout))
    return strategy.lists(layout);
  return &strategy == wanted ||
         llvm::none_of(getStrategies(), [&](const KernelStrategy *other) {
           return other->lists(layout);
         });
}

SmallVector<StringRef> bitnet::ternary::getStrategyNames() {
  SmallVector<StringRef> names = {"auto"};
  for (const KernelStrategy *strategy : getStrategies())
    names.push_back(strategy->getName());
  return names;
}
