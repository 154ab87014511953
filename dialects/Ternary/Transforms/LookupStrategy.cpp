#include "dialects/Ternary/IR/RowTables.h"
#include "dialects/Ternary/Transforms/LookupRows.h"

using namespace mlir;
using namespace bitnet;
using namespace bitnet::ternary;

namespace {

/// Prefill tiles whose panels are in memory at once.
constexpr int64_t panelTiles = 8;
/// Groups after which 16-bit sums are carried: 255 + 63 * 512 < 2^15.
constexpr int64_t carryGroups = 63;
/// Terms whose carried sums fit in 16 bits: 65000 * 128 / 256 < 2^15.
constexpr int64_t carryTerms = 65000;
/// Groups of 4 terms that are made from four quints.
constexpr int64_t quintChunk = 5;
/// Slots of one group's table, see `token_tables`.
constexpr int64_t tableEntries = 137;

/// Rows of a block of many tokens' kernels, and of layout pairs.
constexpr int64_t rowsTogether = 64;

struct LookupTiler : Tiler {
  LookupTiler(const KernelStrategy &strategy, LinearOp op)
      : Tiler(strategy, op, rowsTogether) {}
  void run();

private:
  /// Groups of 4 terms whose tables lie in L1 together.
  int64_t getChunk() {
    return std::min<int64_t>(hasQuints() ? quintChunk : getTile("groups"),
                             llvm::divideCeil(op.getK(), 4));
  }
  bool hasQuads() { return op.getLayout()->getKind() == LayoutKind::Quads; }
  bool hasQuints() { return op.getLayout()->getKind() == LayoutKind::Quints; }
  void lookupByRows(Value begin) { LookupRowsTiler(strategy, op).run(begin); }
  void lookupByTokens(Value tiles);
  void panels(Value firstTile, Value count, Value panel);
  void tokenTile(Value tile, Value slot, Value begin, Value end, Value panel,
                 Value tables, Value partial, Value high, Value byToken);
  void tokenGroups(Value slot, Value begin, Value end, Value panel,
                   Value tables, Value partial, Value high);
  void tokenChunk(Value slot, Value number, int64_t groups, Value begin,
                  Value end, Value panel, Value tables, Value partial);
  void scaledGroups(Value slot, Value begin, Value end, Value panel,
                    Value tables, Value partial, Value totals);
  void scaledGroup(Value slot, Value number, int64_t terms, Value begin,
                   Value end, Value panel, Value tables, Value partial,
                   Value totals);
  /// Groups of 4 terms of one scale group whose tables lie in L1 together: as
  /// many in each chunk.
  int64_t getScaledChunk() {
    int64_t groups = *op.getGroup() / 4;
    return llvm::divideCeil(groups,
                            llvm::divideCeil(groups, getTile("groups")));
  }

  /// Scratch for a block's chunk of quints as pairs.
  Value pairs;
  /// Scales of the panels' tokens.
  Value scalePanel;
};

class LookupStrategy : public KernelStrategy {
  StringRef getName() const override { return "lookup"; }
  StringRef getSummary() const override {
    return "looks sums of neighbouring activations up in tables and adds them";
  }
  ArrayRef<BlockLayout> getLayouts() const override {
    static constexpr BlockLayout layouts[] = {
        {LayoutKind::Pairs, 64},   {LayoutKind::Quints, 256},
        {LayoutKind::Quints, 128}, {LayoutKind::Quints, 64},
        {LayoutKind::Quads, 256},  {LayoutKind::Quads, 128},
        {LayoutKind::Quads, 64},   {LayoutKind::Rows4, warpRows}};
    return layouts;
  }
  ArrayRef<TileParameter> getTileParameters() const override;
  ArrayRef<TokenRange> getTokenRanges() const override {
    static constexpr TokenRange ranges[] = {
        {"full tiles of `tokens`, and a rest of at least `min_tokens`",
         "ternary.lookup_tokens"},
        {"a smaller rest, one by one", "ternary.lookup_rows"},
        {"on a GPU, one by one", "device.permute_bytes"}};
    return ranges;
  }
  std::string whyNot(const TargetFacts &facts) const override {
    return facts.shuffleBytes() || facts.warps
               ? ""
               : "needs byte shuffles (ssse3, neon, rvv or a GPU's), which the "
                 "target lacks";
  }
  std::string whyNotLayout(LayoutKind layout,
                           const TargetFacts &facts) const override {
    if (facts.warps != isForWarps(layout))
      return facts.warps ? "needs tables of 16 bytes, which a GPU lacks"
                         : "needs the warps of a GPU, which the target lacks";
    bool isWide = layout == LayoutKind::Quints || layout == LayoutKind::Quads;
    return isWide && !facts.avx512vbmi
               ? "needs tables of 128 bytes (avx512vbmi), which the target "
                 "lacks"
               : "";
  }
  bool isForWarps(LayoutKind layout) const override {
    return layout == LayoutKind::Rows4;
  }
  bool takesGroups(LayoutKind layout) const override {
    return layout == LayoutKind::Pairs;
  }
  StringRef getReason() const override { return "the target shuffles bytes"; }
  KernelChoice choose(LinearOp op, const TargetFacts &facts,
                      std::optional<LayoutKind> layout) const override;
  void tile(LinearOp op) const override { LookupTiler(*this, op).run(); }
};

} // namespace

