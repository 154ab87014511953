#include "dialects/Ternary/Transforms/Tiler.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

struct DotTiler : Tiler {
  using Tiler::Tiler;
  void run();

private:
  void passes(Sibling &sibling, Value block, Value first, Value count,
              Value totals);
  /// Scratch for one block and the tokens of a pass.
  struct Sums {
    int64_t tokens;
    Value exact;  ///< i32
    Value scaled; ///< f32, with scales in groups
  };
  void pass(Sibling &sibling, Value block, Value token, Value totals,
            Value slot, const Sums &sums);
  void passOfGroups(Sibling &sibling, Value block, Value token, Value totals,
                    Value slot, const Sums &sums);

  /// Tokens that a thread takes through its blocks at once.
  int64_t chunk = 1;
};

class DotStrategy : public KernelStrategy {
  StringRef getName() const override { return "dot"; }
  StringRef getSummary() const override {
    return "multiplies bytes and adds, by the target's dot products";
  }
  bool multiplies() const override { return true; }
  ArrayRef<BlockLayout> getLayouts() const override {
    static constexpr BlockLayout layouts[] = {{LayoutKind::Rows5, 80},
                                              {LayoutKind::Rows4, 64},
                                              {LayoutKind::Rows4, 32},
                                              {LayoutKind::Rows4, 16}};
    return layouts;
  }
  ArrayRef<TileParameter> getTileParameters() const override {
    static constexpr TileParameter parameters[] = {
        {"tokens", 4, "tokens that one pass over a block of weights takes"},
        {"chunk", 64, "tokens that a thread takes through its blocks at once"},
        {"prefetch", 4096, "bytes of weights asked for ahead, 0 for none"}};
    return parameters;
  }
  ArrayRef<TokenRange> getTokenRanges() const override {
    static constexpr TokenRange ranges[] = {
        {"`tokens` at a time, the rest by halves", "ternary.dot_rows"}};
    return ranges;
  }
  std::string whyNotLayout(LayoutKind layout,
                           const TargetFacts &facts) const override {
    return facts.warps && layout != LayoutKind::Rows4
               ? "has no kernel for a GPU on that layout"
               : "";
  }
  bool takesGroups(LayoutKind layout) const override {
    // Blocks of rows5 are not those of weight scales.
    return layout == LayoutKind::Rows4;
  }
  StringRef getReason() const override {
    return "products are allowed and the target has dot products";
  }
  KernelChoice choose(LinearOp op, const TargetFacts &facts,
                      std::optional<LayoutKind> layout) const override;
  void tile(LinearOp op) const override { DotTiler(*this, op).run(); }
};

} // namespace

const KernelStrategy &bitnet::ternary::getDotStrategy() {
  static const DotStrategy strategy;
  return strategy;
}

/// Bytes of all weights of `op` in a layout, padding included.
static int64_t getBytes(LinearOp op, BlockLayout block) {
  auto layout = LayoutAttr::get(op.getContext(), block.kind, block.rows);
  int64_t bytes = 0;
  for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i)
    bytes += layout.getPackedBytes(op.getN(i), op.getK());
  return bytes;
}

KernelChoice DotStrategy::choose(LinearOp op, const TargetFacts &facts,
                                 std::optional<LayoutKind> asked) const {
  if (facts.warps)
    return {{LayoutKind::Rows4, warpRows}, {}};
  // A unit is one vector.
  BlockLayout layout{LayoutKind::Rows4, facts.vectorBits / 8};
  // With vpdpbusd decoding of base-3 bytes is hidden behind the memory, and 1.6
  // bits are read faster than 2, where blocks of 80 rows do not pad that away.
  BlockLayout narrow{LayoutKind::Rows5, 80};
  bool isNarrow = facts.avx512vnni && !op.getGroup() &&
                  8 * getBytes(op, narrow) <= 7 * getBytes(op, layout);
  if (asked ? *asked == LayoutKind::Rows5 : isNarrow)
    layout = narrow;
  // As many tokens as leave their sums in registers: a pass decodes once.
  int64_t tokens = facts.vectorRegisters >= 32 ? 4 : 2;
  // A loop that waits for memory and computes as long needs more distance.
  int64_t prefetch = facts.avx512bw ? 4096 : 8192;
  return {layout, {{"tokens", tokens}, {"chunk", 64}, {"prefetch", prefetch}}};
}

/// The outputs of one block; `slot` is that of the first token's totals.
void DotTiler::pass(Sibling &sibling, Value block, Value token, Value totals,
                    Value slot, const Sums &sums) {
  if (hasGroups())
    passOfGroups(sibling, block, token, totals, slot, sums);
  else
    DotRowsOp::create(builder, loc, codes, token, /*first=*/Value(), totals,
                      slot, sibling.weights, block, sums.exact,
                      op.getLayoutAttr(),
                      builder.getI64IntegerAttr(getTile("prefetch")),
                      /*terms=*/IntegerAttr());
  for (int64_t t = 0; t < sums.tokens; ++t)
    rescale(sibling, block, hasGroups() ? sums.scaled : sums.exact, index(t),
            add(token, t));
}

void DotTiler::passOfGroups(Sibling &sibling, Value block, Value token,
                            Value totals, Value slot, const Sums &sums) {
  forGroups([&](Value group, Value first, int64_t terms) {
    DotRowsOp::create(builder, loc, codes, token, first, totals,
                      add(slot, times(group, chunk)), sibling.weights, block,
                      sums.exact, op.getLayoutAttr(),
                      builder.getI64IntegerAttr(getTile("prefetch")),
                      builder.getI64IntegerAttr(terms));
    for (int64_t t = 0; t < sums.tokens; ++t)
      AddRowGroupOp::create(builder, loc, sums.exact, index(t), scale,
                            add(token, t), group, sibling.groupScales(),
                            sums.scaled, times(block, blockRows));
  });
}

/// The tokens [first, first + count) of one block, as many at a time as a pass
/// takes, then half as many, ...
void DotTiler::passes(Sibling &sibling, Value block, Value first, Value count,
                      Value totals) {
  // More tokens than that leave registers on any target.
  int64_t most = std::clamp<int64_t>(getTile("tokens"), 1, 8);
  Value done = index(0);
  for (int64_t pass = most; pass >= 1; pass /= 2) {
    if (staticTokens >= 0 && staticTokens < pass)
      continue;
    Sums sums = {pass, alloc({pass, blockRows}, 32, /*stack=*/true), Value()};
    if (hasGroups())
      sums.scaled = allocFloats({pass, blockRows}, /*stack=*/true);
    Value end = pass == 1 ? count : sub(count, remainder(count, pass));
    loop(done, end, pass, [&](Value slot) {
      this->pass(sibling, block, add(first, slot), totals, slot, sums);
    });
    done = end;
  }
}

void DotTiler::run() {
  chunk = std::max<int64_t>(1, getTile("chunk"));
  if (staticTokens >= 0)
    chunk = std::max<int64_t>(1, std::min(chunk, staticTokens));
  loop(index(0), tokens, chunk, [&](Value first) {
    Value count = min(sub(tokens, first), index(chunk));
    parallel(index(blocks), grainOf(1), "rows", [&](Value begin, Value end) {
      int64_t groups = hasGroups() ? countGroups() : 1;
      Value totals = alloc({groups * chunk}, 32, /*stack=*/true);
      CodeTotalsOp::create(builder, loc, codes, first, count, totals,
                           op.getGroupAttr());
      forBlocks(begin, end, [&](Sibling &sibling, Value block) {
        passes(sibling, block, first, count, totals);
      });
    });
  });
}
