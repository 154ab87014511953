#ifndef DIALECTS_TERNARY_TRANSFORMS_STRATEGY_H
#define DIALECTS_TERNARY_TRANSFORMS_STRATEGY_H

#include "compiler/Target/TargetFacts.h"
#include "dialects/Ternary/IR/TernaryOps.h"

#include "llvm/Support/Error.h"

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

/// Rows of a block of layout rows4 on a GPU: a lane's 16 bytes hold four terms
/// of each, and the lanes of a warp read what lies side by side.
inline constexpr int64_t warpRows = 16;

/// How one linear shall be computed: layout and entries of `tile`.
struct KernelChoice {
  BlockLayout layout;
  llvm::SmallVector<std::pair<llvm::StringRef, int64_t>> tile;
};

/// Cycles of one core for one pass over the weights with `tokens` tokens:
/// `perTrit` for each packed trit, `perTerm` for each term (making of tables,
/// transposition), `perRow` for each row (widening, rescaling).
struct PassFigures {
  int64_t tokens;
  double perTrit, perTerm, perRow;
  /// Tokens that share one reading of the weights from memory.
  int64_t tokensPerRead;
  /// Cycles of one core for each packed trit where weights come from memory, of
  /// which reading hides none; 0 where computing takes longer than that.
  double perTritRead = 0;
};

/// A way to multiply trits with activations. `getStrategies` is the only list
/// of them: plan, tile, flags, help, `--list-strategies` and the kernels' tests
/// read it. See docs/guides/add-a-kernel.md for who calls what.
class KernelStrategy {
public:
  virtual ~KernelStrategy();

  /// What flags, files and the IR say.
  virtual llvm::StringRef getName() const = 0;
  Strategy getKind() const { return *symbolizeStrategy(getName()); }
  /// One line for people.
  virtual llvm::StringRef getSummary() const = 0;
  /// Layouts whose bytes it can read, the preferred one first.
  virtual llvm::ArrayRef<BlockLayout> getLayouts() const = 0;
  virtual llvm::ArrayRef<TileParameter> getTileParameters() const { return {}; }
  virtual llvm::ArrayRef<TokenRange> getTokenRanges() const { return {}; }
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
  /// Whether it can read every other layout, too, however slowly: plans take
  /// it for those only where it is asked for, or where no strategy lists them.
  virtual bool takesEveryLayout() const { return false; }
  /// Whether a layout is for the kernels of GPUs alone, which
  /// ternary-lower-to-threads makes.
  virtual bool isForWarps(LayoutKind layout) const { return false; }
  /// Whether it computes linears with scales in groups along K on a layout.
  virtual bool takesGroups(LayoutKind layout) const { return false; }
  /// What it is good for on such a target, said in remarks.
  virtual llvm::StringRef getReason() const { return getSummary(); }
  /// What was measured of it on `layout`, on cores like those of `facts`: the
  /// pass with the most tokens first, one token last. Empty: the figures of
  /// the cost model's table; where that has none either, plans take the
  /// strategy only where it is asked for.
  virtual llvm::SmallVector<PassFigures>
  getFigures(LayoutKind layout, const TargetFacts &facts) const {
    return {};
  }
  /// Layout and tile for one linear on a target that can run it. `layout` is
  /// one that was asked for, of those that strategy and target can read; the
  /// first that is listed, or the first of that kind, unless a strategy says
  /// more.
  virtual KernelChoice choose(LinearOp op, const TargetFacts &facts,
                              std::optional<LayoutKind> layout) const;
  /// Makes loops around tile ops before `op`, a packed linear on memrefs with
  /// this strategy and one of its layouts. The caller erases `op`.
  virtual void tile(LinearOp op) const = 0;

  /// Whether it can read weights of a layout.
  bool takes(LayoutAttr layout) const;
  bool takes(LayoutKind kind) const;
  /// Whether the layout is one of `getLayouts`.
  bool lists(LayoutAttr layout) const;
  bool lists(LayoutKind kind) const;
  /// `name` of the tile of `op`, or the parameter's fallback.
  int64_t getTile(LinearOp op, llvm::StringRef name) const;
};

/// Checks the entries of a tile, who ever wrote them: each is a parameter of
/// the strategy with a value in its range. Emits an error at `op`.
mlir::LogicalResult verifyTile(LinearOp op, const KernelStrategy &strategy);

/// Those of the compiler, which come first.
inline constexpr size_t numOwnStrategies = 3;
/// Every strategy; `auto` takes the one that the cost model prefers.
llvm::ArrayRef<const KernelStrategy *> getStrategies();
/// Adds a strategy, which must live as long as the process. An error says what
/// is wrong with it: a name that is none or taken, no layout.
llvm::Error addStrategy(const KernelStrategy &strategy);
const KernelStrategy &getStrategy(Strategy kind);
/// Whether the strategy is a plug-in's and says that it only adds: its kernels
/// are certified, whether or not a certificate is asked for.
bool needsProof(Strategy strategy);
/// Whether a plan may take `strategy` for a layout that was asked for, where
/// `wanted` is the strategy that was, too, or null. One that reads every layout
/// gives way to those that list it.
bool mayTake(const KernelStrategy &strategy, LayoutKind layout,
             const KernelStrategy *wanted);
/// "auto, lookup, masked": what `--strategy` takes.
llvm::SmallVector<llvm::StringRef> getStrategyNames();

const KernelStrategy &getDotStrategy();
const KernelStrategy &getLookupStrategy();
const KernelStrategy &getMaskedStrategy();

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_STRATEGY_H