const KernelStrategy &bitnet::ternary::getLookupStrategy() {
  static const LookupStrategy strategy;
  return strategy;
}

ArrayRef<TileParameter> LookupStrategy::getTileParameters() const {
  static constexpr TileParameter parameters[] = {
      {"tokens", 32, "tokens that one prefill tile takes, 0 for none", 0, 64,
       8},
      {"min_tokens", 32,
       "fewest left-over tokens for which a padded prefill tile is cheaper "
       "than one pass over the weights for each",
       1, 64},
      {"groups", 6, "groups of 4 terms whose tables are made together", 1,
       carryGroups},
      {"pass_rows", 1024, "most rows whose sums one prefill pass keeps in L2",
       64, 4096, 64},
      {"row_blocks", 1, "blocks of rows that share the loads of a table", 1, 8},
      {"slots", 4, "tokens whose tables lie in L2 together", 1, 64},
      {"table_groups", 60,
       "groups of terms whose tables for one token lie in L1 together", 6,
       quintWordGroups, 6}};
  return parameters;
}

/// Rows of blocks for tables of 128 bytes: they are loaded once for all rows of
/// a block, but N is padded to whole blocks, and threads take whole blocks.
static int64_t chooseWideRows(LinearOp op, const TargetFacts &facts) {
  int64_t best = 0, bestRows = 0;
  for (int64_t rows : {256, 128, 64}) {
    int64_t blocks = 0;
    for (unsigned i = 0, e = op.getWeights().size(); i < e; ++i)
      blocks += llvm::divideCeil(op.getN(i), rows);
    int64_t padded = llvm::alignTo(blocks, facts.threads) * rows;
    // Fewer rows have to save 2 % to be worth the loads.
    if (best && padded * 51 > bestRows * 50)
      continue;
    best = rows;
    bestRows = padded;
  }
  return best;
}

KernelChoice LookupStrategy::choose(LinearOp op, const TargetFacts &facts,
                                    std::optional<LayoutKind> layout) const {
  if (facts.warps)
    return {{LayoutKind::Rows4, warpRows}, {}};
  bool quints = layout && *layout == LayoutKind::Quints;
  bool quads = layout && *layout == LayoutKind::Quads;
  // A lane holds one token as i16.
  int64_t tokens = facts.vectorBits / 16;
  // Measured: a tile costs as much as 24 of 32 tokens by rows with AVX-512,
  // as 8 of 16 with AVX2.
  int64_t minTokens = tokens * (facts.avx512bw ? 3 : 2) / 4;
  // Two blocks share the loads of the tables where registers last.
  int64_t rowBlocks = facts.vectorRegisters >= 32 ? 2 : 1;
  // 81 vectors for each group of 4 terms. Measured: a third more than fits in
  // L1 is best, as it loads and stores sums less often.
  int64_t tableBytes = 81 * facts.vectorBits / 8;
  int64_t groups =
      std::clamp<int64_t>(facts.l1Bytes * 4 / 3 / tableBytes, 1, 12);
  // Quints are read four at a time: five groups of 4 terms.
  if (quints)
    groups = quintChunk;
  // Sums of a pass take half of L2. Tables are made again for each pass.
  int64_t rowBytes = tokens * (op.getGroup() ? 2 + 4 : 2 + 2);
  int64_t passRows =
      std::clamp<int64_t>(facts.l2Bytes / 2 / rowBytes / 64, 1, 64) * 64;
  // Tables of the tokens that share a pass over the weights take half of L2.
  int64_t groupBytes = quints  ? quintTableBytes
                       : quads ? quadTableBytes
                               : codeTableBytes;
  int64_t allTables = groupBytes * llvm::divideCeil(op.getK(), quints ? 5 : 4);
  int64_t slots = std::clamp<int64_t>(facts.l2Bytes / 2 / allTables, 1, 8);
  // Tables of one token take half of L1, weights the rest; those of quads and
  // the 256 rows that use them two thirds.
  int64_t tableGroups = quads ? facts.l1Bytes * 2 / 3 / (groupBytes + 256)
                              : facts.l1Bytes / 2 / groupBytes;
  tableGroups = std::clamp<int64_t>(tableGroups / 12, 1, 80) * 12;
  return {quints || quads ? BlockLayout{*layout, chooseWideRows(op, facts)}
                          : BlockLayout{LayoutKind::Pairs, rowsTogether},
          {{"tokens", tokens},
           {"min_tokens", minTokens},
           {"groups", groups},
           {"pass_rows", passRows},
           {"row_blocks", rowBlocks},
           {"slots", slots},
           {"table_groups", tableGroups}}};
}

