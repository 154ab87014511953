#ifndef DIALECTS_TERNARY_TRANSFORMS_TILER_H
#define DIALECTS_TERNARY_TRANSFORMS_TILER_H

#include "dialects/Ternary/Transforms/LoweringUtils.h"
#include "dialects/Ternary/Transforms/Strategy.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace bitnet::ternary {

/// Most bytes of look-up tables that each thread makes for itself, on its
/// stack.
inline constexpr int64_t ownTableBytes = 512 << 10;

/// What the strategies' tilers share: the siblings of a linear as one range of
/// row blocks, loops, and the end of a block. Blocks of all siblings are
/// numbered one after another.
struct Tiler {
  using Value = mlir::Value;

  /// The blocks [begin, end) of one sibling.
  struct Sibling {
    int64_t begin = 0, end = 0, rows = 0;
    Value weights, bias, out;
    /// One, one for each row, or those of groups.
    Value weightScale;
    bool hasGroupScales = false;
    /// The weight scales of groups, or null.
    Value groupScales() const { return hasGroupScales ? weightScale : Value(); }
  };
  using BlockBody = llvm::function_ref<void(Sibling &, Value block)>;

  /// Blocks have `blockRows` rows, or as many as those of the layout.
  Tiler(const KernelStrategy &strategy, LinearOp op,
        std::optional<int64_t> blockRows = std::nullopt);

  Value index(int64_t value);
  Value add(Value a, Value b);
  Value add(Value a, int64_t b);
  Value sub(Value a, Value b);
  Value times(Value a, int64_t b);
  Value min(Value a, Value b);
  Value max(Value a, Value b);
  Value divide(Value a, int64_t b);
  Value remainder(Value a, int64_t b);
  Value compare(mlir::arith::CmpIPredicate predicate, Value a, Value b);
  /// Scratch memory: on the stack of a region, or shared by regions.
  Value alloc(llvm::ArrayRef<int64_t> shape, unsigned bits, bool stack);
  Value allocFloats(llvm::ArrayRef<int64_t> shape, bool stack);

  /// scf.for whose body is built with `builder` inside of it.
  void loop(Value begin, Value end, int64_t step,
            llvm::function_ref<void(Value)> body);
  /// `prefix` + `step` names the region.
  void parallel(Value count, int64_t grain, llvm::StringRef step,
                llvm::function_ref<void(Value, Value)> body);

  int64_t getTile(llvm::StringRef name) { return strategy.getTile(op, name); }
  /// The part of `sibling` in [begin, end), counted from its first block; the
  /// end lies before the begin where there is none.
  std::pair<Value, Value> clip(Sibling &sibling, Value begin, Value end);
  /// Calls `body` in a loop over the part of each sibling in [begin, end); its
  /// block counts from the sibling's first.
  void forBlocks(Value begin, Value end, BlockBody body);
  /// Outputs of one block from its `sums`, 64 rows a slot from `slot` on; the
  /// last block of a sibling may have fewer rows.
  void rescale(Sibling &sibling, Value block, Value sums, Value slot,
               Value token);

  bool hasGroups() { return op.getGroup().has_value(); }
  /// Groups of terms that have scales of their own.
  int64_t countGroups() { return llvm::divideCeil(op.getK(), *op.getGroup()); }
  /// Calls `body` with each group's number, first term and number of terms,
  /// in a loop over the whole ones and for what is left.
  void forGroups(
      llvm::function_ref<void(Value group, Value first, int64_t terms)> body);
  /// Blocks that are worth a thread: about 2^16 additions of `tokens` tokens.
  int64_t grainOf(int64_t tokens);
  /// Where the tokens from `first` on that share tables end: `first` if there
  /// is but one, which goes alone, else the last one.
  Value endOfShared(Value first);

  const KernelStrategy &strategy;
  LinearOp op;
  mlir::OpBuilder builder;
  mlir::Location loc;
  Value codes, tokens;
  /// [M], or [M, G] with groups.
  Value scale;
  /// Number of tokens where it is static, else -1.
  int64_t staticTokens = -1;
  /// Rows of a block, and blocks of all siblings.
  int64_t blockRows, blocks = 0;
  llvm::SmallVector<Sibling> siblings;
  /// What regions' names begin with.
  std::string prefix;

private:
  Value allocate(llvm::ArrayRef<int64_t> shape, mlir::Type element, bool stack);
};

} // namespace bitnet::ternary

#endif // DIALECTS_TERNARY_TRANSFORMS_TILER_H
