#ifndef DIALECTS_TERNARY_TRANSFORMS_STRATEGY_H
#define DIALECTS_TERNARY_TRANSFORMS_STRATEGY_H

#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/TernaryOps.h"

namespace bitnet::ternary {

/// One entry of a linear's `tile`: what the plan may vary, never the result.
struct TileParameter {
  llvm::StringLiteral name;
  int64_t fallback; ///< where `tile` lacks it
  llvm::StringLiteral summary;
  /// Values that may be written by hand: multiples within a range.
  int64_t least = 0, most = 1 << 20, multiple = 1;
};

/// What a strategy does with a number of tokens.
struct TokenRange {
  llvm::StringLiteral tokens;  ///< which, in words
  llvm::StringLiteral microOp; ///< the tile op in the innermost loops
};

/// A layout with the rows of its blocks.
struct BlockLayout {
  LayoutKind kind;
  int64_t rows;
};

/// How one linear shall be computed: layout and entries of `tile`.
struct KernelChoice {
  BlockLayout layout;
  llvm::SmallVector<std::pair<llvm::StringRef, int64_t>> tile;
};

/// A way to multiply trits with activations. `getStrategies` is the only list
/// of them: plan, tile, flags, help, `--list-strategies` and the kernels' tests
/// read it. See docs/guides/add-a-kernel.md for who calls what.
class KernelStrategy {
public:
  virtual ~KernelStrategy();

  virtual Strategy getKind() const = 0;
  llvm::StringRef getName() const { return stringifyStrategy(getKind()); }
  /// One line for people.
  virtual llvm::StringRef getSummary() const = 0;
  /// Layouts whose bytes it can read, the preferred one first.
  virtual llvm::ArrayRef<BlockLayout> getLayouts() const = 0;
  virtual llvm::ArrayRef<TileParameter> getTileParameters() const = 0;
  virtual llvm::ArrayRef<TokenRange> getTokenRanges() const = 0;
  /// Why `facts` cannot run it ("needs ..., which the target lacks"); empty
  /// where it can.
  virtual std::string whyNot(const TargetFacts &facts) const { return ""; }
  /// Whether activations are multiplied: `auto` takes such a strategy only
  /// where any arithmetic is allowed, and no certificate can be given.
  virtual bool multiplies() const { return false; }
  /// The same of one of its layouts, where `facts` can run the strategy.
  virtual std::string whyNotLayout(LayoutKind layout,
                                   const TargetFacts &facts) const {
    return "";
  }
  /// What it is good for on such a target, said in remarks.
  virtual llvm::StringRef getReason() const = 0;
  /// Layout and tile for one linear on a target that can run it. `layout` is
  /// one that was asked for, of those that strategy and target can read.
  virtual KernelChoice choose(LinearOp op, const TargetFacts &facts,
                              std::optional<LayoutKind> layout) const = 0;
  /// Makes loops around tile ops before `op`, a packed linear on memrefs with
  /// this strategy and one of its layouts. The caller erases `op`.
  virtual void tile(LinearOp op) const = 0;

  bool takes(LayoutAttr layout) const;
  bool takes(LayoutKind kind) const;
  /// `name` of the tile of `op`, or the parameter's fallback.
  int64_t getTile(LinearOp op, llvm::StringRef name) const;
};

/// Checks the entries of a tile, who ever wrote them: each is a parameter of
/// the strategy with a value in its range. Emits an error at `op`.
mlir::LogicalResult verifyTile(LinearOp op, const KernelStrategy &strategy);

/// Every strategy; `auto` takes the one that the cost model prefers.
llvm::ArrayRef<const KernelStrategy *> getStrategies();
const KernelStrategy &getStrategy(Strategy kind);
/// "auto, lookup, masked": what `--strategy` takes.
llvm::SmallVector<llvm::StringRef> getStrategyNames();

const KernelStrategy &getDotStrategy();
const KernelStrategy &getLookupStrategy();
const KernelStrategy &getMaskedStrategy();

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_STRATEGY_H