//===- Look-ups, a tile of tokens at a time -----------------------------===//

void LookupTiler::panels(Value firstTile, Value count, Value panel) {
  int64_t lanes = getTile("tokens");
  parallel(count, 1, "panels", [&](Value begin, Value end) {
    loop(begin, end, 1, [&](Value slot) {
      Value token = times(add(firstTile, slot), lanes);
      Value valid = min(sub(tokens, token), index(lanes));
      TokenPanelOp::create(builder, loc, codes, token, valid, panel, slot);
      if (hasGroups())
        TokenScalesOp::create(builder, loc, scale, token, valid, scalePanel,
                              slot);
    });
  });
}

/// Adds the `groups` groups of the chunk `number` for the blocks [begin, end).
void LookupTiler::tokenChunk(Value slot, Value number, int64_t groups,
                             Value begin, Value end, Value panel, Value tables,
                             Value partial) {
  Value group = times(number, getChunk());
  TokenTablesOp::create(builder, loc, panel, slot, group, tables, groups,
                        hasQuads());
  int64_t rows = op.getLayout()->getRows();
  forBlocks(begin, end, [&](Sibling &sibling, Value block) {
    Value row = times(sub(add(block, sibling.begin), begin), blockRows);
    if (hasQuints()) {
      QuintsToPairsOp::create(builder, loc, sibling.weights, block, number,
                              pairs, groups, op.getK(), rows);
      LookupTokensOp::create(builder, loc, tables, pairs, index(0), index(0),
                             partial, row, groups, 4 * groups,
                             /*fresh=*/false);
      return;
    }
    LookupTokensOp::create(builder, loc, tables, sibling.weights, block, group,
                           partial, row, groups, op.getK(), /*fresh=*/false,
                           rows);
  });
}

/// Adds a group of `terms` terms with its scales for the blocks [begin, end).
void LookupTiler::scaledGroup(Value slot, Value number, int64_t terms,
                              Value begin, Value end, Value panel, Value tables,
                              Value partial, Value totals) {
  Value first = times(number, *op.getGroup() / 4);
  int64_t groups = llvm::divideCeil(terms, 4), chunk = getScaledChunk();
  for (int64_t at = 0; at < groups; at += chunk) {
    int64_t count = std::min(chunk, groups - at);
    Value group = add(first, at);
    TokenTablesOp::create(builder, loc, panel, slot, group, tables, count,
                          /*quads=*/false);
    forBlocks(begin, end, [&](Sibling &sibling, Value block) {
      Value row = times(sub(add(block, sibling.begin), begin), blockRows);
      LookupTokensOp::create(builder, loc, tables, sibling.weights, block,
                             group, partial, row, count, op.getK(),
                             /*fresh=*/at == 0);
      // While the sums are in L1.
      if (at + count == groups)
        AddTokenGroupOp::create(builder, loc, partial, row, block, scalePanel,
                                slot, number, sibling.groupScales(), totals);
    });
  }
}

/// The scaled sums of the blocks [begin, end), which start at row 0.
void LookupTiler::scaledGroups(Value slot, Value begin, Value end, Value panel,
                               Value tables, Value partial, Value totals) {
  forGroups([&](Value number, Value, int64_t terms) {
    scaledGroup(slot, number, terms, begin, end, panel, tables, partial,
                totals);
  });
}

/// All groups for the blocks [begin, end), whose sums start at row 0.
void LookupTiler::tokenGroups(Value slot, Value begin, Value end, Value panel,
                              Value tables, Value partial, Value high) {
  int64_t groups = llvm::divideCeil(op.getK(), 4), chunk = getChunk();
  // In chunks: whole ones, and those between two carries.
  int64_t whole = groups / chunk, stretch = carryGroups / chunk;
  // The last stretch ends with what is not a whole chunk; its sums stay.
  int64_t last = (groups - 1) / (stretch * chunk) * stretch;
  Value rows = times(sub(end, begin), blockRows);
  auto forRows = [&](llvm::function_ref<void(Value)> body) {
    loop(index(0), rows, blockRows, body);
  };
  auto chunks = [&](Value first, Value last) {
    loop(first, last, 1, [&](Value number) {
      tokenChunk(slot, number, chunk, begin, end, panel, tables, partial);
    });
  };
  forRows(
      [&](Value row) { ClearOp::create(builder, loc, partial, high, row); });
  loop(index(0), index(last), stretch, [&](Value first) {
    chunks(first, add(first, stretch));
    forRows(
        [&](Value row) { CarryOp::create(builder, loc, partial, high, row); });
  });
  chunks(index(last), index(whole));
  if (whole * chunk != groups)
    tokenChunk(slot, index(whole), groups - whole * chunk, begin, end, panel,
               tables, partial);
}

