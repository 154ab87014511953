#include "dialects/Ternary/IR/Kinds.h"
#include "dialects/Ternary/IR/LayoutInfo.h"

#include "llvm/ADT/StringExtras.h"

#include <deque>

using namespace mlir;
using namespace bitnet::ternary;

StringRef bitnet::ternary::stringifyLayoutKind(LayoutKind kind) {
  return getLayoutInfo(kind).name;
}

std::optional<LayoutKind> bitnet::ternary::symbolizeLayoutKind(StringRef name) {
  for (auto [i, layout] : llvm::enumerate(getLayouts()))
    if (layout->name == name)
      return LayoutKind(i);
  return std::nullopt;
}

/// By number; elements stay where they are.
static std::deque<std::string> &getNames() {
  static std::deque<std::string> names = {"dot", "lookup", "masked"};
  return names;
}

StringRef bitnet::ternary::stringifyStrategy(Strategy strategy) {
  return getNames()[unsigned(strategy)];
}

std::optional<Strategy> bitnet::ternary::symbolizeStrategy(StringRef name) {
  for (auto [i, known] : llvm::enumerate(getNames()))
    if (known == name)
      return Strategy(i);
  return std::nullopt;
}

Strategy bitnet::ternary::addStrategyName(StringRef name) {
  if (std::optional<Strategy> known = symbolizeStrategy(name))
    return *known;
  getNames().push_back(name.str());
  return Strategy(getNames().size() - 1);
}

bool bitnet::ternary::isKernelName(StringRef name) {
  return !name.empty() && llvm::isLower(name.front()) &&
         llvm::all_of(name, [](char c) {
           return llvm::isLower(c) || llvm::isDigit(c) || c == '_';
         });
}

/// A keyword that `symbolize` knows.
template <typename Kind>
static FailureOr<Kind> parseName(AsmParser &parser, StringRef what,
                                 std::optional<Kind> (*symbolize)(StringRef),
                                 ArrayRef<StringRef> names) {
  llvm::SMLoc loc = parser.getCurrentLocation();
  std::string name;
  if (failed(parser.parseKeywordOrString(&name)))
    return failure();
  if (std::optional<Kind> kind = symbolize(name))
    return *kind;
  return parser.emitError(loc, "unknown ")
         << what << " '" << name << "', expected one of "
         << llvm::join(names, ", ");
}

FailureOr<LayoutKind> bitnet::ternary::parseLayoutKind(AsmParser &parser) {
  return parseName<LayoutKind>(parser, "layout", symbolizeLayoutKind,
                               ArrayRef(getLayoutNames()).drop_front());
}

FailureOr<Strategy> bitnet::ternary::parseStrategy(AsmParser &parser) {
  SmallVector<StringRef> names(getNames().begin(), getNames().end());
  return parseName<Strategy>(parser, "strategy", symbolizeStrategy, names);
}
