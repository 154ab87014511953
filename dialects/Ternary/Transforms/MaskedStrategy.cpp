#include "dialects/Ternary/Transforms/Tiler.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Tokens that one pass of masked_rows takes.
constexpr int64_t passTokens = 4;

struct MaskedTiler : Tiler {
  using Tiler::Tiler;
  void run();

private:
  void blocksOf(Value token, int64_t tokens);
};

class MaskedStrategy : public KernelStrategy {
  Strategy getKind() const override { return Strategy::Masked; }
  StringRef getSummary() const override {
    return "adds and subtracts activations under masks, on any target";
  }
  ArrayRef<BlockLayout> getLayouts() const override {
    static constexpr BlockLayout layouts[] = {{LayoutKind::Planes, 64}};
    return layouts;
  }
  ArrayRef<TileParameter> getTileParameters() const override { return {}; }
  ArrayRef<TokenRange> getTokenRanges() const override {
    static constexpr TokenRange ranges[] = {
        {"4 at a time, then 1", "ternary.masked_rows"}};
    return ranges;
  }
  StringRef getReason() const override { return "it runs on any target"; }
  KernelChoice choose(LinearOp op, const TargetFacts &facts,
                      std::optional<LayoutKind> layout) const override {
    return {getLayouts().front(), {}};
  }
  void tile(LinearOp op) const override { MaskedTiler(*this, op).run(); }
};

} // namespace

const KernelStrategy &bitnet::ternary::getMaskedStrategy() {
  static const MaskedStrategy strategy;
  return strategy;
}

void MaskedTiler::blocksOf(Value token, int64_t count) {
  parallel(index(blocks), grainOf(count), "rows", [&](Value begin, Value end) {
    Value sums = alloc({count, blockRows}, 32, /*stack=*/true);
    forBlocks(begin, end, [&](Sibling &sibling, Value block) {
      MaskedRowsOp::create(builder, loc, codes, token, sibling.weights, block,
                           sums);
      for (int64_t t = 0; t < count; ++t)
        rescale(sibling, block, sums, index(t), add(token, t));
    });
  });
}

void MaskedTiler::run() {
  Value full = sub(tokens, remainder(tokens, passTokens));
  if (staticTokens < 0 || staticTokens >= passTokens)
    loop(index(0), full, passTokens,
         [&](Value token) { blocksOf(token, passTokens); });
  if (staticTokens < 0 || staticTokens % passTokens)
    loop(full, tokens, 1, [&](Value token) { blocksOf(token, 1); });
}