/// Blocks [begin, end) of one tile, a pass of them at a time. With scales in
/// groups `high` and `byToken` are floats.
void LookupTiler::tokenTile(Value tile, Value slot, Value begin, Value end,
                            Value panel, Value tables, Value partial,
                            Value high, Value byToken) {
  int64_t lanes = getTile("tokens");
  int64_t pass = cast<MemRefType>(high.getType()).getDimSize(0) / blockRows;
  loop(begin, end, pass, [&](Value first) {
    Value last = min(add(first, pass), end);
    if (hasGroups())
      scaledGroups(slot, first, last, panel, tables, partial, high);
    else
      tokenGroups(slot, first, last, panel, tables, partial, high);
    Value token = times(tile, lanes);
    Value valid = min(sub(tokens, token), index(lanes));
    forBlocks(first, last, [&](Sibling &sibling, Value block) {
      Value row = times(sub(add(block, sibling.begin), first), blockRows);
      if (hasGroups())
        TransposeTotalsOp::create(builder, loc, high, row, byToken);
      else
        TransposeSumsOp::create(builder, loc, partial, high, row, byToken);
      loop(index(0), valid, 1, [&](Value t) {
        rescale(sibling, block, byToken, t, add(token, t));
      });
    });
  });
}

void LookupTiler::lookupByTokens(Value tiles) {
  int64_t lanes = getTile("tokens");
  int64_t groups = llvm::divideCeil(op.getK(), 4);
  int64_t chunk = hasGroups() ? getScaledChunk() : getChunk();
  int64_t pass = std::min(getTile("pass_rows") / blockRows, blocks) * blockRows;
  int64_t slots = panelTiles;
  if (staticTokens >= 0)
    slots = std::max<int64_t>(
        1, std::min(slots, int64_t(llvm::divideCeil(staticTokens, lanes))));
  Value panel = alloc({slots, groups * 4, lanes}, 8, /*stack=*/false);
  if (hasGroups())
    scalePanel = allocFloats({slots, countGroups(), lanes}, /*stack=*/false);
  // Tables are worth making for many rows: two parts of a tile at least.
  int64_t grain = std::clamp<int64_t>(llvm::divideCeil(blocks, 2), 1, 16);
  loop(index(0), tiles, slots, [&](Value firstTile) {
    Value count = min(sub(tiles, firstTile), index(slots));
    panels(firstTile, count, panel);
    // Unit i is block i mod blocks of tile i / blocks.
    parallel(
        times(count, blocks), grain, "tokens", [&](Value begin, Value end) {
          Value tables = alloc({chunk * tableEntries, lanes}, 16, true);
          Value partial = alloc({pass, lanes}, 16, true);
          Value high = hasGroups() ? allocFloats({pass, lanes}, true)
                                   : alloc({pass, lanes}, 16, true);
          if (hasQuints())
            pairs = alloc({chunk * blockRows}, 8, true);
          Value byToken = hasGroups() ? allocFloats({lanes, blockRows}, true)
                                      : alloc({lanes, blockRows}, 32, true);
          Value lastTile = divide(add(end, blocks - 1), blocks);
          loop(divide(begin, blocks), lastTile, 1, [&](Value slot) {
            Value base = times(slot, blocks);
            Value first = max(sub(begin, base), index(0));
            Value last = min(sub(end, base), index(blocks));
            tokenTile(add(firstTile, slot), slot, first, last, panel, tables,
                      partial, high, byToken);
          });
        });
  });
}

void LookupTiler::run() {
  int64_t lanes = getTile("tokens");
  int64_t least = std::min(getTile("min_tokens"), lanes);
  if (!lanes || (!hasGroups() && op.getK() > carryTerms) ||
      (staticTokens >= 0 && staticTokens < least))
    return lookupByRows(index(0));
  // Full tiles, and one padded with zero tokens if that is cheaper than a pass
  // over the weights for each token that is left.
  Value tiles = divide(add(tokens, lanes - least), lanes);
  lookupByTokens(tiles);
  if (staticTokens >= 0 && staticTokens % lanes == 0)
    return;
  lookupByRows(min(times(tiles, lanes), tokens));
}
